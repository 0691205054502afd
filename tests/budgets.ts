/** Two budgets as many venues have them, in few words: weight by address and orders by account. */
import { assert } from "@std/assert";
import type { Budget, RateLimits, RequestCost, WindowBudget } from "../src/exchanges/exchange.ts";
import type { ReportedUsage } from "../src/model/rate_limits.ts";

export interface WindowLimit {
  readonly capacity: number;
  readonly intervalMs: number;
}

export interface Two<T> {
  readonly weight: T;
  readonly orders: T;
}

export function twoBudgets({ weight, orders }: Two<WindowLimit>): RateLimits {
  return {
    budgets: {
      weight: { kind: "window", scope: "ip", ...weight },
      orders: { kind: "window", scope: "account", ...orders },
    },
  };
}

export function twoCosts({ weight, orders }: Two<number>): RequestCost {
  return [{ budget: "weight", amount: weight }, { budget: "orders", amount: orders }];
}

/** Null: the venue has not said. */
export function twoUsed({ weight, orders }: Two<number | null>): ReportedUsage {
  return {
    budgets: {
      ...(weight === null ? {} : { weight: { used: weight } }),
      ...(orders === null ? {} : { orders: { used: orders } }),
    },
  };
}

export function windowOf(budget: Budget | undefined): WindowBudget {
  assert(budget?.kind === "window", `expected a window, got ${budget?.kind}`);
  return budget;
}
