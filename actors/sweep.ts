/** A look around that repeats while there is something to look at, and holds no timer otherwise. */
import type { CancelTimer, Clock } from "../src/model/clock.ts";

export interface SweepOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  readonly look: () => void;
  /** Asked after each look. */
  readonly goesOn: () => boolean;
}

export class Sweep {
  readonly #o: SweepOptions;
  #cancel: CancelTimer | null = null;

  constructor(options: SweepOptions) {
    this.#o = options;
  }

  /** The next look comes in `everyMs`, unless one is due sooner. */
  begin(): void {
    const { clock, everyMs, look, goesOn } = this.#o;
    this.#cancel ??= clock.setTimer(() => {
      this.#cancel = null;
      look();
      if (goesOn()) this.begin();
    }, everyMs);
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}
