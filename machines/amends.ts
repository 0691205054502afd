/**
 * Changes of a live order in place. An amend has no id of its own: when its answer is lost, only a
 * read tells which specification the venue holds, and it says so for good only once the request
 * can no longer land (order-safety, "Amend in doubt").
 *
 * I1 At most one amend may still land at a time: none is sent while another is in doubt.
 * I2 A read older than the specification we know changes nothing.
 */
import { add, compare, subtract } from "../src/model/decimal.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { LookupOutcome, VenueOrder } from "../src/model/venue.ts";
import { findAttempt, mergeOrder, updateAttempt, wantRead } from "./attempts.ts";
import { GATE_AWAY, isTransient } from "./gate_words.ts";
import {
  type AmendTarget,
  type AttemptRecord,
  type Errand,
  IDLE,
  type IntentContext,
} from "./intent_context.ts";
import type { IntentEvent } from "./intent_events.ts";
import { hasTermsOf } from "./terms.ts";
import { AMEND_BACKOFF_CAP_MS, AMEND_BACKOFF_MS, AMEND_DOUBT_MS, backoff } from "./timeouts.ts";

export function amendAnswered(
  context: IntentContext,
  event: Extract<IntentEvent, { type: "amend.answered" }>,
): IntentContext {
  const { outcome, at, attempt: number, generation } = event;
  const target = findAttempt(context, number)?.amendTo ?? null;
  if (target?.generation !== generation) return tooLate(context, event);
  const next = withErrand(context, IDLE);
  switch (outcome.kind) {
    case "accepted": {
      const { order } = outcome;
      const amended = updateAttempt(
        next,
        number,
        (a) => mergeOrder({ ...specifiedBy(a, order), generation, amendTo: null }, order, at),
      );
      return { ...amended, lastSyncAt: at };
    }
    case "refused":
    case "notSent": {
      const kept = updateAttempt(next, number, (a) => ({ ...a, amendTo: null }));
      const message = outcome.kind === "refused"
        ? outcome.reason.message
        : outcome.message ?? outcome.reason;
      if (
        outcome.kind === "notSent" && (isTransient(outcome.reason) || GATE_AWAY.has(outcome.reason))
      ) {
        const { tries } = context.work.amend;
        const pause = backoff(Math.max(1, tries), AMEND_BACKOFF_MS, AMEND_BACKOFF_CAP_MS);
        return withErrand(kept, { out: false, tries, dueAt: at + pause });
      }
      return { ...kept, refusedGeneration: generation, errorMessage: message };
    }
    case "unknown":
      return wantRead(next, number, at);
  }
}

/** What a read says of the specification; the rest of the order is for `mergeOrder`. */
export function readSpecification(
  context: IntentContext,
  number: number,
  { outcome, at }: {
    readonly outcome: Extract<LookupOutcome, { kind: "found" }>;
    readonly at: EpochMs;
  },
): IntentContext {
  const attempt = findAttempt(context, number);
  if (attempt === undefined) return context;
  const { order, venueTime } = outcome;
  const target = attempt.amendTo;
  const known = (a: AttemptRecord) => updateAttempt(context, number, () => a);
  const isOld = order.venueTime < attempt.specifiedAt; // I2
  if (target === null || context.work.amend.out) {
    const read = isOld || target !== null ? attempt : asWanted(context, attempt, order);
    return known({ ...read, stale: false });
  }
  if (!isOld && isTarget(order, target)) {
    const { generation } = target;
    return known({ ...specifiedBy(attempt, order), generation, amendTo: null, stale: false });
  }
  const landsUntil = target.landsUntil ?? venueTime + context.policy.landsWithinMs;
  const left = landsUntil + context.policy.proofAfterMs - venueTime;
  if (left < 0) {
    return known({ ...asWanted(context, attempt, order), amendTo: null, stale: false });
  }
  const next = known({ ...attempt, stale: true, amendTo: { ...target, landsUntil } });
  const dueAt = at + Math.min(left + 1, AMEND_DOUBT_MS);
  return { ...next, work: { ...next.work, lookup: { out: false, tries: 0, dueAt } } };
}

/** Takes over what the venue holds, and notices when that is what is wanted now. */
function asWanted(context: IntentContext, a: AttemptRecord, order: VenueOrder): AttemptRecord {
  const { order: wanted, generation } = context.intent;
  const total = add(subtract(wanted.amount, context.filled), a.filled);
  const isCurrent = order.limitPrice === wanted.limitPrice && hasTermsOf(a, wanted) &&
    compare(order.amount, total) === 0;
  return { ...specifiedBy(a, order), generation: isCurrent ? generation : a.generation };
}

function specifiedBy(a: AttemptRecord, order: VenueOrder): AttemptRecord {
  return {
    ...a,
    amount: order.amount,
    limitPrice: order.limitPrice,
    specifiedAt: order.venueTime,
  };
}

function isTarget(order: VenueOrder, target: AmendTarget): boolean {
  return order.limitPrice === target.limitPrice && compare(order.amount, target.amount) === 0;
}

/** A read was faster, or it was given up: of the answer only the order's own state counts. */
function tooLate(
  context: IntentContext,
  { outcome, attempt, at }: Extract<IntentEvent, { type: "amend.answered" }>,
): IntentContext {
  const isOurs = findAttempt(context, attempt)?.amendTo === null;
  const next = isOurs ? withErrand(context, IDLE) : context;
  if (outcome.kind === "unknown") return wantRead(next, attempt, at);
  if (outcome.kind !== "accepted") return next;
  return updateAttempt(next, attempt, (a) => mergeOrder(a, outcome.order, at));
}

function withErrand(context: IntentContext, amend: Errand): IntentContext {
  return { ...context, work: { ...context.work, amend } };
}
