/** What one turn of one intent leaves in the store: the difference between two contexts. */
import type { EventDraft, IntentContext } from "../machines/intent_context.ts";
import { isTerminal } from "../machines/intent_context.ts";
import { INTENT_MACHINE_VERSION } from "../machines/intent.ts";
import { toStored } from "../machines/recover.ts";
import type { KernelEvent } from "../src/model/event.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { TurnRecord } from "../src/stores/store.ts";

export function turnRecord(
  before: IntentContext | null,
  after: IntentContext,
  { original, at, cause }: {
    readonly original: string;
    readonly at: EpochMs;
    readonly cause: string;
  },
): TurnRecord {
  const { intent, effects } = after;
  const { exchangeId, intentId } = intent;
  const symbolId = intent.order.symbolId;
  return {
    exchangeId,
    intentId,
    symbolId,
    intent: before?.intent === intent ? null : intent,
    original: before === null ? original : null,
    version: INTENT_MACHINE_VERSION,
    state: after.phase,
    context: JSON.stringify(toStored(after)),
    terminal: isTerminal(after.phase),
    clientOrderIds: newClientOrderIds(before, after),
    exchangeOrderIds: newExchangeOrderIds(before, after),
    events: effects.events.map((draft) => toEvent(draft, after, at, cause)),
    fills: effects.fills,
  };
}

export function toEvent(
  draft: EventDraft,
  { intent }: IntentContext,
  at: EpochMs,
  cause: string,
): KernelEvent {
  return {
    eventId: 0,
    type: draft.type,
    exchangeId: intent.exchangeId,
    intentId: intent.intentId,
    groupId: intent.groupId,
    symbolId: intent.order.symbolId,
    at,
    cause,
    payload: draft.payload,
  };
}

function newClientOrderIds(before: IntentContext | null, after: IntentContext): readonly string[] {
  const known = before?.attemptCount ?? 0;
  if (after.attemptCount === known) return NONE;
  return after.attempts.filter((a) => a.attempt > known).map((a) => a.clientOrderId);
}

function newExchangeOrderIds(
  before: IntentContext | null,
  after: IntentContext,
): readonly string[] {
  if (before?.attempts === after.attempts) return NONE;
  let ids: string[] | undefined;
  for (const { attempt, exchangeOrderId } of after.attempts) {
    if (exchangeOrderId === null) continue;
    const known = before?.attempts.find((a) => a.attempt === attempt);
    if (known?.exchangeOrderId !== exchangeOrderId) (ids ??= []).push(exchangeOrderId);
  }
  return ids ?? NONE;
}

const NONE: readonly string[] = [];
