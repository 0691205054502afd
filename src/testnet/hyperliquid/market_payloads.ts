/** The market as Hyperliquid shows it: its lists, books, trades, candles and valuations. */
import type { DepthLevel } from "../../exchanges/paper/messages.ts";
import { type Candle, MINUTE_MS, type TapeTrade } from "../../exchanges/paper/tape.ts";
import { add, type Decimal, decimal, divide, multiply, ZERO } from "../../model/decimal.ts";
import type { SymbolMarket } from "../kit/market.ts";
import type { HyperliquidListing } from "./listing.ts";
import { LISTINGS, TOKENS } from "./listing.ts";
import { hashOf, sideOf, wire } from "./order_payloads.ts";

export type HyperliquidMarket = SymbolMarket<HyperliquidListing>;

/** "At most 20 levels per side." */
export const BOOK_LEVELS = 20;
const TWO = decimal("2");
/** In minutes; a month has no fixed length and is none here. */
export const INTERVALS: Readonly<Record<string, number>> = {
  "1m": 1,
  "3m": 3,
  "5m": 5,
  "15m": 15,
  "30m": 30,
  "1h": 60,
  "2h": 120,
  "4h": 240,
  "8h": 480,
  "12h": 720,
  "1d": 1_440,
  "3d": 4_320,
  "1w": 10_080,
};

export function perpMeta() {
  return {
    universe: LISTINGS.filter(({ isSpot }) => !isSpot).map(({ symbol, szDecimals }) => ({
      szDecimals,
      name: symbol,
      maxLeverage: 50,
      onlyIsolated: false,
      marginTableId: 50,
    })),
    marginTables: [],
    collateralToken: 0,
  };
}

export function spotMeta() {
  const tokenAt = (name: string) => TOKENS.findIndex((token) => token.name === name);
  return {
    tokens: TOKENS.map((token, index) => ({
      ...token,
      index,
      tokenId: `0x${index.toString(16).padStart(32, "0")}`,
      isCanonical: index < 2,
      evmContract: null,
      fullName: null,
    })),
    universe: LISTINGS.filter(({ isSpot }) => isSpot).map(({ symbol, base, quote }, index) => ({
      name: symbol,
      tokens: [tokenAt(base), tokenAt(quote)],
      index,
      isCanonical: symbol.includes("/"),
    })),
  };
}

/** What `activeAssetCtx` and the lists tell of one market. */
export function contextOf(market: HyperliquidMarket) {
  const { day } = market.day;
  const price = wire(market.lastPrice);
  const common = {
    dayNtlVlm: wire(day?.quoteVolume ?? ZERO),
    prevDayPx: wire(day?.open ?? market.lastPrice),
    markPx: price,
    midPx: midOf(market),
    dayBaseVlm: wire(day?.volume ?? ZERO),
  };
  if (market.listing.isSpot) return { ...common, circulatingSupply: "0.0", coin: coinOf(market) };
  return {
    ...common,
    funding: "0.0000125",
    openInterest: "0.0",
    premium: "0.0",
    oraclePx: price,
    impactPxs: [price, price],
  };
}

export function midOf(market: HyperliquidMarket): string {
  const { bid, ask } = market.top;
  if (bid === null || ask === null) return wire(market.lastPrice);
  return wire(divide(add(bid, ask), TWO));
}

export function bookOf(market: HyperliquidMarket) {
  const { depth } = market.book.snapshot(BOOK_LEVELS);
  return {
    coin: coinOf(market),
    time: market.day.now,
    levels: [depth.bids.map(levelRow), depth.asks.map(levelRow)],
  };
}

export function bestOf(market: HyperliquidMarket) {
  const { bid, bidSize, ask, askSize } = market.top;
  return {
    coin: coinOf(market),
    time: market.day.now,
    bbo: [best(bid, bidSize), best(ask, askSize)],
  };
}

export function tradeRow(trade: TapeTrade, market: HyperliquidMarket) {
  return {
    coin: coinOf(market),
    side: sideOf(trade.buyerIsMaker ? "SELL" : "BUY"),
    px: wire(trade.price),
    sz: wire(trade.quantity),
    time: trade.time,
    hash: hashOf(String(trade.id)),
    tid: trade.id,
    users: [NOBODY, NOBODY],
  };
}

export function candleRow(candle: Candle, market: HyperliquidMarket, interval: string) {
  return {
    t: candle.openTime,
    T: candle.openTime + lengthOf(interval) - 1,
    s: coinOf(market),
    i: interval,
    o: wire(candle.open),
    c: wire(candle.close),
    h: wire(candle.high),
    l: wire(candle.low),
    v: wire(candle.volume),
    n: candle.trades,
  };
}

export function lengthOf(interval: string): number {
  return (INTERVALS[interval] ?? 1) * MINUTE_MS;
}

/** Whole quote units an account has traded. */
export function volumeOf(
  trades: readonly { readonly price: Decimal; readonly quantity: Decimal }[],
) {
  return trades.reduce((total, { price, quantity }) => add(total, multiply(price, quantity)), ZERO);
}

const NOBODY = `0x${"0".repeat(40)}`;

function coinOf({ listing }: HyperliquidMarket): string {
  return listing.symbol;
}

function best(price: Decimal | null, quantity: Decimal | null) {
  return price === null || quantity === null ? null : levelRow({ price, quantity });
}

function levelRow({ price, quantity }: DepthLevel) {
  return { px: wire(price), sz: wire(quantity), n: 1 };
}
