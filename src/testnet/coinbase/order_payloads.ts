/** Orders and fills as Coinbase shows them, in lists and on the user channel. */
import { createHash } from "node:crypto";
import type { PaperOrder, PaperTrade } from "../../exchanges/paper/messages.ts";
import {
  type Decimal,
  decimal,
  divide,
  isZero,
  multiply,
  subtract,
  ZERO,
} from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import { isOpen, type OrderView, type TradeView } from "../kit/orders.ts";
import type { CoinbaseListing } from "./listing.ts";

export type CoinbaseOrder = OrderView<CoinbaseListing>;

/** What an order has become by edits; its configuration stays as it was sent. */
export interface Edit {
  readonly price: Decimal;
  readonly size: Decimal;
  readonly at: EpochMs;
}

export interface Edited {
  readonly original: Pick<PaperOrder, "price" | "quantity">;
  readonly edits: readonly Edit[];
}

const HUNDRED = decimal("100");
const USER_ID = "11111111-2222-4333-8444-555555555555";
const PORTFOLIO = "66666666-7777-4888-8999-000000000000";

export function isoOf(time: EpochMs): string {
  return new Date(time).toISOString().replace("Z", "000Z"); // Microseconds, as the venue has them.
}

const STATUSES: Readonly<Record<PaperOrder["status"], string>> = {
  OPEN: "OPEN",
  PARTIALLY_FILLED: "OPEN",
  FILLED: "FILLED",
  CANCELED: "CANCELLED",
  EXPIRED: "CANCELLED",
};

export function statusOf({ status }: PaperOrder): string {
  return STATUSES[status];
}

export function timeInForceOf({ type, timeInForce }: PaperOrder): string {
  if (type === "MARKET" || timeInForce === "IOC") return "IMMEDIATE_OR_CANCEL";
  return timeInForce === "FOK" ? "FILL_OR_KILL" : "GOOD_UNTIL_CANCELLED";
}

function configurationOf(order: PaperOrder, { price, quantity }: Edited["original"]) {
  if (order.type === "MARKET") {
    return {
      market_market_ioc: order.quoteQuantity === null
        ? { base_size: quantity }
        : { quote_size: order.quoteQuantity },
    };
  }
  const terms = { base_size: quantity, limit_price: price };
  switch (order.timeInForce) {
    case "IOC":
      return { sor_limit_ioc: terms };
    case "FOK":
      return { limit_limit_fok: terms };
    default:
      return { limit_limit_gtc: { ...terms, post_only: order.postOnly } };
  }
}

function averageOf({ filled, filledQuote }: PaperOrder): Decimal {
  return isZero(filled) ? ZERO : divide(filledQuote, filled);
}

function percentOf({ filled, quantity }: PaperOrder): Decimal {
  return isZero(quantity) ? ZERO : divide(multiply(filled, HUNDRED), quantity);
}

/** `GET orders/historical/batch`, and one of `orders/historical/{order_id}`. */
export function orderRow(
  { order, listing, orderId, clientOrderId }: CoinbaseOrder,
  { edited, trades }: {
    readonly edited: Edited | undefined;
    readonly trades: readonly PaperTrade[];
  },
) {
  const last = trades.at(-1);
  return {
    order_id: orderId,
    product_id: listing.symbol,
    user_id: USER_ID,
    order_configuration: configurationOf(order, edited?.original ?? order),
    side: order.side,
    client_order_id: clientOrderId,
    status: statusOf(order),
    time_in_force: timeInForceOf(order),
    created_time: isoOf(order.createdAt),
    completion_percentage: percentOf(order),
    filled_size: order.filled,
    average_filled_price: averageOf(order),
    fee: "",
    number_of_fills: String(trades.length),
    filled_value: order.filledQuote,
    pending_cancel: false,
    size_in_quote: order.quoteQuantity !== null,
    total_fees: "0",
    size_inclusive_of_fees: false,
    total_value_after_fees: order.filledQuote,
    trigger_status: "INVALID_ORDER_TYPE",
    order_type: order.type,
    reject_reason: "REJECT_REASON_UNSPECIFIED",
    settled: order.status === "FILLED",
    product_type: "SPOT",
    reject_message: "",
    cancel_message: order.status === "CANCELED" ? "User requested cancel" : "",
    order_placement_source: "RETAIL_ADVANCED",
    outstanding_hold_amount: "0",
    is_liquidation: false,
    last_fill_time: last === undefined ? null : isoOf(last.time),
    edit_history: (edited?.edits ?? []).map(({ price, size, at }) => ({
      price,
      size,
      replace_accept_timestamp: isoOf(at),
    })),
    leverage: "",
    margin_type: "UNKNOWN_MARGIN_TYPE",
    retail_portfolio_id: PORTFOLIO,
  };
}

/** On the user channel: sums alone, and nothing is left of an order that has ended. */
export function userOrderRow({ order, listing, orderId, clientOrderId }: CoinbaseOrder) {
  return {
    order_id: orderId,
    client_order_id: clientOrderId,
    cumulative_quantity: order.filled,
    leaves_quantity: isOpen(order) ? subtract(order.quantity, order.filled) : ZERO,
    avg_price: averageOf(order),
    total_fees: "0",
    status: statusOf(order),
    product_id: listing.symbol,
    creation_time: isoOf(order.createdAt),
    order_side: order.side,
    order_type: order.type === "MARKET" ? "Market" : "Limit",
    cancel_reason: order.status === "CANCELED" ? "User requested cancel" : "",
    reject_reason: "",
    completion_percentage: percentOf(order),
    filled_value: order.filledQuote,
    limit_price: order.price ?? "0",
    outstanding_hold_amount: "0",
    post_only: String(order.postOnly),
    product_type: "SPOT",
    retail_portfolio_id: PORTFOLIO,
    stop_price: "",
    time_in_force: timeInForceOf(order),
    total_value_after_fees: order.filledQuote,
    trigger_status: "INVALID_ORDER_TYPE",
  };
}

/** `GET orders/historical/fills`. */
export function fillRow({ trade, listing, tradeId, orderId }: TradeView<CoinbaseListing>) {
  return {
    entry_id: createHash("sha256").update(`${tradeId} ${orderId}`).digest("hex"),
    trade_id: tradeId,
    order_id: orderId,
    trade_time: isoOf(trade.time),
    trade_type: "FILL",
    price: trade.price,
    size: trade.quantity,
    commission: "0",
    product_id: listing.symbol,
    sequence_timestamp: isoOf(trade.time),
    liquidity_indicator: trade.isMaker ? "MAKER" : "TAKER",
    size_in_quote: false,
    user_id: USER_ID,
    side: trade.side,
    retail_portfolio_id: PORTFOLIO,
  };
}

/** An account of every asset that is held. */
export function accountRow(
  { asset, free, locked }: {
    readonly asset: string;
    readonly free: Decimal;
    readonly locked: Decimal;
  },
  now: EpochMs,
) {
  const hex = createHash("sha256").update(asset).digest("hex");
  return {
    uuid: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${
      hex.slice(20, 32)
    }`,
    name: `${asset} Wallet`,
    currency: asset,
    available_balance: { value: free, currency: asset },
    default: true,
    active: true,
    created_at: "2023-01-04T06:20:06.456Z",
    updated_at: isoOf(now),
    deleted_at: null,
    type: asset === "USD" ? "ACCOUNT_TYPE_FIAT" : "ACCOUNT_TYPE_CRYPTO",
    ready: true,
    hold: { value: locked, currency: asset },
    retail_portfolio_id: PORTFOLIO,
  };
}

export const KEY_PERMISSIONS = {
  can_view: true,
  can_trade: true,
  can_transfer: false,
  portfolio_uuid: PORTFOLIO,
  portfolio_type: "DEFAULT",
} as const;
