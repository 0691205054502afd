/** One intent in memory: its actor, what of it is committed, and who waits for it. */
import type { IntentContext } from "../machines/intent_context.ts";

export interface Entry {
  readonly intentId: string;
  readonly symbolId: string;
  /**
   * The order as first placed, canonical JSON: what idempotent placement compares. Null once it is
   * committed: it is in the store then, and long.
   */
  original: string | null;
  /** As the actor last left it; ahead of `committed` while a commit is under way. */
  context: IntentContext;
  /** What everybody else sees; null until the first commit. */
  committed: IntentContext | null;
  /** An acceptance that a caller has been told ahead of its commit, and that turn's number. */
  told: { readonly context: IntentContext; readonly turn: number } | null;
  /** Turns on their way to the store. */
  pending: number;
  /** Turns ever handed to the journal: the number of the newest. */
  turns: number;
  waiters: Waiting[];
  /** `exchangeOrderId:tradeId` of every fill booked; null: not loaded from the store yet. */
  fillKeys: Set<string> | null;
  /** It came from the store, so that fills of it may be there. */
  readonly restored: boolean;
  /** Kept, but no longer driven. */
  isolated: boolean;
  /** Of its newest commit. */
  updatedAt: number;
}

export interface Waiter {
  readonly until: "durable" | "accepted" | "final";
  resolve(): void;
  reject(error: Error): void;
  /** Its caller gave up and will hear nothing: it is dropped with the next turn. */
  abandoned?: boolean;
}

export interface Waiting {
  readonly waiter: Waiter;
  /** Its own turn: the commit of an earlier one answers nothing of what it asked. */
  readonly turn: number;
}

export function newEntry(
  context: IntentContext,
  options: { readonly original: string; readonly committed: boolean; readonly at: number },
): Entry {
  const { intent } = context;
  return {
    intentId: intent.intentId,
    symbolId: intent.order.symbolId,
    original: options.committed ? null : options.original,
    context,
    committed: options.committed ? context : null,
    told: null,
    pending: 0,
    turns: 0,
    waiters: [],
    fillKeys: null,
    restored: options.committed,
    isolated: false,
    updatedAt: options.at,
  };
}
