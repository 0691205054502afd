/**
 * The fields that leave for the page, by name. What the port or the façade may one day carry
 * besides stays here: nothing unlisted is shown, whatever type it was given.
 */
import type { KernelEvent } from "../model/event.ts";
import type { IntentView } from "../model/facade.ts";
import type { JsonValue } from "../model/intent.ts";
import type { ActorDetail, ActorRow } from "./observation.ts";

export function projectRow(row: ActorRow): ActorRow {
  return pick(row, ROW_FIELDS);
}

export function projectDetail(detail: ActorDetail): ActorDetail {
  return {
    ...pick(detail, DETAIL_FIELDS),
    context: veil(detail.context, 0) as ActorDetail["context"],
    deadlines: detail.deadlines.map(({ name, dueAt }) => ({ name, dueAt })),
  };
}

/** Metadata is the strategy's own and is left out; everything else of an intent is the kernel's. */
export function projectIntent(view: IntentView): unknown {
  return {
    intent: {
      ...pick(view.intent, INTENT_FIELDS),
      order: pick(view.intent.order, ORDER_FIELDS),
    },
    state: {
      ...pick(view.state, STATE_FIELDS),
      attempts: view.state.attempts.map((attempt) => pick(attempt, ATTEMPT_FIELDS)),
      conditions: view.state.conditions.map((condition) => pick(condition, CONDITION_FIELDS)),
      bounds: pick(view.state.bounds, ["minFilled", "maxFilled", "possiblyLive"]),
    },
  };
}

export function projectEvent(event: KernelEvent): KernelEvent {
  return {
    ...pick(event, EVENT_FIELDS),
    payload: veil(event.payload, 0) as KernelEvent["payload"],
  };
}

const ROW_FIELDS = [
  "id",
  "parentId",
  "kind",
  "name",
  "state",
  "tags",
  "restarts",
  "isolated",
  "updatedAt",
] as const;

const DETAIL_FIELDS = [...ROW_FIELDS, "machine", "lastEdge", "context", "deadlines"] as const;

const INTENT_FIELDS = [
  "intentId",
  "exchangeId",
  "order",
  "groupId",
  "ownerIntentId",
  "strategyId",
  "labels",
  "desired",
  "generation",
  "resourceVersion",
  "createdAt",
  "updatedAt",
] as const;

const ORDER_FIELDS = [
  "symbolId",
  "side",
  "amount",
  "amountType",
  "limitPrice",
  "timeInForce",
  "goodTillTime",
  "reduceOnly",
  "postOnly",
  "positionSide",
  "onAbsent",
  "submitBy",
  "onExternalCancel",
] as const;

const STATE_FIELDS = [
  "intentId",
  "exchangeOrderId",
  "clientOrderId",
  "status",
  "reconciliationStatus",
  "state",
  "observedGeneration",
  "refusedGeneration",
  "filledAmount",
  "filledQuote",
  "remainingAmount",
  "averagePrice",
  "fees",
  "lastSyncAt",
  "errorMessage",
  "cause",
  "attempts",
  "bounds",
  "conditions",
] as const;

const ATTEMPT_FIELDS = [
  "generation",
  "attempt",
  "clientOrderId",
  "exchangeOrderId",
  "amount",
  "limitPrice",
  "admittedAt",
  "committedAt",
  "sentAt",
  "answeredAt",
  "deadline",
  "outcome",
  "reason",
  "status",
  "reported",
  "filled",
] as const;

const CONDITION_FIELDS = ["type", "status", "reason", "message", "lastTransitionAt"] as const;

const EVENT_FIELDS = [
  "eventId",
  "type",
  "exchangeId",
  "intentId",
  "groupId",
  "symbolId",
  "at",
  "cause",
  "payload",
] as const;

function pick<T, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  const picked: Partial<T> = {};
  for (const key of keys) picked[key] = from[key];
  return picked as Pick<T, K>; // every key was just copied
}

/** A projection is a page of text: a deeper or longer one is a mistake, and is cut. */
const DEPTH_MAX = 6;
const ENTRIES_MAX = 100;
const TEXT_LENGTH_MAX = 512;

/** A second lock behind the machines' own lists: a value under such a name is never shown. */
const SECRET_NAME = /secret|passw|passphrase|private.?key|api.?key|token|signature|credential/i;

function veil(value: JsonValue, depth: number): JsonValue {
  if (typeof value === "string") {
    return value.length > TEXT_LENGTH_MAX ? `${value.slice(0, TEXT_LENGTH_MAX)}…` : value;
  }
  if (value === null || typeof value !== "object") return value;
  if (depth >= DEPTH_MAX) return "…";
  if (Array.isArray(value)) {
    return value.slice(0, ENTRIES_MAX).map((item: JsonValue) => veil(item, depth + 1));
  }
  const entries = Object.entries(value).slice(0, ENTRIES_MAX);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, SECRET_NAME.test(key) ? "hidden" : veil(item, depth + 1)]),
  );
}
