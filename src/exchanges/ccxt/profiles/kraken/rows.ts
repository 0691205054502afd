/**
 * Orders, trades and balances of Kraken's REST API. Source: docs.kraken.com/api-reference
 * (account-data: get-open-orders, get-closed-orders, query-orders-info, get-trades-history,
 * get-extended-balance), read on 2026-11-21.
 */
import type { Balance } from "../../../../model/account.ts";
import {
  compare,
  type Decimal,
  isPositive,
  isZero,
  max,
  min,
  subtract,
  ZERO,
} from "../../../../model/decimal.ts";
import type { Fill } from "../../../../model/fill.ts";
import type { Ticker } from "../../../../model/market.ts";
import type { Side, StandardOrderStatus } from "../../../../model/order.ts";
import type { EpochMs } from "../../../../model/scalars.ts";
import { parseSymbol } from "../../../../model/symbol.ts";
import type { VenueOrder } from "../../../../model/venue.ts";
import { exactNumber } from "../../instruments/exact_number.ts";
import {
  asRow,
  asRows,
  decimalOf,
  optionalText,
  type Row,
  RowError,
  textOf,
} from "../../rows/fields.ts";
import type { ClientIdForm, RowContext } from "../../plans/venue_call.ts";
import { assetOf } from "./assets.ts";

/** Of a list of Kraken's: a member's name and the member. */
export type NamedRow = readonly [id: string, row: unknown];

/** `cl_ord_id`: "UUID, 32 hex digits or free text of up to 18"; one form is read like the other. */
export const KRAKEN_CLIENT_ID: ClientIdForm = {
  render: (id) => id,
  parse: (text) => UUID.test(text) ? text.replaceAll("-", "").toLowerCase() : text,
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * `{"cl_ord_id":"1234","status":"open","opentm":1733815269.370054,"descr":{"pair":"XBTUSD",`
 * `"type":"buy","ordertype":"limit","price":"70000.0",…},"vol":"0.00010000","vol_exec":"0.0",…}`;
 * what has ended has `closetm` and `reason` besides. Changes in place leave no time in it.
 */
export function readOrder([id, value]: NamedRow, context: RowContext): VenueOrder {
  const row = asRow(value);
  const told = asRow(row["descr"]);
  const filled = decimalOf(row, "vol_exec");
  const price = decimalOf(told, "price");
  const hasPrice = textOf(told, "ordertype") === "limit" && !isZero(price);
  return {
    exchangeOrderId: id,
    clientOrderId: clientIdOf(row),
    symbolId: context.symbolOf(textOf(told, "pair")),
    side: sideOf(textOf(told, "type")),
    amount: decimalOf(row, "vol"),
    limitPrice: hasPrice ? price : null,
    filled,
    ...statusOf({ status: textOf(row, "status"), reason: optionalText(row, "reason"), filled }),
    venueTime: row["closetm"] === undefined ? secondsOf(row, "opentm") : secondsOf(row, "closetm"),
    fills: [],
  };
}

export function clientIdOf(row: Row): string | null {
  const text = optionalText(row, "cl_ord_id");
  return text === null ? null : KRAKEN_CLIENT_ID.parse(text);
}

/** What `status` and, of what has ended, `reason` say. */
export function statusOf(
  { status, reason, filled }: {
    readonly status: string;
    readonly reason: string | null;
    readonly filled: Decimal;
  },
): { readonly status: StandardOrderStatus; readonly cause: string | null } {
  switch (status) {
    case "pending":
    case "open":
      return { status: isPositive(filled) ? "PARTIALLY_FILLED" : "OPEN", cause: null };
    case "closed":
      return { status: "FILLED", cause: null };
    case "expired":
      return { status: "EXPIRED", cause: "TIME_IN_FORCE" };
    case "canceled":
      return canceled(reason, filled);
    default: // Newer than what we know.
      return { status: "UNKNOWN", cause: null };
  }
}

/** The venue's reasons are free texts; one that no word of ours fits stays as it is. */
function canceled(reason: string | null, filled: Decimal) {
  if (reason === POST_ONLY && compare(filled, ZERO) === 0) {
    return { status: "REJECTED", cause: "POST_ONLY_WOULD_TAKE" } as const;
  }
  const cause = reason === null || reason === "User requested" ? null : CAUSES[reason] ?? reason;
  return cause === "TIME_IN_FORCE"
    ? { status: "EXPIRED", cause } as const
    : { status: "CANCELED", cause } as const;
}

/** The venue takes a post-only order first and cancels it when it would have taken. */
export const POST_ONLY = "Post only order";

/** No list of them is published: these are what our testnet writes, by the documents' words. */
const CAUSES: Readonly<Record<string, string>> = {
  "Immediate or cancel": "TIME_IN_FORCE",
  "Fill or kill": "TIME_IN_FORCE",
  "Self trade prevention": "SELF_TRADE_PREVENTION",
};

/**
 * `{"ordertxid":"OQRPN2-LRHFY-HIFA7D","pair":"USDCUSDT","time":1586340086.457,"type":"sell",`
 * `"price":"0.99860000","fee":"0.04433784","vol":"22.20000000",…}`: "fee: total fee (quote currency)".
 */
export function readTrade([id, value]: NamedRow, context: RowContext): Fill {
  const row = asRow(value);
  const symbolId = context.symbolOf(textOf(row, "pair"));
  const quote = parseSymbol(symbolId)?.quote;
  return {
    tradeId: id,
    intentId: null,
    clientOrderId: null,
    exchangeOrderId: textOf(row, "ordertxid"),
    symbolId,
    side: sideOf(textOf(row, "type")),
    price: decimalOf(row, "price"),
    quantity: decimalOf(row, "vol"),
    fee: quote === undefined ? null : { asset: quote, amount: decimalOf(row, "fee") },
    liquidity: row["maker"] === true ? "MAKER" : row["maker"] === false ? "TAKER" : "UNKNOWN",
    venueTime: secondsOf(row, "time"),
    receivedAt: context.receivedAt,
  };
}

/**
 * `"XXBT":{"balance":"1.2435","hold_trade":"0.8423"}`: "available balance = balance + credit -
 * credit_used - hold_trade". The answer carries no time.
 */
export function readBalance([asset, value]: NamedRow, context: RowContext): Balance {
  const row = asRow(value);
  const total = numberOf(row, "balance");
  const held = min(numberOf(row, "hold_trade"), total);
  const borrowed = exactNumber(row["credit_used"], "credit_used") ?? ZERO;
  return {
    assetId: assetOf(asset),
    total,
    available: max(subtract(total, held), ZERO),
    locked: held,
    borrowed,
    interest: ZERO,
    updatedAt: context.receivedAt,
  };
}

/**
 * `{"XXBTZUSD":{"a":["2432.77","1","1.000"],"b":["2431.37","2","2.000"],"c":["2430.58","0.04"],…}}`:
 * price, whole lots, lots; of `c` price and lots. No time is told.
 */
export function readTicker(answer: unknown, context: RowContext): Ticker {
  const [entry] = Object.entries(asRow(asRow(answer)["result"]));
  if (entry === undefined) throw new RowError("the answer shows no pair");
  const [pair, value] = entry;
  const row = asRow(value);
  const [ask, bid, last] = ["a", "b", "c"].map((side) => asRows(row[side], 3));
  return {
    symbol: context.symbolOf(pair),
    bid: positiveOf(bid![0], "b"),
    bidSize: positiveOf(bid![2], "b"),
    ask: positiveOf(ask![0], "a"),
    askSize: positiveOf(ask![2], "a"),
    last: positiveOf(last![0], "c"),
    mark: null,
    index: null,
    venueTime: context.receivedAt,
    receivedAt: context.receivedAt,
  };
}

/** An empty side is written as zeros. */
function positiveOf(value: unknown, field: string): Decimal | null {
  const number = exactNumber(value, field);
  return number !== null && isPositive(number) ? number : null;
}

/** A text or a number, whichever it is that the venue writes there. */
export function numberOf(row: Row, field: string): Decimal {
  const number = exactNumber(row[field], field);
  if (number === null) throw new RowError(`${field} is missing`);
  return number;
}

/** Seconds with a fraction of microseconds, as a JSON number. */
export function secondsOf(row: Row, field: string): EpochMs {
  const value = row[field];
  const seconds = typeof value === "string" ? Number(value) : value;
  if (typeof seconds !== "number" || !(seconds >= 0) || seconds > SECONDS_MAX) {
    throw new RowError(`${field} is no time in seconds`);
  }
  // The product of a float may end just below the millisecond it was made of.
  return Math.floor(seconds * 1_000 + 0.001);
}

/** The year 5138: what is beyond counts in another unit. */
const SECONDS_MAX = 1e11;

export function sideOf(text: string): Side {
  if (text === "buy") return "BUY";
  if (text === "sell") return "SELL";
  throw new RowError("side is neither buy nor sell");
}
