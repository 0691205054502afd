/** Bounds of this adapter alone; those it shares with others are in `src/model/limits.ts`. */

/** Order shapes kept compiled, 1 kB each: every symbol a busy account trades, in several shapes. */
export const SIGNED_SHAPES_MAX = 10_000;
/** How long a socket's closing handshake may take before it is left to the platform. */
export const SOCKET_CLOSE_MS = 1_000;
/** Windows of one trade read, each 24 hours at Binance: its retention of 90 days and a margin. */
export const TRADE_WINDOWS_MAX = 100;
/** The longest ban a venue gives (Binance: three days); a longer wish is a mistake. */
export const RETRY_AFTER_MS_MAX = 3 * 24 * 3_600_000;
