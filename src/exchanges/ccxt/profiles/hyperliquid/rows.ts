/**
 * Orders and trades of Hyperliquid, as reads and streams write them. Source: hyperliquid.gitbook.io,
 * "Info endpoint" and "Subscriptions", read on 2026-11-21.
 */
import {
  compare,
  type Decimal,
  decimal,
  isPositive,
  isZero,
  subtract,
} from "../../../../model/decimal.ts";
import type { Fill } from "../../../../model/fill.ts";
import type { Side, StandardOrderStatus } from "../../../../model/order.ts";
import type { VenueOrder } from "../../../../model/venue.ts";
import {
  asRow,
  decimalOf,
  flagOf,
  idOf,
  optionalText,
  type Row,
  RowError,
} from "../../rows/fields.ts";
import { textOf, timeOf } from "../../rows/fields.ts";
import type { ClientIdForm, RowContext } from "../../plans/venue_call.ts";
import { assetOf, isCoinOf } from "./instruments.ts";

/** "Client Order ID (cloid) is an optional 128 bit hex string." */
export const CLOID: ClientIdForm = {
  render: (id) => `0x${id}`,
  parse: (text) => /^0x[0-9a-f]{32}$/i.test(text) ? text.slice(2).toLowerCase() : text,
};

/** "oid: u64", a JSON number. @throws {RangeError} */
export function oidOf(exchangeOrderId: string): number {
  const value = Number(exchangeOrderId);
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError(`order id ${exchangeOrderId} is no whole number`);
}

/**
 * `{"order":{"coin":"ETH","side":"B","limitPx":"2000.0","sz":"0.1","oid":3991946565,`
 * `"timestamp":1704346468838,"origSz":"0.1","tif":"Gtc","cloid":"0x…"},"status":"open",`
 * `"statusTimestamp":1704346468838}`; lists of open orders have the inner row alone. `sz` is what
 * is left.
 */
export function readOrder(value: unknown, context: RowContext): VenueOrder {
  const outer = asRow(value);
  const row = outer["order"] === undefined ? outer : asRow(outer["order"]);
  const told = outer["order"] === undefined ? "open" : textOf(outer, "status");
  const venueTime = outer["order"] === undefined
    ? timeOf(row, "timestamp")
    : timeOf(outer, "statusTimestamp");
  const [amount, left] = [decimalOf(row, "origSz"), decimalOf(row, "sz")];
  if (compare(left, amount) > 0) throw new RowError("sz is more than origSz");
  const filled = subtract(amount, left);
  const tif = optionalText(row, "tif");
  // A resting order that is "filled" is so whole, whatever a row of it calls left.
  const isWhole = told === "filled" && tif !== null && RESTING.has(tif);
  const cloid = optionalText(row, "cloid");
  return {
    exchangeOrderId: idOf(row, "oid"),
    clientOrderId: cloid === null ? null : CLOID.parse(cloid),
    symbolId: context.symbolOf(textOf(row, "coin")),
    side: sideOf(row),
    ...(isWhole
      ? { status: "FILLED", cause: null } as const
      : statusOf(told, { left, filled, tif })),
    amount,
    limitPrice: optionalText(row, "orderType") === "Market"
      ? null
      : priceOrNull(decimalOf(row, "limitPx")),
    filled: isWhole ? amount : filled,
    venueTime,
    fills: [],
  };
}

/** What of an order of another `tif` is left when it has traded never rests. */
const RESTING: ReadonlySet<string> = new Set(["Gtc", "Alo"]);

/**
 * `{"coin":"ETH","px":"2381.1","sz":"0.0841","side":"A","time":1704262888911,"oid":3929354691,`
 * `"crossed":true,"fee":"0.050062","feeToken":"USDC","tid":128423918764978,"cloid":"0x…"}`. Fees
 * below zero are paid to us.
 */
export function readFill(value: unknown, context: RowContext): Fill {
  const row = asRow(value);
  const cloid = optionalText(row, "cloid");
  return {
    tradeId: idOf(row, "tid"),
    intentId: null,
    clientOrderId: cloid === null ? null : CLOID.parse(cloid),
    exchangeOrderId: idOf(row, "oid"),
    symbolId: context.symbolOf(textOf(row, "coin")),
    side: sideOf(row),
    price: decimalOf(row, "px"),
    quantity: decimalOf(row, "sz"),
    fee: feeOf(row),
    liquidity: flagOf(row, "crossed") ? "TAKER" : "MAKER",
    venueTime: timeOf(row, "time"),
    receivedAt: context.receivedAt,
  };
}

export function sideOf(row: Row): Side {
  const side = textOf(row, "side");
  if (side === "B") return "BUY";
  if (side === "A") return "SELL";
  throw new RowError("side is neither A nor B");
}

/** Of a row that is about a coin; `trades` and orders tell it the same way. */
export function coinIn(value: unknown): string {
  const row = asRow(value);
  return textOf(row["order"] === undefined ? row : asRow(row["order"]), "coin");
}

/** Older rows name no token; a perpetual's fee is in what it is settled in. */
function feeOf(row: Row): Fill["fee"] {
  const amount = decimalOf(row, "fee");
  const token = optionalText(row, "feeToken");
  if (token !== null) return { asset: assetOf(token), amount };
  return isCoinOf(textOf(row, "coin"), "perp") ? { asset: "USDC", amount } : null;
}

/** "Query order status": the statuses there are. */
function statusOf(
  told: string,
  { left, filled, tif }: {
    readonly left: Decimal;
    readonly filled: Decimal;
    readonly tif: string | null;
  },
): { readonly status: StandardOrderStatus; readonly cause: string | null } {
  switch (told) {
    case "open":
      return { status: isPositive(filled) ? "PARTIALLY_FILLED" : "OPEN", cause: null };
    case "triggered":
      return { status: "OPEN", cause: null };
    case "filled":
      if (isZero(left)) return { status: "FILLED", cause: null };
      // The stream names no `tif`: an order that may rest is not called ended by half a trade, and
      // one of which nothing traded is not filled. A look-up tells.
      return tif === null || isZero(filled)
        ? { status: "UNKNOWN", cause: null }
        : { status: "EXPIRED", cause: "TIME_IN_FORCE" };
    case "canceled":
      return tif === "Ioc"
        ? { status: "EXPIRED", cause: "TIME_IN_FORCE" }
        : { status: "CANCELED", cause: null };
    case "selfTradeCanceled":
      return { status: "CANCELED", cause: "SELF_TRADE_PREVENTION" };
    case "liquidatedCanceled":
      return { status: "CANCELED", cause: "LIQUIDATION" };
    case "iocCancelRejected":
      return { status: "EXPIRED", cause: "TIME_IN_FORCE" };
    case "rejected":
      return { status: "REJECTED", cause: null };
  }
  if (CANCELED.has(told)) return { status: "CANCELED", cause: told };
  if (REJECTED.has(told)) return { status: "REJECTED", cause: told };
  return { status: "UNKNOWN", cause: null };
}

const CANCELED: ReadonlySet<string> = new Set([
  "marginCanceled",
  "vaultWithdrawalCanceled",
  "openInterestCapCanceled",
  "reduceOnlyCanceled",
  "siblingFilledCanceled",
  "delistedCanceled",
  "scheduledCancel",
]);
const REJECTED: ReadonlySet<string> = new Set([
  "tickRejected",
  "minTradeNtlRejected",
  "minTradeSpotNtlRejected",
  "perpMarginRejected",
  "reduceOnlyRejected",
  "badAloPxRejected",
  "badTriggerPxRejected",
  "marketOrderNoLiquidityRejected",
  "positionIncreaseAtOpenInterestCapRejected",
  "positionFlipAtOpenInterestCapRejected",
  "tooAggressiveAtOpenInterestCapRejected",
  "openInterestIncreaseRejected",
  "insufficientSpotBalanceRejected",
  "oracleRejected",
  "perpMaxPositionRejected",
]);

const NO_PRICE = decimal("0");

function priceOrNull(price: Decimal): Decimal | null {
  return price === NO_PRICE ? null : price;
}
