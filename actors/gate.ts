/**
 * Between a committed request and the wire. It is asked synchronously by the adapter, last before
 * the bytes leave, so that nothing decided meanwhile can be overtaken (S5, S12).
 */
import {
  GATE_BANNED,
  GATE_DRIFTS_FULL,
  GATE_HELD,
  GATE_OBSERVE_ONLY,
  GATE_STORE_BEHIND,
  GATE_TOO_LATE,
} from "../machines/gate_words.ts";
import { DeniedError } from "../src/model/errors.ts";
import type { Clock } from "../src/model/clock.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { SendGate } from "../src/exchanges/exchange.ts";

/** What may not leave by a rule of ours, and why. */
export interface Denial {
  readonly code: string;
  readonly message: string;
}

/** Something above all exchanges that closes their gates: the kill switch. */
export interface Latch {
  /** Why nothing that adds exposure may leave; null while it may. Read at every check. */
  readonly refusal: string | null;
  /** When it was closed, by our clock; null while it is not. */
  readonly since: EpochMs | null;
  /** @throws {DeniedError} what a caller is told who asks for exposure now. */
  deny(action: string): void;
}

const UNLATCHED: Latch = { refusal: null, since: null, deny: () => {} };

/** One per exchange: may new exposure leave now? */
export class ExchangeGate {
  #open = false;
  #refusal: string | null = null;
  #observes = false;
  readonly #halts = new Set<string>();
  /** Set once, before anything is sent; it outlives the exchange. */
  latch: Latch = UNLATCHED;
  /** False: the venue's clock is in doubt; whoever answers so sees to it that the gate is held. */
  isClockTrusted: () => boolean = () => true;
  /** The venue wants nothing of us now; what was granted before it said so must not go either. */
  isBanned: () => boolean = () => false;

  /** In sync with the venue: submits and amends may leave. */
  get isOpen(): boolean {
    return this.#open && !this.#observes && this.#refusal === null && this.#halts.size === 0 &&
      this.latch.refusal === null;
  }

  open(): void {
    this.#open = true;
  }

  /** Submits wait (sync, lost connection); cancels pass. */
  hold(): void {
    this.#open = false;
  }

  /** Submits wait for a person, for this reason; cancels pass. There may be several at once. */
  halt(reason: string): void {
    this.#halts.add(reason);
  }

  /** That reason is gone. */
  lift(reason: string): void {
    this.#halts.delete(reason);
  }

  /** @throws {DeniedError} when new orders would only wait for a person. */
  denyHalted(action: string): void {
    const reason = this.halted;
    if (reason === null) return;
    const why = haltedWords(reason);
    throw new DeniedError(reason, `Cannot ${action}: ${why}`, { rule: "open drift", reason });
  }

  /** Why submits wait for a person; null while they do not. */
  get halted(): string | null {
    for (const reason of this.#halts) return reason;
    return null;
  }

  /** No submit leaves any more, for this reason: draining, a failed store. */
  refuse(reason: string): void {
    this.#refusal = reason;
  }

  /** Real keys, nothing sent: neither exposure nor cancels leave. */
  get isObserving(): boolean {
    return this.#observes;
  }

  observe(): void {
    this.#observes = true;
  }

  /** For one request that adds exposure; `caps` is asked last, against the state of that moment. */
  forSubmit(deadline: EpochMs, clock: Clock, caps: () => Denial | null = NO_CAPS): WireGate {
    return new WireGate(clock, ({ signedAt, validForMs }) => {
      if (this.#observes) return GATE_OBSERVE_ONLY;
      if (this.latch.refusal !== null) return this.latch.refusal; // S5
      if (this.#refusal !== null) return this.#refusal;
      if (!this.#open || !this.isClockTrusted()) return GATE_HELD;
      if (this.isBanned()) return GATE_BANNED; // S6
      if (this.#halts.size > 0) return this.halted;
      if (signedAt + validForMs > deadline) return GATE_TOO_LATE;
      return caps(); // S12
    });
  }

  /** A cancel takes exposure away: it passes, unless nothing may be sent at all. */
  forCancel(clock: Clock): WireGate {
    return new WireGate(clock, () => this.#observes ? GATE_OBSERVE_ONLY : null);
  }
}

/** The gate of one request; remembers when it was passed. */
export class WireGate implements SendGate {
  /** When the bytes were handed over; null while they were not. */
  sentAt: EpochMs | null = null;
  readonly #clock: Clock;
  /** Which cap stopped it; null where none did. */
  denial: Denial | null = null;
  readonly #verdict: (wire: WireTimes) => Denial | string | null;

  constructor(clock: Clock, verdict: (wire: WireTimes) => Denial | string | null) {
    this.#clock = clock;
    this.#verdict = verdict;
  }

  check(wire: WireTimes): string | null {
    const verdict = this.#verdict(wire);
    if (verdict === null || typeof verdict === "string") return verdict;
    this.denial = verdict;
    return verdict.code;
  }

  sent(): void {
    this.sentAt = this.#clock.now();
  }
}

/** Why a person has to look first. */
export function haltedWords(reason: string): string {
  return HALTED_WORDS[reason] ?? "a person has to look first";
}

const NO_CAPS = () => null;

const HALTED_WORDS: Readonly<Record<string, string>> = {
  [GATE_STORE_BEHIND]: "the venue has orders of ours that the store does not know; " +
    "adopt them, or settle the StoreBehindVenue drifts",
  [GATE_DRIFTS_FULL]: "too much disagrees with the venue; settle the open drifts",
};

interface WireTimes {
  readonly signedAt: EpochMs;
  readonly validForMs: number;
}
