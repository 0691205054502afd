/**
 * Binance's rate limits: request weight per IP in fixed windows of one minute, new orders per
 * account in fixed windows of ten seconds and one day, 429 above them, and 418 for whoever goes on.
 * Everybody here comes from loopback, so there is one IP.
 * Source: developers.binance.com, "LIMITS" and exchangeInfo.
 */
import type { Clock } from "../../model/clock.ts";
import type { EpochMs } from "../../model/scalars.ts";
import { FixedWindow } from "../kit/counters.ts";
import { Refusal } from "./refusal.ts";

export interface LimitOptions {
  /** Per minute. */
  readonly weightMax: number;
  /** Per account in ten seconds. */
  readonly ordersPer10sMax: number;
  /** Per account and day. */
  readonly ordersPerDayMax: number;
  /** Requests answered 429 in a row before the ban; the exchange does not tell its number. */
  readonly warningsMax: number;
  /** The first ban, doubled each time, up to three days. */
  readonly banMs: number;
}

/** As published for spot in 2025; `warningsMax` is a guess on the strict side. */
export const DEFAULT_LIMITS: LimitOptions = {
  weightMax: 6_000,
  ordersPer10sMax: 100,
  ordersPerDayMax: 200_000,
  warningsMax: 10,
  banMs: 120_000,
};

/** For benchmarks: limits nobody reaches. */
export const NO_LIMITS: LimitOptions = {
  weightMax: 1_000_000_000,
  ordersPer10sMax: 1_000_000_000,
  ordersPerDayMax: 1_000_000_000,
  warningsMax: 10,
  banMs: 120_000,
};

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const BAN_MS_MAX = 3 * DAY_MS;

export interface RateLimitRow {
  readonly rateLimitType: "REQUEST_WEIGHT" | "ORDERS" | "RAW_REQUESTS";
  readonly interval: "SECOND" | "MINUTE" | "DAY";
  readonly intervalNum: number;
  readonly limit: number;
  readonly count?: number;
}

/** One of the windows in which new orders of an account are counted. */
export interface OrderLimit {
  readonly interval: RateLimitRow["interval"];
  readonly intervalNum: number;
  readonly max: number;
  /** As the header and the refusal write it. */
  readonly name: { readonly header: string; readonly text: string };
}

export interface LimitRules extends Pick<LimitOptions, "weightMax" | "warningsMax" | "banMs"> {
  readonly orders: readonly OrderLimit[];
  /** Published and not counted. */
  readonly uncounted: readonly RateLimitRow[];
}

export function spotLimits(options: LimitOptions): LimitRules {
  return {
    ...options,
    orders: [
      {
        interval: "SECOND",
        intervalNum: 10,
        max: options.ordersPer10sMax,
        name: { header: "10s", text: "10 SECOND" },
      },
      {
        interval: "DAY",
        intervalNum: 1,
        max: options.ordersPerDayMax,
        name: { header: "1d", text: "1 DAY" },
      },
    ],
    uncounted: [row("RAW_REQUESTS", "MINUTE", { intervalNum: 5, limit: 300_000 })],
  };
}

const INTERVAL_MS: Readonly<Record<RateLimitRow["interval"], number>> = {
  SECOND: 1_000,
  MINUTE: MINUTE_MS,
  DAY: DAY_MS,
};

export class Limits {
  readonly #rules: LimitRules;
  readonly #clock: Pick<Clock, "now">;
  /** Counted on above the limit, as the exchange does. */
  readonly #weight: FixedWindow;
  readonly #orders = new Map<string, readonly FixedWindow[]>();
  #warnings = 0;
  #bans = 0;
  #bannedUntil: EpochMs = 0;

  constructor(rules: LimitRules, clock: Pick<Clock, "now">) {
    this.#rules = rules;
    this.#clock = clock;
    this.#weight = new FixedWindow(clock, { max: rules.weightMax, lengthMs: MINUTE_MS });
  }

  /** @throws {Refusal} 429 over the limit, 418 during a ban. */
  spendWeight(weight: number): void {
    const now = this.#clock.now();
    if (now < this.#bannedUntil) throw this.banned(this.#bannedUntil);
    if (this.#weight.used === 0) this.#warnings = 0;
    this.#weight.add(weight);
    if (this.#weight.used <= this.#rules.weightMax) return;
    this.#warnings++;
    if (this.#warnings > this.#rules.warningsMax) throw this.#ban(now);
    throw this.tooManyRequests();
  }

  /** @throws {Refusal} -1015 with 429. */
  spendOrder(account: string): void {
    const windows = this.#windowsOf(account);
    for (const [index, { max, name }] of this.#rules.orders.entries()) {
      if (windows[index]!.used >= max) throw tooManyOrders(max, name.text);
    }
    for (const window of windows) window.add(1);
  }

  /** The header lines Binance adds to every answer; order counts only to what places orders. */
  headers(orderAccount: string | null): string {
    const weight = this.#weight.used;
    const head = `x-mbx-used-weight: ${weight}\r\nx-mbx-used-weight-1m: ${weight}\r\n`;
    if (orderAccount === null) return head;
    const windows = this.#windowsOf(orderAccount);
    return head +
      this.#rules.orders.map(({ name }, index) =>
        `x-mbx-order-count-${name.header}: ${windows[index]!.used}\r\n`
      ).join("");
  }

  /** The rows of exchangeInfo. */
  rows(): readonly RateLimitRow[] {
    return [this.#weightRow(), ...this.#rules.orders.map(orderRow), ...this.#rules.uncounted];
  }

  /** With counts, as the WebSocket API shows them. */
  countedRows(orderAccount: string | null): readonly RateLimitRow[] {
    const weight = { ...this.#weightRow(), count: this.#weight.used };
    if (orderAccount === null) return [weight];
    const windows = this.#windowsOf(orderAccount);
    const orders = this.#rules.orders.map((limit, index) => ({
      ...orderRow(limit),
      count: windows[index]!.used,
    }));
    return [...orders, weight];
  }

  tooManyRequests(): Refusal {
    const now = this.#clock.now();
    return new Refusal(
      -1003,
      `Too much request weight used; current limit is ${this.#rules.weightMax} request weight ` +
        "per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.",
      { status: 429, retryAfterS: Math.ceil((this.#weight.resetsAt - now) / 1000) },
    );
  }

  banned(until: EpochMs = this.#clock.now() + this.#rules.banMs): Refusal {
    return new Refusal(
      -1003,
      `Way too much request weight used; IP banned until ${until}. ` +
        "Please use WebSocket Streams for live updates to avoid bans.",
      { status: 418, retryAfterS: Math.ceil((until - this.#clock.now()) / 1000) },
    );
  }

  reset(): void {
    this.#weight.reset();
    this.#orders.clear();
    this.#warnings = this.#bans = this.#bannedUntil = 0;
  }

  #ban(now: EpochMs): Refusal {
    this.#bannedUntil = now + Math.min(BAN_MS_MAX, this.#rules.banMs * 2 ** this.#bans);
    this.#bans++;
    this.#warnings = 0;
    return this.banned(this.#bannedUntil);
  }

  #windowsOf(account: string): readonly FixedWindow[] {
    let windows = this.#orders.get(account);
    if (windows === undefined) {
      windows = this.#rules.orders.map(({ interval, intervalNum, max }) =>
        new FixedWindow(this.#clock, { max, lengthMs: intervalNum * INTERVAL_MS[interval] })
      );
      this.#orders.set(account, windows);
    }
    return windows;
  }

  #weightRow(): RateLimitRow {
    return row("REQUEST_WEIGHT", "MINUTE", { intervalNum: 1, limit: this.#rules.weightMax });
  }
}

function orderRow({ interval, intervalNum, max }: OrderLimit): RateLimitRow {
  return row("ORDERS", interval, { intervalNum, limit: max });
}

export function row(
  rateLimitType: RateLimitRow["rateLimitType"],
  interval: RateLimitRow["interval"],
  numbers: { readonly intervalNum: number; readonly limit: number },
): RateLimitRow {
  return { rateLimitType, interval, ...numbers };
}

/** The exchange sends this one without Retry-After. */
function tooManyOrders(limit: number, interval: string): Refusal {
  return new Refusal(
    -1015,
    `Too many new orders; current limit is ${limit} orders per ${interval}.`,
    { status: 429 },
  );
}
