/**
 * Who listens to which public topic, and the beat at which changed books are published. What a
 * topic is called and what is sent on it are the dialect's `MarketVoice`.
 */
import type { CancelTimer, Clock } from "../../model/clock.ts";
import type { BookDiff } from "./books.ts";
import type { Listing } from "./listing.ts";
import type { MarketListener, SymbolMarket } from "./market.ts";
import type { TapeTrade } from "../../exchanges/paper/tape.ts";

/** One connection that listens. */
export interface TopicListener {
  deliver(topic: string, event: unknown): void;
}

/** Sends to whoever listens to the topic; the event is built only when somebody does. */
export type SendTopic = (topic: string, event: () => unknown) => void;

export interface MarketVoice<L extends Listing> {
  onTrade(market: SymbolMarket<L>, trade: TapeTrade, send: SendTopic): void;
  /** At once, with every change of the book: best prices. */
  onTouch(market: SymbolMarket<L>, updateId: number, send: SendTopic): void;
  /** Only while `isWatched`. */
  onDiff(market: SymbolMarket<L>, diff: BookDiff, send: SendTopic): void;
  /** On the beat, after the diff: whole books of a few levels. */
  onBeat(market: SymbolMarket<L>, send: SendTopic): void;
}

export class MarketStreams<L extends Listing> implements MarketListener<L> {
  readonly #clock: Clock;
  readonly #voice: MarketVoice<L>;
  readonly #beatMs: number;
  readonly #listeners = new Map<string, Set<TopicListener>>();
  readonly #dirty = new Set<SymbolMarket<L>>();
  #cancelFlush: CancelTimer | null = null;

  constructor(options: {
    readonly clock: Clock;
    readonly voice: MarketVoice<L>;
    /** Changed books leave so often. */
    readonly beatMs: number;
  }) {
    this.#clock = options.clock;
    this.#voice = options.voice;
    this.#beatMs = options.beatMs;
  }

  subscribe(topic: string, listener: TopicListener): void {
    const listeners = this.#listeners.get(topic);
    if (listeners === undefined) this.#listeners.set(topic, new Set([listener]));
    else listeners.add(listener);
  }

  unsubscribe(topic: string, listener: TopicListener): void {
    const listeners = this.#listeners.get(topic);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#listeners.delete(topic);
  }

  has(topic: string): boolean {
    return this.#listeners.has(topic);
  }

  /** Books are watched only while somebody listens to their diffs. */
  watchBooks(
    markets: Iterable<SymbolMarket<L>>,
    isWatched: (market: SymbolMarket<L>) => boolean,
  ): void {
    for (const market of markets) {
      if (isWatched(market)) market.book.watch();
      else market.book.unwatch();
    }
  }

  onTrade(market: SymbolMarket<L>, trade: TapeTrade): void {
    if (this.#listeners.size > 0) this.#voice.onTrade(market, trade, this.send);
  }

  onTouch(market: SymbolMarket<L>, updateId: number): void {
    if (this.#listeners.size === 0) return;
    this.#voice.onTouch(market, updateId, this.send);
    this.#dirty.add(market);
    this.#cancelFlush ??= this.#clock.setTimer(() => this.#flush(), this.#beatMs);
  }

  onDiff(market: SymbolMarket<L>, diff: BookDiff): void {
    this.#voice.onDiff(market, diff, this.send);
  }

  readonly send: SendTopic = (topic, event) => {
    const listeners = this.#listeners.get(topic);
    if (listeners === undefined) return;
    const built = event();
    for (const listener of listeners) listener.deliver(topic, built);
  };

  stop(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    this.#dirty.clear();
  }

  #flush(): void {
    this.#cancelFlush = null;
    for (const market of this.#dirty) {
      market.book.flush();
      this.#voice.onBeat(market, this.send);
    }
    this.#dirty.clear();
  }
}
