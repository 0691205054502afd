/**
 * Bybit's rate limits: by account and endpoint in a rolling second, answered 10006 with HTTP 200,
 * and by IP in five seconds, answered HTTP 403 for ten minutes. Everybody here comes from loopback,
 * so there is one IP. Source: bybit-exchange.github.io/docs/v5/rate-limit.
 */
import type { Clock } from "../../model/clock.ts";
import type { EpochMs } from "../../model/scalars.ts";
import { type Counter, Counters, SlidingWindow } from "../kit/counters.ts";
import { accessTooFrequent, tooManyVisits } from "./refusal.ts";

export interface LimitOptions {
  /** Creates and cancels of one account, in a second. */
  readonly spotOrdersPerSecond: number;
  readonly contractOrdersPerSecond: number;
  readonly amendsPerSecond: number;
  /** Of each reading endpoint. */
  readonly readsPerSecond: number;
  readonly ipRequestsPer5s: number;
  readonly ipBanMs: number;
}

/** As published in 2026 for unified accounts. */
export const DEFAULT_LIMITS: LimitOptions = {
  spotOrdersPerSecond: 20,
  contractOrdersPerSecond: 10,
  amendsPerSecond: 10,
  readsPerSecond: 50,
  ipRequestsPer5s: 600,
  ipBanMs: 600_000,
};

/** For benchmarks: limits nobody reaches. */
export const NO_LIMITS: LimitOptions = {
  spotOrdersPerSecond: 1_000_000_000,
  contractOrdersPerSecond: 1_000_000_000,
  amendsPerSecond: 1_000_000_000,
  readsPerSecond: 1_000_000_000,
  ipRequestsPer5s: 1_000_000_000,
  ipBanMs: 600_000,
};

/** Which limit an endpoint counts against. */
export type LimitClass = "create" | "cancel" | "amend" | "read";

export interface Spending {
  readonly account: string;
  readonly endpoint: string;
  readonly limit: LimitClass;
  readonly isSpot: boolean;
}

const SECOND_MS = 1_000;

export class Limits {
  readonly #options: LimitOptions;
  readonly #clock: Pick<Clock, "now">;
  readonly #ip: Counter;
  readonly #byEndpoint = new Map<number, Counters<Counter>>();
  #bannedUntil: EpochMs = 0;

  constructor(options: LimitOptions, clock: Pick<Clock, "now">) {
    this.#options = options;
    this.#clock = clock;
    this.#ip = new SlidingWindow(clock, { max: options.ipRequestsPer5s, lengthMs: 5 * SECOND_MS });
  }

  /** @throws {Refusal} HTTP 403 during a ban, and from the request on that begins one. */
  spendIp(): void {
    const now = this.#clock.now();
    if (now < this.#bannedUntil) throw accessTooFrequent();
    if (this.#ip.take(1)) return;
    this.#bannedUntil = now + this.#options.ipBanMs;
    throw accessTooFrequent();
  }

  /** @throws {Refusal} 10006. */
  spend(spending: Spending): void {
    if (!this.#counterOf(spending).take(1)) throw tooManyVisits();
  }

  /** As every private answer has them, also the one that refuses. */
  headers(spending: Spending): string {
    const max = this.#maxOf(spending);
    const counter = this.#counterOf(spending);
    const now = this.#clock.now();
    const left = Math.max(0, max - counter.used);
    const reset = left > 0 ? now : counter.resetsAt;
    return `x-bapi-limit: ${max}\r\nx-bapi-limit-status: ${left}\r\n` +
      `x-bapi-limit-reset-timestamp: ${reset}\r\ntimenow: ${now}\r\n`;
  }

  #counterOf(spending: Spending): Counter {
    const max = this.#maxOf(spending);
    let counters = this.#byEndpoint.get(max);
    if (counters === undefined) {
      const size = { max, lengthMs: SECOND_MS };
      counters = new Counters(() => new SlidingWindow(this.#clock, size));
      this.#byEndpoint.set(max, counters);
    }
    return counters.of(`${spending.account} ${spending.endpoint} ${spending.isSpot}`);
  }

  #maxOf({ limit, isSpot }: Spending): number {
    const options = this.#options;
    switch (limit) {
      case "create":
      case "cancel":
        return isSpot ? options.spotOrdersPerSecond : options.contractOrdersPerSecond;
      case "amend":
        return options.amendsPerSecond;
      case "read":
        return options.readsPerSecond;
    }
  }
}
