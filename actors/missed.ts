/**
 * Whether the private stream leaves out what it should tell. An audit that brings news of an order
 * is no proof yet: the frame may be on its way. What no frame tells within `FRAME_LATE_MS` either
 * was lost, and so may be what comes next: the socket is dialed anew, and a sync reads the rest.
 *
 * I1 Only audits count: what a sync brings happened while nobody listened.
 * I2 A socket is dialed anew for it at most once in `SOCKET_REDIAL_PAUSE_MS`: some venues leave out
 *    some things always.
 */
import { hasEnded } from "../machines/attempts.ts";
import type { AttemptRecord, IntentContext } from "../machines/intent_context.ts";
import { FRAME_LATE_MS, SOCKET_REDIAL_PAUSE_MS } from "../machines/timeouts.ts";
import type { CancelTimer, Clock } from "../src/model/clock.ts";
import { compare, type Decimal, max } from "../src/model/decimal.ts";
import { MISSED_ORDERS_MAX } from "../src/model/limits.ts";
import type { Vitals } from "./vitals.ts";

export interface MissedOptions {
  readonly clock: Clock;
  readonly vitals: Pick<Vitals, "trouble">;
  /** The sockets that tell of orders are to be dialed anew. */
  readonly redial: (reason: string) => void;
}

export class Missed {
  readonly #o: MissedOptions;
  /** Orders an audit brought news of and the stream has not, and since when; monotonic. */
  readonly #found = new Map<string, number>();
  /** Intents whose order a listing left out: what ended it should have been told. */
  readonly #unlisted = new Set<string>();
  #listens = false;
  #isReading = false;
  #redialedAt = -Infinity;
  #cancelTimer: CancelTimer | null = null;

  constructor(options: MissedOptions) {
    this.#o = options;
  }

  /** Everything has been read, and the stream is up: from now on it should tell all. */
  listen(): void {
    this.#listens = true;
  }

  /** I1 */
  pause(): void {
    this.#listens = false;
    this.#found.clear();
    this.#unlisted.clear();
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  /** @param take hands on what an audit has read */
  reading(take: () => void): void {
    this.#isReading = true;
    try {
      take();
    } finally {
      this.#isReading = false;
    }
  }

  /** A listing did not show its order, which we take to be live; it is looked up now. */
  unlisted(intentId: string): void {
    if (this.#listens) this.#unlisted.add(intentId);
  }

  onTurn(before: IntentContext | null, after: IntentContext): void {
    if (!this.#listens || before === null) return;
    if (!this.#isReading && this.#unlisted.size === 0) return;
    const { intentId } = after.intent;
    for (const attempt of after.attempts) {
      const known = before.attempts.find((each) => each.attempt === attempt.attempt);
      if (known === undefined || known === attempt || known.outcome !== "ACCEPTED") continue;
      const endedNow = isOver(known, attempt);
      const wasUnlisted = endedNow && this.#unlisted.delete(intentId);
      const isNews = this.#isReading
        ? compare(toldOf(attempt), toldOf(known)) > 0
        : wasUnlisted && known.cancelFor === null;
      if (isNews && attempt.exchangeOrderId !== null) this.#find(attempt.exchangeOrderId);
    }
  }

  /** The stream tells of this order: after it was taken. */
  heard(exchangeOrderId: string): void {
    if (this.#found.size > 0) this.#found.delete(exchangeOrderId);
  }

  #find(exchangeOrderId: string): void {
    if (this.#found.size >= MISSED_ORDERS_MAX) return;
    this.#found.set(exchangeOrderId, this.#o.clock.monotonic());
    this.#judgeIn(FRAME_LATE_MS);
  }

  #judgeIn(delayMs: number): void {
    this.#cancelTimer ??= this.#o.clock.setTimer(() => {
      this.#cancelTimer = null;
      this.#judge();
    }, delayMs);
  }

  #judge(): void {
    const { clock, vitals, redial } = this.#o;
    const now = clock.monotonic();
    const lost = [...this.#found].filter(([, foundAt]) => now - foundAt >= FRAME_LATE_MS);
    for (const [exchangeOrderId] of lost) this.#found.delete(exchangeOrderId);
    if (this.#found.size > 0) this.#judgeIn(FRAME_LATE_MS);
    if (lost.length === 0) return;
    vitals.trouble("stream.missed", "ORDER");
    if (now - this.#redialedAt < SOCKET_REDIAL_PAUSE_MS) return; // I2
    this.#redialedAt = now;
    redial("an audit found what it did not tell");
  }
}

/** What the venue has told of its trades, by whatever way: its own count, or they themselves. */
function toldOf({ reported, filled }: AttemptRecord): Decimal {
  return max(reported, filled);
}

function isOver(before: AttemptRecord, after: AttemptRecord): boolean {
  return !hasEnded(before) && hasEnded(after);
}
