/** The exchange's public side: books, tapes and tickers by symbol, for REST and streams. */
import type { MatchingEngine } from "../../exchanges/paper/engine.ts";
import type { MarketPrint, TopOfBook } from "../../exchanges/paper/messages.ts";
import type { Clock } from "../../model/clock.ts";
import { type Decimal, ZERO } from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import { Book, type BookDiff } from "./books.ts";
import type { Listing, Listings } from "./listing.ts";
import { type Candle, Tape, type TapeTrade } from "../../exchanges/paper/tape.ts";

/** Told to the streams; each call costs nothing when nobody subscribed. */
export interface MarketListener<L extends Listing> {
  onTrade(market: SymbolMarket<L>, trade: TapeTrade): void;
  /** The book may have changed. */
  onTouch(market: SymbolMarket<L>, updateId: number): void;
  onDiff(market: SymbolMarket<L>, diff: BookDiff): void;
}

/** What a 24-hour ticker is made of. */
export interface DayTicker {
  readonly symbol: string;
  readonly top: TopOfBook;
  /** Of the last 24 hours, merged into one; undefined when nothing traded. */
  readonly day: Candle | undefined;
  readonly lastQuantity: Decimal;
  readonly now: EpochMs;
}

const DAY_MS = 86_400_000;

export class SymbolMarket<L extends Listing> {
  readonly listing: L;
  readonly book: Book;
  readonly tape = new Tape();
  readonly #engine: MatchingEngine;
  readonly #clock: Pick<Clock, "now">;

  constructor(listing: L, parts: {
    readonly engine: MatchingEngine;
    readonly clock: Pick<Clock, "now">;
    readonly listener: MarketListener<L>;
  }) {
    this.listing = listing;
    this.#engine = parts.engine;
    this.#clock = parts.clock;
    this.book = new Book(parts.engine, {
      symbolId: listing.symbolId,
      onDiff: (diff) => parts.listener.onDiff(this, diff),
    });
  }

  get top(): TopOfBook {
    return this.#engine.top(this.listing.symbolId);
  }

  get lastPrice(): Decimal {
    return this.#engine.lastPrice(this.listing.symbolId) ?? this.listing.startPrice;
  }

  get day(): DayTicker {
    const now = this.#clock.now();
    return {
      symbol: this.listing.symbol,
      top: this.top,
      day: this.tape.summary(now - DAY_MS),
      lastQuantity: this.tape.lastTrade?.quantity ?? ZERO,
      now,
    };
  }
}

export class Market<L extends Listing> {
  readonly #listings: Listings<L>;
  readonly #bySymbolId: ReadonlyMap<string, SymbolMarket<L>>;

  constructor(options: {
    readonly engine: MatchingEngine;
    readonly listings: Listings<L>;
    readonly clock: Pick<Clock, "now">;
    readonly listener: MarketListener<L>;
  }) {
    const { engine, listings, listener } = options;
    this.#listings = listings;
    this.#bySymbolId = new Map(
      listings.all.map((listing) => [listing.symbolId, new SymbolMarket(listing, options)]),
    );
    engine.onPrint((print) => this.#print(print, listener));
    engine.onExecution((report) => {
      const market = this.#bySymbolId.get(report.order.symbolId);
      if (market !== undefined) listener.onTouch(market, market.book.touch());
    });
  }

  /** By any of the venue's names. */
  get(name: string): SymbolMarket<L> | undefined {
    const listing = this.#listings.get(name);
    return listing === undefined ? undefined : this.#bySymbolId.get(listing.symbolId);
  }

  all(): Iterable<SymbolMarket<L>> {
    return this.#bySymbolId.values();
  }

  #print(print: MarketPrint, listener: MarketListener<L>): void {
    const market = this.#bySymbolId.get(print.symbolId);
    if (market === undefined) return;
    listener.onTrade(market, market.tape.record(print));
    listener.onTouch(market, market.book.touch());
  }
}
