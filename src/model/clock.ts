/** The port to time, so that a whole kernel runs on a virtual clock from one seed. */
import type { EpochMs } from "./scalars.ts";

/** Cancels a timer; calling it again, or after it fired, does nothing. */
export type CancelTimer = () => void;

/** Time as the kernel knows it. */
export interface Clock {
  /** Wall clock. Proves nothing alone: it may step. */
  now(): EpochMs;
  /** Milliseconds from an arbitrary origin; never goes back. Durations are measured on this one. */
  monotonic(): number;
  /** Calls `callback` once, `delayMs` from now; any non-negative finite delay is honoured. */
  setTimer(callback: () => void, delayMs: number): CancelTimer;
}

/** The port to randomness. */
export interface Random {
  /** A float in [0, 1). */
  next(): number;
  /** Unpredictable bytes, for keys and tokens. */
  bytes(length: number): Uint8Array;
}
