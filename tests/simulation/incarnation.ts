/**
 * One life of the kernel's process. When it is killed, its timers never fire, what it awaits never
 * settles, and nothing it still does reaches the disk or the wire.
 */
import type { CancelTimer, Clock } from "../../src/model/clock.ts";
import type { EpochMs } from "../../src/model/scalars.ts";
import type { VirtualClock } from "../../src/system/virtual_clock.ts";

export class Incarnation implements Clock {
  readonly number: number;
  readonly #world: VirtualClock;
  /** This machine's wall clock less the world's. */
  #skewMs: number;
  #alive = true;

  constructor(world: VirtualClock, options: { readonly number: number; readonly skewMs: number }) {
    this.#world = world;
    this.number = options.number;
    this.#skewMs = options.skewMs;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get skewMs(): number {
    return this.#skewMs;
  }

  kill(): void {
    this.#alive = false;
  }

  now(): EpochMs {
    return this.#world.now() + this.#skewMs;
  }

  monotonic(): number {
    return this.#world.monotonic();
  }

  setTimer(callback: () => void, delayMs: number): CancelTimer {
    return this.#world.setTimer(() => {
      if (this.#alive) callback();
    }, delayMs);
  }

  /** The wall clock steps; monotonic time does not notice. */
  stepWall(ms: number): void {
    this.#skewMs += ms;
  }
}
