/** How a venue tells the market: its public sockets, what their messages mean, and its reads. */
import type { SymbolMetadata } from "../../../model/instrument.ts";
import type { BookLevel, Ohlcv, Trade } from "../../../model/market.ts";
import type { BookSnapshot, Timeframe, Topic } from "../../../model/market_feed.ts";
import type { EpochMs } from "../../../model/scalars.ts";
import type { SocketPlan } from "./socket_plan.ts";
import type { RowContext, VenueCall } from "./venue_call.ts";

/** A topic with the venue's own name of its symbol. */
export type VenueTopic = Topic & { readonly rawSymbol: string };

/** Of an answer that names no symbol itself. */
export interface MarketContext extends RowContext {
  readonly symbolId: string;
  readonly rawSymbol: string;
}

/** A public socket: its greeting authenticates nobody. */
export interface MarketSocketPlan extends SocketPlan {
  /** The first socket that carries a topic gets it; a topic that none carries is polled. */
  carries(topic: VenueTopic): boolean;
  /** Whether it tells `prices` beside what another socket tells of the topic. */
  besides?(topic: VenueTopic): boolean;
  /** What begins or ends these topics: objects go as JSON, texts as they are. */
  frames(
    action: "subscribe" | "unsubscribe",
    topics: readonly VenueTopic[],
    requestId: string,
  ): readonly unknown[];
}

/** Which candles are asked for, in the venue's words. */
export interface CandleCall {
  readonly timeframe: string;
  readonly since: EpochMs | null;
  readonly limit: number;
}

/** Each function throws `RowError` or `RangeError` on what the venue does not document. */
export interface MarketPlan {
  readonly sockets: readonly MarketSocketPlan[];
  readonly books: {
    /** `read`: deltas alone are streamed, and the state they belong to is read. */
    readonly snapshot: "stream" | "read";
    /** Levels a stream of this depth keeps us told of; null where it tells of all. */
    window(depth: number): number | null;
    /** Levels a read may be asked for, ascending: the first that is deep enough is taken. */
    readonly readDepths: readonly number[];
    /** What the venue computes over a book, where it says so in each message. */
    checksum?(
      market: SymbolMetadata,
      book: { readonly bids: readonly BookLevel[]; readonly asks: readonly BookLevel[] },
    ): string;
  };
  /** Ours → the venue's; what is not there is refused. */
  readonly timeframes: Readonly<Partial<Record<Timeframe, string>>>;
  readonly reads: {
    readonly book: {
      call(rawSymbol: string, depth: number): VenueCall;
      /** `levelsMax` is the depth that was asked for. */
      read(answer: unknown, context: MarketContext & { readonly depth: number }): BookSnapshot;
    };
    readonly trades: {
      call(rawSymbol: string, limit: number): VenueCall;
      /** Oldest first. */
      read(answer: unknown, context: MarketContext): readonly Trade[];
    };
    readonly ohlcv: {
      call(rawSymbol: string, query: CandleCall): VenueCall;
      /** Oldest first. */
      read(answer: unknown, context: MarketContext): readonly Ohlcv[];
    };
  };
}
