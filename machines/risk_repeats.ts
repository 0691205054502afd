/**
 * Market orders placed a moment ago: the same one again, and not said to be another, is a double
 * click or a client that repeats what it was not answered. All times are monotonic milliseconds.
 */
export class RiskRepeats {
  /** Oldest first: a later one is put at the end. */
  readonly #placed = new Map<string, number>();
  readonly #windowMs: number;
  readonly #max: number;

  constructor(options: { readonly windowMs: number; readonly max: number }) {
    this.#windowMs = options.windowMs;
    this.#max = options.max;
  }

  /** How long ago the same order was placed, within the window; null when it was not. */
  since(key: string, now: number): number | null {
    const at = this.#placed.get(key);
    return at === undefined || now - at >= this.#windowMs ? null : now - at;
  }

  /** Whether there is no room to remember one more: what cannot be remembered is not let through. */
  isFull(now: number): boolean {
    this.#forget(now);
    return this.#placed.size >= this.#max;
  }

  add(key: string, now: number): void {
    if (this.#windowMs === 0) return;
    this.#forget(now);
    this.#placed.delete(key);
    // Without room is only who said that it is another order, and was let through.
    if (this.#placed.size < this.#max) this.#placed.set(key, now);
  }

  #forget(now: number): void {
    for (const [key, at] of this.#placed) {
      if (now - at < this.#windowMs) return;
      this.#placed.delete(key);
    }
  }
}
