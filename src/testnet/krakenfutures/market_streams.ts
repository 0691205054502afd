/** The public feeds of Kraken Futures, and what is sent on them when the market moves. */
import type { Candle, TapeTrade } from "../../exchanges/paper/tape.ts";
import type { DepthLevel } from "../../exchanges/paper/messages.ts";
import type { Clock } from "../../model/clock.ts";
import { type Decimal, ZERO } from "../../model/decimal.ts";
import { changedLevels } from "../kit/books.ts";
import type { SymbolMarket } from "../kit/market.ts";
import { MarketStreams, type MarketVoice, type SendTopic } from "../kit/market_streams.ts";
import { fixed, numeric } from "../kraken/numbers.ts";
import type { FuturesListing } from "./listing.ts";

export type FuturesMarket = SymbolMarket<FuturesListing>;
export type FuturesStreams = MarketStreams<FuturesListing>;

/** Changes of books leave at once there; here what changed within this. */
const BEAT_MS = 20;
/** Books are whole there; the local ones are never deeper. */
export const LEVELS = 1_000;
export const FEEDS: readonly string[] = ["ticker", "trade", "book"];
/** By the venue's names, in ms. */
export const RESOLUTIONS: Readonly<Record<string, number>> = {
  "1m": 60_000,
  "5m": 300_000,
  "15m": 900_000,
  "30m": 1_800_000,
  "1h": 3_600_000,
  "4h": 14_400_000,
  "12h": 43_200_000,
  "1d": 86_400_000,
  "1w": 604_800_000,
};

export function topicKey(feed: string, { symbol }: FuturesListing): string {
  return `${feed}/${symbol}`;
}

interface SentBook {
  readonly bids: readonly DepthLevel[];
  readonly asks: readonly DepthLevel[];
  readonly seq: number;
}

export class FuturesVoice implements MarketVoice<FuturesListing> {
  readonly #clock: Clock;
  readonly #books = new Map<string, SentBook>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What a new listener is told first. */
  opening(market: FuturesMarket, feed: string): unknown {
    const { listing } = market;
    const product_id = listing.symbol;
    if (feed === "ticker") return this.#ticker(market);
    if (feed === "trade") {
      const trades = market.tape.trades(100).map((trade) => tradeMessage(market, trade));
      return { feed: "trade_snapshot", product_id, trades: trades.toReversed() };
    }
    const key = topicKey("book", listing);
    const book = this.#books.get(key) ?? { ...market.book.snapshot(LEVELS).depth, seq: 1_000 };
    this.#books.set(key, book);
    return {
      feed: "book_snapshot",
      product_id,
      timestamp: this.#clock.now(),
      seq: book.seq,
      tickSize: null,
      bids: book.bids.map((level) => levelBody(level, listing)),
      asks: book.asks.map((level) => levelBody(level, listing)),
    };
  }

  forget(key: string): void {
    this.#books.delete(key);
  }

  onTrade(market: FuturesMarket, trade: TapeTrade, send: SendTopic): void {
    send(topicKey("trade", market.listing), () => tradeMessage(market, trade));
  }

  onTouch(): void {}

  onDiff(): void {}

  onBeat(market: FuturesMarket, send: SendTopic): void {
    const { listing } = market;
    send(topicKey("ticker", listing), () => this.#ticker(market));
    const key = topicKey("book", listing);
    const before = this.#books.get(key);
    if (before === undefined) return;
    const { bids, asks } = market.book.snapshot(LEVELS).depth;
    let { seq } = before;
    for (
      const [side, was, now] of [["buy", before.bids, bids], ["sell", before.asks, asks]] as const
    ) {
      for (const level of changedLevels(was, now)) {
        const message = {
          feed: "book",
          product_id: listing.symbol,
          side,
          seq: ++seq,
          ...levelBody(level, listing),
          timestamp: this.#clock.now(),
        };
        send(key, () => message);
      }
    }
    this.#books.set(key, { bids, asks, seq });
  }

  #ticker(market: FuturesMarket): unknown {
    const { listing } = market;
    const { top, day, now } = market.day;
    const price = (value: Decimal | null) => numeric(value ?? ZERO, listing.priceDecimals);
    const size = (value: Decimal | null) => numeric(value ?? ZERO, listing.sizeDecimals);
    const last = top.last ?? market.lastPrice;
    return {
      time: now,
      product_id: listing.symbol,
      feed: "ticker",
      bid: price(top.bid),
      ask: price(top.ask),
      bid_size: size(top.bidSize),
      ask_size: size(top.askSize),
      volume: size(day?.volume ?? ZERO),
      dtm: 0,
      leverage: "50x",
      index: price(last),
      premium: 0,
      last: price(last),
      suspended: false,
      tag: "perpetual",
      markPrice: price(last),
      post_only: false,
    };
  }
}

export function openStreams(clock: Clock, voice: FuturesVoice): FuturesStreams {
  return new MarketStreams({ clock, voice, beatMs: BEAT_MS });
}

function levelBody({ price, quantity }: DepthLevel, listing: FuturesListing) {
  return {
    price: numeric(price, listing.priceDecimals),
    qty: numeric(quantity, listing.sizeDecimals),
  };
}

/** `[4213,2000]` */
export function levelRow(level: DepthLevel, listing: FuturesListing) {
  return Object.values(levelBody(level, listing));
}

function tradeMessage({ listing }: FuturesMarket, trade: TapeTrade) {
  return {
    feed: "trade",
    product_id: listing.symbol,
    uid: `trade-${trade.id}`,
    side: trade.buyerIsMaker ? "sell" : "buy",
    type: "fill",
    seq: trade.id,
    time: trade.time,
    qty: numeric(trade.quantity, listing.sizeDecimals),
    price: numeric(trade.price, listing.priceDecimals),
  };
}

/** `{"time":"…","trade_id":100,"price":0.7921,"size":1068,"side":"sell","type":"fill","uid":"…"}` */
export function tradeRow(trade: TapeTrade, listing: FuturesListing) {
  return {
    time: new Date(trade.time).toISOString(),
    trade_id: trade.id,
    price: numeric(trade.price, listing.priceDecimals),
    size: numeric(trade.quantity, listing.sizeDecimals),
    side: trade.buyerIsMaker ? "sell" : "buy",
    type: "fill",
    uid: `trade-${trade.id}`,
  };
}

export function candleRow(candle: Candle, listing: FuturesListing) {
  const price = (value: Decimal) => fixed(value, listing.priceDecimals);
  return {
    time: candle.openTime,
    open: price(candle.open),
    high: price(candle.high),
    low: price(candle.low),
    close: price(candle.close),
    volume: fixed(candle.volume, listing.sizeDecimals),
  };
}
