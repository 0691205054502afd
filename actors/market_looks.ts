/**
 * What is read of one exchange's topics: polls, because no stream tells them, and looks, which show
 * whether a stream that tells nothing has lost them.
 */
import {
  LOOK_LEVELS,
  lookAtBook,
  lookAtCandles,
  lookAtTicker,
  lookAtTrades,
} from "../machines/topic_proof.ts";
import type { TopicLook } from "../machines/topic_watch.ts";
import type { Topic } from "../src/model/market_feed.ts";
import type { MarketBooks } from "./market_books.ts";
import type { MarketCandles } from "./market_candles.ts";
import type { MarketReads } from "./market_reads.ts";
import type { MarketTickers } from "./market_tickers.ts";
import type { MarketTrades } from "./market_trades.ts";

export interface MarketLooksOptions {
  readonly reads: MarketReads;
  readonly tickers: MarketTickers;
  readonly books: MarketBooks;
  readonly trades: MarketTrades;
  readonly candles: MarketCandles;
}

/** Asked when the answer is there, too: what was polled may be streamed or unwanted by then. */
export interface Polling {
  readonly isRepeated: () => boolean;
  readonly isWanted: () => boolean;
}

/** The candle that grows and the one before it. */
const CANDLES_READ = 2;

export class MarketLooks {
  readonly #o: MarketLooksOptions;

  constructor(options: MarketLooksOptions) {
    this.#o = options;
  }

  /** Reads it for its listeners. Never rejects. */
  async poll(topic: Topic, { isRepeated, isWanted }: Polling): Promise<void> {
    const { reads, tickers, books, trades, candles } = this.#o;
    const { symbolId } = topic;
    if (topic.channel === "ticker") {
      await tickers.poll(symbolId, { isRepeated: isRepeated(), isWanted });
    } else if (topic.channel === "book") {
      const read = await reads.book(symbolId, topic.depth);
      if (isWanted()) books.polled(symbolId, read.kind === "read" ? read.value : null);
    } else if (topic.channel === "trades") {
      const read = await reads.newestTrades(symbolId);
      if (read.kind === "read" && isWanted()) trades.polled(symbolId, read.value);
    } else {
      const source = () => isRepeated() ? "poll" : "backfill";
      await candles.poll(topic, () => isWanted() ? source() : null);
    }
  }

  /** How often the stream has told something of it. */
  heard(topic: Topic): number {
    const { tickers, books, trades, candles } = this.#o;
    switch (topic.channel) {
      case "ticker":
        return tickers.heard(topic.symbolId);
      case "book":
        return books.heard(topic.symbolId);
      case "trades":
        return trades.heard(topic.symbolId);
      case "ohlcv":
        return candles.heard(topic);
    }
  }

  /** One cheap read; null: it failed. What the stream told is taken before it. */
  async look(topic: Topic): Promise<TopicLook | null> {
    const { reads, tickers, books, trades, candles } = this.#o;
    const { symbolId } = topic;
    switch (topic.channel) {
      case "ticker": {
        const told = tickers.told(symbolId);
        const read = await reads.ticker(symbolId);
        return read.kind === "failed" ? null : lookAtTicker(read.value, told);
      }
      case "book": {
        const shown = books.shown(symbolId);
        const read = await reads.book(symbolId, LOOK_LEVELS);
        return read.kind === "failed" ? null : lookAtBook(read.value, shown, topic.depth);
      }
      case "trades": {
        const read = await reads.newestTrades(symbolId);
        if (read.kind === "failed") return null;
        return lookAtTrades(read.value, (trade) => trades.isNews(trade));
      }
      case "ohlcv": {
        const told = candles.told(topic);
        const { timeframe } = topic;
        const query = { timeframe, since: null, limit: CANDLES_READ };
        const read = await reads.ohlcv(symbolId, query);
        return read.kind === "failed" ? null : lookAtCandles(read.value, told);
      }
    }
  }
}
