/**
 * The market as Hyperliquid tells it. Source: hyperliquid.gitbook.io, "Info endpoint" and
 * "Subscriptions", read on 2026-11-21.
 */
import { type Decimal, decimal } from "../../../../model/decimal.ts";
import { BOOK_LEVELS_MAX } from "../../../../model/limits.ts";
import type { BookLevel, Ohlcv, Ticker, Trade } from "../../../../model/market.ts";
import {
  asRow,
  asRows,
  decimalOf,
  idOf,
  optionalText,
  type Row,
  RowError,
} from "../../rows/fields.ts";
import { textOf, timeOf } from "../../rows/fields.ts";
import type { RowContext } from "../../plans/venue_call.ts";
import { sideOf } from "./rows.ts";

/** Both sides, best first. */
export interface Sides {
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

/** `{"coin":"BTC","time":…,"levels":[[{"px":"68674.0","sz":"0.97139","n":4}],[…]]}`: bids first. */
export function sidesOf(row: Row): Sides {
  const [bids, asks] = asRows(row["levels"], 2);
  return { bids: levelsOf(bids), asks: levelsOf(asks) };
}

/** The best prices, from a book or from `{"coin":…,"time":…,"bbo":[{…},null]}`. */
export function readQuotes(value: unknown, context: RowContext): Ticker {
  const row = asRow(value);
  const [bid, ask] = row["bbo"] === undefined
    ? [sidesOf(row).bids[0], sidesOf(row).asks[0]]
    : asRows(row["bbo"], 2).map((level) => level === null ? undefined : levelOf(level));
  return {
    symbol: context.symbolOf(textOf(row, "coin")),
    bid: bid?.price ?? null,
    bidSize: bid?.quantity ?? null,
    ask: ask?.price ?? null,
    askSize: ask?.quantity ?? null,
    last: null,
    mark: null,
    index: null,
    venueTime: timeOf(row, "time"),
    receivedAt: context.receivedAt,
  };
}

/** `{"markPx":"14.3161","oraclePx":"14.32","midPx":"14.314",…}`; spot has no oracle. */
export function valuationOf(ctx: Row): Pick<Ticker, "mark" | "index"> {
  return { mark: priceIn(ctx, "markPx"), index: priceIn(ctx, "oraclePx") };
}

/** `{"coin":"BTC","side":"A","px":"68517.0","sz":"0.005","time":1710125266669,"tid":981894269203506}` */
export function readTrade(value: unknown, context: RowContext): Trade {
  const row = asRow(value);
  return {
    tradeId: idOf(row, "tid"),
    symbol: context.symbolOf(textOf(row, "coin")),
    price: decimalOf(row, "px"),
    quantity: decimalOf(row, "sz"),
    side: sideOf(row),
    venueTime: timeOf(row, "time"),
  };
}

/** Lists come newest first here and oldest first there. */
export function oldestFirst(trades: readonly Trade[]): readonly Trade[] {
  const [first] = trades;
  const last = trades[trades.length - 1];
  if (first === undefined || last === undefined || first.venueTime <= last.venueTime) return trades;
  return trades.toReversed();
}

/** `{"t":1704286800000,"T":1704287699999,"o":"2247.9","h":"2247.9","l":"2224.6","c":"2226.4",…}` */
export function readCandle(value: unknown): Ohlcv {
  const row = asRow(value);
  return {
    openTime: timeOf(row, "t"),
    open: decimalOf(row, "o"),
    high: decimalOf(row, "h"),
    low: decimalOf(row, "l"),
    close: decimalOf(row, "c"),
    volume: decimalOf(row, "v"),
  };
}

function levelsOf(value: unknown): readonly BookLevel[] {
  return asRows(value, BOOK_LEVELS_MAX).map(levelOf);
}

function levelOf(value: unknown): BookLevel {
  const row = asRow(value);
  return { price: decimalOf(row, "px"), quantity: decimalOf(row, "sz"), numOrders: countOf(row) };
}

/** Recorded payloads have it as a number on sockets and as a text elsewhere. */
function countOf(row: Row): number {
  const count = Number(row["n"]);
  if (!Number.isSafeInteger(count) || count < 0) throw new RowError("n is not a count");
  return count;
}

function priceIn(row: Row, field: string): Decimal | null {
  const text = optionalText(row, field);
  return text === null ? null : decimal(text);
}
