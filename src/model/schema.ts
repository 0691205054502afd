/** The bricks the schemas of this folder are built from. */
import { z } from "zod";
import { type Decimal, DecimalSchema, isPositive } from "./decimal.ts";

/** Refuses a value with a reason code of its own; `message` starts with "must". */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  /** Where, from the checked object down; default: the checked value itself. */
  readonly path?: readonly (string | number)[];
}

/** What zod hands to `superRefine` and `transform`, as far as it is used here. */
export interface RefineContext {
  addIssue(issue: {
    code: "custom";
    message: string;
    path?: PropertyKey[];
    params: Record<string, unknown>;
  }): void;
}

/** Adds a refusal to what is being checked. */
export function refuse(context: RefineContext, refusal: Refusal): void {
  context.addIssue({
    code: "custom",
    message: refusal.message,
    path: [...(refusal.path ?? [])],
    params: { code: refusal.code },
  });
}

/** A Decimal above zero; `code` names the refusal, e.g. `AMOUNT_NOT_POSITIVE`. */
export function positiveDecimal(code: string): z.ZodType<Decimal, unknown> {
  return DecimalSchema.superRefine((value, context) => {
    if (!isPositive(value)) refuse(context, { code, message: "must be greater than 0" });
  });
}

/** Text of 1 to `lengthMax` characters without control characters or surrounding space. */
export function text(lengthMax: number): z.ZodType<string, unknown> {
  return z.string().min(1).max(lengthMax).regex(/^(?!\s)\P{Cc}*(?<!\s)$/u, {
    error: "must have no control characters and no space around it",
  });
}

/** A missing value, like null, is null. */
export function optional<T>(schema: z.ZodType<T, unknown>): z.ZodType<T | null, unknown> {
  return schema.nullish().transform((value) => value ?? null);
}
