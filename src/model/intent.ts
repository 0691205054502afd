/** Desired state: what was asked for and how often it changed; and actual state beside it. */
import { z } from "zod";
import { type Decimal, DecimalSchema } from "./decimal.ts";
import { ClientOrderIdSchema, IntentIdSchema, NameSchema, VenueIdSchema } from "./ids.ts";
import { JsonValueSchema, LabelsSchema } from "./json.ts";
import { ASSET_LENGTH_MAX, ATTEMPTS_SHOWN_MAX, MESSAGE_LENGTH_MAX } from "./limits.ts";
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
  /** The caller's own, or a UUIDv7 made at placement. */
  readonly intentId: IntentId;
  /** The exchange it was placed on; never changes. */
  readonly exchangeId: string;
  /** The newest order wanted, every default filled in and rounded if it asked for that. */
  readonly order: StandardOrder;
  /** The group it was placed with, if any. */
  readonly groupId: string | null;
  /** The intent whose fills this one protects, if the kernel made it. */
  readonly ownerIntentId: IntentId | null;
  /** Set by the caller, for its own accounting. */
  readonly strategyId: string | null;
  /** Set by the caller, for selecting: at most 32, by Kubernetes' rules for labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Set by the caller, never read: at most 16 KiB as JSON. */
  readonly metadata: JsonValue;
  /** `CANCELED` once a cancel was asked for; there is no way back. */
  readonly desired: Desired;
  /** 1 at placement, +1 on every change of the order. */
  readonly generation: number;
  /** Grows with every change of the intent (the order or `desired`); for compare-and-set. */
  readonly resourceVersion: number;
  /** When it was placed, by our clock. */
  readonly createdAt: EpochMs;
  /** When the order or `desired` last changed, by our clock. */
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
  /** The generation of the intent whose order it carries. */
  readonly generation: number;
  /** 1-based over the life of the intent. */
  readonly attempt: number;
  /** Made for this attempt alone and never used again. */
  readonly clientOrderId: ClientOrderId;
  /** Null until the venue has told it. */
  readonly exchangeOrderId: ExchangeOrderId | null;
  /** Quantity as sent, in base units: the order's amount less what is already filled. */
  readonly amount: Decimal;
  /** Price as sent; null for a market order. */
  readonly limitPrice: Decimal | null;
  /** When it passed admission, by our clock. */
  readonly admittedAt: EpochMs;
  /** When its journal entry was durable, by our clock; nothing is sent before. */
  readonly committedAt: EpochMs | null;
  /**
   * When its bytes were handed to the transport, by our clock; null if that is not known to be so.
   */
  readonly sentAt: EpochMs | null;
  /** When the venue's answer came, by our clock. */
  readonly answeredAt: EpochMs | null;
  /** The venue refuses the request after this (its clock); absence is provable only later. */
  readonly deadline: EpochMs;
  /** Null while no answer has come. */
  readonly outcome: AttemptOutcome | null;
  /** Why it was refused, was not sent or is unknown, as a code; null otherwise. */
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
  /** Each type occurs once in an intent. */
  readonly type: ConditionType;
  /** `Unknown` while it cannot be told. */
  readonly status: "True" | "False" | "Unknown";
  /** Why, as one word in CamelCase. */
  readonly reason: string;
  /** What the condition means, for people. */
  readonly message: string;
  /** When status or reason last changed, by our clock. */
  readonly lastTransitionAt: EpochMs;
}

/** Worst case over all attempts in doubt, in base units. */
export interface ExposureBounds {
  /** What is proven to have filled. */
  readonly minFilled: Decimal;
  /** `minFilled` and `possiblyLive` together. */
  readonly maxFilled: Decimal;
  /** What may still fill, or may have filled unseen. */
  readonly possiblyLive: Decimal;
}

/** What is known of an intent at the venue. */
export interface OrderState {
  /** Whose state it is. */
  readonly intentId: IntentId;
  /** The newest attempt's id at the venue; null until the venue has told it. */
  readonly exchangeOrderId: ExchangeOrderId | null;
  /** The newest attempt's id of our making; null before the first attempt. */
  readonly clientOrderId: ClientOrderId | null;
  /** What the venue last said of the newest attempt; null until it said anything. */
  readonly status: StandardOrderStatus | null;
  /** Where the intent stands. FAILED is only ever said on evidence. */
  readonly reconciliationStatus: ReconciliationStatus;
  /** The machine's full state, e.g. `SUBMITTING.inDoubt`. */
  readonly state: string;
  /** The newest generation the venue is known to have taken; 0 before the first. */
  readonly observedGeneration: number;
  /** The generation whose change the venue refused; the order before it stays. */
  readonly refusedGeneration: number | null;
  /** Sum of the trades booked, in base units, over all attempts. */
  readonly filledAmount: Decimal;
  /**
   * The same trades in quote units: Σ price × quantity, before fees. Of inverse contracts, whose
   * quantity is quote units already, it only weighs `averagePrice`; of options it is the premium.
   */
  readonly filledQuote: Decimal;
  /** What of the amount is not filled, in base units; never negative. */
  readonly remainingAmount: Decimal;
  /** `filledQuote` by `filledAmount`, to 18 decimals; null before the first fill. */
  readonly averagePrice: Decimal | null;
  /** Fees by asset; a rebate is negative. */
  readonly fees: Readonly<Record<string, Decimal>>;
  /** When the venue was last read about its orders, by our clock; null before the first reading. */
  readonly lastSyncAt: EpochMs | null;
  /** The last refusal in words, ours or the venue's. */
  readonly errorMessage: string | null;
  /** Why a terminal state was reached, e.g. `TIME_IN_FORCE`, `NEVER_REACHED_VENUE`. */
  readonly cause: string | null;
  /** Every order this intent ever had or may have had at the venue, oldest first. */
  readonly attempts: readonly Attempt[];
  /** What its exposure can be at worst, while outcomes are unknown. */
  readonly bounds: ExposureBounds;
  /** One entry per type. */
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
  attempts: z.array(AttemptSchema).max(ATTEMPTS_SHOWN_MAX),
  bounds: ExposureBoundsSchema,
  conditions: z.array(ConditionSchema).max(8),
});
