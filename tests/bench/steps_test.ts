import { assertEquals } from "@std/assert";
import { steps } from "./steps.ts";

Deno.test("steps: the caps of the kernel it measures stop none of its orders", async () => {
  const figures = await steps.run({ blocks: 1, latencyMs: 0 });
  const appends = figures.find(({ name }) => name === "steps: appends an order");
  assertEquals([appends?.value, figures.length], [1, 10]);
});
