/**
 * The venue's clock, carried on our monotonic one, so that a step of the wall clock changes
 * nothing. I1 it is unknown until measured. I2 `floor` is never later than the venue's true time
 * at the moment of the call, as far as the last measure tells.
 */
import type { Clock } from "../../../model/clock.ts";
import type { EpochMs } from "../../../model/scalars.ts";

export class VenueClock {
  readonly #clock: Clock;
  #anchor:
    | { readonly venue: number; readonly monotonic: number; readonly halfTrip: number }
    | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns null before the first measure. */
  now(): EpochMs | null {
    const anchor = this.#anchor;
    if (anchor === null) return null;
    return Math.floor(anchor.venue + (this.#clock.monotonic() - anchor.monotonic));
  }

  /** The earliest the venue's clock can show now: a measure leaves half a round trip open. */
  floor(): EpochMs | null {
    const anchor = this.#anchor;
    if (anchor === null) return null;
    return Math.floor(
      anchor.venue - anchor.halfTrip + (this.#clock.monotonic() - anchor.monotonic),
    );
  }

  /**
   * Takes the venue's time read between two moments of our monotonic clock; the venue is taken to
   * have read its clock halfway.
   */
  set(venueTime: EpochMs, between: { readonly sent: number; readonly answered: number }): void {
    this.#anchor = {
      venue: venueTime,
      monotonic: (between.sent + between.answered) / 2,
      halfTrip: (between.answered - between.sent) / 2,
    };
  }
}
