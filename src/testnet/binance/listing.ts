/** What the local Binance lists: a few spot pairs with the filters the exchange publishes. */
import { type Decimal, decimal, decimalsOf } from "../../model/decimal.ts";
import type { SymbolMetadata } from "../../model/instrument.ts";

export interface Listing {
  /** The venue's name, e.g. `BTCUSDT`. */
  readonly symbol: string;
  /** Canonical, e.g. `BTC/USDT`. */
  readonly symbolId: string;
  readonly base: string;
  readonly quote: string;
  readonly tickSize: Decimal;
  readonly minPrice: Decimal;
  readonly maxPrice: Decimal;
  readonly stepSize: Decimal;
  readonly minQty: Decimal;
  readonly maxQty: Decimal;
  readonly marketMaxQty: Decimal;
  readonly minNotional: Decimal;
  readonly maxNotional: Decimal;
  /** The market starts here when no feed says otherwise. */
  readonly startPrice: Decimal;
}

/** [base, quote, tick, maxPrice, step, maxQty, marketMaxQty, minNotional, startPrice] */
type Row = readonly [string, string, string, string, string, string, string, string, string];

/** Steps and bounds as the exchange's exchangeInfo gave them in 2025; start prices are round. */
const ROWS: readonly Row[] = [
  ["BTC", "USDT", "0.01", "1000000", "0.00001", "9000", "120", "5", "50000"],
  ["ETH", "USDT", "0.01", "1000000", "0.0001", "9000", "2800", "5", "3000"],
  ["BNB", "USDT", "0.01", "100000", "0.001", "900000", "5000", "5", "600"],
  ["SOL", "USDT", "0.01", "10000", "0.001", "90000", "36000", "5", "150"],
  ["ADA", "USDT", "0.0001", "1000", "0.1", "900000", "900000", "5", "0.5"],
  ["ETH", "BTC", "0.00001", "922327", "0.0001", "100000", "2900", "0.0001", "0.06"],
];

/** In quote units; Binance publishes 9,000,000 for most pairs. */
const MAX_NOTIONAL = decimal("9000000");

export const LISTINGS: readonly Listing[] = ROWS.map(toListing);

/** The same pair as the matching engine takes it. */
export function toMetadata(listing: Listing): SymbolMetadata {
  return {
    symbolId: listing.symbolId,
    instrument: {
      symbol: listing.symbolId,
      rawSymbol: listing.symbol,
      baseCurrency: listing.base,
      quoteCurrency: listing.quote,
      settleCurrency: null,
      instrumentType: "SPOT",
      contractSize: null,
      tickSize: listing.tickSize,
      minOrderSize: listing.minQty,
      maxOrderSize: listing.maxQty,
      pricePrecision: decimalsOf(listing.tickSize),
      quantityPrecision: decimalsOf(listing.stepSize),
      metadata: {},
    },
    amount: {
      min: listing.minQty,
      max: listing.maxQty,
      step: listing.stepSize,
      minNotional: listing.minNotional,
      maxNotional: null,
    },
    price: {
      tickSize: listing.tickSize,
      spacing: "FIXED",
      min: listing.minPrice,
      max: listing.maxPrice,
      bands: [],
      significantDigits: null,
    },
    capabilities: SPOT_CAPABILITIES,
  };
}

const SPOT_CAPABILITIES: SymbolMetadata["capabilities"] = {
  sides: ["BUY", "SELL"],
  amountTypes: ["BASE", "QUOTE"],
  market: "NATIVE",
  limit: "NATIVE",
  timeInForce: { GTC: "NATIVE", IOC: "NATIVE", FOK: "NATIVE", DAY: "NO", GTD: "NO" },
  conditional: { STOP_LOSS: "NO", TAKE_PROFIT: "NO", TRAILING_STOP: "NO" },
  trailing: "NO",
  postOnly: "NATIVE",
  reduceOnly: "NO",
  iceberg: "NO",
  amendInPlace: "NATIVE",
  cancelAll: "NATIVE",
  deadManSwitch: "NO",
  lookupByClientOrderId: "NATIVE",
};

function toListing(row: Row): Listing {
  const [base, quote, tick, maxPrice, step, maxQty, marketMaxQty, minNotional, start] = row;
  return {
    symbol: base + quote,
    symbolId: `${base}/${quote}`,
    base,
    quote,
    tickSize: decimal(tick),
    minPrice: decimal(tick),
    maxPrice: decimal(maxPrice),
    stepSize: decimal(step),
    minQty: decimal(step),
    maxQty: decimal(maxQty),
    marketMaxQty: decimal(marketMaxQty),
    minNotional: decimal(minNotional),
    maxNotional: MAX_NOTIONAL,
    startPrice: decimal(start),
  };
}

const FIXED_DECIMALS = 8;

/** Binance writes amounts with eight decimals; finer digits are cut, as the exchange does. */
export function fixed(value: Decimal): string {
  const point = value.indexOf(".");
  if (point === -1) return value + ".00000000";
  const decimals = value.length - point - 1;
  if (decimals === FIXED_DECIMALS) return value;
  return decimals > FIXED_DECIMALS
    ? value.slice(0, point + 1 + FIXED_DECIMALS)
    : value + "0".repeat(FIXED_DECIMALS - decimals);
}
