/**
 * Every bound of the kernel in one place: what is bounded, why this number, and what happens at
 * it. Durations are not here (`machines/timeouts.ts`). Counts unless the name ends in a unit.
 */

const KIB = 1024;
const MIB = 1024 * KIB;

// Ids and text ---------------------------------------------------------------------------------

/** `[A-Za-z0-9._-]{1,64}`: fits every column, URL segment and log line. Longer: ValidationError. */
export const INTENT_ID_LENGTH_MAX = 64;
/** The longest canonical option name is near 60; a longer symbol is no symbol. ValidationError. */
export const SYMBOL_LENGTH_MAX = 96;
/** Asset codes of venues end near 30 (`1000000BABYDOGE…`). Longer: ValidationError. */
export const ASSET_LENGTH_MAX = 48;
/** Any id a venue gives (order, trade); the longest known are UUIDs and hashes of 66. Malformed. */
export const VENUE_ID_LENGTH_MAX = 128;
/** Names of strategies and exchanges; they become metric labels. Longer: ValidationError. */
export const NAME_LENGTH_MAX = 64;
/** Venue messages are kept for people: a cause fits, an HTML error page does not. Cut, with `…`. */
export const MESSAGE_LENGTH_MAX = 512;
/** A refused value is shown to find the mistake, not to be read back. Cut, with its length. */
export const SHOWN_VALUE_LENGTH_MAX = 64;
/** Issues of one refused input that are listed; the first is what gets fixed. The rest counted. */
export const ISSUES_SHOWN_MAX = 8;

// What a caller attaches to an intent ----------------------------------------------------------

/** Serialized UTF-8 JSON. Metadata rides in every intent row and commit. ValidationError. */
export const METADATA_BYTES_MAX = 16 * KIB;
/** Deeper JSON is a program's mistake and recurses on every walk. ValidationError. */
export const METADATA_DEPTH_MAX = 16;
/** Why a kill switch was engaged: a sentence, shown in every refusal. Longer: ValidationError. */
export const KILL_REASON_LENGTH_MAX = 500;
/** Kubernetes objects rarely pass 20; every label is indexed and matched. ValidationError. */
export const LABELS_MAX = 32;
/** Kubernetes' own bounds for a label name and value. ValidationError. */
export const LABEL_KEY_LENGTH_MAX = 63;
/** See `LABEL_KEY_LENGTH_MAX`. */
export const LABEL_VALUE_LENGTH_MAX = 63;
/** A ladder of exits; each trigger becomes a child intent. ValidationError. */
export const TRIGGERS_MAX = 8;
/** `domain.md`: a group has 2 to 20 members, counted at every level. ValidationError. */
export const GROUP_ORDERS_MIN = 2;
/** See `GROUP_ORDERS_MIN`. */
export const GROUP_ORDERS_MAX = 20;
/** A bracket of brackets is 3; every level multiplies the races. ValidationError. */
export const GROUP_DEPTH_MAX = 4;

// One intent -----------------------------------------------------------------------------------

/**
 * Attempts of one specification within `ATTEMPTS_WINDOW_MS`, replacements after an external cancel
 * among them: whatever ended so many will end the next. FAILED with `ATTEMPTS_EXHAUSTED`. A modify
 * counts anew (at a venue that replaces, every one is an attempt); `GENERATION_MAX` bounds those.
 */
export const ATTEMPTS_MAX = 20;
/** Attempts shown per intent in states and events: the newest ones; older ones stay stored. */
export const ATTEMPTS_SHOWN_MAX = 20;
/** Resubmissions of an intent proven absent, before it FAILs: the venue does not want it. */
export const ABSENT_RETRIES_MAX = 5;
/** Reads that did not find an attempt, kept as evidence: the two that count, and two before. */
export const ABSENT_READS_SHOWN_MAX = 4;
/** Modifies of one intent over its life; a re-quoter should place anew. At it: ConflictError. */
export const GENERATION_MAX = 1_000_000;
/** Microsteps of one XState macrostep (`options.maxIterations`); ours need under ten. Error. */
export const MICROSTEPS_MAX = 100;

// One exchange ---------------------------------------------------------------------------------

/** Live intents of one exchange, by memory (2.5 kB an actor) and recovery time. DeniedError. */
export const LIVE_INTENTS_MAX = 100_000;
/** Turns of one commit: a batch stays under 20 ms of store time. The rest takes the next one. */
export const COMMIT_TURNS_MAX = 512;
/** Facts that match no intent while an attempt is in doubt. At it the symbol closes to submits. */
export const PARKED_FACTS_MAX = 10_000;
/** Open drift records of one exchange; past it the exchange is degraded and creates stop. */
export const OPEN_DRIFTS_MAX = 1_000;
/** Reads with their times in one drift: both sides of two reads, and some. Oldest dropped. */
export const DRIFT_EVIDENCE_MAX = 16;
/** A symbol and an id of the venue are the longest a drift is about. Longer: cut. */
export const DRIFT_SUBJECT_LENGTH_MAX = SYMBOL_LENGTH_MAX + VENUE_ID_LENGTH_MAX + 1;
/** Open orders of others kept to be shown and adopted; a market maker's desk. Excess not shown. */
export const EXTERNAL_ORDERS_MAX = 10_000;
/** Trades per attempt that met what a person had booked; some 25 bytes each. Oldest forgotten. */
export const MET_TRADES_MAX = 1_000;
/** Trade ids remembered per order to count each trade once; further ones ask the store. */
export const FILL_KEYS_MAX = 10_000;
/** Instruments of one venue; the largest lists near 4,000 beside its options. Excess refused. */
export const INSTRUMENTS_MAX = 20_000;
/** Names of symbols ever listed; their orders outlive the listing. Longest unlisted forgotten. */
export const SYMBOL_NAMES_MAX = 2 * INSTRUMENTS_MAX;
/** Bands of one instrument's price table. More: the instrument is refused. */
export const PRICE_BANDS_MAX = 64;
/** Assets and positions in one account read. More: the read is malformed. */
export const BALANCES_MAX = 5_000;
/** See `BALANCES_MAX`. */
export const POSITIONS_MAX = 5_000;

/** Entries of `maxQuantity` or `maxPosition`; more are looked after by a program. ConfigError. */
export const RISK_CAPS_MAX = 1_000;
/** `risk.maxOpenOrders` cannot pass what the book holds. ConfigError. */
export const RISK_OPEN_ORDERS_MAX = LIVE_INTENTS_MAX;
/** A rate's window remembers every time in it: 8 MB at this. ConfigError. */
export const RISK_RATE_MAX = 1_000_000;
/** `risk.priceMaxAgeMs`: a price of yesterday is no market price. ConfigError. */
export const RISK_AGE_MS_MAX = 86_400_000;
/** `risk.duplicateWindowMs`: after an hour nobody sent it twice by mistake. ConfigError. */
export const RISK_WINDOW_MS_MAX = 3_600_000;
/** Market orders remembered against duplicates. At it further ones are denied. */
export const RISK_REPEATS_MAX = 10_000;
/** Symbols whose price was asked for because of an order. Oldest forgotten. */
export const RISK_PRICES_MAX = 1_000;

// Requests to a venue --------------------------------------------------------------------------

/** Requests waiting per exchange: some seconds of any venue's budget. At it: DeniedError. */
export const REQUEST_QUEUE_MAX = 2_000;
/** Places of that queue only cancels may take, so that risk can always be reduced. */
export const REQUEST_QUEUE_CANCEL_RESERVE = 500;
/** Share of every budget (percent) that only cancels may spend, for the same reason. */
export const BUDGET_CANCEL_RESERVE_PERCENT = 10;
/** Symbols, or endpoints, with a budget of their own in one exchange. Beyond: they share one. */
export const SCOPED_BUDGETS_MAX = 1_000;
/** Refusals alike of one symbol before its circuit opens: bad luck rarely comes ten times. Denied. */
export const CIRCUIT_REFUSALS = 10;
/** As above, of the account: nothing about an order is in them, so the third is no accident. */
export const CIRCUIT_ACCOUNT_REFUSALS = 3;
/** Codes and symbols with refusals to count: all that one account trades at once. Oldest dropped. */
export const CIRCUITS_MAX = 256;
/**
 * Pages of one paged read: 100 windows of a day (Binance keeps 90 days) and 100 × 1,000 trades. Past
 * it the read counts as incomplete.
 */
export const READ_PAGES_MAX = 200;
/** Rows of one venue answer. More: the read is malformed. */
export const READ_ROWS_MAX = 10_000;

// The wire -------------------------------------------------------------------------------------

/** Decompressed: a large `exchangeInfo` is 10 MB only unfiltered; 408 kB of gzip became 400 MiB. */
export const EXCHANGE_RESPONSE_BYTES_MAX = 8 * MIB;
/** Instrument lists alone may be larger (a venue of 3,200 symbols sends 10 MB). Read is refused. */
export const INSTRUMENTS_RESPONSE_BYTES_MAX = 32 * MIB;
/** Coinbase sends whole books; its own Python client takes 10 MB. A longer frame closes the socket. */
export const WS_FRAME_BYTES_MAX = 10 * MIB;

// The API --------------------------------------------------------------------------------------

/** A manifest set of 500 orders is 200 kB. 413. */
export const HTTP_BODY_BYTES_MAX = 1 * MIB;
/** Longer URLs come from no client of ours. 414. */
export const HTTP_URL_LENGTH_MAX = 8 * KIB;
/** Requests of all clients being served. 503 with Retry-After; cancels have their own reserve. */
export const HTTP_REQUESTS_MAX = 512;
/** Of those, places that only cancels and the kill switch may take. */
export const HTTP_REQUESTS_CANCEL_RESERVE = 64;
/** Rows of one page when the caller names no limit, and at most. A larger limit is refused. */
export const PAGE_SIZE_DEFAULT = 100;
/** See `PAGE_SIZE_DEFAULT`. */
export const PAGE_SIZE_MAX = 1_000;
/** An opaque cursor is shorter by far. ValidationError. */
export const CURSOR_LENGTH_MAX = 256;
/** A configuration file. ConfigError. */
export const CONFIG_BYTES_MAX = 1 * MIB;
/** A key in a file of its own; a PEM text of 4,096 bits has 3.3 KB. ConfigError. */
export const KEY_FILE_BYTES_MAX = 8 * KIB;
/** Exchange instances of one kernel; each is a process's worth of sockets. ConfigError. */
export const EXCHANGES_MAX = 32;

// Events and observers -------------------------------------------------------------------------

/** Subscribers of one kernel. At it: DeniedError, or 503 over HTTP. */
export const SUBSCRIBERS_MAX = 256;
/**
 * Callers waiting on one exchange for more than durability (`waitFor`). At it a further place or
 * modify that wants to wait is a DeniedError; a cancel never is. As many may wait for `ready`.
 */
export const WAITERS_MAX = 10_000;
/** Newest events kept in memory, so that resuming readers spare the store. Oldest dropped. */
export const EVENTS_CACHED_MAX = 10_000;
/** Serialized payload of one event. A longer one is a bug of ours: InvariantError. */
export const EVENT_PAYLOAD_BYTES_MAX = 64 * KIB;

// Market data ----------------------------------------------------------------------------------

/** Levels kept of one book side. Deeper ones are cut. */
export const BOOK_LEVELS_MAX = 5_000;
/** Deltas kept while a snapshot is read: a busy book sends ten a second. Dropped; read again. */
export const BOOK_DELTAS_KEPT_MAX = 1_000;
/** Levels of a side that can be asked for. More: ValidationError. */
export const BOOK_DEPTH_MAX = 1_000;
/** Trade ids remembered per symbol, to tell each once: several reads' worth. Oldest forgotten. */
export const TRADE_IDS_MAX = 4_000;
/** Trades of one symbol kept while a gap is read. Oldest dropped, and the gap is told as open. */
export const TRADES_KEPT_MAX = 2_000;
/** Trades and candles waiting for one slow subscriber. Oldest dropped and counted. */
export const MARKET_BACKLOG_MAX = 1_000;
/** Subscriptions of market data on one exchange; a forgotten one costs its backlog. DeniedError. */
export const MARKET_SUBSCRIPTIONS_MAX = 1_000;
/** Different topics of one exchange; a venue takes some hundred a socket. DeniedError. */
export const MARKET_TOPICS_MAX = 2_000;
/** Topics in trouble that health lists; the others are counted. */
export const MARKET_TROUBLES_SHOWN_MAX = 50;
/** Rows of trades or candles in one read: the least that every venue gives. ValidationError. */
export const MARKET_ROWS_MAX = 1_000;

/**
 * Symbols whose trades are read again when balances do not add up: 20 weights each at the dearest
 * venue, so that one look stays within a few seconds of its budget. The others wait for the next.
 */
export const ACCOUNTED_SYMBOLS_MAX = 64;
/** Orders an audit found news of, waiting for a late frame: one is proof enough. Others unwatched. */
export const MISSED_ORDERS_MAX = 100;
/** Ended intents that are owed trades, remembered over a restart. Oldest forgotten; drift stays. */
export const OWED_INTENTS_MAX = 1_000;
/** Symbols whose trades a start reads although no intent of theirs lives. Oldest forgotten. */
export const TRADED_SYMBOLS_MAX = 256;
/** Refused orders of which a second copy may have been accepted. Oldest forgotten; a list shows it. */
export const REFUSED_WATCHED_MAX = 256;
/** Looks at one of them that failed; then the audits alone may still find it. */
export const REFUSED_LOOKUPS_MAX = 20;
/**
 * Trades that are in the accounts, by id; at least the newest half is known, and reads overlap by a
 * minute. Older ones are forgotten.
 */
export const COUNTED_FILLS_MAX = 20_000;
/** Foreign orders already told as orphans, so that each is told once. Oldest forgotten. */
export const ORPHANS_KNOWN_MAX = 10_000;

// Alerts -----------------------------------------------------------------------------------------

/** Alerts of one kind within `ALERTS_WINDOW_MS`; a storm of one kind hides no other. Counted. */
export const ALERTS_PER_KIND_MAX = 20;
/** Occurrences already told, so that each is told once. Oldest forgotten. */
export const ALERTS_TOLD_MAX = 2_000;
/** Alerts waiting for a webhook that does not answer. Oldest dropped, and the next one says so. */
export const WEBHOOK_QUEUE_MAX = 200;
/** Tries to deliver one alert; with the pauses about a minute. Then it is dropped and counted. */
export const WEBHOOK_TRIES_MAX = 6;
