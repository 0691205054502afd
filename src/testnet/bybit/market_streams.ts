/** Bybit's public topics: their names, and what is sent on them when the market moves. */
import type { DepthLevel } from "../../exchanges/paper/messages.ts";
import type { Clock } from "../../model/clock.ts";
import { MarketStreams, type MarketVoice, type SendTopic } from "../kit/market_streams.ts";
import type { TapeTrade } from "../../exchanges/paper/tape.ts";
import type { BybitListing, Category } from "./listing.ts";
import {
  type BybitMarket,
  candleEvent,
  changedLevels,
  INTERVALS,
  levelBody,
  spotTickerEvent,
  tickerRow,
  tradeEvent,
} from "./market_payloads.ts";

export type BybitStreams = MarketStreams<BybitListing>;

/** Books of 50 levels leave every 20 ms; here every depth does. */
const BEAT_MS = 20;
/** "Level 1, 50, 200 and 1000 data." */
export const DEPTHS: readonly number[] = [1, 50, 200, 1_000];

const TOPIC = /^(?:orderbook\.(\d+)|kline\.([0-9A-Z]+)|publicTrade|tickers)\.([A-Z0-9-]+)$/;

/** The symbol a topic is about; null where the exchange has no such topic. */
export function symbolOfTopic(topic: string): string | null {
  const match = TOPIC.exec(topic);
  if (match === null) return null;
  const [, depth, interval, symbol] = match;
  if (depth !== undefined && !DEPTHS.includes(Number(depth))) return null;
  if (interval !== undefined && INTERVALS[interval] === undefined) return null;
  return symbol ?? null;
}

/** Spot and contracts share names, so inside a topic has its category before it. */
export function keyOf(category: Category, topic: string): string {
  return `${category}/${topic}`;
}

type Row = Readonly<Record<string, unknown>>;

interface SentBook {
  updateId: number;
  bids: readonly DepthLevel[];
  asks: readonly DepthLevel[];
}

/** What a topic's listeners have, so that the next message tells what changed since. */
export class BybitVoice implements MarketVoice<BybitListing> {
  readonly #clock: Clock;
  readonly #books = new Map<string, SentBook>();
  /** Of contracts. */
  readonly #tickers = new Map<string, Row>();
  #sequence = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What a new listener of a topic is told first; null where the next change is the first. */
  opening(market: BybitMarket, topic: string): unknown {
    const { category } = market.listing;
    const [kind, depth] = topic.split(".");
    if (kind === "tickers") {
      if (category === "spot") return this.#ticker(topic, "snapshot", spotTickerEvent(market));
      const row = this.#tickers.get(keyOf(category, topic)) ?? tickerRow(market);
      this.#tickers.set(keyOf(category, topic), row);
      return this.#ticker(topic, "snapshot", row);
    }
    if (kind !== "orderbook") return null;
    const key = keyOf(category, topic);
    const book = this.#books.get(key) ?? { updateId: 1, ...levels(market, Number(depth)) };
    this.#books.set(key, book);
    return this.#book(market, { topic, type: "snapshot", ...book });
  }

  onTrade(market: BybitMarket, trade: TapeTrade, send: SendTopic): void {
    const { name, category } = market.listing;
    const now = this.#clock.now();
    const topic = `publicTrade.${name}`;
    send(keyOf(category, topic), () => ({
      topic,
      type: "snapshot",
      ts: now,
      data: [tradeEvent(market, trade)],
    }));
    for (const [interval, intervalMs] of Object.entries(INTERVALS)) {
      const candles = `kline.${interval}.${name}`;
      send(keyOf(category, candles), () => ({
        topic: candles,
        type: "snapshot",
        ts: now,
        data: [candleEvent(market.tape.candles(intervalMs).at(-1)!, { interval, now })],
      }));
    }
  }

  onTouch(): void {}

  onDiff(): void {}

  onBeat(market: BybitMarket, send: SendTopic): void {
    const { name, category } = market.listing;
    const topic = `tickers.${name}`;
    if (category === "spot") {
      send(keyOf(category, topic), () => this.#ticker(topic, "snapshot", spotTickerEvent(market)));
    } else this.#tickerDelta(market, topic, send);
    for (const depth of DEPTHS) {
      const books = `orderbook.${depth}.${name}`;
      send(keyOf(category, books), () => this.#delta(market, books, depth));
    }
  }

  /** Level 1 comes as snapshots, the others as what changed. */
  #delta(market: BybitMarket, topic: string, depth: number): unknown {
    const key = keyOf(market.listing.category, topic);
    const sent = this.#books.get(key);
    const now = levels(market, depth);
    const updateId = (sent?.updateId ?? 0) + 1;
    this.#books.set(key, { updateId, ...now });
    if (sent === undefined || depth === 1) {
      return this.#book(market, { topic, type: "snapshot", updateId, ...now });
    }
    return this.#book(market, {
      topic,
      type: "delta",
      updateId,
      bids: changedLevels(sent.bids, now.bids),
      asks: changedLevels(sent.asks, now.asks),
    });
  }

  #book(
    market: BybitMarket,
    { topic, type, updateId, bids, asks }: SentBook & {
      readonly topic: string;
      readonly type: string;
    },
  ): unknown {
    const now = this.#clock.now();
    return {
      topic,
      type,
      ts: now,
      data: {
        s: market.listing.name,
        b: bids.map(levelBody),
        a: asks.map(levelBody),
        u: updateId,
        seq: ++this.#sequence,
      },
      cts: now,
    };
  }

  /** "Futures: snapshot, delta … if a certain field does not change, it is not in the message." */
  #tickerDelta(market: BybitMarket, topic: string, send: SendTopic): void {
    const key = keyOf(market.listing.category, topic);
    const sent = this.#tickers.get(key);
    if (sent === undefined) return; // Nobody has a snapshot.
    const row: Row = tickerRow(market);
    const changed = Object.entries(row).filter(([field, value]) => sent[field] !== value);
    if (changed.length === 0) return;
    this.#tickers.set(key, row);
    const data = { symbol: market.listing.name, ...Object.fromEntries(changed) };
    send(key, () => this.#ticker(topic, "delta", data));
  }

  #ticker(topic: string, type: "snapshot" | "delta", data: Row): unknown {
    return { topic, ts: this.#clock.now(), type, cs: ++this.#sequence, data };
  }
}

export function openStreams(clock: Clock, voice: BybitVoice): BybitStreams {
  return new MarketStreams({ clock, voice, beatMs: BEAT_MS });
}

function levels(market: BybitMarket, depth: number): Omit<SentBook, "updateId"> {
  const { bids, asks } = market.book.snapshot(depth).depth;
  return { bids, asks };
}
