/** A disagreement between us and the venue, kept until somebody or something settles it. */
import { z } from "zod";
import { IntentIdSchema, NameSchema } from "./ids.ts";
import type { JsonValue } from "./intent.ts";
import { JsonValueSchema } from "./json.ts";
import { DRIFT_EVIDENCE_MAX, MESSAGE_LENGTH_MAX } from "./limits.ts";
import { SymbolIdSchema } from "./order.ts";
import { type EpochMs, EpochMsSchema, type IntentId } from "./scalars.ts";
import { optional } from "./schema.ts";

/** In what the two sides disagree. */
export type DriftKind =
  | "DuplicateExecution"
  | "OrphanOrder"
  | "MissingOrder"
  | "FillMismatch"
  | "BalanceMismatch"
  | "PositionMismatch"
  | "Overfill"
  | "LateFill"
  | "StoreBehindVenue"
  | "Unprotected"
  | "Isolated";

export interface Drift {
  readonly driftId: string;
  readonly kind: DriftKind;
  readonly exchangeId: string;
  readonly symbolId: string | null;
  readonly intentId: IntentId | null;
  readonly venue: JsonValue;
  readonly local: JsonValue;
  /** Reads with their times. */
  readonly evidence: readonly JsonValue[];
  readonly proposedFix: string;
  readonly policy: string;
  readonly status: "OPEN" | "APPROVED" | "DISMISSED" | "RESOLVED";
  readonly openedAt: EpochMs;
  readonly closedAt: EpochMs | null;
}

export const DriftKindSchema: z.ZodType<DriftKind, unknown> = z.enum([
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
]);

export const DriftSchema: z.ZodType<Drift, unknown> = z.strictObject({
  driftId: IntentIdSchema,
  kind: DriftKindSchema,
  exchangeId: NameSchema,
  symbolId: optional(SymbolIdSchema),
  intentId: optional(IntentIdSchema),
  venue: JsonValueSchema,
  local: JsonValueSchema,
  evidence: z.array(JsonValueSchema).max(DRIFT_EVIDENCE_MAX),
  proposedFix: z.string().max(MESSAGE_LENGTH_MAX),
  policy: z.string().max(MESSAGE_LENGTH_MAX),
  status: z.enum(["OPEN", "APPROVED", "DISMISSED", "RESOLVED"]),
  openedAt: EpochMsSchema,
  closedAt: optional(EpochMsSchema),
});
