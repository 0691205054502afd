/** What the local Binance lists: a few spot pairs with the filters the exchange publishes. */
import { type Decimal, decimal } from "../../model/decimal.ts";
import { type Listing, metadataOf } from "../kit/listing.ts";

export interface BinanceListing extends Listing {
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

export const LISTINGS: readonly BinanceListing[] = ROWS.map(toListing);

function toListing(row: Row): BinanceListing {
  const [base, quote, tick, maxPrice, step, maxQty, marketMaxQty, minNotional, start] = row;
  const market = {
    symbol: base + quote,
    symbolId: `${base}/${quote}`,
    base,
    quote,
    tickSize: decimal(tick),
    minPrice: decimal(tick),
    maxPrice: decimal(maxPrice),
    stepSize: decimal(step),
    minNotional: decimal(minNotional),
  };
  return {
    ...market,
    minQty: market.stepSize,
    maxQty: decimal(maxQty),
    marketMaxQty: decimal(marketMaxQty),
    maxNotional: MAX_NOTIONAL,
    metadata: metadataOf({ ...market, maxQuantity: decimal(maxQty) }),
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
