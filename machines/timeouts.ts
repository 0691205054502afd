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

/**
 * How long an intent may be on its way to something (waiting for the gate, in doubt, being
 * canceled, changed or read, owed trades) before people are told. All of it takes seconds; this is
 * one audit, which may have settled it. A doubt whose proof takes longer has `ALARM_SLACK_MS` more.
 */
export const ALARM_AFTER_MS = 60_000;
/** For the reads that prove an absence, with their pauses. */
export const ALARM_SLACK_MS = 30_000;
/**
 * A cancel or trades past that bound are asked for this often: what was refused ten times is no
 * haste, and must not starve the account. Looks go on at their own cap: they end the doubt.
 */
export const QUARANTINE_PACE_MS = 60_000;
/** `ATTEMPTS_MAX` counts attempts of one specification within this. */
export const ATTEMPTS_WINDOW_MS = 3_600_000;

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

/**
 * Pause between two readings of all instruments because of a refusal: they weigh 20 requests, and
 * venues announce changes days ahead.
 */
export const RELIST_PAUSE_MS = 60_000;

/** First pause before connecting or syncing again; doubles up to the cap. */
export const EXCHANGE_BACKOFF_MS = 500;
export const EXCHANGE_BACKOFF_CAP_MS = 30_000;

/**
 * How often open orders, trades and balances are compared while all seems well: a stream that
 * silently drops a frame says nothing, so this bounds how long a fill can stay unseen.
 */
export const AUDIT_INTERVAL_MS = 60_000;
/** Of open orders: the dearest read (80 weights at Binance); the stream rarely loses one. */
export const ORDERS_AUDIT_MS = AUDIT_INTERVAL_MS;
/** Of trades: one read a symbol. */
export const FILLS_AUDIT_MS = AUDIT_INTERVAL_MS;
/**
 * Of balances: one cheap read shows whether any trade at all is missing, so it comes more often;
 * the trades are then read at once.
 */
export const BALANCES_AUDIT_MS = 30_000;
/** As {@linkcode BALANCES_AUDIT_MS}, where there are positions. */
export const POSITIONS_AUDIT_MS = BALANCES_AUDIT_MS;
/**
 * What does not add up is read again after this: a frame or a trade on its way has arrived by then,
 * and what is still missing is told.
 */
export const RECHECK_MS = 5_000;
/** How often the trades are read again for a difference that has been told and lasts. */
export const REFETCH_MS = 600_000;

/** A use of a symbol is written again after this: a start then reads so much more of its trades. */
export const TRADED_REMEMBER_MS = 300_000;

/** A refused order may prove to have been taken for so long: several audits show its trades. */
export const REFUSED_WATCH_MS = 600_000;
/** Pause before a look at a refused order that failed is repeated. */
export const REFUSED_LOOKUP_MS = 5_000;
/** How far our measure of the venue's clock may be off when a reading is dated. */
export const CLOCK_SLACK_MS = 500;

/** How long opening waits for exchanges to become ready; one that is down goes on trying alone. */
export const START_WAIT_MS = 15_000;

/**
 * How long closing waits for answers; above the adapters' request timeout there is none to come.
 */
export const DRAIN_TIMEOUT_MS = 12_000;

/** Fast enough to look live, slow enough that a burst of orders costs one event. */
export const BALANCES_EVERY_MS = 250;
/** A margin call that lasts is told again after this: venues repeat it with every change of price. */
export const MARGIN_CALL_EVERY_MS = 600_000;

/** What disagrees is seen again and again; its record grows no faster than this. */
export const DRIFT_GROWS_EVERY_MS = 10_000;

/** An adapter that does not close by then is left behind: stopping must end. */
export const DISCONNECT_TIMEOUT_MS = 5_000;

/** How far the venue's clock may be uncertain, or move against ours, before sends are held. */
export const CLOCK_SKEW_MAX_MS = 500;

/** Refusals alike within this time open a circuit: a program error or a broken account. */
export const CIRCUIT_WINDOW_MS = 10_000;
/** First pause of an open circuit; doubles up to the cap while its trials are refused alike. */
export const CIRCUIT_COOL_DOWN_MS = 5_000;
/** A person who mends the account should not wait longer than this for the next try. */
export const CIRCUIT_COOL_DOWN_CAP_MS = 60_000;
/** A trial that nobody refused within this time went well: longer than any request may take. */
export const CIRCUIT_TRIAL_MS = 15_000;
/** An open circuit that nobody has tried for so long is of another day. */
export const CIRCUIT_FORGET_MS = 600_000;

/** While the kill switch is engaged, the venue is asked this often for orders of ours it still has. */
export const KILL_SWEEP_MS = 10_000;
/** How often a closing kernel looks whether the kill switch has canceled everything. */
export const KILL_SETTLED_POLL_MS = 50;

/** How often the dead-man's switch looks for live orders: they may be unguarded for so long. */
export const DEAD_MAN_LOOK_MS = 1_000;
/** Disarming at a clean stop is given up after this: the switch then fires, which is safe. */
export const DEAD_MAN_DISARM_MS = 5_000;

/** Alerts are counted over this long; see `ALERTS_PER_KIND_MAX`. */
export const ALERTS_WINDOW_MS = 60_000;

/** Frames to one public socket are this far apart: venues take 3 to 5 a second (Binance 5, OKX 3). */
export const MARKET_FRAME_PACE_MS = 350;
/** A stream that is back sooner leaves nothing worth a poll. */
export const MARKET_POLL_AFTER_MS = 2_000;
/** Between two polls of one topic; with many topics they take turns and it is longer. */
export const MARKET_POLL_EVERY_MS = 2_000;
/** A subscription has arrived by then: what is read from now on overlaps with the stream. */
export const MARKET_SETTLE_MS = 1_000;
/** First pause before a book is put together again; doubles up to the cap while it keeps failing. */
export const BOOK_RESYNC_MS = 250;
export const BOOK_RESYNC_CAP_MS = 30_000;
/** A book that was whole for so long starts over with the first pause. */
export const BOOK_HEALTHY_MS = 10_000;
/** A stream that has sent no snapshot by then is asked for one again. */
export const BOOK_SNAPSHOT_WAIT_MS = 5_000;
/** A public socket without topics is closed after this: subscribers come and go. */
export const MARKET_LINGER_MS = 10_000;

/** How often topics are looked through for silence; what is silent is noticed so much later. */
export const MARKET_SILENCE_SWEEP_MS = 5_000;
/**
 * Silence after which a read shows whether a book or a ticker still streams: in a traded market
 * they tell something every second, and one read in half a minute is nothing to any budget.
 */
export const QUOTES_SILENT_MS = 30_000;
/** As above, of trades and candles: on thin markets minutes without a trade are usual. */
export const TRADES_SILENT_MS = 60_000;
/** A market that reads prove to be quiet is looked at more and more rarely, down to this. */
export const MARKET_SILENT_CAP_MS = 240_000;
/** A topic that tells something in every sweep for so long is awake: its first span holds again. */
export const MARKET_AWAKE_MS = 30_000;
/** Looks of one exchange are this far apart: a thousand quiet topics take turns, not the budget. */
export const MARKET_LOOK_PACE_MS = 1_000;
/**
 * A socket that has lost facts is dialed anew at most this often: where the venue itself leaves
 * them out a new connection mends nothing, and costs a resync each time.
 */
export const SOCKET_REDIAL_PAUSE_MS = 600_000;
/** A frame on its way for longer than this was not late but lost. */
export const FRAME_LATE_MS = 5_000;
