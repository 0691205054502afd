/** Orders and trades as they are read: newest first, by pages, and no older than the venue keeps. */
import type { PaperTrade } from "../../exchanges/paper/messages.ts";
import { isZero } from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import { isOpen, type TradeView } from "../kit/orders.ts";
import { toWire } from "./amounts.ts";
import type { OkxCore } from "./core.ts";
import type { OkxListing } from "./listing.ts";
import { listingOf } from "./order_request.ts";
import { charged, orderRow, seen, type SeenOrder } from "./orders_seen.ts";
import { integer, limitOf, optional, type Params, required } from "./params.ts";
import { parameterError, unknownOrder } from "./refusal.ts";
import { refOf } from "./trading.ts";

const PAGE_ROWS = 100;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** "The incomplete orders that have been canceled are only reserved for 2 hours." */
const UNFILLED_MS = 2 * HOUR_MS;
const HISTORY_MS = 7 * DAY_MS;
const RECENT_FILLS_MS = 3 * DAY_MS;
const FILLS_MS = 90 * DAY_MS;
/** Bill ids of a live exchange are large. */
const FIRST_BILL = 1_700_000_000_000_000_000n;
const INST_TYPES: ReadonlySet<string> = new Set(["SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION"]);

export interface Reading {
  readonly account: string;
  readonly params: Params;
}

/** `GET trade/order`: one row. @throws {Refusal} 51603. */
export function orderDetails(core: OkxCore, { account, params }: Reading) {
  const listing = listingOf(params, core.venue.listings);
  const ref = refOf(params, listing);
  const view = core.venue.orders.find(account, ref);
  const { orderId, clientOrderId } = ref;
  const declined = core.declined.of(account).findLast(({ ordId, clOrdId }) =>
    orderId === undefined ? clOrdId === clientOrderId : ordId === orderId
  );
  const found = newer(view === undefined ? undefined : seen(view), declined);
  if (found === undefined || isForgotten(core, found)) throw unknownOrder();
  return [rowOf(core, account, found)];
}

/** `GET trade/orders-pending`. */
export function pendingOrders(core: OkxCore, { account, params }: Reading) {
  const symbolId = symbolIdOf(core, params);
  const orders = core.venue.orders.open(account, symbolId).map(seen);
  return page(core, { account, params, orders });
}

/** `GET trade/orders-history` and `trade/orders-history-archive`. */
export function orderHistory(core: OkxCore, { account, params }: Reading) {
  required(params, "instType");
  const symbolId = symbolIdOf(core, params);
  const since = core.clock.now() - HISTORY_MS;
  const ended = core.venue.orders
    .history(account, symbolId === undefined ? {} : { symbolId })
    .filter(({ order }) => !isOpen(order)).map(seen);
  const declined = core.declined.of(account)
    .filter(({ listing }) => symbolId === undefined || listing.symbolId === symbolId);
  const orders = [...ended, ...declined]
    .filter((order) => order.updatedAt >= since && !isForgotten(core, order));
  return page(core, { account, params, orders });
}

/** `GET trade/fills` and `trade/fills-history`. */
export function fills(core: OkxCore, { account, params }: Reading, history: "recent" | "older") {
  if (history === "older") required(params, "instType");
  const symbolId = symbolIdOf(core, params);
  const oldest = core.clock.now() - (history === "recent" ? RECENT_FILLS_MS : FILLS_MS);
  const orderId = optional(params, "ordId");
  const until = integer(params, "end");
  const trades = core.venue.orders.trades(account, {
    since: Math.max(integer(params, "begin") ?? 0, oldest),
    ...(symbolId === undefined ? {} : { symbolId }),
    ...(orderId === null ? {} : { orderId }),
    ...(until === null ? {} : { until }),
  });
  const [after, before] = [idParam(params, "after"), idParam(params, "before")];
  const type = typeOf(params);
  return trades
    .filter(({ listing }) => type === null || listing.instType === type)
    .map((view) => ({ view, bill: billOf(view.trade) }))
    .filter(({ bill }) => (after === null || bill < after) && (before === null || bill > before))
    .sort((a, b) => a.bill < b.bill ? 1 : -1)
    .slice(0, limitOf(params, PAGE_ROWS))
    .map(({ view, bill }) => fillRow(view, bill));
}

function fillRow(
  { trade, listing, tradeId, orderId, clientOrderId }: TradeView<OkxListing>,
  bill: bigint,
) {
  return {
    billId: String(bill),
    clOrdId: clientOrderId,
    execType: trade.isMaker ? "M" : "T",
    fee: charged(trade.fee),
    feeCcy: trade.feeAsset,
    feeRate: "",
    fillFwdPx: "",
    fillIdxPx: trade.price,
    fillMarkPx: "",
    fillMarkVol: "",
    fillPnl: trade.realizedPnl ?? "0",
    fillPx: trade.price,
    fillPxUsd: "",
    fillPxVol: "",
    fillSz: toWire(trade.quantity, listing),
    fillTime: String(trade.time),
    instId: listing.symbol,
    instType: listing.instType,
    ordId: orderId,
    posSide: "net",
    side: trade.side === "BUY" ? "buy" : "sell",
    subType: trade.side === "BUY" ? "1" : "2",
    tag: "",
    tradeId,
    ts: String(trade.time),
  };
}

/** Grows with time, and is another one for each side of a trade with oneself. */
function billOf({ tradeId, isMaker }: PaperTrade): bigint {
  return FIRST_BILL + BigInt(tradeId) * 2n + (isMaker ? 1n : 0n);
}

function page(
  core: OkxCore,
  { account, params, orders }: Reading & { readonly orders: readonly SeenOrder[] },
) {
  const [after, before] = [idParam(params, "after"), idParam(params, "before")];
  const type = typeOf(params);
  const [begin, end] = [integer(params, "begin") ?? 0, integer(params, "end") ?? Infinity];
  return orders
    .filter(({ listing, createdAt, ordId }) =>
      (type === null || listing.instType === type) && createdAt >= begin && createdAt <= end &&
      (after === null || BigInt(ordId) < after) && (before === null || BigInt(ordId) > before)
    )
    .sort((a, b) => BigInt(a.ordId) < BigInt(b.ordId) ? 1 : -1)
    .slice(0, limitOf(params, PAGE_ROWS))
    .map((order) => rowOf(core, account, order));
}

export function rowOf(core: OkxCore, account: string, order: SeenOrder) {
  return orderRow(order, core.tradesOf(account, order));
}

function isForgotten(core: OkxCore, { state, filled, updatedAt }: SeenOrder): boolean {
  return state === "canceled" && isZero(filled) && updatedAt < core.clock.now() - UNFILLED_MS;
}

function newer(a: SeenOrder | undefined, b: SeenOrder | undefined): SeenOrder | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return laterOf(a.createdAt, b.createdAt) ? a : b;
}

function laterOf(a: EpochMs, b: EpochMs): boolean {
  return a >= b;
}

function symbolIdOf(core: OkxCore, params: Params): string | undefined {
  return optional(params, "instId") === null
    ? undefined
    : listingOf(params, core.venue.listings).symbolId;
}

function typeOf(params: Params): string | null {
  const type = optional(params, "instType");
  if (type !== null && !INST_TYPES.has(type)) throw parameterError("instType");
  return type;
}

function idParam(params: Params, name: string): bigint | null {
  const text = optional(params, name);
  if (text === null) return null;
  if (!/^\d{1,20}$/.test(text)) throw parameterError(name);
  return BigInt(text);
}
