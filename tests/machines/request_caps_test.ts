import { assertEquals, assertThrows } from "@std/assert";
import { capped } from "../../machines/request_caps.ts";
import type { RateLimits, RequestAbout, RequestCost } from "../../src/model/rate_limits.ts";
import { twoBudgets, twoCosts } from "../budgets.ts";

const LIMITS = twoBudgets({
  weight: { capacity: 6_000, intervalMs: 60_000 },
  orders: { capacity: 100, intervalMs: 10_000 },
});

function metering(
  limits: RateLimits = LIMITS,
  cost: RequestCost = twoCosts({ weight: 5, orders: 1 }),
) {
  return { limits, cost: (_kind: string, _about: RequestAbout) => cost };
}

Deno.test("request caps: without any the venue's own budgets stand alone", () => {
  const own = metering();
  for (const caps of [null, {}]) {
    const { limits, cost } = capped(own, caps);
    assertEquals([limits, cost], [own.limits, own.cost]);
  }
});

Deno.test("request caps: a cap stands beside the venue's budgets, so it can only lower", () => {
  const { limits, cost } = capped(metering(), { ordersPerSecond: 1_000, weightPerMinute: 100 });
  assertEquals(limits.budgets["orders"], LIMITS.budgets["orders"]);
  assertEquals(limits.budgets["weight"], LIMITS.budgets["weight"]);
  assertEquals(cost("submit", {}), [
    { budget: "weight", amount: 5 },
    { budget: "orders", amount: 1 },
    { budget: "limits.ordersPerSecond", amount: 1 },
    { budget: "limits.weightPerMinute", amount: 5 },
  ]);
});

Deno.test("request caps: orders are counted over ten seconds, a batch as many as it holds", () => {
  const { limits, cost } = capped(metering(undefined, []), { ordersPerSecond: 2 });
  assertEquals(limits.budgets["limits.ordersPerSecond"], {
    kind: "window",
    scope: "account",
    capacity: 20,
    intervalMs: 10_000,
  });
  const amount = (kind: string, about: RequestAbout = {}) => cost(kind, about)[0]?.amount;
  assertEquals(amount("submit"), 1);
  assertEquals(amount("amend", { orders: 4 }), 4);
  assertEquals([amount("cancel"), amount("lookup")], [undefined, undefined]);
});

Deno.test("request caps: where a venue counts nothing by address, every request weighs one", () => {
  const limits: RateLimits = {
    budgets: { rest: { kind: "decay", scope: "account", capacity: 15, decayPerSecond: 0.33 } },
  };
  const own = metering(limits, [{ budget: "rest", amount: 2 }]);
  const { cost } = capped(own, { weightPerMinute: 60 });
  assertEquals(cost("lookup", {}), [
    { budget: "rest", amount: 2 },
    { budget: "limits.weightPerMinute", amount: 1 },
  ]);
});

Deno.test("request caps: an account of a higher tier has its own capacity, above or below", () => {
  const decay = { kind: "decay", scope: "symbol", capacity: 60, decayPerSecond: 1 } as const;
  const stock = { kind: "allowance", scope: "account", initial: 10, tricklePerSecond: 1 } as const;
  const own = metering({ budgets: { ...LIMITS.budgets, trading: decay, actions: stock } });
  const { limits } = capped(own, {
    budgets: {
      weight: { capacity: 12_000 },
      orders: {},
      trading: { capacity: 180, decayPerSecond: 3.75 },
      actions: { capacity: 99 },
    },
  });
  assertEquals(limits.budgets, {
    weight: { kind: "window", scope: "ip", capacity: 12_000, intervalMs: 60_000 },
    orders: LIMITS.budgets["orders"]!,
    trading: { ...decay, capacity: 180, decayPerSecond: 3.75 },
    actions: { ...stock, initial: 99 },
  });
});

Deno.test("request caps: a budget the venue does not have is named, and those it has", () => {
  const error = assertThrows(() => capped(metering(), { budgets: { rest: {} } }), RangeError);
  assertEquals(error.message, "budgets.rest: must be one of weight, orders");
});
