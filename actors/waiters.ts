/** Answers those who wait for an intent, as far as its context allows. */
import { type IntentContext, isTerminal, lastAttempt } from "../machines/intent_context.ts";
import { DeniedError, ExchangeError, OutcomeUnknownError } from "../src/model/errors.ts";
import type { Entry, Waiter } from "./entry.ts";

/**
 * `applied`: the actor moved, nothing is durable yet. Only an acceptance may be told so early: the
 * venue holds its record. A refusal told before its commit would, after a crash, be sent again.
 * A turn answers only those whose own turn is not newer: an earlier commit proves nothing to them.
 * Who was told early may read what was said: `entry.told` shows it until its commit.
 */
export function settleWaiters(
  entry: Entry,
  context: IntentContext,
  stage: { readonly kind: "applied" | "committed"; readonly turn: number },
): void {
  const { kind, turn: now } = stage;
  if (kind === "committed" && entry.told !== null && now >= entry.told.turn) entry.told = null;
  if (entry.waiters.length === 0) return;
  entry.waiters = entry.waiters.filter(({ waiter }) => waiter.abandoned !== true);
  const waiting = entry.waiters.filter(({ waiter, turn }) =>
    turn > now || !settle(waiter, context, kind)
  );
  if (kind === "applied" && waiting.length < entry.waiters.length) {
    entry.told = { context, turn: now };
  }
  entry.waiters = waiting;
}

/** Nothing will answer them any more. */
export function refuseWaiters(entry: Entry, error: Error): void {
  for (const { waiter } of entry.waiters.splice(0)) waiter.reject(error);
}

/** While an exchange restarts, its old book is gone and the new one is not there yet. */
export function stoppedError(intentId: string): DeniedError {
  return new DeniedError(
    "EXCHANGE_STOPPED",
    `Cannot change order ${intentId}: its exchange is not running; try again once it does`,
    { intentId },
  );
}

export function isolatedError(intentId: string): DeniedError {
  return new DeniedError(
    "INTENT_ISOLATED",
    `Cannot drive order ${intentId}: it is isolated after a crash; see its drift record`,
    { intentId },
  );
}

/** @returns whether the waiter has its answer. */
function settle(waiter: Waiter, context: IntentContext, stage: "applied" | "committed"): boolean {
  if (waiter.until === "accepted" && wasAccepted(context)) {
    waiter.resolve();
    return true;
  }
  if (stage === "applied") return false;
  if (waiter.until === "durable") {
    waiter.resolve();
    return true;
  }
  const error = waiter.until === "accepted"
    ? refusedChange(context) ?? verdict(context)
    : verdict(context);
  if (error === undefined) return false;
  if (error === null) waiter.resolve();
  else waiter.reject(error);
  return true;
}

function wasAccepted(context: IntentContext): boolean {
  const attempt = lastAttempt(context);
  const { generation } = context.intent;
  return attempt?.outcome === "ACCEPTED" && attempt.generation === generation;
}

/** The venue took the order but not its newest specification. */
function refusedChange(context: IntentContext): Error | undefined {
  const { intent, refusedGeneration, errorMessage } = context;
  if (refusedGeneration !== intent.generation) return undefined;
  return new ExchangeError(
    "CHANGE_REFUSED",
    `Cannot modify order ${intent.intentId}: ${errorMessage ?? "the venue refused it"}`,
    { intentId: intent.intentId, generation: intent.generation },
  );
}

/** null: ended well; undefined: not ended yet. */
function verdict(context: IntentContext): Error | null | undefined {
  const { intent, phase, cause, errorMessage } = context;
  const name = `order ${intent.intentId}`;
  if (context.indeterminate) {
    return new OutcomeUnknownError(`Cannot tell what became of ${name}: the proof ran out`);
  }
  if (!isTerminal(phase)) return undefined;
  if (phase !== "FAILED") return null;
  const code = cause ?? "FAILED";
  const details = { intentId: intent.intentId, cause: code };
  const outcome = lastAttempt(context)?.outcome;
  if (outcome === "REJECTED" || outcome === "ABSENT" || outcome === "ACCEPTED") {
    return new ExchangeError(code, `Cannot place ${name}: ${errorMessage ?? code}`, details);
  }
  return new DeniedError(code, `Cannot place ${name}: ${errorMessage ?? code}`, details);
}
