/** What is kept of a venue's ban over a restart. */
import { z } from "zod";
import type { EpochMs } from "./scalars.ts";

export interface StoredBan {
  readonly until: EpochMs;
  /** How long it was when it was told, ms. */
  readonly forMs: number;
}

export const StoredBanSchema: z.ZodType<StoredBan, unknown> = z.strictObject({
  until: z.number(),
  forMs: z.number().min(0),
});
