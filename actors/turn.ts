/** What one turn of one intent leaves in the store: the difference between two contexts. */
import {
  type Effects,
  type EventDraft,
  type IntentContext,
  isTerminal,
  NO_EFFECTS,
} from "../machines/intent_context.ts";
import type { IntentEvent } from "../machines/intent_events.ts";
import { INTENT_MACHINE_VERSION } from "../machines/intent.ts";
import { toStored } from "../machines/recover.ts";
import type { KernelEvent } from "../src/model/event.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { TurnRecord } from "../src/stores/store.ts";

export function turnRecord(
  before: IntentContext | null,
  after: IntentContext,
  { original, at, cause }: {
    /** Of a first turn; the others need none. */
    readonly original: string | null;
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

/** Nothing follows from the turn, and nobody hears of it: only details of what is known changed. */
export function isQuiet(
  record: TurnRecord,
  before: IntentContext | null,
  { phase, effects }: IntentContext,
): boolean {
  return before?.phase === phase && record.intent === null && effects.commands.length === 0 &&
    record.events.length === 0 && record.fills.length === 0 && effects.drift === null &&
    record.clientOrderIds.length === 0 && record.exchangeOrderIds.length === 0;
}

/** The fills that came with `event`, as they are: all that an isolated intent leaves behind. */
export function effectsOfFills(event: IntentEvent): Effects | null {
  const fills = "fills" in event ? event.fills : [];
  if (fills.length === 0) return null;
  const events: EventDraft[] = fills.map(({ tradeId, exchangeOrderId, price, quantity }) => ({
    type: "OrderPartiallyFilled",
    payload: { tradeId, exchangeOrderId, price, quantity },
  }));
  return { ...NO_EFFECTS, fills, events };
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
