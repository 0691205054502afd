import { assertEquals } from "@std/assert";
import { RiskRepeats } from "../../machines/risk_repeats.ts";

Deno.test("risk repeats: what is placed beyond the bound is not remembered, and takes nobody's place", () => {
  const repeats = new RiskRepeats({ windowMs: 1_000, max: 2 });
  for (const key of ["a", "b", "named"]) repeats.add(key, 0);
  assertEquals(["a", "b", "named"].map((key) => repeats.since(key, 10)), [10, 10, null]);
  repeats.add("a", 20);
  assertEquals(repeats.since("a", 30), 10);
  assertEquals([repeats.isFull(999), repeats.isFull(1_000)], [true, false]);
});
