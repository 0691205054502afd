/** Reads of the market through the exchange's request runner, as failures where there are none. */
import type { CandleQuery, ExchangeAdapter } from "../src/exchanges/exchange.ts";
import type { MarketEndpoint } from "../src/model/market_feed.ts";
import type { Ohlcv, Ticker, Trade } from "../src/model/market.ts";
import type { BookSnapshot } from "../src/model/market_feed.ts";
import type { ReadOutcome } from "../src/model/venue.ts";
import type { RequestPriority } from "../machines/request_queue.ts";
import type { RequestRunner } from "./request.ts";

export interface MarketReadsOptions {
  readonly adapter: Pick<ExchangeAdapter, "marketData">;
  readonly runner: Pick<RequestRunner, "run">;
}

/** Two polls of a busy market overlap in less than this. */
const POLLED_TRADES = 100;

export class MarketReads {
  readonly #o: MarketReadsOptions;
  readonly #priority: RequestPriority;

  /** @param priority default: after everything else, since nobody's order waits for it */
  constructor(options: MarketReadsOptions, priority: RequestPriority = "resync") {
    this.#o = options;
    this.#priority = priority;
  }

  ticker(symbolId: string): Promise<ReadOutcome<Ticker>> {
    const { readTicker } = this.#o.adapter.marketData;
    return this.#run({ symbolId }, readTicker && (() => readTicker(symbolId)));
  }

  book(symbolId: string, depth: number): Promise<ReadOutcome<BookSnapshot>> {
    const { readBook } = this.#o.adapter.marketData;
    return this.#run(
      { symbolId, endpoint: "orderBook" },
      readBook && (() => readBook(symbolId, depth)),
    );
  }

  trades(symbolId: string, limit: number): Promise<ReadOutcome<readonly Trade[]>> {
    const { readTrades } = this.#o.adapter.marketData;
    return this.#run(
      { symbolId, endpoint: "trades" },
      readTrades && (() => readTrades(symbolId, limit)),
    );
  }

  newestTrades(symbolId: string): Promise<ReadOutcome<readonly Trade[]>> {
    return this.trades(symbolId, POLLED_TRADES);
  }

  ohlcv(symbolId: string, query: CandleQuery): Promise<ReadOutcome<readonly Ohlcv[]>> {
    const { readOhlcv } = this.#o.adapter.marketData;
    return this.#run(
      { symbolId, endpoint: "ohlcv" },
      readOhlcv && (() => readOhlcv(symbolId, query)),
    );
  }

  #run<T>(
    about: { readonly symbolId: string; readonly endpoint?: MarketEndpoint },
    read: (() => Promise<ReadOutcome<T>>) | undefined,
  ): Promise<ReadOutcome<T>> {
    if (read === undefined) return Promise.resolve(NO_SUCH_READ);
    return this.#o.runner.run("ticker", this.#priority, read, about);
  }
}

const NO_SUCH_READ = {
  kind: "failed",
  cause: { code: "UNSUPPORTED", message: "the venue has no such read" },
} as const;
