/** How exchanges count requests: in windows of the clock, in sliding ones, or by decay. */
import type { Clock } from "../../model/clock.ts";
import type { EpochMs } from "../../model/scalars.ts";

export interface Counter {
  /** As counted now. */
  readonly used: number;
  /** Counts whatever the limit. */
  add(amount: number): void;
  /** Counts and returns true, or leaves the count and returns false when it would pass `max`. */
  take(amount: number): boolean;
  /** When everything counted now is forgotten, or for a decay has decayed. */
  readonly resetsAt: EpochMs;
  reset(): void;
}

type Now = Pick<Clock, "now">;

/** A window aligned to the clock: the count restarts on the minute, the day. */
export class FixedWindow implements Counter {
  readonly #clock: Now;
  readonly #max: number;
  readonly #lengthMs: number;
  /** Number of the window since 1970. */
  #index = 0;
  #used = 0;

  constructor(clock: Now, size: { readonly max: number; readonly lengthMs: number }) {
    this.#clock = clock;
    this.#max = size.max;
    this.#lengthMs = size.lengthMs;
  }

  get used(): number {
    const index = Math.floor(this.#clock.now() / this.#lengthMs);
    if (this.#index !== index) {
      this.#index = index;
      this.#used = 0;
    }
    return this.#used;
  }

  add(amount: number): void {
    this.#used = this.used + amount;
  }

  take(amount: number): boolean {
    if (this.used + amount > this.#max) return false;
    this.#used += amount;
    return true;
  }

  get resetsAt(): EpochMs {
    const now = this.#clock.now();
    return now - now % this.#lengthMs + this.#lengthMs;
  }

  reset(): void {
    this.#used = 0;
  }
}

interface Taken {
  readonly at: EpochMs;
  readonly amount: number;
}

/** What was counted within the last `lengthMs`. Keeps an entry per request that counted. */
export class SlidingWindow implements Counter {
  readonly #clock: Now;
  readonly #max: number;
  readonly #lengthMs: number;
  #taken: Taken[] = [];
  #used = 0;

  constructor(clock: Now, size: { readonly max: number; readonly lengthMs: number }) {
    this.#clock = clock;
    this.#max = size.max;
    this.#lengthMs = size.lengthMs;
  }

  get used(): number {
    const since = this.#clock.now() - this.#lengthMs;
    const gone = this.#taken.findIndex(({ at }) => at > since);
    const old = this.#taken.splice(0, gone === -1 ? this.#taken.length : gone);
    for (const { amount } of old) this.#used -= amount;
    return this.#used;
  }

  add(amount: number): void {
    this.#used = this.used + amount;
    this.#taken.push({ at: this.#clock.now(), amount });
  }

  take(amount: number): boolean {
    if (this.used + amount > this.#max) return false;
    this.add(amount);
    return true;
  }

  get resetsAt(): EpochMs {
    return (this.#taken.at(-1)?.at ?? this.#clock.now() - this.#lengthMs) + this.#lengthMs;
  }

  reset(): void {
    this.#taken = [];
    this.#used = 0;
  }
}

/** Kraken's way: every request raises the counter, time lowers it steadily. */
export class DecayCounter implements Counter {
  readonly #clock: Now;
  readonly #max: number;
  readonly #perSecond: number;
  #level = 0;
  #at: EpochMs = 0;

  constructor(clock: Now, size: { readonly max: number; readonly perSecond: number }) {
    this.#clock = clock;
    this.#max = size.max;
    this.#perSecond = size.perSecond;
  }

  get used(): number {
    const now = this.#clock.now();
    const elapsedMs = Math.max(0, now - this.#at);
    this.#level = Math.max(0, this.#level - elapsedMs * this.#perSecond / 1_000);
    this.#at = now;
    return this.#level;
  }

  add(amount: number): void {
    this.#level = this.used + amount;
  }

  take(amount: number): boolean {
    if (this.used + amount > this.#max) return false;
    this.#level += amount;
    return true;
  }

  get resetsAt(): EpochMs {
    return this.#clock.now() + Math.ceil(this.used * 1_000 / this.#perSecond);
  }

  reset(): void {
    this.#level = 0;
  }
}

/** One counter per account, symbol or endpoint, made when first asked for. */
export class Counters<C extends Counter> {
  readonly #make: () => C;
  readonly #byKey = new Map<string, C>();

  constructor(make: () => C) {
    this.#make = make;
  }

  of(key: string): C {
    let counter = this.#byKey.get(key);
    if (counter === undefined) {
      // A client that names keys at will must not fill the process; the oldest starts anew.
      if (this.#byKey.size >= KEYS_MAX) this.#byKey.delete(this.#byKey.keys().next().value!);
      this.#byKey.set(key, counter = this.#make());
    }
    return counter;
  }

  reset(): void {
    this.#byKey.clear();
  }
}

/** Accounts × symbols × endpoints of any test. */
const KEYS_MAX = 10_000;
