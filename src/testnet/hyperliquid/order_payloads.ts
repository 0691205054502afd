/**
 * Orders and trades as Hyperliquid shows them. Not told: what an account held before a trade, of
 * which `startPosition` is always zero here.
 */
import type { PaperOrder } from "../../exchanges/paper/messages.ts";
import { type Decimal, divide, isZero, subtract, ZERO } from "../../model/decimal.ts";
import type { OrderView, TradeView } from "../kit/orders.ts";
import { type HyperliquidListing, tokenOf } from "./listing.ts";

export type View = OrderView<HyperliquidListing>;

/** Numbers are texts with at least one decimal. */
export function wire(value: Decimal): string {
  return value.includes(".") ? value : `${value}.0`;
}

/** As lists of open orders and `orderStatus` show it. */
export function orderRow(view: View) {
  const { order } = view;
  return {
    ...basicRow(view),
    triggerCondition: "N/A",
    isTrigger: false,
    triggerPx: "0.0",
    children: [],
    isPositionTpsl: false,
    reduceOnly: order.reduceOnly,
    orderType: "Limit",
    tif: tifOf(order),
    cloid: view.clientOrderId === "" ? null : view.clientOrderId,
  };
}

/** As `orderUpdates` and `openOrders` show it. */
export function basicRow({ order, listing, orderId, clientOrderId }: View) {
  return {
    coin: listing.symbol,
    side: sideOf(order.side),
    limitPx: order.price === null ? "0.0" : wire(order.price),
    sz: wire(subtract(order.quantity, order.filled)),
    oid: Number(orderId),
    timestamp: order.createdAt,
    origSz: wire(order.quantity),
    ...(clientOrderId === "" ? {} : { cloid: clientOrderId }),
  };
}

export function statusRow(view: View) {
  const { order } = view;
  return { order: orderRow(view), status: wordOf(order), statusTimestamp: order.updatedAt };
}

export function orderUpdate(view: View) {
  const { order } = view;
  return { order: basicRow(view), status: wordOf(order), statusTimestamp: order.updatedAt };
}

/** "Query order status" names them. */
export function wordOf({ status, cause, filled }: PaperOrder): string {
  switch (status) {
    case "OPEN":
    case "PARTIALLY_FILLED":
      return "open";
    case "FILLED":
      return "filled";
  }
  switch (cause) {
    case "SELF_TRADE_PREVENTION":
      return "selfTradeCanceled";
    case "REDUCE_ONLY":
      return "reduceOnlyCanceled";
    case "LIQUIDATION":
      return "liquidatedCanceled";
    case "TIME_IN_FORCE":
      return isZero(filled) ? "iocCancelRejected" : "canceled";
    default:
      return "canceled";
  }
}

/** What an action is told of an order it made. */
export function placedStatus({ order, orderId, clientOrderId }: View) {
  const named = {
    oid: Number(orderId),
    ...(clientOrderId === "" ? {} : { cloid: clientOrderId }),
  };
  if (order.status === "OPEN" || order.status === "PARTIALLY_FILLED") return { resting: named };
  const avgPx = isZero(order.filled) ? order.filled : divide(order.filledQuote, order.filled);
  return { filled: { totalSz: wire(order.filled), avgPx: wire(avgPx), ...named } };
}

export function fillRow({ trade, listing, tradeId, orderId, clientOrderId }: Traded) {
  return {
    coin: listing.symbol,
    px: wire(trade.price),
    sz: wire(trade.quantity),
    side: sideOf(trade.side),
    time: trade.time,
    startPosition: "0.0",
    dir: directionOf(trade),
    closedPnl: wire(trade.realizedPnl ?? ZERO),
    hash: hashOf(tradeId),
    oid: Number(orderId),
    crossed: !trade.isMaker,
    fee: wire(trade.fee),
    tid: Number(tradeId),
    feeToken: tokenOf(trade.feeAsset),
    ...(clientOrderId === "" ? {} : { cloid: clientOrderId }),
  };
}

export function sideOf(side: "BUY" | "SELL"): "B" | "A" {
  return side === "BUY" ? "B" : "A";
}

/** Looks like a transaction's. */
export function hashOf(id: string): string {
  return `0x${BigInt(id).toString(16).padStart(64, "0")}`;
}

type Traded = TradeView<HyperliquidListing>;
type Trade = Traded["trade"];

function directionOf({ side, realizedPnl }: Trade): string {
  if (realizedPnl === null) return side === "BUY" ? "Buy" : "Sell";
  const opens = isZero(realizedPnl);
  if (side === "BUY") return opens ? "Open Long" : "Close Short";
  return opens ? "Open Short" : "Close Long";
}

function tifOf({ timeInForce, postOnly }: PaperOrder): string {
  if (postOnly) return "Alo";
  return timeInForce === "GTC" ? "Gtc" : "Ioc";
}
