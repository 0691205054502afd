/** Market data as Binance writes it, over REST and in streams. */
import type { Depth, DepthLevel, TopOfBook } from "../../exchanges/paper/messages.ts";
import { divide, multiply, subtract, ZERO } from "../../model/decimal.ts";
import { decimal } from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { DayTicker } from "../kit/market.ts";
import { type Candle, MINUTE_MS, type TapeTrade } from "../../exchanges/paper/tape.ts";
import { fixed } from "./listing.ts";

const DAY_MS = 86_400_000;
const HUNDRED = decimal("100");

/** The intervals of klines, in ms; weeks and months have no fixed length here and are left out. */
export const INTERVALS: Readonly<Record<string, number>> = {
  "1m": MINUTE_MS,
  "3m": 3 * MINUTE_MS,
  "5m": 5 * MINUTE_MS,
  "15m": 15 * MINUTE_MS,
  "30m": 30 * MINUTE_MS,
  "1h": 60 * MINUTE_MS,
  "2h": 120 * MINUTE_MS,
  "4h": 240 * MINUTE_MS,
  "6h": 360 * MINUTE_MS,
  "8h": 480 * MINUTE_MS,
  "12h": 720 * MINUTE_MS,
  "1d": DAY_MS,
  "3d": 3 * DAY_MS,
};

export function levelBody(level: DepthLevel): readonly [string, string] {
  return [fixed(level.price), fixed(level.quantity)];
}

export function depthBody(depth: Depth, lastUpdateId: number) {
  return {
    lastUpdateId,
    bids: depth.bids.map(levelBody),
    asks: depth.asks.map(levelBody),
  };
}

export function publicTradeBody(trade: TapeTrade) {
  return {
    id: trade.id,
    price: fixed(trade.price),
    qty: fixed(trade.quantity),
    quoteQty: fixed(multiply(trade.price, trade.quantity)),
    time: trade.time,
    isBuyerMaker: trade.buyerIsMaker,
    isBestMatch: true,
  };
}

export function klineBody(candle: Candle, intervalMs: number): readonly unknown[] {
  return [
    candle.openTime,
    fixed(candle.open),
    fixed(candle.high),
    fixed(candle.low),
    fixed(candle.close),
    fixed(candle.volume),
    candle.openTime + intervalMs - 1,
    fixed(candle.quoteVolume),
    candle.trades,
    fixed(candle.takerBuyVolume),
    fixed(candle.takerBuyQuoteVolume),
    "0",
  ];
}

export function bookTickerBody(symbol: string, top: TopOfBook) {
  return {
    symbol,
    bidPrice: fixed(top.bid ?? ZERO),
    bidQty: fixed(top.bidSize ?? ZERO),
    askPrice: fixed(top.ask ?? ZERO),
    askQty: fixed(top.askSize ?? ZERO),
  };
}

/** GET /api/v3/ticker/24hr. */
export function dayTickerBody(input: DayTicker) {
  const stats = dayStats(input);
  return {
    symbol: input.symbol,
    priceChange: stats.change,
    priceChangePercent: stats.changePercent,
    weightedAvgPrice: stats.average,
    prevClosePrice: stats.open,
    lastPrice: stats.last,
    lastQty: fixed(input.lastQuantity),
    bidPrice: fixed(input.top.bid ?? ZERO),
    bidQty: fixed(input.top.bidSize ?? ZERO),
    askPrice: fixed(input.top.ask ?? ZERO),
    askQty: fixed(input.top.askSize ?? ZERO),
    openPrice: stats.open,
    highPrice: stats.high,
    lowPrice: stats.low,
    volume: stats.volume,
    quoteVolume: stats.quoteVolume,
    openTime: input.now - DAY_MS,
    closeTime: input.now,
    firstId: stats.firstId,
    lastId: stats.lastId,
    count: stats.count,
  };
}

/** The `24hrTicker` stream event. */
export function dayTickerEvent(input: DayTicker) {
  const stats = dayStats(input);
  return {
    e: "24hrTicker",
    E: input.now,
    s: input.symbol,
    p: stats.change,
    P: stats.changePercent,
    w: stats.average,
    x: stats.open,
    c: stats.last,
    Q: fixed(input.lastQuantity),
    b: fixed(input.top.bid ?? ZERO),
    B: fixed(input.top.bidSize ?? ZERO),
    a: fixed(input.top.ask ?? ZERO),
    A: fixed(input.top.askSize ?? ZERO),
    o: stats.open,
    h: stats.high,
    l: stats.low,
    v: stats.volume,
    q: stats.quoteVolume,
    O: input.now - DAY_MS,
    C: input.now,
    F: stats.firstId,
    L: stats.lastId,
    n: stats.count,
  };
}

export function miniTickerEvent(input: DayTicker) {
  const stats = dayStats(input);
  return {
    e: "24hrMiniTicker",
    E: input.now,
    s: input.symbol,
    c: stats.last,
    o: stats.open,
    h: stats.high,
    l: stats.low,
    v: stats.volume,
    q: stats.quoteVolume,
  };
}

export function tradeEvent(symbol: string, trade: TapeTrade, now: EpochMs) {
  return {
    e: "trade",
    E: now,
    s: symbol,
    t: trade.id,
    p: fixed(trade.price),
    q: fixed(trade.quantity),
    T: trade.time,
    m: trade.buyerIsMaker,
    M: true,
  };
}

export function aggTradeEvent(symbol: string, trade: TapeTrade, now: EpochMs) {
  return {
    e: "aggTrade",
    E: now,
    s: symbol,
    a: trade.id,
    p: fixed(trade.price),
    q: fixed(trade.quantity),
    f: trade.id,
    l: trade.id,
    T: trade.time,
    m: trade.buyerIsMaker,
    M: true,
  };
}

export function bookTickerEvent(symbol: string, top: TopOfBook, updateId: number) {
  return {
    u: updateId,
    s: symbol,
    b: fixed(top.bid ?? ZERO),
    B: fixed(top.bidSize ?? ZERO),
    a: fixed(top.ask ?? ZERO),
    A: fixed(top.askSize ?? ZERO),
  };
}

export function klineEvent(
  candle: Candle,
  named: { readonly symbol: string; readonly interval: string; readonly now: EpochMs },
) {
  const intervalMs = INTERVALS[named.interval] ?? MINUTE_MS;
  return {
    e: "kline",
    E: named.now,
    s: named.symbol,
    k: {
      t: candle.openTime,
      T: candle.openTime + intervalMs - 1,
      s: named.symbol,
      i: named.interval,
      f: candle.firstTradeId,
      L: candle.lastTradeId,
      o: fixed(candle.open),
      c: fixed(candle.close),
      h: fixed(candle.high),
      l: fixed(candle.low),
      v: fixed(candle.volume),
      n: candle.trades,
      x: named.now >= candle.openTime + intervalMs,
      q: fixed(candle.quoteVolume),
      V: fixed(candle.takerBuyVolume),
      Q: fixed(candle.takerBuyQuoteVolume),
      B: "0",
    },
  };
}

function dayStats({ day, top }: DayTicker) {
  const last = day?.close ?? top.last ?? ZERO;
  const open = day?.open ?? last;
  const change = subtract(last, open);
  const volume = day?.volume ?? ZERO;
  const quoteVolume = day?.quoteVolume ?? ZERO;
  const percent = open === ZERO ? ZERO : divide(multiply(change, HUNDRED), open);
  return {
    change: fixed(change),
    changePercent: Number(percent).toFixed(3),
    average: fixed(volume === ZERO ? last : divide(quoteVolume, volume)),
    last: fixed(last),
    open: fixed(open),
    high: fixed(day?.high ?? last),
    low: fixed(day?.low ?? last),
    volume: fixed(volume),
    quoteVolume: fixed(quoteVolume),
    firstId: day?.firstTradeId ?? -1,
    lastId: day?.lastTradeId ?? -1,
    count: day?.trades ?? 0,
  };
}
