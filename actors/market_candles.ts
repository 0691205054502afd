/** Candles of one exchange: the stream's, and what is read because a gap left some out. */
import type { CandleQuery } from "../src/exchanges/exchange.ts";
import { MARKET_ROWS_MAX } from "../src/model/limits.ts";
import type { Ohlcv } from "../src/model/market.ts";
import {
  type MarketFact,
  type MarketSource,
  type OhlcvUpdate,
  type Topic,
  topicKey,
} from "../src/model/market_feed.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { ReadOutcome } from "../src/model/venue.ts";
import type { MarketNews } from "./market_subscription.ts";

type CandleTopic = Extract<Topic, { channel: "ohlcv" }>;
type CandleFact = Extract<MarketFact, { kind: "candle" }>;

export interface CandlesOptions {
  readonly read: (symbolId: string, query: CandleQuery) => Promise<ReadOutcome<readonly Ohlcv[]>>;
  readonly publish: (news: MarketNews<OhlcvUpdate>) => void;
}

/** The candle that grows and the one before it. */
const FIRST_READ = 2;

export class MarketCandles {
  readonly #o: CandlesOptions;
  /** Opening time of the newest candle told, by topic. */
  readonly #newest = new Map<string, EpochMs>();
  /** What the stream itself has told last, by topic. */
  readonly #streamed = new Map<string, { readonly count: number; readonly candle: Ohlcv }>();

  constructor(options: CandlesOptions) {
    this.#o = options;
  }

  remove(topic: CandleTopic): void {
    this.#newest.delete(topicKey(topic));
    this.#streamed.delete(topicKey(topic));
  }

  /** How often the stream has told one. */
  heard(topic: CandleTopic): number {
    return this.#streamed.get(topicKey(topic))?.count ?? 0;
  }

  /** As the stream told it last; null before it has. */
  told(topic: CandleTopic): Ohlcv | null {
    return this.#streamed.get(topicKey(topic))?.candle ?? null;
  }

  take({ symbolId, timeframe, candle, isClosed }: CandleFact): void {
    const topic = { channel: "ohlcv", symbolId, timeframe } as const;
    this.#streamed.set(topicKey(topic), { count: this.heard(topic) + 1, candle });
    this.#tell(topic, { candle, isClosed, source: "stream" });
  }

  /** @param sourceOf asked when the answer is there; null: nobody wants it any more */
  async poll(topic: CandleTopic, sourceOf: () => MarketSource | null): Promise<void> {
    const { symbolId, timeframe } = topic;
    const since = this.#newest.get(topicKey(topic)) ?? null;
    const limit = since === null ? FIRST_READ : MARKET_ROWS_MAX;
    const read = await this.#o.read(symbolId, { timeframe, since, limit });
    const wanted = sourceOf();
    if (read.kind === "failed" || wanted === null) return;
    const source = since === null ? "poll" : wanted; // Before the first candle there is no gap.
    const candles = read.value;
    for (const [index, candle] of candles.entries()) {
      // What the stream told meanwhile is newer.
      if (candle.openTime < (this.#newest.get(topicKey(topic)) ?? 0)) continue;
      this.#tell(topic, { candle, isClosed: index < candles.length - 1, source });
    }
  }

  #tell(
    topic: CandleTopic,
    told: {
      readonly candle: Ohlcv;
      readonly isClosed: boolean;
      readonly source: MarketSource;
    },
  ): void {
    const { symbolId, timeframe } = topic;
    const { candle, isClosed, source } = told;
    const key = topicKey(topic);
    this.#newest.set(key, Math.max(candle.openTime, this.#newest.get(key) ?? 0));
    this.#o.publish({
      topic: key,
      key: `${key}:${candle.openTime}`,
      present: () => ({ ...candle, symbol: symbolId, timeframe, isClosed, source }),
    });
  }
}
