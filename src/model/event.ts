/** What happened, in past tense, in one sequence for the whole store. */
import { z } from "zod";
import { IntentIdSchema, NameSchema } from "./ids.ts";
import type { JsonValue } from "./intent.ts";
import { jsonObject, LabelsSchema } from "./json.ts";
import { EVENT_PAYLOAD_BYTES_MAX, VENUE_ID_LENGTH_MAX } from "./limits.ts";
import { SymbolIdSchema } from "./order.ts";
import { type EpochMs, EpochMsSchema, type IntentId } from "./scalars.ts";
import { optional, text } from "./schema.ts";

/** Every type of event, in the order of the documentation. */
export const EVENT_TYPES = [
  "OrderSubmitted",
  "OrderAccepted",
  "OrderRejected",
  "OrderPartiallyFilled",
  "OrderFilled",
  "OrderCanceled",
  "OrderModified",
  "OrderExpired",
  "OrderDenied",
  "OrderTriggered",
  "OrderAdopted",
  "OrderOutcomeUnknown",
  "OrderOutcomeResolved",
  "OrderOverdue",
  "OrderOrphaned",
  "GroupOverfilled",
  "PositionOpened",
  "PositionModified",
  "PositionClosed",
  "AccountBalanceUpdated",
  "MarginCallWarning",
  "ConnectionUp",
  "ConnectionDown",
  "ExchangeParked",
  "DriftDetected",
  "DriftResolved",
  "KillSwitchEngaged",
  "KillSwitchReleased",
] as const;
/** One of `EVENT_TYPES`. */
export type EventType = typeof EVENT_TYPES[number];

/** Something that happened, committed before it is told. */
export interface KernelEvent {
  /** Assigned at the commit; strictly growing over the store. 0 before it. */
  readonly eventId: number;
  /** What happened; it decides the shape of `payload`. */
  readonly type: EventType;
  /** The exchange it happened on, by its key in `openKernel({ exchanges })`. */
  readonly exchangeId: string;
  /** The intent it is about; null for connections, accounts and foreign orders. */
  readonly intentId: IntentId | null;
  /** The group that intent belongs to, if any. */
  readonly groupId: string | null;
  /** Canonical symbol, where it is about one. */
  readonly symbolId: string | null;
  /** When the kernel learned it, by our clock. */
  readonly at: EpochMs;
  /** The command or fact it follows from, e.g. `order.outcome` or an event id. */
  readonly cause: string;
  /** What else there is to know, at most 64 KiB as JSON; decimals are texts. */
  readonly payload: { readonly [key: string]: JsonValue };
}

/**
 * All given fields must match; `type` matches any of a list. A field left out matches everything.
 */
export interface EventFilter {
  /** One type, or any of several. */
  readonly type?: EventType | readonly EventType[];
  /** Set by the kernel on the methods of one exchange. */
  readonly exchangeId?: string;
  /** Canonical symbol. */
  readonly symbolId?: string;
  /** Events of this intent alone. */
  readonly intentId?: IntentId;
  /** Events of every member of this group. */
  readonly groupId?: string;
  /** Events of intents that carry all of these labels. */
  readonly labels?: Readonly<Record<string, string>>;
}

export const EventTypeSchema: z.ZodType<EventType, unknown> = z.enum(EVENT_TYPES);

export const KernelEventSchema: z.ZodType<KernelEvent, unknown> = z.strictObject({
  eventId: z.number().int().min(0),
  type: EventTypeSchema,
  exchangeId: NameSchema,
  intentId: optional(IntentIdSchema),
  groupId: optional(IntentIdSchema),
  symbolId: optional(SymbolIdSchema),
  at: EpochMsSchema,
  cause: text(VENUE_ID_LENGTH_MAX),
  payload: jsonObject(EVENT_PAYLOAD_BYTES_MAX),
});

/** A field that is absent matches everything. */
export const EventFilterSchema: z.ZodType<EventFilter, unknown> = z.strictObject({
  type: z.union([EventTypeSchema, z.array(EventTypeSchema).max(EVENT_TYPES.length)]).optional(),
  exchangeId: NameSchema.optional(),
  symbolId: SymbolIdSchema.optional(),
  intentId: IntentIdSchema.optional(),
  groupId: IntentIdSchema.optional(),
  labels: LabelsSchema.optional(),
}).transform(withoutUndefined);

/** The filter's fields are absent or set, never present and undefined. */
function withoutUndefined(filter: Readonly<Record<string, unknown>>): EventFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
