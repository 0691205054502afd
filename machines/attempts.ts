/**
 * The attempts of an intent: finding one, changing one, and how the venue's word about it is
 * merged.
 *
 * I1 An attempt's status never goes back: a stale read cannot reopen what ended.
 */
import { compare, type Decimal, max, ZERO } from "../src/model/decimal.ts";
import type { StandardOrderStatus } from "../src/model/order.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { RefusalReason, VenueOrder } from "../src/model/venue.ts";
import { type AttemptRecord, FRESH_ATTEMPT, type IntentContext } from "./intent_context.ts";
import type { Ticket } from "./intent_events.ts";
import { termsOf } from "./terms.ts";

export function findAttempt(context: IntentContext, number: number): AttemptRecord | undefined {
  return context.attempts.find((a) => a.attempt === number);
}

export function updateAttempt(
  context: IntentContext,
  number: number,
  change: (attempt: AttemptRecord) => AttemptRecord,
): IntentContext {
  const attempts = context.attempts.map((a) => a.attempt === number ? change(a) : a);
  return { ...context, attempts };
}

/** An attempt of the newest generation, for `amount` in base units, that nobody has sent yet. */
export function newAttempt(
  { intent, attemptCount }: IntentContext,
  { ticket, at }: { readonly ticket: Ticket; readonly at: EpochMs },
  amount: Decimal,
): AttemptRecord {
  const terms = termsOf(intent.order);
  return {
    ...FRESH_ATTEMPT,
    ...(terms === undefined ? {} : { terms }),
    generation: intent.generation,
    attempt: attemptCount + 1,
    clientOrderId: ticket.clientOrderId,
    amount,
    limitPrice: intent.order.limitPrice,
    admittedAt: at,
    deadline: ticket.deadline,
  };
}

/** Marks a known order as to be read again, not before `dueAt`. */
export function wantRead(context: IntentContext, number: number, dueAt: EpochMs): IntentContext {
  const attempt = findAttempt(context, number);
  if (attempt === undefined || hasEnded(attempt)) return context;
  const marked = attempt.outcome === "ACCEPTED"
    ? updateAttempt(context, number, (a) => ({ ...a, stale: true }))
    : context;
  const lookup = marked.work.lookup;
  if (lookup.out) return marked;
  return { ...marked, work: { ...marked.work, lookup: { ...lookup, dueAt } } };
}

/**
 * A second venue order under one client order id: the request was delivered twice. What the venue
 * says of it says nothing of the first; only its fills are ours as well.
 */
export function isAnotherOrder(a: AttemptRecord | undefined, order: VenueOrder): boolean {
  return a !== undefined && a.exchangeOrderId !== null &&
    a.exchangeOrderId !== order.exchangeOrderId;
}

/** What the venue says of the order, merged into what is known of the attempt. */
export function mergeOrder(a: AttemptRecord, order: VenueOrder, at: EpochMs): AttemptRecord {
  if (isAnotherOrder(a, order)) return a;
  const status = laterStatus(a.status, order.status);
  const refused = status === "REJECTED" && compare(order.filled, ZERO) === 0;
  const alive = refused ? { outcome: "REJECTED" as const } : cameAlive(a);
  return {
    ...a,
    ...alive,
    exchangeOrderId: order.exchangeOrderId,
    status,
    answeredAt: a.answeredAt ?? at,
    reported: max(a.reported, order.filled),
    endCause: order.cause ?? a.endCause,
    stale: a.stale && !ENDED.has(status),
  };
}

/**
 * "Come later" (429) says nothing about the order: it is proven absent before it is tried again.
 */
export function refusedAs({ code, retryAfterMs }: RefusalReason): Partial<AttemptRecord> {
  return { outcome: retryAfterMs === undefined ? "REJECTED" : "UNKNOWN", reason: code };
}

/** A venue fact about an order is the best proof that it was accepted, whatever was said before. */
export function cameAlive(a: AttemptRecord): Partial<AttemptRecord> {
  return a.outcome === "ACCEPTED" ? {} : { outcome: "ACCEPTED", reason: null };
}

const RANK: Readonly<Record<StandardOrderStatus, number>> = {
  UNKNOWN: 0,
  PENDING_TRIGGER: 1,
  OPEN: 2,
  PARTIALLY_FILLED: 3,
  EXPIRED: 4,
  CANCELED: 4,
  REJECTED: 4,
  FILLED: 5,
};
const ENDED: ReadonlySet<StandardOrderStatus | null> = new Set([
  "EXPIRED",
  "CANCELED",
  "REJECTED",
  "FILLED",
]);

/** I1: frames arrive late and reads are stale; the further status wins. */
function laterStatus(
  known: StandardOrderStatus | null,
  told: StandardOrderStatus,
): StandardOrderStatus {
  if (known === null) return told;
  return RANK[told] > RANK[known] ? told : known;
}

/**
 * Refused without a trace, by whichever word came first. A second copy of the request may land yet:
 * only reads later than its bound tell that it did not.
 */
export function isRefused({ status, outcome, reported }: AttemptRecord): boolean {
  return status === "REJECTED" && outcome !== "ACCEPTED" && compare(reported, ZERO) === 0;
}

/** What a read shows of a refused attempt that says no more than that: nothing of it is there. */
export function addsNoLife(a: AttemptRecord | undefined, order: VenueOrder): boolean {
  if (a?.outcome !== "REJECTED" || compare(order.filled, ZERO) > 0) return false;
  return order.status === "REJECTED" || (isAnotherOrder(a, order) && ENDED.has(order.status));
}

/** The venue said that it ended. */
export function hasEnded(attempt: AttemptRecord): boolean {
  return ENDED.has(attempt.status);
}
