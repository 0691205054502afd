/** The public view of what an intent knows. */
import { add, divide, isPositive, ZERO } from "../src/model/decimal.ts";
import type {
  Attempt,
  Condition,
  ConditionType,
  ExposureBounds,
  OrderState,
} from "../src/model/intent.ts";
import { remainder } from "./absorb.ts";
import { possiblyLive } from "./exposure.ts";
import {
  type AttemptRecord,
  type Conditions,
  type IntentContext,
  lastAttempt,
  topState,
} from "./intent_context.ts";

export function orderState(context: IntentContext): OrderState {
  const attempt = lastAttempt(context);
  const left = remainder(context);
  return {
    intentId: context.intent.intentId,
    exchangeOrderId: attempt?.exchangeOrderId ?? null,
    clientOrderId: attempt?.clientOrderId ?? null,
    status: attempt?.status ?? null,
    reconciliationStatus: topState(context.phase),
    state: context.phase,
    observedGeneration: observedGeneration(context),
    refusedGeneration: context.refusedGeneration,
    filledAmount: context.filled,
    filledQuote: context.filledQuote,
    remainingAmount: isPositive(left) ? left : ZERO,
    averagePrice: isPositive(context.filled)
      ? divide(context.filledQuote, context.filled, "HALF_EVEN")
      : null,
    fees: context.fees,
    lastSyncAt: context.lastSyncAt,
    errorMessage: context.errorMessage,
    cause: context.cause,
    attempts: context.attempts.map(publicAttempt),
    bounds: exposureBounds(context),
    conditions: conditionList(context.conditions),
  };
}

/** The newest generation that the venue is known to have taken. */
function observedGeneration(context: IntentContext): number {
  const taken = context.attempts.filter((a) => a.outcome === "ACCEPTED");
  return taken.reduce((newest, a) => Math.max(newest, a.generation), 0);
}

/** Worst case over everything that is not proven: what may fill, or may have filled unseen. */
export function exposureBounds(context: IntentContext): ExposureBounds {
  const open = possiblyLive(context);
  return {
    minFilled: context.filled,
    maxFilled: add(context.filled, open),
    possiblyLive: open,
  };
}

function publicAttempt(attempt: AttemptRecord): Attempt {
  const { cancelFor: _why, amendTo: _to, specifiedAt: _at, stale: _stale, ...rest } = attempt;
  const { endCause: _cause, adopted: _adopted, approved: _approved, ...known } = rest;
  const { verdict: _verdict, reads: _reads, terms: _terms, ...shown } = known;
  return shown;
}

const MESSAGES: Readonly<Record<ConditionType, string>> = {
  Admitted: "passed the kernel's own admission",
  Working: "live at the venue",
  Synced: "the newest generation has reached the venue",
  OutcomeKnown: "no request has an unknown outcome",
  Protected: "live reducing quantity covers the exposure",
  Completed: "the amount is filled",
};

function conditionList(conditions: Conditions): readonly Condition[] {
  return Object.entries(conditions).map(([type, [status, reason, at]]) => ({
    type: type as ConditionType, // Conditions is keyed by ConditionType; entries() forgets it
    status,
    reason,
    message: MESSAGES[type as ConditionType],
    lastTransitionAt: at,
  }));
}
