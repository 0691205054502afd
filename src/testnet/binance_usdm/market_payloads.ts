/** Market data as Binance USDⓈ-M writes it where that is not as spot does. */
import type { TopOfBook } from "../../exchanges/paper/messages.ts";
import type { TapeTrade } from "../../exchanges/paper/tape.ts";
import { type Decimal, decimalsOf } from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import { bookTickerEvent, dayTickerEvent } from "../binance/market_payloads.ts";
import type { BookDiff } from "../kit/books.ts";
import { levelBody } from "../binance/market_payloads.ts";
import type { DayTicker } from "../kit/market.ts";

/** Every trade is an aggregate of its own here. */
export function aggregateBody(trade: TapeTrade) {
  return {
    a: trade.id,
    p: trade.price,
    q: trade.quantity,
    f: trade.id,
    l: trade.id,
    T: trade.time,
    m: trade.buyerIsMaker,
  };
}

export function aggregateEvent(symbol: string, trade: TapeTrade, now: EpochMs) {
  return { e: "aggTrade", E: now, s: symbol, ...aggregateBody(trade) };
}

export function quotesEvent(
  symbol: string,
  top: TopOfBook,
  { updateId, now }: { readonly updateId: number; readonly now: EpochMs },
) {
  return { e: "bookTicker", ...bookTickerEvent(symbol, top, updateId), T: now, E: now };
}

/** `pu` is the `u` of the event before. */
export function diffEvent(symbol: string, diff: BookDiff, now: EpochMs) {
  return {
    e: "depthUpdate",
    E: now,
    T: now,
    s: symbol,
    U: diff.firstId,
    u: diff.finalId,
    pu: diff.firstId - 1,
    b: diff.bids.map(levelBody),
    a: diff.asks.map(levelBody),
  };
}

/** Without quotes, unlike spot's. */
export function dayEvent(day: DayTicker) {
  const { b: _b, B: _B, a: _a, A: _A, x: _x, ...event } = dayTickerEvent(day);
  return event;
}

export function markEvent(symbol: string, price: Decimal, now: EpochMs) {
  return {
    e: "markPriceUpdate",
    E: now,
    s: symbol,
    p: price,
    i: price,
    P: price,
    r: "0.0001",
    T: now,
  };
}

export function decimalsIn(step: Decimal): number {
  return decimalsOf(step);
}
