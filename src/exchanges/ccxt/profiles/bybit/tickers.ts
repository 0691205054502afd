/**
 * Tickers of Bybit's stream put together: quotes come with level 1 of the book, the last price with
 * the day's statistics, and of contracts only what has changed since the message before. One per
 * connection: what is kept here is what this connection has told.
 */
import type { Decimal } from "../../../../model/decimal.ts";
import { INSTRUMENTS_MAX } from "../../../../model/limits.ts";
import type { Ticker } from "../../../../model/market.ts";
import type { BookSnapshot } from "../../../../model/market_feed.ts";
import type { EpochMs } from "../../../../model/scalars.ts";
import { asRow, type Row, textOf, timeOf } from "../../rows/fields.ts";
import type { RowContext } from "../../plans/venue_call.ts";
import { priceOf } from "./rows.ts";

export class Tickers {
  readonly #bySymbol = new Map<string, Ticker>();
  /** Symbols whose quotes were told: before that an empty side would say that nobody quotes. */
  readonly #quoted = new Set<string>();

  /** Level 1 of the book: always a snapshot, and an empty side says that nobody quotes. */
  quoted(
    book: Pick<BookSnapshot, "symbolId" | "bids" | "asks" | "venueTime">,
    receivedAt: EpochMs,
  ): Ticker {
    const [bid, ask] = [book.bids[0], book.asks[0]];
    this.#quoted.add(book.symbolId);
    const known = this.#known(book.symbolId);
    return this.#keep({
      ...known,
      bid: bid?.price ?? null,
      bidSize: bid?.quantity ?? null,
      ask: ask?.price ?? null,
      askSize: ask?.quantity ?? null,
      venueTime: Math.max(book.venueTime, known.venueTime),
      receivedAt,
    });
  }

  /**
   * `{"topic":"tickers.BTCUSDT","type":"delta","ts":1673272861686,"data":{"symbol":"BTCUSDT",`
   * `"markPrice":"17217.33","indexPrice":"17227.36"}}`: of a delta what is absent is unchanged.
   *
   * @returns null before the quotes: it is told with them.
   */
  told(frame: Row, context: RowContext): Ticker | null {
    const data = asRow(frame["data"]);
    const known = this.#known(context.symbolOf(textOf(data, "symbol")));
    const ticker = this.#keep({
      ...known,
      last: newest(data, "lastPrice", known.last),
      mark: newest(data, "markPrice", known.mark),
      index: newest(data, "indexPrice", known.index),
      venueTime: Math.max(timeOf(frame, "ts"), known.venueTime),
      receivedAt: context.receivedAt,
    });
    return this.#quoted.has(ticker.symbol) ? ticker : null;
  }

  #known(symbol: string): Ticker {
    return this.#bySymbol.get(symbol) ?? { ...NOTHING, symbol };
  }

  #keep(ticker: Ticker): Ticker {
    // Symbols come from what was subscribed to, so this bound is never met in earnest.
    if (this.#bySymbol.size >= INSTRUMENTS_MAX) {
      this.#bySymbol.clear();
      this.#quoted.clear();
    }
    this.#bySymbol.set(ticker.symbol, ticker);
    return ticker;
  }
}

const NOTHING: Ticker = {
  symbol: "",
  bid: null,
  bidSize: null,
  ask: null,
  askSize: null,
  last: null,
  mark: null,
  index: null,
  venueTime: 0,
  receivedAt: 0,
};

function newest(data: Row, field: string, known: Decimal | null): Decimal | null {
  return data[field] === undefined ? known : priceOf(data, field);
}
