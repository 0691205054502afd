/**
 * What a read of a topic proves about its stream: `isAhead` where the venue is in a state that the
 * stream should have told and has not. What two ways of one venue may tell differently is left out.
 */
import type { BookLevel, Ohlcv, Ticker, Trade } from "../src/model/market.ts";
import type { BookSnapshot } from "../src/model/market_feed.ts";
import { compare, isPositive } from "../src/model/decimal.ts";
import type { TopicLook } from "./topic_watch.ts";

/** Levels of each side that are compared: where a market moves, these do. */
export const LOOK_LEVELS = 5;

export interface ShownBook {
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
  /** Null where a read numbers states otherwise than the stream, or not at all. */
  readonly sequence: number | null;
}

/** @param shown what the stream has told; null where it is not whole. */
export function lookAtBook(read: BookSnapshot, shown: ShownBook | null, depth: number): TopicLook {
  const levels = Math.min(depth, LOOK_LEVELS);
  const state = topOf(read, levels);
  if (shown === null) return { state, isAhead: false };
  const { sequence } = shown;
  const isAhead = sequence === null || read.sequence === null
    ? topOf(shown, levels) !== state
    : read.sequence > sequence;
  return { state, isAhead };
}

/**
 * The last price where the stream tells it: some tell quotes after trades alone. Else the quotes.
 *
 * @param told what the stream itself has told last
 */
export function lookAtTicker(read: Ticker, told: Ticker | null): TopicLook {
  const stateOf = (told ?? read).last === null ? quotesOf : lastOf;
  const state = stateOf(read);
  // A read that leaves out what the stream tells proves nothing.
  return { state, isAhead: told !== null && state !== null && stateOf(told) !== state };
}

/** @param isNews whether a trade is newer than all that was told */
export function lookAtTrades(
  read: readonly Trade[],
  isNews: (trade: Trade) => boolean,
): TopicLook {
  return { state: read.at(-1)?.tradeId ?? "", isAhead: read.some(isNews) };
}

/** Of candles with trades in them: some venues tell the others by a read alone. */
export function lookAtCandles(read: readonly Ohlcv[], told: Ohlcv | null): TopicLook {
  const newest = read.findLast(({ volume }) => isPositive(volume));
  if (newest === undefined) return { state: "", isAhead: false };
  const state = `${newest.openTime} ${newest.volume}`;
  if (told === null || newest.openTime < told.openTime) return { state, isAhead: false };
  const isLater = newest.openTime > told.openTime;
  return { state, isAhead: isLater || compare(newest.volume, told.volume) > 0 };
}

function topOf({ bids, asks }: Pick<ShownBook, "bids" | "asks">, levels: number): string {
  const side = (all: readonly BookLevel[]) =>
    all.slice(0, levels).map(({ price, quantity }) => `${price}x${quantity}`).join(" ");
  return `${side(bids)} | ${side(asks)}`;
}

function lastOf({ last }: Ticker): string | null {
  return last;
}

function quotesOf({ bid, ask }: Ticker): string | null {
  return bid === null && ask === null ? null : `${bid} ${ask}`;
}
