/**
 * OKX's rate limits: so many requests in 2 s by endpoint and by whom it counts them, and new and
 * changed orders of an account together. Source: OKX API guide v5, each endpoint's "Rate Limit", and
 * okx.com/help/fill-ratio-sub-account-rate-limit, as read on 2026-11-21.
 */
import type { Clock } from "../../model/clock.ts";
import { Counters, SlidingWindow } from "../kit/counters.ts";
import { OrderRefusal, tooManyRequests } from "./refusal.ts";

/** Requests in 2 s. */
export interface LimitOptions {
  /** Of placing, of changing and of canceling, each by account and instrument. */
  readonly orderRequestsMax: number;
  /** New and changed orders of an account. */
  readonly accountOrdersMax: number;
  /** Of every private read, by account. */
  readonly readsMax: number;
  /** Balances and positions, by account. */
  readonly accountReadsMax: number;
  /** Of every public read, by address; all of ours is one. */
  readonly publicMax: number;
}

export const DEFAULT_LIMITS: LimitOptions = {
  orderRequestsMax: 60,
  accountOrdersMax: 1_000,
  readsMax: 60,
  accountReadsMax: 10,
  publicMax: 20,
};

/** For benchmarks: limits nobody reaches. */
export const NO_LIMITS: LimitOptions = {
  orderRequestsMax: 1_000_000_000,
  accountOrdersMax: 1_000_000_000,
  readsMax: 1_000_000_000,
  accountReadsMax: 1_000_000_000,
  publicMax: 1_000_000_000,
};

export type Budget = "order" | "read" | "account" | "public";

const LENGTH_MS = 2_000;

export class Limits {
  readonly #byBudget: Readonly<Record<Budget, Counters<SlidingWindow>>>;
  readonly #accountOrders: Counters<SlidingWindow>;

  constructor(options: LimitOptions, clock: Pick<Clock, "now">) {
    const windows = (max: number) =>
      new Counters(() => new SlidingWindow(clock, { max, lengthMs: LENGTH_MS }));
    this.#byBudget = {
      order: windows(options.orderRequestsMax),
      read: windows(options.readsMax),
      account: windows(options.accountReadsMax),
      public: windows(options.publicMax),
    };
    this.#accountOrders = windows(options.accountOrdersMax);
  }

  /** @throws {Refusal} 50011 with 429. */
  spend(budget: Budget, key: string): void {
    if (!this.#byBudget[budget].of(key).take(1)) throw tooManyRequests();
  }

  /** @throws {OrderRefusal} 50061 inside an answer with 200. */
  spendOrder(account: string): void {
    if (this.#accountOrders.of(account).take(1)) return;
    throw new OrderRefusal(
      "50061",
      "You've reached the maximum order rate limit for this account.",
    );
  }
}
