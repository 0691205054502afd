/** What a local exchange lists, under the names its clients use, and as the engine takes it. */
import { capabilities } from "../../model/capabilities.ts";
import { type Decimal, decimalsOf } from "../../model/decimal.ts";
import type { InstrumentType, PriceConstraints, SymbolMetadata } from "../../model/instrument.ts";
import type { ListedSymbol } from "../dialect.ts";

/** One listed market; a dialect adds what its own payloads show of it. */
export interface Listing {
  /** The venue's name, e.g. `BTCUSDT`; payloads, faults and the ledger use this one. */
  readonly symbol: string;
  /** Canonical, e.g. `BTC/USDT`. */
  readonly symbolId: string;
  /** Other spellings that requests may use, e.g. Kraken's `XBT/USD` beside `XXBTZUSD`. */
  readonly aliases?: readonly string[];
  readonly metadata: SymbolMetadata;
  /** The market starts here when no feed says otherwise. */
  readonly startPrice: Decimal;
}

/** Quantities in base units, prices in quote units; what is absent is not limited. */
export interface MarketSpec {
  readonly symbol: string;
  readonly symbolId: string;
  readonly base: string;
  readonly quote: string;
  /** Default SPOT. */
  readonly instrumentType?: InstrumentType;
  /** Required for contracts. */
  readonly settle?: string;
  /** Base units of one contract, where the wire counts contracts. */
  readonly contractSize?: Decimal;
  readonly tickSize: Decimal;
  readonly stepSize: Decimal;
  /** Default: one step. */
  readonly minQuantity?: Decimal;
  readonly maxQuantity?: Decimal;
  readonly minNotional?: Decimal;
  readonly minPrice?: Decimal;
  readonly maxPrice?: Decimal;
  /** The engine checks ticks and bands; significant digits are the dialect's to refuse. */
  readonly significantDigits?: number;
}

/** All listings of one exchange. @throws {RangeError} for a name that two of them share. */
export class Listings<L extends Listing> {
  readonly all: readonly L[];
  readonly #byName = new Map<string, L>();
  readonly #bySymbolId: ReadonlyMap<string, L>;
  /** Canonical symbols of what is not listed any more. */
  readonly #matured = new Set<string>();

  constructor(all: readonly L[]) {
    this.all = all;
    this.#bySymbolId = new Map(all.map((listing) => [listing.symbolId, listing]));
    for (const listing of all) {
      for (const name of [listing.symbol, ...(listing.aliases ?? [])]) {
        if (this.#byName.has(name)) throw new RangeError(`Cannot list ${name} twice`);
        this.#byName.set(name, listing);
      }
    }
  }

  /** What can be traded now. */
  get listed(): readonly L[] {
    return this.all.filter((listing) => this.isListed(listing));
  }

  isListed({ symbolId }: Pick<L, "symbolId">): boolean {
    return !this.#matured.has(symbolId);
  }

  /** Its past orders and trades still name it. */
  unlist({ symbolId }: Pick<L, "symbolId">): void {
    this.#matured.add(symbolId);
  }

  /** By any of the venue's names, also of what is not listed any more. */
  get(name: string): L | undefined {
    return this.#byName.get(name);
  }

  bySymbolId(symbolId: string): L | undefined {
    return this.#bySymbolId.get(symbolId);
  }

  /** As a dialect tells the feeds. */
  get symbols(): readonly ListedSymbol[] {
    return this.all.map(({ metadata, startPrice }) => ({ metadata, start: startPrice }));
  }
}

/** The market as the matching engine takes it. */
export function metadataOf(spec: MarketSpec): SymbolMetadata {
  const min = spec.minQuantity ?? spec.stepSize;
  const max = spec.maxQuantity ?? null;
  return {
    symbolId: spec.symbolId,
    instrument: {
      symbol: spec.symbolId,
      rawSymbol: spec.symbol,
      baseCurrency: spec.base,
      quoteCurrency: spec.quote,
      settleCurrency: spec.settle ?? null,
      instrumentType: spec.instrumentType ?? "SPOT",
      contractSize: spec.contractSize ?? null,
      tickSize: spec.tickSize,
      minOrderSize: min,
      maxOrderSize: max,
      pricePrecision: decimalsOf(spec.tickSize),
      quantityPrecision: decimalsOf(spec.stepSize),
      metadata: {},
    },
    amount: {
      min,
      max,
      step: spec.stepSize,
      minNotional: spec.minNotional ?? null,
      maxNotional: null,
    },
    price: priceOf(spec),
    capabilities: CAPABILITIES,
  };
}

function priceOf(spec: MarketSpec): PriceConstraints {
  const significantDigits = spec.significantDigits ?? null;
  return {
    tickSize: spec.tickSize,
    spacing: significantDigits === null ? "FIXED" : "DYNAMIC",
    min: spec.minPrice ?? null,
    max: spec.maxPrice ?? null,
    bands: [],
    significantDigits,
  };
}

/** The engine asks for none of it; clients learn capabilities from their own profile. */
const CAPABILITIES = capabilities({
  amountTypes: ["BASE", "QUOTE"],
  market: "NATIVE",
  limit: "NATIVE",
  timeInForce: { GTC: "NATIVE", IOC: "NATIVE", FOK: "NATIVE" },
  postOnly: "NATIVE",
  amendInPlace: "NATIVE",
  cancelAll: "NATIVE",
  lookupByClientOrderId: "NATIVE",
});
