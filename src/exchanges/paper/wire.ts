/**
 * The way between the adapter and the engine: as long as `latencyMs` there and back. Without
 * latency a request reaches the engine within the call and is answered on a microtask; with it,
 * timers of the injected clock carry each leg.
 */
import type { CancelTimer, Clock } from "../../model/clock.ts";

/** What becomes of a request whose answer is lost. */
export interface Losses<T> {
  /** The connection was cut while it was under way. */
  readonly cut: () => T;
  /** The venue failed while it worked on it. */
  readonly failed: (error: Error) => T;
}

export class Wire {
  readonly #clock: Clock;
  readonly #legMs: number;
  /** Everything under way, by what to do when the wire is cut. */
  readonly #underWay = new Set<() => void>();
  #generation = 0;

  constructor(clock: Clock, latencyMs: number) {
    if (!(latencyMs >= 0) || !Number.isFinite(latencyMs)) {
      throw new RangeError(`Cannot make a wire: latencyMs must be >= 0, got ${latencyMs}`);
    }
    this.#clock = clock;
    this.#legMs = latencyMs / 2;
  }

  /** @param atVenue runs at the venue's end; what it throws is the venue's failure. */
  request<T>(atVenue: () => T, losses: Losses<T>): Promise<T> {
    const answer = () => {
      try {
        return atVenue();
      } catch (error) {
        return losses.failed(error instanceof Error ? error : new Error(String(error)));
      }
    };
    if (this.#legMs === 0) return Promise.resolve(answer());
    return new Promise((resolve) => {
      const onCut = () => resolve(losses.cut());
      this.#travel(() => {
        const value = answer();
        this.#travel(() => resolve(value), onCut);
      }, onCut);
    });
  }

  /** One leg from the venue; what arrives after a cut is lost. Keeps its order. */
  push(arrive: () => void): void {
    if (this.#legMs > 0) return this.#travel(arrive, () => {});
    const generation = this.#generation;
    queueMicrotask(() => {
      if (generation === this.#generation) arrive();
    });
  }

  /** Loses all that is under way. */
  cut(): void {
    this.#generation++;
    const lost = [...this.#underWay];
    this.#underWay.clear();
    for (const lose of lost) lose();
  }

  #travel(arrive: () => void, onCut: () => void): void {
    const lose = () => {
      cancel();
      onCut();
    };
    const cancel: CancelTimer = this.#clock.setTimer(() => {
      this.#underWay.delete(lose);
      arrive();
    }, this.#legMs);
    this.#underWay.add(lose);
  }
}
