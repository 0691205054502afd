/** Orders, trades and balances in the words of Kraken's REST API. */
import type { EndCause, PaperBalance, PaperOrder } from "../../exchanges/paper/messages.ts";
import { add, type Decimal, divide, isZero, ZERO } from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import { isOpen, type OrderView, type TradeView } from "../kit/orders.ts";
import { fixed } from "./numbers.ts";
import { assetName, type KrakenListing } from "./listing.ts";

export type KrakenOrder = OrderView<KrakenListing>;
export type KrakenTrade = TradeView<KrakenListing>;

/** Quote amounts of orders and trades. */
const COST_DECIMALS = 5;
/** The exchange keeps balances finer than it shows orders. */
const BALANCE_DECIMALS = 10;

/** `{"refid":null,"cl_ord_id":"1234","status":"open","opentm":1733815269.370054,"descr":{…},…}` */
export function orderRow(view: KrakenOrder, tradeIds?: readonly string[]) {
  const { order, listing, clientOrderId } = view;
  const { lotDecimals, pairDecimals } = listing;
  return {
    refid: null,
    userref: null,
    ...(clientOrderId === "" ? {} : { cl_ord_id: clientOrderId }),
    status: statusOf(order),
    ...(isOpen(order) ? {} : { reason: reasonOf(order), closetm: order.updatedAt / 1_000 }),
    opentm: order.createdAt / 1_000,
    starttm: 0,
    expiretm: 0,
    descr: {
      pair: listing.altname,
      type: order.side === "BUY" ? "buy" : "sell",
      ordertype: order.type === "MARKET" ? "market" : "limit",
      price: order.price === null ? "0" : fixed(order.price, pairDecimals),
      price2: "0",
      leverage: "none",
      order: describe(view),
      close: "",
    },
    vol: fixed(order.quantity, lotDecimals),
    vol_exec: fixed(order.filled, lotDecimals),
    cost: fixed(order.filledQuote, COST_DECIMALS),
    fee: fixed(ZERO, COST_DECIMALS),
    price: fixed(averageOf(order), pairDecimals),
    stopprice: fixed(ZERO, COST_DECIMALS),
    limitprice: fixed(ZERO, COST_DECIMALS),
    misc: "",
    oflags: order.postOnly ? "fciq,post" : "fciq",
    ...(tradeIds === undefined ? {} : { trades: tradeIds }),
  };
}

/** `buy 0.02100000 ETHUSDT @ limit 330.00` */
export function describe({ order, listing }: KrakenOrder): string {
  const { altname, lotDecimals, pairDecimals } = listing;
  const side = order.side === "BUY" ? "buy" : "sell";
  const terms = order.price === null ? "market" : `limit ${fixed(order.price, pairDecimals)}`;
  return `${side} ${fixed(order.quantity, lotDecimals)} ${altname} @ ${terms}`;
}

/** `{"ordertxid":"OQRPN2-LRHFY-HIFA7D","pair":"USDCUSDT","time":1586340086.457,…}` */
export function tradeRow(view: KrakenTrade, order: PaperOrder) {
  const { trade, listing, orderId } = view;
  const { lotDecimals, pairDecimals } = listing;
  return {
    ordertxid: orderId,
    postxid: `TKH2SE-M7IF5-${orderId.slice(-6)}`,
    pair: listing.symbol,
    time: trade.time / 1_000,
    type: trade.side === "BUY" ? "buy" : "sell",
    ordertype: order.type === "MARKET" ? "market" : "limit",
    price: fixed(trade.price, pairDecimals),
    cost: fixed(trade.quoteQuantity, lotDecimals),
    fee: fixed(trade.fee, lotDecimals),
    vol: fixed(trade.quantity, lotDecimals),
    margin: fixed(ZERO, lotDecimals),
    leverage: "0",
    misc: "",
    trade_id: trade.tradeId,
    maker: trade.isMaker,
  };
}

/** `{"ZUSD":{"balance":"25435.2100","hold_trade":"8249.7600"}}` */
export function balanceRows(balances: readonly PaperBalance[]) {
  return Object.fromEntries(balances.map(({ asset, free, locked }) => [assetName(asset), {
    balance: fixed(add(free, locked), BALANCE_DECIMALS),
    hold_trade: fixed(locked, BALANCE_DECIMALS),
  }]));
}

export function averageOf({ filled, filledQuote }: PaperOrder): Decimal {
  return isZero(filled) ? ZERO : divide(filledQuote, filled, "HALF_EVEN");
}

function statusOf(order: PaperOrder): string {
  if (isOpen(order)) return "open";
  return order.status === "FILLED" ? "closed" : "canceled";
}

/** Null of what was filled. */
export function reasonOf(
  { cause, timeInForce }: Pick<PaperOrder, "cause" | "timeInForce">,
): string | null {
  if (cause === "TIME_IN_FORCE" && timeInForce === "FOK") return "Fill or kill";
  return cause === null ? null : REASONS[cause];
}

/** The first is the exchange's own; of the others no list is published. */
const REASONS: Readonly<Record<EndCause, string>> = {
  USER: "User requested",
  TIME_IN_FORCE: "Immediate or cancel",
  SELF_TRADE_PREVENTION: "Self trade prevention",
  DEAD_MANS_SWITCH: "Dead man's switch",
  REDUCE_ONLY: "Reduce only",
  LIQUIDATION: "Liquidation",
  DELIVERY: "Delivery",
};

/** RFC 3339 with microseconds. */
export function instant(time: EpochMs): string {
  return new Date(time).toISOString().replace("Z", "000Z");
}
