/**
 * What may fill, or may have filled unseen: the worst case over everything that is not proven. Risk
 * and replacements count with it, never with what merely seems to be.
 */
import {
  add,
  compare,
  type Decimal,
  isPositive,
  max,
  subtract,
  ZERO,
} from "../src/model/decimal.ts";
import { hasEnded } from "./attempts.ts";
import type { AttemptRecord, IntentContext } from "./intent_context.ts";

/** Beyond what is booked of this attempt, base units. */
export function mayStillFill(attempt: AttemptRecord): Decimal {
  const left = subtract(worstTotal(attempt), attempt.filled);
  return isPositive(left) ? left : ZERO;
}

/** Over all attempts. */
export function possiblyLive(context: IntentContext): Decimal {
  let sum = ZERO;
  for (const attempt of context.attempts) {
    const left = mayStillFill(attempt);
    if (isPositive(left)) sum = add(sum, left);
  }
  return sum;
}

/**
 * What a new attempt may be made of: the budget less all that is filled or may still fill (S2).
 * Zero where nothing is left.
 */
export function room(context: IntentContext): Decimal {
  const taken = add(context.filled, possiblyLive(context));
  const { amount } = context.intent.order;
  return compare(amount, taken) > 0 ? subtract(amount, taken) : ZERO;
}

/** The most that the venue's order can have been filled, or be filled yet. */
function worstTotal(attempt: AttemptRecord): Decimal {
  if (!mayBeLive(attempt)) return attempt.reported;
  // An amend in doubt: the venue may hold the old total or the new one.
  const { amount, amendTo, reported } = attempt;
  return max(reported, amendTo === null ? amount : max(amount, amendTo.amount));
}

/** Not proven to be dead. */
export function mayBeLive(attempt: AttemptRecord): boolean {
  if (hasEnded(attempt)) return false;
  return attempt.outcome === null || attempt.outcome === "UNKNOWN" ||
    attempt.outcome === "ACCEPTED";
}
