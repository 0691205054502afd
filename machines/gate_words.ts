/** Why the gate stops a request without a word against it: it may be asked for again. */

/** It could no longer be sent within its deadline. */
export const GATE_TOO_LATE = "TOO_LATE";
/** The exchange is not in sync: the order waits for it. */
export const GATE_HELD = "HELD";
