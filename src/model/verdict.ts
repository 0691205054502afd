/** What a person says became of an order whose outcome no read can prove any more. */
import { z } from "zod";
import { type Decimal, DecimalSchema } from "./decimal.ts";
import { MESSAGE_LENGTH_MAX } from "./limits.ts";
import { optional, positiveDecimal } from "./schema.ts";

/**
 * `absent`: it never reached the venue, and never will. `canceled`: it was there and has ended, with
 * `filled` of it filled. `filled`: all of it filled. What that adds to the trades booked so far is
 * booked at `price`, as a fill whose trade id begins with `verdict:`.
 */
export type IntentVerdict =
  | {
    /** The order was never there. Only of one that was never known to be live. */
    readonly kind: "absent";
    /** Where it was looked for, for those who read the record; null if not said. */
    readonly note: string | null;
  }
  | {
    /** The order was there and has ended. */
    readonly kind: "canceled";
    /** Filled in all, base units; null: as much as the venue has told, and no more. */
    readonly filled: Decimal | null;
    /** Average price of what is not booked yet; needed if there is any. */
    readonly price: Decimal | null;
    /** Where it was seen, for those who read the record; null if not said. */
    readonly note: string | null;
  }
  | {
    /** The order was there and filled completely. */
    readonly kind: "filled";
    /** Average price of what is not booked yet; needed if there is any. */
    readonly price: Decimal | null;
    /** Where it was seen, for those who read the record; null if not said. */
    readonly note: string | null;
  };

const note = optional(z.string().max(MESSAGE_LENGTH_MAX));
const price = optional(positiveDecimal("PRICE_NOT_POSITIVE"));

export const IntentVerdictSchema: z.ZodType<IntentVerdict, unknown> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("absent"), note }),
  z.strictObject({ kind: z.literal("canceled"), filled: optional(DecimalSchema), price, note }),
  z.strictObject({ kind: z.literal("filled"), price, note }),
]);
