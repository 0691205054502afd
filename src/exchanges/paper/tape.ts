/** What the market did: the latest public trades and one-minute candles per symbol. */
import type { MarketPrint } from "./messages.ts";
import { add, compare, type Decimal, multiply, ZERO } from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";

export interface TapeTrade {
  readonly id: number;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly buyerIsMaker: boolean;
  readonly time: EpochMs;
}

export interface Candle {
  readonly openTime: EpochMs;
  readonly open: Decimal;
  high: Decimal;
  low: Decimal;
  close: Decimal;
  volume: Decimal;
  quoteVolume: Decimal;
  takerBuyVolume: Decimal;
  takerBuyQuoteVolume: Decimal;
  trades: number;
  readonly firstTradeId: number;
  lastTradeId: number;
}

export const MINUTE_MS = 60_000;
/** `trades` returns at most so many. */
const TRADES_MAX = 1_000;
/** A day of minutes, which the 24-hour statistics need, and some more. */
const CANDLES_MAX = 1_500;

export class Tape {
  readonly #trades: TapeTrade[] = [];
  readonly #candles: Candle[] = [];
  #nextId = 1;

  record(print: MarketPrint): TapeTrade {
    const trade: TapeTrade = {
      id: this.#nextId++,
      price: print.price,
      quantity: print.quantity,
      buyerIsMaker: print.takerSide === "SELL",
      time: print.time,
    };
    this.#trades.push(trade);
    // In chunks, since shifting a thousand entries for every print costs more than the print.
    if (this.#trades.length > 2 * TRADES_MAX) this.#trades.splice(0, TRADES_MAX);
    this.#addToCandle(trade);
    return trade;
  }

  trades(limit: number): readonly TapeTrade[] {
    return this.#trades.slice(-Math.min(limit, TRADES_MAX));
  }

  get lastTrade(): TapeTrade | undefined {
    return this.#trades.at(-1);
  }

  /** Candles of any multiple of a minute, oldest first, made of the one-minute ones. */
  candles(intervalMs: number, since: EpochMs = 0): readonly Candle[] {
    const merged: Candle[] = [];
    for (const candle of this.#candles) {
      const openTime = Math.floor(candle.openTime / intervalMs) * intervalMs;
      if (openTime < since) continue;
      const last = merged.at(-1);
      if (last?.openTime === openTime) merge(last, candle);
      else merged.push({ ...candle, openTime });
    }
    return merged;
  }

  /** Everything from `since` on as one candle; undefined when nothing traded. */
  summary(since: EpochMs): Candle | undefined {
    let summary: Candle | undefined;
    for (const candle of this.#candles) {
      if (candle.openTime < since) continue;
      if (summary === undefined) summary = { ...candle };
      else merge(summary, candle);
    }
    return summary;
  }

  #addToCandle(trade: TapeTrade): void {
    const openTime = Math.floor(trade.time / MINUTE_MS) * MINUTE_MS;
    const single = candleOf(trade, openTime);
    const last = this.#candles.at(-1);
    // A feed that replays the past may step back; its trades then join the newest candle.
    if (last !== undefined && last.openTime >= openTime) merge(last, single);
    else this.#candles.push(single);
    if (this.#candles.length > CANDLES_MAX) this.#candles.shift();
  }
}

function candleOf(trade: TapeTrade, openTime: EpochMs): Candle {
  const quoteVolume = multiply(trade.price, trade.quantity);
  return {
    openTime,
    open: trade.price,
    high: trade.price,
    low: trade.price,
    close: trade.price,
    volume: trade.quantity,
    quoteVolume,
    takerBuyVolume: trade.buyerIsMaker ? ZERO : trade.quantity,
    takerBuyQuoteVolume: trade.buyerIsMaker ? ZERO : quoteVolume,
    trades: 1,
    firstTradeId: trade.id,
    lastTradeId: trade.id,
  };
}

function merge(into: Candle, later: Candle): void {
  if (compare(later.high, into.high) > 0) into.high = later.high;
  if (compare(later.low, into.low) < 0) into.low = later.low;
  into.close = later.close;
  into.volume = add(into.volume, later.volume);
  into.quoteVolume = add(into.quoteVolume, later.quoteVolume);
  into.takerBuyVolume = add(into.takerBuyVolume, later.takerBuyVolume);
  into.takerBuyQuoteVolume = add(into.takerBuyQuoteVolume, later.takerBuyQuoteVolume);
  into.trades += later.trades;
  into.lastTradeId = later.lastTradeId;
}
