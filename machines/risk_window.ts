/**
 * At most so many in any second and any minute, exactly: a token bucket would let twice as many
 * through around a refill. All times are monotonic milliseconds.
 *
 * I1 Of any `limit + 1` newest times, the oldest lies at least `spanMs` before the newest.
 */

/** One sliding window; the times in it, newest at `next - 1`. */
export class RiskWindow {
  readonly limit: number;
  readonly spanMs: number;
  #times: Float64Array;
  #next = 0;
  #count = 0;

  constructor(limit: number, spanMs: number) {
    this.limit = limit;
    this.spanMs = spanMs;
    // Grows as it fills: a generous limit that is never reached costs nothing.
    this.#times = new Float64Array(Math.min(limit, FIRST_SIZE));
  }

  /** Whether one more at `now` stays within the limit. */
  hasRoom(now: number): boolean {
    if (this.#count < this.limit) return true;
    return now - this.#times[this.#next]! >= this.spanMs; // full: the next to go is the oldest
  }

  /** Counts one; ask {@linkcode RiskWindow.hasRoom} first. */
  add(now: number): void {
    if (this.#count === this.#times.length && this.#count < this.limit) this.#grow();
    this.#times[this.#next] = now;
    this.#next = (this.#next + 1) % this.#times.length;
    if (this.#count < this.#times.length) this.#count += 1;
  }

  /** It is only ever full of times in order, so the copy starts at the oldest. */
  #grow(): void {
    const larger = new Float64Array(Math.min(this.limit, this.#times.length * 2));
    for (let i = 0; i < this.#count; i++) {
      larger[i] = this.#times[(this.#next + i) % this.#count]!;
    }
    this.#times = larger;
    this.#next = this.#count;
  }
}

const FIRST_SIZE = 64;
