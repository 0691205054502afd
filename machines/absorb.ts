/**
 * Merges one fact or command into what an intent knows. It decides nothing: `reconcile.ts` does.
 *
 * I1 An attempt's status never goes back (`attempts.ts`).
 * I2 Filled quantity never decreases; every fill given here is new (the book removed duplicates).
 * I3 Only an answer, a read or a frame of the venue moves an attempt; a deadline leads to UNKNOWN.
 */
import { isPositive, subtract } from "../src/model/decimal.ts";
import { ABSENT_READS_SHOWN_MAX, ATTEMPTS_SHOWN_MAX } from "../src/model/limits.ts";
import type { StandardOrder } from "../src/model/order.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { CancelOutcome, LookupOutcome, VenueOrder } from "../src/model/venue.ts";
import { adopted } from "./adoption.ts";
import { amendAnswered, readSpecification } from "./amends.ts";
import {
  addsNoLife,
  findAttempt,
  hasEnded,
  isAnotherOrder,
  isRefused,
  mergeOrder,
  newAttempt,
  refusedAs,
  updateAttempt,
  wantRead,
} from "./attempts.ts";
import { book, bookApproved } from "./booking.ts";
import { room } from "./exposure.ts";
import {
  type AbsentRead,
  type AttemptRecord,
  type Errand,
  IDLE,
  type IntentContext,
  isOverdue,
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
  QUARANTINE_PACE_MS,
  STREAM_GRACE_MS,
} from "./timeouts.ts";
import { withVerdict } from "./verdict.ts";

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
      return verify(context, event.at);
    case "order.resolve":
      return resolved(context, event);
    case "order.adopted":
      return adopted(context, event);
    case "fill.approved":
      return bookApproved(context, event.attempt, event.fills);
    case "deadline.passed":
      return deadlinePassed(context, event);
  }
}

/** What is left to have at the venue: the budget less all that was ever filled. */
export function remainder(context: IntentContext): StandardOrder["amount"] {
  return subtract(context.intent.order.amount, context.filled);
}

/** A ticket that comes too late, or for an intent that moved on meanwhile, is void. */
function mayAttempt(context: IntentContext, at: EpochMs): boolean {
  const { submitBy } = context.intent.order;
  if (context.phase !== "PENDING.ready" || !isPositive(room(context))) return false;
  return submitBy === null || at <= submitBy;
}

function addAttempt(context: IntentContext, ticket: Ticket, at: EpochMs): IntentContext {
  const attempt = newAttempt(context, { ticket, at }, room(context));
  return {
    ...context,
    attempts: [...context.attempts, attempt].slice(-ATTEMPTS_SHOWN_MAX),
    attemptCount: attempt.attempt,
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
  const pause = pace(context) ??
    backoff(Math.max(1, tries), CANCEL_BACKOFF_MS, CANCEL_BACKOFF_CAP_MS);
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
  const again = context.indeterminate ? IDLE : readAgain(outcome, context.work.lookup.tries, at);
  const next = { ...context, work: { ...context.work, lookup: again } };
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
    case "failed": {
      const booked = book(next, event.attempt, event.fills);
      // The venue does not list its symbol any more: no read will ever tell.
      const isGone = isUnlisted(outcome.cause.code) && isOverdue(context);
      const isLast = event.attempt === lastAttempt(context)?.attempt;
      return isGone && isLast ? indeterminate(booked) : booked;
    }
  }
}

/** A read that shows another order under the same client id has not read this one. */
function aboutThis(
  context: IntentContext,
  { outcome, attempt }: Extract<IntentEvent, { type: "lookup.answered" }>,
): LookupOutcome {
  if (outcome.kind !== "found") return outcome;
  const known = findAttempt(context, attempt);
  if (addsNoLife(known, outcome.order)) return { kind: "absent", venueTime: outcome.venueTime };
  if (!isAnotherOrder(known, outcome.order)) return outcome;
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
  if (attempt === undefined || (hasEnded(attempt) && !isRefused(attempt))) return context;
  if (attempt !== lastAttempt(context)) return context;
  const provesFrom = attempt.deadline + context.policy.proofAfterMs;
  if (venueTime <= provesFrom) return readBy(context, at + (provesFrom - venueTime) + 1);
  const seen = withAbsentRead({ ...context, lastSyncAt: at }, number, { at, venueTime });
  // Once the proof has run out, not finding it again settles nothing.
  if (context.indeterminate) return seen;
  if (venueTime > attempt.deadline + context.policy.retentionMs) return indeterminate(seen);
  const absentReads = context.absentReads + 1;
  const next = { ...seen, absentReads };
  // From here on a read proves: the long pauses were for reads that could not.
  if (absentReads < 2) return readBy(next, at + LOOKUP_BACKOFF_MS);
  // Known live before and now nowhere: reads contradict, and no machine may settle that.
  if (attempt.outcome === "ACCEPTED") return indeterminate(next);
  const proven = { outcome: "ABSENT", reason: "NEVER_REACHED_VENUE" } as const;
  return updateAttempt(next, number, (a) => ({ ...a, ...proven }));
}

/** Nobody reads on by himself: a person has the word, or a fact of the venue. */
function indeterminate(context: IntentContext): IntentContext {
  return { ...context, indeterminate: true, work: { ...context.work, lookup: IDLE } };
}

/** The newest are kept: for a person they are the evidence. */
function withAbsentRead(context: IntentContext, number: number, read: AbsentRead): IntentContext {
  return updateAttempt(context, number, (a) => {
    return { ...a, reads: [...(a.reads ?? []), read].slice(-ABSENT_READS_SHOWN_MAX) };
  });
}

/** A cancel or trades that have been asked for long enough are asked for quietly. */
function pace(context: IntentContext): number | null {
  return context.indeterminate || isOverdue(context) ? QUARANTINE_PACE_MS : null;
}

function isUnlisted(code: string): boolean {
  return code === "UNLISTED" || code === "UNLISTED_SYMBOL";
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
  const pause = pace(context) ??
    backoff(Math.max(1, tries), FILLS_BACKOFF_MS, FILLS_BACKOFF_CAP_MS);
  const fills = { out: false, tries, dueAt: event.at + pause };
  const next = book(context, event.attempt, event.fills);
  return { ...next, work: { ...next.work, fills } };
}

function filledWith(
  context: IntentContext,
  event: Extract<IntentEvent, { type: "order.filled" }>,
): IntentContext {
  const next = book(context, event.attempt, event.fills);
  if (event.order !== null) return withOrder(next, event.attempt, event.order, event.at);
  // A trade proves that the order was there, and says nothing of whether it still is.
  return context.indeterminate
    ? wantRead(proven(next, event.attempt), event.attempt, event.at)
    : next;
}

function withOrder(
  context: IntentContext,
  number: number,
  order: VenueOrder,
  at: EpochMs,
): IntentContext {
  const next = updateAttempt(context, number, (a) => mergeOrder(a, order, at));
  const told = order.status === "UNKNOWN" ? next : proven(next, number);
  return { ...told, lastSyncAt: at };
}

/** The venue itself has shown the order after all: what was indeterminate is so no more. */
function proven(context: IntentContext, number: number): IntentContext {
  if (!context.indeterminate || lastAttempt(context)?.attempt !== number) return context;
  return { ...context, indeterminate: false, absentReads: 0 };
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

function resolved(
  context: IntentContext,
  { verdict, fills }: Extract<IntentEvent, { type: "order.resolve" }>,
): IntentContext {
  const next = withVerdict(context, verdict);
  const attempt = lastAttempt(context);
  return next === context || attempt === undefined || fills.length === 0
    ? next
    : bookApproved(next, attempt.attempt, fills);
}

/** After a restart, a gap in the stream or on demand: what was known live must be read again. */
function verify(context: IntentContext, at: EpochMs): IntentContext {
  const attempt = lastAttempt(context);
  if (attempt === undefined || hasEnded(attempt)) return context;
  if (context.indeterminate) return wantRead(context, attempt.attempt, at); // one read, no more
  if (attempt.outcome !== "ACCEPTED") return context;
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
    case "submitBy":
    case "alarm":
      return context; // it is the time that has come; what follows is decided from it
    case "amend": {
      const attempt = lastAttempt(context);
      const next = { ...context, work: { ...work, amend: IDLE } };
      return attempt === undefined ? next : wantRead(next, attempt.attempt, event.at);
    }
  }
}
