/** What one turn of one intent leaves in the store: the difference between two contexts. */
import { book } from "../machines/booking.ts";
import {
  type EventDraft,
  type IntentContext,
  isTerminal,
  NO_EFFECTS,
} from "../machines/intent_context.ts";
import type { IntentEvent } from "../machines/intent_events.ts";
import { INTENT_MACHINE_VERSION } from "../machines/intent.ts";
import { toStored } from "../machines/recover.ts";
import { compare } from "../src/model/decimal.ts";
import type { KernelEvent } from "../src/model/event.ts";
import type { Fill } from "../src/model/fill.ts";
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

/**
 * An isolated intent that the venue has told fills of: they are booked, and nothing else is done.
 * Null where there are none. A person's word is no fact: it was refused.
 */
export function withFillsOf(context: IntentContext, event: IntentEvent): IntentContext | null {
  switch (event.type) {
    case "order.filled":
    case "lookup.answered":
    case "fills.answered":
      break;
    default:
      return null;
  }
  if (event.fills.length === 0) return null;
  const booked = bookedSafely({ ...context, effects: NO_EFFECTS }, event.attempt, event.fills);
  const { fills } = booked.effects;
  const drift = isOverfilled(booked) && !isOverfilled(context) ? "Overfill" : booked.effects.drift;
  const events: EventDraft[] = fills.map(({ tradeId, exchangeOrderId, price, quantity }) => ({
    type: "OrderPartiallyFilled",
    payload: { tradeId, exchangeOrderId, price, quantity },
  }));
  return { ...booked, effects: { ...NO_EFFECTS, fills, events, drift } };
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

function isOverfilled({ filled, intent }: IntentContext): boolean {
  return compare(filled, intent.order.amount) > 0;
}

/** Booking itself may be what throws: then the rows alone are kept. */
function bookedSafely(
  context: IntentContext,
  attempt: number,
  fills: readonly Fill[],
): IntentContext {
  try {
    return book(context, attempt, fills);
  } catch {
    return { ...context, effects: { ...NO_EFFECTS, fills } };
  }
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
