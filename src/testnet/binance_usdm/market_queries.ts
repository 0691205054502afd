/** Public reads of Binance USDⓈ-M: exchange info, books, trades, candles, tickers. */
import {
  bookTickerBody,
  dayTickerBody,
  depthBody,
  publicTradeBody,
} from "../binance/market_payloads.ts";
import { klineRows } from "../binance/market_queries.ts";
import { limitParam, type Params, required } from "../binance/params.ts";
import { invalidSymbol } from "../binance/refusal.ts";
import type { SymbolMarket } from "../kit/market.ts";
import type { UsdmCore } from "./core.ts";
import type { UsdmListing } from "./listing.ts";
import { aggregateBody, decimalsIn } from "./market_payloads.ts";
import { MULTIPLIER_DOWN, MULTIPLIER_UP } from "./new_order.ts";

const DEPTH = { fallback: 500, max: 1_000 };
const TRADES = { fallback: 500, max: 1_000 };
const KLINES = { fallback: 500, max: 1_500 };
const HOUR_MS = 3_600_000;

export function exchangeInfo(core: UsdmCore) {
  const { listings } = core.venue;
  return {
    timezone: "UTC",
    serverTime: core.clock.now(),
    futuresType: "U_MARGINED",
    rateLimits: core.limits.rows(),
    exchangeFilters: [],
    assets: [...new Set(listings.all.map(({ quote }) => quote))].map((asset) => ({
      asset,
      marginAvailable: true,
      autoAssetExchange: "-10000",
    })),
    symbols: listings.all.map((listing) => symbolBody(listing, core.openOrdersMax)),
  };
}

/** 2, 5, 10 or 20 by the number of levels. */
export function depthWeight(params: Params): number {
  const limit = Number(params.get("limit") ?? DEPTH.fallback);
  return limit <= 50 ? 2 : limit <= 100 ? 5 : limit <= 500 ? 10 : 20;
}

export function depth(core: UsdmCore, params: Params) {
  const { depth: levels, lastUpdateId } = marketOf(core, params)
    .book.snapshot(limitParam(params, DEPTH));
  const now = core.clock.now();
  return { ...depthBody(levels, lastUpdateId), E: now, T: now };
}

export function trades(core: UsdmCore, params: Params) {
  return marketOf(core, params).tape.trades(limitParam(params, TRADES)).map((trade) => {
    const { isBestMatch: _, ...body } = publicTradeBody(trade);
    return body;
  });
}

export function aggregates(core: UsdmCore, params: Params) {
  return marketOf(core, params).tape.trades(limitParam(params, TRADES)).map(aggregateBody);
}

/** 1, 2, 5 or 10 by the number of candles. */
export function klineWeight(params: Params): number {
  const limit = Number(params.get("limit") ?? KLINES.fallback);
  return limit < 100 ? 1 : limit < 500 ? 2 : limit <= 1_000 ? 5 : 10;
}

export function klines(core: UsdmCore, params: Params) {
  return klineRows(marketOf(core, params), params, KLINES);
}

export function priceTicker(core: UsdmCore, params: Params) {
  const time = core.clock.now();
  return oneOrAll(core, params, ({ listing, lastPrice }) => ({
    symbol: listing.symbol,
    price: lastPrice,
    time,
  }));
}

export function bookTicker(core: UsdmCore, params: Params) {
  const time = core.clock.now();
  return oneOrAll(core, params, ({ listing, top, book }) => ({
    ...bookTickerBody(listing.symbol, top),
    time,
    lastUpdateId: book.snapshot(1).lastUpdateId,
  }));
}

/** Without quotes, unlike spot's. */
export function dayTicker(core: UsdmCore, params: Params) {
  return oneOrAll(core, params, (market) => {
    const {
      bidPrice: _bid,
      bidQty: _bidQty,
      askPrice: _ask,
      askQty: _askQty,
      prevClosePrice: _close,
      ...body
    } = dayTickerBody(market.day);
    return body;
  });
}

/** The mark and the index are the last price here. */
export function premiumIndex(core: UsdmCore, params: Params) {
  const time = core.clock.now();
  return oneOrAll(core, params, ({ listing, lastPrice }) => ({
    symbol: listing.symbol,
    markPrice: lastPrice,
    indexPrice: lastPrice,
    estimatedSettlePrice: lastPrice,
    lastFundingRate: "0.00010000",
    interestRate: "0.00010000",
    nextFundingTime: Math.ceil((time + 1) / (8 * HOUR_MS)) * 8 * HOUR_MS,
    time,
  }));
}

function marketOf(core: UsdmCore, params: Params): SymbolMarket<UsdmListing> {
  const market = core.venue.market.get(required(params, "symbol"));
  if (market === undefined) throw invalidSymbol();
  return market;
}

function oneOrAll<T>(
  core: UsdmCore,
  params: Params,
  body: (market: SymbolMarket<UsdmListing>) => T,
) {
  return params.has("symbol")
    ? body(marketOf(core, params))
    : [...core.venue.market.all()].map(body);
}

function symbolBody(listing: UsdmListing, openOrdersMax: number) {
  const { symbol, base, quote } = listing;
  return {
    symbol,
    pair: base + quote,
    contractType: listing.contractType,
    deliveryDate: listing.deliveryDate,
    onboardDate: 1_569_398_400_000,
    status: "TRADING",
    maintMarginPercent: "2.5000",
    requiredMarginPercent: "5.0000",
    baseAsset: base,
    quoteAsset: quote,
    marginAsset: quote,
    pricePrecision: decimalsIn(listing.tickSize),
    quantityPrecision: decimalsIn(listing.stepSize),
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: "COIN",
    underlyingSubType: ["PoW"],
    triggerProtect: "0.0500",
    liquidationFee: "0.012500",
    marketTakeBound: "0.05",
    maxMoveOrderLimit: 10_000,
    filters: [
      {
        filterType: "PRICE_FILTER",
        minPrice: listing.minPrice,
        maxPrice: listing.maxPrice,
        tickSize: listing.tickSize,
      },
      {
        filterType: "LOT_SIZE",
        minQty: listing.minQty,
        maxQty: listing.maxQty,
        stepSize: listing.stepSize,
      },
      {
        filterType: "MARKET_LOT_SIZE",
        minQty: listing.minQty,
        maxQty: listing.marketMaxQty,
        stepSize: listing.stepSize,
      },
      { filterType: "MAX_NUM_ORDERS", limit: openOrdersMax },
      { filterType: "MAX_NUM_ALGO_ORDERS", limit: 10 },
      { filterType: "MIN_NOTIONAL", notional: listing.minNotional },
      {
        filterType: "PERCENT_PRICE",
        multiplierUp: MULTIPLIER_UP,
        multiplierDown: MULTIPLIER_DOWN,
        multiplierDecimal: "4",
      },
    ],
    // Conditional types are of the algo API, which is not here, and still published there.
    orderTypes: ["LIMIT", "MARKET"],
    timeInForce: ["GTC", "IOC", "FOK", "GTX", "GTD"],
  };
}
