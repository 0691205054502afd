/** A venue whose public market never stops, over two sockets that do. */
import type { CandleQuery, MarketData, VenueFact } from "../../src/exchanges/exchange.ts";
import type { Clock, Random } from "../../src/model/clock.ts";
import { decimal } from "../../src/model/decimal.ts";
import type { BookLevel, Ticker, Trade } from "../../src/model/market.ts";
import { type Topic, topicKey } from "../../src/model/market_feed.ts";
import type { ReadOutcome } from "../../src/model/venue.ts";
import { Line } from "./lines.ts";

/** One round of messages: a ticker, a trade, a book's diff and a candle of every symbol. */
const EVERY_MS = 5_000;
const TROUBLE_EVERY_MS = 240_000;
/** Trades that a read can still tell. */
const TRADES_KEPT = 200;
const MIDDLE = 50_000;
const MINUTE_MS = 60_000;

export interface MarketVenueOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly symbols: readonly string[];
  readonly tell: (fact: VenueFact) => void;
}

export class MarketVenue {
  readonly sockets: readonly [Line, Line];
  readonly marketData: MarketData;
  frames = 0;
  readonly #o: MarketVenueOptions;
  /** By socket, what the venue was asked for since it was opened. */
  readonly #subscribed = new Map<string, Topic>();
  readonly #trades = new Map<string, Trade[]>();
  #sequence = 1_000;
  #tradeIds = 0;

  constructor(options: MarketVenueOptions) {
    const { clock, random } = options;
    this.#o = options;
    const line = (id: string) => new Line({ id, clock, random, everyMs: TROUBLE_EVERY_MS });
    this.sockets = [line("market"), line("market-candles")];
    this.marketData = this.#marketData();
    for (const symbol of options.symbols) this.#trades.set(symbol, []);
  }

  /** Topics the venue streams now. */
  get subscribed(): number {
    return this.#subscribed.size;
  }

  start(): void {
    this.#o.clock.setTimer(() => {
      this.#round();
      this.start();
    }, EVERY_MS);
  }

  #round(): void {
    const { random, symbols } = this.#o;
    const previous = this.#sequence;
    // A lost message now and then: the book has to be put together again.
    this.#sequence += random.next() < 0.01 ? 2 : 1;
    const covered = this.#sequence - previous === 2 ? previous + 1 : previous;
    for (const symbol of symbols) {
      const trades = this.#trades.get(symbol)!;
      trades.push(this.#trade(symbol));
      if (trades.length > TRADES_KEPT) trades.shift();
      for (const topic of [...this.#subscribed.values()]) {
        if (topic.symbolId === symbol) this.#tell(topic, { trade: trades.at(-1)!, covered });
      }
    }
  }

  #tell(topic: Topic, now: { readonly trade: Trade; readonly covered: number }): void {
    const line = this.#lineOf(topic);
    if (!line.carries) return;
    this.frames += 1;
    line.frame();
    this.#o.tell(this.#factOf(topic, now));
  }

  #factOf(
    topic: Topic,
    { trade, covered }: { readonly trade: Trade; readonly covered: number },
  ): VenueFact {
    const receivedAt = this.#o.clock.now();
    const { symbolId } = topic;
    switch (topic.channel) {
      case "ticker":
        return { kind: "ticker", ticker: this.#ticker(symbolId), receivedAt };
      case "trades":
        return { kind: "trades", trades: [trade], receivedAt };
      case "book": {
        const delta = {
          symbolId,
          bids: [this.#level(-1)],
          asks: [this.#level(1)],
          previous: covered,
          last: this.#sequence,
          checksum: null,
          venueTime: receivedAt,
        };
        return { kind: "bookDelta", delta, receivedAt };
      }
      case "ohlcv": {
        const candle = this.#candle();
        const { timeframe } = topic;
        return { kind: "candle", symbolId, timeframe, candle, isClosed: false, receivedAt };
      }
    }
  }

  #marketData(): MarketData {
    const read = <T>(value: () => T) => this.#read(value);
    return {
      ticker: () => undefined,
      readTicker: (symbolId) => read(() => this.#ticker(symbolId)),
      readBook: (symbolId, depth) =>
        read(() => ({
          symbolId,
          bids: this.#levels(-1, depth),
          asks: this.#levels(1, depth),
          sequence: this.#sequence,
          levelsMax: null,
          checksum: null,
          venueTime: this.#o.clock.now(),
        })),
      readTrades: (symbolId, limit) => read(() => (this.#trades.get(symbolId) ?? []).slice(-limit)),
      readOhlcv: (_symbolId, _query: CandleQuery) => read(() => [this.#candle()]),
      stream: {
        sockets: this.sockets,
        route: (topic) => ({ kind: "socket", socketId: this.#lineOf(topic).id }),
        subscribe: (topics) => {
          for (const topic of topics) this.#subscribed.set(topicKey(topic), topic);
        },
        unsubscribe: (topics) => {
          for (const topic of topics) this.#subscribed.delete(topicKey(topic));
        },
        bookRules: () => ({ snapshot: "read", window: null }),
      },
    };
  }

  #lineOf({ channel }: Topic): Line {
    return this.sockets[channel === "ohlcv" ? 1 : 0];
  }

  /** Answers after a moment; one of twenty fails. */
  #read<T>(value: () => T): Promise<ReadOutcome<T>> {
    const { clock, random } = this.#o;
    return new Promise((resolve) => {
      clock.setTimer(() => {
        const fails = random.next() < 0.05;
        resolve(
          fails
            ? { kind: "failed", cause: { code: "TIMEOUT", message: "no answer" } }
            : { kind: "read", value: value(), venueTime: clock.now() },
        );
      }, 30);
    });
  }

  #trade(symbol: string): Trade {
    return {
      tradeId: String(++this.#tradeIds),
      symbol,
      price: decimal(MIDDLE),
      quantity: decimal("0.01"),
      side: "BUY",
      venueTime: this.#o.clock.now(),
    };
  }

  #ticker(symbol: string): Ticker {
    const now = this.#o.clock.now();
    return {
      symbol,
      bid: decimal(MIDDLE - 1),
      bidSize: decimal(1),
      ask: decimal(MIDDLE + 1),
      askSize: decimal(1),
      last: decimal(MIDDLE),
      mark: null,
      index: null,
      venueTime: now,
      receivedAt: now,
    };
  }

  #level(side: 1 | -1): BookLevel {
    const away = 1 + Math.floor(this.#o.random.next() * 40);
    const quantity = Math.floor(this.#o.random.next() * 4);
    return { price: decimal(MIDDLE + side * away), quantity: decimal(quantity), numOrders: null };
  }

  #levels(side: 1 | -1, depth: number): readonly BookLevel[] {
    return Array.from({ length: Math.min(depth, 40) }, (_, at) => ({
      price: decimal(MIDDLE + side * (at + 1)),
      quantity: decimal(1),
      numOrders: null,
    }));
  }

  #candle() {
    const price = decimal(MIDDLE);
    const now = this.#o.clock.now();
    const openTime = now - now % MINUTE_MS;
    return { openTime, open: price, high: price, low: price, close: price, volume: decimal(1) };
  }
}
