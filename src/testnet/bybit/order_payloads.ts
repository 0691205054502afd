/** Orders and executions in Bybit's words, the same over REST and on the private stream. */
import type { PaperOrder } from "../../exchanges/paper/messages.ts";
import {
  add,
  type Decimal,
  decimal,
  divide,
  floorToStep,
  isZero,
  multiply,
  subtract,
  sum,
  ZERO,
} from "../../model/decimal.ts";
import type { Orders, OrderView, TradeView } from "../kit/orders.ts";
import type { BybitListing } from "./listing.ts";

/** An order as it is shown; the engine knows nothing of those that it turned away. */
export interface ShownOrder extends OrderView<BybitListing> {
  /** Set for an order that was taken and then turned away by the matching engine. */
  readonly rejectReason?: string;
}

/** The fees of one order by asset. */
export type Fees = Readonly<Record<string, Decimal>>;

/** What each of the order's trades took. */
export function feesOf(orders: Orders<BybitListing>, { order, orderId }: ShownOrder): Fees {
  const fees: Record<string, Decimal> = {};
  if (isZero(order.filled)) return fees;
  for (const { trade } of orders.trades(order.accountId, { orderId })) {
    fees[trade.feeAsset] = add(fees[trade.feeAsset] ?? ZERO, trade.fee);
  }
  return fees;
}

/** Average prices are shown with so many decimals. */
const AVERAGE_STEP = decimal("0.00000001");

/** `{"symbol":"BTCUSDT","orderType":"Limit","orderLinkId":"…","orderStatus":"New",…}` */
export function orderRow(shown: ShownOrder, fees: Fees) {
  const { order, listing, orderId, clientOrderId } = shown;
  const isLive = order.status === "OPEN" || order.status === "PARTIALLY_FILLED";
  const left = isLive ? subtract(order.quantity, order.filled) : ZERO;
  const isMarket = order.type === "MARKET";
  return {
    symbol: listing.name,
    orderType: isMarket ? "Market" : "Limit",
    orderLinkId: clientOrderId,
    slLimitPrice: "0",
    orderId,
    cancelType: cancelTypeOf(shown),
    avgPrice: isZero(order.filled)
      ? ""
      : floorToStep(divide(order.filledQuote, order.filled, "HALF_EVEN"), AVERAGE_STEP),
    stopOrderType: "",
    lastPriceOnCreated: "",
    orderStatus: orderStatusOf(shown),
    createType: "CreateByUser",
    takeProfit: "",
    cumExecValue: order.filledQuote,
    smpType: SMP_TYPES[order.selfTradePrevention],
    triggerDirection: 0,
    blockTradeId: "",
    rejectReason: rejectReasonOf(shown),
    isLeverage: listing.category === "spot" ? "0" : "",
    price: order.price ?? "0",
    orderIv: "",
    createdTime: String(order.createdAt),
    tpTriggerBy: "",
    positionIdx: 0,
    timeInForce: order.postOnly ? "PostOnly" : isMarket ? "IOC" : order.timeInForce,
    leavesValue: order.price === null ? "0" : multiply(left, order.price),
    updatedTime: String(order.updatedAt),
    side: order.side === "BUY" ? "Buy" : "Sell",
    smpGroup: 0,
    triggerPrice: "",
    tpLimitPrice: "0",
    cumExecFee: sum(Object.values(fees)),
    cumFeeDetail: fees,
    slTriggerBy: "",
    leavesQty: left,
    closeOnTrigger: false,
    slippageToleranceType: "UNKNOWN",
    placeType: "",
    cumExecQty: order.filled,
    reduceOnly: order.reduceOnly,
    qty: order.quoteQuantity ?? order.quantity,
    stopLoss: "",
    smpOrderId: "",
    slippageTolerance: "0",
    triggerBy: "",
    extraFees: "",
    // By it clients tell contracts from spot pairs of the same name.
    ...(listing.category === "spot" ? {} : { tpslMode: "" }),
    ...(listing.category === "spot" && isMarket
      ? { marketUnit: order.quoteQuantity === null ? "baseCoin" : "quoteCoin" }
      : {}),
  };
}

export interface ShownTrade extends TradeView<BybitListing> {
  readonly order: PaperOrder;
}

/** `{"symbol":"ETHUSDT","execId":"…","execPrice":"1190.15","execQty":"0.1","execType":"Trade",…}` */
export function executionRow(
  { trade, order, listing, tradeId, orderId, clientOrderId }: ShownTrade,
) {
  const isSpot = listing.category === "spot";
  return {
    symbol: listing.name,
    orderType: order.type === "MARKET" ? "Market" : "Limit",
    underlyingPrice: "",
    orderLinkId: clientOrderId,
    side: trade.side === "BUY" ? "Buy" : "Sell",
    indexPrice: "",
    orderId,
    stopOrderType: "UNKNOWN",
    leavesQty: subtract(order.quantity, order.filled),
    execTime: String(trade.time),
    feeCurrency: isSpot ? trade.feeAsset : "",
    isMaker: trade.isMaker,
    execFee: trade.fee,
    feeRate: trade.isMaker ? MAKER_RATE : TAKER_RATE,
    execId: tradeId,
    tradeIv: "",
    blockTradeId: "",
    markPrice: isSpot ? "" : trade.price,
    execPrice: trade.price,
    markIv: "",
    orderQty: order.quantity,
    orderPrice: order.price ?? "0",
    execValue: trade.quoteQuantity,
    execType: "Trade",
    execQty: trade.quantity,
    isLeverage: "0",
    closedSize: trade.realizedPnl === null || isZero(trade.realizedPnl) ? "" : trade.quantity,
    seq: trade.tradeId,
  };
}

/** Spot's and, here, also contracts' ordinary tier. */
export const MAKER_RATE = "0.001";
export const TAKER_RATE = "0.001";

const SMP_TYPES = {
  NONE: "None",
  EXPIRE_TAKER: "CancelTaker",
  EXPIRE_MAKER: "CancelMaker",
  EXPIRE_BOTH: "CancelBoth",
} as const;

function orderStatusOf({ order, listing, rejectReason }: ShownOrder): string {
  const isSpot = listing.category === "spot";
  // Spot rejects a post-only order that would take; contracts cancel it.
  if (rejectReason !== undefined) return isSpot ? "Rejected" : "Cancelled";
  switch (order.status) {
    case "OPEN":
      return "New";
    case "PARTIALLY_FILLED":
      return "PartiallyFilled";
    case "FILLED":
      return "Filled";
    case "CANCELED":
    case "EXPIRED":
      return isSpot && !isZero(order.filled) ? "PartiallyFilledCanceled" : "Cancelled";
  }
}

function cancelTypeOf({ order }: ShownOrder): string {
  switch (order.cause) {
    case "USER":
      return "CancelByUser";
    case "SELF_TRADE_PREVENTION":
      return "CancelBySmp";
    case "REDUCE_ONLY":
      return "CancelByReduceOnly";
    case "LIQUIDATION":
      return "CancelByPrepareLiq";
    default:
      return "UNKNOWN";
  }
}

function rejectReasonOf({ order, rejectReason }: ShownOrder): string {
  if (rejectReason !== undefined) return rejectReason;
  return order.cause === "TIME_IN_FORCE" ? "EC_NoImmediateQtyToFill" : "EC_NoError";
}
