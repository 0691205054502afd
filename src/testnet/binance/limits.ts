/**
 * Binance's rate limits: request weight per IP in fixed windows of one minute, new orders per
 * account in fixed windows of ten seconds and one day, 429 above them, and 418 for whoever goes on.
 * Everybody here comes from loopback, so there is one IP.
 * Source: developers.binance.com, "LIMITS" and exchangeInfo.
 */
import type { Clock } from "../../model/clock.ts";
import type { EpochMs } from "../../model/scalars.ts";
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
const TEN_SECONDS_MS = 10_000;
const DAY_MS = 86_400_000;
const BAN_MS_MAX = 3 * DAY_MS;

export interface RateLimitRow {
  readonly rateLimitType: "REQUEST_WEIGHT" | "ORDERS" | "RAW_REQUESTS";
  readonly interval: "SECOND" | "MINUTE" | "DAY";
  readonly intervalNum: number;
  readonly limit: number;
  readonly count?: number;
}

interface Window {
  /** Number of the window since 1970. */
  index: number;
  used: number;
}

interface OrderWindows {
  readonly tenSeconds: Window;
  readonly day: Window;
}

export class Limits {
  readonly options: LimitOptions;
  readonly #clock: Pick<Clock, "now">;
  readonly #weight: Window = { index: 0, used: 0 };
  readonly #orders = new Map<string, OrderWindows>();
  #warnings = 0;
  #bans = 0;
  #bannedUntil: EpochMs = 0;

  constructor(options: LimitOptions, clock: Pick<Clock, "now">) {
    this.options = options;
    this.#clock = clock;
  }

  /** @throws {Refusal} 429 over the limit, 418 during a ban. */
  spendWeight(weight: number): void {
    const now = this.#clock.now();
    if (now < this.#bannedUntil) throw this.banned(this.#bannedUntil);
    const window = current(this.#weight, now, MINUTE_MS);
    if (window.used === 0) this.#warnings = 0;
    window.used += weight;
    if (window.used <= this.options.weightMax) return;
    this.#warnings++;
    if (this.#warnings > this.options.warningsMax) throw this.#ban(now);
    throw this.tooManyRequests();
  }

  /** @throws {Refusal} -1015 with 429. */
  spendOrder(account: string): void {
    const windows = this.#windowsOf(account);
    if (windows.tenSeconds.used >= this.options.ordersPer10sMax) {
      throw tooManyOrders(this.options.ordersPer10sMax, "10 SECOND");
    }
    if (windows.day.used >= this.options.ordersPerDayMax) {
      throw tooManyOrders(this.options.ordersPerDayMax, "1 DAY");
    }
    windows.tenSeconds.used++;
    windows.day.used++;
  }

  get usedWeight(): number {
    return current(this.#weight, this.#clock.now(), MINUTE_MS).used;
  }

  usedOrders(account: string): { readonly tenSeconds: number; readonly day: number } {
    const windows = this.#windowsOf(account);
    return { tenSeconds: windows.tenSeconds.used, day: windows.day.used };
  }

  /** The header lines Binance adds to every answer; order counts only to what places orders. */
  headers(orderAccount: string | null): string {
    const weight = this.usedWeight;
    const head = `x-mbx-used-weight: ${weight}\r\nx-mbx-used-weight-1m: ${weight}\r\n`;
    if (orderAccount === null) return head;
    const used = this.usedOrders(orderAccount);
    return head +
      `x-mbx-order-count-10s: ${used.tenSeconds}\r\nx-mbx-order-count-1d: ${used.day}\r\n`;
  }

  /** The rows of exchangeInfo, or with counts as the WebSocket API shows them. */
  rows(): readonly RateLimitRow[] {
    return [
      this.#weightRow(),
      row("ORDERS", "SECOND", { intervalNum: 10, limit: this.options.ordersPer10sMax }),
      row("ORDERS", "DAY", { intervalNum: 1, limit: this.options.ordersPerDayMax }),
      row("RAW_REQUESTS", "MINUTE", { intervalNum: 5, limit: 300_000 }),
    ];
  }

  countedRows(orderAccount: string | null): readonly RateLimitRow[] {
    const weight = { ...this.#weightRow(), count: this.usedWeight };
    if (orderAccount === null) return [weight];
    const used = this.usedOrders(orderAccount);
    const [, tenSeconds, day] = this.rows();
    return [
      { ...tenSeconds!, count: used.tenSeconds },
      { ...day!, count: used.day },
      weight,
    ];
  }

  tooManyRequests(): Refusal {
    const now = this.#clock.now();
    return new Refusal(
      -1003,
      `Too much request weight used; current limit is ${this.options.weightMax} request weight ` +
        "per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.",
      { status: 429, retryAfterS: Math.ceil((MINUTE_MS - now % MINUTE_MS) / 1000) },
    );
  }

  banned(until: EpochMs = this.#clock.now() + this.options.banMs): Refusal {
    return new Refusal(
      -1003,
      `Way too much request weight used; IP banned until ${until}. ` +
        "Please use WebSocket Streams for live updates to avoid bans.",
      { status: 418, retryAfterS: Math.ceil((until - this.#clock.now()) / 1000) },
    );
  }

  reset(): void {
    this.#weight.used = 0;
    this.#orders.clear();
    this.#warnings = this.#bans = this.#bannedUntil = 0;
  }

  #ban(now: EpochMs): Refusal {
    this.#bannedUntil = now + Math.min(BAN_MS_MAX, this.options.banMs * 2 ** this.#bans);
    this.#bans++;
    this.#warnings = 0;
    return this.banned(this.#bannedUntil);
  }

  #windowsOf(account: string): OrderWindows {
    let windows = this.#orders.get(account);
    if (windows === undefined) {
      windows = { tenSeconds: { index: 0, used: 0 }, day: { index: 0, used: 0 } };
      this.#orders.set(account, windows);
    }
    const now = this.#clock.now();
    current(windows.tenSeconds, now, TEN_SECONDS_MS);
    current(windows.day, now, DAY_MS);
    return windows;
  }

  #weightRow(): RateLimitRow {
    return row("REQUEST_WEIGHT", "MINUTE", { intervalNum: 1, limit: this.options.weightMax });
  }
}

function row(
  rateLimitType: RateLimitRow["rateLimitType"],
  interval: RateLimitRow["interval"],
  numbers: { readonly intervalNum: number; readonly limit: number },
): RateLimitRow {
  return { rateLimitType, interval, ...numbers };
}

/** Windows are aligned to the clock, as the exchange's are: the count restarts on the minute. */
function current(window: Window, now: EpochMs, lengthMs: number): Window {
  const index = Math.floor(now / lengthMs);
  if (window.index !== index) {
    window.index = index;
    window.used = 0;
  }
  return window;
}

/** The exchange sends this one without Retry-After. */
function tooManyOrders(limit: number, interval: string): Refusal {
  return new Refusal(
    -1015,
    `Too many new orders; current limit is ${limit} orders per ${interval}.`,
    { status: 429 },
  );
}
