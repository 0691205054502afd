/**
 * How the venue of a simulated world counts requests: at most so much in any stretch of the
 * interval (S6). Some worlds have budgets that a careless sender would break.
 */
import type { RateLimits, RequestCost, RequestKind } from "../../src/exchanges/exchange.ts";
import { type Two, twoBudgets, twoCosts, type WindowLimit } from "../budgets.ts";
import type { Decisions } from "./decisions.ts";

/** As venues weigh them: reads of trades cost many times an order, which costs 1. */
const WEIGHTS: Readonly<Partial<Record<RequestKind, number>>> = {
  lookup: 4,
  openOrders: 20,
  fillsSince: 20,
  fillsOf: 20,
  balances: 20,
  positions: 5,
  instruments: 20,
};

const WIDE: Two<WindowLimit> = {
  weight: { capacity: 1_000_000, intervalMs: 60_000 },
  orders: { capacity: 100_000, intervalMs: 60_000 },
};
/**
 * A busy world wants more than this; all of it still fits into the time after healing. Few orders in
 * a long interval, so that several starts fall into one.
 */
const TIGHT: Two<WindowLimit> = {
  weight: { capacity: 400, intervalMs: 30_000 },
  orders: { capacity: 20, intervalMs: 60_000 },
};

export class Budgets {
  readonly limits: RateLimits;
  readonly isTight: boolean;
  readonly #weight: Window;
  readonly #orders: Window;

  constructor(decisions: Decisions) {
    this.isTight = decisions.trait("tightBudgets", 0.5);
    const { weight, orders } = this.isTight ? TIGHT : WIDE;
    this.limits = twoBudgets({ weight, orders });
    this.#weight = new Window(weight);
    this.#orders = new Window(orders);
  }

  cost(kind: RequestKind): RequestCost {
    return twoCosts(costOf(kind));
  }

  /** @returns what is broken by this request, or null. `at` is monotonic. */
  use(kind: RequestKind, at: number): string | null {
    if (!this.isTight) return null;
    const { weight, orders } = costOf(kind);
    const heavy = this.#weight.use(weight, at);
    const many = this.#orders.use(orders, at);
    return heavy === null ? many : `weight ${heavy}`;
  }
}

function costOf(kind: RequestKind): Two<number> {
  return { weight: WEIGHTS[kind] ?? 1, orders: kind === "submit" || kind === "amend" ? 1 : 0 };
}

/** What was used in the last stretch of one interval. */
class Window {
  readonly #limit: WindowLimit;
  readonly #uses: { readonly at: number; readonly cost: number }[] = [];
  #used = 0;

  constructor(limit: WindowLimit) {
    this.#limit = limit;
  }

  use(cost: number, at: number): string | null {
    if (cost === 0) return null;
    const { capacity, intervalMs } = this.#limit;
    while (this.#uses.length > 0 && this.#uses[0]!.at <= at - intervalMs) {
      this.#used -= this.#uses.shift()!.cost;
    }
    this.#uses.push({ at, cost });
    this.#used += cost;
    return this.#used > capacity ? `${this.#used} of ${capacity} in ${intervalMs} ms` : null;
  }
}
