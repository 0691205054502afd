/** Every delay of the machines in milliseconds, each with its reason. */

/**
 * How long a submit may go unanswered before it is in doubt. Above the request timeout of the
 * adapters (10 s), which normally answers first; this one catches an adapter that never does.
 */
export const ACK_TIMEOUT_MS = 15_000;

/** As {@linkcode ACK_TIMEOUT_MS}, for cancels, amends and reads: whatever was asked, ask again. */
export const REQUEST_TIMEOUT_MS = 15_000;

/** First pause between two looks at an order in doubt; doubles up to the cap. */
export const LOOKUP_BACKOFF_MS = 500;
/** Venues weigh a look-up 4–50 times an order: more often would starve the account's own orders. */
export const LOOKUP_BACKOFF_CAP_MS = 10_000;

/** The stream usually confirms a cancel or brings the trades first; a read before this is waste. */
export const STREAM_GRACE_MS = 250;

/** An amend that the gate stopped goes again after this; doubles up to the cap. */
export const AMEND_BACKOFF_MS = 500;
export const AMEND_BACKOFF_CAP_MS = 10_000;

/**
 * Pause between two reads of an order whose amend may still land: its own validity is a few
 * seconds.
 */
export const AMEND_DOUBT_MS = 2_000;

/** A cancel that changed nothing is repeated after this; doubles up to the cap. */
export const CANCEL_BACKOFF_MS = 1_000;
export const CANCEL_BACKOFF_CAP_MS = 10_000;

/** Pause before fetching the trades of an order again, when they did not yet add up. */
export const FILLS_BACKOFF_MS = 500;
export const FILLS_BACKOFF_CAP_MS = 10_000;

/** A terminal intent stays in memory this long, for late facts and for those who watch it. */
export const RETIRE_AFTER_MS = 60_000;

/** Doubles from `base` with every try, up to `cap`. `tries` counts from 1. */
export function backoff(tries: number, base: number, cap: number): number {
  return Math.min(cap, base * 2 ** Math.min(20, tries - 1));
}

/**
 * Time between a ticket and the wire: the commit, and waiting for a busy loop. Added to the venue's
 * validity in the deadline; what cannot leave within it is stopped at the gate and tries again.
 */
export const SEND_SLACK_MS = 2_000;

/** A request queue that is full drains within about this; asking sooner would only be refused. */
export const TICKET_RETRY_MS = 1_000;

/** First pause before connecting or syncing again; doubles up to the cap. */
export const EXCHANGE_BACKOFF_MS = 500;
export const EXCHANGE_BACKOFF_CAP_MS = 30_000;

/**
 * How often open orders, trades and balances are compared while all seems well: a stream that
 * silently drops a frame says nothing, so this bounds how long a fill can stay unseen.
 */
export const AUDIT_INTERVAL_MS = 60_000;

/** How long opening waits for exchanges to become ready; one that is down goes on trying alone. */
export const START_WAIT_MS = 15_000;

/**
 * How long closing waits for answers; above the adapters' request timeout there is none to come.
 */
export const DRAIN_TIMEOUT_MS = 12_000;

/** Fast enough to look live, slow enough that a burst of orders costs one event. */
export const BALANCES_EVERY_MS = 250;

/** An adapter that does not close by then is left behind: stopping must end. */
export const DISCONNECT_TIMEOUT_MS = 5_000;
