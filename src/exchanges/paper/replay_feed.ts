/** Plays a recording of one symbol, in its own rhythm or faster, once or for ever. */
import type { CancelTimer, Clock } from "../../model/clock.ts";
import { ConfigError } from "../../model/errors.ts";
import type { FeedHandlers, PriceFeed } from "./feed.ts";
import { printsOf, type RecordedPrint, rowsOf } from "./recording.ts";

export interface ReplayFeedOptions {
  readonly clock: Clock;
  /** A CSV in one of the layouts of `recording.ts`. */
  readonly file: string;
  readonly symbolId: string;
  /** 1 is as recorded, 60 plays a minute in a second. */
  readonly speed: number;
  /** Start again from the top when the file ends; default: end. */
  readonly loop?: boolean;
}

/** Between the last print of one round and the first of the next; recorded time, so it scales. */
const ROUND_GAP_MS = 1_000;

/**
 * I1 A print is due at (its time − the first print's time) ÷ speed after the start, by the
 * monotonic clock, so lateness never adds up. I2 A recording that goes back in time does not: such
 * prints are due at once.
 */
export class ReplayFeed implements PriceFeed {
  readonly #options: ReplayFeedOptions;
  #prints: Generator<RecordedPrint> | null = null;
  #cancelTimer: CancelTimer | null = null;
  #startedAt = 0;
  #origin = 0;

  /** @throws {ConfigError} when the file, or its first row, cannot be read. */
  constructor(options: ReplayFeedOptions) {
    if (!(options.speed > 0) || !Number.isFinite(options.speed)) {
      throw new RangeError(`Cannot replay: speed must be a positive number, got ${options.speed}`);
    }
    this.#options = options;
    const prints = allPrints(options.file);
    const { done } = prints.next();
    prints.return(undefined);
    if (done === true) throw new ConfigError(`${options.file}: the recording has no rows`);
  }

  start(handlers: FeedHandlers): void {
    if (this.#prints !== null || this.#cancelTimer !== null) {
      throw new TypeError("Cannot start the feed: it runs already");
    }
    this.#round(handlers);
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#prints?.return(undefined);
    this.#prints = null;
  }

  #round(handlers: FeedHandlers): void {
    const prints = allPrints(this.#options.file);
    this.#prints = prints;
    const first = this.#read(prints, handlers);
    if (first === null) return;
    this.#origin = first.time;
    this.#startedAt = this.#options.clock.monotonic();
    this.#play(first, handlers);
  }

  /** Prints all that is due, then sleeps until the next is. */
  #play(from: RecordedPrint, handlers: FeedHandlers): void {
    let print = from;
    for (;;) {
      const wait = this.#waitFor(print);
      if (wait > 0) {
        const next = print;
        this.#cancelTimer = this.#options.clock.setTimer(() => this.#play(next, handlers), wait);
        return;
      }
      const prints = this.#prints;
      handlers.onPrint({ symbolId: this.#options.symbolId, ...print });
      if (prints === null || prints !== this.#prints) return; // stopped by its own listener
      const next = this.#read(prints, handlers);
      if (next === null) return;
      print = next;
    }
  }

  /** @returns null when there is none: the feed ended, or a new round has been armed. */
  #read(prints: Generator<RecordedPrint>, handlers: FeedHandlers): RecordedPrint | null {
    let failure: Error | null = null;
    try {
      const { done, value } = prints.next();
      if (done !== true) return value;
    } catch (cause) {
      failure = cause instanceof Error ? cause : new Error(String(cause));
    }
    this.stop();
    if (failure === null && this.#options.loop === true) {
      const gapMs = ROUND_GAP_MS / this.#options.speed;
      this.#cancelTimer = this.#options.clock.setTimer(() => this.#round(handlers), gapMs);
    } else handlers.onEnd(failure);
    return null;
  }

  #waitFor(print: RecordedPrint): number {
    const due = this.#startedAt + (print.time - this.#origin) / this.#options.speed;
    return due - this.#options.clock.monotonic();
  }
}

function* allPrints(file: string): Generator<RecordedPrint> {
  for (const row of rowsOf(file)) yield* printsOf(row);
}
