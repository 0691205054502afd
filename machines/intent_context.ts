/**
 * What one intent knows: the desired state, every attempt to bring it about, what was filled, and
 * which requests are out. Plain JSON, so that a restart can read it back.
 */
import { type Decimal, ZERO } from "../src/model/decimal.ts";
import type { Fill } from "../src/model/fill.ts";
import type {
  Attempt,
  ConditionType,
  OrderIntent,
  ReconciliationStatus,
} from "../src/model/intent.ts";
import type { EventType } from "../src/model/event.ts";
import type { JsonValue } from "../src/model/intent.ts";
import type { StandardOrder } from "../src/model/order.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { IntentVerdict } from "../src/model/verdict.ts";
import type { Terms } from "./terms.ts";

/** The full state of the machine. The part before the dot is the top state. */
export type Phase =
  | "PENDING.ready"
  | "PENDING.waitingParent"
  | "PENDING.waitingTrigger"
  | "PENDING.paused"
  | "SUBMITTING.inFlight"
  | "SUBMITTING.inDoubt"
  | "ACTIVE.open"
  | "ACTIVE.partiallyFilled"
  | "RECONCILING.amending"
  | "RECONCILING.canceling"
  | "RECONCILING.replacing"
  | "RECONCILING.resolving"
  | "COMPLETED"
  | "CANCELED"
  | "FAILED";

/** What the venue allows and how long its proofs take; the same for all intents of an exchange. */
export interface IntentPolicy {
  readonly amendInPlace: boolean;
  readonly cancelByClientOrderId: boolean;
  /**
   * Reads prove absence only this long after the attempt's deadline: engine bound + settle time.
   */
  readonly proofAfterMs: number;
  /** A request that has been sent is admitted within this, or never. */
  readonly landsWithinMs: number;
  /** Reads made later than this after the deadline prove nothing: the venue forgets. */
  readonly retentionMs: number;
}

/** One attempt as the machine keeps it: the public record and what the machine needs besides. */
export interface AttemptRecord extends Attempt {
  /**
   * Why we asked the venue to cancel it, if we did. `stray`: told dead, it lives beside a newer
   * one; `revived`: told dead, it lives after the intent had ended.
   */
  readonly cancelFor: "cancel" | "replace" | "stray" | "revived" | null;
  /** What an amend asked for, until it is known whether the venue took it. */
  readonly amendTo: AmendTarget | null;
  /** The venue's date of the amount and price we know; 0 while they are the submitted ones. */
  readonly specifiedAt: EpochMs;
  /**
   * Known live once, but not read since a restart, a gap or a cancel: to be read before trusted.
   */
  readonly stale: boolean;
  /** Why the venue order ended, in the venue's words. */
  readonly endCause: string | null;
  /** What the venue was told beside quantity and price; absent: nothing out of the ordinary. */
  readonly terms?: Terms;
  /** Placed by somebody else and adopted: the client id it has at the venue, as it came. */
  readonly adopted?: { readonly clientOrderId: string | null };
  /** Booked on a person's word and not met by a trade of the venue yet, base units. */
  readonly approved?: Decimal;
  /** Keys of the trades that met it and were booked no more; no stored fill names them. */
  readonly met?: readonly string[];
  /** What a person has said became of it; the last word, unless the venue proves otherwise. */
  readonly verdict?: IntentVerdict;
  /** The newest reads that did not find it, once they could prove something: the evidence. */
  readonly reads?: readonly AbsentRead[];
}

/** A read that asked everywhere and did not find the order. */
export interface AbsentRead {
  /** By our clock. */
  readonly at: EpochMs;
  /** The answers were made no earlier, by the venue's clock. */
  readonly venueTime: EpochMs;
}

export interface AmendTarget {
  readonly generation: number;
  /** New total of the venue order, base units. */
  readonly amount: Decimal;
  readonly limitPrice: Decimal | null;
  /** By the venue's clock: later it cannot land; null until a read has told the venue's time. */
  readonly landsUntil: EpochMs | null;
}

/** Requests that are out, and when the next of each kind is due. A restart voids them all. */
export interface Work {
  readonly ticket: boolean;
  readonly lookup: Errand;
  readonly cancel: Errand;
  readonly fills: Errand;
  readonly amend: Errand;
}

export interface Errand {
  readonly out: boolean;
  readonly tries: number;
  /** Not before this; null: not wanted yet, or at once. */
  readonly dueAt: EpochMs | null;
}

export const IDLE: Errand = { out: false, tries: 0, dueAt: null };
export const NO_WORK: Work = {
  ticket: false,
  lookup: IDLE,
  cancel: IDLE,
  fills: IDLE,
  amend: IDLE,
};

/** What the intent asks its book to do. Only the book acts, and only after the commit. */
export type Command =
  | { readonly type: "ticket" }
  | { readonly type: "submit"; readonly attempt: AttemptRecord; readonly order: StandardOrder }
  | { readonly type: "cancel"; readonly attempt: AttemptRecord }
  | {
    readonly type: "amend";
    readonly attempt: AttemptRecord;
    /** New total of the venue order, base units. */
    readonly amount: Decimal;
    readonly order: StandardOrder;
    readonly generation: number;
  }
  | { readonly type: "lookup"; readonly attempt: AttemptRecord }
  | { readonly type: "fills"; readonly attempt: AttemptRecord };

/** An event before the store has numbered it. */
export interface EventDraft {
  readonly type: EventType;
  readonly payload: { readonly [key: string]: JsonValue };
}

/** What the last event produced; the book takes it from a turn that returned, and only then. */
export interface Effects {
  readonly commands: readonly Command[];
  readonly events: readonly EventDraft[];
  readonly fills: readonly Fill[];
  /** A disagreement the book must record as drift. */
  readonly drift: "DuplicateExecution" | "MissingOrder" | "Overfill" | "LateFill" | null;
}

export const NO_EFFECTS: Effects = { commands: [], events: [], fills: [], drift: null };

/** `submitBy` and `alarm` wait for nothing at the venue: they are the intent's own bounds. */
export const DEADLINE_NAMES = [
  "ack",
  "lookup",
  "cancel",
  "fills",
  "amend",
  "submitBy",
  "alarm",
] as const;
export type DeadlineName = typeof DEADLINE_NAMES[number];
export type Deadlines = Readonly<Partial<Record<DeadlineName, EpochMs>>>;

/** status, reason, since. */
export type ConditionEntry = readonly [
  status: "True" | "False" | "Unknown",
  reason: string,
  at: EpochMs,
];
export type Conditions = Readonly<Partial<Record<ConditionType, ConditionEntry>>>;

/** On its way to something, and for how long (`alarms.ts`). */
export interface Unsettled {
  readonly since: EpochMs;
  /** What the venue had taken by then; once that moves on, the time counts anew. */
  readonly progress: string;
  /** It has lasted too long, and people were told of it in this word; null: not yet. */
  readonly overdue: OverdueWord | null;
}

/** It waits for the gate, cannot be read, is owed trades, or is not changed as it should be. */
export type OverdueWord = "HELD" | "UNREAD" | "FILLS_OWED" | "NO_CHANGE";

export interface IntentContext {
  readonly intent: OrderIntent;
  readonly policy: IntentPolicy;
  readonly phase: Phase;
  readonly attempts: readonly AttemptRecord[];
  /** Attempts ever made; the list keeps the newest only. */
  readonly attemptCount: number;
  readonly filled: Decimal;
  readonly filledQuote: Decimal;
  readonly fees: Readonly<Record<string, Decimal>>;
  readonly refusedGeneration: number | null;
  /** `resumeIntent` was called after this many attempts: a pause for one of them is over. */
  readonly resumedAfter: number;
  /** Reads that prove absence of the attempt in doubt, so far. */
  readonly absentReads: number;
  /** The proof ran out: only a person ends it. */
  readonly indeterminate: boolean;
  readonly denied: { readonly code: string; readonly message: string } | null;
  readonly cause: string | null;
  readonly errorMessage: string | null;
  readonly lastSyncAt: EpochMs | null;
  /** Null while it rests. */
  readonly unsettled: Unsettled | null;
  readonly work: Work;
  readonly deadlines: Deadlines;
  readonly conditions: Conditions;
  readonly effects: Effects;
}

/** What a context is before anybody has acted on it. */
export const FRESH_CONTEXT: Omit<IntentContext, "intent" | "policy"> = {
  phase: "PENDING.ready",
  attempts: [],
  attemptCount: 0,
  filled: ZERO,
  filledQuote: ZERO,
  fees: {},
  refusedGeneration: null,
  resumedAfter: 0,
  absentReads: 0,
  indeterminate: false,
  denied: null,
  cause: null,
  errorMessage: null,
  lastSyncAt: null,
  unsettled: null,
  work: NO_WORK,
  deadlines: {},
  conditions: {},
  effects: NO_EFFECTS,
};

/** What an attempt is before the venue was asked; the rest names it. */
export const FRESH_ATTEMPT: Omit<AttemptRecord, AttemptKey> = {
  exchangeOrderId: null,
  limitPrice: null,
  committedAt: null,
  sentAt: null,
  answeredAt: null,
  outcome: null,
  reason: null,
  status: null,
  reported: ZERO,
  filled: ZERO,
  cancelFor: null,
  amendTo: null,
  specifiedAt: 0,
  stale: false,
  endCause: null,
};

export type AttemptKey =
  | "generation"
  | "attempt"
  | "clientOrderId"
  | "amount"
  | "admittedAt"
  | "deadline";

/** A fresh intent that nobody has acted on. */
export function freshContext(intent: OrderIntent, policy: IntentPolicy): IntentContext {
  return { intent, policy, ...FRESH_CONTEXT };
}

export function lastAttempt(context: IntentContext): AttemptRecord | undefined {
  return context.attempts[context.attempts.length - 1];
}

export function topState(phase: Phase): ReconciliationStatus {
  const dot = phase.indexOf(".");
  return (dot < 0 ? phase : phase.slice(0, dot)) as ReconciliationStatus; // Phase is built so
}

/** People were told that it has been on its way for too long. */
export function isOverdue({ unsettled }: IntentContext): boolean {
  return unsettled !== null && unsettled.overdue !== null;
}

export function isTerminal(phase: Phase): boolean {
  return phase === "COMPLETED" || phase === "CANCELED" || phase === "FAILED";
}
