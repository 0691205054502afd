/** Round trips of accepted submits: the newest ones, for health. */
const KEPT = 512; // enough for a p99 of the last minutes, and a fixed 4 kB

export class Latency {
  readonly #values = new Float64Array(KEPT);
  #count = 0;

  add(ms: number): void {
    this.#values[this.#count++ % KEPT] = ms;
  }

  /** In ms; null before the first. @param p in [0, 1] */
  quantile(p: number): number | null {
    const kept = Math.min(this.#count, KEPT);
    if (kept === 0) return null;
    const sorted = this.#values.slice(0, kept).sort();
    return sorted[Math.min(kept - 1, Math.floor(kept * p))] ?? null;
  }
}
