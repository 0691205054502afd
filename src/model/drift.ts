/** A disagreement between us and the venue, kept until somebody or something settles it. */
import { z } from "zod";
import type { Decimal } from "./decimal.ts";
import { IntentIdSchema, NameSchema, VenueIdSchema } from "./ids.ts";
import type { JsonValue } from "./intent.ts";
import { JsonValueSchema } from "./json.ts";
import { DRIFT_EVIDENCE_MAX, DRIFT_SUBJECT_LENGTH_MAX, MESSAGE_LENGTH_MAX } from "./limits.ts";
import { SymbolIdSchema } from "./order.ts";
import { type EpochMs, EpochMsSchema, type ExchangeOrderId, type IntentId } from "./scalars.ts";
import { optional, positiveDecimal } from "./schema.ts";

/** In what the two sides disagree. */
export type DriftKind = typeof DRIFT_KINDS[number];

/** Every kind of drift, in the order of the documentation. */
export const DRIFT_KINDS = [
  "DuplicateExecution",
  "OrphanOrder",
  "MissingOrder",
  "FillMismatch",
  "BalanceMismatch",
  "PositionMismatch",
  "Overfill",
  "LateFill",
  "StoreBehindVenue",
  "Unprotected",
  "Isolated",
] as const;

/** Where a drift stands. Only `OPEN` ones can still be approved or dismissed. */
export type DriftStatus = typeof DRIFT_STATUSES[number];

/** Every status of a drift. */
export const DRIFT_STATUSES = ["OPEN", "APPROVED", "DISMISSED", "RESOLVED"] as const;

/** What approving a drift carries out beside recording that somebody approved. */
export type DriftFix =
  | {
    /** Books a fill that the venue's numbers imply and no trade of it shows. */
    readonly kind: "bookFill";
    /** The attempt of the drift's intent that it is booked on. */
    readonly attempt: number;
    /** In quote units per base unit. */
    readonly price: Decimal;
    /** In base units. */
    readonly quantity: Decimal;
  }
  | {
    /** Makes the venue's order an intent of ours. */
    readonly kind: "adopt";
    /** The venue's id of the order. */
    readonly exchangeOrderId: ExchangeOrderId;
  };

/** One disagreement; its id and what it is about never change. */
export interface Drift {
  /** A UUIDv7, made when it was found. */
  readonly driftId: string;
  /** In what the two sides disagree. */
  readonly kind: DriftKind;
  /** The key of the exchange in `openKernel({ exchanges })`. */
  readonly exchangeId: string;
  /** Canonical symbol, where it is about one. */
  readonly symbolId: string | null;
  /** The intent it is about, if it is about one. */
  readonly intentId: IntentId | null;
  /** What it is about: an intent, an order, an asset. One open drift per kind and subject. */
  readonly subject: string;
  /** What the venue says. */
  readonly venue: JsonValue;
  /** What is held here. */
  readonly local: JsonValue;
  /** Reads with their times, oldest first; the newest 16. */
  readonly evidence: readonly JsonValue[];
  /** What to do about it, in words. */
  readonly proposedFix: string;
  /** What approving it carries out; null: nothing but the record. */
  readonly fix: DriftFix | null;
  /** `manual`: it waits for a person; `haltCreates`: and no new order leaves until then. */
  readonly policy: string;
  /** `RESOLVED`: the two sides agree again by themselves; the others are a person's word. */
  readonly status: DriftStatus;
  /** Why a person has settled it so; null if not said. */
  readonly note: string | null;
  /** When it was found, by our clock. */
  readonly openedAt: EpochMs;
  /** When it was settled, by our clock; null while it is open. */
  readonly closedAt: EpochMs | null;
}

/** Which drifts to list: all given fields must match. */
export interface DriftFilter {
  /** One status, or any of several. Default: all. */
  readonly status?: DriftStatus | readonly DriftStatus[];
  /** One kind, or any of several. Default: all. */
  readonly kind?: DriftKind | readonly DriftKind[];
  /** Canonical symbol. */
  readonly symbolId?: string;
  /** Drifts about this intent. */
  readonly intentId?: IntentId;
  /** Rows of the page. Default: 100; above 1,000 it is cut to that. */
  readonly limit?: number;
  /** From a previous page's `next`. */
  readonly cursor?: string;
}

export const DriftKindSchema: z.ZodType<DriftKind, unknown> = z.enum(DRIFT_KINDS);
export const DriftStatusSchema: z.ZodType<DriftStatus, unknown> = z.enum(DRIFT_STATUSES);

export const DriftFixSchema: z.ZodType<DriftFix, unknown> = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("bookFill"),
    attempt: z.number().int().min(1),
    price: positiveDecimal("PRICE_NOT_POSITIVE"),
    quantity: positiveDecimal("QUANTITY_NOT_POSITIVE"),
  }),
  z.strictObject({ kind: z.literal("adopt"), exchangeOrderId: VenueIdSchema }),
]);

export const DriftSchema: z.ZodType<Drift, unknown> = z.strictObject({
  driftId: IntentIdSchema,
  kind: DriftKindSchema,
  exchangeId: NameSchema,
  symbolId: optional(SymbolIdSchema),
  intentId: optional(IntentIdSchema),
  // Drifts stored before they had a subject, a fix and a note are read as well.
  subject: z.string().max(DRIFT_SUBJECT_LENGTH_MAX).default(""),
  venue: JsonValueSchema,
  local: JsonValueSchema,
  evidence: z.array(JsonValueSchema).max(DRIFT_EVIDENCE_MAX),
  proposedFix: z.string().max(MESSAGE_LENGTH_MAX),
  fix: optional(DriftFixSchema),
  policy: z.string().max(MESSAGE_LENGTH_MAX),
  status: DriftStatusSchema,
  note: optional(z.string().max(MESSAGE_LENGTH_MAX)),
  openedAt: EpochMsSchema,
  closedAt: optional(EpochMsSchema),
});
