/**
 * What Hyperliquid counts. Source: hyperliquid.gitbook.io, "Rate limits and user limits", read on
 * 2026-11-21: a weight of 1,200 a minute by IP, and actions by address: one for each USDC traded
 * beside 10,000 to begin with, cancels `min(limit + 100000, limit * 2)`; once they are used up, one
 * every 10 s.
 */
import type {
  RateLimits,
  ReportedUsage,
  RequestAbout,
  RequestCost,
  RequestKind,
} from "../../../exchange.ts";
import { type Row, RowError } from "../../rows/fields.ts";

const INITIAL = 10_000;
const TRICKLE_PER_SECOND = 0.1;

export const hyperliquidRateLimits: RateLimits = {
  budgets: {
    weight: { kind: "window", scope: "ip", capacity: 1_200, intervalMs: 60_000 },
    actions: {
      kind: "allowance",
      scope: "account",
      initial: INITIAL,
      tricklePerSecond: TRICKLE_PER_SECOND,
    },
    cancels: {
      kind: "allowance",
      scope: "account",
      initial: cancelLimit(INITIAL),
      tricklePerSecond: TRICKLE_PER_SECOND,
    },
  },
};

/** `userRateLimit`: `{"cumVlm":"2854574.59","nRequestsUsed":2890,"nRequestsCap":2864574}`. */
export function budgetsLeft(row: Row): ReportedUsage {
  const [used, cap] = [countIn(row, "nRequestsUsed"), countIn(row, "nRequestsCap")];
  const bought = row["nRequestsSurplus"] === undefined ? 0 : countIn(row, "nRequestsSurplus");
  const limit = cap + bought;
  return {
    budgets: {
      actions: { remaining: Math.max(0, limit - used) },
      cancels: { remaining: Math.max(0, cancelLimit(limit) - used) },
    },
  };
}

function cancelLimit(limit: number): number {
  return Math.min(limit + 100_000, limit * 2);
}

function countIn(row: Row, field: string): number {
  const value = row[field];
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new RowError(`${field} is not a count`);
}

const weighing = (amount: number): RequestCost => [{ budget: "weight", amount }];
/** "All documented exchange API requests have a weight of 1 + floor(batch_length / 40)." */
const ORDER: RequestCost = [...weighing(1), { budget: "actions", amount: 1 }];
const CANCEL: RequestCost = [...weighing(1), { budget: "cancels", amount: 1 }];
/** `l2Book`, `clearinghouseState`, `orderStatus`, `spotClearinghouseState`, `exchangeStatus`. */
const LIGHT = weighing(2);
/** "All other documented info requests have weight 20", and 1 more for each 20 rows of lists. */
const LIST = weighing(20);
/** A list with a few hundred rows. */
const LONG_LIST = weighing(40);
/** What proving an absence takes of an account that is not too busy: status and three lists. */
const LOOKUP = weighing(62);
const FILLS_OF = weighing(42);
const NOTHING: RequestCost = [];

export function cost(kind: RequestKind, about: RequestAbout): RequestCost {
  switch (kind) {
    case "submit":
    case "amend":
      return ORDER;
    case "cancel":
      return CANCEL;
    case "lookup":
      return LOOKUP;
    case "openOrders":
      return LIST;
    case "fillsSince":
      return LONG_LIST;
    case "fillsOf":
      return FILLS_OF;
    case "ticker":
      return about.endpoint === "trades" || about.endpoint === "ohlcv" ? LIST : LIGHT;
    case "balances":
    case "positions":
    case "serverTime":
      return LIGHT;
    case "instruments":
      return LIST;
    case "deadMansSwitch":
      return NOTHING;
  }
}
