/**
 * A person's word on an attempt that no read can settle any more (order-safety, step 4:
 * `Indeterminate`). It is the only thing beside a fact of the venue that ends such a doubt.
 *
 * I1 Nothing is booked beyond the order, and nothing booked is taken back.
 * I2 What a person had booked is met by the trades that come later: none counts twice (S3).
 * I3 A trade that met it leaves no fill in the store, so the attempt itself remembers it: it may be
 *    read again after a restart.
 */
import {
  compare,
  type Decimal,
  isPositive,
  max,
  min,
  subtract,
  ZERO,
} from "../src/model/decimal.ts";
import type { Fill } from "../src/model/fill.ts";
import type { JsonValue } from "../src/model/intent.ts";
import { MET_TRADES_MAX } from "../src/model/limits.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { IntentVerdict } from "../src/model/verdict.ts";
import { updateAttempt } from "./attempts.ts";
import { type AttemptRecord, type IntentContext, lastAttempt } from "./intent_context.ts";

/** Why a verdict cannot be of this attempt. */
export interface VerdictFault {
  readonly code: string;
  readonly field: string;
  readonly rule: string;
  readonly actual: JsonValue;
}

/** @returns what contradicts the verdict, or null. */
export function verdictFault(
  attempt: AttemptRecord,
  verdict: IntentVerdict,
): VerdictFault | null {
  if (verdict.kind === "absent") {
    if (attempt.outcome !== "ACCEPTED") return null;
    const rule = "must not be absent: the venue had shown the order; say canceled or filled";
    return { code: "VERDICT_CONTRADICTS", field: "kind", rule, actual: "absent" };
  }
  const total = filledBy(attempt, verdict);
  const known = max(attempt.filled, attempt.reported);
  if (compare(total, known) < 0) {
    const rule = `must be at least ${known}, which the venue has told`;
    return { code: "VERDICT_BELOW_FILLED", field: "filled", rule, actual: total };
  }
  if (compare(total, attempt.amount) > 0) {
    const rule = `must be at most ${attempt.amount}, the amount of the order`;
    return { code: "VERDICT_ABOVE_AMOUNT", field: "filled", rule, actual: total };
  }
  if (verdict.price !== null || compare(total, attempt.filled) <= 0) return null;
  // What the venue counts as filled is fetched from it, as after any other end.
  if (verdict.kind === "canceled" && verdict.filled === null) return null;
  const rule = `must be given: ${subtract(total, attempt.filled)} is not booked yet`;
  return { code: "VERDICT_PRICE_MISSING", field: "price", rule, actual: null };
}

/** What the verdict adds to what is booked: one fill, or none. Its ids say whose word it is. */
export function fillsOfVerdict(
  { intent }: IntentContext,
  attempt: AttemptRecord,
  { verdict, at, venueTime = at }: {
    readonly verdict: IntentVerdict;
    readonly at: EpochMs;
    /** The same moment by the venue's clock: balances are counted by that one. */
    readonly venueTime?: EpochMs;
  },
): readonly Fill[] {
  if (verdict.kind === "absent" || verdict.price === null) return [];
  const quantity = subtract(filledBy(attempt, verdict), attempt.filled);
  if (!isPositive(quantity)) return [];
  const { clientOrderId } = attempt;
  return [{
    tradeId: `verdict:${clientOrderId}`,
    intentId: intent.intentId,
    clientOrderId,
    exchangeOrderId: attempt.exchangeOrderId ?? `unknown:${clientOrderId}`,
    symbolId: intent.order.symbolId,
    side: intent.order.side,
    price: verdict.price,
    quantity,
    fee: null,
    liquidity: "UNKNOWN",
    venueTime,
    receivedAt: at,
  }];
}

/** No trade of the venue: booked because a person said so. */
export function isApproved({ tradeId }: Fill): boolean {
  return tradeId.startsWith("verdict:") || tradeId.startsWith("approved:");
}

/** The attempt as the person says it is; void unless the outcome is indeterminate. */
export function withVerdict(context: IntentContext, verdict: IntentVerdict): IntentContext {
  const attempt = lastAttempt(context);
  if (!context.indeterminate || attempt === undefined) return context;
  if (verdictFault(attempt, verdict) !== null) return context;
  const settled: Partial<AttemptRecord> = verdict.kind === "absent"
    ? { outcome: "ABSENT", reason: "RESOLVED_ABSENT" }
    : {
      outcome: "ACCEPTED",
      reason: null,
      status: verdict.kind === "filled" ? "FILLED" : "CANCELED",
      endCause: "RESOLVED",
    };
  const next = { ...context, indeterminate: false, absentReads: 0 };
  return updateAttempt(next, attempt.attempt, (a) => ({
    ...a,
    ...settled,
    verdict,
    amendTo: null,
    stale: false,
  }));
}

/** Those of the venue's trades that a person's word has not booked already (I2, I3). */
export function beyondApproved(
  attempt: AttemptRecord,
  fills: readonly Fill[],
): {
  readonly fills: readonly Fill[];
  readonly approved: Decimal;
  readonly met: readonly string[];
} {
  let approved = attempt.approved ?? ZERO;
  const met = [...attempt.met ?? []];
  const fresh: Fill[] = [];
  for (const fill of fills) {
    const key = `${fill.exchangeOrderId}:${fill.tradeId}`;
    if (met.includes(key)) continue;
    const covered = min(approved, fill.quantity);
    approved = subtract(approved, covered);
    const quantity = subtract(fill.quantity, covered);
    if (isPositive(quantity)) fresh.push({ ...fill, quantity });
    else met.push(key);
  }
  return { fills: fresh, approved, met: met.slice(-MET_TRADES_MAX) };
}

/** Of the whole order, by the verdict. */
function filledBy(
  attempt: AttemptRecord,
  verdict: Exclude<IntentVerdict, { kind: "absent" }>,
): Decimal {
  if (verdict.kind === "filled") return attempt.amount;
  return verdict.filled ?? max(attempt.filled, attempt.reported);
}
