/** OKX's public channels: what they are called, and what is sent on them when the market moves. */
import type { Clock } from "../../model/clock.ts";
import type { BookDiff } from "../kit/books.ts";
import type { Market } from "../kit/market.ts";
import { MarketStreams, type MarketVoice, type SendTopic } from "../kit/market_streams.ts";
import type { TapeTrade } from "../../exchanges/paper/tape.ts";
import type { OkxListing } from "./listing.ts";
import {
  BARS,
  candleRow,
  levelRow,
  type OkxMarket,
  tickerRow,
  tradeRow,
} from "./market_payloads.ts";

export type OkxStreams = MarketStreams<OkxListing>;

/** "books": 400 levels, every 100 ms. */
const BEAT_MS = 100;
export const BOOK_LEVELS = 400;
const PUBLIC: ReadonlySet<string> = new Set(["tickers", "trades", "books", "books5", "bbo-tbt"]);
/** On the business URL since 2023. */
const BUSINESS: ReadonlySet<string> = new Set([
  "trades-all",
  ...Object.keys(BARS).map((bar) => `candle${bar}`),
]);

export function openStreams(clock: Clock): OkxStreams {
  return new MarketStreams({ clock, voice: new Voice(clock), beatMs: BEAT_MS });
}

export function channelsOf(url: "public" | "business"): ReadonlySet<string> {
  return url === "public" ? PUBLIC : BUSINESS;
}

export function topicOf(channel: string, instId: string): string {
  return `${channel}:${instId}`;
}

export function watchBooks(streams: OkxStreams, market: Market<OkxListing>): void {
  streams.watchBooks(market.all(), ({ listing }) => streams.has(topicOf("books", listing.symbol)));
}

/** What a new subscriber of a channel gets first; null where it waits for the next change. */
export function firstData(channel: string, market: OkxMarket): Frame | null {
  switch (channel) {
    case "tickers":
      return { data: [tickerRow(market)] };
    case "books": {
      market.book.watch();
      return { action: "snapshot", data: [bookOf(market, { levels: BOOK_LEVELS, diff: null })] };
    }
    case "books5":
      return { data: [bookOf(market, { levels: 5, diff: null })] };
    case "bbo-tbt":
      return { data: [bookOf(market, { levels: 1, diff: null })] };
    default:
      return null;
  }
}

/** What follows `arg` in a frame. */
export interface Frame {
  readonly action?: "snapshot" | "update";
  readonly data: readonly unknown[];
}

class Voice implements MarketVoice<OkxListing> {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  onTrade(market: OkxMarket, trade: TapeTrade, send: SendTopic): void {
    const { listing } = market;
    const { symbol } = listing;
    send(topicOf("tickers", symbol), (): Frame => ({ data: [tickerRow(market)] }));
    send(topicOf("trades-all", symbol), (): Frame => ({
      data: [{ ...tradeRow(trade, listing), source: "0" }],
    }));
    send(topicOf("trades", symbol), (): Frame => ({
      data: [{ ...tradeRow(trade, listing), count: "1", source: "0", seqId: trade.id }],
    }));
    const now = this.#clock.now();
    for (const [bar, barMs] of Object.entries(BARS)) {
      send(topicOf(`candle${bar}`, symbol), (): Frame => {
        const candle = market.tape.candles(barMs).at(-1)!;
        return { data: [candleRow(candle, { listing, barMs, now })] };
      });
    }
  }

  onTouch(market: OkxMarket, _updateId: number, send: SendTopic): void {
    const { symbol } = market.listing;
    send(topicOf("bbo-tbt", symbol), () => ({
      data: [bookOf(market, { levels: 1, diff: null })],
    }));
  }

  onDiff(market: OkxMarket, diff: BookDiff, send: SendTopic): void {
    send(topicOf("books", market.listing.symbol), (): Frame => ({
      action: "update",
      data: [bookOf(market, { levels: BOOK_LEVELS, diff })],
    }));
  }

  onBeat(market: OkxMarket, send: SendTopic): void {
    const { symbol } = market.listing;
    send(topicOf("tickers", symbol), (): Frame => ({ data: [tickerRow(market)] }));
    send(topicOf("books5", symbol), (): Frame => ({
      data: [bookOf(market, { levels: 5, diff: null })],
    }));
  }
}

/** `checksum` is always 0 since 2026-06-23. */
function bookOf(
  { book, listing, day }: OkxMarket,
  { levels, diff }: { readonly levels: number; readonly diff: BookDiff | null },
) {
  const { now } = day;
  if (diff !== null) {
    return {
      asks: diff.asks.map((level) => levelRow(level, listing)),
      bids: diff.bids.map((level) => levelRow(level, listing)),
      checksum: 0,
      prevSeqId: diff.firstId - 1,
      seqId: diff.finalId,
      ts: String(now),
    };
  }
  const { depth, lastUpdateId } = book.snapshot(levels);
  return {
    asks: depth.asks.map((level) => levelRow(level, listing)),
    bids: depth.bids.map((level) => levelRow(level, listing)),
    checksum: 0,
    instId: listing.symbol,
    prevSeqId: -1,
    seqId: lastUpdateId,
    ts: String(now),
  };
}
