/** Bounds of this adapter alone; those it shares with others are in `src/model/limits.ts`. */

/** Order shapes kept compiled, 1 kB each: every symbol a busy account trades, in several shapes. */
export const SIGNED_SHAPES_MAX = 10_000;
/** How long a socket's closing handshake may take before it is left to the platform. */
export const SOCKET_CLOSE_MS = 1_000;
/** The longest ban a venue gives (Binance: three days); a longer wish is a mistake. */
export const RETRY_AFTER_MS_MAX = 3 * 24 * 3_600_000;
/** Spellings of one market; Kraken has four. More: the market is not listed. */
export const MARKET_NAMES_MAX = 8;
/** Candidates told for a name that fits several instruments; the rest is left out. */
export const CANDIDATES_MAX = 8;
/** Currencies described; the largest venues have some 1,000. Excess is not described. */
export const CURRENCIES_MAX = 20_000;
/** Requests that may wait for an answer on one socket; beyond, REST takes them. */
export const SOCKET_REQUESTS_MAX = 1_000;
/** Answers one load of a list may take; the longest lists come in some ten pages. */
export const LIST_ANSWERS_MAX = 100;
/** Rows of a list that are parsed at once: some hundred, whose garbage is a fraction of the heap. */
export const LIST_PART_CHARS_MAX = 64 * 1_024;
/** Orders asked for by their own ids in one look-up; the next one goes on after them. */
export const STRAYS_ASKED_MAX = 20;
/** Orders known to be none of ours, of a page of 1,000 trades on each of two busy symbols. */
export const STRANGERS_MAX = 2_000;
