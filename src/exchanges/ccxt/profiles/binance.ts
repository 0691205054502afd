/**
 * Binance spot: constants, calls and how ccxt is set up for it. What is quoted here and in the
 * files beside it is the venue's own documentation (binance/binance-spot-api-docs: rest-api.md,
 * web-socket-api.md, user-data-stream.md, errors.md, filters.md, enums.md) as read on 2026-11-21.
 */
import type { StandardOrder } from "../../../model/order.ts";
import type { RequestCost, RequestKind } from "../../exchange.ts";
import type { CcxtCode, CcxtExchange } from "../ccxt.ts";
import { asRow, timeOf } from "../fields.ts";
import type {
  CcxtOrder,
  OrderEntry,
  TradePage,
  Usage,
  VenueCall,
  VenueCalls,
  VenueProfile,
} from "../profile.ts";
import { BINANCE_ERRORS } from "./binance_errors.ts";
import { keptInfo, readInstrument } from "./binance_instruments.ts";
import { readBalances, readOrder, readTicker, readTrade } from "./binance_rows.ts";
import { binancePrivateSocket } from "./binance_stream.ts";

const PAGE_ROWS = 1_000;

const entry: OrderEntry = {
  api: "private",
  path: "order",
  fields: {
    timestamp: "timestamp",
    clientOrderId: "newClientOrderId",
    amount: "quantity",
    price: "price",
    signature: "signature",
  },
  toCcxt,
};

const calls: VenueCalls = {
  serverTime: () => ({ api: "public", path: "time", method: "GET", params: {} }),
  // With both ids the venue checks one against the other: exactly this order, or none.
  cancel: (symbol, { clientOrderId, exchangeOrderId }) => ({
    api: "private",
    path: "order",
    method: "DELETE",
    params: {
      symbol,
      ...(exchangeOrderId === null ? {} : { orderId: exchangeOrderId }),
      origClientOrderId: clientOrderId,
    },
  }),
  order: (symbol, origClientOrderId) => read("order", { symbol, origClientOrderId }),
  openOrders: (symbol) => read("openOrders", symbol === null ? {} : { symbol }),
  history: (symbol) => read("allOrders", { symbol, limit: PAGE_ROWS }),
  trades: (symbol, page) => read("myTrades", { symbol, ...pageParams(page), limit: PAGE_ROWS }),
  account: () => read("account", { omitZeroBalances: true }),
  ticker: (symbol) => ({
    api: "public",
    path: "ticker/24hr",
    method: "GET",
    params: { symbol },
  }),
};

export const binanceSpot: VenueProfile = {
  kind: "binance",
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
    // `rateLimits` of GET /api/v3/exchangeInfo: 6,000 weight a minute, 100 orders in 10 s.
    weight: { capacity: 6_000, intervalMs: 60_000 },
    orders: { capacity: 100, intervalMs: 10_000 },
  },
  cancelByClientOrderId: true,
  // Spot has none: countdownCancelAll is of the USDⓈ-M futures API alone (rest-api.md, May 2025).
  deadMansSwitch: { kind: "none" },
  cost,
  load,
  ccxtOptions: {
    options: { defaultType: "spot", fetchMarkets: { types: ["spot"] }, fetchMargins: false },
  },
  configure(exchange: CcxtExchange) {
    exchange.has["fetchCurrencies"] = false; // It is private and of the wallet API.
  },
  instrumentParams: { showPermissionSets: false }, // A third of the answer, and of no use here.
  entry,
  calls,
  rows: {
    serverTime: (row) => timeOf(asRow(row), "serverTime"),
    order: readOrder,
    trade: readTrade,
    balances: readBalances,
    ticker: readTicker,
    instrument: readInstrument,
    keptInfo,
  },
  privateSocket: binancePrivateSocket,
  errors: BINANCE_ERRORS,
  banStatuses: new Set([429, 418]),
  // "When the order count exceeds the limit, you will receive a 429 without Retry-After": its
  // shortest interval is 10 s.
  retryAfterDefaultMs: 10_000,
  pageRows: PAGE_ROWS,
  // "The time between startTime and endTime can't be longer than 24 hours."
  tradeWindowMs: 24 * 3_600_000 - 1,
  usage,
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

/** DAY and GTD are the kernel's to end, so the venue holds them as GTC. */
function toCcxt(order: StandardOrder): CcxtOrder {
  if (order.conditionalTriggers.some(({ role }) => role === "ENTRY")) {
    return { kind: "unsupported", reason: "conditional orders are not supported on binance" };
  }
  if (order.icebergQty !== null || order.reduceOnly || order.positionSide !== null) {
    return {
      kind: "unsupported",
      reason: "icebergQty, reduceOnly and positionSide are not supported on binance spot",
    };
  }
  const type = order.limitPrice === null ? "market" : "limit";
  if (type === "market" && order.postOnly) {
    return { kind: "unsupported", reason: "a market order cannot be post-only" };
  }
  const side = order.side === "BUY" ? "buy" : "sell";
  const timeInForce = order.timeInForce === "IOC" || order.timeInForce === "FOK"
    ? order.timeInForce
    : "GTC";
  const prevention = order.selfTradePrevention;
  const params = {
    ...(type === "market" ? {} : order.postOnly ? { postOnly: true } : { timeInForce }),
    ...(prevention === null ? {} : { selfTradePrevention: prevention }),
  };
  const rule = order.postOnly ? "postOnly" : timeInForce;
  return { kind: "order", type, side, params, shape: `${type}|${side}|${rule}|${prevention}` };
}

/**
 * Weights as of rest-api.md (May 2025). A lookup that finds takes 4; the sum here is what proving
 * an absence takes: order 4, openOrders 6, allOrders 20, myTrades 20. A read of several pages takes
 * its weight per page; `usage` facts of each page correct the budget.
 */
function cost(kind: RequestKind): RequestCost {
  switch (kind) {
    case "submit":
    case "amend":
      return { weight: 1, orders: 1 };
    case "cancel":
    case "serverTime":
      return { weight: 1, orders: 0 };
    case "ticker":
      return { weight: 2, orders: 0 }; // Of one symbol.
    case "lookup":
      return { weight: 50, orders: 0 };
    case "openOrders":
      return { weight: 80, orders: 0 }; // Without a symbol; with one it is 6.
    case "fillsSince":
    case "balances":
    case "instruments":
      return { weight: 20, orders: 0 };
    case "fillsOf":
      return { weight: 24, orders: 0 }; // With the look-up for an order id that is not known yet.
    case "positions":
    case "deadMansSwitch":
      return { weight: 0, orders: 0 };
  }
}

function usage(headers: Headers): Usage | null {
  const weight = headers.get("x-mbx-used-weight-1m");
  const orders = headers.get("x-mbx-order-count-10s");
  if (weight === null && orders === null) return null;
  return { weightUsed: count(weight), ordersUsed: count(orders) };
}

function count(header: string | null): number | null {
  return header !== null && /^\d{1,9}$/.test(header) ? Number(header) : null;
}

function pageParams(page: TradePage): Record<string, unknown> {
  switch (page.kind) {
    case "newest":
      return {};
    case "window":
      return { startTime: page.from, endTime: page.to };
    case "after":
      return { fromId: next(page.tradeId) };
    case "order":
      return {
        orderId: page.exchangeOrderId,
        ...(page.after === undefined ? {} : { fromId: next(page.after) }),
      };
  }
}

/** "If fromId is set, it will get trades >= that fromId." */
function next(tradeId: string): string {
  return String(BigInt(tradeId) + 1n);
}

function read(path: string, params: Readonly<Record<string, unknown>>): VenueCall {
  return { api: "private", path, method: "GET", params };
}
