/** The instruments the paper exchange lists unless told otherwise, with realistic steps. */
import { capabilities } from "../../model/capabilities.ts";
import { type Decimal, decimal, decimalsOf, ZERO } from "../../model/decimal.ts";
import type { MarketCapabilities, SymbolMetadata } from "../../model/instrument.ts";

/** How one spot pair is traded. */
export interface SpotTerms {
  readonly base: string;
  readonly quote: string;
  readonly tickSize: string;
  readonly stepSize: string;
  /** Default: 5 quote units, as most venues ask. */
  readonly minNotional?: string;
  /** Base units; default 9,000,000, the usual bound of coins worth cents. */
  readonly maxQuantity?: string;
}

/** How one contract is traded: as a pair, and settled in one asset of it. */
export interface ContractTerms extends SpotTerms {
  /** `YYYYMMDD`; absent: a perpetual. The engine does not play the expiry. */
  readonly expiry?: string;
  /** Default: the quote. With the base an inverse contract, counted in quote units. */
  readonly settle?: string;
}

/** What the engine does by itself; `NO` is refused on admission. */
export const PAPER_CAPABILITIES: MarketCapabilities = capabilities({
  amountTypes: ["BASE", "QUOTE"],
  market: "NATIVE",
  limit: "NATIVE",
  timeInForce: { GTC: "NATIVE", IOC: "NATIVE", FOK: "NATIVE", DAY: "EMULATED", GTD: "EMULATED" },
  conditional: { STOP_LOSS: "EMULATED", TAKE_PROFIT: "EMULATED", TRAILING_STOP: "EMULATED" },
  trailing: "EMULATED",
  postOnly: "NATIVE",
  amendInPlace: "NATIVE",
  cancelAll: "NATIVE",
  lookupByClientOrderId: "NATIVE",
});

export const PAPER_CONTRACT_CAPABILITIES: MarketCapabilities = {
  ...PAPER_CAPABILITIES,
  reduceOnly: "NATIVE",
};

/** A spot instrument of the paper exchange. @throws {RangeError} for a number that is none. */
export function spotInstrument(terms: SpotTerms): SymbolMetadata {
  const symbolId = `${terms.base}/${terms.quote}`;
  const tickSize = decimal(terms.tickSize);
  const step = decimal(terms.stepSize);
  const max: Decimal = decimal(terms.maxQuantity ?? "9000000");
  return {
    symbolId,
    instrument: {
      symbol: symbolId,
      rawSymbol: `${terms.base}${terms.quote}`,
      baseCurrency: terms.base,
      quoteCurrency: terms.quote,
      settleCurrency: null,
      instrumentType: "SPOT",
      contractSize: null,
      tickSize,
      minOrderSize: step,
      maxOrderSize: max,
      pricePrecision: decimalsOf(tickSize),
      quantityPrecision: decimalsOf(step),
      metadata: {},
    },
    amount: {
      min: step,
      max,
      step,
      minNotional: decimal(terms.minNotional ?? "5"),
      maxNotional: null,
    },
    price: {
      tickSize,
      spacing: "FIXED",
      min: tickSize,
      max: null,
      bands: [{ from: ZERO, tickSize }],
      significantDigits: null,
    },
    capabilities: PAPER_CAPABILITIES,
  };
}

/**
 * A perpetual, or with `expiry` a dated future, of the paper exchange; quantities are base units,
 * of an inverse contract quote units. @throws {RangeError} for a number that is none.
 */
export function contractInstrument(terms: ContractTerms): SymbolMetadata {
  const { expiry, settle = terms.quote } = terms;
  const spot = spotInstrument(terms);
  const kind = expiry === undefined ? "PERP" : `FUT:${expiry}`;
  const symbolId = `${spot.symbolId}:${kind}${settle === terms.quote ? "" : `@${settle}`}`;
  const inverse = settle === terms.quote ? "" : `_${settle}`;
  const rawName = `${expiry ?? "PERP"}${inverse}`;
  return {
    ...spot,
    symbolId,
    instrument: {
      ...spot.instrument,
      symbol: symbolId,
      rawSymbol: `${spot.instrument.rawSymbol}_${rawName}`,
      settleCurrency: settle,
      instrumentType: expiry === undefined ? "PERPETUAL" : "FUTURES",
    },
    // An inverse contract is counted in the quote: its quantity is its notional.
    amount: settle === terms.quote ? spot.amount : { ...spot.amount, minNotional: null },
    capabilities: PAPER_CONTRACT_CAPABILITIES,
  };
}

export const DEFAULT_INSTRUMENTS: readonly SymbolMetadata[] = [
  spotInstrument({
    base: "BTC",
    quote: "USDT",
    tickSize: "0.01",
    stepSize: "0.00001",
    maxQuantity: "9000",
  }),
  spotInstrument({
    base: "ETH",
    quote: "USDT",
    tickSize: "0.01",
    stepSize: "0.0001",
    maxQuantity: "9000",
  }),
  spotInstrument({
    base: "SOL",
    quote: "USDT",
    tickSize: "0.01",
    stepSize: "0.001",
    maxQuantity: "90000",
  }),
  spotInstrument({ base: "XRP", quote: "USDT", tickSize: "0.0001", stepSize: "0.1" }),
  spotInstrument({ base: "DOGE", quote: "USDT", tickSize: "0.00001", stepSize: "1" }),
  spotInstrument({
    base: "ETH",
    quote: "BTC",
    tickSize: "0.00001",
    stepSize: "0.0001",
    minNotional: "0.0001",
  }),
  contractInstrument({
    base: "BTC",
    quote: "USDT",
    tickSize: "0.1",
    stepSize: "0.001",
    maxQuantity: "1000",
  }),
];

/** Where the synthetic feed starts when the configuration names no price; quote units. */
export const DEFAULT_PRICES: Readonly<Record<string, Decimal>> = {
  "BTC/USDT": decimal("100000"),
  "ETH/USDT": decimal("4000"),
  "SOL/USDT": decimal("200"),
  "XRP/USDT": decimal("2.5"),
  "DOGE/USDT": decimal("0.25"),
  "ETH/BTC": decimal("0.04"),
  "BTC/USDT:PERP": decimal("100000"),
};
