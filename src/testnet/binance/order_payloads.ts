/**
 * An order as Binance writes it: in answers (three lengths), in reads, in cancels, and in the
 * user stream. Keys and their order follow the recorded payloads.
 */
import type { ExecutionReport, PaperOrder, PaperTrade } from "../../exchanges/paper/messages.ts";
import { ZERO } from "../../model/decimal.ts";
import { ledgerStatus, ledgerType } from "../kit/ledger.ts";
import type { OrderView } from "../kit/orders.ts";
import { type BinanceListing, fixed } from "./listing.ts";

export type BinanceOrder = OrderView<BinanceListing>;

export type ResponseType = "ACK" | "RESULT" | "FULL";

const ZERO_AMOUNT = "0.00000000";
/** Orders here belong to no list. */
const NO_LIST = -1;

/** The answer to a new order. */
export function placedBody(
  view: BinanceOrder,
  trades: readonly PaperTrade[],
  responseType: ResponseType,
): Record<string, unknown> {
  const { order } = view;
  const ack = {
    symbol: view.listing.symbol,
    orderId: order.orderId,
    orderListId: NO_LIST,
    clientOrderId: view.clientOrderId,
    transactTime: order.updatedAt,
  };
  if (responseType === "ACK") return ack;
  const result = { ...ack, ...amounts(order), workingTime: order.createdAt };
  const prevention = { selfTradePreventionMode: order.selfTradePrevention };
  if (responseType === "RESULT") return { ...result, ...prevention };
  return { ...result, fills: trades.map(fillBody), ...prevention };
}

/** The answer to a cancel: `clientOrderId` is the cancel's own. */
export function canceledBody(view: BinanceOrder, cancelId: string): Record<string, unknown> {
  const { order } = view;
  return {
    symbol: view.listing.symbol,
    origClientOrderId: view.clientOrderId,
    orderId: order.orderId,
    orderListId: NO_LIST,
    clientOrderId: cancelId,
    transactTime: order.updatedAt,
    ...amounts(order),
    selfTradePreventionMode: order.selfTradePrevention,
  };
}

/** An order as reads show it. */
export function readBody(view: BinanceOrder): Record<string, unknown> {
  const { order } = view;
  return {
    symbol: view.listing.symbol,
    orderId: order.orderId,
    orderListId: NO_LIST,
    clientOrderId: view.clientOrderId,
    price: fixed(order.price ?? ZERO),
    origQty: fixed(order.quantity),
    executedQty: fixed(order.filled),
    cummulativeQuoteQty: fixed(order.filledQuote),
    status: ledgerStatus(order),
    timeInForce: order.timeInForce,
    type: ledgerType(order),
    side: order.side,
    stopPrice: ZERO_AMOUNT,
    icebergQty: ZERO_AMOUNT,
    time: order.createdAt,
    updateTime: order.updatedAt,
    isWorking: true,
    workingTime: order.createdAt,
    origQuoteOrderQty: fixed(order.quoteQuantity ?? ZERO),
    selfTradePreventionMode: order.selfTradePrevention,
  };
}

/** `amendedOrder` of a keep-priority amendment. */
export function amendedBody(view: BinanceOrder, originalId: string): Record<string, unknown> {
  const { order } = view;
  return {
    symbol: view.listing.symbol,
    orderId: order.orderId,
    orderListId: NO_LIST,
    origClientOrderId: originalId,
    clientOrderId: view.clientOrderId,
    price: fixed(order.price ?? ZERO),
    qty: fixed(order.quantity),
    executedQty: fixed(order.filled),
    preventedQty: ZERO_AMOUNT,
    quoteOrderQty: fixed(order.quoteQuantity ?? ZERO),
    cumulativeQuoteQty: fixed(order.filledQuote),
    status: ledgerStatus(order),
    timeInForce: order.timeInForce,
    type: ledgerType(order),
    side: order.side,
    workingTime: order.createdAt,
    selfTradePreventionMode: order.selfTradePrevention,
  };
}

/** One own trade, as `myTrades` lists it. */
export function tradeBody(trade: PaperTrade, symbol: string): Record<string, unknown> {
  return {
    symbol,
    id: trade.tradeId,
    orderId: trade.orderId,
    orderListId: NO_LIST,
    price: fixed(trade.price),
    qty: fixed(trade.quantity),
    quoteQty: fixed(trade.quoteQuantity),
    commission: fixed(trade.fee),
    commissionAsset: trade.feeAsset,
    time: trade.time,
    isBuyer: trade.side === "BUY",
    isMaker: trade.isMaker,
    isBestMatch: true,
  };
}

/** `ids`: what the report calls the order, and what it was called before ("": the same). */
export function executionReport(
  report: ExecutionReport,
  view: BinanceOrder,
  ids: { readonly current: string; readonly original: string; readonly executionId: number },
): Record<string, unknown> {
  const { order, trade } = report;
  return {
    e: "executionReport",
    E: report.time,
    s: view.listing.symbol,
    c: ids.current,
    S: order.side,
    o: ledgerType(order),
    f: order.timeInForce,
    q: fixed(order.quantity),
    p: fixed(order.price ?? ZERO),
    P: ZERO_AMOUNT,
    F: ZERO_AMOUNT,
    g: NO_LIST,
    C: ids.original,
    x: report.kind,
    X: ledgerStatus(order),
    r: "NONE",
    i: order.orderId,
    l: trade === null ? ZERO_AMOUNT : fixed(trade.quantity),
    z: fixed(order.filled),
    L: trade === null ? ZERO_AMOUNT : fixed(trade.price),
    n: trade === null ? "0" : fixed(trade.fee),
    N: trade === null ? null : trade.feeAsset,
    T: report.time,
    t: trade === null ? -1 : trade.tradeId,
    I: ids.executionId,
    w: order.status === "OPEN" || order.status === "PARTIALLY_FILLED",
    m: trade === null ? false : trade.isMaker,
    M: trade !== null,
    O: order.createdAt,
    Z: fixed(order.filledQuote),
    Y: trade === null ? ZERO_AMOUNT : fixed(trade.quoteQuantity),
    Q: fixed(order.quoteQuantity ?? ZERO),
    W: order.createdAt,
    V: order.selfTradePrevention,
  };
}

function amounts(order: PaperOrder): Record<string, unknown> {
  return {
    price: fixed(order.price ?? ZERO),
    origQty: fixed(order.quantity),
    executedQty: fixed(order.filled),
    origQuoteOrderQty: fixed(order.quoteQuantity ?? ZERO),
    cummulativeQuoteQty: fixed(order.filledQuote),
    status: ledgerStatus(order),
    timeInForce: order.timeInForce,
    type: ledgerType(order),
    side: order.side,
  };
}

function fillBody(trade: PaperTrade): Record<string, unknown> {
  return {
    price: fixed(trade.price),
    qty: fixed(trade.quantity),
    commission: fixed(trade.fee),
    commissionAsset: trade.feeAsset,
    tradeId: trade.tradeId,
  };
}
