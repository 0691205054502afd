/** Why the gate stops a request without a word against it: it may be asked for again. */

/** It could no longer be sent within its deadline. */
export const GATE_TOO_LATE = "TOO_LATE";
/** The exchange is not in sync: the order waits for it. */
export const GATE_HELD = "HELD";
/** The venue has told us to stay away since it was granted: the order waits for the end of that. */
export const GATE_BANNED = "BANNED";
/** The kill switch is engaged: nothing that adds exposure leaves. */
export const GATE_KILL_SWITCH = "KILL_SWITCH";
/** An order with our tag that the store does not know: a person has to look first. */
export const GATE_STORE_BEHIND = "STORE_BEHIND_VENUE";
/** More disagrees with the venue than is kept track of: a person has to look first. */
export const GATE_DRIFTS_FULL = "TOO_MANY_DRIFTS";
/** The exchange is only watched: nothing is sent, neither exposure nor cancels. */
export const GATE_OBSERVE_ONLY = "OBSERVE_ONLY";
/**
 * The kernel or the exchange is leaving, or has not come yet. Nothing reached the venue, exactly as
 * after a proven absence: `onAbsent` decides whether the next start places the order.
 */
export const GATE_AWAY: ReadonlySet<string> = new Set([
  "KERNEL_DRAINING",
  "EXCHANGE_STOPPED",
  "NOT_CONNECTED",
  GATE_OBSERVE_ONLY,
]);

/** The request may go another time as it is. */
export function isTransient(reason: string | null): boolean {
  return reason !== null && TRANSIENT.has(reason);
}

const TRANSIENT: ReadonlySet<string> = new Set([
  GATE_TOO_LATE,
  GATE_HELD,
  GATE_BANNED,
  GATE_STORE_BEHIND,
  GATE_DRIFTS_FULL,
]);
