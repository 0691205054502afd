/** What the local Coinbase lists: spot pairs with the increments and sizes it publishes. */
import { decimal } from "../../model/decimal.ts";
import { type Listing, metadataOf } from "../kit/listing.ts";

export interface CoinbaseListing extends Listing {
  readonly base: string;
  readonly quote: string;
  readonly tick: string;
  readonly step: string;
  readonly minSize: string;
  readonly maxSize: string;
  readonly minQuote: string;
}

/** [base, quote, price increment, base increment, max size, min quote size, start price] */
type Row = readonly [string, string, string, string, string, string, string];

const ROWS: readonly Row[] = [
  ["BTC", "USD", "0.01", "0.00000001", "3400", "1", "50000"],
  ["BTC", "USDT", "0.01", "0.00000001", "400", "1", "50000"],
  ["ETH", "USD", "0.01", "0.00000001", "42000", "1", "3000"],
  ["ETH", "USDT", "0.01", "0.00000001", "4600", "1", "3000"],
  ["ETH", "BTC", "0.00001", "0.00000001", "3800", "0.000016", "0.06"],
  ["SOL", "USD", "0.01", "0.00000001", "500000", "1", "150"],
  ["ADA", "USD", "0.0001", "0.00000001", "20000000", "1", "0.5"],
];

export const LISTINGS: readonly CoinbaseListing[] = ROWS.map(listingOf);

function listingOf([base, quote, tick, step, maxSize, minQuote, start]: Row): CoinbaseListing {
  const symbol = `${base}-${quote}`;
  const symbolId = `${base}/${quote}`;
  return {
    symbol,
    symbolId,
    base,
    quote,
    tick,
    step,
    minSize: step,
    maxSize,
    minQuote,
    startPrice: decimal(start),
    metadata: metadataOf({
      symbol,
      symbolId,
      base,
      quote,
      tickSize: decimal(tick),
      stepSize: decimal(step),
      maxQuantity: decimal(maxSize),
      minNotional: decimal(minQuote),
    }),
  };
}
