/**
 * Books trades on an attempt and on its intent.
 *
 * I1 Filled quantity never decreases; every fill given here is new (the book removed duplicates).
 * I2 What a person's word has booked is met by the trades that come later: none counts twice.
 */
import { add, max, multiply, ZERO } from "../src/model/decimal.ts";
import type { Fill } from "../src/model/fill.ts";
import { cameAlive, findAttempt, updateAttempt } from "./attempts.ts";
import type { IntentContext } from "./intent_context.ts";
import { beyondApproved } from "./verdict.ts";

/** Trades of the venue. */
export function book(
  context: IntentContext,
  number: number,
  fills: readonly Fill[],
): IntentContext {
  if (fills.length === 0) return context;
  const attempt = findAttempt(context, number);
  if (attempt?.approved === undefined) return bookAll(context, number, fills);
  const fresh = beyondApproved(attempt, fills);
  const { approved, met } = fresh;
  const known = updateAttempt(context, number, (a) => ({ ...a, approved, met }));
  const next = bookAll(known, number, fresh.fills);
  if (approved === attempt.approved) return next;
  return { ...next, effects: { ...next.effects, drift: "LateFill" } };
}

/** Fills without a trade of the venue, on a person's word. */
export function bookApproved(
  context: IntentContext,
  number: number,
  fills: readonly Fill[],
): IntentContext {
  const own = fills.reduce((sum, { quantity }) => add(sum, quantity), ZERO);
  return updateAttempt(bookAll(context, number, fills), number, (a) => ({
    ...a,
    approved: add(a.approved ?? ZERO, own),
  }));
}

function bookAll(context: IntentContext, number: number, fills: readonly Fill[]): IntentContext {
  if (fills.length === 0) return context;
  let { filled, filledQuote, fees } = context;
  let own = ZERO;
  for (const fill of fills) {
    own = add(own, fill.quantity);
    filledQuote = add(filledQuote, multiply(fill.price, fill.quantity));
    if (fill.fee !== null) {
      fees = { ...fees, [fill.fee.asset]: add(fees[fill.fee.asset] ?? ZERO, fill.fee.amount) };
    }
  }
  filled = add(filled, own);
  const next = updateAttempt({ ...context, filled, filledQuote, fees }, number, (a) => {
    const sum = add(a.filled, own);
    return { ...a, filled: sum, reported: max(a.reported, sum), ...cameAlive(a) };
  });
  return { ...next, effects: { ...next.effects, fills } };
}
