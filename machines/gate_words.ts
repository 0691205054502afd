/** Why the gate stops a request without a word against it: it may be asked for again. */

/** It could no longer be sent within its deadline. */
export const GATE_TOO_LATE = "TOO_LATE";
/** The exchange is not in sync: the order waits for it. */
export const GATE_HELD = "HELD";
/**
 * The kernel or the exchange is leaving, or has not come yet. Nothing reached the venue, exactly as
 * after a proven absence: `onAbsent` decides whether the next start places the order.
 */
export const GATE_AWAY: ReadonlySet<string> = new Set([
  "KERNEL_DRAINING",
  "EXCHANGE_STOPPED",
  "NOT_CONNECTED",
]);

/** The request may go another time as it is. */
export function isTransient(reason: string | null): boolean {
  return reason === GATE_TOO_LATE || reason === GATE_HELD;
}
