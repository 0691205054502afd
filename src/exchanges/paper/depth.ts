/** What a market shows of its book: best prices and sizes, and levels summed by price. */
import { fromUnits } from "../../model/decimal.ts";
import type { Side } from "../../model/order.ts";
import type { Market } from "./market.ts";
import type { Depth, DepthLevel, TopOfBook } from "./messages.ts";

export function depthOf(market: Market, levels: number): Depth {
  return { bids: sideOf(market, "SELL", levels), asks: sideOf(market, "BUY", levels) };
}

export function topOf(market: Market): TopOfBook {
  const bid = sideOf(market, "SELL", 1)[0];
  const ask = sideOf(market, "BUY", 1)[0];
  return {
    bid: bid?.price ?? null,
    bidSize: bid?.quantity ?? null,
    ask: ask?.price ?? null,
    askSize: ask?.quantity ?? null,
    last: market.last === null ? null : fromUnits(market.last),
  };
}

/** The levels a taker of this side would meet, best first. */
function sideOf(market: Market, taker: Side, levels: number): readonly DepthLevel[] {
  const shown: DepthLevel[] = [];
  let price: bigint | null = null;
  let total = 0n;
  for (const { price: at, quantity } of market.shown(taker)) {
    if (quantity === 0n) continue;
    if (at !== price) {
      if (price !== null) shown.push({ price: fromUnits(price), quantity: fromUnits(total) });
      if (shown.length >= levels) return shown;
      price = at;
      total = 0n;
    }
    total += quantity;
  }
  if (price !== null) shown.push({ price: fromUnits(price), quantity: fromUnits(total) });
  return shown;
}
