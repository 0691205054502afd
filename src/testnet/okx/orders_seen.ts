/** An order as OKX shows it, whether the engine holds it or declined it after the gateway took it. */
import type { PaperOrder, PaperTrade } from "../../exchanges/paper/messages.ts";
import {
  add,
  type Decimal,
  divide,
  isPositive,
  isZero,
  negate,
  ZERO,
} from "../../model/decimal.ts";
import type { Side } from "../../model/order.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { OrderView } from "../kit/orders.ts";
import { textOrEmpty, toWire } from "./amounts.ts";
import type { OkxListing } from "./listing.ts";

export interface SeenOrder {
  readonly ordId: string;
  readonly clOrdId: string;
  readonly listing: OkxListing;
  readonly side: Side;
  readonly ordType: string;
  readonly px: Decimal | null;
  /** In base units, or in quote units where `quoteSized`. */
  readonly size: Decimal;
  readonly quoteSized: boolean;
  readonly filled: Decimal;
  readonly filledQuote: Decimal;
  readonly state: "live" | "partially_filled" | "filled" | "canceled";
  readonly cancelSource: string;
  readonly category: string;
  readonly reduceOnly: boolean;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
}

export function seen({ order, listing, orderId, clientOrderId }: OrderView<OkxListing>): SeenOrder {
  return {
    ordId: orderId,
    clOrdId: clientOrderId,
    listing,
    side: order.side,
    ordType: ordTypeOf(order),
    px: order.price,
    size: order.quoteQuantity ?? order.quantity,
    quoteSized: order.quoteQuantity !== null,
    filled: order.filled,
    filledQuote: order.filledQuote,
    state: stateOf(order),
    cancelSource: cancelSourceOf(order, listing),
    category: order.origin === "LIQUIDATION" ? "full_liquidation" : "normal",
    reduceOnly: order.reduceOnly,
    createdAt: order.createdAt,
    updatedAt: order.updatedAt,
  };
}

/** A row of the order reads. @param trades of this order. */
export function orderRow(order: SeenOrder, trades: readonly PaperTrade[]) {
  return { ...commonRow(order, trades), cancelSourceReason: "" };
}

/** A row of the `orders` channel. @param trade what filled with this update, if anything did. */
export function orderUpdate(
  order: SeenOrder,
  about: {
    readonly trades: readonly PaperTrade[];
    readonly trade: PaperTrade | null;
    readonly tradeId: string;
    readonly amended: boolean;
  },
) {
  const { trade } = about;
  const { listing } = order;
  return {
    ...commonRow(order, about.trades),
    amendResult: about.amended ? "0" : "",
    amendSource: about.amended ? "1" : "",
    code: "0",
    msg: "",
    reqId: "",
    execType: trade === null ? "" : trade.isMaker ? "M" : "T",
    fillFee: trade === null ? "0" : charged(trade.fee),
    fillFeeCcy: trade === null ? "" : trade.feeAsset,
    fillNotionalUsd: trade === null ? "" : notionalUsdOf(trade, listing),
    fillPnl: trade?.realizedPnl ?? "0",
    fillPx: trade === null ? "" : trade.price,
    fillSz: trade === null ? "0" : toWire(trade.quantity, listing),
    fillTime: trade === null ? "" : String(trade.time),
    tradeId: trade === null ? "" : about.tradeId,
    lastPx: "",
    notionalUsd: "",
  };
}

function notionalUsdOf(
  { quantity, quoteQuantity }: PaperTrade,
  { instType, contract }: OkxListing,
) {
  if (contract.ctType === "inverse") return quantity;
  return instType === "OPTION" ? "" : quoteQuantity;
}

/** What we pay is negative. */
export function charged(fee: Decimal): string {
  return isZero(fee) ? "0" : negate(fee);
}

/** In what a fee is taken, as long as no trade has told it. */
function feeAssetOf({ listing, side }: SeenOrder): string {
  if (listing.settle !== "") return listing.settle;
  return side === "BUY" ? listing.base : listing.quote;
}

function commonRow(order: SeenOrder, trades: readonly PaperTrade[]) {
  const { listing, side } = order;
  const last = trades.at(-1);
  const isSpot = listing.instType === "SPOT";
  return {
    accFillSz: toWire(order.filled, listing),
    algoClOrdId: "",
    algoId: "",
    attachAlgoClOrdId: "",
    attachAlgoOrds: [],
    avgPx: isPositive(order.filled) ? divide(order.filledQuote, order.filled) : "",
    cTime: String(order.createdAt),
    cancelSource: order.cancelSource,
    category: order.category,
    ccy: "",
    clOrdId: order.clOrdId,
    fee: charged(trades.reduce((sum, { fee }) => add(sum, fee), ZERO)),
    feeCcy: last?.feeAsset ?? feeAssetOf(order),
    fillPx: last?.price ?? "",
    fillSz: last === undefined ? "0" : toWire(last.quantity, listing),
    fillTime: last === undefined ? "" : String(last.time),
    instId: listing.symbol,
    instType: listing.instType,
    isTpLimit: "false",
    lever: isSpot || listing.instType === "OPTION" ? "" : "10",
    linkedAlgoOrd: { algoId: "" },
    ordId: order.ordId,
    ordType: order.ordType,
    pnl: "0",
    posSide: "net",
    px: textOrEmpty(order.px),
    pxType: "",
    pxUsd: "",
    pxVol: "",
    quickMgnType: "",
    rebate: "0",
    rebateCcy: side === "BUY" ? listing.quote : listing.base,
    reduceOnly: String(order.reduceOnly),
    side: side === "BUY" ? "buy" : "sell",
    slOrdPx: "",
    slTriggerPx: "",
    slTriggerPxType: "",
    source: "",
    state: order.state,
    stpId: "",
    stpMode: "cancel_maker",
    sz: order.quoteSized ? order.size : toWire(order.size, listing),
    tag: "",
    tdMode: isSpot ? "cash" : "cross",
    tgtCcy: isSpot && order.ordType === "market" ? order.quoteSized ? "quote_ccy" : "base_ccy" : "",
    tpOrdPx: "",
    tpTriggerPx: "",
    tpTriggerPxType: "",
    tradeId: last === undefined ? "" : String(last.tradeId),
    uTime: String(order.updatedAt),
  };
}

function stateOf({ status }: PaperOrder): SeenOrder["state"] {
  switch (status) {
    case "OPEN":
      return "live";
    case "PARTIALLY_FILLED":
      return "partially_filled";
    case "FILLED":
      return "filled";
    case "CANCELED":
    case "EXPIRED":
      return "canceled";
  }
}

function ordTypeOf(order: PaperOrder): string {
  if (order.type === "MARKET") return "market";
  if (order.postOnly) return "post_only";
  switch (order.timeInForce) {
    case "GTC":
      return "limit";
    case "IOC":
      return "ioc";
    case "FOK":
      return "fok";
  }
}

function cancelSourceOf(order: PaperOrder, { instType }: OkxListing): string {
  switch (order.cause) {
    case null:
      return "";
    case "USER":
      return "1";
    case "TIME_IN_FORCE":
      return order.timeInForce === "FOK" ? "13" : "14";
    case "SELF_TRADE_PREVENTION":
      return "32";
    case "DEAD_MANS_SWITCH":
      return "20";
    case "REDUCE_ONLY":
      return "22";
    case "LIQUIDATION":
      return "3";
    case "DELIVERY":
      return instType === "OPTION" ? "10" : "7";
  }
}
