/** Desired state: what was asked for and how often it changed; and actual state beside it. */
import { z } from "zod";
import { type Decimal, DecimalSchema } from "./decimal.ts";
import { ClientOrderIdSchema, IntentIdSchema, NameSchema, VenueIdSchema } from "./ids.ts";
import { JsonValueSchema, LabelsSchema } from "./json.ts";
import { ASSET_LENGTH_MAX, ATTEMPTS_MAX, MESSAGE_LENGTH_MAX } from "./limits.ts";
import {
  type StandardOrder,
  StandardOrderSchema,
  type StandardOrderStatus,
  StandardOrderStatusSchema,
} from "./order.ts";
import {
  type ClientOrderId,
  type EpochMs,
  EpochMsSchema,
  type ExchangeOrderId,
  type IntentId,
} from "./scalars.ts";
import { optional, text } from "./schema.ts";

/** Anything JSON can hold. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** What the caller wants of an intent: that it works, or that it is gone. */
export type Desired = "WORKING" | "CANCELED";

/** Top states of the intent machine. */
export type ReconciliationStatus =
  | "PENDING"
  | "SUBMITTING"
  | "ACTIVE"
  | "RECONCILING"
  | "COMPLETED"
  | "CANCELED"
  | "FAILED";

/** What was asked for. Only the caller changes it. */
export interface OrderIntent {
  readonly intentId: IntentId;
  readonly exchangeId: string;
  readonly order: StandardOrder;
  readonly groupId: string | null;
  readonly ownerIntentId: IntentId | null;
  readonly strategyId: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly metadata: JsonValue;
  readonly desired: Desired;
  /** 1 at placement, +1 on every change of the order. */
  readonly generation: number;
  /** Grows with every change of the intent (the order or `desired`); for compare-and-set. */
  readonly resourceVersion: number;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
}

/**
 * What became of one attempt to have an order at the venue. `null` (no answer yet) and `UNKNOWN`
 * are open questions; the others are answers.
 */
export type AttemptOutcome =
  | "ACCEPTED"
  | "REJECTED"
  | "UNKNOWN"
  | "NOT_SENT"
  | "ABSENT";

/** One try to have an order at the venue, with its own client order id. */
export interface Attempt {
  readonly generation: number;
  /** 1-based over the life of the intent. */
  readonly attempt: number;
  readonly clientOrderId: ClientOrderId;
  readonly exchangeOrderId: ExchangeOrderId | null;
  /** Quantity and price as sent (base units). */
  readonly amount: Decimal;
  readonly limitPrice: Decimal | null;
  readonly admittedAt: EpochMs;
  readonly committedAt: EpochMs | null;
  readonly sentAt: EpochMs | null;
  readonly answeredAt: EpochMs | null;
  /** The venue refuses the request after this (its clock); absence is provable only later. */
  readonly deadline: EpochMs;
  readonly outcome: AttemptOutcome | null;
  readonly reason: string | null;
  /** What the venue last said of it; null until it said anything. */
  readonly status: StandardOrderStatus | null;
  /** Cumulative filled quantity by the venue's own count. */
  readonly reported: Decimal;
  /** Σ of the trades booked here. */
  readonly filled: Decimal;
}

/** The questions of which the kernel keeps an answer per intent. */
export type ConditionType =
  | "Admitted"
  | "Working"
  | "Synced"
  | "OutcomeKnown"
  | "Protected"
  | "Completed";

/** One answer, with its reason and when it last changed. */
export interface Condition {
  readonly type: ConditionType;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionAt: EpochMs;
}

/** Worst case over all attempts in doubt, in base units. */
export interface ExposureBounds {
  readonly minFilled: Decimal;
  readonly maxFilled: Decimal;
  readonly possiblyLive: Decimal;
}

/** What is known of an intent at the venue. */
export interface OrderState {
  readonly intentId: IntentId;
  readonly exchangeOrderId: ExchangeOrderId | null;
  readonly clientOrderId: ClientOrderId | null;
  readonly status: StandardOrderStatus | null;
  readonly reconciliationStatus: ReconciliationStatus;
  /** The machine's full state, e.g. `SUBMITTING.inDoubt`. */
  readonly state: string;
  readonly observedGeneration: number;
  readonly refusedGeneration: number | null;
  readonly filledAmount: Decimal;
  readonly filledQuote: Decimal;
  readonly remainingAmount: Decimal;
  readonly averagePrice: Decimal | null;
  readonly fees: Readonly<Record<string, Decimal>>;
  readonly lastSyncAt: EpochMs | null;
  readonly errorMessage: string | null;
  /** Why a terminal state was reached, e.g. `TIME_IN_FORCE`, `NEVER_REACHED_VENUE`. */
  readonly cause: string | null;
  readonly attempts: readonly Attempt[];
  readonly bounds: ExposureBounds;
  readonly conditions: readonly Condition[];
}

export const DesiredSchema: z.ZodType<Desired, unknown> = z.enum(["WORKING", "CANCELED"]);
export const ReconciliationStatusSchema: z.ZodType<ReconciliationStatus, unknown> = z.enum([
  "PENDING",
  "SUBMITTING",
  "ACTIVE",
  "RECONCILING",
  "COMPLETED",
  "CANCELED",
  "FAILED",
]);
export const AttemptOutcomeSchema: z.ZodType<AttemptOutcome, unknown> = z.enum([
  "ACCEPTED",
  "REJECTED",
  "UNKNOWN",
  "NOT_SENT",
  "ABSENT",
]);

const CountSchema = z.number().int().min(0);
const OrdinalSchema = z.number().int().min(1);
const MessageSchema = z.string().max(MESSAGE_LENGTH_MAX);

export const OrderIntentSchema: z.ZodType<OrderIntent, unknown> = z.strictObject({
  intentId: IntentIdSchema,
  exchangeId: NameSchema,
  order: StandardOrderSchema,
  groupId: optional(IntentIdSchema),
  ownerIntentId: optional(IntentIdSchema),
  strategyId: optional(NameSchema),
  labels: LabelsSchema,
  metadata: JsonValueSchema,
  desired: DesiredSchema,
  generation: OrdinalSchema,
  resourceVersion: OrdinalSchema,
  createdAt: EpochMsSchema,
  updatedAt: EpochMsSchema,
});

export const AttemptSchema: z.ZodType<Attempt, unknown> = z.strictObject({
  generation: OrdinalSchema,
  attempt: OrdinalSchema,
  clientOrderId: ClientOrderIdSchema,
  exchangeOrderId: optional(VenueIdSchema),
  amount: DecimalSchema,
  limitPrice: optional(DecimalSchema),
  admittedAt: EpochMsSchema,
  committedAt: optional(EpochMsSchema),
  sentAt: optional(EpochMsSchema),
  answeredAt: optional(EpochMsSchema),
  deadline: EpochMsSchema,
  outcome: optional(AttemptOutcomeSchema),
  reason: optional(MessageSchema),
  status: optional(StandardOrderStatusSchema),
  reported: DecimalSchema,
  filled: DecimalSchema,
});

export const ConditionSchema: z.ZodType<Condition, unknown> = z.strictObject({
  type: z.enum(["Admitted", "Working", "Synced", "OutcomeKnown", "Protected", "Completed"]),
  status: z.enum(["True", "False", "Unknown"]),
  reason: z.string().regex(/^(?:[A-Z][A-Za-z0-9]*)?$/, { error: "must be CamelCase" }),
  message: MessageSchema,
  lastTransitionAt: EpochMsSchema,
});

export const ExposureBoundsSchema: z.ZodType<ExposureBounds, unknown> = z.strictObject({
  minFilled: DecimalSchema,
  maxFilled: DecimalSchema,
  possiblyLive: DecimalSchema,
});

export const OrderStateSchema: z.ZodType<OrderState, unknown> = z.strictObject({
  intentId: IntentIdSchema,
  exchangeOrderId: optional(VenueIdSchema),
  clientOrderId: optional(ClientOrderIdSchema),
  status: optional(StandardOrderStatusSchema),
  reconciliationStatus: ReconciliationStatusSchema,
  state: text(64),
  observedGeneration: CountSchema,
  refusedGeneration: optional(OrdinalSchema),
  filledAmount: DecimalSchema,
  filledQuote: DecimalSchema,
  remainingAmount: DecimalSchema,
  averagePrice: optional(DecimalSchema),
  fees: z.record(text(ASSET_LENGTH_MAX), DecimalSchema),
  lastSyncAt: optional(EpochMsSchema),
  errorMessage: optional(MessageSchema),
  cause: optional(MessageSchema),
  attempts: z.array(AttemptSchema).max(ATTEMPTS_MAX),
  bounds: ExposureBoundsSchema,
  conditions: z.array(ConditionSchema).max(8),
});
