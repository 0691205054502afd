/** Public reads: exchange info, books, trades, candles, tickers. */
import { LEVELS_MAX } from "../kit/books.ts";
import type { Listing } from "../kit/listing.ts";
import type { SymbolMarket } from "../kit/market.ts";
import type { BinanceCore } from "./core.ts";
import { exchangeInfoBody } from "./exchange_info.ts";
import { type BinanceListing, fixed } from "./listing.ts";
import {
  bookTickerBody,
  dayTickerBody,
  depthBody,
  INTERVALS,
  klineBody,
  publicTradeBody,
} from "./market_payloads.ts";
import { integerParam, limitParam, type Params, required } from "./params.ts";
import { invalidSymbol, Refusal } from "./refusal.ts";
import { ZERO } from "../../model/decimal.ts";

const DEPTH = { fallback: 100, max: LEVELS_MAX };
const TRADES = { fallback: 500, max: 1_000 };
const KLINES = { fallback: 500, max: 1_000 };
const AVERAGE_MINUTES = 5;
const MINUTE_MS = 60_000;

export function exchangeInfo(core: BinanceCore, params: Params) {
  return exchangeInfoBody({
    now: core.clock.now(),
    rateLimits: core.limits.rows(),
    listings: marketsOf(core, params).map((market) => market.listing),
    openOrdersMax: core.openOrdersMax,
  });
}

/** 5, 25, 50 or 250 by the number of levels. */
export function depthWeight(params: Params): number {
  const limit = Number(params.get("limit") ?? DEPTH.fallback);
  return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1_000 ? 50 : 250;
}

export function depth(core: BinanceCore, params: Params) {
  const snapshot = marketOf(core, params).book.snapshot(limitParam(params, DEPTH));
  return depthBody(snapshot.depth, snapshot.lastUpdateId);
}

export function trades(core: BinanceCore, params: Params) {
  return marketOf(core, params).tape.trades(limitParam(params, TRADES)).map(publicTradeBody);
}

export function klines(core: BinanceCore, params: Params) {
  return klineRows(marketOf(core, params), params, KLINES);
}

/** The newest, or from `startTime` on. */
export function klineRows<L extends Listing>(
  market: SymbolMarket<L>,
  params: Params,
  bounds: typeof KLINES,
): readonly unknown[] {
  const intervalMs = INTERVALS[required(params, "interval")];
  if (intervalMs === undefined) throw new Refusal(-1120, "Invalid interval.");
  const limit = limitParam(params, bounds);
  const since = integerParam(params, "startTime");
  const until = integerParam(params, "endTime") ?? Infinity;
  const candles = market.tape.candles(intervalMs, since ?? 0)
    .filter((candle) => candle.openTime <= until);
  const chosen = since === null ? candles.slice(-limit) : candles.slice(0, limit);
  return chosen.map((candle) => klineBody(candle, intervalMs));
}

export function averagePrice(core: BinanceCore, params: Params) {
  const market = marketOf(core, params);
  const now = core.clock.now();
  const recent = market.tape.summary(now - AVERAGE_MINUTES * MINUTE_MS);
  const price = recent?.close ?? market.top.last ?? ZERO;
  return { mins: AVERAGE_MINUTES, price: fixed(price), closeTime: now };
}

export function priceTicker(core: BinanceCore, params: Params) {
  return oneOrAll(core, params, (market) => ({
    symbol: market.listing.symbol,
    price: fixed(market.top.last ?? ZERO),
  }));
}

export function bookTicker(core: BinanceCore, params: Params) {
  return oneOrAll(core, params, (market) => bookTickerBody(market.listing.symbol, market.top));
}

export function dayTicker(core: BinanceCore, params: Params) {
  return oneOrAll(core, params, (market) => dayTickerBody(market.day));
}

export function noSymbols(core: BinanceCore) {
  const serverTime = core.clock.now();
  return { timezone: "UTC", serverTime, rateLimits: [], exchangeFilters: [], symbols: [] };
}

function marketOf(core: BinanceCore, params: Params): SymbolMarket<BinanceListing> {
  const market = core.venue.market.get(required(params, "symbol"));
  if (market === undefined) throw invalidSymbol();
  return market;
}

/** `symbol` answers one object, `symbols` (a JSON list) and nothing answer a list. */
function oneOrAll<T>(
  core: BinanceCore,
  params: Params,
  body: (market: SymbolMarket<BinanceListing>) => T,
) {
  return params.has("symbol") ? body(marketOf(core, params)) : marketsOf(core, params).map(body);
}

function marketsOf(core: BinanceCore, params: Params): readonly SymbolMarket<BinanceListing>[] {
  if (params.has("symbol")) return [marketOf(core, params)];
  const names = params.get("symbols");
  if (names === undefined) return [...core.venue.market.all()];
  const listed = names.replaceAll(/[[\]"\s]/g, "").split(",");
  return listed.map((symbol) => marketOf(core, new Map([["symbol", symbol]])));
}
