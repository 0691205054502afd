/** The instruments of one venue: exact texts from its own rows, and its names for them. */
import type { SymbolMetadata } from "../../model/instrument.ts";
import { INSTRUMENTS_MAX, SYMBOL_NAMES_MAX } from "../../model/limits.ts";
import type { CcxtExchange } from "./ccxt.ts";
import type { VenueProfile } from "./profile.ts";

export interface BadInstrument {
  readonly rawSymbol: string;
  readonly message: string;
}

export class Catalogue {
  #bySymbol = new Map<string, SymbolMetadata>();
  // Both names of every symbol that was ever listed: an order outlives the listing of its symbol.
  readonly #symbols = new Map<string, string>();
  readonly #raw = new Map<string, string>();

  /**
   * Takes what ccxt has loaded, then drops the venue's raw rows from it: they are ten times what
   * is kept, and the heap never shrinks again.
   *
   * @returns the markets that could not be read; they are not listed.
   * @throws {RangeError} when there are more than {@link INSTRUMENTS_MAX}.
   */
  take(exchange: CcxtExchange, { rows }: VenueProfile): readonly BadInstrument[] {
    const markets = Object.values(exchange.markets ?? {});
    if (markets.length > INSTRUMENTS_MAX) {
      throw new RangeError(
        `Cannot list instruments: ${markets.length} are more than ${INSTRUMENTS_MAX}`,
      );
    }
    const bySymbol = new Map<string, SymbolMetadata>();
    const bad: BadInstrument[] = [];
    for (const market of markets) {
      // A market that cannot be traded here still names its orders.
      this.#name(market.id, market.symbol);
      try {
        bySymbol.set(market.symbol, rows.instrument(market));
        market.info = rows.keptInfo(market.info);
      } catch (error) {
        market.info = {};
        bad.push({ rawSymbol: market.id, message: error instanceof Error ? error.message : "" });
      }
    }
    this.#bySymbol = bySymbol;
    return bad;
  }

  get(symbolId: string): SymbolMetadata | undefined {
    return this.#bySymbol.get(symbolId);
  }

  list(): readonly SymbolMetadata[] {
    return [...this.#bySymbol.values()];
  }

  /** A symbol that is not listed (delisted, say) stands for itself rather than losing its row. */
  symbolOf(rawSymbol: string): string {
    return this.#symbols.get(rawSymbol) ?? rawSymbol;
  }

  rawOf(symbolId: string): string | undefined {
    return this.#bySymbol.get(symbolId)?.instrument.rawSymbol ?? this.#raw.get(symbolId);
  }

  #name(rawSymbol: string, symbolId: string): void {
    this.#symbols.delete(rawSymbol); // So that it becomes the newest.
    if (this.#symbols.size >= SYMBOL_NAMES_MAX) this.#forget();
    this.#symbols.set(rawSymbol, symbolId);
    this.#raw.set(symbolId, rawSymbol);
  }

  /** The name that lists have not shown for longest. */
  #forget(): void {
    const [oldest] = this.#symbols;
    if (oldest === undefined) return;
    this.#symbols.delete(oldest[0]);
    this.#raw.delete(oldest[1]);
  }
}
