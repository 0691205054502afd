/** Instruments, tickers, books, trades and candles in Bybit's words. */
import type { DepthLevel } from "../../exchanges/paper/messages.ts";
import { compare, type Decimal, ZERO } from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { Candle, TapeTrade } from "../../exchanges/paper/tape.ts";
import type { SymbolMarket } from "../kit/market.ts";
import type { BybitListing } from "./listing.ts";
import { TRADE_IDS } from "./orders.ts";

export type BybitMarket = SymbolMarket<BybitListing>;

const MINUTE_MS = 60_000;

/** The exchange's names of candle lengths; weeks and months are left out here. */
export const INTERVALS: Readonly<Record<string, number>> = {
  "1": MINUTE_MS,
  "3": 3 * MINUTE_MS,
  "5": 5 * MINUTE_MS,
  "15": 15 * MINUTE_MS,
  "30": 30 * MINUTE_MS,
  "60": 60 * MINUTE_MS,
  "120": 120 * MINUTE_MS,
  "240": 240 * MINUTE_MS,
  "360": 360 * MINUTE_MS,
  "720": 720 * MINUTE_MS,
  "D": 1_440 * MINUTE_MS,
};

export function instrumentRow(listing: BybitListing) {
  return listing.category === "spot" ? spotRow(listing) : contractRow(listing);
}

function spotRow({ name, base, quote, tick, step, minQty, maxQty, minNotional }: BybitListing) {
  return {
    symbol: name,
    baseCoin: base,
    quoteCoin: quote,
    innovation: "0",
    status: "Trading",
    marginTrading: "utaOnly",
    stTag: "0",
    lotSizeFilter: {
      basePrecision: step,
      quotePrecision: "0.0000001",
      minOrderQty: minQty,
      maxOrderQty: maxQty,
      minOrderAmt: minNotional,
      maxOrderAmt: "8000000",
      maxLimitOrderQty: maxQty,
      maxMarketOrderQty: maxQty,
      postOnlyMaxLimitOrderSize: maxQty,
    },
    priceFilter: { tickSize: tick },
    riskParameters: { priceLimitRatioX: "0.01", priceLimitRatioY: "0.02" },
  };
}

function contractRow(listing: BybitListing) {
  const { name, base, quote, settle, tick, step, minQty, maxQty, minNotional } = listing;
  return {
    symbol: name,
    contractType: listing.contractType,
    status: "Trading",
    baseCoin: base,
    quoteCoin: quote,
    launchTime: "1585526400000",
    deliveryTime: String(listing.deliveryTime),
    deliveryFeeRate: "",
    priceScale: "2",
    leverageFilter: { minLeverage: "1", maxLeverage: "100.00", leverageStep: "0.01" },
    priceFilter: { minPrice: tick, maxPrice: "1999999.80", tickSize: tick },
    lotSizeFilter: {
      maxOrderQty: maxQty,
      minOrderQty: minQty,
      qtyStep: step,
      postOnlyMaxOrderQty: maxQty,
      maxMktOrderQty: maxQty,
      minNotionalValue: minNotional,
    },
    unifiedMarginTrade: true,
    fundingInterval: 480,
    settleCoin: settle,
    copyTrading: "none",
    upperFundingRate: "0.00375",
    lowerFundingRate: "-0.00375",
    isPreListing: false,
    preListingInfo: null,
  };
}

export function tickerRow(market: BybitMarket) {
  const { name, category } = market.listing;
  const { top, day } = market.day;
  const last = top.last ?? market.lastPrice;
  const row = {
    symbol: name,
    bid1Price: top.bid ?? "",
    bid1Size: top.bidSize ?? "",
    ask1Price: top.ask ?? "",
    ask1Size: top.askSize ?? "",
    lastPrice: last,
    prevPrice24h: day?.open ?? last,
    price24hPcnt: "0",
    highPrice24h: day?.high ?? last,
    lowPrice24h: day?.low ?? last,
    turnover24h: day?.quoteVolume ?? ZERO,
    volume24h: day?.volume ?? ZERO,
  };
  if (category === "spot") return { ...row, usdIndexPrice: "" };
  return {
    ...row,
    indexPrice: last,
    markPrice: last,
    prevPrice1h: last,
    openInterest: "0",
    openInterestValue: "0",
    fundingRate: "0.0001",
    nextFundingTime: "0",
    predictedDeliveryPrice: "",
    basisRate: "",
    deliveryFeeRate: "",
    deliveryTime: String(market.listing.deliveryTime),
    basis: "",
  };
}

/** What of it the stream's spot tickers carry: no best prices there. */
export function spotTickerEvent(market: BybitMarket) {
  const { bid1Price: _b, bid1Size: _bs, ask1Price: _a, ask1Size: _as, ...row } = tickerRow(market);
  return row;
}

export function tradeRow(market: BybitMarket, trade: TapeTrade) {
  return {
    execId: TRADE_IDS.toText(trade.id),
    symbol: market.listing.name,
    price: trade.price,
    size: trade.quantity,
    side: trade.buyerIsMaker ? "Sell" : "Buy",
    time: String(trade.time),
    isBlockTrade: false,
    isRPITrade: false,
    seq: String(trade.id),
  };
}

export function tradeEvent(market: BybitMarket, trade: TapeTrade) {
  return {
    T: trade.time,
    s: market.listing.name,
    S: trade.buyerIsMaker ? "Sell" : "Buy",
    v: trade.quantity,
    p: trade.price,
    ...(market.listing.category === "spot" ? {} : { L: "ZeroPlusTick" }),
    i: TRADE_IDS.toText(trade.id),
    BT: false,
    RPI: false,
    seq: trade.id,
  };
}

/** `[start, open, high, low, close, volume, turnover]` */
export function candleRow(candle: Candle) {
  return [
    String(candle.openTime),
    candle.open,
    candle.high,
    candle.low,
    candle.close,
    candle.volume,
    candle.quoteVolume,
  ];
}

export function candleEvent(
  candle: Candle,
  { interval, now }: { readonly interval: string; readonly now: EpochMs },
) {
  const end = candle.openTime + INTERVALS[interval]! - 1;
  return {
    start: candle.openTime,
    end,
    interval,
    open: candle.open,
    close: candle.close,
    high: candle.high,
    low: candle.low,
    volume: candle.volume,
    turnover: candle.quoteVolume,
    confirm: now > end,
    timestamp: now,
  };
}

export function levelBody({ price, quantity }: DepthLevel): readonly [Decimal, Decimal] {
  return [price, quantity];
}

/** Levels that are new, changed or (with quantity 0) gone. */
export function changedLevels(
  before: readonly DepthLevel[],
  after: readonly DepthLevel[],
): readonly DepthLevel[] {
  const known = new Map(before.map(({ price, quantity }) => [price, quantity]));
  const changed = after.filter(({ price, quantity }) => {
    const old = known.get(price);
    known.delete(price);
    return old === undefined || compare(old, quantity) !== 0;
  });
  const gone = [...known.keys()].map((price) => ({ price, quantity: ZERO }));
  return [...changed, ...gone];
}
