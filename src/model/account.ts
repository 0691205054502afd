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

/** One asset of an account. `total` is `available` plus `locked`. Quantities are in the asset. */
export interface Balance {
  /** The venue's code of the asset, e.g. `USDT`. */
  readonly assetId: string;
  /** What the account holds of it, borrowed or not. */
  readonly total: Decimal;
  /** Free for new orders and withdrawals. */
  readonly available: Decimal;
  /** Held by open orders. */
  readonly locked: Decimal;
  /** Owed to the venue; 0 on spot accounts. */
  readonly borrowed: Decimal;
  /** Accrued on what is borrowed and not paid yet. */
  readonly interest: Decimal;
  /** When the venue told it. */
  readonly updatedAt: EpochMs;
}

/** Something held, with what it is worth by the venue. */
export interface Asset {
  /** The venue's code of the asset. */
  readonly assetId: string;
  /** Negative is short. */
  readonly quantity: Decimal;
  /** Can be reduced by a new order. */
  readonly available: Decimal;
  /** Held by open orders that reduce it. */
  readonly locked: Decimal;
  /** Average price it was opened at; null if the venue does not tell. */
  readonly entryPrice: Decimal | null;
  /** The price the venue values it at. */
  readonly markPrice: Decimal | null;
  /** The mark price at which the venue closes it. */
  readonly liquidationPrice: Decimal | null;
  /** In the settlement asset, at `markPrice`. */
  readonly unrealizedPnl: Decimal | null;
  /** In the settlement asset, since the position was opened. */
  readonly realizedPnl: Decimal | null;
  /** In the settlement asset. */
  readonly marginUsed: Decimal | null;
  /** When the venue told it. */
  readonly updatedAt: EpochMs;
}

/** What is held of one instrument. */
export interface Position {
  /** The venue's id; unique within the account. */
  readonly positionId: string;
  /** Canonical symbol of the instrument. */
  readonly symbolId: string;
  /** How much, and what it is worth. */
  readonly asset: Asset;
  /** What the venue says about the asset held. */
  readonly metadata: AssetMetadata;
  /** As set for this position; null where there is none. */
  readonly leverage: Decimal | null;
  /** Null in one-way mode, where the sign of the quantity tells. */
  readonly side: "LONG" | "SHORT" | null;
  /** When the venue told it. */
  readonly updatedAt: EpochMs;
}

/**
 * All an account holds, by one reading of the venue. Totals are in the venue's valuation asset, and
 * null where it does not tell them.
 */
export interface AccountState {
  /** Names the account within its exchange. */
  readonly accountId: string;
  /** Id of the exchange in this kernel. */
  readonly exchange: string;
  /** At most one per asset. */
  readonly balances: readonly Balance[];
  /** Empty on spot accounts. */
  readonly positions: readonly Position[];
  /** Balances and unrealized profit together. */
  readonly totalEquity: Decimal | null;
  /** Held for open positions and orders. */
  readonly totalMarginUsed: Decimal | null;
  /** Free for new positions. */
  readonly totalAvailableMargin: Decimal | null;
  /** Equity by margin used, as the venue computes it. */
  readonly marginLevel: Decimal | null;
  /** Over all positions, at their mark prices. */
  readonly totalUnrealizedPnl: Decimal | null;
  /** Over the span the venue reports. */
  readonly totalRealizedPnl: Decimal | null;
  /** When it last changed here, by our clock; 0 before the first reading. */
  readonly updatedAt: EpochMs;
  /** What else the venue tells. */
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
