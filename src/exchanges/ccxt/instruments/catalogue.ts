/** The instruments of one venue: exact texts from its own rows, and its names for them. */
import type { Decimal } from "../../../model/decimal.ts";
import type { MarketCapabilities, SymbolMetadata } from "../../../model/instrument.ts";
import { INSTRUMENTS_MAX } from "../../../model/limits.ts";
import { formatSymbol, type SymbolResolution } from "../../../model/symbol.ts";
import type { CcxtCurrency, CcxtExchange, CcxtMarket } from "../ccxt.ts";
import { RowError } from "../rows/fields.ts";
import { CURRENCIES_MAX, MARKET_NAMES_MAX } from "../limits.ts";
import { indexMarkets, mergedMarkets } from "./market_index.ts";
import { readMarkets } from "./market_list.ts";
import { canonicalOf } from "./market_symbol.ts";
import type { VenueProfile } from "../plans/profile.ts";
import { type NamedMarket, SymbolNames, type SymbolScope } from "./symbol_names.ts";

export interface BadInstrument {
  readonly rawSymbol: string;
  readonly message: string;
}

export type CatalogueProfile = Pick<
  VenueProfile,
  "instrumentParams" | "marketRows" | "serves" | "instrument" | "names" | "keptInfo"
>;

export class Catalogue {
  #bySymbol = new Map<string, SymbolMetadata>();
  /** ccxt's markets by canonical symbol, also of what is no longer listed: it is canceled by it. */
  readonly #markets = new Map<string, CcxtMarket>();
  readonly #names = new SymbolNames();
  #currencies: ReadonlyMap<string, string> = new Map();
  #loading: Loading | null = null;

  /**
   * Loads what the venue lists; when anything fails, the list stays as it was. ccxt has its indexes
   * from here, since its own `loadMarkets` would keep every row, and three copies of every market.
   *
   * @returns the markets that could not be read; they are not listed.
   * @throws {RangeError} for an empty list, or one beyond {@link INSTRUMENTS_MAX}.
   */
  load(exchange: CcxtExchange, profile: CatalogueProfile): Promise<readonly BadInstrument[]> {
    // ccxt answers two loads with one request, so the second must not wrap what the first has.
    if (this.#loading?.exchange === exchange) return this.#loading.done;
    const done = this.#load(exchange, profile).finally(() => {
      if (this.#loading?.exchange === exchange) this.#loading = null;
    });
    this.#loading = { exchange, done };
    return done;
  }

  get(symbolId: string): SymbolMetadata | undefined {
    return this.#bySymbol.get(symbolId);
  }

  list(): readonly SymbolMetadata[] {
    return [...this.#bySymbol.values()];
  }

  /** What a name stands for: canonical, any spelling of the venue, or ccxt's. */
  resolve(name: string): SymbolResolution {
    const resolution = this.#names.resolve(name);
    if (resolution.kind !== "listed" || this.#bySymbol.has(resolution.symbolId)) return resolution;
    // Listed by the venue, but not here: it could not be read.
    return { kind: "delisted", symbolId: resolution.symbolId };
  }

  /** A symbol that is not listed (delisted, say) stands for itself rather than losing its row. */
  symbolOf(rawSymbol: string, scope?: SymbolScope): string {
    return this.#names.symbolOf(rawSymbol, scope);
  }

  rawOf(symbolId: string): string | undefined {
    return this.#names.rawOf(symbolId);
  }

  contractSizeOf(rawSymbol: string, scope?: SymbolScope): Decimal | null {
    return this.#names.contractSizeOf(rawSymbol, scope);
  }

  marketOf(symbolId: string): CcxtMarket | undefined {
    return this.#markets.get(symbolId);
  }

  /** The venue's name for people; undefined where its currencies were not loaded. */
  currencyName(code: string): string | undefined {
    return this.#currencies.get(code);
  }

  async #load(
    exchange: CcxtExchange,
    profile: CatalogueProfile,
  ): Promise<readonly BadInstrument[]> {
    const currencies = exchange.has["fetchCurrencies"] === true
      ? await exchange.fetchCurrencies()
      : null;
    const read = (markets: readonly CcxtMarket[]) => readAll(markets, { exchange, profile });
    const readings = await readMarkets(exchange, profile, read);
    if (readings.length === 0) {
      throw new RangeError("Cannot list instruments: the venue lists none");
    }
    if (readings.length > INSTRUMENTS_MAX) {
      throw new RangeError(
        `Cannot list instruments: ${readings.length} are more than ${INSTRUMENTS_MAX}`,
      );
    }
    indexMarkets(exchange, readings.map(({ market }) => market));
    if (currencies !== null) this.#currencies = currencyNames(currencies);
    return this.#take(readings);
  }

  #take(readings: readonly Reading[]): readonly BadInstrument[] {
    const named = readings.flatMap(({ name }) => name ?? []);
    const clashes = this.#names.list(named);
    const bad: BadInstrument[] = [];
    const bySymbol = new Map<string, SymbolMetadata>();
    const pool = new Map<string, MarketCapabilities>();
    for (const { market, name, outcome } of readings) {
      const sharing = name === null ? undefined : clashes.get(name.symbolId);
      if (name !== null && sharing === undefined) this.#markets.set(name.symbolId, market);
      if (sharing !== undefined) {
        bad.push({ rawSymbol: market.id, message: clashText(name!.symbolId, sharing) });
      } else if ("failed" in outcome) {
        bad.push({ rawSymbol: market.id, message: outcome.failed });
      } else {
        bySymbol.set(outcome.symbolId, { ...outcome, capabilities: shared(pool, outcome) });
      }
    }
    for (const symbolId of this.#markets.keys()) {
      if (this.#names.rawOf(symbolId) === undefined) this.#markets.delete(symbolId);
    }
    this.#bySymbol = bySymbol;
    return bad;
  }
}

interface Loading {
  readonly exchange: CcxtExchange;
  readonly done: Promise<readonly BadInstrument[]>;
}

interface Reading {
  readonly market: CcxtMarket;
  /** Null when it is not even known which instrument it is. */
  readonly name: NamedMarket | null;
  readonly outcome: SymbolMetadata | Failed;
}

interface Failed {
  readonly failed: string;
}

interface ReadOptions {
  readonly exchange: CcxtExchange;
  readonly profile: CatalogueProfile;
}

function readAll(markets: readonly CcxtMarket[], options: ReadOptions): readonly Reading[] {
  const readings = markets.filter((market) => options.profile.serves(market))
    .map((market) => readOne(market, options));
  const merged = mergedMarkets(options.exchange, readings.map(({ market }) => market));
  return readings.map((reading, at) => ({ ...reading, market: merged[at]! }));
}

function readOne(market: CcxtMarket, { exchange, profile }: ReadOptions): Reading {
  const outcome = attempt(() => profile.instrument(market, exchange));
  const name = attempt(() => nameOf(market, outcome, profile));
  const kept = attempt(() => ({ info: profile.keptInfo(market.info) }));
  const isRead = !("failed" in outcome) && !("failed" in kept);
  market.info = isRead ? kept.info : {};
  if ("failed" in name) return { market, name: null, outcome: name };
  return { market, name, outcome: "failed" in kept ? kept : outcome };
}

/** A market that cannot be traded here still names its orders. */
function nameOf(
  market: CcxtMarket,
  outcome: SymbolMetadata | Failed,
  profile: CatalogueProfile,
): NamedMarket {
  const symbolId = formatSymbol(canonicalOf(market));
  const { rawSymbol, contractSize } = "failed" in outcome
    ? { rawSymbol: market.id, contractSize: null }
    : outcome.instrument;
  const names = [...new Set([market.id, rawSymbol, ...profile.names?.(market) ?? []])];
  if (names.length > MARKET_NAMES_MAX) {
    throw new RowError(`${names.length} names are more than ${MARKET_NAMES_MAX}`);
  }
  return { symbolId, rawSymbol, unified: market.symbol, names, contractSize };
}

/** What a profile throws is about one market, and must not cost the others. */
function attempt<Value extends object>(read: () => Value): Value | Failed {
  try {
    return read();
  } catch (error) {
    return { failed: error instanceof Error ? error.message : "it cannot be read" };
  }
}

function clashText(symbolId: string, sharing: readonly string[]): string {
  return `${symbolId} would name ${sharing.length} instruments: ${sharing.join(", ")}`;
}

/** One object for all markets that can do the same: there are thousands of markets. */
function shared(
  pool: Map<string, MarketCapabilities>,
  { capabilities }: SymbolMetadata,
): MarketCapabilities {
  const key = JSON.stringify(capabilities);
  const known = pool.get(key) ?? capabilities;
  pool.set(key, known);
  return known;
}

function currencyNames(
  currencies: Readonly<Record<string, CcxtCurrency>>,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { code, name } of Object.values(currencies)) {
    if (names.size >= CURRENCIES_MAX) break;
    if (typeof name === "string" && name !== "" && name !== code) names.set(code, name);
  }
  return names;
}
