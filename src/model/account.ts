/** What the account holds. */
import { z } from "zod";
import { type Decimal, DecimalSchema, ZERO } from "./decimal.ts";
import { NameSchema, VenueIdSchema } from "./ids.ts";
import { type AssetMetadata, AssetMetadataSchema } from "./instrument.ts";
import type { JsonValue } from "./intent.ts";
import { JsonObjectSchema } from "./json.ts";
import { ASSET_LENGTH_MAX, BALANCES_MAX, POSITIONS_MAX } from "./limits.ts";
import { SymbolIdSchema } from "./order.ts";
import { type EpochMs, EpochMsSchema } from "./scalars.ts";
import { optional, text } from "./schema.ts";

/** One asset of an account. `total` is `available` plus `locked`. */
export interface Balance {
  readonly assetId: string;
  readonly total: Decimal;
  readonly available: Decimal;
  readonly locked: Decimal;
  readonly borrowed: Decimal;
  readonly interest: Decimal;
  readonly updatedAt: EpochMs;
}

/** Something held, with what it is worth by the venue. */
export interface Asset {
  readonly assetId: string;
  /** Negative is short. */
  readonly quantity: Decimal;
  readonly available: Decimal;
  readonly locked: Decimal;
  readonly entryPrice: Decimal | null;
  readonly markPrice: Decimal | null;
  readonly liquidationPrice: Decimal | null;
  readonly unrealizedPnl: Decimal | null;
  readonly realizedPnl: Decimal | null;
  readonly marginUsed: Decimal | null;
  readonly updatedAt: EpochMs;
}

/** What is held of one instrument. */
export interface Position {
  readonly positionId: string;
  readonly symbolId: string;
  readonly asset: Asset;
  readonly metadata: AssetMetadata;
  readonly leverage: Decimal | null;
  readonly side: "LONG" | "SHORT" | null;
  readonly updatedAt: EpochMs;
}

/** All an account holds, by one reading of the venue. */
export interface AccountState {
  readonly accountId: string;
  readonly exchange: string;
  readonly balances: readonly Balance[];
  readonly positions: readonly Position[];
  readonly totalEquity: Decimal | null;
  readonly totalMarginUsed: Decimal | null;
  readonly totalAvailableMargin: Decimal | null;
  readonly marginLevel: Decimal | null;
  readonly totalUnrealizedPnl: Decimal | null;
  readonly totalRealizedPnl: Decimal | null;
  readonly updatedAt: EpochMs;
  readonly metadata: { readonly [key: string]: JsonValue };
}

export const BalanceSchema: z.ZodType<Balance, unknown> = z.strictObject({
  assetId: text(ASSET_LENGTH_MAX),
  total: DecimalSchema,
  available: DecimalSchema,
  locked: DecimalSchema,
  borrowed: DecimalSchema.default(ZERO),
  interest: DecimalSchema.default(ZERO),
  updatedAt: EpochMsSchema,
});

export const AssetSchema: z.ZodType<Asset, unknown> = z.strictObject({
  assetId: text(ASSET_LENGTH_MAX),
  quantity: DecimalSchema,
  available: DecimalSchema,
  locked: DecimalSchema,
  entryPrice: optional(DecimalSchema),
  markPrice: optional(DecimalSchema),
  liquidationPrice: optional(DecimalSchema),
  unrealizedPnl: optional(DecimalSchema),
  realizedPnl: optional(DecimalSchema),
  marginUsed: optional(DecimalSchema),
  updatedAt: EpochMsSchema,
});

export const PositionSchema: z.ZodType<Position, unknown> = z.strictObject({
  positionId: VenueIdSchema,
  symbolId: SymbolIdSchema,
  asset: AssetSchema,
  metadata: AssetMetadataSchema,
  leverage: optional(DecimalSchema),
  side: optional(z.enum(["LONG", "SHORT"])),
  updatedAt: EpochMsSchema,
});

export const AccountStateSchema: z.ZodType<AccountState, unknown> = z.strictObject({
  accountId: VenueIdSchema,
  exchange: NameSchema,
  balances: z.array(BalanceSchema).max(BALANCES_MAX),
  positions: z.array(PositionSchema).max(POSITIONS_MAX),
  totalEquity: optional(DecimalSchema),
  totalMarginUsed: optional(DecimalSchema),
  totalAvailableMargin: optional(DecimalSchema),
  marginLevel: optional(DecimalSchema),
  totalUnrealizedPnl: optional(DecimalSchema),
  totalRealizedPnl: optional(DecimalSchema),
  updatedAt: EpochMsSchema,
  metadata: JsonObjectSchema,
});
