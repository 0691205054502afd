/** Coinbase's public channels: what is sent on them at first, and when the market moves. */
import type { TapeTrade } from "../../exchanges/paper/tape.ts";
import type { Clock } from "../../model/clock.ts";
import { type BookDiff, LEVELS_MAX } from "../kit/books.ts";
import type { Market } from "../kit/market.ts";
import { MarketStreams, type MarketVoice, type SendTopic } from "../kit/market_streams.ts";
import type { CoinbaseListing } from "./listing.ts";
import {
  candleRow,
  type CoinbaseMarket,
  GRANULARITIES,
  streamTickerRow,
  tradeRow,
  updatesOf,
} from "./market_payloads.ts";
import { isoOf } from "./order_payloads.ts";

export type CoinbaseStreams = MarketStreams<CoinbaseListing>;

/** Books are told at once; here ten times a second. */
const BEAT_MS = 100;
/** "Grouped into buckets of five minutes." */
const CANDLE_MS = GRANULARITIES["FIVE_MINUTE"]!;
const CANDLES_SHOWN = 100;
const TRADES_SHOWN = 50;

/** Channels as they are subscribed to, and as their messages call them. */
export const PUBLIC_CHANNELS: Readonly<Record<string, string>> = {
  ticker: "ticker",
  ticker_batch: "ticker_batch",
  market_trades: "market_trades",
  level2: "l2_data",
  candles: "candles",
};

export function openStreams(clock: Clock): CoinbaseStreams {
  return new MarketStreams({ clock, voice: new Voice(clock), beatMs: BEAT_MS });
}

export function topicOf(channel: string, symbol: string): string {
  return `${channel}:${symbol}`;
}

export function watchBooks(streams: CoinbaseStreams, market: Market<CoinbaseListing>): void {
  streams.watchBooks(market.all(), ({ listing }) => streams.has(topicOf("level2", listing.symbol)));
}

/** The event a new subscriber of a channel gets first. */
export function snapshotOf(channel: string, market: CoinbaseMarket, now: number): unknown {
  switch (channel) {
    case "ticker":
    case "ticker_batch":
      return { type: "snapshot", tickers: [streamTickerRow(market)] };
    case "market_trades": {
      const trades = market.tape.trades(TRADES_SHOWN).map((trade) => streamTrade(market, trade));
      return { type: "snapshot", trades: trades.toReversed() };
    }
    case "candles":
      return { type: "snapshot", candles: candlesOf(market, CANDLES_SHOWN) };
    default: {
      market.book.watch();
      const { bids, asks } = market.book.snapshot(LEVELS_MAX).depth;
      return bookEvent("snapshot", market, { bids, asks, time: isoOf(now) });
    }
  }
}

class Voice implements MarketVoice<CoinbaseListing> {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  onTrade(market: CoinbaseMarket, trade: TapeTrade, send: SendTopic): void {
    const { symbol } = market.listing;
    for (const channel of ["ticker", "ticker_batch"]) {
      send(topicOf(channel, symbol), () => ({
        type: "update",
        tickers: [streamTickerRow(market)],
      }));
    }
    send(topicOf("market_trades", symbol), () => ({
      type: "update",
      trades: [streamTrade(market, trade)],
    }));
    send(topicOf("candles", symbol), () => ({ type: "update", candles: candlesOf(market, 1) }));
  }

  onTouch(): void {}

  onDiff(market: CoinbaseMarket, { bids, asks }: BookDiff, send: SendTopic): void {
    const time = isoOf(this.#clock.now());
    send(
      topicOf("level2", market.listing.symbol),
      () => bookEvent("update", market, { bids, asks, time }),
    );
  }

  onBeat(): void {}
}

function streamTrade(market: CoinbaseMarket, trade: TapeTrade) {
  const { bid: _bid, ask: _ask, ...row } = tradeRow(market, trade);
  return row;
}

function candlesOf(market: CoinbaseMarket, limit: number) {
  return market.tape.candles(CANDLE_MS).slice(-limit).map((candle) => ({
    ...candleRow(candle),
    product_id: market.listing.symbol,
  })).toReversed();
}

function bookEvent(
  type: "snapshot" | "update",
  { listing }: CoinbaseMarket,
  { bids, asks, time }: Pick<BookDiff, "bids" | "asks"> & { readonly time: string },
) {
  return {
    type,
    product_id: listing.symbol,
    updates: [...updatesOf("bid", bids, time), ...updatesOf("offer", asks, time)],
  };
}
