/** What the local Kraken Futures lists: linear multi-collateral perpetuals, settled in dollars. */
import { decimal } from "../../model/decimal.ts";
import { type Listing, metadataOf } from "../kit/listing.ts";

export interface FuturesListing extends Listing {
  readonly tick: string;
  readonly priceDecimals: number;
  /** "contractValueTradePrecision": decimals of a size. */
  readonly sizeDecimals: number;
}

/** [symbol, base, tick, decimals of prices, decimals of sizes, start price] */
type Row = readonly [string, string, string, number, number, string];

const ROWS: readonly Row[] = [
  ["PF_XBTUSD", "BTC", "1", 0, 4, "50000"],
  ["PF_ETHUSD", "ETH", "0.1", 1, 3, "3000"],
  ["PF_SOLUSD", "SOL", "0.01", 2, 2, "150"],
];

export const LISTINGS: readonly FuturesListing[] = ROWS.map(listing);

function listing([symbol, base, tick, priceDecimals, sizeDecimals, start]: Row): FuturesListing {
  const symbolId = `${base}/USD:PERP`;
  return {
    symbol,
    symbolId,
    aliases: [symbol.toLowerCase()],
    tick,
    priceDecimals,
    sizeDecimals,
    startPrice: decimal(start),
    metadata: metadataOf({
      symbol,
      symbolId,
      base,
      quote: "USD",
      settle: "USD",
      instrumentType: "PERPETUAL",
      contractSize: decimal("1"),
      tickSize: decimal(tick),
      stepSize: decimal(`0.${"0".repeat(sizeDecimals - 1)}1`),
    }),
  };
}
