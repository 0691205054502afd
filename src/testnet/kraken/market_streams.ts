/** Kraken's public channels: their names, and what is sent on them when the market moves. */
import type { TapeTrade } from "../../exchanges/paper/tape.ts";
import type { Clock } from "../../model/clock.ts";
import { changedLevels } from "../kit/books.ts";
import { MarketStreams, type MarketVoice, type SendTopic } from "../kit/market_streams.ts";
import type { KrakenListing } from "./listing.ts";
import {
  bookItem,
  candleItem,
  INTERVALS,
  type KrakenMarket,
  type Sides,
  tickerItem,
  tradeItem,
} from "./market_payloads.ts";

export type KrakenStreams = MarketStreams<KrakenListing>;

/** Changes of books leave at once there; here what changed within this. */
const BEAT_MS = 20;
export const DEPTHS: readonly number[] = [10, 25, 100, 500, 1_000];

export type Channel = "ticker" | "trade" | "book" | "ohlc";

/** One subscription: a channel of a pair, of books with their depth, of candles with their minutes. */
export interface KrakenTopic {
  readonly channel: Channel;
  readonly listing: KrakenListing;
  readonly detail: string;
}

export function topicKey({ channel, listing, detail }: KrakenTopic): string {
  return `${channel}/${detail}/${listing.symbolId}`;
}

interface Message {
  readonly channel: Channel;
  readonly type: "snapshot" | "update";
  readonly data: readonly unknown[];
}

/** What a channel's listeners have, so that the next message tells what changed since. */
export class KrakenVoice implements MarketVoice<KrakenListing> {
  readonly #clock: Clock;
  readonly #books = new Map<string, Sides>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What a new listener is told first. */
  opening(market: KrakenMarket, topic: KrakenTopic): Message {
    const { channel, detail } = topic;
    const message = (data: readonly unknown[]): Message => ({ channel, type: "snapshot", data });
    switch (channel) {
      case "ticker":
        return message([tickerItem(market)]);
      case "trade":
        return message(market.tape.trades(50).map((trade) => tradeItem(market, trade)));
      case "ohlc":
        return message(
          market.tape.candles(INTERVALS[detail]!).map((each) => candleItem(market, each, detail)),
        );
      case "book": {
        const key = topicKey(topic);
        const book = this.#books.get(key) ?? sidesOf(market, Number(detail));
        this.#books.set(key, book);
        return message([bookItem(market, book, book, this.#clock.now())]);
      }
    }
  }

  /** The last listener is gone: what it had need not be followed. */
  forget(key: string): void {
    this.#books.delete(key);
  }

  onTrade(market: KrakenMarket, trade: TapeTrade, send: SendTopic): void {
    const { listing } = market;
    const update = (channel: Channel, item: () => unknown, detail = "") =>
      send(topicKey({ channel, listing, detail }), () => ({
        channel,
        type: "update",
        data: [item()],
      }));
    update("trade", () => tradeItem(market, trade));
    for (const minutes of Object.keys(INTERVALS)) {
      const newest = () => market.tape.candles(INTERVALS[minutes]!).at(-1)!;
      update("ohlc", () => candleItem(market, newest(), minutes), minutes);
    }
  }

  onTouch(): void {}

  onDiff(): void {}

  onBeat(market: KrakenMarket, send: SendTopic): void {
    const { listing } = market;
    send(topicKey({ channel: "ticker", listing, detail: "" }), () => ({
      channel: "ticker",
      type: "update",
      data: [tickerItem(market)],
    }));
    for (const depth of DEPTHS) this.#tellBook(market, depth, send);
  }

  #tellBook(market: KrakenMarket, depth: number, send: SendTopic): void {
    const key = topicKey({ channel: "book", listing: market.listing, detail: String(depth) });
    const before = this.#books.get(key);
    if (before === undefined) return;
    const now = sidesOf(market, depth);
    const bids = changedLevels(before.bids, now.bids);
    const asks = changedLevels(before.asks, now.asks);
    if (bids.length + asks.length === 0) return;
    this.#books.set(key, now);
    send(key, () => ({
      channel: "book",
      type: "update",
      data: [bookItem(market, { bids, asks }, now, this.#clock.now())],
    }));
  }
}

export function openStreams(clock: Clock, voice: KrakenVoice): KrakenStreams {
  return new MarketStreams({ clock, voice, beatMs: BEAT_MS });
}

function sidesOf(market: KrakenMarket, depth: number): Sides {
  const { bids, asks } = market.book.snapshot(depth).depth;
  return { bids, asks };
}
