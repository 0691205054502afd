/**
 * What Kraken spot counts, of the lowest tier. Source:
 * docs.kraken.com/exchange/guides/general/ratelimits and
 * docs.kraken.com/api/docs/guides/spot-ratelimits, read on 2026-11-21. It tells no usage.
 */
import type { RateLimits, RequestAbout, RequestCost } from "../../../../model/rate_limits.ts";
import type { RequestKind } from "../../../exchange.ts";

export const KRAKEN_RATE_LIMITS: RateLimits = {
  budgets: {
    // "Starter: 15, -0.33 per second"; "ledger/trade history calls increase the counter by 2", other
    // calls by 1; placing and canceling count in the other one only.
    rest: { kind: "decay", scope: "account", capacity: 15, decayPerSecond: 0.33 },
    // By pair. "Starter: 60, -1 per second".
    trading: { kind: "decay", scope: "symbol", capacity: 60, decayPerSecond: 1 },
    // Public reads: "one per second and IP address" is what the venue recommends.
    public: { kind: "window", scope: "ip", capacity: 10, intervalMs: 10_000 },
  },
};

const COSTS: Readonly<Record<string, RequestCost>> = {
  submit: trading(1),
  // The order itself, or the open and closed orders with its id and the newest of each list.
  lookup: rest(5),
  openOrders: rest(1),
  fillsSince: rest(2),
  fillsOf: rest(2),
  balances: rest(1),
  permissions: rest(1),
  deadMansSwitch: rest(1),
  // Nothing is asked for.
  positions: [],
  ticker: [{ budget: "public", amount: 1 }],
  instruments: [{ budget: "public", amount: 1 }],
  serverTime: [{ budget: "public", amount: 1 }],
};

/** [younger than so many milliseconds, what a cancel adds, what an amendment adds] */
const BY_AGE: readonly (readonly [number, RequestCost, RequestCost])[] = [
  [5_000, trading(8), trading(4)],
  [10_000, trading(6), trading(3)],
  [15_000, trading(5), trading(2)],
  [45_000, trading(4), trading(1)],
  [90_000, trading(2), trading(1)],
  [300_000, trading(1), trading(1)],
];
const OLD: readonly [RequestCost, RequestCost] = [[], trading(1)];

export function krakenCost(kind: RequestKind, about: RequestAbout): RequestCost {
  if (kind !== "cancel" && kind !== "amend") return COSTS[kind] ?? rest(1);
  const { ageMs = 0 } = about; // Unknown: the dearest.
  const [, cancel, amend] = BY_AGE.find(([below]) => ageMs < below) ?? [0, ...OLD];
  return kind === "cancel" ? cancel : amend;
}

function rest(amount: number): RequestCost {
  return [{ budget: "rest", amount }];
}

function trading(amount: number): RequestCost {
  return [{ budget: "trading", amount }];
}
