/**
 * Hyperliquid's limits: a weight a minute by address of the network, and actions by account.
 * Source: hyperliquid.gitbook.io, "Rate limits and user limits", as read on 2026-11-21.
 */
import type { Clock } from "../../model/clock.ts";
import type { EpochMs } from "../../model/scalars.ts";
import { SlidingWindow } from "../kit/counters.ts";
import { actionRefusal, tooManyRequests } from "./refusal.ts";

export interface LimitOptions {
  /** Weight in a minute. */
  readonly ipWeightMax: number;
  /** Actions an account has before it has traded anything. */
  readonly addressRequestsInitial: number;
}

export const DEFAULT_LIMITS: LimitOptions = {
  ipWeightMax: 1_200,
  addressRequestsInitial: 10_000,
};

/** For benchmarks: limits nobody reaches. */
export const NO_LIMITS: LimitOptions = {
  ipWeightMax: 1_000_000_000,
  addressRequestsInitial: 1_000_000_000,
};

const MINUTE_MS = 60_000;
/** "When rate limited, an address is allowed one request every 10 seconds." */
const TRICKLE_MS = 10_000;

interface Use {
  used: number;
  /** When the last one was let through beyond the limit. */
  trickledAt: EpochMs;
}

export class Limits {
  readonly #options: LimitOptions;
  readonly #clock: Pick<Clock, "now">;
  readonly #weight: SlidingWindow;
  readonly #uses = new Map<string, Use>();

  constructor(options: LimitOptions, clock: Pick<Clock, "now">) {
    this.#options = options;
    this.#clock = clock;
    this.#weight = new SlidingWindow(clock, { max: options.ipWeightMax, lengthMs: MINUTE_MS });
  }

  /** @throws {Refusal} 429. */
  spendWeight(weight: number): void {
    if (!this.#weight.take(weight)) throw tooManyRequests();
  }

  /** @param volume whole USDC the account has traded. @throws {Refusal} in the venue's words. */
  spendAction(account: string, kind: "action" | "cancel", volume: number): void {
    const use = this.#useOf(account);
    const limit = this.capOf(volume);
    const cap = kind === "cancel" ? Math.min(limit + 100_000, limit * 2) : limit;
    use.used++;
    if (use.used <= cap) return;
    const now = this.#clock.now();
    if (now - use.trickledAt >= TRICKLE_MS) {
      use.trickledAt = now;
      return;
    }
    throw actionRefusal(
      `Too many cumulative requests sent (${use.used} > ${cap}) for cumulative volume traded ` +
        `$${volume}.0. Place taker orders to free up 1 request per USDC traded.`,
    );
  }

  usedBy(account: string): number {
    return this.#useOf(account).used;
  }

  /** "1 request per 1 USDC traded cumulatively", beside the initial ones. */
  capOf(volume: number): number {
    return this.#options.addressRequestsInitial + volume;
  }

  #useOf(account: string): Use {
    let use = this.#uses.get(account);
    if (use === undefined) {
      this.#uses.set(account, use = { used: 0, trickledAt: Number.NEGATIVE_INFINITY });
    }
    return use;
  }
}
