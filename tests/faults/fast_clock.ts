/** The real clock run faster, for a kernel and its testnet together: minutes become seconds. */
import type { CancelTimer, Clock } from "../../src/model/clock.ts";
import { systemClock } from "../../src/system/clock.ts";

export class FastClock implements Clock {
  readonly #times: number;
  readonly #startedAt = systemClock.now();
  readonly #started = systemClock.monotonic();

  constructor(times: number) {
    this.#times = times;
  }

  now(): number {
    return Math.floor(this.#startedAt + this.#elapsed());
  }

  monotonic(): number {
    return this.#started + this.#elapsed();
  }

  setTimer(callback: () => void, delayMs: number): CancelTimer {
    return systemClock.setTimer(callback, delayMs / this.#times);
  }

  #elapsed(): number {
    return (systemClock.monotonic() - this.#started) * this.#times;
  }
}
