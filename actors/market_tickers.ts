/** Tickers of one exchange: what the stream tells, put together, and what is read without it. */
import type { Ticker } from "../src/model/market.ts";
import { type TickUpdate, topicKey } from "../src/model/market_feed.ts";
import type { ReadOutcome } from "../src/model/venue.ts";
import type { MarketNews } from "./market_subscription.ts";

export interface TickersOptions {
  readonly read: (symbolId: string) => Promise<ReadOutcome<Ticker>>;
  readonly publish: (news: MarketNews<TickUpdate>) => void;
}

export class MarketTickers {
  /** The newest of each symbol, also for the risk rules; bounded by what the venue lists. */
  readonly newest = new Map<string, Ticker>();
  readonly #o: TickersOptions;
  /** Symbols of which the stream has told something since they were wanted. */
  readonly #streamed = new Set<string>();

  constructor(options: TickersOptions) {
    this.#o = options;
  }

  remove(symbolId: string): void {
    this.#streamed.delete(symbolId);
  }

  take(told: Ticker): void {
    this.#streamed.add(told.symbol);
    this.#tell(this.#merged(told), "stream");
  }

  /** @param isRepeated there is no stream; otherwise only until it has begun */
  async poll(
    symbolId: string,
    given: { readonly isRepeated: boolean; readonly isWanted: () => boolean },
  ): Promise<void> {
    if (!given.isRepeated && this.#streamed.has(symbolId)) return;
    const before = this.newest.get(symbolId);
    const read = await this.#o.read(symbolId);
    // What the stream told meanwhile is newer.
    if (read.kind === "failed" || this.newest.get(symbolId) !== before) return;
    if (given.isWanted()) this.#tell(read.value, "poll");
  }

  /** Some venues tell quotes and trades in messages of their own. */
  #merged(told: Ticker): Ticker {
    const known = this.newest.get(told.symbol);
    if (known === undefined) return told;
    const { last, mark, index } = told;
    return {
      ...told,
      last: last ?? known.last,
      mark: mark ?? known.mark,
      index: index ?? known.index,
    };
  }

  #tell(ticker: Ticker, source: "stream" | "poll"): void {
    this.newest.set(ticker.symbol, ticker);
    const key = topicKey({ channel: "ticker", symbolId: ticker.symbol });
    this.#o.publish({ topic: key, key, present: () => ({ ...ticker, source }) });
  }
}
