/** Tickers of one exchange: what the stream tells, put together, and what is read without it. */
import type { Ticker } from "../src/model/market.ts";
import { type TickUpdate, topicKey } from "../src/model/market_feed.ts";
import type { ReadOutcome } from "../src/model/venue.ts";
import type { MarketNews } from "./market_subscription.ts";

export interface TickersOptions {
  readonly read: (symbolId: string) => Promise<ReadOutcome<Ticker>>;
  readonly publish: (news: MarketNews<TickUpdate>) => void;
}

/** What a socket beside that of the quotes tells. */
type Prices = Pick<Ticker, "last" | "mark" | "index" | "venueTime">;

const NO_PRICES: Prices = { last: null, mark: null, index: null, venueTime: 0 };

export class MarketTickers {
  /** The newest of each symbol, also for the risk rules; bounded by what the venue lists. */
  readonly newest = new Map<string, Ticker>();
  readonly #o: TickersOptions;
  /** What the stream itself has told of a symbol since it was wanted. */
  readonly #streamed = new Map<string, { count: number; ticker: Ticker }>();

  /**
   * Of symbols whose prices come over a socket of their own: the newest of them, and null while it
   * is not open, since nobody would tell when they are old.
   */
  readonly #prices = new Map<string, Prices | null>();

  constructor(options: TickersOptions) {
    this.#o = options;
  }

  remove(symbolId: string): void {
    this.#streamed.delete(symbolId);
    this.#prices.delete(symbolId);
  }

  /** How often the stream has told something of it. */
  heard(symbolId: string): number {
    return this.#streamed.get(symbolId)?.count ?? 0;
  }

  /** As the stream told it last, put together with nothing; null before it has. */
  told(symbolId: string): Ticker | null {
    return this.#streamed.get(symbolId)?.ticker ?? null;
  }

  take(told: Ticker): void {
    const streamed = this.#streamed.get(told.symbol);
    if (streamed === undefined) this.#streamed.set(told.symbol, { count: 1, ticker: told });
    else {
      streamed.count += 1;
      streamed.ticker = told;
    }
    this.#tell(this.#merged(told), "stream");
  }

  pricesBegin(symbolId: string): void {
    this.#prices.set(symbolId, NO_PRICES);
  }

  pricesEnd(symbolId: string): void {
    this.#prices.set(symbolId, null);
    const known = this.newest.get(symbolId);
    if (known !== undefined && hasPrices(known)) this.#tell({ ...known, ...UNKNOWN }, "stream");
  }

  /** They wait for quotes, and renew neither those nor their age: `receivedAt` stays. */
  takePrices(symbolId: string, told: Prices): void {
    const before = this.#prices.get(symbolId);
    if (before === undefined || before === null) return;
    const prices = newer(told, before);
    this.#prices.set(symbolId, prices);
    const known = this.newest.get(symbolId);
    if (known !== undefined) this.#tell({ ...known, ...newer(prices, known) }, "stream");
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
    if (given.isWanted()) this.#tell(this.#polled(read.value), "poll");
  }

  /** Some venues tell quotes and trades in messages of their own. */
  #merged(told: Ticker): Ticker {
    const prices = this.#prices.get(told.symbol);
    if (prices !== undefined) return prices === null ? told : { ...told, ...newer(told, prices) };
    const known = this.newest.get(told.symbol);
    if (known === undefined) return told;
    return { ...told, ...newer(told, known), venueTime: told.venueTime };
  }

  #polled(read: Ticker): Ticker {
    const before = this.#prices.get(read.symbol);
    if (before === undefined || before === null) return read;
    const prices = newer(read, before);
    this.#prices.set(read.symbol, prices);
    return { ...read, ...prices };
  }

  #tell(ticker: Ticker, source: "stream" | "poll"): void {
    this.newest.set(ticker.symbol, ticker);
    const key = topicKey({ channel: "ticker", symbolId: ticker.symbol });
    this.#o.publish({ topic: key, key, present: () => ({ ...ticker, source }) });
  }
}

const UNKNOWN = { last: null, mark: null, index: null } as const;

function hasPrices({ last, mark, index }: Ticker): boolean {
  return last !== null || mark !== null || index !== null;
}

/** What `told` does not tell stays; two sockets put together are as new as the newer one. */
function newer(told: Prices, before: Prices): Prices {
  return {
    last: told.last ?? before.last,
    mark: told.mark ?? before.mark,
    index: told.index ?? before.index,
    venueTime: Math.max(told.venueTime, before.venueTime),
  };
}
