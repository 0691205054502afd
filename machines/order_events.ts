/** What to tell the world: the difference between what was known before an event and after it. */
import { isPositive } from "../src/model/decimal.ts";
import type { JsonValue } from "../src/model/intent.ts";
import { remainder } from "./absorb.ts";
import { isApproved } from "./verdict.ts";
import {
  type AttemptRecord,
  type EventDraft,
  type IntentContext,
  isOverdue,
  isTerminal,
  lastAttempt,
} from "./intent_context.ts";

export function orderEvents(before: IntentContext, after: IntentContext): readonly EventDraft[] {
  const events: EventDraft[] = [];
  if (before.attempts !== after.attempts) {
    for (const attempt of after.attempts) {
      const known = before.attempts.find((a) => a.attempt === attempt.attempt);
      if (known !== attempt) attemptEvents(events, known, attempt);
    }
  }
  if (after.refusedGeneration !== before.refusedGeneration) {
    events.push({
      type: "OrderRejected",
      payload: { of: "modify", generation: after.refusedGeneration, reason: after.errorMessage },
    });
  }
  outcomeEvents(events, before, after);
  overdueEvents(events, before, after);
  fillEvents(events, after);
  if (before.phase !== after.phase && isTerminal(after.phase)) endEvents(events, before, after);
  return events;
}

function attemptEvents(
  events: EventDraft[],
  before: AttemptRecord | undefined,
  after: AttemptRecord,
): void {
  const { attempt, clientOrderId, exchangeOrderId, generation, reason } = after;
  const amount: JsonValue = after.amount;
  if (before === undefined) {
    const { limitPrice, deadline } = after;
    if (after.adopted !== undefined) {
      const { adopted, status, reported } = after;
      const ids = { exchangeOrderId, clientOrderId: adopted.clientOrderId };
      events.push({
        type: "OrderAdopted",
        payload: { attempt, ...ids, amount, limitPrice, status, filled: reported },
      });
      return;
    }
    events.push({
      type: "OrderSubmitted",
      payload: { attempt, generation, clientOrderId, amount, limitPrice, deadline },
    });
    return;
  }
  if (before.outcome !== after.outcome) {
    const isWord = before.verdict !== after.verdict;
    if (before.outcome === "UNKNOWN" && !isWord) {
      events.push({ type: "OrderOutcomeResolved", payload: { attempt, outcome: after.outcome } });
    }
    if (after.outcome === "ACCEPTED") {
      events.push({
        type: "OrderAccepted",
        payload: { attempt, generation, clientOrderId, exchangeOrderId },
      });
      if (attempt > 1 && generation > 1) {
        events.push({ type: "OrderModified", payload: { generation, attempt, inPlace: false } });
      }
    } else if (after.outcome === "UNKNOWN") {
      events.push({ type: "OrderOutcomeUnknown", payload: { attempt, clientOrderId, reason } });
    } else if (after.outcome === "REJECTED") {
      events.push({ type: "OrderRejected", payload: { attempt, clientOrderId, reason } });
    }
  } else if (before.generation !== generation) {
    events.push({ type: "OrderModified", payload: { generation, attempt, inPlace: true, amount } });
  }
}

/** The proof ran out, or a person or the venue has ended that. */
function outcomeEvents(events: EventDraft[], before: IntentContext, after: IntentContext): void {
  if (before.indeterminate === after.indeterminate) return;
  const attempt = lastAttempt(after);
  if (attempt === undefined) return;
  const { attempt: number, clientOrderId, outcome, deadline, verdict, reads = [] } = attempt;
  if (after.indeterminate) {
    const evidence = reads.map(({ at, venueTime }) => ({ at, venueTime, found: false }));
    const payload = { attempt: number, clientOrderId, deadline, evidence };
    events.push({ type: "OrderOutcomeUnknown", payload: { ...payload, reason: "INDETERMINATE" } });
    return;
  }
  const isResolved = ({ type }: EventDraft) => type === "OrderOutcomeResolved";
  if (verdict !== undefined) {
    const { kind, note } = verdict;
    const payload = { attempt: number, outcome, by: "person", verdict: kind, note };
    events.push({ type: "OrderOutcomeResolved", payload });
  } else if (!events.some(isResolved)) {
    events.push({ type: "OrderOutcomeResolved", payload: { attempt: number, outcome } });
  }
}

/** It has been on its way for too long; told once. */
function overdueEvents(events: EventDraft[], before: IntentContext, after: IntentContext): void {
  const { unsettled, phase, errorMessage } = after;
  if (unsettled === null || !isOverdue(after) || isOverdue(before)) return;
  const attempt = lastAttempt(after);
  events.push({
    type: "OrderOverdue",
    payload: {
      reason: unsettled.overdue,
      state: phase,
      since: unsettled.since,
      attempt: attempt?.attempt ?? null,
      clientOrderId: attempt?.clientOrderId ?? null,
      exchangeOrderId: attempt?.exchangeOrderId ?? null,
      errorMessage,
    },
  });
}

function fillEvents(events: EventDraft[], after: IntentContext): void {
  const { fills } = after.effects;
  fills.forEach((fill, i) => {
    const complete = i === fills.length - 1 && !isPositive(remainder(after));
    events.push({
      type: complete ? "OrderFilled" : "OrderPartiallyFilled",
      payload: {
        tradeId: fill.tradeId,
        exchangeOrderId: fill.exchangeOrderId,
        price: fill.price,
        quantity: fill.quantity,
        liquidity: fill.liquidity,
        filledAmount: after.filled,
        ...(isApproved(fill) ? { approved: true } : {}),
      },
    });
  });
}

function endEvents(events: EventDraft[], before: IntentContext, after: IntentContext): void {
  const payload = { cause: after.cause, filledAmount: after.filled };
  switch (after.phase) {
    case "COMPLETED":
      // A fill that completed it has said so; an IOC that did what it could has not.
      if (isPositive(remainder(after))) events.push({ type: "OrderExpired", payload });
      return;
    case "CANCELED": {
      const expired = lastAttempt(after)?.status === "EXPIRED";
      events.push({ type: expired ? "OrderExpired" : "OrderCanceled", payload });
      return;
    }
    case "FAILED": {
      const attempt = lastAttempt(after);
      const rejected = attempt?.outcome === "REJECTED" || attempt?.status === "REJECTED";
      const resolved = before.phase === "SUBMITTING.inDoubt";
      if (rejected || resolved) return;
      events.push({ type: "OrderDenied", payload: { ...payload, reason: after.errorMessage } });
    }
  }
}
