/**
 * The state an intent starts in after a restart, from what the store holds (order-safety, restart):
 * no attempt → PENDING; an attempt never known live → SUBMITTING.inDoubt; known live →
 * RECONCILING.resolving. Requests that were out are void, and so are their timers.
 */
import { hasEnded } from "./attempts.ts";
import {
  type AttemptRecord,
  freshContext,
  type IntentContext,
  type IntentPolicy,
  isTerminal,
  type Phase,
} from "./intent_context.ts";
import type { OrderIntent } from "../src/model/intent.ts";

/** What is stored of a context; the rest is the intent row, the policy, or void after a restart. */
export type StoredContext = Omit<
  IntentContext,
  "intent" | "policy" | "phase" | "work" | "effects"
>;

export function toStored(context: IntentContext): StoredContext {
  return {
    attempts: context.attempts,
    attemptCount: context.attemptCount,
    filled: context.filled,
    filledQuote: context.filledQuote,
    fees: context.fees,
    refusedGeneration: context.refusedGeneration,
    resumedAfter: context.resumedAfter,
    absentReads: context.absentReads,
    indeterminate: context.indeterminate,
    denied: context.denied,
    cause: context.cause,
    errorMessage: context.errorMessage,
    lastSyncAt: context.lastSyncAt,
    deadlines: context.deadlines,
    conditions: context.conditions,
  };
}

export function recover(
  stored: StoredContext,
  { intent, policy, phase }: {
    readonly intent: OrderIntent;
    readonly policy: IntentPolicy;
    readonly phase: Phase;
  },
): IntentContext {
  const attempts = stored.attempts.map((a, i) =>
    isTerminal(phase) || i < stored.attempts.length - 1 ? a : afterRestart(a)
  );
  const last = attempts[attempts.length - 1];
  return {
    ...freshContext(intent, policy),
    ...stored,
    attempts,
    // Reads before the restart were measured on a clock of that boot: proof starts anew.
    absentReads: 0,
    // No timer of the last process runs; the sync makes each intent say anew what it waits for.
    deadlines: {},
    phase: isTerminal(phase) ? phase : recoveredPhase(last, phase),
  };
}

function afterRestart(attempt: AttemptRecord): AttemptRecord {
  if (hasEnded(attempt)) return attempt;
  if (attempt.outcome === null) return { ...attempt, outcome: "UNKNOWN", reason: "RESTART" };
  return attempt.outcome === "ACCEPTED" ? { ...attempt, stale: true } : attempt;
}

function recoveredPhase(last: AttemptRecord | undefined, phase: Phase): Phase {
  if (last === undefined) return phase === "PENDING.paused" ? phase : "PENDING.ready";
  if (last.outcome === "UNKNOWN") return "SUBMITTING.inDoubt";
  if (last.outcome === "ACCEPTED" && !hasEnded(last)) return "RECONCILING.resolving";
  return phase.startsWith("PENDING.") ? phase : "RECONCILING.resolving";
}
