/**
 * The state an intent starts in after a restart, from what the store holds (order-safety, restart):
 * no attempt → PENDING; an attempt never known live → SUBMITTING.inDoubt; known live →
 * RECONCILING.resolving. Requests that were out are void, and so are their timers.
 */
import { hasEnded } from "./attempts.ts";
import {
  type AttemptKey,
  type AttemptRecord,
  FRESH_ATTEMPT,
  FRESH_CONTEXT,
  type IntentContext,
  type IntentPolicy,
  isTerminal,
  type Phase,
} from "./intent_context.ts";
import type { OrderIntent } from "../src/model/intent.ts";

/**
 * What is stored of a context: what differs from a fresh one. The rest is the intent row, the
 * policy, or void after a restart. A turn is written before anything leaves, so its bytes are time.
 */
export type StoredContext = Partial<Omit<IntentContext, NotStored | "attempts">> & {
  readonly attempts: readonly StoredAttempt[];
};

type StoredAttempt = Partial<AttemptRecord> & Pick<AttemptRecord, AttemptKey>;
type NotStored =
  | "intent"
  | "policy"
  | "phase"
  | "work"
  | "effects"
  | "deadlines"
  | "absentReads";

export function toStored(context: IntentContext): StoredContext {
  return {
    ...differing<IntentContext>(context, FRESH_CONTEXT, LASTING),
    attempts: context.attempts.map(storedAttempt),
  };
}

/** What no attempt is made without differs from fresh in each, so it is always there. */
function storedAttempt(attempt: AttemptRecord): StoredAttempt {
  const names = Object.keys(attempt) as (keyof AttemptRecord)[];
  return differing<AttemptRecord>(attempt, FRESH_ATTEMPT, names) as StoredAttempt;
}

/** The fields among `names` that are not as in `fresh`: what is left out, `recover` puts back. */
function differing<T extends object>(
  value: T,
  fresh: Partial<T>,
  names: readonly (keyof T)[],
): Partial<T> {
  const result: Partial<T> = {};
  for (const name of names) if (value[name] !== fresh[name]) result[name] = value[name];
  return result;
}

const NOT_STORED: ReadonlySet<string> = new Set<NotStored>([
  "intent",
  "policy",
  "phase",
  "work",
  "effects",
  "deadlines",
  "absentReads",
]);

const LASTING = Object.keys(FRESH_CONTEXT)
  .filter((name) => !NOT_STORED.has(name) && name !== "attempts") as (keyof IntentContext)[];

export function recover(
  stored: StoredContext,
  { intent, policy, phase }: {
    readonly intent: OrderIntent;
    readonly policy: IntentPolicy;
    readonly phase: Phase;
  },
): IntentContext {
  const attempts = stored.attempts.map((kept, i) => {
    const attempt: AttemptRecord = { ...FRESH_ATTEMPT, ...kept };
    return isTerminal(phase) || i < stored.attempts.length - 1 ? attempt : afterRestart(attempt);
  });
  const last = attempts[attempts.length - 1];
  return {
    ...FRESH_CONTEXT,
    ...stored,
    intent,
    policy,
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
