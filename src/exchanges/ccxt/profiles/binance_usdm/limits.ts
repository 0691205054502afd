/**
 * Budgets of Binance USDⓈ-M futures. Source: `rateLimits` of GET /fapi/v1/exchangeInfo and the
 * weights told with each endpoint (developers.binance.com, read on 2026-11-21).
 */
import type {
  RateLimits,
  ReportedUsage,
  RequestAbout,
  RequestCost,
  RequestKind,
} from "../../../exchange.ts";
import type { VenueAnswer } from "../../plans/answer_plan.ts";
import { countOf } from "../../rows/fields.ts";

export const BINANCE_USDM_LIMITS: RateLimits = {
  budgets: {
    weight: { kind: "window", scope: "ip", capacity: 2_400, intervalMs: 60_000 },
    orders: { kind: "window", scope: "account", capacity: 300, intervalMs: 10_000 },
    ordersMinute: { kind: "window", scope: "account", capacity: 1_200, intervalMs: 60_000 },
  },
};

const weighing = (amount: number): RequestCost => [{ budget: "weight", amount }];
/** "0 on IP rate limit": placing and modifying count as orders alone. */
const ORDER: RequestCost = [
  { budget: "orders", amount: 1 },
  { budget: "ordersMinute", amount: 1 },
];
const WEIGHT_1 = weighing(1);
const WEIGHT_5 = weighing(5);
const WEIGHT_10 = weighing(10);
const TICKER = weighing(3); // Of one symbol: best quotes 2, last price 1.
/** Reads of the market: a book of up to 500 levels, and candles of one page. */
const MARKET: Readonly<Record<string, RequestCost>> = {
  orderBook: WEIGHT_10,
  trades: weighing(20),
  ohlcv: WEIGHT_5,
};
/** What proving an absence takes: order 1, openOrders 1, allOrders 5, userTrades 5. */
const LOOKUP = weighing(12);
const OPEN_ORDERS_OF_ALL = weighing(40);
const FILLS_OF = weighing(6); // With the look-up for an order id that is not known yet.

export function cost(kind: RequestKind, about: RequestAbout): RequestCost {
  switch (kind) {
    case "submit":
    case "amend":
      return ORDER;
    case "cancel":
    case "serverTime":
    case "instruments":
      return WEIGHT_1;
    case "ticker":
      return MARKET[about.endpoint ?? "ticker"] ?? TICKER;
    case "lookup":
      return LOOKUP;
    case "openOrders":
      return about.symbolId === undefined ? OPEN_ORDERS_OF_ALL : WEIGHT_1;
    case "fillsSince":
    case "balances":
    case "positions":
      return WEIGHT_5; // Of one page.
    case "fillsOf":
      return FILLS_OF;
    case "deadMansSwitch":
      return WEIGHT_10; // Of one symbol.
  }
}

export function usage({ headers }: VenueAnswer): ReportedUsage | null {
  const used = HEADERS.flatMap(([budget, header]) => {
    const count = countOf(headers, header);
    return count === null ? [] : [[budget, { used: count }] as const];
  });
  return used.length === 0 ? null : { budgets: Object.fromEntries(used) };
}

const HEADERS = [
  ["weight", "x-mbx-used-weight-1m"],
  ["orders", "x-mbx-order-count-10s"],
  ["ordersMinute", "x-mbx-order-count-1m"],
] as const;
