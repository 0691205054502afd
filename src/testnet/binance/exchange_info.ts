/** GET /api/v3/exchangeInfo: what is listed, with which filters, under which rate limits. */
import type { EpochMs } from "../../model/scalars.ts";
import { MULTIPLIER_DOWN, MULTIPLIER_UP } from "./filters.ts";
import type { RateLimitRow } from "./limits.ts";
import { type BinanceListing, fixed } from "./listing.ts";

/** Digits of every amount the exchange keeps. */
const ASSET_PRECISION = 8;
const AVERAGE_PRICE_MINUTES = 5;

export function exchangeInfoBody(input: {
  readonly now: EpochMs;
  readonly rateLimits: readonly RateLimitRow[];
  readonly listings: readonly BinanceListing[];
  readonly openOrdersMax: number;
}): Record<string, unknown> {
  return {
    timezone: "UTC",
    serverTime: input.now,
    rateLimits: input.rateLimits,
    exchangeFilters: [],
    symbols: input.listings.map((listing) => symbolBody(listing, input.openOrdersMax)),
  };
}

function symbolBody(listing: BinanceListing, openOrdersMax: number): Record<string, unknown> {
  return {
    symbol: listing.symbol,
    status: "TRADING",
    baseAsset: listing.base,
    baseAssetPrecision: ASSET_PRECISION,
    quoteAsset: listing.quote,
    quotePrecision: ASSET_PRECISION,
    quoteAssetPrecision: ASSET_PRECISION,
    baseCommissionPrecision: ASSET_PRECISION,
    quoteCommissionPrecision: ASSET_PRECISION,
    // Conditional types are not traded here and therefore not published.
    orderTypes: ["LIMIT", "LIMIT_MAKER", "MARKET"],
    icebergAllowed: false,
    ocoAllowed: false,
    otoAllowed: false,
    opoAllowed: false,
    quoteOrderQtyMarketAllowed: true,
    allowTrailingStop: false,
    cancelReplaceAllowed: true,
    amendAllowed: true,
    pegInstructionsAllowed: false,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: filtersBody(listing, openOrdersMax),
    permissions: [],
    permissionSets: [["SPOT"]],
    defaultSelfTradePreventionMode: "NONE",
    allowedSelfTradePreventionModes: ["NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"],
  };
}

function filtersBody(listing: BinanceListing, openOrdersMax: number): readonly unknown[] {
  return [
    {
      filterType: "PRICE_FILTER",
      minPrice: fixed(listing.minPrice),
      maxPrice: fixed(listing.maxPrice),
      tickSize: fixed(listing.tickSize),
    },
    {
      filterType: "LOT_SIZE",
      minQty: fixed(listing.minQty),
      maxQty: fixed(listing.maxQty),
      stepSize: fixed(listing.stepSize),
    },
    { filterType: "ICEBERG_PARTS", limit: 10 },
    {
      filterType: "MARKET_LOT_SIZE",
      minQty: "0.00000000",
      maxQty: fixed(listing.marketMaxQty),
      stepSize: "0.00000000",
    },
    {
      filterType: "PERCENT_PRICE_BY_SIDE",
      bidMultiplierUp: MULTIPLIER_UP,
      bidMultiplierDown: MULTIPLIER_DOWN,
      askMultiplierUp: MULTIPLIER_UP,
      askMultiplierDown: MULTIPLIER_DOWN,
      avgPriceMins: AVERAGE_PRICE_MINUTES,
    },
    {
      filterType: "NOTIONAL",
      minNotional: fixed(listing.minNotional),
      applyMinToMarket: true,
      maxNotional: fixed(listing.maxNotional),
      applyMaxToMarket: false,
      avgPriceMins: AVERAGE_PRICE_MINUTES,
    },
    { filterType: "MAX_NUM_ORDERS", maxNumOrders: openOrdersMax },
    { filterType: "MAX_NUM_ALGO_ORDERS", maxNumAlgoOrders: 5 },
  ];
}
