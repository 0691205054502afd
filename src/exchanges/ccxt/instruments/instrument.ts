/**
 * A market of ccxt into what an order is checked against, for every venue alike. The instance must
 * be made with `number: String`, so that what the venue sent as text stays text.
 */
import {
  compare,
  type Decimal,
  decimal,
  DECIMALS_MAX,
  decimalsOf,
  isPositive,
  ZERO,
} from "../../../model/decimal.ts";
import { tradedKind } from "../../../model/contract_value.ts";
import type {
  AmountConstraints,
  InstrumentType,
  MarketCapabilities,
  PriceConstraints,
  SymbolMetadata,
} from "../../../model/instrument.ts";
import type { JsonValue } from "../../../model/intent.ts";
import { isPowerOfTen } from "../../../model/price_grid.ts";
import { type CanonicalSymbol, formatSymbol } from "../../../model/symbol.ts";
import type { CcxtMarket } from "../ccxt.ts";
import { unitsOf } from "../rows/contracts.ts";
import { exactNumber } from "./exact_number.ts";
import { RowError } from "../rows/fields.ts";
import { canonicalOf } from "./market_symbol.ts";

/** What ccxt's market does not tell, or tells wrongly; the profile reads it from `market.info`. */
export interface InstrumentExtras {
  capabilities(market: CcxtMarket): MarketCapabilities;
  /** Prevails over the price rules that ccxt tells. */
  price?(market: CcxtMarket): Partial<PriceConstraints>;
  /** Prevails over ccxt's limits; quantities as the venue counts them, contracts on contracts. */
  amount?(market: CcxtMarket): Partial<AmountConstraints>;
  /** Where ccxt's `contractSize` is not the whole of it. */
  contractSize?(market: CcxtMarket): Decimal;
  /** The venue's name in calls, where it is not `market.id`. */
  rawSymbol?(market: CcxtMarket): string;
  metadata?(market: CcxtMarket): Readonly<Record<string, JsonValue>>;
}

export interface InstrumentSource {
  readonly extras: InstrumentExtras;
  /** `exchange.precisionMode`. */
  readonly precisionMode: number;
}

/**
 * Reads one market.
 *
 * @throws {RowError | RangeError} naming the field that cannot be read; nothing is guessed.
 */
export function readInstrument(market: CcxtMarket, source: InstrumentSource): SymbolMetadata {
  const { extras } = source;
  const symbol = canonicalOf(market);
  const symbolId = formatSymbol(symbol);
  const contractSize = sizeOf(market, symbol, extras);
  const amount = readAmount(market, { symbol, contractSize }, source);
  const price = readPrice(market, source);
  return {
    symbolId,
    instrument: {
      symbol: symbolId,
      rawSymbol: extras.rawSymbol?.(market) ?? market.id,
      baseCurrency: symbol.base,
      quoteCurrency: symbol.quote,
      settleCurrency: symbol.kind === "SPOT" ? null : symbol.settle,
      instrumentType: TYPES[symbol.kind],
      contractSize,
      tickSize: price.tickSize,
      minOrderSize: amount.min,
      maxOrderSize: amount.max,
      pricePrecision: precisionOf(price.tickSize),
      quantityPrecision: precisionOf(amount.step),
      metadata: metadataOf(market, symbol, extras),
    },
    amount,
    price,
    capabilities: extras.capabilities(market),
  };
}

const TYPES: Readonly<Record<CanonicalSymbol["kind"], InstrumentType>> = {
  SPOT: "SPOT",
  PERP: "PERPETUAL",
  FUT: "FUTURES",
  OPT: "OPTION",
};

/** ccxt's `precisionMode`: DECIMAL_PLACES, SIGNIFICANT_DIGITS, TICK_SIZE (base/functions). */
const DECIMAL_PLACES = 2;
const SIGNIFICANT_DIGITS = 3;
const TICK_SIZE = 4;

function sizeOf(
  market: CcxtMarket,
  symbol: CanonicalSymbol,
  extras: InstrumentExtras,
): Decimal | null {
  if (symbol.kind === "SPOT") return null;
  const size = extras.contractSize?.(market) ?? exactNumber(market.contractSize, "contractSize");
  if (size === null || !isPositive(size)) throw new RowError("a contract without a size");
  return size;
}

function readAmount(
  market: CcxtMarket,
  { symbol, contractSize }: {
    readonly symbol: CanonicalSymbol;
    readonly contractSize: Decimal | null;
  },
  { extras, precisionMode }: InstrumentSource,
): AmountConstraints {
  const { amount, cost } = market.limits ?? {};
  const told = extras.amount?.(market) ?? {};
  const step = told.step ?? tickOf(market.precision?.amount, "precision.amount", precisionMode);
  if (step === null || !isPositive(step)) throw new RowError("precision.amount is missing");
  const units = (contracts: Decimal) => unitsOf(contracts, contractSize);
  const least = told.min ?? exactNumber(amount?.min, "limits.amount.min") ?? step;
  const most = prevailing(told.max, amount?.max, "limits.amount.max");
  return {
    // Below one step there is no quantity at all.
    min: units(compare(least, step) < 0 ? step : least),
    max: most === null ? null : units(most),
    step: units(step),
    // An inverse contract is counted in the quote: its quantity is its notional, at any price.
    ...(tradedKind(symbol) === "inverse" ? { minNotional: null, maxNotional: null } : {
      minNotional: prevailing(told.minNotional, cost?.min, "limits.cost.min"),
      maxNotional: prevailing(told.maxNotional, cost?.max, "limits.cost.max"),
    }),
  };
}

function readPrice(
  market: CcxtMarket,
  { extras, precisionMode }: InstrumentSource,
): PriceConstraints {
  const limits = market.limits?.price;
  const told = extras.price?.(market) ?? {};
  const byDigits = precisionMode === SIGNIFICANT_DIGITS && told.tickSize === undefined;
  const tickSize = told.tickSize ??
    (byDigits ? FINEST : tickOf(market.precision?.price, "precision.price", precisionMode));
  if (tickSize === null || !isPositive(tickSize)) throw new RowError("precision.price is missing");
  const price: PriceConstraints = {
    tickSize,
    spacing: told.spacing ?? (byDigits ? "DYNAMIC" : "FIXED"),
    min: prevailing(told.min, limits?.min, "limits.price.min"),
    max: prevailing(told.max, limits?.max, "limits.price.max"),
    bands: told.bands ?? [],
    significantDigits: told.significantDigits ??
      (byDigits ? countOf(market.precision?.price, "precision.price") : null),
  };
  if (price.significantDigits !== null && !isPowerOfTen(tickSize)) {
    throw new RowError(`tick size ${tickSize} is no power of ten beside significant digits`);
  }
  return price;
}

const FINEST = decimal(`0.${"0".repeat(DECIMALS_MAX - 1)}1`);

/** A limit of zero switches the rule off (Binance writes unlimited prices so). */
function prevailing(
  told: Decimal | null | undefined,
  value: unknown,
  field: string,
): Decimal | null {
  const limit = told === undefined ? exactNumber(value, field) : told;
  return limit === ZERO ? null : limit;
}

function tickOf(value: unknown, field: string, precisionMode: number): Decimal | null {
  if (value === undefined || value === null) return null;
  switch (precisionMode) {
    case TICK_SIZE:
      return exactNumber(value, field);
    case DECIMAL_PLACES:
      return powerOfTen(-countOf(value, field), field);
    default:
      // Quantities in significant digits have no step; a profile has to name one.
      throw new RowError(`${field} in precision mode ${precisionMode} tells no step`);
  }
}

function countOf(value: unknown, field: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || Math.abs(count) > DECIMALS_MAX) {
    throw new RowError(`${field} is ${String(value).slice(0, 48)}, not a number of digits`);
  }
  return count;
}

function powerOfTen(power: number, field: string): Decimal {
  return exactNumber(`1e${power}`, field)!;
}

/** Decimals of the multiples of a step; negative for steps of tens. */
function precisionOf(step: Decimal): number {
  const zeros = step.includes(".") ? 0 : /0*$/.exec(step)![0].length;
  return zeros === 0 ? decimalsOf(step) : -zeros;
}

/** What a contract ends on is in its name; the hour it ends at is not. */
function metadataOf(
  market: CcxtMarket,
  symbol: CanonicalSymbol,
  extras: InstrumentExtras,
): Readonly<Record<string, JsonValue>> {
  const dated = symbol.kind === "FUT" || symbol.kind === "OPT";
  return {
    ...(market.active === undefined ? {} : { active: market.active }),
    ...(dated && market.expiry !== undefined ? { expiry: market.expiry } : {}),
    ...extras.metadata?.(market),
  };
}
