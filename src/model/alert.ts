/** What a person should hear of at once: few kinds, each told once per occurrence. */
import type { EpochMs, IntentId } from "./scalars.ts";
import type { JsonValue } from "./intent.ts";

/** Every kind of alert, the most urgent first. */
export const ALERT_KINDS = [
  "StoreFailed",
  "KillSwitchEngaged",
  "KillSwitchReleased",
  "Unprotected",
  "Indeterminate",
  "Isolated",
  "ExchangeParked",
  "DeadMansSwitch",
  "MarginCall",
  "DriftOpened",
  "AlertsDropped",
] as const;

/**
 * - `StoreFailed`: nothing can be made durable any more; the kernel closes.
 * - `KillSwitchEngaged`, `KillSwitchReleased`: once per epoch, not per exchange.
 * - `Unprotected`: an exposure that was to be protected is not.
 * - `Indeterminate`: no machine can prove any more what became of an order; a person must.
 * - `Isolated`: the program failed on an intent, and its symbol takes no new orders.
 * - `ExchangeParked`: restarts are used up, or the venue or the key is refused; it stays as it is
 *   until somebody starts it.
 * - `DeadMansSwitch`: it could not be wound up, may have fired, or could not be disarmed.
 * - `MarginCall`: too little margin is left, and the venue may liquidate soon.
 * - `DriftOpened`: the venue and the kernel disagree; `details.drift` names the kind.
 * - `AlertsDropped`: so many of a kind came at once that some were not told.
 */
export type AlertKind = typeof ALERT_KINDS[number];

/** `critical`: money may be at risk now; `warning`: look soon; `info`: for the record. */
export type AlertSeverity = "info" | "warning" | "critical";

/** One occurrence, plain JSON without a secret. */
export interface Alert {
  /** Names the occurrence: the same one never comes twice from one kernel. */
  readonly id: string;
  /** What happened. */
  readonly kind: AlertKind;
  /** How urgent it is. */
  readonly severity: AlertSeverity;
  /** The exchange it is about; null where it is about the kernel. */
  readonly exchangeId: string | null;
  /** The intent it is about, if any. */
  readonly intentId: IntentId | null;
  /** When it happened, by our clock. */
  readonly at: EpochMs;
  /** For people: one sentence. */
  readonly message: string;
  /** For programs; which fields there are follows from the kind. */
  readonly details: { readonly [key: string]: JsonValue };
}

/** Takes an alert without waiting; what it throws is logged and changes nothing. */
export type AlertListener = (alert: Alert) => void;
