/**
 * Binance spot: constants, calls and how ccxt is set up for it. What is quoted here and in the
 * files beside it is the venue's own documentation (binance/binance-spot-api-docs: rest-api.md,
 * web-socket-api.md, user-data-stream.md, errors.md, filters.md, enums.md) as read on 2026-11-21.
 */
import type { ReportedUsage, RequestAbout, RequestCost, RequestKind } from "../../exchange.ts";
import type { VenueAnswer } from "../plans/answer_plan.ts";
import type { CcxtCode, CcxtExchange } from "../ccxt.ts";
import { countOf } from "../rows/fields.ts";
import type { VenueProfile } from "../plans/profile.ts";
import { PLAIN_CLIENT_ID } from "../plans/venue_call.ts";
import { binanceEntry } from "./binance/entry.ts";
import { BINANCE_ERRORS, errorOf } from "./binance/errors.ts";
import { keptInfo, readSpotInstrument } from "./binance/instruments.ts";
import { binanceMarket } from "./binance/market.ts";
import { binanceReads } from "./binance/reads.ts";
import { binancePrivateSocket } from "./binance/stream.ts";

export const binanceSpot: VenueProfile = {
  kind: "binance",
  type: "CEX",
  credentials: ["apiKey", "secret"],
  timing: {
    // rest-api.md, "Timing security": the venue's default and the largest it recommends.
    validityMs: 5_000,
    // No documented value. rest-api.md, "General API Information": its own "Timeout waiting for
    // response from backend server" (-1007) comes after 10 s. What was admitted is in the books or
    // dead by then: an assumption of ours, which docs/SAFETY.md tells.
    engineBoundMs: 10_000,
    // No documented value either. rest-api.md, "Data Sources": some delay in reads is normal, they
    // come from "Memory => Database". 2 s is our choice, and docs/SAFETY.md tells it as one.
    settleMs: 2_000,
    // errors.md, -2026: canceled or expired orders without a fill are archived after 90 days.
    retentionMs: 90 * 24 * 3_600_000,
  },
  rateLimits: {
    budgets: {
      // `rateLimits` of GET /api/v3/exchangeInfo: 6,000 weight a minute, 100 orders in 10 s.
      weight: { kind: "window", scope: "ip", capacity: 6_000, intervalMs: 60_000 },
      orders: { kind: "window", scope: "account", capacity: 100, intervalMs: 10_000 },
    },
  },
  cancelByClientOrderId: true,
  amendInPlace: false,
  // Spot has none: countdownCancelAll is of the USDⓈ-M futures API alone (rest-api.md, May 2025).
  deadMansSwitch: { kind: "none" },
  clientId: PLAIN_CLIENT_ID,
  nonce: "time",
  oneByOne: false,
  cost,
  usage,
  load,
  ccxtOptions: {
    options: { defaultType: "spot", fetchMarkets: { types: ["spot"] }, fetchMargins: false },
  },
  configure(exchange: CcxtExchange) {
    exchange.has["fetchCurrencies"] = false; // It is private and of the wallet API.
  },
  instrumentParams: { showPermissionSets: false }, // A third of the answer, and of no use here.
  marketRows: ["symbols"],
  serves: (market) => market.spot === true,
  instrument: readSpotInstrument,
  keptInfo,
  entry: binanceEntry,
  reads: binanceReads,
  sockets: [binancePrivateSocket],
  market: binanceMarket,
  answers: {
    errorOf,
    errors: BINANCE_ERRORS,
    banStatuses: new Set([429, 418]),
    // "When the order count exceeds the limit, you will receive a 429 without Retry-After": its
    // shortest interval is 10 s.
    retryAfterDefaultMs: 10_000,
  },
};

async function load(): Promise<CcxtCode> {
  try {
    const [venue, errors] = await Promise.all([deep("pro/binance.js"), deep("base/errors.js")]);
    return { Exchange: venue["default"], BaseError: errors["BaseError"] } as CcxtCode;
  } catch {
    // Deep paths exist only through this project's import map; embedded elsewhere, the package's
    // root serves, at twice the memory.
    const { pro, BaseError } = await packageRoot();
    return { Exchange: pro.binance, BaseError };
  }
}

function packageRoot() {
  return (
    // @ts-types="../ccxt_root.d.ts"
    import("ccxt")
  );
}

/**
 * Not a literal: a project that embeds this one would otherwise type-check ccxt's own sources,
 * whose dependencies it does not have.
 */
function deep(path: string): Promise<Record<string, unknown>> {
  return import(`ccxt/${path}`);
}

const weighing = (amount: number): RequestCost => [{ budget: "weight", amount }];
const ORDER: RequestCost = [{ budget: "weight", amount: 1 }, { budget: "orders", amount: 1 }];
const WEIGHT_1 = weighing(1);
const WEIGHT_20 = weighing(20);
const TICKER = weighing(2); // Of one symbol.
/** Reads of the market: a book of up to 500 levels, what a book of the usual depth is made of. */
const MARKET: Readonly<Record<string, RequestCost>> = {
  orderBook: weighing(25),
  trades: weighing(25),
  ohlcv: TICKER,
};
const LOOKUP = weighing(50);
const OPEN_ORDERS = weighing(6); // Of one symbol.
const OPEN_ORDERS_OF_ALL = weighing(80);
const FILLS_OF = weighing(24); // With the look-up for an order id that is not known yet.
const NOTHING: RequestCost = [];

/**
 * Weights as of rest-api.md (May 2025). A lookup that finds takes 4; the sum here is what proving
 * an absence takes: order 4, openOrders 6, allOrders 20, myTrades 20. A read of several pages takes
 * its weight per page; `usage` facts of each page correct the budget.
 */
function cost(kind: RequestKind, about: RequestAbout): RequestCost {
  switch (kind) {
    case "submit":
    case "amend":
      return ORDER;
    case "cancel":
    case "serverTime":
      return WEIGHT_1;
    case "ticker":
      return MARKET[about.endpoint ?? "ticker"] ?? TICKER;
    case "lookup":
      return LOOKUP;
    case "openOrders":
      return about.symbolId === undefined ? OPEN_ORDERS_OF_ALL : OPEN_ORDERS;
    case "fillsSince":
    case "balances":
    case "instruments":
      return WEIGHT_20;
    case "fillsOf":
      return FILLS_OF;
    case "positions":
    case "deadMansSwitch":
      return NOTHING;
  }
}

function usage({ headers }: VenueAnswer): ReportedUsage | null {
  const weight = countOf(headers, "x-mbx-used-weight-1m");
  const orders = countOf(headers, "x-mbx-order-count-10s");
  if (weight === null && orders === null) return null;
  return {
    budgets: {
      ...(weight === null ? {} : { weight: { used: weight } }),
      ...(orders === null ? {} : { orders: { used: orders } }),
    },
  };
}
