/**
 * Envelopes and query parameters of the HTTP API. Orders inside an envelope are left to the
 * façade, which validates them; the schemas for the API's description spell them out.
 */
import { z } from "zod";
import { EVENT_TYPES } from "../model/event.ts";
import { IntentIdSchema, NameSchema } from "../model/ids.ts";
import { JsonValueSchema, LabelsSchema } from "../model/json.ts";
import { CURSOR_LENGTH_MAX, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from "../model/limits.ts";
import { StandardOrderSchema, SymbolIdSchema } from "../model/order.ts";
import { WaitForSchema } from "../model/place_options.ts";

export const STATES = [
  "PENDING",
  "SUBMITTING",
  "ACTIVE",
  "RECONCILING",
  "COMPLETED",
  "CANCELED",
  "FAILED",
] as const;

const TERMINAL_STATES: readonly string[] = ["COMPLETED", "CANCELED", "FAILED"];

/** The façade validates orders; the door only sees to it that there is one. */
const AnyOrder = z.unknown().refine((order) => order !== undefined, "is required");

const placeFields = {
  intentId: IntentIdSchema.exactOptional(),
  metadata: JsonValueSchema.exactOptional(),
  labels: LabelsSchema.exactOptional(),
  strategyId: NameSchema.exactOptional(),
  waitFor: WaitForSchema.exactOptional(),
};

export const PlaceSchema = z.strictObject({ order: AnyOrder, ...placeFields });
export const ModifySchema = z.strictObject({
  order: AnyOrder,
  waitFor: WaitForSchema.exactOptional(),
});
export const CancelAllSchema = z.strictObject({ symbol: SymbolIdSchema.exactOptional() });
export const ReconcileSchema = z.strictObject({ intentId: IntentIdSchema.exactOptional() });

/** As above with the order spelled out, for the description only. */
export const PlaceDescription = z.strictObject({ order: StandardOrderSchema, ...placeFields });
export const ModifyDescription = z.strictObject({
  order: StandardOrderSchema,
  waitFor: WaitForSchema.exactOptional(),
});

export const limit = z.string()
  .regex(/^\d{1,6}$/, `must be a whole number from 1 to ${PAGE_SIZE_MAX}`)
  .transform(Number)
  .pipe(z.int().min(1).max(PAGE_SIZE_MAX))
  .prefault(String(PAGE_SIZE_DEFAULT));

export const cursor = z.string().min(1).max(CURSOR_LENGTH_MAX).exactOptional();

/** An event id; also what `Last-Event-ID` carries. */
export const EventIdSchema = z.string()
  .regex(/^\d{1,15}$/, "must be an event id: a whole number of at most 15 digits")
  .transform(Number);

const millis = z.string()
  .regex(/^\d{1,15}$/, "must be milliseconds since 1970 as a whole number")
  .transform(Number);

export const flag = z.enum(["true", "false"]).transform((value) => value === "true");

/** `a=b,c=d`: equality only, all must match. */
export const LabelSelectorSchema = z.string().max(4_096).transform((selector, context) => {
  const labels: Record<string, string> = Object.create(null);
  for (const term of selector.split(",")) {
    const [key = "", value, ...rest] = term.split("=");
    if (value === undefined || rest.length > 0 || key in labels) {
      context.addIssue({ code: "custom", message: "must be key=value pairs joined by commas" });
      return z.NEVER;
    }
    labels[key.trim()] = value.trim();
  }
  const plain: unknown = { ...labels };
  return plain;
}).pipe(LabelsSchema);

export function list<T extends string>(words: readonly T[]) {
  const known: readonly string[] = words;
  return z.string().transform((text, context) => {
    const given = text.split(",").map((word) => word.trim());
    if (given.every((word) => known.includes(word))) return given as T[];
    context.addIssue({ code: "custom", message: `must be of ${words.join(", ")}, with commas` });
    return z.NEVER;
  });
}

/** Terminal intents are listed when asked for, by the flag or by a state of theirs. */
export const IntentsQuery = z.strictObject({
  symbol: SymbolIdSchema.exactOptional(),
  state: list(STATES).exactOptional(),
  labelSelector: LabelSelectorSchema.exactOptional(),
  includeTerminal: flag.exactOptional(),
  limit,
  continue: cursor,
}).transform((query) => ({
  ...query,
  includeTerminal: query.includeTerminal ??
    (query.state?.some((state) => TERMINAL_STATES.includes(state)) ?? false),
}));

export const FillsQuery = z.strictObject({
  symbol: SymbolIdSchema.exactOptional(),
  intentId: IntentIdSchema.exactOptional(),
  since: millis.exactOptional(),
  limit,
  continue: cursor,
});

export const SymbolsQuery = z.strictObject({
  symbol: SymbolIdSchema.exactOptional(),
  limit,
  continue: cursor,
});

export const PositionsQuery = z.strictObject({ symbol: SymbolIdSchema.exactOptional() });
export const CancelQuery = z.strictObject({ waitFor: WaitForSchema.exactOptional() });
export const NoQuery = z.strictObject({});

const eventFilter = {
  type: list(EVENT_TYPES).exactOptional(),
  exchange: NameSchema.exactOptional(),
  symbol: SymbolIdSchema.exactOptional(),
  intentId: IntentIdSchema.exactOptional(),
  groupId: NameSchema.exactOptional(),
  labelSelector: LabelSelectorSchema.exactOptional(),
};

export const EventsQuery = z.strictObject({
  since: EventIdSchema.exactOptional(),
  limit,
  ...eventFilter,
});

export const WatchQuery = z.strictObject({ since: EventIdSchema.exactOptional(), ...eventFilter });

export const IntentIdParam = z.strictObject({ id: IntentIdSchema });

/** Of a problem+json answer. */
export const ProblemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  errors: z.array(z.strictObject({ field: z.string(), rule: z.string(), actual: z.unknown() }))
    .optional(),
});
