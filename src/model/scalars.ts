/** The scalar words of the domain: times and the two kinds of order id. */
import { z } from "zod";

/**
 * Milliseconds since 1970-01-01T00:00:00Z, an integer. Venue time and receive time are never
 * mixed.
 */
export type EpochMs = number;

/** The last millisecond that ECMAScript's Date can hold; times beyond it are in another unit. */
export const EPOCH_MS_MAX = 8_640_000_000_000_000;

/** An integer from 0 to `EPOCH_MS_MAX`. */
export const EpochMsSchema: z.ZodType<EpochMs, unknown> = z
  .number({ error: "must be milliseconds since 1970, an integer" })
  .int({ error: "must be milliseconds since 1970, an integer" })
  .min(0).max(EPOCH_MS_MAX);

/** `[A-Za-z0-9._-]{1,64}`; unique per exchange instance for ever. */
export type IntentId = string;

/** Ours: 32 lower-case hex digits (tag 8, then 24 of an HMAC). The venue profile renders it. */
export type ClientOrderId = string;

/** Theirs: whatever the venue answers, kept as text. */
export type ExchangeOrderId = string;
