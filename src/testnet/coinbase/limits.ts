/**
 * Coinbase's rate limits: so many requests a second of an account on private endpoints, and of an
 * IP on public ones, answered with HTTP 429. Everybody here comes from loopback: there is one IP.
 * Source: Advanced Trade, rest-api-rate-limits, as ccxt 4.5.84 quotes it.
 */
import type { Clock } from "../../model/clock.ts";
import { type Counter, Counters, SlidingWindow } from "../kit/counters.ts";
import { tooManyRequests } from "./refusal.ts";

export interface LimitOptions {
  readonly privateRequestsPerSecond: number;
  readonly publicRequestsPerSecond: number;
}

/** As published. */
export const DEFAULT_LIMITS: LimitOptions = {
  privateRequestsPerSecond: 30,
  publicRequestsPerSecond: 10,
};

/** For benchmarks: limits nobody reaches. */
export const NO_LIMITS: LimitOptions = {
  privateRequestsPerSecond: 1_000_000_000,
  publicRequestsPerSecond: 1_000_000_000,
};

const SECOND_MS = 1_000;

export class Limits {
  readonly #public: Counter;
  readonly #private: Counters<Counter>;

  constructor(options: LimitOptions, clock: Pick<Clock, "now">) {
    const window = (max: number) => new SlidingWindow(clock, { max, lengthMs: SECOND_MS });
    this.#public = window(options.publicRequestsPerSecond);
    this.#private = new Counters(() => window(options.privateRequestsPerSecond));
  }

  /** @param account null for what needs no key. @throws {Refusal} 429. */
  spend(account: string | null): void {
    const counter = account === null ? this.#public : this.#private.of(account);
    if (!counter.take(1)) throw tooManyRequests();
  }
}
