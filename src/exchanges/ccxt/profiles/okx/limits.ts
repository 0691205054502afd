/**
 * What OKX counts. Source: OKX API guide v5, "Rate Limits" and the limit of each endpoint, and
 * okx.com/help/fill-ratio-sub-account-rate-limit, as read on 2026-11-21. It tells no usage.
 */
import type {
  Budget,
  BudgetScope,
  RateLimits,
  RequestCost,
} from "../../../../model/rate_limits.ts";
import { parseSymbol } from "../../../../model/symbol.ts";
import type { RequestAbout, RequestKind } from "../../../exchange.ts";

/** "… requests per 2 seconds" everywhere. */
const INTERVAL_MS = 2_000;

export const OKX_RATE_LIMITS: RateLimits = {
  budgets: {
    // "User ID + Instrument ID".
    place: window("symbol", 60),
    amend: window("symbol", 60),
    cancel: window("symbol", 60),
    order: window("symbol", 60),
    // "Options only: User ID + Instrument Family": here all families together.
    optionPlace: window("account", 60),
    optionAmend: window("account", 60),
    optionCancel: window("account", 60),
    optionOrder: window("account", 60),
    // "a maximum of 1000 order requests per 2 seconds", new and amended ones, by sub-account.
    subAccount: window("account", 1_000),
    // "User ID".
    openOrders: window("account", 60),
    history: window("account", 40),
    fills: window("account", 60),
    fillsHistory: window("account", 10),
    balance: window("account", 10),
    positions: window("account", 10),
    config: window("account", 5),
    cancelAllAfter: { kind: "window", scope: "account", capacity: 1, intervalMs: 1_000 },
    // "IP".
    time: window("ip", 10),
    instruments: window("ip", 20),
    ticker: window("ip", 20),
    books: window("ip", 40),
    trades: window("ip", 100),
    candles: window("ip", 40),
  },
};

/** A lookup that finds takes one; the sum here is what proving an absence takes. */
const COSTS: Readonly<Record<string, RequestCost>> = {
  submit: [one("place"), one("subAccount")],
  amend: [one("amend"), one("subAccount")],
  cancel: [one("cancel")],
  lookup: [one("order"), one("openOrders"), one("history"), one("fills")],
  openOrders: [one("openOrders")],
  fillsSince: [one("fills")],
  fillsOf: [one("order"), one("fills"), one("fillsHistory")],
  balances: [one("balance")],
  positions: [one("positions")],
  permissions: [one("config")],
  // Spot, swaps and futures, and the options of two underlyings.
  instruments: [{ budget: "instruments", amount: 5 }],
  ticker: [one("ticker")],
  orderBook: [one("books")],
  trades: [one("trades")],
  ohlcv: [one("candles")],
  serverTime: [one("time")],
  deadMansSwitch: [one("cancelAllAfter")],
};
const FREE: RequestCost = [];

/** Options have budgets of their own in place of those by instrument. */
const OPTION_BUDGETS: Readonly<Record<string, string>> = {
  place: "optionPlace",
  amend: "optionAmend",
  cancel: "optionCancel",
  order: "optionOrder",
};
const OPTION_COSTS: Readonly<Record<string, RequestCost>> = Object.fromEntries(
  Object.entries(COSTS).map(([kind, cost]) => [
    kind,
    cost.map((one) => ({ ...one, budget: OPTION_BUDGETS[one.budget] ?? one.budget })),
  ]),
);

export function okxCost(kind: RequestKind, { symbolId }: RequestAbout = {}): RequestCost {
  const costs = symbolId !== undefined && isOption(symbolId) ? OPTION_COSTS : COSTS;
  return costs[kind] ?? FREE;
}

/** Without taking each symbol apart: this is asked before every request. */
function isOption(symbolId: string): boolean {
  return symbolId.includes(":OPT:") && parseSymbol(symbolId)?.kind === "OPT";
}

function window(scope: BudgetScope, capacity: number): Budget {
  return { kind: "window", scope, capacity, intervalMs: INTERVAL_MS };
}

function one(budget: string) {
  return { budget, amount: 1 };
}
