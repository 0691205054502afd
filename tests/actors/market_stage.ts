/** A market actor on a virtual clock, whose venue does what the test says. */
import { Market } from "../../actors/market.ts";
import { MarketHub } from "../../actors/market_hub.ts";
import type {
  CandleQuery,
  ExchangeSocket,
  MarketData,
  TopicRoute,
} from "../../src/exchanges/exchange.ts";
import { decimal } from "../../src/model/decimal.ts";
import { MARKET_BACKLOG_MAX } from "../../src/model/limits.ts";
import type { BookLevel, Ohlcv, Ticker, Trade } from "../../src/model/market.ts";
import {
  type BookDelta,
  type BookRules,
  type BookSnapshot,
  type Topic,
  topicKey,
} from "../../src/model/market_feed.ts";
import type { ReadOutcome } from "../../src/model/venue.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { VIRTUAL_START, VirtualClock } from "../../src/system/virtual_clock.ts";

export const SYMBOL = "BTC/USDT";

export const TICKS = { channel: "ticker", symbolId: SYMBOL } as const satisfies Topic;
export const TRADES = { channel: "trades", symbolId: SYMBOL } as const satisfies Topic;
export const BOOK = { channel: "book", symbolId: SYMBOL, depth: 5 } as const satisfies Topic;
export const CANDLES = {
  channel: "ohlcv",
  symbolId: SYMBOL,
  timeframe: "1m",
} as const satisfies Topic;
export const AT = VIRTUAL_START;

/** Opens at once, unless it is refused. */
class PublicSocket implements ExchangeSocket {
  readonly id: string;
  readonly staleAfterMs = 3_600_000;
  refuses = false;
  opened = 0;
  #handlers: Parameters<ExchangeSocket["open"]>[0] | null = null;

  constructor(id = "market") {
    this.id = id;
  }

  get isOpen(): boolean {
    return this.#handlers !== null;
  }

  open(handlers: Parameters<ExchangeSocket["open"]>[0]): Promise<void> {
    if (this.refuses) return Promise.reject(new Error("refused"));
    this.#handlers = handlers;
    this.opened += 1;
    return Promise.resolve();
  }

  probe(): void {
    this.#handlers?.onFrame();
  }

  close(): Promise<void> {
    this.#handlers = null;
    return Promise.resolve();
  }

  lose(): void {
    const handlers = this.#handlers;
    this.#handlers = null;
    handlers?.onClose("lost");
  }
}

export class MarketStage implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly hub = new MarketHub();
  readonly socket = new PublicSocket();
  /** Tells the prices of tickers, where the stage is made with it. */
  readonly beside = new PublicSocket("beside");
  /** What the venue was asked for, in order. */
  readonly said: string[] = [];
  readonly asked: string[] = [];
  readonly troubles: string[] = [];
  /** What reads answer; null: they fail. */
  ticker: Ticker | null = tickerAt("100");
  book: BookSnapshot | null = snapshot();
  trades: readonly Trade[] | null = [];
  candles: readonly Ohlcv[] | null = [];
  readonly market: Market;

  constructor(
    rules: BookRules = { snapshot: "read", window: null },
    { hasBeside = false }: { readonly hasBeside?: boolean } = {},
  ) {
    const say = (what: string) => (topics: readonly Topic[], over?: string) => {
      const where = over === "beside" ? " beside" : "";
      for (const topic of topics) this.said.push(`${what} ${topicKey(topic)}${where}`);
    };
    const route = ({ channel }: Topic): TopicRoute => ({
      kind: "socket",
      socketId: "market",
      ...(hasBeside && channel === "ticker" ? { besideId: "beside" } : {}),
    });
    const marketData: MarketData = {
      ticker: () => undefined,
      readTicker: () => this.#answer("ticker", this.ticker),
      readBook: (_symbolId, depth) => this.#answer(`book ${depth}`, this.book),
      readTrades: () => this.#answer("trades", this.trades),
      readOhlcv: (_symbolId, { since }: CandleQuery) =>
        this.#answer(`candles ${since === null ? "" : since - AT}`, this.candles),
      stream: {
        sockets: hasBeside ? [this.socket, this.beside] : [this.socket],
        route,
        subscribe: say("+"),
        unsubscribe: say("-"),
        bookRules: () => rules,
      },
    };
    this.market = new Market({
      clock: this.clock,
      random: new SeededRandom(7),
      adapter: { id: "main", marketData },
      runner: { run: (_kind, _priority, read) => read() },
      vitals: { trouble: (what) => void this.troubles.push(what) },
      hub: this.hub,
      inspect: () => {},
    });
    this.market.start();
  }

  /** @returns what it is told, as it is told. */
  listen<T>(topic: Topic, depth = 5) {
    const told: T[] = [];
    const subscription = this.hub.subscribe<T>([topic], {
      depth,
      backlogMax: MARKET_BACKLOG_MAX,
      onUpdate: (update) => told.push(update),
    });
    return { told, subscription };
  }

  async pass(ms = 0): Promise<void> {
    await this.clock.advanceAsync(ms);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.market.stop();
    this.hub.close();
  }

  #answer<T>(what: string, value: T | null): Promise<ReadOutcome<T>> {
    this.asked.push(what);
    return Promise.resolve(
      value === null
        ? { kind: "failed", cause: { code: "TIMEOUT", message: "no answer" } }
        : { kind: "read", value, venueTime: AT },
    );
  }
}

export function tickerAt(last: string): Ticker {
  return {
    symbol: SYMBOL,
    bid: decimal("99"),
    bidSize: decimal("1"),
    ask: decimal("101"),
    askSize: decimal("1"),
    last: decimal(last),
    mark: null,
    index: null,
    venueTime: AT,
    receivedAt: AT,
  };
}

export function level(price: number, quantity: number): BookLevel {
  return { price: decimal(price), quantity: decimal(quantity), numOrders: null };
}

export function snapshot(fields: Partial<BookSnapshot> = {}): BookSnapshot {
  return {
    symbolId: SYMBOL,
    bids: [level(99, 1), level(98, 1)],
    asks: [level(101, 1), level(102, 1)],
    sequence: 10,
    levelsMax: null,
    checksum: null,
    venueTime: AT,
    ...fields,
  };
}

export function delta(previous: number, last: number, fields: Partial<BookDelta> = {}): BookDelta {
  return {
    symbolId: SYMBOL,
    bids: [],
    asks: [],
    previous,
    last,
    checksum: null,
    venueTime: AT,
    ...fields,
  };
}

export function trade(id: number): Trade {
  return {
    tradeId: String(id),
    symbol: SYMBOL,
    price: decimal("100"),
    quantity: decimal("1"),
    side: "BUY",
    venueTime: AT + id,
  };
}
