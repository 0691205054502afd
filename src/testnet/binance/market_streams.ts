/** Public streams: who listens to which, and what is sent when the market moves. */
import type { Clock } from "../../model/clock.ts";
import type { CancelTimer } from "../../model/clock.ts";
import type { BookDiff } from "./books.ts";
import type { MarketListener, SymbolMarket } from "./market.ts";
import {
  aggTradeEvent,
  bookTickerEvent,
  dayTickerEvent,
  depthBody,
  INTERVALS,
  klineEvent,
  miniTickerEvent,
  tradeEvent,
} from "./market_payloads.ts";
import type { TapeTrade } from "./tape.ts";

/** One connection that listens. */
export interface StreamListener {
  deliver(stream: string, event: unknown): void;
}

/** Diffs leave this often; the exchange offers 100 ms and 1000 ms, here both come at 100. */
const DIFF_INTERVAL_MS = 100;
const PARTIAL_LEVELS: readonly number[] = [5, 10, 20];
const STREAM = /^([a-z0-9]+)@([a-zA-Z0-9_]+)(@(100|1000)ms)?$/;
const KINDS: ReadonlySet<string> = new Set([
  "trade",
  "aggTrade",
  "bookTicker",
  "ticker",
  "miniTicker",
  "depth",
  ...PARTIAL_LEVELS.map((levels) => `depth${levels}`),
  ...Object.keys(INTERVALS).map((interval) => `kline_${interval}`),
]);

export class MarketStreams implements MarketListener {
  readonly #clock: Clock;
  readonly #listeners = new Map<string, Set<StreamListener>>();
  readonly #dirty = new Set<SymbolMarket>();
  #cancelFlush: CancelTimer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the exchange has such a stream; the symbol is not checked, as there. */
  static isStream(name: string): boolean {
    return KINDS.has(STREAM.exec(name)?.[2] ?? "");
  }

  subscribe(stream: string, listener: StreamListener): void {
    const key = canonical(stream);
    const listeners = this.#listeners.get(key);
    if (listeners === undefined) this.#listeners.set(key, new Set([listener]));
    else listeners.add(listener);
  }

  unsubscribe(stream: string, listener: StreamListener): void {
    const key = canonical(stream);
    const listeners = this.#listeners.get(key);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#listeners.delete(key);
  }

  /** Books are watched only while somebody listens to their diffs. */
  watchBooks(markets: Iterable<SymbolMarket>): void {
    for (const market of markets) {
      const name = market.listing.symbol.toLowerCase();
      if (this.#listeners.has(`${name}@depth`)) market.book.watch();
      else market.book.unwatch();
    }
  }

  onTrade(market: SymbolMarket, trade: TapeTrade): void {
    if (this.#listeners.size === 0) return;
    const { symbol } = market.listing;
    const now = this.#clock.now();
    this.#send(market, "trade", () => tradeEvent(symbol, trade, now));
    this.#send(market, "aggTrade", () => aggTradeEvent(symbol, trade, now));
    this.#send(market, "ticker", () => dayTickerEvent(market.day));
    this.#send(market, "miniTicker", () => miniTickerEvent(market.day));
    for (const [interval, intervalMs] of Object.entries(INTERVALS)) {
      this.#send(market, `kline_${interval}`, () => {
        const candle = market.tape.candles(intervalMs).at(-1)!;
        return klineEvent(candle, { symbol, interval, now });
      });
    }
  }

  onTouch(market: SymbolMarket, updateId: number): void {
    if (this.#listeners.size === 0) return;
    const { symbol } = market.listing;
    this.#send(market, "bookTicker", () => bookTickerEvent(symbol, market.top, updateId));
    this.#dirty.add(market);
    this.#cancelFlush ??= this.#clock.setTimer(() => this.#flush(), DIFF_INTERVAL_MS);
  }

  onDiff(market: SymbolMarket, diff: BookDiff): void {
    this.#send(market, "depth", () => ({
      e: "depthUpdate",
      E: this.#clock.now(),
      s: market.listing.symbol,
      U: diff.firstId,
      u: diff.finalId,
      b: diff.bids,
      a: diff.asks,
    }));
  }

  stop(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    this.#dirty.clear();
  }

  #flush(): void {
    this.#cancelFlush = null;
    for (const market of this.#dirty) {
      market.book.flush();
      for (const levels of PARTIAL_LEVELS) {
        this.#send(market, `depth${levels}`, () => {
          const { depth, lastUpdateId } = market.book.snapshot(levels);
          return depthBody(depth, lastUpdateId);
        });
      }
    }
    this.#dirty.clear();
  }

  #send(market: SymbolMarket, kind: string, event: () => unknown): void {
    const stream = `${market.listing.symbol.toLowerCase()}@${kind}`;
    const listeners = this.#listeners.get(stream);
    if (listeners === undefined) return;
    const built = event();
    for (const listener of listeners) listener.deliver(stream, built);
  }
}

/** Both update speeds are one stream here. */
function canonical(stream: string): string {
  const match = STREAM.exec(stream);
  return match === null ? stream : `${match[1]}@${match[2]}`;
}
