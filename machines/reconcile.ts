/**
 * (desired, observed) → where the intent stands and what to do next: the only place that decides.
 * Level-based: it looks at what is known, never at which event woke it, so that a lost wake-up or a
 * restart changes nothing.
 *
 * I1 No new attempt while an earlier one may be live: it waits for a proof of the end (S1, S7).
 * I2 An outcome that is not proven is SUBMITTING.inDoubt or RECONCILING.resolving, never FAILED.
 * I3 Nothing is called finished while the venue reports more filled than was booked here.
 */
import { add, compare, isPositive } from "../src/model/decimal.ts";
import { ABSENT_RETRIES_MAX, ATTEMPTS_MAX } from "../src/model/limits.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import { remainder } from "./absorb.ts";
import { hasEnded, isRefused } from "./attempts.ts";
import { GATE_AWAY, isTransient } from "./gate_words.ts";
import { hasTermsOf } from "./terms.ts";
import { ATTEMPTS_WINDOW_MS } from "./timeouts.ts";
import {
  type AttemptRecord,
  type IntentContext,
  isTerminal,
  lastAttempt,
  type Phase,
} from "./intent_context.ts";

/** One thing the intent wants done; `errands.ts` turns wishes into commands and deadlines. */
export type Wish =
  | { readonly type: "ticket" }
  | { readonly type: "submit"; readonly attempt: AttemptRecord }
  | { readonly type: "cancel"; readonly attempt: AttemptRecord; readonly why: CancelReason }
  | { readonly type: "amend"; readonly attempt: AttemptRecord }
  | { readonly type: "lookup"; readonly attempt: AttemptRecord }
  | { readonly type: "fills"; readonly attempt: AttemptRecord };

export type CancelReason = "cancel" | "replace" | "stray" | "revived";

export interface Decision {
  readonly phase: Phase;
  readonly wishes: readonly Wish[];
  /** Why it is where it is, for terminal and paused phases. */
  readonly cause: string | null;
}

export function reconcile(context: IntentContext, at: EpochMs): Decision {
  const decision = withoutStray(context, decide(context, at));
  const owed = context.attempts.filter(isOwedFills);
  if (owed.length === 0) return decision;
  const wishes = [...decision.wishes];
  for (const attempt of owed) wishes.push({ type: "fills", attempt });
  return { ...decision, wishes };
}

/** An attempt that was told dead and lives beside a newer one. */
export function strayOf({ attempts }: IntentContext): AttemptRecord | undefined {
  return attempts.find((a, i) => i < attempts.length - 1 && isLive(a));
}

/** The stray goes, whatever else is decided; and while it lives, no other is begun (I1). */
function withoutStray(context: IntentContext, decision: Decision): Decision {
  const stray = strayOf(context);
  if (stray === undefined || stray.cancelFor === "revived") return decision;
  // What the stray may fill is not known yet: nothing is made larger beside it either.
  const wishes = decision.wishes.filter(({ type }) => type !== "ticket" && type !== "amend");
  const over = isTerminal(decision.phase);
  wishes.push({ type: "cancel", attempt: stray, why: over ? "revived" : "stray" });
  if (stray.stale && mayRead(context)) wishes.push({ type: "lookup", attempt: stray });
  const waits = over || decision.phase.startsWith("PENDING.");
  return { ...decision, wishes, phase: waits ? "RECONCILING.canceling" : decision.phase };
}

function decide(context: IntentContext, at: EpochMs): Decision {
  const attempt = lastAttempt(context);
  if (isTerminal(context.phase) || context.attempts.some((a) => a.cancelFor === "revived")) {
    return afterAll(context);
  }
  if (attempt === undefined) return beforeAttempt(context, at, null);
  if (hasEnded(attempt) && !isRefused(attempt)) return afterEnd(context, attempt, at);
  switch (attempt.outcome) {
    case null:
      return inFlight(context, attempt);
    case "UNKNOWN":
      return inDoubt(context, attempt);
    case "ACCEPTED":
      return live(context, attempt);
    case "REJECTED":
    case "NOT_SENT":
    case "ABSENT":
      return neverLived(context, attempt, at);
  }
}

function isLive(attempt: AttemptRecord): boolean {
  return attempt.outcome === "ACCEPTED" && !hasEnded(attempt);
}

/** Ended stays ended: what comes alive goes, and a late fill may turn out to have completed it. */
function afterAll(context: IntentContext): Decision {
  const revived = context.attempts.find(isLive);
  if (revived !== undefined) {
    const wishes: Wish[] = [{ type: "cancel", attempt: revived, why: "revived" }];
    if (revived.stale && mayRead(context)) wishes.push({ type: "lookup", attempt: revived });
    return { phase: "RECONCILING.canceling", wishes, cause: null };
  }
  if (isTerminal(context.phase)) {
    const left = isPositive(remainder(context));
    return left ? end(context.phase, context.cause) : end("COMPLETED", null);
  }
  if (context.attempts.some(isOwedFills)) return resolving([]); // I3
  return isPositive(remainder(context)) ? end("CANCELED", "REVIVED") : end("COMPLETED", null);
}

function resolving(wishes: readonly Wish[], cause: string | null = null): Decision {
  return { phase: "RECONCILING.resolving", wishes, cause };
}

/** There is no attempt that could live: may and should there be one? */
function beforeAttempt(context: IntentContext, at: EpochMs, cause: string | null): Decision {
  const { intent, denied } = context;
  const { submitBy } = intent.order;
  if (intent.desired === "CANCELED") return end("CANCELED", cause);
  if (!isPositive(remainder(context))) return end("COMPLETED", null);
  if (denied !== null) return end("FAILED", denied.code);
  if (submitBy !== null && at > submitBy) return end("FAILED", "SUBMIT_BY_PASSED");
  if (isExhausted(context, at)) return end("FAILED", "ATTEMPTS_EXHAUSTED");
  // What an earlier attempt filled unseen is not there to be filled again (S2).
  if (context.attempts.some(isOwedFills)) return resolving([], cause);
  return { phase: "PENDING.ready", wishes: [{ type: "ticket" }], cause: null };
}

/** One specification, tried again and again in a short time: whatever ends them will end the next. */
function isExhausted({ attempts, attemptCount, intent }: IntentContext, at: EpochMs): boolean {
  if (attemptCount < ATTEMPTS_MAX) return false;
  const recent = attempts.slice(-ATTEMPTS_MAX);
  return recent.length === ATTEMPTS_MAX &&
    recent.every(({ generation, admittedAt }) =>
      generation === intent.generation && at - admittedAt < ATTEMPTS_WINDOW_MS
    );
}

function inFlight(context: IntentContext, attempt: AttemptRecord): Decision {
  const submit = { type: "submit", attempt } as const;
  if (context.intent.desired === "WORKING" || !context.policy.cancelByClientOrderId) {
    return { phase: "SUBMITTING.inFlight", wishes: [submit], cause: null };
  }
  const cancel = { type: "cancel", attempt, why: "cancel" } as const;
  return { phase: "RECONCILING.canceling", wishes: [submit, cancel], cause: null };
}

function inDoubt(context: IntentContext, attempt: AttemptRecord): Decision {
  const wishes: Wish[] = mayRead(context) ? [{ type: "lookup", attempt }] : [];
  if (context.intent.desired === "CANCELED" && context.policy.cancelByClientOrderId) {
    wishes.push({ type: "cancel", attempt, why: "cancel" });
  }
  return { phase: "SUBMITTING.inDoubt", wishes, cause: attempt.reason };
}

/** Once the proof has run out, only a read that somebody asked for is made. */
function mayRead({ indeterminate, work }: IntentContext): boolean {
  return !indeterminate || work.lookup.out || work.lookup.dueAt !== null;
}

function live(context: IntentContext, attempt: AttemptRecord): Decision {
  const { intent, policy } = context;
  const read: Wish[] = attempt.stale && mayRead(context) ? [{ type: "lookup", attempt }] : [];
  if (intent.desired === "CANCELED") {
    const wishes: Wish[] = [{ type: "cancel", attempt, why: "cancel" }, ...read];
    return { phase: "RECONCILING.canceling", wishes, cause: null };
  }
  // More is filled than was ever wanted: a second copy of the request filled too. No more of it (S2).
  const isOver = compare(context.filled, intent.order.amount) > 0;
  if (isOver || attempt.cancelFor === "replace") return replacing(attempt, read);
  if (attempt.stale) {
    return resolving(read, context.indeterminate ? "INDETERMINATE" : null);
  }
  if (wantsChange(context, attempt)) {
    // An amend cannot bring an order below what it has filled: that takes a cancel and a proof.
    // Nor does it change anything but quantity and price.
    if (policy.amendInPlace && isPositive(remainder(context)) && isAmendable(context, attempt)) {
      const amend = { type: "amend", attempt } as const;
      return { phase: "RECONCILING.amending", wishes: [amend], cause: null };
    }
    return replacing(attempt, read);
  }
  if (context.work.amend.out) return { phase: "RECONCILING.amending", wishes: [], cause: null };
  const phase = isPositive(attempt.filled) ? "ACTIVE.partiallyFilled" : "ACTIVE.open";
  return { phase, wishes: [], cause: null };
}

function replacing(attempt: AttemptRecord, read: readonly Wish[]): Decision {
  const wishes: Wish[] = [{ type: "cancel", attempt, why: "replace" }, ...read];
  return { phase: "RECONCILING.replacing", wishes, cause: null };
}

/** The newest generation is not at the venue, and the venue has not refused it. */
export function wantsChange(context: IntentContext, attempt: AttemptRecord): boolean {
  const { intent, refusedGeneration } = context;
  if (refusedGeneration !== null && refusedGeneration >= intent.generation) return false;
  if (attempt.generation >= intent.generation) return isTooLarge(context, attempt);
  return !isSameAtVenue(context, attempt);
}

/** An earlier attempt turned out to have filled more, so that this one could fill too much (S2). */
function isTooLarge(context: IntentContext, attempt: AttemptRecord): boolean {
  const othersFilled = compare(context.filled, attempt.filled) > 0;
  return othersFilled && compare(attempt.amount, add(remainder(context), attempt.filled)) > 0;
}

/** A change that the venue would not notice needs no request. */
export function isSameAtVenue(context: IntentContext, attempt: AttemptRecord): boolean {
  const total = add(remainder(context), attempt.filled);
  const { order } = context.intent;
  return order.limitPrice === attempt.limitPrice && hasTermsOf(attempt, order) &&
    compare(total, attempt.amount) === 0;
}

/** A price can be changed, but neither given nor taken away. */
function isAmendable({ intent: { order } }: IntentContext, attempt: AttemptRecord): boolean {
  return hasTermsOf(attempt, order) &&
    (order.limitPrice === null) === (attempt.limitPrice === null);
}

/** Refused, never sent or proven absent: it cannot be live. */
function neverLived(context: IntentContext, attempt: AttemptRecord, at: EpochMs): Decision {
  const { intent } = context;
  const newer = intent.generation > attempt.generation;
  switch (attempt.outcome) {
    case "REJECTED":
      return newer
        ? afterRefusal(context, attempt, at)
        : end("FAILED", attempt.reason ?? attempt.endCause ?? "REJECTED");
    case "NOT_SENT":
      // Late or held at the gate says nothing against the order; any other reason refuses it.
      return newer || isTransient(attempt.reason) || isAway(context, attempt)
        ? beforeAttempt(context, at, attempt.reason)
        : end("FAILED", attempt.reason);
    default:
      if (intent.desired === "CANCELED") return end("CANCELED", attempt.reason);
      return newer || mayRetry(context)
        ? beforeAttempt(context, at, attempt.reason)
        : end("FAILED", attempt.reason);
  }
}

function isAway(context: IntentContext, { reason }: AttemptRecord): boolean {
  return reason !== null && GATE_AWAY.has(reason) && mayRetry(context);
}

/**
 * The newest specification may fare better, but a copy of the refused request may still be on its
 * way (order-safety, "first copy rejected, second accepted"): its absence is proven first.
 */
function afterRefusal(context: IntentContext, attempt: AttemptRecord, at: EpochMs): Decision {
  const next = beforeAttempt(context, at, attempt.reason);
  if (next.phase !== "PENDING.ready") return next;
  return resolving(context.indeterminate ? [] : [{ type: "lookup", attempt }], attempt.reason);
}

/** An order that never reaches the venue, time after time, is a fault to look at, not to repeat. */
function mayRetry({ intent, attempts }: IntentContext): boolean {
  if (intent.order.onAbsent !== "RETRY") return false;
  const reached = attempts.findLastIndex((a) => a.outcome !== "ABSENT");
  return attempts.length - 1 - reached < ABSENT_RETRIES_MAX;
}

/** The venue says that the order ended. */
function afterEnd(context: IntentContext, attempt: AttemptRecord, at: EpochMs): Decision {
  if (isOwedFills(attempt)) return resolving([]); // I3
  const { intent } = context;
  if (!isPositive(remainder(context))) return end("COMPLETED", null);
  const newer = intent.generation > attempt.generation;
  switch (attempt.status) {
    case "FILLED":
      return newer ? beforeAttempt(context, at, null) : end("COMPLETED", null);
    case "REJECTED":
      return newer
        ? beforeAttempt(context, at, attempt.endCause)
        : end("FAILED", attempt.endCause ?? "REJECTED");
    default:
      return afterCancel(context, attempt, at);
  }
}

function afterCancel(context: IntentContext, attempt: AttemptRecord, at: EpochMs): Decision {
  const { intent } = context;
  const { timeInForce, limitPrice, onExternalCancel } = intent.order;
  if (intent.desired === "CANCELED") return end("CANCELED", "REQUESTED");
  // Once decided, a change of the policy does not take it back.
  const decided = context.phase === "PENDING.ready" || attempt.cancelFor === "replace";
  if (decided) return beforeAttempt(context, at, null);
  const immediate = timeInForce === "IOC" || timeInForce === "FOK" || limitPrice === null;
  if (immediate || ranOut(attempt)) {
    const cause = attempt.endCause ?? "TIME_IN_FORCE";
    // An IOC did what it could; a resting order that ran out of time did not.
    const done = immediate && isPositive(context.filled);
    return end(done ? "COMPLETED" : "CANCELED", cause);
  }
  const cause = attempt.endCause ?? "EXTERNAL";
  switch (context.phase === "PENDING.paused" ? "PAUSE" : onExternalCancel) {
    case "ACCEPT":
      return end("CANCELED", cause);
    case "REPLACE":
      return beforeAttempt(context, at, cause);
    case "PAUSE":
      return context.resumedAfter >= attempt.attempt
        ? beforeAttempt(context, at, cause)
        : { phase: "PENDING.paused", wishes: [], cause };
  }
}

/** Venues also call expired what they ended for a reason of their own, and then name it. */
function ranOut({ status, endCause }: AttemptRecord): boolean {
  return endCause === "TIME_IN_FORCE" || (status === "EXPIRED" && endCause === null);
}

function end(phase: Phase, cause: string | null): Decision {
  return { phase, wishes: [], cause };
}

/** The venue counts more than we booked. */
export function isOwedFills({ reported, filled }: AttemptRecord): boolean {
  return reported !== filled && compare(reported, filled) > 0; // mostly they are the same text
}
