/** The real clock run faster, for a kernel and its testnet together: minutes become seconds. */
import type { CancelTimer, Clock } from "../../src/model/clock.ts";
import { systemClock } from "../../src/system/clock.ts";
import { patientClock } from "../patient_clock.ts";

export class FastClock implements Clock {
  readonly #times: number;
  readonly #startedAt: number;
  readonly #started = systemClock.monotonic();

  /** @param intoMinuteMs where in a minute it starts, for what a venue counts by minutes. */
  constructor(times: number, { intoMinuteMs }: { readonly intoMinuteMs?: number } = {}) {
    this.#times = times;
    const now = systemClock.now();
    this.#startedAt = intoMinuteMs === undefined ? now : now - now % 60_000 + intoMinuteMs;
  }

  now(): number {
    return Math.floor(this.#startedAt + this.#elapsed());
  }

  monotonic(): number {
    return this.#started + this.#elapsed();
  }

  setTimer(callback: () => void, delayMs: number): CancelTimer {
    return patientClock.setTimer(callback, delayMs / this.#times);
  }

  #elapsed(): number {
    return (systemClock.monotonic() - this.#started) * this.#times;
  }
}
