/** What is taken to be left of the venue's budgets when a process begins. */
import { assertEquals, assertGreater } from "@std/assert";
import { newRequestMemory } from "../../actors/request_options.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { twoBudgets, twoCosts } from "../budgets.ts";

const LIMITS = twoBudgets({
  weight: { capacity: 6_000, intervalMs: 60_000 },
  orders: { capacity: 100, intervalMs: 10_000 },
});

const KEYS = { symbolId: "BTC/USDT", endpoint: "submit" };

function waitAtBoot(options: { readonly untouched?: boolean }): number {
  const clock = new VirtualClock(1_700_000_000_000);
  const { budgets } = newRequestMemory({ clock, limits: LIMITS, ...options });
  const now = clock.monotonic();
  const charges = budgets.charges(twoCosts({ weight: 500, orders: 5 }), KEYS, now);
  return budgets.wait(charges, "other", now);
}

Deno.test("request memory: nobody knows what was sent before, so budgets are empty at first", () => {
  assertGreater(waitAtBoot({}), 0);
});

Deno.test("request memory: of a venue nobody has asked anything yet they are whole", () => {
  assertEquals(waitAtBoot({ untouched: true }), 0);
});
