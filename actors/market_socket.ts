/**
 * What one public socket is asked for: subscriptions and their ends go out paced, and of a topic
 * that comes and goes meanwhile only the last word is said.
 */
import { MARKET_FRAME_PACE_MS } from "../machines/timeouts.ts";
import type { CancelTimer, Clock } from "../src/model/clock.ts";
import { type Topic, topicKey } from "../src/model/market_feed.ts";

export interface MarketSocketOptions {
  readonly clock: Clock;
  readonly subscribe: (topics: readonly Topic[]) => void;
  readonly unsubscribe: (topics: readonly Topic[]) => void;
}

interface Word {
  readonly topic: Topic;
  /** `again`: the venue is to begin it anew. */
  readonly kind: "subscribe" | "unsubscribe" | "again";
}

export class MarketSocket {
  readonly #o: MarketSocketOptions;
  #words = new Map<string, Word>();
  #isOpen = false;
  /** Monotonic. */
  #saidAt = -Infinity;
  #cancelTimer: CancelTimer | null = null;

  constructor(options: MarketSocketOptions) {
    this.#o = options;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Opened, with nothing subscribed at the venue. */
  open(topics: readonly Topic[]): void {
    this.#isOpen = true;
    this.#words = new Map();
    this.say("subscribe", topics);
  }

  /** What was said is forgotten: the venue has forgotten it, too. */
  close(): void {
    this.#isOpen = false;
    this.#words.clear();
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  say(kind: Word["kind"], topics: readonly Topic[]): void {
    if (!this.#isOpen) return;
    for (const topic of topics) {
      const key = topicKey(topic);
      const waiting = this.#words.get(key);
      this.#words.delete(key);
      this.#words.set(key, { topic, kind: joined(waiting?.kind, kind) });
    }
    this.#flush();
  }

  #flush(): void {
    if (this.#cancelTimer !== null || this.#words.size === 0) return;
    const { clock, subscribe, unsubscribe } = this.#o;
    const waitMs = this.#saidAt + MARKET_FRAME_PACE_MS - clock.monotonic();
    if (waitMs > 0) {
      this.#cancelTimer = clock.setTimer(() => {
        this.#cancelTimer = null;
        this.#flush();
      }, waitMs);
      return;
    }
    const words = [...this.#words.values()];
    const ended = topicsOf(words, (kind) => kind !== "subscribe");
    const begun = topicsOf(words, (kind) => kind === "subscribe");
    const again = words.filter(({ kind }) => kind === "again");
    this.#words.clear();
    this.#saidAt = clock.monotonic();
    if (ended.length > 0) unsubscribe(ended);
    if (begun.length > 0) subscribe(begun);
    // After a pause of their own: some venues take the end of a subscription a moment later.
    for (const { topic } of again) this.#words.set(topicKey(topic), { topic, kind: "subscribe" });
    this.#flush();
  }
}

/** What is to be said instead of what waits and what comes. */
function joined(waiting: Word["kind"] | undefined, kind: Word["kind"]): Word["kind"] {
  // The end was not said yet: the venue still streams it, and it has to begin anew all the same.
  if (waiting === "unsubscribe" && kind === "subscribe") return "again";
  // It never began at the venue, so beginning it is beginning anew.
  if (waiting === "subscribe" && kind === "again") return "subscribe";
  return kind;
}

function topicsOf(
  words: readonly Word[],
  isWanted: (kind: Word["kind"]) => boolean,
): readonly Topic[] {
  return words.filter(({ kind }) => isWanted(kind)).map(({ topic }) => topic);
}
