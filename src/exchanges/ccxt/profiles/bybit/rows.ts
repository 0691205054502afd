/**
 * Orders and executions of Bybit v5, which REST and stream write alike. Source:
 * bybit-exchange.github.io/docs/v5/order/open-order, …/order/execution, …/enum, read on 2026-11-21.
 */
import {
  type Decimal,
  decimal,
  isNegative,
  isPositive,
  isZero,
  ZERO,
} from "../../../../model/decimal.ts";
import type { Fill } from "../../../../model/fill.ts";
import type { Side, StandardOrderStatus } from "../../../../model/order.ts";
import { parseSymbol } from "../../../../model/symbol.ts";
import type { VenueOrder } from "../../../../model/venue.ts";
import { asRow, decimalOf, flagOf, idOf, optionalText, type Row } from "../../rows/fields.ts";
import { RowError, textOf, timeOf } from "../../rows/fields.ts";
import type { RowContext } from "../../plans/venue_call.ts";

/**
 * `{"symbol":"ETHUSDT","orderType":"Limit","orderLinkId":"16722","orderId":"1321052653536515584",`
 * `"cancelType":"UNKNOWN","orderStatus":"Cancelled","rejectReason":"EC_NoError","price":"1000",`
 * `"timeInForce":"GTC","updatedTime":"1672217748287","side":"Buy","cumExecQty":"0","qty":"0.5"}`
 */
export function readOrder(value: unknown, context: RowContext): VenueOrder {
  const row = asRow(value);
  const filled = decimalOf(row, "cumExecQty");
  const isMarket = textOf(row, "orderType") === "Market";
  const price = decimalOr(row, "price", null);
  return {
    exchangeOrderId: idOf(row, "orderId"),
    clientOrderId: optionalText(row, "orderLinkId"),
    symbolId: context.symbolOf(textOf(row, "symbol")),
    side: sideOf(textOf(row, "side")),
    amount: countsQuote(row) ? filled : decimalOf(row, "qty"),
    // "The trading engine converts a market order into an IOC limit order" and shows its price.
    limitPrice: isMarket || price === null || isZero(price) ? null : price,
    filled,
    venueTime: timeOf(row, "updatedTime"),
    ...statusOf(row, filled),
    fills: [],
  };
}

/**
 * A market order of somebody else that spends quote units tells no base quantity but what it got;
 * ours are always sent with `marketUnit` baseCoin.
 */
function countsQuote(row: Row): boolean {
  return row["orderType"] === "Market" && row["marketUnit"] === "quoteCoin";
}

/** "orderStatus" of enum: `Cancelled` of a contract may have filled in part. */
function statusOf(
  row: Row,
  filled: Decimal,
): { readonly status: StandardOrderStatus; readonly cause: string | null } {
  const status = textOf(row, "orderStatus");
  const cause = causeOf(row);
  switch (status) {
    case "New":
    case "Created":
    case "Triggered":
      return { status: "OPEN", cause: null };
    case "Untriggered":
      return { status: "PENDING_TRIGGER", cause: null };
    case "PartiallyFilled":
      return { status: "PARTIALLY_FILLED", cause: null };
    case "Filled":
      return { status: "FILLED", cause: null };
    case "Rejected":
      return { status: "REJECTED", cause };
    case "Deactivated":
      return { status: "CANCELED", cause };
    case "Cancelled":
    case "PartiallyFilledCanceled":
      // Spot rejects a post-only order that would take, contracts cancel it: one and the same.
      if (cause === "POST_ONLY_WOULD_TAKE" && isZero(filled)) return { status: "REJECTED", cause };
      return cause === "TIME_IN_FORCE" || (cause === null && endsAtOnce(row))
        ? { status: "EXPIRED", cause: "TIME_IN_FORCE" }
        : { status: "CANCELED", cause };
    default: // Newer than what we know.
      return { status: "UNKNOWN", cause: null };
  }
}

const CANCEL_CAUSES: Readonly<Record<string, string>> = {
  CancelBySmp: "SELF_TRADE_PREVENTION",
  CancelByReduceOnly: "REDUCE_ONLY",
  CancelByPrepareLiq: "LIQUIDATION",
  CancelAllBeforeLiq: "LIQUIDATION",
  CancelByPrepareAdl: "LIQUIDATION",
  CancelAllBeforeAdl: "LIQUIDATION",
  CancelByDCP: "DEAD_MANS_SWITCH",
};

const REJECT_CAUSES: Readonly<Record<string, string>> = {
  EC_PostOnlyWillTakeLiquidity: "POST_ONLY_WOULD_TAKE",
  EC_NoImmediateQtyToFill: "TIME_IN_FORCE",
  EC_NoEnoughQtyToFill: "TIME_IN_FORCE",
  EC_CancelForNoFullFill: "TIME_IN_FORCE",
  EC_BySelfMatch: "SELF_TRADE_PREVENTION",
  EC_StopBySelfMatch: "SELF_TRADE_PREVENTION",
};

/** An order that never rests and that nobody canceled; market orders are IOC. */
function endsAtOnce(row: Row): boolean {
  const rule = optionalText(row, "timeInForce");
  return (rule === "IOC" || rule === "FOK") && row["cancelType"] !== "CancelByUser";
}

/** Reasons of the venue that no word of ours fits stay as they are. */
function causeOf(row: Row): string | null {
  const canceledBy = optionalText(row, "cancelType");
  if (canceledBy === "CancelByUser") return null;
  if (canceledBy !== null && canceledBy !== "UNKNOWN") {
    return CANCEL_CAUSES[canceledBy] ?? canceledBy;
  }
  const reason = optionalText(row, "rejectReason");
  return reason === null || NO_REASON.has(reason) ? null : REJECT_CAUSES[reason] ?? reason;
}

const NO_REASON: ReadonlySet<string> = new Set(["EC_NoError", "EC_PerCancelRequest"]);

/**
 * What an execution list holds beside fills of orders: funding has the position's size for a
 * quantity, settlements and moves of a position are no order's.
 */
const NO_FILLS: ReadonlySet<unknown> = new Set(["Funding", "Delivery", "Settle", "MovePosition"]);

export function isFill(row: Row): boolean {
  return !NO_FILLS.has(row["execType"]);
}

/**
 * `{"symbol":"ETHUSDT","orderLinkId":"","side":"Buy","orderId":"8c065341","execTime":"16722827",`
 * `"isMaker":false,"execFee":"0.071409","feeRate":"0.0006","feeCurrency":"USDT","execId":"e0cbe81d",`
 * `"execPrice":"1190.15","execType":"Trade","execQty":"0.1"}`
 */
export function readExecution(value: unknown, context: RowContext): Fill {
  const row = asRow(value);
  const symbolId = context.symbolOf(textOf(row, "symbol"));
  const side = sideOf(textOf(row, "side"));
  const isMaker = flagOf(row, "isMaker");
  return {
    tradeId: idOf(row, "execId"),
    intentId: null,
    clientOrderId: optionalText(row, "orderLinkId"),
    exchangeOrderId: idOf(row, "orderId"),
    symbolId,
    side,
    price: decimalOf(row, "execPrice"),
    quantity: decimalOf(row, "execQty"),
    fee: readFee(row, { symbolId, side, isMaker }),
    liquidity: isMaker ? "MAKER" : "TAKER",
    venueTime: timeOf(row, "execTime"),
    receivedAt: context.receivedAt,
  };
}

/**
 * "Spot Fee Currency Instruction" of enum, for rows without `feeCurrency`: what is bought pays the
 * fee, unless a maker is paid a rebate, which comes in what is sold. Contracts pay what they settle
 * in.
 */
function readFee(
  row: Row,
  { symbolId, side, isMaker }: Pick<Fill, "symbolId" | "side"> & { readonly isMaker: boolean },
): Fill["fee"] {
  const amount = decimalOr(row, "execFee", null);
  if (amount === null) return null;
  const told = optionalText(row, "feeCurrency");
  if (told !== null) return { asset: told, amount };
  const pair = parseSymbol(symbolId);
  if (pair === null) return null; // Not listed any more, so nobody says what it was.
  if (pair.kind !== "SPOT") return { asset: pair.settle, amount };
  const rate = decimalOr(row, "feeRate", ZERO) ?? ZERO;
  const isRebate = isMaker && (isNegative(rate) || isNegative(amount));
  const isBase = (side === "BUY") !== isRebate;
  return { asset: isBase ? pair.base : pair.quote, amount };
}

export function sideOf(text: string): Side {
  if (text === "Buy") return "BUY";
  if (text === "Sell") return "SELL";
  throw new RowError("side is neither Buy nor Sell");
}

/** Bybit writes "" where a number does not apply. */
export function decimalOr<Other extends Decimal | null>(
  row: Row,
  field: string,
  other: Other,
): Decimal | Other {
  const text = optionalText(row, field);
  return text === null ? other : decimal(text);
}

/** A price of "" or "0" says that there is none. */
export function priceOf(row: Row, field: string): Decimal | null {
  const price = decimalOr(row, field, null);
  return price !== null && isPositive(price) ? price : null;
}
