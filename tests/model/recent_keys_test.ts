import { assert, assertEquals } from "@std/assert";
import { RecentKeys } from "../../src/model/recent_keys.ts";

Deno.test("recent keys: a key is new once, until it is forgotten", () => {
  const keys = new RecentKeys(4);
  assertEquals([keys.add("a"), keys.add("a")], [true, false]);
  keys.delete("a");
  assertEquals([keys.has("a"), keys.add("a")], [false, true]);
});

Deno.test("recent keys: no more than the bound are known, and the newest half always", () => {
  const keys = new RecentKeys(10);
  for (let i = 0; i < 1_000; i++) {
    keys.add(String(i));
    const known = Array.from({ length: i + 1 }, (_, k) => keys.has(String(k)));
    assert(known.filter((is) => is).length <= 10);
    assert(known.slice(-5).every((is) => is), `the newest five at ${i}`);
  }
});
