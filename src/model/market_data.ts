/** Market data as the users of a kernel see it. */
import type { Ohlcv, OrderBook, Ticker, Trade } from "./market.ts";
import type { BookUpdate, OhlcvUpdate, TickUpdate, Timeframe, TradeUpdate } from "./market_feed.ts";
import type { EpochMs } from "./scalars.ts";

/** How a subscription tells, and when it ends. */
export interface SubscribeOptions<T> {
  /**
   * Called for every update as it comes, synchronously; what it throws is counted and dropped.
   * Without it the subscription is iterated.
   */
  readonly onUpdate?: (update: T) => void;
  /** Ends the subscription. */
  readonly signal?: AbortSignal;
}

/**
 * What somebody listens to, from the moment it was asked for until it is closed. It survives
 * reconnects and restarts of the exchange, and ends with the kernel.
 *
 * A reader that is slower than the market is never waited for: of a ticker, a book or a candle it
 * gets the newest, of trades the newest thousand, and each says how many before it were dropped.
 */
export interface MarketSubscription<T> extends AsyncIterable<T>, Disposable {
  /** Those it listens to now. */
  readonly symbols: readonly string[];
  /** Ends it; whoever iterates it comes to the end. Closing it again does nothing. */
  close(): void;
}

/**
 * The market of one exchange. Two subscribers of one thing share one subscription at the venue;
 * when the last one leaves, it is ended there. While a stream is down, what can be read is polled
 * and marked so: `source` says where each update comes from.
 *
 * Every method takes canonical symbols and throws, or rejects with, a {@linkcode NotFoundError} for
 * a symbol that the exchange does not list.
 */
export interface MarketDataControl {
  /**
   * The best bid and offer and the last price, whenever one changes.
   *
   * @example
   * ```ts
   * import { openKernel } from "@exchange-kernel/kernel";
   *
   * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
   * const { marketData } = kernel.exchange("paper");
   *
   * for await (const tick of marketData.subscribeTicks("BTC/USDT")) {
   *   console.assert(tick.symbol === "BTC/USDT");
   *   break; // Leaving the loop ends the subscription.
   * }
   * ```
   */
  subscribeTicks(
    symbols: string | readonly string[],
    options?: SubscribeOptions<TickUpdate>,
  ): MarketSubscription<TickUpdate>;
  /**
   * Public trades, each once and in order. What a gap in the stream left out is read and told
   * first, as far back as the venue shows, with `source: "backfill"`.
   *
   * @example
   * ```ts
   * import { openKernel, type TradeUpdate } from "@exchange-kernel/kernel";
   *
   * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
   * const { marketData } = kernel.exchange("paper");
   *
   * const seen: TradeUpdate[] = [];
   * using trades = marketData.subscribeTrades(["BTC/USDT", "ETH/USDT"], {
   *   onUpdate: (trade) => seen.push(trade),
   * });
   * console.assert(trades.symbols.length === 2);
   * ```
   */
  subscribeTrades(
    symbols: string | readonly string[],
    options?: SubscribeOptions<TradeUpdate>,
  ): MarketSubscription<TradeUpdate>;
  /**
   * The newest state of a book, at most `depth` levels a side. Every update is one state the venue
   * was in; `isStale` says that it may have moved on since, because the stream is down or is being
   * put together again.
   *
   * @param depth levels of each side, 1 to 1000.
   * @throws {ValidationError} when the depth is none.
   * @example
   * ```ts
   * import { openKernel } from "@exchange-kernel/kernel";
   *
   * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
   * const { marketData } = kernel.exchange("paper");
   *
   * for await (const book of marketData.subscribeOrderBook("BTC/USDT", 5)) {
   *   console.assert(book.isStale || book.bids.length <= 5);
   *   break;
   * }
   * ```
   */
  subscribeOrderBook(
    symbols: string | readonly string[],
    depth?: number,
    options?: SubscribeOptions<BookUpdate>,
  ): MarketSubscription<BookUpdate>;
  /**
   * Candles as they grow and close.
   *
   * @throws {ValidationError} when the exchange has no candles of this length.
   * @example
   * ```ts
   * import { openKernel } from "@exchange-kernel/kernel";
   *
   * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
   * const { marketData } = kernel.exchange("paper");
   *
   * using candles = marketData.subscribeOhlcv("BTC/USDT", "1m", { onUpdate: () => {} });
   * marketData.unsubscribe("BTC/USDT"); // Ends every subscription's share in this symbol.
   * console.assert(candles.symbols.length === 0);
   * ```
   */
  subscribeOhlcv(
    symbols: string | readonly string[],
    timeframe: Timeframe,
    options?: SubscribeOptions<OhlcvUpdate>,
  ): MarketSubscription<OhlcvUpdate>;
  /** Takes symbols out of every subscription made here; one that is left with none ends. */
  unsubscribe(symbols: string | readonly string[]): void;
  /**
   * Reads the newest prices once.
   *
   * @throws {ExchangeError} when the venue does not answer, or has no such read.
   * @example
   * ```ts
   * import { openKernel } from "@exchange-kernel/kernel";
   *
   * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
   * const { bid, ask } = await kernel.exchange("paper").marketData.fetchTicker("BTC/USDT");
   * console.assert(bid !== null && ask !== null);
   * ```
   */
  fetchTicker(symbol: string): Promise<Ticker>;
  /**
   * Reads a book once.
   *
   * @param depth levels of each side, 1 to 1000; default 20.
   * @throws {ValidationError} when the depth is none.
   * @throws {ExchangeError} when the venue does not answer, or has no such read.
   */
  fetchOrderBook(symbol: string, depth?: number): Promise<OrderBook>;
  /**
   * Reads the newest public trades, oldest first.
   *
   * @param limit at most so many, 1 to 1000; default 100.
   * @throws {ValidationError} when the limit is none.
   * @throws {ExchangeError} when the venue does not answer, or has no such read.
   */
  fetchTrades(symbol: string, limit?: number): Promise<readonly Trade[]>;
  /**
   * Reads candles, oldest first; the last one may still grow.
   *
   * @param since opening time of the first one, epoch ms; default: the newest `limit`.
   * @param limit at most so many, 1 to 1000; default 100.
   * @throws {ValidationError} when the exchange has no candles of this length, or the limit is none.
   * @throws {ExchangeError} when the venue does not answer, or has no such read.
   * @example
   * ```ts
   * import { openKernel } from "@exchange-kernel/kernel";
   *
   * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
   * const { marketData } = kernel.exchange("paper");
   * const candles = await marketData.fetchOhlcv("BTC/USDT", "1m", undefined, 10);
   * console.assert(candles.length <= 10);
   * ```
   */
  fetchOhlcv(
    symbol: string,
    timeframe: Timeframe,
    since?: EpochMs,
    limit?: number,
  ): Promise<readonly Ohlcv[]>;
}
