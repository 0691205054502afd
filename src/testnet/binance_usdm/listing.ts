/** What the local Binance USDⓈ-M lists: a few linear contracts with the filters it publishes. */
import { decimal } from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { BinanceListing } from "../binance/listing.ts";
import { metadataOf } from "../kit/listing.ts";

export interface UsdmListing extends BinanceListing {
  readonly contractType: "PERPETUAL" | "CURRENT_QUARTER";
  /** Of a perpetual the year 2100, as the exchange writes it. */
  readonly deliveryDate: EpochMs;
}

/**
 * [symbol, symbolId, base, quote, tick, maxPrice, step, maxQty, marketMaxQty, minNotional,
 * startPrice]
 */
type Row = readonly [
  ...readonly [string, string, string, string, string, string],
  ...readonly [string, string, string, string, string],
];

const PERPETUAL_DELIVERY = 4_133_404_800_000;

/** Steps and bounds as the exchange's exchangeInfo gave them in 2025; start prices are round. */
const ROWS: readonly Row[] = [
  [
    ...["BTCUSDT", "BTC/USDT:PERP", "BTC", "USDT", "0.1", "4529764"] as const,
    ...["0.001", "1000", "120", "100", "50000"] as const,
  ],
  [
    ...["ETHUSDT", "ETH/USDT:PERP", "ETH", "USDT", "0.01", "306177"] as const,
    ...["0.001", "10000", "2000", "20", "3000"] as const,
  ],
  [
    ...["SOLUSDT", "SOL/USDT:PERP", "SOL", "USDT", "0.01", "17000"] as const,
    ...["0.01", "1000000", "5000", "5", "150"] as const,
  ],
  [
    ...["ETHUSDC", "ETH/USDC:PERP", "ETH", "USDC", "0.01", "306177"] as const,
    ...["0.001", "8000", "400", "20", "3000"] as const,
  ],
  [
    ...["BTCUSDT_271231", "BTC/USDT:FUT:20271231", "BTC", "USDT", "0.1", "1000000"] as const,
    ...["0.001", "500", "10", "5", "50500"] as const,
  ],
];

/** In quote units; nothing of the kind is published for futures. */
const MAX_NOTIONAL = decimal("1000000000");

export const LISTINGS: readonly UsdmListing[] = ROWS.map(toListing);

function toListing(row: Row): UsdmListing {
  const [symbol, symbolId, base, quote, tick, maxPrice, step, maxQty, marketMax, notional, start] =
    row;
  const dated = /^.*_(\d{2})(\d{2})(\d{2})$/.exec(symbol);
  const market = {
    symbol,
    symbolId,
    base,
    quote,
    tickSize: decimal(tick),
    minPrice: decimal(tick),
    maxPrice: decimal(maxPrice),
    stepSize: decimal(step),
  };
  return {
    ...market,
    minQty: market.stepSize,
    maxQty: decimal(maxQty),
    marketMaxQty: decimal(marketMax),
    minNotional: decimal(notional),
    maxNotional: MAX_NOTIONAL,
    contractType: dated === null ? "PERPETUAL" : "CURRENT_QUARTER",
    // Contracts are delivered at eight in the morning, UTC.
    deliveryDate: dated === null
      ? PERPETUAL_DELIVERY
      : Date.parse(`20${dated[1]}-${dated[2]}-${dated[3]}T08:00:00Z`),
    metadata: metadataOf({
      ...market,
      instrumentType: dated === null ? "PERPETUAL" : "FUTURES",
      settle: quote,
      contractSize: decimal("1"),
      maxQuantity: decimal(maxQty),
      // The least notional is the dialect's to refuse: reduce-only orders are exempt.
    }),
    startPrice: decimal(start),
  };
}
