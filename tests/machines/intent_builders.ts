/** Builders with defaults for the tests of the intent machine. */
import {
  freshContext,
  type IntentContext,
  type IntentPolicy,
} from "../../machines/intent_context.ts";
import type { IntentEvent } from "../../machines/intent_events.ts";
import { decimal } from "../../src/model/decimal.ts";
import type { Fill } from "../../src/model/fill.ts";
import type { OrderIntent } from "../../src/model/intent.ts";
import type { StandardOrder } from "../../src/model/order.ts";
import type { VenueOrder } from "../../src/model/venue.ts";
import type { IntentVerdict } from "../../src/model/verdict.ts";
import { anOrder } from "../orders.ts";

export const POLICY: IntentPolicy = {
  amendInPlace: false,
  cancelByClientOrderId: true,
  proofAfterMs: 12_000,
  landsWithinMs: 7_000,
  retentionMs: 3_600_000,
};

export function anIntent(order: StandardOrder = anOrder()): OrderIntent {
  return {
    intentId: "i1",
    exchangeId: "main",
    order,
    groupId: null,
    ownerIntentId: null,
    strategyId: null,
    labels: {},
    metadata: null,
    desired: "WORKING",
    generation: 1,
    resourceVersion: 1,
    createdAt: 0,
    updatedAt: 0,
  };
}

export function aContext(
  order: Partial<StandardOrder> = {},
  policy: Partial<IntentPolicy> = {},
): IntentContext {
  return freshContext(anIntent(anOrder(order)), { ...POLICY, ...policy });
}

export function aVenueOrder(changes: Partial<VenueOrder> = {}): VenueOrder {
  return {
    exchangeOrderId: "x1",
    clientOrderId: "c1",
    symbolId: "BTC/USDT",
    side: "BUY",
    status: "OPEN",
    amount: decimal("1"),
    limitPrice: decimal("100"),
    filled: decimal("0"),
    cause: null,
    venueTime: 0,
    fills: [],
    ...changes,
  };
}

export function aFill(tradeId: string, quantity: string, changes: Partial<Fill> = {}): Fill {
  return {
    tradeId,
    intentId: "i1",
    clientOrderId: "c1",
    exchangeOrderId: "x1",
    symbolId: "BTC/USDT",
    side: "BUY",
    price: decimal("100"),
    quantity: decimal(quantity),
    fee: { asset: "BTC", amount: decimal("0.001") },
    liquidity: "MAKER",
    venueTime: 0,
    receivedAt: 0,
    ...changes,
  };
}

/** The events by short names; `at` defaults to 1000. */
export const say = {
  granted: (clientOrderId = "c1", deadline = 5_000, at = 1_000): IntentEvent => ({
    type: "order.granted",
    at,
    ticket: { clientOrderId, deadline },
  }),
  denied: (at = 1_000): IntentEvent => ({
    type: "order.denied",
    at,
    code: "KILL_SWITCH",
    message: "the kill switch is engaged",
  }),
  accepted: (attempt = 1, order: Partial<VenueOrder> = {}, at = 1_000): IntentEvent => ({
    type: "submit.answered",
    at,
    attempt,
    sentAt: at,
    outcome: { kind: "accepted", order: aVenueOrder(order) },
  }),
  refused: (attempt = 1, at = 1_000): IntentEvent => ({
    type: "submit.answered",
    at,
    attempt,
    sentAt: at,
    outcome: {
      kind: "refused",
      reason: { code: "INSUFFICIENT_FUNDS", venueCode: "-2010", message: "no money" },
    },
  }),
  notSent: (reason: string, attempt = 1, at = 1_000): IntentEvent => ({
    type: "submit.answered",
    at,
    attempt,
    sentAt: null,
    outcome: { kind: "notSent", reason },
  }),
  unknown: (attempt = 1, at = 1_000): IntentEvent => ({
    type: "submit.answered",
    at,
    attempt,
    sentAt: at,
    outcome: { kind: "unknown", cause: { code: "TIMEOUT", message: "no answer" } },
  }),
  canceled: (attempt = 1, at = 1_000): IntentEvent => ({
    type: "cancel.answered",
    at,
    attempt,
    outcome: { kind: "accepted", order: null },
  }),
  cancelNotFound: (attempt = 1, at = 1_000): IntentEvent => ({
    type: "cancel.answered",
    at,
    attempt,
    outcome: { kind: "notFound" },
  }),
  amended: (generation: number, order: Partial<VenueOrder> = {}, at = 1_000): IntentEvent => ({
    type: "amend.answered",
    at,
    attempt: 1,
    generation,
    outcome: { kind: "accepted", order: aVenueOrder(order) },
  }),
  amendRefused: (generation: number, at = 1_000): IntentEvent => ({
    type: "amend.answered",
    at,
    attempt: 1,
    generation,
    outcome: { kind: "refused", reason: { code: "FILTER", venueCode: "-1013", message: "tick" } },
  }),
  amendUnknown: (generation: number, at = 1_000): IntentEvent => ({
    type: "amend.answered",
    at,
    attempt: 1,
    generation,
    outcome: { kind: "unknown", cause: { code: "TIMEOUT", message: "no answer" } },
  }),
  found: (order: Partial<VenueOrder> = {}, attempt = 1, at = 1_000): IntentEvent => ({
    type: "lookup.answered",
    at,
    attempt,
    outcome: { kind: "found", order: aVenueOrder(order), venueTime: at },
    fills: [],
  }),
  absent: (venueTime: number, attempt = 1, at = venueTime): IntentEvent => ({
    type: "lookup.answered",
    at,
    attempt,
    outcome: { kind: "absent", venueTime },
    fills: [],
  }),
  unread: (attempt = 1, at = 1_000): IntentEvent => ({
    type: "lookup.answered",
    at,
    attempt,
    outcome: { kind: "failed", cause: { code: "TIMEOUT", message: "no answer" } },
    fills: [],
  }),
  updated: (order: Partial<VenueOrder> = {}, attempt = 1, at = 1_000): IntentEvent => ({
    type: "order.updated",
    at,
    attempt,
    order: aVenueOrder(order),
  }),
  filled: (
    tradeId: string,
    quantity: string,
    order: Partial<VenueOrder> | null = null,
    attempt = 1,
    at = 1_000,
  ): IntentEvent => ({
    type: "order.filled",
    at,
    attempt,
    fills: [aFill(tradeId, quantity)],
    order: order === null ? null : aVenueOrder(order),
  }),
  trades: (fills: readonly Fill[], attempt = 1, at = 1_000): IntentEvent => ({
    type: "fills.answered",
    at,
    attempt,
    fills,
  }),
  cancel: (at = 1_000): IntentEvent => ({ type: "order.cancel", at }),
  modify: (changes: Partial<StandardOrder>, at = 1_000): IntentEvent => ({
    type: "order.modify",
    at,
    order: anOrder(changes),
  }),
  resume: (at = 1_000): IntentEvent => ({ type: "order.resume", at }),
  verify: (at = 1_000): IntentEvent => ({ type: "order.verify", at }),
  resolve: (verdict: IntentVerdict, fills: readonly Fill[] = [], at = 1_000): IntentEvent => ({
    type: "order.resolve",
    at,
    verdict,
    fills,
  }),
  adopted: (order: Partial<VenueOrder> = {}, clientOrderId = "c1", at = 1_000): IntentEvent => ({
    type: "order.adopted",
    at,
    clientOrderId,
    order: aVenueOrder({ clientOrderId: null, ...order }),
  }),
  approved: (fills: readonly Fill[], attempt = 1, at = 1_000): IntentEvent => ({
    type: "fill.approved",
    at,
    attempt,
    fills,
  }),
  passed: (
    name: "ack" | "lookup" | "cancel" | "fills" | "amend",
    at = 100_000,
  ): IntentEvent => ({ type: "deadline.passed", at, name }),
};
