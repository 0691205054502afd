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
