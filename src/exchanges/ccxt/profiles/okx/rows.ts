/**
 * Rows of OKX's REST answers and private channels. Source of this file and those beside it: the OKX
 * API guide v5 (okx.com/docs-v5/en) as read on 2026-11-21. Amounts are texts, an absent one is an
 * empty text; of contracts every amount counts contracts.
 */
import type { Balance, Position } from "../../../../model/account.ts";
import {
  compare,
  type Decimal,
  isNegative,
  isPositive,
  isZero,
  max,
  min,
  negate,
  subtract,
  ZERO,
} from "../../../../model/decimal.ts";
import type { Fill } from "../../../../model/fill.ts";
import type { Ticker } from "../../../../model/market.ts";
import type { Side, StandardOrderStatus } from "../../../../model/order.ts";
import type { VenueOrder } from "../../../../model/venue.ts";
import { unitsOf } from "../../rows/contracts.ts";
import { contractPosition } from "../../rows/positions.ts";
import { listedSize } from "../../rows/unlisted.ts";
import {
  asRow,
  decimalOf,
  idOf,
  optionalText,
  type Row,
  RowError,
  textOf,
  timeOf,
} from "../../rows/fields.ts";
import type { RowContext } from "../../plans/venue_call.ts";

/**
 * An order of "Order details", "Order list", "Order history" and the `orders` channel:
 * `{"instType":"SPOT","instId":"ETH-USDT","ordId":"317251910906576896","clOrdId":"","px":"2000",`
 * `"sz":"0.001","ordType":"limit","side":"buy","accFillSz":"0","state":"live","tgtCcy":"",`
 * `"cancelSource":"","category":"normal","uTime":"1621910749815",…}`.
 */
export function readOrder(value: unknown, context: RowContext): VenueOrder {
  const row = asRow(value);
  const instId = textOf(row, "instId");
  const size = contractSize(instId, context);
  const filled = unitsOf(decimalOf(row, "accFillSz"), size);
  return {
    exchangeOrderId: idOf(row, "ordId"),
    clientOrderId: optionalText(row, "clOrdId"),
    symbolId: context.symbolOf(instId),
    side: sideOf(row),
    // Foreign market buys may be sized in quote units; in base units only the filled part is known.
    amount: row["tgtCcy"] === "quote_ccy" ? filled : unitsOf(decimalOf(row, "sz"), size),
    limitPrice: optionalDecimal(row, "px"),
    filled,
    venueTime: timeOf(row, "uTime"),
    ...statusOf(row, filled),
    fills: [],
  };
}

/**
 * A row of "Transaction details": `{"instId":"ETH-USDT","tradeId":"107601752","ordId":"3173…",`
 * `"clOrdId":"","billId":"3173…","fillPx":"2654.98","fillSz":"0.007533","side":"buy","execType":`
 * `"T","feeCcy":"ETH","fee":"-0.000007533","ts":"1621927314985"}`; newer ones have `fillTime`.
 */
export function readTrade(value: unknown, context: RowContext): Fill {
  const row = asRow(value);
  return fillOf(row, context, {
    fee: { amount: "fee", asset: "feeCcy" },
    time: optionalText(row, "fillTime") === null ? "ts" : "fillTime",
  });
}

/**
 * What filled with an update of the `orders` channel, if anything did: `{"tradeId":"…",`
 * `"fillPx":"31527.1","fillSz":"0.001","fillTime":"…","fillFee":"-0.01","fillFeeCcy":"USDT",…}`.
 */
export function fillOfUpdate(row: Row, context: RowContext): Fill | null {
  const size = optionalDecimal(row, "fillSz");
  if (optionalText(row, "tradeId") === null || size === null || isZero(size)) return null;
  return fillOf(row, context, {
    fee: { amount: "fillFee", asset: "fillFeeCcy" },
    time: "fillTime",
  });
}

/**
 * One `details` entry of "Get balance" and of the `account` channel: `{"ccy":"BTC","cashBal":`
 * `"0.049","availBal":"0.049","availEq":"","frozenBal":"0","liab":"","interest":"","uTime":"16…"}`.
 * In futures mode `availEq` also counts unrealized profit, which is not held yet.
 */
export function readBalance(value: unknown): Balance {
  const row = asRow(value);
  const total = decimalOf(row, "cashBal");
  const free = optionalDecimal(row, "availBal") ?? optionalDecimal(row, "availEq") ??
    subtract(total, decimalOf(row, "frozenBal"));
  const available = isNegative(total) ? total : max(ZERO, min(free, total));
  return {
    assetId: textOf(row, "ccy"),
    total,
    available,
    locked: subtract(total, available),
    borrowed: optionalDecimal(row, "liab") ?? ZERO,
    interest: optionalDecimal(row, "interest") ?? ZERO,
    updatedAt: timeOf(row, "uTime"),
  };
}

/**
 * A row of "Get positions" and of the `positions` channel: `{"instId":"BTC-USDT-SWAP","instType":`
 * `"SWAP","posId":"3395…","posSide":"net","pos":"-2","availPos":"","avgPx":"34131.1","markPx":`
 * `"34133","liqPx":"12608.9","upl":"0.01","lever":"3","mgnMode":"cross","imr":"170.6","ccy":"USDT",`
 * `"uTime":"16…"}`. Null for margin loans and whatever else is no contract of ours.
 */
export function readPosition(value: unknown, context: RowContext): Position | null {
  const row = asRow(value);
  if (!CONTRACTS.has(textOf(row, "instType"))) return null;
  const rawSymbol = textOf(row, "instId");
  const size = contractSize(rawSymbol, context);
  const posSide = textOf(row, "posSide");
  return contractPosition({
    positionId: idOf(row, "posId"),
    rawSymbol,
    quantity: directed(unitsOf(optionalDecimal(row, "pos") ?? ZERO, size), posSide),
    entryPrice: optionalDecimal(row, "avgPx"),
    markPrice: optionalDecimal(row, "markPx"),
    liquidationPrice: optionalDecimal(row, "liqPx"),
    unrealizedPnl: optionalDecimal(row, "upl"),
    realizedPnl: optionalDecimal(row, "realizedPnl"),
    marginUsed: optionalDecimal(row, "margin") ?? optionalDecimal(row, "imr"),
    leverage: optionalDecimal(row, "lever"),
    side: posSide === "net" ? null : posSide === "short" ? "SHORT" : "LONG",
    updatedAt: timeOf(row, "uTime"),
  }, context);
}

/**
 * `{"instId":"ETH-BTC","last":"0.07319","askPx":"0.07322","askSz":"4.2","bidPx":"0.0732",`
 * `"bidSz":"6.05","ts":"1621440583784",…}`; a side without orders has empty texts.
 */
export function readTicker(value: unknown, context: RowContext): Ticker {
  const row = asRow(value);
  const instId = textOf(row, "instId");
  const size = contractSize(instId, context);
  const quantity = (field: string) => {
    const contracts = optionalDecimal(row, field);
    return contracts === null ? null : unitsOf(contracts, size);
  };
  return {
    symbol: context.symbolOf(instId),
    bid: positiveOrNull(optionalDecimal(row, "bidPx")),
    bidSize: quantity("bidSz"),
    ask: positiveOrNull(optionalDecimal(row, "askPx")),
    askSize: quantity("askSz"),
    last: positiveOrNull(optionalDecimal(row, "last")),
    mark: null,
    index: null,
    venueTime: timeOf(row, "ts"),
    receivedAt: context.receivedAt,
  };
}

/** What kind of instrument an id names: `BTC-USDT`, `…-SWAP`, `…-260327`, `…-260327-50000-C`. */
export function instTypeOf(instId: string): "SPOT" | "SWAP" | "FUTURES" | "OPTION" {
  const parts = instId.split("-");
  if (parts.length === 2) return "SPOT";
  if (parts.length === 3) return parts[2] === "SWAP" ? "SWAP" : "FUTURES";
  return "OPTION";
}

/**
 * Base units of one contract, null on spot.
 *
 * @throws {UnlistedError} for a contract whose size is not known: its amounts cannot be told.
 */
export function contractSize(instId: string, context: RowContext): Decimal | null {
  return instTypeOf(instId) === "SPOT"
    ? context.contractSizeOf(instId)
    : listedSize(instId, context);
}

/** An absent amount is an empty text, or the field is left out. */
export function optionalDecimal(row: Row, field: string): Decimal | null {
  return optionalText(row, field) === null ? null : decimalOf(row, field);
}

export function sideOf(row: Row): Side {
  const side = textOf(row, "side");
  if (side === "buy") return "BUY";
  if (side === "sell") return "SELL";
  throw new RowError("side is neither buy nor sell");
}

function fillOf(
  row: Row,
  context: RowContext,
  names: {
    readonly fee: { readonly amount: string; readonly asset: string };
    readonly time: string;
  },
): Fill {
  const instId = textOf(row, "instId");
  const charged = optionalDecimal(row, names.fee.amount);
  const asset = optionalText(row, names.fee.asset);
  const role = row["execType"];
  return {
    tradeId: idOf(row, "tradeId"),
    intentId: null,
    clientOrderId: optionalText(row, "clOrdId"),
    exchangeOrderId: idOf(row, "ordId"),
    symbolId: context.symbolOf(instId),
    side: sideOf(row),
    price: decimalOf(row, "fillPx"),
    quantity: unitsOf(decimalOf(row, "fillSz"), contractSize(instId, context)),
    // A negative number is what we pay, a positive one a rebate.
    fee: charged === null || asset === null ? null : { asset, amount: negate(charged) },
    liquidity: role === "M" ? "MAKER" : role === "T" ? "TAKER" : "UNKNOWN",
    venueTime: timeOf(row, names.time),
    receivedAt: context.receivedAt,
  };
}

/** What `state`, and for ended orders `cancelSource` and `category`, say. */
function statusOf(
  row: Row,
  filled: Decimal,
): { readonly status: StandardOrderStatus; readonly cause: string | null } {
  switch (textOf(row, "state")) {
    case "live":
      return { status: isPositive(filled) ? "PARTIALLY_FILLED" : "OPEN", cause: null };
    case "partially_filled":
      return { status: "PARTIALLY_FILLED", cause: null };
    case "filled":
      return { status: "FILLED", cause: FORCED.has(row["category"]) ? "LIQUIDATION" : null };
    case "mmp_canceled":
      return { status: "CANCELED", cause: "MARKET_MAKER_PROTECTION" };
    case "canceled":
      return ended(optionalText(row, "cancelSource"), filled);
    default:
      return { status: "UNKNOWN", cause: null };
  }
}

/** The venue takes a post-only order first and cancels it when it would have taken. */
const POST_ONLY_WOULD_TAKE = "31";

function ended(
  source: string | null,
  filled: Decimal,
): { readonly status: StandardOrderStatus; readonly cause: string | null } {
  if (source === POST_ONLY_WOULD_TAKE && compare(filled, ZERO) === 0) {
    return { status: "REJECTED", cause: "POST_ONLY_WOULD_TAKE" };
  }
  return CANCEL_SOURCES[source ?? ""] ?? { status: "CANCELED", cause: null };
}

/** `cancelSource` by the guide's table; what is not here was the user or has no word of ours. */
const CANCEL_SOURCES: Readonly<
  Record<string, { readonly status: StandardOrderStatus; readonly cause: string }>
> = {
  "2": { status: "CANCELED", cause: "LIQUIDATION" },
  "3": { status: "CANCELED", cause: "LIQUIDATION" },
  "6": { status: "CANCELED", cause: "LIQUIDATION" },
  "7": { status: "CANCELED", cause: "DELIVERY" },
  "10": { status: "CANCELED", cause: "DELIVERY" },
  "13": { status: "EXPIRED", cause: "TIME_IN_FORCE" },
  "14": { status: "EXPIRED", cause: "TIME_IN_FORCE" },
  "15": { status: "CANCELED", cause: "PRICE_LIMIT" },
  "20": { status: "CANCELED", cause: "DEAD_MANS_SWITCH" },
  "22": { status: "CANCELED", cause: "REDUCE_ONLY" },
  "23": { status: "CANCELED", cause: "REDUCE_ONLY" },
  "27": { status: "CANCELED", cause: "PRICE_LIMIT" },
  "32": { status: "EXPIRED", cause: "SELF_TRADE_PREVENTION" },
};

const CONTRACTS: ReadonlySet<string> = new Set(["SWAP", "FUTURES", "OPTION"]);
const FORCED: ReadonlySet<unknown> = new Set(["full_liquidation", "partial_liquidation", "adl"]);

/** In long/short mode `pos` has no sign. */
function directed(quantity: Decimal, posSide: string): Decimal {
  return posSide === "short" && isPositive(quantity) ? negate(quantity) : quantity;
}

function positiveOrNull(price: Decimal | null): Decimal | null {
  return price !== null && isPositive(price) ? price : null;
}
