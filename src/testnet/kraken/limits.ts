/**
 * Kraken's two counters, which requests raise and time lowers: one of the key's reads, one of its
 * orders by pair. Source: docs.kraken.com/exchange/guides/general/ratelimits.
 */
import type { Clock } from "../../model/clock.ts";
import type { EpochMs } from "../../model/scalars.ts";
import { Counters, DecayCounter } from "../kit/counters.ts";
import { Refusal } from "./refusal.ts";

export interface LimitOptions {
  readonly restCounterMax: number;
  readonly restDecayPerSecond: number;
  readonly tradingCounterMax: number;
  readonly tradingDecayPerSecond: number;
}

/** Of the lowest tier, Starter, as published in 2026. */
export const DEFAULT_LIMITS: LimitOptions = {
  restCounterMax: 15,
  restDecayPerSecond: 0.33,
  tradingCounterMax: 60,
  tradingDecayPerSecond: 1,
};

/** For benchmarks: limits nobody reaches. */
export const NO_LIMITS: LimitOptions = {
  restCounterMax: 1_000_000_000,
  restDecayPerSecond: 1_000_000,
  tradingCounterMax: 1_000_000_000,
  tradingDecayPerSecond: 1_000_000,
};

/** [younger than, what a cancel adds, what an amendment adds]; placing adds 1. */
const BY_AGE: readonly (readonly [number, number, number])[] = [
  [5_000, 8, 4],
  [10_000, 6, 3],
  [15_000, 5, 2],
  [45_000, 4, 1],
  [90_000, 2, 1],
  [300_000, 1, 1],
];

export class Limits {
  readonly #clock: Pick<Clock, "now">;
  readonly #rest: Counters<DecayCounter>;
  readonly #trading: Counters<DecayCounter>;

  constructor(options: LimitOptions, clock: Pick<Clock, "now">) {
    const { restCounterMax, restDecayPerSecond, tradingCounterMax, tradingDecayPerSecond } =
      options;
    this.#clock = clock;
    this.#rest = new Counters(() =>
      new DecayCounter(clock, { max: restCounterMax, perSecond: restDecayPerSecond })
    );
    this.#trading = new Counters(() =>
      new DecayCounter(clock, { max: tradingCounterMax, perSecond: tradingDecayPerSecond })
    );
  }

  /** @throws {Refusal} when the key has read too much. */
  read(keyId: string, amount: number): void {
    if (amount > 0 && !this.#rest.of(keyId).take(amount)) {
      throw new Refusal("EAPI:Rate limit exceeded");
    }
  }

  /** @throws {Refusal} when too much was placed and canceled of the pair. */
  place(account: string, symbolId: string): void {
    this.#take(account, symbolId, 1);
  }

  /** @throws {Refusal} as `place`. */
  amend(account: string, symbolId: string, placedAt: EpochMs): void {
    this.#take(account, symbolId, this.#byAge(placedAt)?.[2] ?? 1);
  }

  /** A cancel counts, and is never refused for it. */
  cancel(account: string, symbolId: string, placedAt: EpochMs): void {
    this.#counter(account, symbolId).add(this.#byAge(placedAt)?.[1] ?? 0);
  }

  #take(account: string, symbolId: string, amount: number): void {
    if (this.#counter(account, symbolId).take(amount)) return;
    throw new Refusal("EOrder:Rate limit exceeded");
  }

  #byAge(placedAt: EpochMs) {
    const age = this.#clock.now() - placedAt;
    return BY_AGE.find(([below]) => age < below);
  }

  #counter(account: string, symbolId: string): DecayCounter {
    return this.#trading.of(`${account} ${symbolId}`);
  }
}
