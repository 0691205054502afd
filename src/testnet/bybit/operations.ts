/** Everything the local Bybit can be asked over REST, and over the socket that takes orders. */
import { ZERO } from "../../model/decimal.ts";
import type { ProcessOptions } from "../dialect.ts";
import { accountInfoBody, keyBody, positionRow, walletRow } from "./account.ts";
import type { BybitCore } from "./core.ts";
import type { LimitClass } from "./limits.ts";
import { LISTINGS } from "./listing.ts";
import {
  candleRow,
  instrumentRow,
  INTERVALS,
  levelBody,
  tickerRow,
  tradeRow,
} from "./market_payloads.ts";
import {
  categoryOf,
  integer,
  limitOf,
  optional,
  optionalListing,
  type Params,
  required,
  requiredListing,
} from "./params.ts";
import { paramsError } from "./refusal.ts";

export interface Asked {
  /** The engine's; empty where no key is needed. */
  readonly account: string;
  readonly apiKey: string;
  readonly params: Params;
  readonly options: ProcessOptions;
}

export interface BybitOperation {
  readonly name: string;
  /** Method and path. */
  readonly endpoint: string;
  /** Null for what needs no key. */
  readonly limit: LimitClass | null;
  /** The value of `result`. */
  readonly run: (core: BybitCore, asked: Asked) => unknown;
}

type Run = BybitOperation["run"];

const OPERATIONS: readonly BybitOperation[] = [
  open("general.time", "GET /v5/market/time", (core) => {
    const now = core.clock.now();
    return { timeSecond: String(Math.floor(now / 1_000)), timeNano: `${now}000000` };
  }),
  open("general.status", "GET /v5/system/status", () => ({ list: [] })),
  open("general.exchangeInfo", "GET /v5/market/instruments-info", instruments),
  open("market.ticker", "GET /v5/market/tickers", tickers),
  open("market.depth", "GET /v5/market/orderbook", orderBook),
  open("market.trades", "GET /v5/market/recent-trade", recentTrades),
  open("market.klines", "GET /v5/market/kline", candles),
  own("order.place", "POST /v5/order/create", {
    limit: "create",
    run: (core, { account, params, options }) => core.trading.create(account, params, options),
  }),
  own("order.amend", "POST /v5/order/amend", {
    limit: "amend",
    run: (core, { account, params }) => core.trading.amend(account, params),
  }),
  own("order.cancel", "POST /v5/order/cancel", {
    limit: "cancel",
    run: (core, { account, params }) => core.trading.cancel(account, params),
  }),
  own("openOrders.cancelAll", "POST /v5/order/cancel-all", {
    limit: "cancel",
    run: (core, { account, params }) => core.trading.cancelAll(account, params),
  }),
  own("order.status", "GET /v5/order/realtime", {
    limit: "read",
    run: (core, { account, params }) => core.trading.realtime(account, params),
  }),
  own("allOrders", "GET /v5/order/history", {
    limit: "read",
    run: (core, { account, params }) => core.trading.history(account, params),
  }),
  own("myTrades", "GET /v5/execution/list", {
    limit: "read",
    run: (core, { account, params }) => core.trading.executions(account, params),
  }),
  own("account.status", "GET /v5/account/wallet-balance", { limit: "read", run: wallet }),
  own("positions.status", "GET /v5/position/list", { limit: "read", run: positions }),
  own("account.info", "GET /v5/account/info", {
    limit: "read",
    run: (core) => accountInfoBody(core.clock.now()),
  }),
  own("account.key", "GET /v5/user/query-api", {
    limit: "read",
    run: (_core, { apiKey }) => keyBody(apiKey),
  }),
  // ccxt's loadMarkets asks for the wallet's coins unless told otherwise.
  own("wallet.coins", "GET /v5/asset/coin/query-info", {
    limit: "read",
    run: () => ({ rows: [] }),
  }),
];

/** By `METHOD /path`. */
export const REST_OPERATIONS: ReadonlyMap<string, BybitOperation> = new Map(
  OPERATIONS.map((operation) => [operation.endpoint, operation]),
);

/** A look-up by id and a list of what is open share an endpoint; faults tell them apart. */
export function nameOf(operation: BybitOperation, params: Params): string {
  if (operation.name !== "order.status") return operation.name;
  return params.has("orderId") || params.has("orderLinkId") ? "order.status" : "openOrders.status";
}

function open(name: string, endpoint: string, run: Run): BybitOperation {
  return { name, endpoint, limit: null, run };
}

function own(
  name: string,
  endpoint: string,
  { limit, run }: { readonly limit: LimitClass; readonly run: Run },
): BybitOperation {
  return { name, endpoint, limit, run };
}

/** Inverse contracts and options are asked for, too: nothing of them is listed. */
function instruments(_core: BybitCore, { params }: Asked): unknown {
  const category = required(params, "category");
  const isPreLaunch = optional(params, "status") === "PreLaunch";
  const name = optional(params, "symbol");
  const list = isPreLaunch
    ? []
    : LISTINGS.filter((listing) =>
      listing.category === category && (name === null || listing.name === name)
    );
  const rows = list.map(instrumentRow);
  return category === "spot"
    ? { category, list: rows }
    : { category, list: rows, nextPageCursor: "" };
}

function tickers(core: BybitCore, { params }: Asked): unknown {
  const category = categoryOf(params);
  const listing = optionalListing(params);
  const chosen = LISTINGS.filter((each) =>
    each.category === category && (listing === null || each === listing)
  );
  return { category, list: chosen.map(({ symbol }) => tickerRow(core.venue.market.get(symbol)!)) };
}

function orderBook(core: BybitCore, { params }: Asked): unknown {
  const listing = requiredListing(params);
  const limit = limitOf(params, { fallback: 25, max: listing.category === "spot" ? 200 : 500 });
  const { depth, lastUpdateId } = core.venue.market.get(listing.symbol)!.book.snapshot(limit);
  const now = core.clock.now();
  return {
    s: listing.name,
    b: depth.bids.map(levelBody),
    a: depth.asks.map(levelBody),
    ts: now,
    u: lastUpdateId,
    seq: lastUpdateId,
    cts: now,
  };
}

function recentTrades(core: BybitCore, { params }: Asked): unknown {
  const listing = requiredListing(params);
  const limit = limitOf(params, {
    fallback: 60,
    max: listing.category === "spot" ? 60 : 1_000,
  });
  const market = core.venue.market.get(listing.symbol)!;
  const trades = market.tape.trades(limit).toReversed();
  return { category: listing.category, list: trades.map((trade) => tradeRow(market, trade)) };
}

/** Newest first. */
function candles(core: BybitCore, { params }: Asked): unknown {
  const listing = requiredListing(params);
  const intervalMs = INTERVALS[required(params, "interval")];
  if (intervalMs === undefined) throw paramsError("Invalid period!");
  const limit = limitOf(params, { fallback: 200, max: 1_000 });
  const [start, end] = [integer(params, "start"), integer(params, "end") ?? Infinity];
  const { tape } = core.venue.market.get(listing.symbol)!;
  const all = tape.candles(intervalMs, start ?? 0).filter(({ openTime }) => openTime <= end);
  // With a start the ones right after it, as the exchange does; else the newest.
  const kept = start === null ? all.slice(-limit) : all.slice(0, limit);
  return {
    symbol: listing.name,
    category: listing.category,
    list: kept.toReversed().map(candleRow),
  };
}

function wallet(core: BybitCore, { account, params }: Asked): unknown {
  const type = required(params, "accountType");
  if (type !== "UNIFIED") throw paramsError("accountType only support UNIFIED.");
  const coins = optional(params, "coin")?.split(",");
  return { list: [walletRow(core.venue.engine, account, coins)] };
}

function positions(core: BybitCore, { account, params }: Asked): unknown {
  const category = categoryOf(params);
  const listing = optionalListing(params);
  const settle = optional(params, "settleCoin");
  if (listing === null && settle === null) {
    throw paramsError("symbol or settleCoin is required");
  }
  const { engine } = core.venue;
  const now = core.clock.now();
  const chosen = LISTINGS.filter((each) =>
    each.category === category && (listing === null ? each.settle === settle : each === listing)
  );
  const held = chosen.map((each) => [each, engine.position(account, each.symbolId)] as const)
    // A symbol asked for by name is shown though nothing is held.
    .filter(([, position]) => listing !== null || position.quantity !== ZERO);
  return {
    nextPageCursor: "",
    category,
    list: held.map(([each, position]) => positionRow(position, each, now)),
  };
}
