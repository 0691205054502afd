/**
 * One event through one intent: absorb it, decide, and say what follows. A pure function of its two
 * arguments; the chart in `intent.ts` shows the same moves as states and edges.
 */
import { compare } from "../src/model/decimal.ts";
import { absorb } from "./absorb.ts";
import { findAttempt, hasEnded } from "./attempts.ts";
import { unsettledOf } from "./alarms.ts";
import { conditionsOf } from "./conditions.ts";
import { runErrands } from "./errands.ts";
import {
  type AttemptRecord,
  type Effects,
  type IntentContext,
  isTerminal,
  lastAttempt,
  NO_EFFECTS,
} from "./intent_context.ts";
import type { IntentEvent } from "./intent_events.ts";
import { orderEvents } from "./order_events.ts";
import { isSameAtVenue, reconcile, strayOf } from "./reconcile.ts";

export function step(context: IntentContext, event: IntentEvent): IntentContext {
  const before = context.effects === NO_EFFECTS ? context : { ...context, effects: NO_EFFECTS };
  const known = observeGeneration(absorb(before, event));
  const decision = reconcile(known, event.at);
  const decided: IntentContext = {
    ...known,
    phase: decision.phase,
    cause: decision.cause,
    errorMessage: errorOf(known, event),
    indeterminate: known.indeterminate && !isTerminal(decision.phase),
  };
  const unsettled = unsettledOf(before.unsettled, decided, event.at);
  const watched = unsettled === decided.unsettled ? decided : { ...decided, unsettled };
  const after = runErrands(watched, decision, event);
  const drift = driftOf(before, after) ?? after.effects.drift;
  const events = orderEvents(before, after);
  const effects: Effects = { ...after.effects, events, drift };
  return { ...after, conditions: conditionsOf(after, event.at), effects };
}

/**
 * A change of the specification that the venue order already meets is observed without a request.
 */
function observeGeneration(context: IntentContext): IntentContext {
  const attempt = lastAttempt(context);
  const { generation } = context.intent;
  if (attempt === undefined || attempt.generation === generation) return context;
  if (attempt.outcome !== "ACCEPTED" || hasEnded(attempt)) return context;
  if (attempt.amendTo !== null || attempt.stale || attempt.cancelFor !== null) return context;
  if (!isSameAtVenue(context, attempt)) {
    return context;
  }
  const attempts = context.attempts.map((a) => a === attempt ? { ...a, generation } : a);
  return { ...context, attempts };
}

function errorOf(context: IntentContext, event: IntentEvent): string | null {
  switch (event.type) {
    case "submit.answered":
      switch (event.outcome.kind) {
        case "accepted":
          return null;
        case "refused":
          return event.outcome.reason.message;
        case "notSent":
          return event.outcome.message ?? event.outcome.reason;
        case "unknown":
          return event.outcome.cause.message;
      }
      break;
    case "order.denied":
      return event.message;
  }
  return context.errorMessage;
}

function driftOf(before: IntentContext, after: IntentContext): Effects["drift"] {
  if (isTerminal(before.phase) && !isTerminal(after.phase)) return "DuplicateExecution";
  if (strayOf(after) !== undefined && strayOf(before) === undefined) return "DuplicateExecution";
  if (after.attempts.some((a) => livedAfterAll(before, a))) return "DuplicateExecution";
  if (after.indeterminate && !before.indeterminate) return "MissingOrder";
  const { amount } = after.intent.order;
  const over = compare(after.filled, amount) > 0;
  return over && compare(before.filled, amount) <= 0 ? "Overfill" : null;
}

/** Told dead, followed by the intent's end or by another attempt, and yet the venue had it. */
function livedAfterAll(before: IntentContext, { attempt, outcome }: AttemptRecord): boolean {
  if (outcome !== "ACCEPTED") return false;
  const known = findAttempt(before, attempt);
  if (known === undefined || (known === lastAttempt(before) && !isTerminal(before.phase))) {
    return false;
  }
  return known.outcome === "REJECTED" || known.outcome === "ABSENT" || known.outcome === "NOT_SENT";
}
