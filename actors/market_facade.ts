/** Market data as its users see it: checks what they ask for, and passes it on. */
import type { MarketDataControl, SubscribeOptions } from "../src/model/market_data.ts";
import type { MarketSubscription } from "../src/model/market_data.ts";
import { ExchangeError, NotFoundError, ValidationError } from "../src/model/errors.ts";
import { BOOK_DEPTH_MAX, MARKET_BACKLOG_MAX, MARKET_ROWS_MAX } from "../src/model/limits.ts";
import type { Ohlcv, OrderBook, Ticker, Trade } from "../src/model/market.ts";
import {
  type BookUpdate,
  type OhlcvUpdate,
  type TickUpdate,
  type Timeframe,
  TIMEFRAMES,
  type Topic,
  type TradeUpdate,
} from "../src/model/market_feed.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { ReadOutcome } from "../src/model/venue.ts";
import type { Exchange } from "./exchange.ts";
import { orderBookOf } from "./market_books.ts";
import { MarketReads } from "./market_reads.ts";

/** As `interfaces.md` names it for books and trades; a screenful. */
const DEPTH_DEFAULT = 20;
const ROWS_DEFAULT = 100;

export class MarketFacade implements MarketDataControl {
  readonly #current: () => Exchange;

  /** @param current the exchange that runs now; throws when there is none */
  constructor(current: () => Exchange) {
    this.#current = current;
  }

  subscribeTicks(
    symbols: string | readonly string[],
    options: SubscribeOptions<TickUpdate> = {},
  ): MarketSubscription<TickUpdate> {
    return this.#subscribe(symbols, (symbolId) => ({ channel: "ticker", symbolId }), options);
  }

  subscribeTrades(
    symbols: string | readonly string[],
    options: SubscribeOptions<TradeUpdate> = {},
  ): MarketSubscription<TradeUpdate> {
    return this.#subscribe(symbols, (symbolId) => ({ channel: "trades", symbolId }), options);
  }

  subscribeOrderBook(
    symbols: string | readonly string[],
    depth: number = DEPTH_DEFAULT,
    options: SubscribeOptions<BookUpdate> = {},
  ): MarketSubscription<BookUpdate> {
    checkWhole("subscribe to order books", { field: "depth", value: depth, max: BOOK_DEPTH_MAX });
    const topicOf = (symbolId: string): Topic => ({ channel: "book", symbolId, depth });
    return this.#subscribe(symbols, topicOf, { ...options, depth });
  }

  subscribeOhlcv(
    symbols: string | readonly string[],
    timeframe: Timeframe,
    options: SubscribeOptions<OhlcvUpdate> = {},
  ): MarketSubscription<OhlcvUpdate> {
    this.#checkTimeframe("subscribe to candles", timeframe);
    const topicOf = (symbolId: string): Topic => ({ channel: "ohlcv", symbolId, timeframe });
    return this.#subscribe(symbols, topicOf, options);
  }

  unsubscribe(symbols: string | readonly string[]): void {
    const { hub } = this.#current().memory;
    for (const symbolId of listOf(symbols)) hub.leave(symbolId);
  }

  async fetchTicker(symbol: string): Promise<Ticker> {
    const reads = this.#reads(symbol, "fetch the ticker");
    return valueOf(await reads.ticker(symbol), `fetch the ticker of ${symbol}`);
  }

  async fetchOrderBook(symbol: string, depth: number = DEPTH_DEFAULT): Promise<OrderBook> {
    const action = "fetch an order book";
    checkWhole(action, { field: "depth", value: depth, max: BOOK_DEPTH_MAX });
    const reads = this.#reads(symbol, action);
    const book = valueOf(await reads.book(symbol, depth), `fetch the order book of ${symbol}`);
    const shown = {
      ...book,
      bids: book.bids.slice(0, depth),
      asks: book.asks.slice(0, depth),
    };
    return orderBookOf(shown, this.#current().id);
  }

  async fetchTrades(symbol: string, limit: number = ROWS_DEFAULT): Promise<readonly Trade[]> {
    const action = "fetch trades";
    checkWhole(action, { field: "limit", value: limit, max: MARKET_ROWS_MAX });
    const reads = this.#reads(symbol, action);
    const trades = valueOf(await reads.trades(symbol, limit), `fetch the trades of ${symbol}`);
    return trades.slice(-limit);
  }

  async fetchOhlcv(
    symbol: string,
    timeframe: Timeframe,
    since?: EpochMs,
    limit: number = ROWS_DEFAULT,
  ): Promise<readonly Ohlcv[]> {
    const action = "fetch candles";
    this.#checkTimeframe(action, timeframe);
    checkWhole(action, { field: "limit", value: limit, max: MARKET_ROWS_MAX });
    if (since !== undefined) {
      checkWhole(action, { field: "since", value: since, max: Number.MAX_SAFE_INTEGER });
    }
    const reads = this.#reads(symbol, action);
    const query = { timeframe, since: since ?? null, limit };
    return valueOf(await reads.ohlcv(symbol, query), `fetch the candles of ${symbol}`);
  }

  #subscribe<T>(
    symbols: string | readonly string[],
    topicOf: (symbolId: string) => Topic,
    options: SubscribeOptions<T> & { readonly depth?: number },
  ): MarketSubscription<T> {
    const exchange = this.#current();
    const listed = listOf(symbols);
    if (listed.length === 0) throw noSymbols();
    for (const symbolId of listed) this.#checkListed(exchange, symbolId, "subscribe");
    return exchange.memory.hub.subscribe<T>(listed.map(topicOf), {
      ...options,
      depth: options.depth ?? DEPTH_DEFAULT,
      backlogMax: MARKET_BACKLOG_MAX,
    });
  }

  /** What a caller waits for goes before what nobody does. */
  #reads(symbolId: string, action: string): MarketReads {
    const exchange = this.#current();
    this.#checkListed(exchange, symbolId, action);
    return new MarketReads(exchange, "probe");
  }

  #checkListed({ id, adapter }: Exchange, symbolId: string, action: string): void {
    if (adapter.instruments.get(symbolId) !== undefined) return;
    throw new NotFoundError(`Cannot ${action}: ${id} does not list ${symbolId}`, {
      exchangeId: id,
      symbolId,
    });
  }

  #checkTimeframe(action: string, timeframe: string): void {
    const known: readonly string[] = this.#current().adapter.marketData.timeframes ?? TIMEFRAMES;
    if (known.includes(timeframe)) return;
    const rule = `must be one of ${known.join(", ")}`;
    throw new ValidationError(
      "TIMEFRAME_UNKNOWN",
      `Cannot ${action}: timeframe ${rule}, got ${timeframe}`,
      { field: "timeframe", rule, actual: timeframe },
    );
  }
}

function noSymbols(): ValidationError {
  const rule = "must name at least one symbol";
  const details = { field: "symbols", rule, actual: "none" };
  return new ValidationError("SYMBOLS_EMPTY", `Cannot subscribe: symbols ${rule}`, details);
}

function listOf(symbols: string | readonly string[]): readonly string[] {
  return typeof symbols === "string" ? [symbols] : symbols;
}

function checkWhole(
  action: string,
  given: { readonly field: string; readonly value: number; readonly max: number },
): void {
  const { field, value, max } = given;
  if (Number.isSafeInteger(value) && value >= (field === "since" ? 0 : 1) && value <= max) return;
  const rule = `must be a whole number from 1 to ${max}`;
  throw new ValidationError(
    `${field.toUpperCase()}_OUT_OF_RANGE`,
    `Cannot ${action}: ${field} ${rule}, got ${value}`,
    { field, rule, actual: String(value) },
  );
}

function valueOf<T>(read: ReadOutcome<T>, action: string): T {
  if (read.kind === "read") return read.value;
  const { code, message } = read.cause;
  throw new ExchangeError(code, `Cannot ${action}: ${code} ${message}`);
}
