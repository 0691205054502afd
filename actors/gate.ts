/**
 * Between a committed request and the wire. It is asked synchronously by the adapter, last before
 * the bytes leave, so that nothing decided meanwhile can be overtaken (S5, S12).
 */
import { GATE_HELD, GATE_TOO_LATE } from "../machines/gate_words.ts";
import type { Clock } from "../src/model/clock.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { SendGate } from "../src/exchanges/exchange.ts";

/** One per exchange: may new exposure leave now? */
export class ExchangeGate {
  #open = false;
  #refusal: string | null = null;

  /** In sync with the venue: submits and amends may leave. */
  get isOpen(): boolean {
    return this.#open && this.#refusal === null;
  }

  open(): void {
    this.#open = true;
  }

  /** Submits wait (sync, lost connection); cancels pass. */
  hold(): void {
    this.#open = false;
  }

  /** No submit leaves any more, for this reason: draining, a failed store. */
  refuse(reason: string): void {
    this.#refusal = reason;
  }

  /** For one request that adds exposure. */
  forSubmit(deadline: EpochMs, clock: Clock): WireGate {
    return new WireGate(clock, ({ signedAt, validForMs }) => {
      if (this.#refusal !== null) return this.#refusal;
      if (!this.#open) return GATE_HELD;
      return signedAt + validForMs > deadline ? GATE_TOO_LATE : null;
    });
  }

  /** A cancel takes exposure away: it always passes. */
  forCancel(clock: Clock): WireGate {
    return new WireGate(clock, () => null);
  }
}

/** The gate of one request; remembers when it was passed. */
export class WireGate implements SendGate {
  /** When the bytes were handed over; null while they were not. */
  sentAt: EpochMs | null = null;
  readonly #clock: Clock;
  readonly #verdict: (wire: WireTimes) => string | null;

  constructor(clock: Clock, verdict: (wire: WireTimes) => string | null) {
    this.#clock = clock;
    this.#verdict = verdict;
  }

  check(wire: WireTimes): string | null {
    return this.#verdict(wire);
  }

  sent(): void {
    this.sentAt = this.#clock.now();
  }
}

interface WireTimes {
  readonly signedAt: EpochMs;
  readonly validForMs: number;
}
