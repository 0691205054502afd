/**
 * Market data on its way from a venue to its subscribers: what can be subscribed to, what a venue
 * tells of it, and what a subscriber is given.
 */
import type { BookLevel, Ohlcv, OrderBook, Ticker, Trade } from "./market.ts";
import type { EpochMs } from "./scalars.ts";

/** Lengths of candles, as every venue writes at least some of them. `1M` is a month. */
export const TIMEFRAMES = [
  "1m",
  "3m",
  "5m",
  "15m",
  "30m",
  "1h",
  "2h",
  "4h",
  "6h",
  "8h",
  "12h",
  "1d",
  "3d",
  "1w",
  "1M",
] as const;

/** One of {@linkcode TIMEFRAMES}. */
export type Timeframe = typeof TIMEFRAMES[number];

/** What a venue is asked to stream. */
export type Topic =
  | { readonly channel: "ticker"; readonly symbolId: string }
  | { readonly channel: "trades"; readonly symbolId: string }
  | {
    readonly channel: "book";
    readonly symbolId: string;
    /** Levels of each side that are wanted; the venue may send more. */
    readonly depth: number;
  }
  | { readonly channel: "ohlcv"; readonly symbolId: string; readonly timeframe: Timeframe };

/** A topic that is a book. */
export type BookTopic = Extract<Topic, { readonly channel: "book" }>;

/** What a topic is counted by. Books of two depths are one: the deeper one serves both. */
export function topicKey(topic: Topic): string {
  const { channel, symbolId } = topic;
  return channel === "ohlcv"
    ? `${channel}:${symbolId}:${topic.timeframe}`
    : `${channel}:${symbolId}`;
}

/** Both sides of a book as the venue tells them at once; best first. */
export interface BookSnapshot {
  /** Canonical symbol. */
  readonly symbolId: string;
  /** High to low. */
  readonly bids: readonly BookLevel[];
  /** Low to high. */
  readonly asks: readonly BookLevel[];
  /** The venue's number of this state; null where it numbers nothing. */
  readonly sequence: number | null;
  /** Where the venue cut each side, so that deeper levels may exist; null where it is whole. */
  readonly levelsMax: number | null;
  /** Of this state, in the venue's own form; null where it has none. */
  readonly checksum: string | null;
  /** By the venue's clock; ours where it does not tell. */
  readonly venueTime: EpochMs;
}

/**
 * What changed in a book since an earlier state. Quantities are the new totals at their price, zero
 * removes it; of two entries of one price the later one counts.
 */
export interface BookDelta {
  /** Canonical symbol. */
  readonly symbolId: string;
  /** In any order. */
  readonly bids: readonly BookLevel[];
  /** In any order. */
  readonly asks: readonly BookLevel[];
  /**
   * The state it follows: every change after this one is in it. Null where the venue numbers
   * nothing.
   */
  readonly previous: number | null;
  /** The state it leads to; null as above. */
  readonly last: number | null;
  /** Of the state it leads to; null where the venue has none. */
  readonly checksum: string | null;
  /** By the venue's clock; ours where it does not tell. */
  readonly venueTime: EpochMs;
}

/**
 * What a read of the market is of, where it is not the ticker: `RequestAbout.endpoint` of a request
 * of kind `ticker`, for venues whose reads cost differently.
 */
export type MarketEndpoint = "orderBook" | "trades" | "ohlcv";

/** How a venue's book is put together from what it tells. */
export interface BookRules {
  /** Where the first state comes from: the stream itself, or a read while deltas are kept. */
  readonly snapshot: "stream" | "read";
  /**
   * Levels of a side the venue keeps us told of; it does not say when one falls out of them. Null
   * where it tells of every level there is.
   */
  readonly window: number | null;
  /** What the venue computes over a book of this symbol; absent where it gives no checksums. */
  readonly checksum?: (book: {
    readonly bids: readonly BookLevel[];
    readonly asks: readonly BookLevel[];
  }) => string;
}

/** What a venue's stream tells of the market. */
export type MarketFact =
  /** Of `last`, `mark` and `index` null says that this message does not tell. */
  | { readonly kind: "ticker"; readonly ticker: Ticker; readonly receivedAt: EpochMs }
  /** What goes with quotes that come over another socket; null as above. */
  | {
    readonly kind: "prices";
    readonly symbolId: string;
    readonly prices: Pick<Ticker, "last" | "mark" | "index" | "venueTime">;
    readonly receivedAt: EpochMs;
  }
  /** Oldest first. */
  | { readonly kind: "trades"; readonly trades: readonly Trade[]; readonly receivedAt: EpochMs }
  | { readonly kind: "bookSnapshot"; readonly book: BookSnapshot; readonly receivedAt: EpochMs }
  | { readonly kind: "bookDelta"; readonly delta: BookDelta; readonly receivedAt: EpochMs }
  | {
    readonly kind: "candle";
    readonly symbolId: string;
    readonly timeframe: Timeframe;
    readonly candle: Ohlcv;
    readonly isClosed: boolean;
    readonly receivedAt: EpochMs;
  }
  /** Something was lost on a socket: all it carries, or one symbol's, has to be read anew. */
  | {
    readonly kind: "marketGap";
    readonly socketId: string;
    readonly symbolId: string | null;
    readonly reason: string;
  }
  /** The venue will not stream this; it is polled instead. */
  | { readonly kind: "topicRefused"; readonly topic: Topic; readonly message: string };

/**
 * Where something comes from: the venue's stream; a read, because the stream is down or has told
 * nothing yet; or a read that fills what a gap in the stream left out.
 */
export type MarketSource = "stream" | "poll" | "backfill";

/** A ticker as a subscriber gets it. */
export interface TickUpdate extends Ticker {
  /** Where it comes from. */
  readonly source: MarketSource;
}

/** A public trade as a subscriber gets it. */
export interface TradeUpdate extends Trade {
  /** Where it comes from. */
  readonly source: MarketSource;
  /** Trades this subscriber has lost right before this one, because it was too slow. */
  readonly dropped: number;
}

/** A book as a subscriber gets it: the newest state, cut to the depth asked for. */
export interface BookUpdate extends OrderBook {
  /** Where it comes from. */
  readonly source: MarketSource;
  /** It was true and may no longer be: the stream is down or being put together again. */
  readonly isStale: boolean;
}

/** A candle as a subscriber gets it; one that is not closed comes again as it grows. */
export interface OhlcvUpdate extends Ohlcv {
  /** Canonical symbol. */
  readonly symbol: string;
  /** How long it is. */
  readonly timeframe: Timeframe;
  /** False where the venue does not say so and the next candle has not begun. */
  readonly isClosed: boolean;
  /** Where it comes from. */
  readonly source: MarketSource;
}
