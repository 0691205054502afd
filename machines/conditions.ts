/** The conditions of an intent, each with the time it last changed. */
import type { ConditionType } from "../src/model/intent.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import { hasEnded } from "./attempts.ts";
import {
  type ConditionEntry,
  type Conditions,
  type IntentContext,
  isOverdue,
  isTerminal,
  lastAttempt,
} from "./intent_context.ts";

type Verdict = readonly [status: ConditionEntry[0], reason: string];

/** The same object if nothing changed, so that quiet turns stay cheap. */
export function conditionsOf(context: IntentContext, at: EpochMs): Conditions {
  const known = context.conditions;
  let next = known;
  const set = (type: ConditionType, [status, reason]: Verdict) => {
    const entry = known[type];
    if (entry !== undefined && entry[0] === status && entry[1] === reason) return;
    next = { ...next, [type]: [status, reason, at] };
  };
  set("Admitted", admitted(context));
  set("Working", working(context));
  set("Synced", synced(context));
  set("OutcomeKnown", outcomeKnown(context));
  set("Completed", [context.phase === "COMPLETED" ? "True" : "False", completedReason(context)]);
  return next;
}

function admitted(context: IntentContext): Verdict {
  if (context.denied !== null) return ["False", "Denied"];
  if (context.attemptCount === 0) return ["Unknown", isOverdue(context) ? "Overdue" : "Queued"];
  return ["True", "CapsPassed"];
}

function working(context: IntentContext): Verdict {
  const attempt = lastAttempt(context);
  if (attempt === undefined) return ["False", "NeverSent"];
  if (hasEnded(attempt)) return ["False", "Ended"];
  switch (attempt.outcome) {
    case "ACCEPTED":
      return attempt.stale ? ["Unknown", "NotReadSince"] : ["True", "LiveAtVenue"];
    case null:
    case "UNKNOWN":
      return ["Unknown", "NotProven"];
    default:
      return ["False", "NeverLived"];
  }
}

function synced(context: IntentContext): Verdict {
  const { intent, refusedGeneration } = context;
  if (isTerminal(context.phase)) return ["True", "Ended"];
  if (refusedGeneration === intent.generation) return ["False", "ChangeRefused"];
  if (isOverdue(context)) return ["False", "Overdue"];
  const attempt = lastAttempt(context);
  if (attempt?.outcome !== "ACCEPTED") return ["False", "NotAtVenue"];
  return attempt.generation === intent.generation ? ["True", "UpToDate"] : ["False", "Changing"];
}

function outcomeKnown(context: IntentContext): Verdict {
  if (context.indeterminate) return ["False", "Indeterminate"];
  const attempt = lastAttempt(context);
  const overdue = context.unsettled?.overdue;
  if (overdue === "FILLS_OWED") return ["False", "FillsOwed"];
  if (overdue === "UNREAD") return ["False", "Overdue"];
  if (attempt === undefined || hasEnded(attempt)) return ["True", "Answered"];
  if (attempt.outcome === null) return ["Unknown", "InFlight"];
  if (attempt.outcome === "UNKNOWN") return ["False", "InDoubt"];
  return attempt.stale ? ["False", "Resolving"] : ["True", "Answered"];
}

function completedReason(context: IntentContext): string {
  return isTerminal(context.phase) ? "Ended" : "Open";
}
