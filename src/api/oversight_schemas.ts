/** Queries, bodies and answers of what a person sees and decides: drifts, verdicts, adoptions. */
import { z } from "zod";
import { DRIFT_KINDS, DRIFT_STATUSES } from "../model/drift.ts";
import { IntentIdSchema, NameSchema, VenueIdSchema } from "../model/ids.ts";
import { JsonValueSchema, LabelsSchema } from "../model/json.ts";
import { MESSAGE_LENGTH_MAX } from "../model/limits.ts";
import { SymbolIdSchema } from "../model/order.ts";
import { IntentVerdictSchema } from "../model/verdict.ts";
import { cursor, flag, LabelSelectorSchema, limit, list, STATES } from "./schemas.ts";

export const DriftsQuery = z.strictObject({
  status: list(DRIFT_STATUSES).exactOptional(),
  kind: list(DRIFT_KINDS).exactOptional(),
  symbol: SymbolIdSchema.exactOptional(),
  intentId: IntentIdSchema.exactOptional(),
  limit,
  continue: cursor,
});

export const OrdersQuery = z.strictObject({
  symbol: SymbolIdSchema.exactOptional(),
  state: list(STATES).exactOptional(),
  labelSelector: LabelSelectorSchema.exactOptional(),
  includeTerminal: flag.exactOptional(),
  external: flag.exactOptional(),
  limit,
  continue: cursor,
});

export const SettleDriftSchema = z.strictObject({
  action: z.enum(["approve", "dismiss"]),
  note: z.string().max(MESSAGE_LENGTH_MAX).exactOptional(),
});

/** The verdict as the library takes it. */
export const ResolveSchema = z.strictObject({ verdict: IntentVerdictSchema });

export const AdoptSchema = z.strictObject({
  exchangeOrderId: VenueIdSchema,
  symbolId: SymbolIdSchema.exactOptional(),
  intentId: IntentIdSchema.exactOptional(),
  metadata: JsonValueSchema.exactOptional(),
  labels: LabelsSchema.exactOptional(),
  strategyId: NameSchema.exactOptional(),
});

const millis = z.int().describe("Milliseconds since 1970");
const decimalText = z.string().describe("An exact decimal as text");
const next = z.string().nullable().describe("Pass it as `continue`; null on the last page");

export const DriftResponse = z.strictObject({
  driftId: z.string(),
  kind: z.enum(DRIFT_KINDS),
  exchangeId: z.string(),
  symbolId: z.string().nullable(),
  intentId: z.string().nullable(),
  subject: z.string(),
  venue: z.unknown(),
  local: z.unknown(),
  evidence: z.array(z.unknown()),
  proposedFix: z.string(),
  fix: z.looseObject({ kind: z.string() }).nullable(),
  policy: z.string(),
  status: z.enum(DRIFT_STATUSES),
  note: z.string().nullable(),
  openedAt: millis,
  closedAt: millis.nullable(),
});

export const DriftPageResponse = z.strictObject({
  items: z.array(DriftResponse),
  continue: next,
});

export const OrderResponse = z.strictObject({
  exchangeId: z.string(),
  external: z.boolean().describe("Placed by somebody else: shown, never touched"),
  intentId: z.string().nullable(),
  exchangeOrderId: z.string().nullable(),
  clientOrderId: z.string().nullable(),
  symbolId: z.string(),
  side: z.enum(["BUY", "SELL"]),
  status: z.string().nullable(),
  amount: decimalText,
  limitPrice: decimalText.nullable(),
  filled: decimalText,
  updatedAt: millis,
});

export const OrderPageResponse = z.strictObject({
  items: z.array(OrderResponse),
  continue: next,
});
