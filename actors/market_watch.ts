/**
 * Watches every topic that a public socket carries for silence of its own: a socket that answers
 * pings may have lost one subscription. What has been silent for long is read, and only what the
 * read proves to be behind is told (`machines/topic_watch.ts`). The market actor begins, pauses and
 * ends it and does something about a topic that is silent.
 *
 * I1 Neither heartbeats nor other topics count as a sign of life.
 * I2 One look is under way at a time, and so many go with one sweep that it is one each
 *    `MARKET_LOOK_PACE_MS` at most.
 * I3 The sweep is the only timer, and it does not run while nothing is watched.
 */
import { TopicWatch } from "../machines/topic_watch.ts";
import type { TopicLook } from "../machines/topic_watch.ts";
import {
  MARKET_LOOK_PACE_MS,
  MARKET_SETTLE_MS,
  MARKET_SILENCE_SWEEP_MS,
} from "../machines/timeouts.ts";
import type { Clock } from "../src/model/clock.ts";
import { type Topic, topicKey } from "../src/model/market_feed.ts";
import { Sweep } from "./sweep.ts";

export interface MarketWatchOptions {
  readonly clock: Clock;
  /** How often the stream has told something of it. */
  readonly heard: (topic: Topic) => number;
  /** Reads it; null: that failed. Never rejects. */
  readonly look: (topic: Topic) => Promise<TopicLook | null>;
  /** The venue has moved on without its stream; `strikes` times in a row without a word from it. */
  readonly onSilent: (topic: Topic, strikes: number) => void;
  /** It was silent, and the stream tells something of it again. */
  readonly onHeard: (topic: Topic) => void;
}

interface Watched {
  topic: Topic;
  readonly watch: TopicWatch;
  isPaused: boolean;
  /** When a read showed that the stream is behind it; monotonic. */
  behindAt: number | null;
}

const LOOKS_A_SWEEP = MARKET_SILENCE_SWEEP_MS / MARKET_LOOK_PACE_MS;

export class MarketWatch {
  readonly #o: MarketWatchOptions;
  readonly #watched = new Map<string, Watched>();
  /** Those to be looked at, the longest waiting first. */
  readonly #suspects = new Set<Watched>();
  #isLooking = false;
  /** Looks that may still go with this sweep. */
  #looksLeft = 0;
  #stopped = false;
  readonly #sweep: Sweep;

  constructor(options: MarketWatchOptions) {
    this.#o = options;
    this.#sweep = new Sweep({
      clock: options.clock,
      everyMs: MARKET_SILENCE_SWEEP_MS,
      look: () => this.#listen(),
      goesOn: () => this.#watched.size > 0 && !this.#stopped,
    });
  }

  /** It was proven silent, and nothing was heard of it since. */
  isSilent(key: string): boolean {
    return (this.#watched.get(key)?.watch.strikes ?? 0) > 0;
  }

  /** It is subscribed to from now on, for the first time or again. */
  begin(topic: Topic): void {
    const now = this.#o.clock.monotonic();
    const known = this.#watched.get(topicKey(topic));
    if (known === undefined) {
      const watch = new TopicWatch(topic.channel, { heard: this.#o.heard(topic), now });
      this.#watched.set(topicKey(topic), { topic, watch, isPaused: false, behindAt: null });
    } else {
      known.topic = topic;
      known.isPaused = false;
      known.watch.begun(now);
    }
    if (!this.#stopped) this.#sweep.begin();
  }

  /** Its socket is down: nothing can be heard. */
  pause(key: string): void {
    const watched = this.#watched.get(key);
    if (watched === undefined) return;
    watched.isPaused = true;
    watched.behindAt = null;
    this.#suspects.delete(watched);
  }

  /** Nobody wants it any more. */
  end(key: string): void {
    this.pause(key);
    this.#watched.delete(key);
    if (this.#watched.size === 0) this.#sweep.end(); // I3
  }

  stop(): void {
    this.#stopped = true;
    for (const key of [...this.#watched.keys()]) this.end(key);
  }

  #listen(): void {
    const now = this.#o.clock.monotonic();
    for (const watched of [...this.#watched.values()]) {
      if (watched.isPaused) continue;
      const verdict = this.#swept(watched);
      const { behindAt } = watched; // None any more where it spoke.
      // The read may have overtaken the stream: what was on its way has arrived by then.
      if (behindAt !== null && now - behindAt >= MARKET_SETTLE_MS) this.#condemn(watched);
      if (verdict === "suspect" && behindAt === null) this.#suspects.add(watched);
    }
    this.#looksLeft = LOOKS_A_SWEEP;
    this.#lookNext();
  }

  #swept(watched: Watched): ReturnType<TopicWatch["swept"]> {
    const { topic, watch } = watched;
    const wasSilent = watch.strikes > 0;
    const verdict = watch.swept(this.#o.heard(topic), this.#o.clock.monotonic());
    if (verdict !== "speaks") return verdict;
    watched.behindAt = null;
    this.#suspects.delete(watched);
    if (wasSilent) this.#o.onHeard(topic);
    return verdict;
  }

  #condemn(watched: Watched): void {
    watched.behindAt = null;
    watched.watch.condemned(this.#o.clock.monotonic());
    this.#o.onSilent(watched.topic, watched.watch.strikes);
  }

  /** I2 */
  #lookNext(): void {
    if (this.#isLooking || this.#looksLeft === 0 || this.#stopped) return;
    const [next] = this.#suspects;
    if (next === undefined) return;
    this.#suspects.delete(next);
    this.#looksLeft -= 1;
    this.#isLooking = true;
    this.#o.look(next.topic).then((look) => {
      this.#isLooking = false;
      if (this.#stopped) return;
      this.#looked(next, look);
      this.#lookNext();
    });
  }

  #looked(watched: Watched, look: TopicLook | null): void {
    if (this.#watched.get(topicKey(watched.topic)) !== watched || watched.isPaused) return;
    if (this.#swept(watched) === "speaks") return;
    const now = this.#o.clock.monotonic();
    if (watched.watch.looked(look, now)) watched.behindAt = now;
  }
}
