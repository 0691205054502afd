/** One execution, as the venue reported it. */
import { z } from "zod";
import { type Decimal, DecimalSchema } from "./decimal.ts";
import { IntentIdSchema, VenueIdSchema } from "./ids.ts";
import { ASSET_LENGTH_MAX } from "./limits.ts";
import { type Side, SideSchema, SymbolIdSchema } from "./order.ts";
import {
  type ClientOrderId,
  type EpochMs,
  EpochMsSchema,
  type ExchangeOrderId,
  type IntentId,
} from "./scalars.ts";
import { optional, positiveDecimal, text } from "./schema.ts";

/** What a venue took for a fill, in any asset it likes. */
export interface Fee {
  /** The venue's code of the asset it was taken in. */
  readonly asset: string;
  /** In that asset; negative is a rebate. */
  readonly amount: Decimal;
}

/**
 * One execution. Counted once per (exchangeId, symbolId, exchangeOrderId, tradeId), however often
 * and by whatever way it arrives.
 */
export interface Fill {
  /** The venue's; two orders of ours that met share one. */
  readonly tradeId: string;
  /** The intent it counts for; null for orders of others. */
  readonly intentId: IntentId | null;
  /** Ours, or a foreign order's as it came; some reads of some venues leave it out. */
  readonly clientOrderId: ClientOrderId | null;
  /** The venue's id of the order that filled. */
  readonly exchangeOrderId: ExchangeOrderId;
  /** Canonical symbol. */
  readonly symbolId: string;
  /** The side of our order. */
  readonly side: Side;
  /** In quote units per base unit. */
  readonly price: Decimal;
  /** In base units. */
  readonly quantity: Decimal;
  /** Null where the venue does not tell it with the trade. */
  readonly fee: Fee | null;
  /** `MAKER` when our order was resting in the book. */
  readonly liquidity: "MAKER" | "TAKER" | "UNKNOWN";
  /** When it happened, by the venue's clock. */
  readonly venueTime: EpochMs;
  /** When it reached us, by our clock. */
  readonly receivedAt: EpochMs;
}

/** A negative amount is a rebate. */
export const FeeSchema: z.ZodType<Fee, unknown> = z.strictObject({
  asset: text(ASSET_LENGTH_MAX),
  amount: DecimalSchema,
});

export const FillSchema: z.ZodType<Fill, unknown> = z.strictObject({
  tradeId: VenueIdSchema,
  intentId: optional(IntentIdSchema),
  // Not our form of it alone: a foreign order's client id is kept as it came.
  clientOrderId: optional(VenueIdSchema),
  exchangeOrderId: VenueIdSchema,
  symbolId: SymbolIdSchema,
  side: SideSchema,
  price: DecimalSchema,
  quantity: positiveDecimal("QUANTITY_NOT_POSITIVE"),
  fee: optional(FeeSchema),
  liquidity: z.enum(["MAKER", "TAKER", "UNKNOWN"]).default("UNKNOWN"),
  venueTime: EpochMsSchema,
  receivedAt: EpochMsSchema,
});
