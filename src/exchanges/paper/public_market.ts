/**
 * The paper exchange's public side: what a venue's market streams and reads tell, from its engine.
 * Public data needs no private socket, only the line.
 *
 * Trades and candles are of this process's life: what the market did before it is not kept.
 */
import type { Clock } from "../../model/clock.ts";
import { ZERO } from "../../model/decimal.ts";
import { BOOK_LEVELS_MAX } from "../../model/limits.ts";
import type { BookLevel, Ohlcv, Ticker, Trade } from "../../model/market.ts";
import {
  type BookSnapshot,
  type MarketFact,
  type Timeframe,
  type Topic,
  topicKey,
} from "../../model/market_feed.ts";
import type { ReadOutcome } from "../../model/venue.ts";
import type { CandleQuery, MarketData, MarketStream } from "../exchange.ts";
import type { MatchingEngine, Unsubscribe } from "./engine.ts";
import type { DepthLevel, MarketPrint } from "./messages.ts";
import { type Candle, MINUTE_MS, Tape, type TapeTrade } from "./tape.ts";
import { tickerOf } from "./venue_view.ts";
import type { Wire } from "./wire.ts";

/** Those that a tape of a day can tell. */
const TIMEFRAME_MS: ReadonlyMap<Timeframe, number> = new Map([
  ["1m", MINUTE_MS],
  ["3m", 3 * MINUTE_MS],
  ["5m", 5 * MINUTE_MS],
  ["15m", 15 * MINUTE_MS],
  ["30m", 30 * MINUTE_MS],
  ["1h", 60 * MINUTE_MS],
  ["2h", 120 * MINUTE_MS],
  ["4h", 240 * MINUTE_MS],
  ["6h", 360 * MINUTE_MS],
  ["8h", 480 * MINUTE_MS],
  ["12h", 720 * MINUTE_MS],
  ["1d", 1_440 * MINUTE_MS],
]);

export interface PublicMarketOptions {
  readonly engine: MatchingEngine;
  readonly clock: Clock;
  readonly wire: Wire;
  readonly isConnected: () => boolean;
  readonly read: <T>(value: () => T) => Promise<ReadOutcome<T>>;
  readonly tell: (fact: MarketFact) => void;
}

export class PublicMarket implements MarketData {
  readonly timeframes: readonly Timeframe[] = [...TIMEFRAME_MS.keys()];
  readonly stream: MarketStream;
  readonly #o: PublicMarketOptions;
  readonly #topics = new Map<string, Topic>();
  readonly #tapes = new Map<string, Tape>();
  /** Opening time of the candle told last, by topic. */
  readonly #openTimes = new Map<string, number>();
  #sequence = 0;

  constructor(options: PublicMarketOptions) {
    this.#o = options;
    this.stream = {
      sockets: [],
      route: () => ({ kind: "adapter" }),
      subscribe: (topics) => this.#subscribe(topics),
      unsubscribe: (topics) => {
        for (const topic of topics) this.#topics.delete(topicKey(topic));
      },
      // Every state is told whole.
      bookRules: ({ depth }) => ({ snapshot: "stream", window: depth }),
    };
  }

  /** While the adapter is connected. */
  listen(): readonly Unsubscribe[] {
    return [
      this.#o.engine.onPrint((print) => this.#print(print)),
      this.#o.engine.onExecution(({ order }) => this.#touch(order.symbolId)),
    ];
  }

  ticker(symbolId: string): Ticker | undefined {
    const { engine } = this.#o;
    if (!engine.instruments.has(symbolId)) return undefined;
    const venueTime = engine.now();
    return tickerOf(symbolId, engine.top(symbolId), { venueTime, receivedAt: venueTime });
  }

  readonly readTicker = (symbolId: string): Promise<ReadOutcome<Ticker>> =>
    this.#o.read(() => {
      const ticker = this.ticker(symbolId);
      if (ticker === undefined) throw new RangeError(`${symbolId} is not listed`);
      return { ...ticker, receivedAt: this.#o.clock.now() };
    });

  readonly readBook = (symbolId: string, depth: number): Promise<ReadOutcome<BookSnapshot>> =>
    this.#o.read(() => this.#book(symbolId, depth));

  readonly readTrades = (
    symbolId: string,
    limit: number,
  ): Promise<ReadOutcome<readonly Trade[]>> =>
    this.#o.read(() => this.#tape(symbolId).trades(limit).map((trade) => tradeOf(symbolId, trade)));

  readonly readOhlcv = (
    symbolId: string,
    { timeframe, since, limit }: CandleQuery,
  ): Promise<ReadOutcome<readonly Ohlcv[]>> =>
    this.#o.read(() => {
      const intervalMs = TIMEFRAME_MS.get(timeframe);
      if (intervalMs === undefined) throw new RangeError(`no candles of ${timeframe}`);
      const candles = this.#tape(symbolId).candles(intervalMs, since ?? 0);
      return (since === null ? candles.slice(-limit) : candles.slice(0, limit)).map(candleOf);
    });

  #subscribe(topics: readonly Topic[]): void {
    for (const topic of topics) {
      if (!this.#o.engine.instruments.has(topic.symbolId)) continue;
      this.#topics.set(topicKey(topic), topic);
      if (topic.channel === "ticker") this.#tick(topic.symbolId);
      if (topic.channel === "book") this.#tellBook(topic.symbolId);
    }
  }

  #print(print: MarketPrint): void {
    const { symbolId } = print;
    if (print.quantity === ZERO) return this.#touch(symbolId); // It moved the price, nobody traded.
    const trade = tradeOf(symbolId, this.#tape(symbolId).record(print));
    if (this.#topics.has(topicKey({ channel: "trades", symbolId }))) {
      this.#tell((receivedAt) => ({ kind: "trades", trades: [trade], receivedAt }));
    }
    for (const topic of this.#topics.values()) {
      if (topic.channel === "ohlcv" && topic.symbolId === symbolId) {
        this.#tellCandle(symbolId, topic.timeframe);
      }
    }
    this.#touch(symbolId);
  }

  #touch(symbolId: string): void {
    this.#sequence += 1;
    this.#tick(symbolId);
    this.#tellBook(symbolId);
  }

  #tick(symbolId: string): void {
    if (!this.#topics.has(topicKey({ channel: "ticker", symbolId }))) return;
    const ticker = this.ticker(symbolId);
    if (ticker === undefined) return;
    this.#tell((receivedAt) => ({
      kind: "ticker",
      ticker: { ...ticker, receivedAt },
      receivedAt,
    }));
  }

  #tellBook(symbolId: string): void {
    const topic = this.#topics.get(topicKey({ channel: "book", symbolId, depth: 0 }));
    if (topic?.channel !== "book") return;
    const book = this.#book(symbolId, topic.depth);
    this.#tell((receivedAt) => ({ kind: "bookSnapshot", book, receivedAt }));
  }

  #tellCandle(symbolId: string, timeframe: Timeframe): void {
    const key = topicKey({ channel: "ohlcv", symbolId, timeframe });
    const told = this.#openTimes.get(key) ?? 0;
    const candles = this.#tape(symbolId).candles(TIMEFRAME_MS.get(timeframe) ?? MINUTE_MS, told);
    const newest = candles.at(-1);
    if (newest === undefined) return;
    this.#openTimes.set(key, newest.openTime);
    for (const each of candles) {
      const candle = candleOf(each);
      const isClosed = each !== newest;
      this.#tell((receivedAt) => ({
        kind: "candle",
        symbolId,
        timeframe,
        candle,
        isClosed,
        receivedAt,
      }));
    }
  }

  #book(symbolId: string, depth: number): BookSnapshot {
    const { bids, asks } = this.#o.engine.depth(symbolId, Math.min(depth, BOOK_LEVELS_MAX));
    return {
      symbolId,
      bids: bids.map(levelOf),
      asks: asks.map(levelOf),
      sequence: this.#sequence,
      levelsMax: depth,
      checksum: null,
      venueTime: this.#o.engine.now(),
    };
  }

  #tape(symbolId: string): Tape {
    const known = this.#tapes.get(symbolId);
    if (known !== undefined) return known;
    if (!this.#o.engine.instruments.has(symbolId)) {
      throw new RangeError(`${symbolId} is not listed`);
    }
    const tape = new Tape();
    this.#tapes.set(symbolId, tape);
    return tape;
  }

  #tell(fact: (receivedAt: number) => MarketFact): void {
    if (!this.#o.isConnected()) return;
    this.#o.wire.push(() => this.#o.tell(fact(this.#o.clock.now())));
  }
}

function tradeOf(symbol: string, trade: TapeTrade): Trade {
  return {
    tradeId: String(trade.id),
    symbol,
    price: trade.price,
    quantity: trade.quantity,
    side: trade.buyerIsMaker ? "SELL" : "BUY",
    venueTime: trade.time,
  };
}

function levelOf({ price, quantity }: DepthLevel): BookLevel {
  return { price, quantity, numOrders: null };
}

function candleOf({ openTime, open, high, low, close, volume }: Candle): Ohlcv {
  return { openTime, open, high, low, close, volume };
}
