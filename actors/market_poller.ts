/**
 * Reads topics that no stream tells at the moment, one after the other, so that a thousand of them
 * take turns instead of taking the budget. Whoever owns it says what is polled and how.
 *
 * I1 One read is under way at a time. I2 No timer outlives `stop`.
 */
import { MARKET_POLL_EVERY_MS } from "../machines/timeouts.ts";
import type { CancelTimer, Clock } from "../src/model/clock.ts";
import { type Topic, topicKey } from "../src/model/market_feed.ts";

interface Polled {
  readonly topic: Topic;
  readonly isRepeated: boolean;
  /** Monotonic. */
  dueAt: number;
}

export interface PollerOptions {
  readonly clock: Clock;
  /** Never rejects. */
  readonly poll: (topic: Topic) => Promise<void>;
}

export class MarketPoller {
  readonly #o: PollerOptions;
  readonly #polled = new Map<string, Polled>();
  #isBusy = false;
  #stopped = false;
  #cancelTimer: CancelTimer | null = null;

  constructor(options: PollerOptions) {
    this.#o = options;
  }

  isPolling(key: string): boolean {
    return this.#polled.get(key)?.isRepeated === true;
  }

  /** Now, and again and again until it is removed. */
  add(topic: Topic): void {
    if (!this.isPolling(topicKey(topic))) this.#put(topic, { isRepeated: true });
  }

  /** Once, soon. */
  once(topic: Topic): void {
    if (!this.#polled.has(topicKey(topic))) this.#put(topic, { isRepeated: false });
  }

  remove(key: string): void {
    this.#polled.delete(key);
  }

  stop(): void {
    this.#stopped = true;
    this.#polled.clear();
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #put(topic: Topic, { isRepeated }: { readonly isRepeated: boolean }): void {
    const dueAt = this.#o.clock.monotonic();
    this.#polled.set(topicKey(topic), { topic, isRepeated, dueAt });
    this.#schedule();
  }

  #schedule(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    if (this.#isBusy || this.#stopped) return;
    const next = this.#next();
    if (next === undefined) return;
    const delayMs = Math.max(0, next.dueAt - this.#o.clock.monotonic());
    this.#cancelTimer = this.#o.clock.setTimer(() => {
      this.#cancelTimer = null;
      this.#poll();
    }, delayMs);
  }

  #poll(): void {
    const next = this.#next();
    if (next === undefined) return;
    const key = topicKey(next.topic);
    if (!next.isRepeated) this.#polled.delete(key);
    this.#isBusy = true;
    this.#o.poll(next.topic).then(() => {
      this.#isBusy = false;
      next.dueAt = this.#o.clock.monotonic() + MARKET_POLL_EVERY_MS;
      this.#schedule();
    });
  }

  #next(): Polled | undefined {
    let next: Polled | undefined;
    for (const each of this.#polled.values()) {
      if (next === undefined || each.dueAt < next.dueAt) next = each;
    }
    return next;
  }
}
