/** Everything the local Kraken can be asked over REST. */
import type { ProcessOptions } from "../dialect.ts";
import type { KrakenCore } from "./core.ts";
import { LISTINGS } from "./listing.ts";
import { assetRows, candleRow, INTERVALS, levelRow, pairRow } from "./market_payloads.ts";
import { tickerRow, tradeRow } from "./market_payloads.ts";
import { balanceRows } from "./order_payloads.ts";
import { optional, type Params, required, seconds, whole } from "./params.ts";
import { invalid, unknownPair } from "./refusal.ts";

export interface Asked {
  /** The engine's; empty where no key is needed. */
  readonly account: string;
  readonly keyId: string;
  readonly params: Params;
  readonly options: ProcessOptions;
}

export interface KrakenOperation {
  readonly name: string;
  /** Method and path. */
  readonly endpoint: string;
  /** What it adds to the counter of the key; null for what needs no key. */
  readonly cost: number | null;
  /** The value of `result`. */
  readonly run: (core: KrakenCore, asked: Asked) => unknown;
}

type Run = KrakenOperation["run"];

const OPERATIONS: readonly KrakenOperation[] = [
  open("general.time", "Time", ({ clock }) => {
    const now = clock.now();
    return { unixtime: Math.floor(now / 1_000), rfc1123: new Date(now).toUTCString() };
  }),
  open("general.status", "SystemStatus", ({ clock }) => ({
    status: "online",
    timestamp: new Date(clock.now()).toISOString().replace(/\.\d+Z$/, "Z"),
  })),
  open("general.assets", "Assets", assetRows),
  open("general.exchangeInfo", "AssetPairs", (core, { params }) => {
    const pair = optional(params, "pair");
    const chosen = pair === null ? LISTINGS : [core.trading.listing(params)];
    return Object.fromEntries(chosen.map((listing) => [listing.symbol, pairRow(listing)]));
  }),
  open("market.ticker", "Ticker", tickers),
  open("market.depth", "Depth", depth),
  open("market.trades", "Trades", trades),
  open("market.klines", "OHLC", candles),
  own(
    "order.place",
    "AddOrder",
    0,
    (core, { account, params, options }) => core.trading.add(account, params, options),
  ),
  own("order.amend", "AmendOrder", 0, (core, { account, params, options }) => {
    const { amend_id } = core.trading.amend(account, params, options);
    return { amend_id };
  }),
  own(
    "order.cancel",
    "CancelOrder",
    0,
    (core, { account, params }) => core.trading.cancel(account, params),
  ),
  own(
    "openOrders.cancelAll",
    "CancelAll",
    0,
    (core, { account }) => core.trading.cancelAll(account),
  ),
  own("deadMansSwitch", "CancelAllOrdersAfter", 1, cancelAllAfter),
  own(
    "openOrders.status",
    "OpenOrders",
    1,
    (core, { account, params }) => core.trading.open(account, params),
  ),
  own(
    "allOrders",
    "ClosedOrders",
    1,
    (core, { account, params }) => core.trading.closed(account, params),
  ),
  own(
    "order.status",
    "QueryOrders",
    1,
    (core, { account, params }) => core.trading.query(account, params),
  ),
  own(
    "myTrades",
    "TradesHistory",
    2,
    (core, { account, params }) => core.trading.trades(account, params),
  ),
  own(
    "orderTrades",
    "QueryTrades",
    1,
    (core, { account, params }) => core.trading.queryTrades(account, params),
  ),
  own(
    "account.status",
    "BalanceEx",
    1,
    (core, { account }) => balanceRows(core.venue.engine.balances(account)),
  ),
  own("account.key", "GetApiKeyInfo", 1, (_core, { keyId, params }) => ({
    api_key_name: "local",
    api_key: keyId,
    nonce: required(params, "nonce"),
    nonce_window: 0,
    permissions: PERMISSIONS,
  })),
  own(
    "socket.token",
    "GetWebSocketsToken",
    1,
    (core, { account, keyId }) => core.newToken(keyId, account),
  ),
];

/** Everything trading takes, and nothing that takes funds away. */
const PERMISSIONS = [
  "query-funds",
  "query-open-trades",
  "query-closed-trades",
  "modify-trades",
  "close-trades",
  "create-ws-token",
];

/** By `METHOD /path`. */
export const REST_OPERATIONS: ReadonlyMap<string, KrakenOperation> = new Map(
  OPERATIONS.map((operation) => [operation.endpoint, operation]),
);

/** A look-up by client id and a list of what is open share an endpoint; faults tell them apart. */
export function nameOf({ name }: KrakenOperation, params: Params): string {
  return name === "openOrders.status" && params.has("cl_ord_id") ? "order.status" : name;
}

function open(name: string, path: string, run: Run): KrakenOperation {
  return { name, endpoint: `GET /0/public/${path}`, cost: null, run };
}

function own(name: string, path: string, cost: number, run: Run): KrakenOperation {
  return { name, endpoint: `POST /0/private/${path}`, cost, run };
}

function tickers(core: KrakenCore, { params }: Asked): unknown {
  const names = optional(params, "pair")?.split(",") ?? LISTINGS.map(({ symbol }) => symbol);
  return Object.fromEntries(names.map((name) => {
    const market = core.venue.market.get(name);
    if (market === undefined) throw unknownPair();
    return [market.listing.symbol, tickerRow(market)];
  }));
}

function depth(core: KrakenCore, { params }: Asked): unknown {
  const listing = core.trading.listing(params);
  const count = whole(params, "count") ?? 100;
  if (count < 1 || count > 500) throw invalid("count");
  const { bids, asks } = core.venue.market.get(listing.symbol)!.book.snapshot(count).depth;
  const now = core.clock.now();
  return {
    [listing.symbol]: {
      asks: asks.map((level) => levelRow(level, listing, now)),
      bids: bids.map((level) => levelRow(level, listing, now)),
    },
  };
}

/** Oldest first; `since` counts nanoseconds. */
function trades(core: KrakenCore, { params }: Asked): unknown {
  const listing = core.trading.listing(params);
  const count = whole(params, "count") ?? 1_000;
  if (count < 1 || count > 1_000) throw invalid("count");
  const all = core.venue.market.get(listing.symbol)!.tape.trades(count);
  const last = `${all.at(-1)?.time ?? core.clock.now()}000000`;
  return { [listing.symbol]: all.map((trade) => tradeRow(trade, listing)), last };
}

/** Up to 720, oldest first; with `since` those after it. */
function candles(core: KrakenCore, { params }: Asked): unknown {
  const listing = core.trading.listing(params);
  const minutes = optional(params, "interval") ?? "1";
  const intervalMs = INTERVALS[minutes];
  if (intervalMs === undefined) throw invalid("interval");
  const since = seconds(params, "since") ?? -1;
  const { tape } = core.venue.market.get(listing.symbol)!;
  const all = tape.candles(intervalMs).filter(({ openTime }) => openTime > since).slice(-720);
  const last = Math.floor((all.at(-1)?.openTime ?? core.clock.now()) / 1_000);
  return { [listing.symbol]: all.map((candle) => candleRow(candle, listing)), last };
}

function cancelAllAfter(core: KrakenCore, { account, params }: Asked): unknown {
  const timeoutMs = (whole(params, "timeout") ?? -1) * 1_000;
  if (timeoutMs < 0) throw invalid("timeout");
  core.deadMan.wind(account, timeoutMs);
  const now = core.clock.now();
  const shown = (time: number) => new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
  return {
    currentTime: shown(now),
    triggerTime: timeoutMs === 0 ? "0" : shown(now + timeoutMs),
  };
}
