/** The market as OKX shows it: instruments, tickers, books, trades and candles. */
import type { DepthLevel } from "../../exchanges/paper/messages.ts";
import { type Decimal, ZERO } from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { SymbolMarket } from "../kit/market.ts";
import type { Candle, TapeTrade } from "../../exchanges/paper/tape.ts";
import { textOrEmpty, toWire } from "./amounts.ts";
import type { OkxListing } from "./listing.ts";

export type OkxMarket = SymbolMarket<OkxListing>;

/** Spot has no underlying: that is of contracts. */
export function underlyingOf({ base, quote, instType }: OkxListing): string {
  return instType === "SPOT" ? "" : `${base}-${quote}`;
}

export function instrumentRow(listing: OkxListing, instIdCode: number) {
  const { instType, base, quote, settle, contract } = listing;
  const isSpot = instType === "SPOT";
  const max = listing.maxSz;
  return {
    alias: "",
    auctionEndTime: "",
    baseCcy: isSpot ? base : "",
    category: "1",
    contTdSwTime: "1548133413000",
    ...contract,
    expTime: contract.expTime,
    instFamily: underlyingOf(listing),
    instId: listing.symbol,
    instIdCode,
    instType,
    lever: isSpot || instType === "OPTION" ? "" : "100",
    listTime: "1548133413000",
    lotSz: listing.lotSz,
    maxIcebergSz: max,
    maxLmtAmt: "20000000",
    maxLmtSz: max,
    maxMktAmt: isSpot ? "1000000" : "",
    maxMktSz: max,
    maxStopSz: max,
    maxTriggerSz: max,
    maxTwapSz: max,
    minSz: listing.minSz,
    openType: "",
    quoteCcy: isSpot ? quote : "",
    ruleType: "normal",
    settleCcy: settle,
    state: "live",
    tickSz: listing.tickSz,
    uly: underlyingOf(listing),
  };
}

export function tickerRow(market: OkxMarket) {
  const { listing } = market;
  const { top, day, lastQuantity, now } = market.day;
  const last = top.last ?? market.lastPrice;
  return {
    askPx: textOrEmpty(top.ask),
    askSz: sizeOf(top.askSize, listing),
    bidPx: textOrEmpty(top.bid),
    bidSz: sizeOf(top.bidSize, listing),
    high24h: day?.high ?? last,
    instId: listing.symbol,
    instType: listing.instType,
    last,
    lastSz: toWire(lastQuantity, listing),
    low24h: day?.low ?? last,
    open24h: day?.open ?? last,
    sodUtc0: day?.open ?? last,
    sodUtc8: day?.open ?? last,
    ts: String(now),
    vol24h: toWire(day?.volume ?? ZERO, listing),
    // In quote units on spot, in base units on contracts.
    volCcy24h: (listing.instType === "SPOT" ? day?.quoteVolume : day?.volume) ?? ZERO,
  };
}

/** `[price, size, "0" (deprecated), orders]`. */
export function levelRow({ price, quantity }: DepthLevel, listing: OkxListing) {
  return [price, toWire(quantity, listing), "0", quantity === ZERO ? "0" : "1"];
}

export function tradeRow(
  { id, price, quantity, buyerIsMaker, time }: TapeTrade,
  listing: OkxListing,
) {
  return {
    instId: listing.symbol,
    px: price,
    side: buyerIsMaker ? "sell" : "buy",
    sz: toWire(quantity, listing),
    tradeId: String(id),
    ts: String(time),
  };
}

/** Bars by the venue's name, in ms; longer ones than a week are not kept here. */
export const BARS: Readonly<Record<string, number>> = bars();

/** `[ts, open, high, low, close, vol, volCcy, volCcyQuote, confirm]`. */
export function candleRow(
  candle: Candle,
  { listing, barMs, now }: {
    readonly listing: OkxListing;
    readonly barMs: number;
    readonly now: EpochMs;
  },
) {
  return [
    String(candle.openTime),
    candle.open,
    candle.high,
    candle.low,
    candle.close,
    toWire(candle.volume, listing),
    listing.instType === "SPOT" ? candle.quoteVolume : candle.volume,
    candle.quoteVolume,
    now >= candle.openTime + barMs ? "1" : "0",
  ];
}

function sizeOf(size: Decimal | null, listing: OkxListing): string {
  return size === null ? "" : toWire(size, listing);
}

function bars(): Record<string, number> {
  const minute = 60_000;
  const [hour, day] = [60 * minute, 24 * 60 * minute];
  const list: Record<string, number> = {
    "1m": minute,
    "3m": 3 * minute,
    "5m": 5 * minute,
    "15m": 15 * minute,
    "30m": 30 * minute,
    "1H": hour,
    "2H": 2 * hour,
    "4H": 4 * hour,
  };
  const long: Record<string, number> = {
    "6H": 6 * hour,
    "12H": 12 * hour,
    "1D": day,
    "2D": 2 * day,
    "3D": 3 * day,
    "1W": 7 * day,
  };
  for (const [name, ms] of Object.entries(long)) list[name] = list[`${name}utc`] = ms;
  return list;
}
