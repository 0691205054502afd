/**
 * Everything the local Binance can be asked, over REST and over the WebSocket API: name, price in
 * request weight, what proves the right to ask, and the function that answers.
 * Weights are those of developers.binance.com (2025).
 */
import type { ProcessOptions } from "../dialect.ts";
import { accountBody, coinsBody, commissionBody, myTradesBody } from "./account.ts";
import { restrictionsBody, tradeFeeBody } from "./account.ts";
import type { BinanceCore } from "./core.ts";
import * as market from "./market_queries.ts";
import type { Params } from "./params.ts";

export interface Asked {
  /** The API key; empty where none is needed. */
  readonly account: string;
  readonly params: Params;
  readonly options: ProcessOptions;
}

/** `signed` needs key, timestamp and signature; `key` the key alone. */
export type Security = "none" | "key" | "signed";

export interface BinanceOperation<C = BinanceCore> {
  readonly name: string;
  /** Method and path, or null when only the WebSocket API has it. */
  readonly rest: string | null;
  /** The WebSocket API's method, or null. */
  readonly ws: string | null;
  readonly security: Security;
  readonly weight: number | ((params: Params) => number);
  /** The answer shows the order counts. */
  readonly countsOrders: boolean;
  readonly run: (core: C, asked: Asked) => unknown;
}

type Run = BinanceOperation["run"];

const OPERATIONS: readonly BinanceOperation[] = [
  open("general.ping", "GET /api/v3/ping", { ws: "ping", weight: 1, run: () => ({}) }),
  open("general.time", "GET /api/v3/time", {
    ws: "time",
    weight: 1,
    run: (core) => ({ serverTime: core.clock.now() }),
  }),
  open("general.exchangeInfo", "GET /api/v3/exchangeInfo", {
    ws: "exchangeInfo",
    weight: 20,
    run: (core, { params }) => market.exchangeInfo(core, params),
  }),
  open("market.depth", "GET /api/v3/depth", {
    ws: "depth",
    weight: market.depthWeight,
    run: (core, { params }) => market.depth(core, params),
  }),
  open("market.trades", "GET /api/v3/trades", {
    ws: "trades.recent",
    weight: 25,
    run: (core, { params }) => market.trades(core, params),
  }),
  open("market.klines", "GET /api/v3/klines", {
    ws: "klines",
    weight: 2,
    run: (core, { params }) => market.klines(core, params),
  }),
  open("market.avgPrice", "GET /api/v3/avgPrice", {
    ws: "avgPrice",
    weight: 2,
    run: (core, { params }) => market.averagePrice(core, params),
  }),
  open("market.ticker.price", "GET /api/v3/ticker/price", {
    ws: "ticker.price",
    weight: (params) => params.has("symbol") ? 2 : 4,
    run: (core, { params }) => market.priceTicker(core, params),
  }),
  open("market.ticker.book", "GET /api/v3/ticker/bookTicker", {
    ws: "ticker.book",
    weight: (params) => params.has("symbol") ? 2 : 4,
    run: (core, { params }) => market.bookTicker(core, params),
  }),
  open("market.ticker.24hr", "GET /api/v3/ticker/24hr", {
    ws: "ticker.24hr",
    weight: (params) => params.has("symbol") ? 2 : 80,
    run: (core, { params }) => market.dayTicker(core, params),
  }),
  trading("order.place", "POST /api/v3/order", {
    ws: "order.place",
    run: (core, asked) => core.trading.place(asked.account, asked.params, asked.options),
  }),
  signed("order.test", "POST /api/v3/order/test", {
    ws: "order.test",
    weight: 1,
    run: (core, asked) => core.trading.test(asked.account, asked.params),
  }),
  signed("order.status", "GET /api/v3/order", {
    ws: "order.status",
    weight: 4,
    run: (core, asked) => core.trading.read(asked.account, asked.params),
  }),
  signed("order.cancel", "DELETE /api/v3/order", {
    ws: "order.cancel",
    weight: 1,
    run: (core, asked) => core.trading.cancel(asked.account, asked.params),
  }),
  trading("order.cancelReplace", "POST /api/v3/order/cancelReplace", {
    ws: "order.cancelReplace",
    run: (core, asked) => core.trading.replace(asked.account, asked.params, asked.options),
  }),
  signed("order.amend", "PUT /api/v3/order/amend/keepPriority", {
    ws: "order.amend.keepPriority",
    weight: 4,
    run: (core, asked) => core.trading.amend(asked.account, asked.params),
  }),
  signed("openOrders.status", "GET /api/v3/openOrders", {
    ws: "openOrders.status",
    weight: (params) => params.has("symbol") ? 6 : 80,
    run: (core, asked) => core.trading.open(asked.account, asked.params),
  }),
  signed("openOrders.cancelAll", "DELETE /api/v3/openOrders", {
    ws: "openOrders.cancelAll",
    weight: 1,
    run: (core, asked) => core.trading.cancelAll(asked.account, asked.params),
  }),
  signed("allOrders", "GET /api/v3/allOrders", {
    ws: "allOrders",
    weight: 20,
    run: (core, asked) => core.trading.all(asked.account, asked.params),
  }),
  signed("myTrades", "GET /api/v3/myTrades", {
    ws: "myTrades",
    weight: (params) => params.has("orderId") ? 5 : 20,
    run: (core, asked) => myTradesBody(core, asked.account, asked.params),
  }),
  signed("account.status", "GET /api/v3/account", {
    ws: "account.status",
    weight: 20,
    run: (core, asked) => accountBody(core, asked.account, asked.params),
  }),
  signed("account.commission", "GET /api/v3/account/commission", {
    ws: "account.commission",
    weight: 20,
    run: (core, asked) => commissionBody(core, asked.account, asked.params),
  }),
  signed("account.rateLimits.orders", "GET /api/v3/rateLimit/order", {
    ws: "account.rateLimits.orders",
    weight: 40,
    run: (core, { account }) =>
      core.limits.countedRows(account).filter((row) => row.rateLimitType === "ORDERS"),
  }),
  open("system.status", "GET /sapi/v1/system/status", {
    weight: 1,
    run: () => ({ status: 0, msg: "normal" }),
  }),
  signed("wallet.coins", "GET /sapi/v1/capital/config/getall", {
    weight: 10,
    run: (core, asked) => coinsBody(core, asked.account),
  }),
  signed("wallet.restrictions", "GET /sapi/v1/account/apiRestrictions", {
    weight: 1,
    run: restrictionsBody,
  }),
  signed("wallet.tradeFee", "GET /sapi/v1/asset/tradeFee", { weight: 1, run: tradeFeeBody }),
  signed("margin.pairs", "GET /sapi/v1/margin/allPairs", { weight: 1, run: () => [] }),
  signed("margin.isolatedPairs", "GET /sapi/v1/margin/isolated/allPairs", {
    weight: 10,
    run: () => [],
  }),
  // ccxt's loadMarkets asks for inverse contracts too unless told otherwise: none is listed.
  open("coinm.exchangeInfo", "GET /dapi/v1/exchangeInfo", { weight: 1, run: market.noSymbols }),
  keyed("userDataStream.start", "POST /api/v3/userDataStream"),
  keyed("userDataStream.keepAlive", "PUT /api/v3/userDataStream"),
  keyed("userDataStream.close", "DELETE /api/v3/userDataStream"),
];

/** By `METHOD /path`. */
export const REST_OPERATIONS: ReadonlyMap<string, BinanceOperation> = indexed(OPERATIONS, "rest");
/** By the WebSocket API's method. */
export const WS_OPERATIONS: ReadonlyMap<string, BinanceOperation> = indexed(OPERATIONS, "ws");

export function weightOf<C>(operation: BinanceOperation<C>, params: Params): number {
  return typeof operation.weight === "number" ? operation.weight : operation.weight(params);
}

interface Spec {
  readonly ws?: string;
  readonly weight: BinanceOperation["weight"];
  readonly run: Run;
}

function open(name: string, rest: string, spec: Spec): BinanceOperation {
  return { name, rest, ws: spec.ws ?? null, security: "none", countsOrders: false, ...bare(spec) };
}

function signed(name: string, rest: string, spec: Spec): BinanceOperation {
  return {
    name,
    rest,
    ws: spec.ws ?? null,
    security: "signed",
    countsOrders: false,
    ...bare(spec),
  };
}

function trading(
  name: string,
  rest: string,
  spec: { readonly ws: string; readonly run: Run },
): BinanceOperation {
  return { name, rest, ...spec, weight: 1, security: "signed", countsOrders: true };
}

/** The listen key of an account stays while the core lives; keeping it alive is a no-op. */
function keyed(name: string, rest: string): BinanceOperation {
  const run: Run = name === "userDataStream.start"
    ? (core, { account }) => ({ listenKey: core.listenKeyOf(account) })
    : () => ({});
  return { name, rest, ws: null, security: "key", weight: 2, countsOrders: false, run };
}

function bare(spec: Spec) {
  return { weight: spec.weight, run: spec.run };
}

export function indexed<C>(
  operations: readonly BinanceOperation<C>[],
  by: "rest" | "ws",
): ReadonlyMap<string, BinanceOperation<C>> {
  const entries = operations.flatMap((operation) => {
    const key = operation[by];
    return key === null ? [] : [[key, operation] as const];
  });
  return new Map(entries);
}
