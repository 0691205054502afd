/**
 * Whether one topic of a market still streams. A socket that answers pings proves nothing of a
 * topic on it, nor do the other topics: only what the topic tells counts, and where it tells
 * nothing a read of the venue does. Pure: `actors/market_watch.ts` sweeps, reads and acts.
 *
 * I1 Silence alone condemns nothing: a read has to show a state that the stream has not told.
 * I2 A market that a read proves quiet is looked at more and more rarely, down to a cap.
 */
import type { Topic } from "../src/model/market_feed.ts";
import {
  MARKET_AWAKE_MS,
  MARKET_SILENCE_SWEEP_MS,
  MARKET_SILENT_CAP_MS,
  QUOTES_SILENT_MS,
  TRADES_SILENT_MS,
} from "./timeouts.ts";

/** What a read of a topic shows. */
export interface TopicLook {
  /** Names the state: another one is another text. Null: the read does not tell it. */
  readonly state: string | null;
  /** It is newer than what the stream has told; false also where the two cannot be compared. */
  readonly isAhead: boolean;
}

export class TopicWatch {
  /** How often it was proven silent without a word from it since. */
  strikes = 0;
  readonly #firstSpanMs: number;
  #spanMs: number;
  #heard: number;
  /** Monotonic. */
  #quietSince: number;
  /** Sweeps in a row in which it told something. */
  #awake = 0;
  /** What a read showed during this silence; null before the first. */
  #seen: string | null = null;

  /** @param heard how often the topic has told something so far */
  constructor(channel: Topic["channel"], given: { readonly heard: number; readonly now: number }) {
    this.#firstSpanMs = channel === "book" || channel === "ticker"
      ? QUOTES_SILENT_MS
      : TRADES_SILENT_MS;
    this.#spanMs = this.#firstSpanMs;
    this.#heard = given.heard;
    this.#quietSince = given.now;
  }

  /** It was subscribed to anew: its silence counts from here. */
  begun(now: number): void {
    this.#quietSince = now;
    this.#awake = 0;
  }

  /** @returns `suspect`: it has been silent for so long that a read has to tell. */
  swept(heard: number, now: number): "speaks" | "silent" | "suspect" {
    if (heard !== this.#heard) {
      this.#heard = heard;
      this.#quietSince = now;
      this.#seen = null;
      this.strikes = 0;
      this.#awake += 1;
      if (this.#awake * MARKET_SILENCE_SWEEP_MS >= MARKET_AWAKE_MS) {
        this.#spanMs = this.#firstSpanMs;
      }
      return "speaks";
    }
    this.#awake = 0;
    return now - this.#quietSince >= this.#spanMs ? "suspect" : "silent";
  }

  /** @returns whether the venue has moved on without the stream (I1). */
  looked(look: TopicLook | null, now: number): boolean {
    this.#quietSince = now;
    if (look === null) return false; // It could not be read: after another span it is again.
    const { state } = look;
    const hasMoved = this.#seen !== null && state !== null && this.#seen !== state;
    this.#seen = state ?? this.#seen;
    const isBehind = look.isAhead || hasMoved;
    if (!isBehind) this.#lookLessOften(); // I2
    return isBehind;
  }

  /** The stream was given the time to catch up with the read, and did not. */
  condemned(now: number): void {
    this.strikes += 1;
    this.#quietSince = now;
    // The venue may keep it silent for good, whatever is done about it here.
    if (this.strikes > 1) this.#lookLessOften();
  }

  #lookLessOften(): void {
    this.#spanMs = Math.min(2 * this.#spanMs, MARKET_SILENT_CAP_MS);
  }
}
