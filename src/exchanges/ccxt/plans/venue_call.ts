/** One REST call of a venue, and what reading its answer needs besides the answer. */
import type { Decimal } from "../../../model/decimal.ts";
import type { ClientOrderId, EpochMs } from "../../../model/scalars.ts";
import type { SymbolScope } from "../instruments/symbol_names.ts";

/** One REST call as ccxt's `sign` takes it. */
export interface VenueCall {
  /** ccxt's section of the API; a list where the venue has sections in sections (Coinbase). */
  readonly api: string | readonly string[];
  readonly path: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly params: Readonly<Record<string, unknown>>;
  /** Beside those that ccxt's `sign` sets. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What reading a row needs besides the row. */
export interface RowContext {
  /**
   * Canonical symbol of a venue symbol; one that is not listed, or fits two instruments, stands
   * for itself. `scope` says which where spot and a contract share a name.
   */
  symbolOf(rawSymbol: string, scope?: SymbolScope): string;
  /** Base units of one contract by venue symbol; null where quantities are base units. */
  contractSizeOf(rawSymbol: string, scope?: SymbolScope): Decimal | null;
  readonly receivedAt: EpochMs;
}

/** How the venue spells our client order ids: 32 lower-case hex digits here. */
export interface ClientIdForm {
  /** As the venue takes it. */
  render(clientOrderId: ClientOrderId): string;
  /** The inverse; a foreign id stays as it came. */
  parse(text: string): string;
}

/** Venues that take 32 hex digits as they are. */
export const PLAIN_CLIENT_ID: ClientIdForm = { render: (id) => id, parse: (text) => text };
