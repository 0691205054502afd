/**
 * No passing state lasts in silence (order-safety, L2): how long an intent has been on its way to
 * something, and from when on people are told. The alarm changes nothing of what is done but the
 * pace of cancels and of fetching trades (`QUARANTINE_PACE_MS`): the intent goes on asking.
 *
 * I1 Told once, until it rests again or the venue has taken something new.
 * I2 An answer that changes nothing is no progress: a loop of them keeps its first moment.
 */
import type { EpochMs } from "../src/model/scalars.ts";
import { hasEnded } from "./attempts.ts";
import {
  type IntentContext,
  isTerminal,
  lastAttempt,
  type OverdueWord,
  type Unsettled,
} from "./intent_context.ts";
import { isOwedFills, strayOf } from "./reconcile.ts";
import { ALARM_AFTER_MS, ALARM_SLACK_MS } from "./timeouts.ts";

/** Since when it is on its way, and whether that was told; null while it rests. */
export function unsettledOf(
  before: Unsettled | null,
  after: IntentContext,
  at: EpochMs,
): Unsettled | null {
  if (rests(after)) return null;
  // The submit has its own deadline, and ends in doubt; what it interrupts is not over by it.
  if (after.phase === "SUBMITTING.inFlight" && before === null) return null;
  const progress = progressOf(after);
  if (before === null || before.progress !== progress) {
    return { since: at, progress, overdue: null };
  }
  if (before.overdue !== null || at < alarmAt(before, after)) return before;
  return { ...before, overdue: overdueWord(after) };
}

/** When people are to be told. */
export function alarmAt({ since }: Unsettled, { policy }: IntentContext): EpochMs {
  const proof = policy.landsWithinMs + policy.proofAfterMs + ALARM_SLACK_MS;
  return since + Math.max(ALARM_AFTER_MS, proof);
}

/** What it is on its way to, in one word. */
function overdueWord(context: IntentContext): OverdueWord {
  const attempt = lastAttempt(context);
  if (context.phase.startsWith("PENDING.")) return "HELD";
  if (attempt !== undefined && !hasEnded(attempt)) {
    const isUnread = attempt.outcome === "UNKNOWN" || attempt.stale;
    if (isUnread && context.work.lookup.tries > 1) return "UNREAD";
  }
  return context.attempts.some(isOwedFills) ? "FILLS_OWED" : "NO_CHANGE";
}

function rests(context: IntentContext): boolean {
  const { phase, attempts } = context;
  if (context.indeterminate) return true; // a person has been told, and has the word
  if (phase === "PENDING.paused") return true;
  if (phase === "PENDING.waitingParent" || phase === "PENDING.waitingTrigger") return true;
  if (!phase.startsWith("ACTIVE.") && !isTerminal(phase)) return false;
  return !attempts.some(isOwedFills) && strayOf(context) === undefined;
}

/** What the venue is known to have taken, and what is wanted of it: not the tries in between. */
function progressOf({ attempts, intent }: IntentContext): string {
  const taken = attempts.findLast((a) => a.outcome === "ACCEPTED");
  return `${taken?.attempt ?? 0}.${taken?.generation ?? 0}.${intent.desired}`;
}
