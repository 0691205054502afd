/** What may accompany an order at the door. */
import { z } from "zod";
import { IntentIdSchema, NameSchema } from "./ids.ts";
import type { JsonValue } from "./intent.ts";
import { JsonValueSchema, LabelsSchema } from "./json.ts";
import type { IntentId } from "./scalars.ts";

/**
 * How far a command is awaited: on disk, acknowledged by the venue, or ended. `accepted` is told
 * without waiting for the disk again: the venue holds the record, and reads show it at once.
 */
export type WaitFor = "durable" | "accepted" | "final";

/** What a caller attaches to an order. */
export interface PlaceData {
  /** Caller-chosen; placing it again with the same order returns it. Default: made here. */
  readonly intentId?: IntentId;
  /** Kept with the intent and given back; at most 16 KiB as JSON. */
  readonly metadata?: JsonValue;
  /** For selecting intents and events: at most 32, by Kubernetes' rules for labels. */
  readonly labels?: Readonly<Record<string, string>>;
  /** For the caller's own accounting: `[A-Za-z0-9._-]{1,64}`. */
  readonly strategyId?: string;
  /** Default: `durable`. */
  readonly waitFor?: WaitFor;
}

export const WaitForSchema: z.ZodType<WaitFor, unknown> = z.enum([
  "durable",
  "accepted",
  "final",
]);

export const PlaceOptionsSchema: z.ZodType<PlaceData, unknown> = z.strictObject({
  intentId: IntentIdSchema.exactOptional(),
  metadata: JsonValueSchema.exactOptional(),
  labels: LabelsSchema.exactOptional(),
  strategyId: NameSchema.exactOptional(),
  waitFor: WaitForSchema.exactOptional(),
});
