/**
 * Orders, fills, balances and positions of Kraken Futures. Amounts are numbers or texts, depending
 * on the endpoint. Source: docs.kraken.com/api-reference (order-management, account-information,
 * account-history), read on 2026-11-21, and the answers noted in ccxt 4.5.84 (MIT).
 */
import type { Balance, Position } from "../../../../model/account.ts";
import {
  add,
  compare,
  type Decimal,
  isPositive,
  isZero,
  negate,
  subtract,
  ZERO,
} from "../../../../model/decimal.ts";
import type { Fill } from "../../../../model/fill.ts";
import type { Ticker } from "../../../../model/market.ts";
import type { VenueOrder } from "../../../../model/venue.ts";
import { unitsOf } from "../../rows/contracts.ts";
import { exactNumber } from "../../instruments/exact_number.ts";
import { asRow, idOf, optionalText, type Row, RowError, textOf } from "../../rows/fields.ts";
import { contractPosition } from "../../rows/positions.ts";
import { listedSize } from "../../rows/unlisted.ts";
import type { RowContext } from "../../plans/venue_call.ts";
import { assetOf } from "../kraken/assets.ts";
import { instantOf } from "../kraken/frames.ts";
import { numberOf, sideOf } from "../kraken/rows.ts";

type State = Pick<VenueOrder, "status" | "cause">;

/** `{"order_id":"59302619…","cliOrdId":"…","symbol":"PF_XBTUSD","side":"sell","unfilledSize":304,…}` */
export function readOpenOrder(value: unknown, context: RowContext): VenueOrder {
  const row = asRow(value);
  const size = listedSize(textOf(row, "symbol"), context);
  const filled = unitsOf(numberOf(row, "filledSize"), size);
  return {
    exchangeOrderId: idOf(row, "order_id"),
    clientOrderId: optionalText(row, "cliOrdId"),
    symbolId: context.symbolOf(textOf(row, "symbol")),
    side: sideOf(textOf(row, "side")),
    status: isPositive(filled) ? "PARTIALLY_FILLED" : "OPEN",
    amount: add(unitsOf(numberOf(row, "unfilledSize"), size), filled),
    limitPrice: priceOf(row, "limitPrice"),
    filled,
    cause: null,
    venueTime: instantOf(row, "lastUpdateTime"),
    fills: [],
  };
}

/** `{"order":{"orderId":"…","cliOrdId":"…","symbol":"PF_XBTUSD",…},"status":"ENTERED_BOOK",…}` */
export function readStatus(value: unknown, context: RowContext): VenueOrder {
  const row = asRow(value);
  const order = asRow(row["order"]);
  const read = readOrder(order, {
    id: "orderId",
    client: "cliOrdId",
    symbol: "symbol",
    side: textOf(order, "side"),
  }, context);
  const time = instantOf(order, "lastUpdateTimestamp");
  return { ...read, ...statusOf(row, read), venueTime: time };
}

function statusOf(row: Row, { filled, amount }: VenueOrder): State {
  switch (textOf(row, "status")) {
    case "ENTERED_BOOK":
    case "PARTIALLY_FILLED":
    case "UNTOUCHED":
      return { status: isPositive(filled) ? "PARTIALLY_FILLED" : "OPEN", cause: null };
    case "FULLY_EXECUTED":
      return { status: "FILLED", cause: null };
    case "CANCELLED":
      return compare(filled, amount) === 0
        ? { status: "FILLED", cause: null }
        : { status: "CANCELED", cause: causeOf(optionalText(row, "updateReason")) };
    case "REJECTED":
      return { status: "REJECTED", cause: optionalText(row, "error") };
    default: // Newer than what we know.
      return { status: "UNKNOWN", cause: null };
  }
}

/**
 * `{"uid":"…","timestamp":1660…,"event":{"OrderPlaced":{"order":{"uid":"…","clientId":"…",`
 * `"tradeable":"PF_XBTUSD","direction":"Buy","quantity":"0.01","filled":"0",…},"reason":"…"}}}`:
 * the state right after one event. Null for events of triggers.
 */
export function readEvent(value: unknown, context: RowContext): VenueOrder | null {
  const event = asRow(asRow(value)["event"]);
  const [entry] = Object.entries(event);
  if (entry === undefined) throw new RowError("the event of an order has no name");
  const [name, told] = entry;
  const state = EVENTS[name];
  if (state === undefined) return null;
  const row = asRow(told);
  const order = asRow(row["newOrder"] ?? row["order"]);
  const read = readOrder(order, {
    id: "uid",
    client: "clientId",
    symbol: "tradeable",
    side: textOf(order, "direction").toLowerCase(),
  }, context);
  const reason = optionalText(row, "reason");
  const time = Number(order["lastUpdateTimestamp"]);
  if (!Number.isSafeInteger(time)) throw new RowError("lastUpdateTimestamp is no time");
  return { ...read, ...state(read, reason), venueTime: time };
}

const EVENTS: Readonly<Record<string, (order: VenueOrder, reason: string | null) => State>> = {
  OrderPlaced: (order) => live(order),
  OrderUpdated: (order, reason) =>
    reason === "full_fill" ? { status: "FILLED", cause: null } : live(order),
  OrderCancelled: (order, reason) => ended(order, reason),
  OrderRejected: (_order, reason) => ({ status: "REJECTED", cause: reason }),
};

function live({ filled, amount }: VenueOrder): State {
  if (compare(filled, amount) === 0) return { status: "FILLED", cause: null };
  return { status: isPositive(filled) ? "PARTIALLY_FILLED" : "OPEN", cause: null };
}

function ended({ filled, amount }: VenueOrder, reason: string | null): State {
  if (compare(filled, amount) === 0) return { status: "FILLED", cause: null };
  return { status: "CANCELED", cause: causeOf(reason) };
}

/** Of the stream and of the history; what is not here stays as it is. */
export function causeOf(reason: string | null): string | null {
  if (reason === null) return null;
  const known = CAUSES[reason.toLowerCase()]; // Statuses tell them in capitals.
  return known === undefined ? reason : known;
}

const CAUSES: Readonly<Record<string, string | null>> = {
  cancelled_by_user: null,
  cancelled_by_admin: "VENUE",
  liquidation: "LIQUIDATION",
  contract_expired: "DELIVERY",
  ioc_order_failed_because_it_would_not_be_executed: "TIME_IN_FORCE",
  post_order_failed_because_it_would_be_filled: "POST_ONLY_WOULD_TAKE",
  would_not_reduce_position: "REDUCE_ONLY",
  self_fill: "SELF_TRADE_PREVENTION",
  dead_man_switch: "DEAD_MANS_SWITCH",
};

function readOrder(
  row: Row,
  names: {
    readonly id: string;
    readonly client: string;
    readonly symbol: string;
    readonly side: string;
  },
  context: RowContext,
): VenueOrder {
  const symbol = textOf(row, names.symbol);
  const size = listedSize(symbol, context);
  const filled = unitsOf(numberOf(row, "filled"), size);
  return {
    exchangeOrderId: idOf(row, names.id),
    clientOrderId: optionalText(row, names.client),
    symbolId: context.symbolOf(symbol),
    side: sideOf(names.side),
    status: "UNKNOWN",
    // What is left: an order of 0.01 with 0.0002 filled has 0.0098 (ccxt issue 23469).
    amount: add(unitsOf(numberOf(row, "quantity"), size), filled),
    limitPrice: priceOf(row, "limitPrice"),
    filled,
    cause: null,
    venueTime: 0,
    fills: [],
  };
}

/** `{"fillTime":"…","order_id":"…","fill_id":"…","cliOrdId":"…","symbol":"…","size":2000,…}`: no fee. */
export function readFill(value: unknown, context: RowContext): Fill {
  const row = asRow(value);
  const symbol = textOf(row, "symbol");
  return {
    tradeId: idOf(row, "fill_id"),
    intentId: null,
    clientOrderId: optionalText(row, "cliOrdId"),
    exchangeOrderId: idOf(row, "order_id"),
    symbolId: context.symbolOf(symbol),
    side: sideOf(textOf(row, "side")),
    price: numberOf(row, "price"),
    quantity: unitsOf(numberOf(row, "size"), listedSize(symbol, context)),
    fee: null,
    liquidity: liquidityOf(optionalText(row, "fillType")),
    venueTime: instantOf(row, "fillTime"),
    receivedAt: context.receivedAt,
  };
}

/** Also liquidations, assignments and the like. */
export function liquidityOf(type: string | null): Fill["liquidity"] {
  return type === "maker" ? "MAKER" : type === "taker" ? "TAKER" : "UNKNOWN";
}

/** Ours for an asset: one wallet may write `XBT` or `xbt` where another one writes `BTC`. */
export function assetNamed(name: string): string {
  return assetOf(name.toUpperCase());
}

/** What one wallet holds of an asset. */
export interface Holding {
  readonly total: Decimal;
  readonly available: Decimal;
}

/** Of an asset: in the multi-collateral wallet, and in the one that margins its inverse contracts. */
export interface Holdings {
  readonly flex: Holding | null;
  readonly single: Holding | null;
}

/** `"USD":{"quantity":"1000","value":"1000","collateral":"1000","available":"900"}` of `flex`. */
export function readFlex(value: unknown): Holding {
  const row = asRow(value);
  // Losses are settled in USD, of which an account with other collateral may owe some.
  return holding(owedOf(row, "quantity"), owedOf(row, "available"));
}

/** Unrealized profit is available, but not held. */
export function holding(total: Decimal, free: Decimal): Holding {
  return { total, available: compare(free, total) > 0 ? total : free };
}

/**
 * Both wallets together. A wallet that margins inverse contracts has the word on what is available:
 * what lies in the other one margins none of them, and contracts of that one need dollars.
 */
export function readBalance(
  asset: string,
  { flex, single }: Holdings,
  context: RowContext,
): Balance {
  const isMargining = single !== null && !isZero(single.total);
  const total = add(flex?.total ?? ZERO, single?.total ?? ZERO);
  const available = (isMargining ? single : flex)?.available ?? ZERO;
  return {
    assetId: asset,
    total,
    available,
    locked: subtract(total, available),
    borrowed: ZERO,
    interest: ZERO,
    updatedAt: context.receivedAt,
  };
}

/** `{"side":"long","symbol":"PF_XBTUSD","price":"9392.7","size":"0.5","unrealizedPnl":"…",…}` */
export function readPosition(value: unknown, context: RowContext): Position {
  const row = asRow(value);
  const symbol = textOf(row, "symbol");
  const side = textOf(row, "side");
  if (side !== "long" && side !== "short") throw new RowError("side is neither long nor short");
  const size = unitsOf(numberOf(row, "size"), listedSize(symbol, context));
  return contractPosition({
    positionId: context.symbolOf(symbol),
    rawSymbol: symbol,
    quantity: side === "long" ? size : negate(size),
    entryPrice: numberOf(row, "price"),
    markPrice: null,
    liquidationPrice: null,
    unrealizedPnl: signedOf(row["unrealizedPnl"], "unrealizedPnl"),
    realizedPnl: null,
    marginUsed: null,
    leverage: exactNumber(row["maxFixedLeverage"], "maxFixedLeverage"),
    side: null,
    updatedAt: context.receivedAt,
  }, context);
}

/** `{"ticker":{"symbol":"PF_XBTUSD","last":…,"markPrice":…,"bid":…,"bidSize":…,…},"serverTime":"…"}` */
export function readTicker(answer: unknown, context: RowContext): Ticker {
  const told = asRow(answer);
  const row = asRow(told["ticker"]);
  const symbol = textOf(row, "symbol");
  const contracts = listedSize(symbol, context);
  const size = (field: string) => {
    const number = exactNumber(row[field], field);
    return number === null ? null : unitsOf(number, contracts);
  };
  return {
    symbol: context.symbolOf(symbol),
    bid: priceOf(row, "bid"),
    bidSize: size("bidSize"),
    ask: priceOf(row, "ask"),
    askSize: size("askSize"),
    last: priceOf(row, "last"),
    mark: priceOf(row, "markPrice"),
    index: priceOf(row, "indexPrice"),
    venueTime: instantOf(told, "serverTime"),
    receivedAt: context.receivedAt,
  };
}

/** Market orders have none, or zero. */
export function priceOf(row: Row, field: string): Decimal | null {
  const price = exactNumber(row[field], field);
  return price !== null && isPositive(price) ? price : null;
}

export function owedOf(row: Row, field: string): Decimal {
  const number = signedOf(row[field], field);
  if (number === null) throw new RowError(`${field} is missing`);
  return number;
}

export function signedOf(value: unknown, field: string): Decimal | null {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text === "string" && text.startsWith("-")) {
    const size = exactNumber(text.slice(1), field);
    return size === null ? null : negate(size);
  }
  return exactNumber(text, field);
}
