/**
 * Rows of Coinbase Advanced Trade: orders, fills, accounts. Source:
 * docs.cdp.coinbase.com/api-reference/advanced-trade-api (rest-api/orders, rest-api/accounts,
 * websocket/user), read on 2026-11-21. Orders say what they hold as sums: no fill comes with them.
 */
import type { Balance } from "../../../../model/account.ts";
import {
  add,
  compare,
  type Decimal,
  decimal,
  divide,
  isZero,
  ZERO,
} from "../../../../model/decimal.ts";
import type { Fill } from "../../../../model/fill.ts";
import type { Side, StandardOrderStatus } from "../../../../model/order.ts";
import type { EpochMs } from "../../../../model/scalars.ts";
import type { VenueOrder } from "../../../../model/venue.ts";
import {
  asRow,
  asRows,
  decimalOf,
  flagOf,
  idOf,
  isoTimeOf,
  optionalText,
  type Row,
  RowError,
  textOf,
} from "../../rows/fields.ts";
import type { ClientIdForm, RowContext } from "../../plans/venue_call.ts";

const UUID = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/;

/** The venue takes any text, and promises to keep UUIDs alone. */
export const UUID_CLIENT_ID: ClientIdForm = {
  render: (id) => id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
  parse: (text) => UUID.test(text) ? text.replaceAll("-", "") : text,
};

export function clientIdOf(row: Row): string | null {
  const id = optionalText(row, "client_order_id");
  return id === null ? null : UUID_CLIENT_ID.parse(id);
}

export function sideOf(row: Row, field: string): Side {
  const side = textOf(row, field);
  if (side === "BUY" || side === "SELL") return side;
  throw new RowError(`${field} is neither BUY nor SELL`);
}

/** What is about to be changed or canceled is live until that has happened. */
const STATUSES: Readonly<Record<string, StandardOrderStatus>> = {
  PENDING: "OPEN",
  QUEUED: "OPEN",
  OPEN: "OPEN",
  EDIT_QUEUED: "OPEN",
  CANCEL_QUEUED: "OPEN",
  FILLED: "FILLED",
  CANCELLED: "CANCELED",
  EXPIRED: "EXPIRED",
  FAILED: "REJECTED",
};

/** Nobody cancels these by hand: the venue writes CANCELLED when their time is over at once. */
const IMMEDIATE: ReadonlySet<string | null> = new Set(["IMMEDIATE_OR_CANCEL", "FILL_OR_KILL"]);

function stateOf(
  row: Row,
  filled: Decimal,
): { readonly status: StandardOrderStatus; readonly cause: string | null } {
  const status = STATUSES[textOf(row, "status")] ?? "UNKNOWN";
  if (status === "OPEN" && !isZero(filled)) return { status: "PARTIALLY_FILLED", cause: null };
  if (status === "EXPIRED") return { status, cause: "TIME_IN_FORCE" };
  if (status === "CANCELED" && IMMEDIATE.has(optionalText(row, "time_in_force"))) {
    return { status: "EXPIRED", cause: "TIME_IN_FORCE" };
  }
  if (status !== "REJECTED") return { status, cause: null };
  const reason = optionalText(row, "reject_reason");
  return { status, cause: reason === "REJECT_REASON_UNSPECIFIED" ? null : reason };
}

interface Terms {
  /** Null where the order is sized in the quote. */
  readonly amount: Decimal | null;
  readonly limitPrice: Decimal | null;
  readonly at: EpochMs;
}

/** What was asked for, in the one configuration an order has. */
function termsOf(row: Row): Terms {
  const [told] = Object.values(asRow(row["order_configuration"]));
  const asked = asRow(told);
  const [size, price] = [optionalText(asked, "base_size"), optionalText(asked, "limit_price")];
  return {
    amount: size === null ? null : decimal(size),
    limitPrice: price === null ? null : decimal(price),
    at: isoTimeOf(row, "created_time"),
  };
}

/** Each edit tells the price and the total size it left; the venue shows the latest five. */
const EDITS_MAX = 100;

function newestEdit(row: Row): Terms | null {
  const list = row["edit_history"];
  if (list === undefined || list === null) return null;
  const edits = asRows(list, EDITS_MAX).map((each): Terms => {
    const edit = asRow(each);
    return {
      amount: decimalOf(edit, "size"),
      limitPrice: decimalOf(edit, "price"),
      at: isoTimeOf(edit, "replace_accept_timestamp"),
    };
  });
  return edits.reduce<Terms | null>(
    (newest, each) => newest === null || each.at >= newest.at ? each : newest,
    null,
  );
}

/** `{"order_id":"9bc1eb3b-…","product_id":"LTC-BTC","order_configuration":{…},"status":"OPEN"}` */
export function readOrder(value: unknown, context: RowContext): VenueOrder {
  const row = asRow(value);
  const filled = decimalOf(row, "filled_size");
  const terms = newestEdit(row) ?? termsOf(row);
  const filledAt = optionalText(row, "last_fill_time") === null
    ? 0
    : isoTimeOf(row, "last_fill_time");
  return {
    exchangeOrderId: idOf(row, "order_id"),
    clientOrderId: clientIdOf(row),
    symbolId: context.symbolOf(textOf(row, "product_id")),
    side: sideOf(row, "side"),
    ...stateOf(row, filled),
    amount: terms.amount ?? filled,
    limitPrice: terms.limitPrice,
    filled,
    venueTime: Math.max(terms.at, filledAt),
    fills: [],
  };
}

/**
 * `{"order_id":"9bc1eb3b-…","client_order_id":"e5fe8482-…","cumulative_quantity":"0",`
 * `"leaves_quantity":"0.000994","status":"OPEN","product_id":"BTC-USD","order_side":"BUY",…}`. Once
 * an order has ended nothing is left of it, so that only its reads say how large it was.
 */
export function readStreamOrder(
  value: unknown,
  { context, venueTime }: { readonly context: RowContext; readonly venueTime: EpochMs },
): VenueOrder {
  const row = asRow(value);
  const filled = decimalOf(row, "cumulative_quantity");
  const price = optionalText(row, "limit_price");
  return {
    exchangeOrderId: idOf(row, "order_id"),
    clientOrderId: clientIdOf(row),
    symbolId: context.symbolOf(textOf(row, "product_id")),
    side: sideOf(row, "order_side"),
    ...stateOf(row, filled),
    amount: add(filled, decimalOf(row, "leaves_quantity")),
    limitPrice: price === null || isZero(decimal(price)) ? null : decimal(price),
    filled,
    venueTime,
    fills: [],
  };
}

/** "FILL, REVERSAL, CORRECTION, SYNTHETIC": only the first is a trade of an order. */
export function isFill(row: Row): boolean {
  return textOf(row, "trade_type") === "FILL";
}

/** `{"entry_id":"b88b82cc…","trade_id":"cdc39e45-…","size":"0.0046","size_in_quote":true,…}` */
export function readFill(value: unknown, context: RowContext): Fill {
  const row = asRow(value);
  const product = textOf(row, "product_id");
  const [price, size] = [decimalOf(row, "price"), decimalOf(row, "size")];
  return {
    tradeId: idOf(row, "trade_id"),
    intentId: null,
    clientOrderId: null,
    exchangeOrderId: idOf(row, "order_id"),
    symbolId: context.symbolOf(product),
    side: sideOf(row, "side"),
    price,
    // Of orders that others sized in the quote; ours never are.
    quantity: flagOf(row, "size_in_quote") ? divide(size, price) : size,
    fee: feeOf(row, product),
    liquidity: liquidityOf(row),
    venueTime: isoTimeOf(row, "trade_time"),
    receivedAt: context.receivedAt,
  };
}

/** Commissions are taken in the quote. */
function feeOf(row: Row, product: string): Fill["fee"] {
  const commission = optionalText(row, "commission");
  const [, quote] = product.split("-");
  if (commission === null || quote === undefined) return null;
  return { asset: assetOf(quote), amount: decimal(commission) };
}

function liquidityOf(row: Row): Fill["liquidity"] {
  const told = optionalText(row, "liquidity_indicator");
  return told === "MAKER" || told === "TAKER" ? told : "UNKNOWN";
}

/** ccxt's name of the only asset that it calls otherwise, so that balances and symbols agree. */
function assetOf(currency: string): string {
  return currency === "CGLD" ? "CELO" : currency;
}

/**
 * `{"uuid":"…","currency":"USDC","available_balance":{"value":"0.0000","currency":"USDC"},`
 * `"updated_at":"2023-01-04T06:20:07.181Z","type":"ACCOUNT_TYPE_CRYPTO","hold":{…}}`. An account of
 * every asset is listed; a vault's holdings cannot be traded, and those of futures ("platform:
 * CONSUMER spot, CFM_CONSUMER US derivatives, INTX international") not on spot: an asset that is held
 * in both would show the one for the other.
 */
export function readBalance(value: unknown): Balance | null {
  const row = asRow(value);
  if (ELSEWHERE.has(optionalText(row, "type")) || ELSEWHERE.has(optionalText(row, "platform"))) {
    return null;
  }
  const available = decimalOf(asRow(row["available_balance"]), "value");
  const locked = decimalOf(asRow(row["hold"]), "value");
  const total = add(available, locked);
  if (compare(total, ZERO) === 0) return null;
  return {
    assetId: assetOf(textOf(row, "currency")),
    total,
    available,
    locked,
    borrowed: ZERO,
    interest: ZERO,
    updatedAt: isoTimeOf(row, "updated_at"),
  };
}

/** Types and platforms of accounts that no spot order draws on. */
const ELSEWHERE: ReadonlySet<string | null> = new Set([
  "ACCOUNT_TYPE_VAULT",
  "ACCOUNT_TYPE_PERP_FUTURES",
  "ACCOUNT_PLATFORM_CFM_CONSUMER",
  "ACCOUNT_PLATFORM_INTX",
]);
