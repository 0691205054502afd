/** Everything the local Kraken Futures can be asked over REST. */
import type { NewOrder, Rejection } from "../../exchanges/paper/messages.ts";
import { decimal, isPositive } from "../../model/decimal.ts";
import type { ProcessOptions } from "../dialect.ts";
import { isOpen, type OrderRef } from "../kit/orders.ts";
import type { FuturesCore } from "./core.ts";
import { LISTINGS } from "./listing.ts";
import { candleRow, levelRow, LEVELS, RESOLUTIONS, tradeRow } from "./market_streams.ts";
import {
  accountsBody,
  fillRow,
  historyElement,
  instant,
  instrumentRow,
  openOrderRow,
  orderRow,
  positionRow,
  statusRow,
  tickerRow,
} from "./payloads.ts";

export type Params = ReadonlyMap<string, string>;

/** Thrown by whatever checks a request: `{"result":"error","error":…}`. */
export class Refusal extends Error {}

export interface Asked {
  readonly account: string;
  readonly params: Params;
  readonly options: ProcessOptions;
}

export interface FuturesOperation {
  readonly name: string;
  /** What it takes of the key's budget; null for what needs no key. */
  readonly cost: number | null;
  /** What the answer holds beside `result` and `serverTime`. */
  readonly run: (core: FuturesCore, asked: Asked) => Readonly<Record<string, unknown>>;
}

const FILLS_MAX = 100;
/** "Open or were filled/cancelled in the last 5 seconds." */
const RECENT_MS = 5_000;

/** By `METHOD /path`. */
export const REST_OPERATIONS: ReadonlyMap<string, FuturesOperation> = new Map([
  ["GET /derivatives/api/v3/instruments", {
    name: "general.exchangeInfo",
    cost: null,
    run: (core) => ({ instruments: core.venue.listings.listed.map(instrumentRow) }),
  }],
  ["GET /derivatives/api/v3/instruments/status", {
    name: "general.time",
    cost: null,
    run: (core) => ({
      instrumentStatus: core.venue.listings.listed.map(({ symbol }) => ({ tradeable: symbol })),
    }),
  }],
  ["POST /derivatives/api/v3/sendorder", { name: "order.place", cost: 10, run: place }],
  ["POST /derivatives/api/v3/cancelorder", { name: "order.cancel", cost: 10, run: cancel }],
  ["POST /derivatives/api/v3/cancelallorders", {
    name: "openOrders.cancelAll",
    cost: 25,
    run: (core, { account, params }) => {
      const symbol = params.get("symbol");
      const symbolId = symbol === undefined ? undefined : listingOf(core, symbol).symbolId;
      const gone = core.venue.orders.cancelAll(account, symbolId);
      return {
        cancelStatus: {
          receivedTime: instant(core.clock.now()),
          cancelOnly: symbol ?? "all",
          status: gone.length === 0 ? "noOrdersToCancel" : "cancelled",
          cancelledOrders: gone.map(({ orderId }) => ({ order_id: orderId })),
          orderEvents: gone.map(cancelEvent),
        },
      };
    },
  }],
  ["POST /derivatives/api/v3/cancelallordersafter", {
    name: "deadMansSwitch",
    cost: 25,
    run: (core, { account, params }) => {
      const timeoutMs = Number(params.get("timeout") ?? NaN) * 1_000;
      if (!(timeoutMs >= 0)) throw new Refusal("invalidArgument: timeout");
      core.deadMan.wind(account, timeoutMs);
      const now = core.clock.now();
      const triggerTime = timeoutMs === 0 ? "0" : instant(now + timeoutMs);
      return { status: { currentTime: instant(now), triggerTime } };
    },
  }],
  ["GET /derivatives/api/v3/openorders", {
    name: "openOrders.status",
    cost: 2,
    run: (core, { account }) => ({
      openOrders: core.venue.orders.open(account).map(openOrderRow),
    }),
  }],
  ["POST /derivatives/api/v3/orders/status", { name: "order.status", cost: 1, run: statuses }],
  ["GET /api/history/v2/orders", { name: "allOrders", cost: 0, run: history }],
  ["GET /derivatives/api/v3/fills", {
    name: "myTrades",
    cost: 2,
    run: (core, { account, params }) => {
      const before = Date.parse(params.get("lastFillTime") ?? "");
      const fills = core.venue.orders.trades(account).toReversed()
        .filter(({ trade }) => Number.isNaN(before) || trade.time < before);
      return { fills: fills.slice(0, FILLS_MAX).map(fillRow) };
    },
  }],
  ["GET /derivatives/api/v3/accounts", {
    name: "account.status",
    cost: 2,
    run: (core, { account }) => ({ accounts: accountsBody(core.venue.engine, account) }),
  }],
  ["GET /derivatives/api/v3/openpositions", {
    name: "positions.status",
    cost: 2,
    run: (core, { account }) => ({
      openPositions: core.venue.positions(account).map((position) =>
        positionRow(position, core.venue.listings.bySymbolId(position.symbolId)!)
      ),
    }),
  }],
  ["GET /derivatives/api/v3/orderbook", {
    name: "market.depth",
    cost: null,
    run: (core, { params }) => {
      const listing = listingOf(core, params.get("symbol") ?? "");
      const { bids, asks } = core.venue.market.get(listing.symbol)!.book.snapshot(LEVELS).depth;
      const rows = (side: typeof bids) => side.map((level) => levelRow(level, listing));
      return { orderBook: { bids: rows(bids), asks: rows(asks) } };
    },
  }],
  ["GET /derivatives/api/v3/history", {
    name: "market.trades",
    cost: null,
    run: (core, { params }) => {
      const listing = listingOf(core, params.get("symbol") ?? "");
      const trades = core.venue.market.get(listing.symbol)!.tape.trades(100).toReversed();
      return { history: trades.map((trade) => tradeRow(trade, listing)) };
    },
  }],
  ...LISTINGS.flatMap((listing) =>
    Object.entries(RESOLUTIONS).map(([name, ms]): [string, FuturesOperation] => [
      `GET /api/charts/v1/trade/${listing.symbol}/${name}`,
      {
        name: "market.klines",
        cost: null,
        run: (core, { params }) => {
          const from = Number(params.get("from") ?? 0) * 1_000;
          const candles = core.venue.market.get(listing.symbol)!.tape.candles(ms, from);
          return {
            candles: candles.slice(-2_000).map((candle) => candleRow(candle, listing)),
            more_candles: false,
          };
        },
      },
    ])
  ),
  ...LISTINGS.map(({ symbol }): [string, FuturesOperation] => [
    `GET /derivatives/api/v3/tickers/${symbol}`,
    {
      name: "market.ticker",
      cost: null,
      run: (core) => ({ ticker: tickerRow(core.venue.market.get(symbol)!) }),
    },
  ]),
]);

function place(core: FuturesCore, { account, params, options }: Asked) {
  const until = Date.parse(params.get("processBefore") ?? "");
  if (until < options.receivedAt) throw new Refusal("processBeforeElapsed");
  const receivedTime = instant(core.clock.now());
  const wanted = newOrder(core, params);
  const refused = (status: string) => ({ sendStatus: { status, receivedTime } });
  if (typeof wanted === "string") return refused(wanted);
  if (core.venue.orders.openCount(account, wanted.symbolId) >= core.openOrdersMax) {
    return refused("tooManySmallOrders");
  }
  const result = core.venue.orders.place(account, wanted, options);
  if (result.kind === "rejected") return refused(wordOf(result));
  const { view, trades } = result;
  if (view.order.cause === "TIME_IN_FORCE" && trades.length === 0) {
    return refused("iocWouldNotExecute");
  }
  return {
    sendStatus: {
      order_id: view.orderId,
      status: "placed",
      receivedTime,
      orderEvents: [{ order: orderRow(view), reducedQuantity: null, type: "PLACE" }],
    },
  };
}

function newOrder(core: FuturesCore, params: Params): NewOrder | string {
  const listing = listingOf(core, params.get("symbol") ?? "");
  if (!core.venue.listings.isListed(listing)) throw new Refusal("contractNotFound");
  const { symbolId } = listing;
  const [side, type] = [params.get("side"), params.get("orderType")];
  if (side !== "buy" && side !== "sell") return "invalidSide";
  const quantity = positive(params.get("size"));
  if (quantity === null) return "invalidSize";
  const clientOrderId = params.get("cliOrdId");
  if ((clientOrderId?.length ?? 0) > 100) return "clientOrderIdTooLong";
  const base = {
    symbolId,
    side: side === "buy" ? "BUY" : "SELL",
    quantity,
    ...(params.get("reduceOnly") === "true" ? { reduceOnly: true } : {}),
    ...(clientOrderId === undefined ? {} : { clientOrderId }),
  } as const;
  if (type === "mkt") return { ...base, type: "MARKET" };
  const price = positive(params.get("limitPrice"));
  if (price === null) return "invalidPrice";
  switch (type) {
    case "lmt":
      return { ...base, type: "LIMIT", price };
    case "post":
      return { ...base, type: "LIMIT", price, postOnly: true };
    case "ioc":
      return { ...base, type: "LIMIT", price, timeInForce: "IOC" };
    default:
      return "invalidOrderType";
  }
}

function positive(text: string | undefined) {
  if (text === undefined || !/^\d{1,20}(\.\d{1,18})?$/.test(text)) return null;
  const value = decimal(text);
  return isPositive(value) ? value : null;
}

function cancel(core: FuturesCore, { account, params }: Asked) {
  const { orders } = core.venue;
  const receivedTime = instant(core.clock.now());
  const view = orders.locate(account, refOf(params));
  if (view === undefined || !isOpen(view.order)) {
    const status = view?.order.status === "FILLED" ? "filled" : "notFound";
    return { cancelStatus: { status, receivedTime } };
  }
  orders.cancel(account, { orderId: view.orderId });
  return {
    cancelStatus: {
      status: "cancelled",
      order_id: view.orderId,
      receivedTime,
      orderEvents: [cancelEvent(view)],
    },
  };
}

function cancelEvent(view: Parameters<typeof orderRow>[0]) {
  return { uid: view.orderId, order: orderRow(view), type: "CANCEL" };
}

function refOf(params: Params): OrderRef {
  const [orderId, clientOrderId] = [params.get("order_id"), params.get("cliOrdId")];
  if (orderId !== undefined) return { orderId };
  if (clientOrderId !== undefined) return { clientOrderId };
  throw new Refusal("requiredArgumentMissing");
}

function statuses(core: FuturesCore, { account, params }: Asked) {
  const { orders } = core.venue;
  const [orderId, clientOrderId] = [params.get("orderIds"), params.get("cliOrdIds")];
  const view = orders.find(account, {
    ...(orderId === undefined ? {} : { orderId }),
    ...(clientOrderId === undefined ? {} : { clientOrderId }),
  });
  const isShown = view !== undefined &&
    (isOpen(view.order) || view.order.updatedAt > core.clock.now() - RECENT_MS);
  return { orders: isShown ? [statusRow(view)] : [] };
}

/** Newest first. */
function history(core: FuturesCore, { account, params }: Asked) {
  const from = Number(params.get("continuation_token") ?? 0);
  const count = Number(params.get("count") ?? 100);
  const all = [...core.venue.orders.history(account)]
    .sort((a, b) => b.order.updatedAt - a.order.updatedAt || b.order.orderId - a.order.orderId);
  const elements = all.slice(from, from + count).map(historyElement);
  const next = from + count;
  return {
    accountUid: "local",
    len: elements.length,
    elements,
    ...(next < all.length ? { continuationToken: String(next) } : {}),
  };
}

function listingOf(core: FuturesCore, symbol: string) {
  const listing = core.venue.listings.get(symbol);
  if (listing === undefined) throw new Refusal("contractNotFound");
  return listing;
}

function wordOf({ code }: Rejection): string {
  switch (code) {
    case "DUPLICATE_CLIENT_ORDER_ID":
      return "clientOrderIdAlreadyExist";
    case "INSUFFICIENT_MARGIN":
    case "INSUFFICIENT_FUNDS":
      return "insufficientAvailableFunds";
    case "WOULD_TAKE":
      return "postWouldExecute";
    case "REDUCE_ONLY_REJECTED":
      return "wouldNotReducePosition";
    case "FILTER_PRICE":
      return "invalidPrice";
    case "NO_LIQUIDITY":
      return "iocWouldNotExecute";
    default:
      return "invalidSize";
  }
}
