/** Binance's public streams: their names, and what is sent on them when the market moves. */
import type { Clock } from "../../model/clock.ts";
import type { BookDiff } from "../kit/books.ts";
import type { Market, SymbolMarket } from "../kit/market.ts";
import { MarketStreams, type MarketVoice, type SendTopic } from "../kit/market_streams.ts";
import type { TapeTrade } from "../../exchanges/paper/tape.ts";
import type { BinanceListing } from "./listing.ts";
import {
  aggTradeEvent,
  bookTickerEvent,
  dayTickerEvent,
  depthBody,
  INTERVALS,
  klineEvent,
  levelBody,
  miniTickerEvent,
  tradeEvent,
} from "./market_payloads.ts";

export type BinanceStreams = MarketStreams<BinanceListing>;
type BinanceMarket = SymbolMarket<BinanceListing>;

/** Diffs leave this often; the exchange offers 100 ms and 1000 ms, here both come at 100. */
const DIFF_INTERVAL_MS = 100;
const PARTIAL_LEVELS: readonly number[] = [5, 10, 20];
const STREAM = /^([a-z0-9]+)@([a-zA-Z0-9_]+)(@(100|1000)ms)?$/;
const KINDS: ReadonlySet<string> = new Set([
  "trade",
  "aggTrade",
  "bookTicker",
  "ticker",
  "miniTicker",
  "depth",
  ...PARTIAL_LEVELS.map((levels) => `depth${levels}`),
  ...Object.keys(INTERVALS).map((interval) => `kline_${interval}`),
]);

export function openStreams(clock: Clock): BinanceStreams {
  return new MarketStreams({ clock, voice: new Voice(clock), beatMs: DIFF_INTERVAL_MS });
}

/** Whether the exchange has such a stream; the symbol is not checked, as there. */
export function isStream(name: string): boolean {
  return KINDS.has(STREAM.exec(name)?.[2] ?? "");
}

/** All update speeds are one topic here, those of futures too. */
export function topicOf(stream: string): string {
  return stream.split("@", 2).join("@");
}

export function watchBooks(streams: BinanceStreams, market: Market<BinanceListing>): void {
  streams.watchBooks(market.all(), (each) => streams.has(topic(each, "depth")));
}

class Voice implements MarketVoice<BinanceListing> {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  onTrade(market: BinanceMarket, trade: TapeTrade, send: SendTopic): void {
    const { symbol } = market.listing;
    const now = this.#clock.now();
    send(topic(market, "trade"), () => tradeEvent(symbol, trade, now));
    send(topic(market, "aggTrade"), () => aggTradeEvent(symbol, trade, now));
    send(topic(market, "ticker"), () => dayTickerEvent(market.day));
    send(topic(market, "miniTicker"), () => miniTickerEvent(market.day));
    for (const [interval, intervalMs] of Object.entries(INTERVALS)) {
      send(topic(market, `kline_${interval}`), () => {
        const candle = market.tape.candles(intervalMs).at(-1)!;
        return klineEvent(candle, { symbol, interval, now });
      });
    }
  }

  onTouch(market: BinanceMarket, updateId: number, send: SendTopic): void {
    const { symbol } = market.listing;
    send(topic(market, "bookTicker"), () => bookTickerEvent(symbol, market.top, updateId));
  }

  onDiff(market: BinanceMarket, diff: BookDiff, send: SendTopic): void {
    send(topic(market, "depth"), () => ({
      e: "depthUpdate",
      E: this.#clock.now(),
      s: market.listing.symbol,
      U: diff.firstId,
      u: diff.finalId,
      b: diff.bids.map(levelBody),
      a: diff.asks.map(levelBody),
    }));
  }

  onBeat(market: BinanceMarket, send: SendTopic): void {
    for (const levels of PARTIAL_LEVELS) {
      send(topic(market, `depth${levels}`), () => {
        const { depth, lastUpdateId } = market.book.snapshot(levels);
        return depthBody(depth, lastUpdateId);
      });
    }
  }
}

function topic(market: BinanceMarket, kind: string): string {
  return `${market.listing.symbol.toLowerCase()}@${kind}`;
}
