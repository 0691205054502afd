/**
 * Account events in the words of Kraken's WebSocket v2: what happens to an order, and what moves
 * balances. Only the first message of an order has its terms; later ones say what changed.
 */
import type { ExecutionReport } from "../../exchanges/paper/messages.ts";
import { type Decimal, decimal, ZERO } from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import { isOpen } from "../kit/orders.ts";
import { numeric } from "./numbers.ts";
import {
  averageOf,
  instant,
  type KrakenOrder,
  type KrakenTrade,
  reasonOf,
} from "./order_payloads.ts";

const COST_DECIMALS = 5;
const BALANCE_DECIMALS = 10;
const NOTHING = numeric(ZERO, COST_DECIMALS);

type Item = Readonly<Record<string, unknown>>;

/** The items of the messages that a change of an order makes, one list for each message. */
export function executionItems(
  { kind, time }: Pick<ExecutionReport, "kind" | "time">,
  view: KrakenOrder,
  trade: KrakenTrade | null,
): readonly (readonly Item[])[] {
  const timestamp = instant(time);
  switch (kind) {
    case "NEW":
      return [
        [{ ...termsOf(view), exec_type: "pending_new", order_status: "pending_new", timestamp }],
        [{ ...idsOf(view), exec_type: "new", order_status: "new", timestamp }],
      ];
    case "TRADE": {
      const traded = tradeItem(trade!, view, timestamp);
      // A message may hold several items: here what filled an order, and that it is filled.
      return view.order.status === "FILLED"
        ? [[traded, { ...sumsOf(view), exec_type: "filled", order_status: "filled", timestamp }]]
        : [[traded]];
    }
    case "REPLACED":
      return [[{
        ...idsOf(view),
        ...sumsOf(view),
        ...changedOf(view),
        exec_type: "amended",
        order_status: statusOf(view),
        amended: true,
        reason: "User requested",
        timestamp,
      }]];
    case "CANCELED":
    case "EXPIRED": {
      const reason = reasonOf(view.order);
      return [[{
        ...sumsOf(view),
        exec_type: "canceled",
        order_status: "canceled",
        cancel_reason: reason,
        reason,
        timestamp,
      }]];
    }
  }
}

/** As an open order is shown after subscribing. */
export function snapshotItem(view: KrakenOrder): Item {
  return {
    ...termsOf(view),
    ...sumsOf(view),
    exec_type: "new",
    order_status: statusOf(view),
    timestamp: instant(view.order.updatedAt),
  };
}

function idsOf({ orderId, clientOrderId }: KrakenOrder): Item {
  return {
    order_id: orderId,
    ...(clientOrderId === "" ? {} : { cl_ord_id: clientOrderId }),
    order_userref: 0,
  };
}

function termsOf(view: KrakenOrder): Item {
  const { order, listing } = view;
  return {
    ...idsOf(view),
    symbol: listing.symbolId,
    order_qty: numeric(order.quantity, listing.lotDecimals),
    cum_cost: NOTHING,
    time_in_force: order.type === "MARKET" ? "GTC" : order.timeInForce,
    side: order.side === "BUY" ? "buy" : "sell",
    order_type: order.type === "MARKET" ? "market" : "limit",
    limit_price_type: "static",
    ...(order.price === null ? {} : { limit_price: numeric(order.price, listing.pairDecimals) }),
    stop_price: NOTHING,
    ...(order.postOnly ? { post_only: true } : {}),
    fee_usd_equiv: NOTHING,
    fee_ccy_pref: "fciq",
  };
}

function changedOf({ order, listing }: KrakenOrder): Item {
  return {
    order_qty: numeric(order.quantity, listing.lotDecimals),
    ...(order.price === null ? {} : { limit_price: numeric(order.price, listing.pairDecimals) }),
  };
}

function sumsOf(view: KrakenOrder): Item {
  const { order, listing } = view;
  return {
    ...idsOf(view),
    cum_qty: numeric(order.filled, listing.lotDecimals),
    cum_cost: numeric(order.filledQuote, COST_DECIMALS),
    fee_usd_equiv: NOTHING,
    avg_price: numeric(averageOf(order), listing.pairDecimals),
  };
}

function tradeItem(
  { trade, tradeId }: KrakenTrade,
  view: KrakenOrder,
  timestamp: string,
): Item {
  const { order, listing } = view;
  const { lotDecimals, pairDecimals } = listing;
  return {
    ...sumsOf(view),
    exec_id: tradeId,
    exec_type: "trade",
    trade_id: trade.tradeId,
    symbol: listing.symbolId,
    side: trade.side === "BUY" ? "buy" : "sell",
    last_qty: numeric(trade.quantity, lotDecimals),
    last_price: numeric(trade.price, pairDecimals),
    liquidity_ind: trade.isMaker ? "m" : "t",
    cost: numeric(trade.quoteQuantity, lotDecimals),
    // Also of the trade that fills it all: that it is filled is said apart.
    order_status: "partially_filled",
    order_type: order.type === "MARKET" ? "market" : "limit",
    fees: [{ asset: trade.feeAsset, qty: numeric(trade.fee, lotDecimals) }],
    timestamp,
  };
}

function statusOf({ order }: KrakenOrder): string {
  if (order.status === "PARTIALLY_FILLED") return "partially_filled";
  return isOpen(order) ? "new" : "canceled";
}

/** `{"asset":"BTC","asset_class":"currency","balance":1.2,"wallets":[{"type":"spot",…}]}` */
export function balanceSnapshotItem(asset: string, total: Decimal): Item {
  const balance = numeric(total, BALANCE_DECIMALS);
  return {
    asset,
    asset_class: "currency",
    balance,
    wallets: [{ type: "spot", id: "main", balance }],
  };
}

export function balanceItem(
  asset: string,
  { total, amount, time, number }: {
    readonly total: Decimal;
    /** By how much it changed; may be negative. */
    readonly amount: string;
    readonly time: EpochMs;
    readonly number: number;
  },
): Item {
  const isDown = amount.startsWith("-");
  const size = numeric(decimal(isDown ? amount.slice(1) : amount), BALANCE_DECIMALS);
  return {
    asset,
    asset_class: "currency",
    amount: isDown ? size.replace("\u0001", "\u0001-") : size,
    balance: numeric(total, BALANCE_DECIMALS),
    fee: numeric(ZERO, BALANCE_DECIMALS),
    ledger_id: `L${String(number).padStart(5, "0")}-TRADE-LEDGER`,
    ref_id: `T${String(number).padStart(5, "0")}-TRADE-LEDGER`,
    timestamp: instant(time),
    type: "trade",
    subtype: "",
    category: "trade",
    wallet_type: "spot",
    wallet_id: "main",
  };
}
