/**
 * What one intent may still do to the account at worst: how much of it may fill, and at which
 * price. Wherever the venue is in doubt, the larger exposure counts.
 */
import { type Decimal, isPositive, max, min, ZERO } from "../src/model/decimal.ts";
import type { Side } from "../src/model/order.ts";
import { remainder } from "./absorb.ts";
import { mayBeLive, possiblyLive } from "./exposure.ts";
import { type IntentContext, isTerminal } from "./intent_context.ts";
import { isReduceOnly } from "./terms.ts";

/** An intent that has not ended, or whose order may be live all the same. */
export interface Hold {
  readonly symbolId: string;
  readonly side: Side;
  /** Base units that may still fill; 0 while it is paused. */
  readonly quantity: Decimal;
  /** The worst price of them for us; null: they fill at the market's. */
  readonly price: Decimal | null;
  /** The best one: of contracts it may be worth more, and so need more margin. */
  readonly best: Decimal | null;
  /** It can only close what is held of a contract. */
  readonly reduceOnly: boolean;
}

/** @returns null once nothing can come of the intent any more. */
export function holdOf(context: IntentContext): Hold | null {
  const { intent, phase } = context;
  const { symbolId, side } = intent.order;
  // An order that was placed before the intent became reduce-only is not.
  const reduceOnly = intent.order.reduceOnly &&
    context.attempts.every((attempt) => !mayBeLive(attempt) || isReduceOnly(attempt));
  const live = possiblyLive(context);
  if (isTerminal(phase) && live === ZERO) return null;
  const wanted = stillWanted(context, live);
  // Break before make: a replacement is only sent once the old order has ended, so never both.
  const [low, high] = pricesOf(context, wanted);
  const [price, best] = side === "BUY" ? [high, low] : [low, high];
  return { symbolId, side, quantity: max(live, wanted), price, best, reduceOnly };
}

/** What the intent would have at the venue if it got its way. */
function stillWanted(context: IntentContext, live: Decimal): Decimal {
  const { intent, phase, refusedGeneration } = context;
  if (isTerminal(phase) || phase === "PENDING.paused" || intent.desired === "CANCELED") return ZERO;
  const isRefused = refusedGeneration !== null && refusedGeneration >= intent.generation;
  if (isRefused && live !== ZERO) return ZERO; // the live order stays as it is
  const left = remainder(context);
  return isPositive(left) ? left : ZERO;
}

/** The lowest and the highest price at which it may fill. */
function pricesOf(
  context: IntentContext,
  wanted: Decimal,
): readonly [low: Decimal, high: Decimal] | readonly [null, null] {
  const { limitPrice } = context.intent.order;
  if (limitPrice === null) return [null, null];
  let [low, high]: [Decimal | null, Decimal | null] = wanted === ZERO
    ? [null, null]
    : [limitPrice, limitPrice];
  for (const attempt of context.attempts) {
    if (attempt.limitPrice === null || !mayBeLive(attempt)) continue;
    for (const price of [attempt.limitPrice, attempt.amendTo?.limitPrice ?? null]) {
      if (price === null) continue;
      low = low === null ? price : min(low, price);
      high = high === null ? price : max(high, price);
    }
  }
  return [low ?? limitPrice, high ?? limitPrice];
}
