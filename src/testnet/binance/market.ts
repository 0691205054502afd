/** The exchange's public side: books, tapes and tickers by symbol, for REST and streams. */
import type { MatchingEngine } from "../../exchanges/paper/engine.ts";
import type { MarketPrint, TopOfBook } from "../../exchanges/paper/messages.ts";
import type { Clock } from "../../model/clock.ts";
import { ZERO } from "../../model/decimal.ts";
import { Book, type BookDiff } from "./books.ts";
import type { Listing } from "./listing.ts";
import type { DayInput } from "./market_payloads.ts";
import { Tape, type TapeTrade } from "./tape.ts";

/** Told to the streams; each call costs nothing when nobody subscribed. */
export interface MarketListener {
  onTrade(market: SymbolMarket, trade: TapeTrade): void;
  onTouch(market: SymbolMarket, updateId: number): void;
  onDiff(market: SymbolMarket, diff: BookDiff): void;
}

const DAY_MS = 86_400_000;

export class SymbolMarket {
  readonly listing: Listing;
  readonly book: Book;
  readonly tape = new Tape();
  readonly #engine: MatchingEngine;
  readonly #clock: Pick<Clock, "now">;

  constructor(
    listing: Listing,
    parts: {
      readonly engine: MatchingEngine;
      readonly clock: Pick<Clock, "now">;
      readonly listener: MarketListener;
    },
  ) {
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

  get day(): DayInput {
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

export class Market {
  readonly #bySymbol = new Map<string, SymbolMarket>();
  readonly #bySymbolId = new Map<string, SymbolMarket>();

  constructor(options: {
    readonly engine: MatchingEngine;
    readonly listings: Iterable<Listing>;
    readonly clock: Pick<Clock, "now">;
    readonly listener: MarketListener;
  }) {
    const { engine, listener } = options;
    for (const listing of options.listings) {
      const market = new SymbolMarket(listing, options);
      this.#bySymbol.set(listing.symbol, market);
      this.#bySymbolId.set(listing.symbolId, market);
    }
    engine.onPrint((print) => this.#print(print, listener));
    engine.onExecution((report) => {
      const market = this.#bySymbolId.get(report.order.symbolId);
      if (market !== undefined) listener.onTouch(market, market.book.touch());
    });
  }

  get(symbol: string): SymbolMarket | undefined {
    return this.#bySymbol.get(symbol);
  }

  all(): Iterable<SymbolMarket> {
    return this.#bySymbol.values();
  }

  #print(print: MarketPrint, listener: MarketListener): void {
    const market = this.#bySymbolId.get(print.symbolId);
    if (market === undefined) return;
    listener.onTrade(market, market.tape.record(print));
    listener.onTouch(market, market.book.touch());
  }
}
