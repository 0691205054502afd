/**
 * Merges one fact or command into what an intent knows. It decides nothing: `reconcile.ts` does.
 *
 * I1 An attempt's status never goes back (`attempts.ts`).
 * I2 Filled quantity never decreases; every fill given here is new (the book removed duplicates).
 * I3 Only an answer, a read or a frame of the venue moves an attempt; a deadline leads to UNKNOWN.
 */
import { add, max, multiply, subtract, ZERO } from "../src/model/decimal.ts";
import type { Fill } from "../src/model/fill.ts";
import { ATTEMPTS_SHOWN_MAX } from "../src/model/limits.ts";
import type { StandardOrder } from "../src/model/order.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { CancelOutcome, LookupOutcome, VenueOrder } from "../src/model/venue.ts";
import { amendAnswered, readSpecification } from "./amends.ts";
import {
  cameAlive,
  findAttempt,
  hasEnded,
  isAnotherOrder,
  mergeOrder,
  refusedAs,
  updateAttempt,
  wantRead,
} from "./attempts.ts";
import {
  type AttemptRecord,
  type Errand,
  IDLE,
  type IntentContext,
  isTerminal,
  lastAttempt,
} from "./intent_context.ts";
import type { IntentEvent, Ticket } from "./intent_events.ts";
import {
  backoff,
  CANCEL_BACKOFF_CAP_MS,
  CANCEL_BACKOFF_MS,
  FILLS_BACKOFF_CAP_MS,
  FILLS_BACKOFF_MS,
  LOOKUP_BACKOFF_CAP_MS,
  LOOKUP_BACKOFF_MS,
  STREAM_GRACE_MS,
} from "./timeouts.ts";

/** What is known after `event`. Work, deadlines and effects are `reconcile`'s to complete. */
export function absorb(context: IntentContext, event: IntentEvent): IntentContext {
  switch (event.type) {
    case "order.granted":
      return mayAttempt(context, event.at) ? addAttempt(context, event.ticket, event.at) : context;
    case "order.denied":
      // It answers the wish for a ticket; for an intent that moved on meanwhile it is void.
      return context.phase === "PENDING.ready"
        ? { ...context, denied: { code: event.code, message: event.message } }
        : context;
    case "submit.answered":
      return submitAnswered(context, event);
    case "cancel.answered":
      return cancelAnswered(context, event);
    case "amend.answered":
      return amendAnswered(context, event);
    case "lookup.answered":
      return lookupAnswered(context, event);
    case "fills.answered":
      return fillsAnswered(context, event);
    case "order.updated":
      return withOrder(context, event.attempt, event.order, event.at);
    case "order.filled":
      return filledWith(context, event);
    case "order.cancel":
      return withDesired(context, event.at);
    case "order.modify":
      return withSpec(context, event.order, event.at);
    case "order.resume":
      return { ...context, resumedAfter: context.attemptCount };
    case "order.verify":
      return verify(context);
    case "deadline.passed":
      return deadlinePassed(context, event);
  }
}

/** What is left to have at the venue: the budget less all that was ever filled. */
export function remainder(context: IntentContext): StandardOrder["amount"] {
  return subtract(context.intent.order.amount, context.filled);
}

/** A ticket that comes too late, or for an intent that moved on meanwhile, is void. */
function mayAttempt({ phase, intent }: IntentContext, at: EpochMs): boolean {
  const { submitBy } = intent.order;
  return phase === "PENDING.ready" && (submitBy === null || at <= submitBy);
}

function addAttempt(context: IntentContext, ticket: Ticket, at: EpochMs): IntentContext {
  const number = context.attemptCount + 1;
  const attempt: AttemptRecord = {
    generation: context.intent.generation,
    attempt: number,
    clientOrderId: ticket.clientOrderId,
    exchangeOrderId: null,
    amount: remainder(context),
    limitPrice: context.intent.order.limitPrice,
    admittedAt: at,
    committedAt: null,
    sentAt: null,
    answeredAt: null,
    deadline: ticket.deadline,
    outcome: null,
    reason: null,
    status: null,
    reported: ZERO,
    filled: ZERO,
    cancelFor: null,
    amendTo: null,
    specifiedAt: 0,
    stale: false,
    endCause: null,
  };
  return {
    ...context,
    attempts: [...context.attempts, attempt].slice(-ATTEMPTS_SHOWN_MAX),
    attemptCount: number,
    absentReads: 0,
    work: { ...context.work, ticket: false, lookup: IDLE, cancel: IDLE, fills: IDLE, amend: IDLE },
  };
}

function submitAnswered(
  context: IntentContext,
  event: Extract<IntentEvent, { type: "submit.answered" }>,
): IntentContext {
  const { outcome, at, sentAt } = event;
  const answered = (changes: Partial<AttemptRecord>) =>
    updateAttempt(context, event.attempt, (a) => {
      const committedAt = event.committedAt ?? a.committedAt;
      return { ...a, committedAt, sentAt, answeredAt: at, ...changes };
    });
  const current = findAttempt(context, event.attempt);
  // The stream or a look-up was faster, and has settled it: the answer adds its times.
  const settled = current !== undefined && current.outcome !== null &&
    current.outcome !== "UNKNOWN";
  switch (outcome.kind) {
    case "accepted": {
      const next = answered({});
      return withOrder(next, event.attempt, outcome.order, at);
    }
    case "refused":
      return settled ? answered({}) : answered(refusedAs(outcome.reason));
    case "notSent":
      return settled ? answered({}) : answered({ outcome: "NOT_SENT", reason: outcome.reason });
    case "unknown":
      return settled ? answered({}) : answered({ outcome: "UNKNOWN", reason: outcome.cause.code });
  }
}

function cancelAnswered(
  context: IntentContext,
  event: Extract<IntentEvent, { type: "cancel.answered" }>,
): IntentContext {
  const { outcome, at } = event;
  const tries = context.work.cancel.tries;
  const pause = backoff(Math.max(1, tries), CANCEL_BACKOFF_MS, CANCEL_BACKOFF_CAP_MS);
  const again = { out: false, tries, dueAt: at + cancelPause(outcome, pause) };
  const next = { ...context, work: { ...context.work, cancel: again } };
  // Whatever the answer, only a read or a frame proves the end; the stream is usually faster.
  const readAt = outcome.kind === "notFound" ? at : at + STREAM_GRACE_MS;
  if (outcome.kind === "notSent" || outcome.kind === "refused") return next;
  return wantRead(next, event.attempt, readAt);
}

function cancelPause(outcome: CancelOutcome, pause: number): number {
  return outcome.kind === "refused" ? Math.max(pause, outcome.reason.retryAfterMs ?? 0) : pause;
}

function lookupAnswered(
  context: IntentContext,
  event: Extract<IntentEvent, { type: "lookup.answered" }>,
): IntentContext {
  const { at } = event;
  const outcome = aboutThis(context, event);
  const tries = context.work.lookup.tries;
  const next = { ...context, work: { ...context.work, lookup: readAgain(outcome, tries, at) } };
  switch (outcome.kind) {
    case "found": {
      // Two reads in a row prove absence; this one interrupts them.
      const seen = { ...next, absentReads: 0 };
      const read = readSpecification(seen, event.attempt, { outcome, at });
      const booked = book(read, event.attempt, event.fills);
      return { ...withOrder(booked, event.attempt, outcome.order, at), lastSyncAt: at };
    }
    case "absent":
      return absentRead(next, event.attempt, outcome.venueTime, at);
    case "failed":
      return book(next, event.attempt, event.fills);
  }
}

/** A read that shows another order under the same client id has not read this one. */
function aboutThis(
  context: IntentContext,
  { outcome, attempt }: Extract<IntentEvent, { type: "lookup.answered" }>,
): LookupOutcome {
  if (outcome.kind !== "found") return outcome;
  if (!isAnotherOrder(findAttempt(context, attempt), outcome.order)) return outcome;
  const message = `the venue shows ${outcome.order.exchangeOrderId} under the same client id`;
  return { kind: "failed", cause: { code: "ANOTHER_ORDER", message } };
}

function readAgain(outcome: LookupOutcome, tries: number, at: EpochMs): Errand {
  if (outcome.kind === "found") return IDLE;
  const pause = backoff(Math.max(1, tries), LOOKUP_BACKOFF_MS, LOOKUP_BACKOFF_CAP_MS);
  const asked = outcome.kind === "failed" ? outcome.retryAfterMs ?? 0 : 0;
  return { out: false, tries, dueAt: at + Math.max(pause, asked) };
}

/**
 * Absence is proven by two reads made after the venue can no longer admit the request and its reads
 * have caught up (order-safety, step 4), within the time it remembers. An earlier read proves
 * nothing.
 */
function absentRead(
  context: IntentContext,
  number: number,
  venueTime: EpochMs,
  at: EpochMs,
): IntentContext {
  const attempt = findAttempt(context, number);
  // The count of proofs is the last attempt's; of an older one only a terminal status is a proof.
  if (attempt === undefined || hasEnded(attempt)) return context;
  if (attempt !== lastAttempt(context)) return context;
  const provesFrom = attempt.deadline + context.policy.proofAfterMs;
  if (venueTime <= provesFrom) return readBy(context, at + (provesFrom - venueTime) + 1);
  if (venueTime > attempt.deadline + context.policy.retentionMs) {
    return { ...context, indeterminate: true, lastSyncAt: at };
  }
  const absentReads = context.absentReads + 1;
  const next = { ...context, absentReads, lastSyncAt: at };
  // From here on a read proves: the long pauses were for reads that could not.
  if (absentReads < 2) return readBy(next, at + LOOKUP_BACKOFF_MS);
  // Known live before and now nowhere: reads contradict, and no machine may settle that.
  if (attempt.outcome === "ACCEPTED") return { ...next, indeterminate: true };
  const proven = { outcome: "ABSENT", reason: "NEVER_REACHED_VENUE" } as const;
  return updateAttempt(next, number, (a) => ({ ...a, ...proven }));
}

/** The next read comes no later than `dueAt`. */
function readBy(context: IntentContext, dueAt: EpochMs): IntentContext {
  const { work } = context;
  const lookup = { ...work.lookup, dueAt: Math.min(work.lookup.dueAt ?? dueAt, dueAt) };
  return { ...context, work: { ...work, lookup } };
}

function fillsAnswered(
  context: IntentContext,
  event: Extract<IntentEvent, { type: "fills.answered" }>,
): IntentContext {
  const tries = context.work.fills.tries;
  const pause = backoff(Math.max(1, tries), FILLS_BACKOFF_MS, FILLS_BACKOFF_CAP_MS);
  const fills = { out: false, tries, dueAt: event.at + pause };
  const next = book(context, event.attempt, event.fills);
  return { ...next, work: { ...next.work, fills } };
}

function filledWith(
  context: IntentContext,
  event: Extract<IntentEvent, { type: "order.filled" }>,
): IntentContext {
  const next = book(context, event.attempt, event.fills);
  return event.order === null ? next : withOrder(next, event.attempt, event.order, event.at);
}

/** Books new fills on the attempt and on the intent. */
function book(context: IntentContext, number: number, fills: readonly Fill[]): IntentContext {
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

function withOrder(
  context: IntentContext,
  number: number,
  order: VenueOrder,
  at: EpochMs,
): IntentContext {
  const next = updateAttempt(context, number, (a) => mergeOrder(a, order, at));
  return { ...next, lastSyncAt: at };
}

function withDesired(context: IntentContext, at: EpochMs): IntentContext {
  const { intent } = context;
  if (intent.desired === "CANCELED" || isTerminal(context.phase)) return context;
  return {
    ...context,
    intent: {
      ...intent,
      desired: "CANCELED",
      resourceVersion: intent.resourceVersion + 1,
      updatedAt: at,
    },
  };
}

function withSpec(context: IntentContext, order: StandardOrder, at: EpochMs): IntentContext {
  const { intent } = context;
  if (intent.desired === "CANCELED" || isTerminal(context.phase)) return context;
  return {
    ...context,
    intent: {
      ...intent,
      order,
      generation: intent.generation + 1,
      resourceVersion: intent.resourceVersion + 1,
      updatedAt: at,
    },
  };
}

/** After a restart, a gap in the stream or on demand: what was known live must be read again. */
function verify(context: IntentContext): IntentContext {
  const attempt = lastAttempt(context);
  if (attempt === undefined || hasEnded(attempt) || attempt.outcome !== "ACCEPTED") return context;
  return updateAttempt(context, attempt.attempt, (a) => ({ ...a, stale: true }));
}

function deadlinePassed(
  context: IntentContext,
  event: Extract<IntentEvent, { type: "deadline.passed" }>,
): IntentContext {
  const { work } = context;
  switch (event.name) {
    case "ack": {
      const attempt = lastAttempt(context);
      if (attempt === undefined || attempt.outcome !== null) return context;
      const unproven = { outcome: "UNKNOWN", reason: "TIMEOUT" } as const;
      return updateAttempt(context, attempt.attempt, (a) => ({ ...a, ...unproven }));
    }
    // A request that never came back is given up and asked again: all three are idempotent reads
    // or cancels. An amend is not: it is read back.
    case "lookup":
    case "cancel":
    case "fills":
      return { ...context, work: { ...work, [event.name]: { ...work[event.name], out: false } } };
    case "amend": {
      const attempt = lastAttempt(context);
      const next = { ...context, work: { ...work, amend: IDLE } };
      return attempt === undefined ? next : wantRead(next, attempt.attempt, event.at);
    }
  }
}
