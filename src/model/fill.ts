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
  readonly asset: string;
  readonly amount: Decimal;
}

/** Counted once per (exchangeId, symbolId, exchangeOrderId, tradeId), however often it arrives. */
export interface Fill {
  readonly tradeId: string;
  readonly intentId: IntentId | null;
  readonly clientOrderId: ClientOrderId | null;
  readonly exchangeOrderId: ExchangeOrderId;
  readonly symbolId: string;
  readonly side: Side;
  readonly price: Decimal;
  /** In base units. */
  readonly quantity: Decimal;
  readonly fee: Fee | null;
  readonly liquidity: "MAKER" | "TAKER" | "UNKNOWN";
  readonly venueTime: EpochMs;
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
