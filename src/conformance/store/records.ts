/** Records with defaults, so that a case shows only what it is about. */
import type { Drift } from "../../model/drift.ts";
import type { KernelEvent } from "../../model/event.ts";
import type { Fill } from "../../model/fill.ts";
import type { OrderIntent } from "../../model/intent.ts";
import { decimal } from "../../model/decimal.ts";
import type { ParkedFact, TurnRecord } from "../../stores/store.ts";
import { StandardOrderSchema } from "../../model/order.ts";

export const NOON = 1_800_000_000_000;

export function intentOf(intentId: string, changes: Partial<OrderIntent> = {}): OrderIntent {
  return {
    intentId,
    exchangeId: "main",
    order: StandardOrderSchema.parse({
      symbolId: "BTC/USDT",
      side: "BUY",
      amount: "0.5",
      limitPrice: "50000",
    }),
    groupId: null,
    ownerIntentId: null,
    strategyId: null,
    labels: {},
    metadata: null,
    desired: "WORKING",
    generation: 1,
    resourceVersion: 1,
    createdAt: NOON,
    updatedAt: NOON,
    ...changes,
  };
}

/** A later turn: nothing but a new state. */
export function turn(intentId: string, changes: Partial<TurnRecord> = {}): TurnRecord {
  return {
    exchangeId: "main",
    intentId,
    symbolId: "BTC/USDT",
    intent: null,
    original: null,
    version: "1",
    state: "ACTIVE.open",
    context: "{}",
    terminal: false,
    clientOrderIds: [],
    exchangeOrderIds: [],
    events: [],
    fills: [],
    ...changes,
  };
}

/** The turn that places an intent. */
export function placement(intentId: string, changes: Partial<TurnRecord> = {}): TurnRecord {
  const exchangeId = changes.exchangeId ?? "main";
  return turn(intentId, {
    intent: intentOf(intentId, { exchangeId }),
    original: `{"placed":"${intentId}"}`,
    state: "SUBMITTING.inFlight",
    ...changes,
  });
}

export function event(intentId: string | null, changes: Partial<KernelEvent> = {}): KernelEvent {
  return {
    eventId: 0,
    type: "OrderSubmitted",
    exchangeId: "main",
    intentId,
    groupId: null,
    symbolId: "BTC/USDT",
    at: NOON,
    cause: "test",
    payload: {},
    ...changes,
  };
}

export function fill(tradeId: string, changes: Partial<Fill> = {}): Fill {
  return {
    tradeId,
    intentId: "a",
    clientOrderId: null,
    exchangeOrderId: "x1",
    symbolId: "BTC/USDT",
    side: "BUY",
    price: decimal("50000.01"),
    quantity: decimal("0.1"),
    fee: null,
    liquidity: "MAKER",
    venueTime: NOON,
    receivedAt: NOON + 5,
    ...changes,
  };
}

export function drift(driftId: string, changes: Partial<Drift> = {}): Drift {
  return {
    driftId,
    kind: "OrphanOrder",
    exchangeId: "main",
    symbolId: null,
    intentId: null,
    subject: "BTC/USDT 28",
    venue: { open: true },
    local: null,
    evidence: [],
    proposedFix: "adopt",
    fix: null,
    policy: "REPORT",
    status: "OPEN",
    note: null,
    openedAt: NOON,
    closedAt: null,
    ...changes,
  };
}

export function parkedFact(key: string, changes: Partial<ParkedFact> = {}): ParkedFact {
  return {
    exchangeId: "main",
    symbolId: "BTC/USDT",
    key,
    at: NOON,
    fact: `{"key":"${key}"}`,
    ...changes,
  };
}
