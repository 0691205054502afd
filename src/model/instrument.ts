/** What can be traded, and in which sizes and steps. */
import { z } from "zod";
import { type Decimal, DecimalSchema } from "./decimal.ts";
import { VenueIdSchema } from "./ids.ts";
import type { JsonValue } from "./intent.ts";
import { JsonObjectSchema } from "./json.ts";
import { ASSET_LENGTH_MAX, PRICE_BANDS_MAX } from "./limits.ts";
import {
  type AmountType,
  AmountTypeSchema,
  type Side,
  SideSchema,
  SymbolIdSchema,
  type TimeInForce,
  type TriggerKind,
} from "./order.ts";
import { EpochMsSchema } from "./scalars.ts";
import { optional, positiveDecimal, text } from "./schema.ts";
import { CanonicalSymbolSchema } from "./symbol.ts";

/** How an instrument is traded. */
export type InstrumentType =
  | "SPOT"
  | "MARGIN"
  | "PERPETUAL"
  | "FUTURES"
  | "OPTION"
  | "SYNTHETIC";

/** One listed instrument. */
export interface Instrument {
  /** Canonical: `BASE/QUOTE`, `BASE/QUOTE:PERP`, … */
  readonly symbol: string;
  /** The venue's own name, e.g. `BTCUSDT`. */
  readonly rawSymbol: string;
  readonly baseCurrency: string;
  readonly quoteCurrency: string;
  readonly settleCurrency: string | null;
  readonly instrumentType: InstrumentType;
  readonly contractSize: Decimal | null;
  readonly tickSize: Decimal;
  readonly minOrderSize: Decimal;
  readonly maxOrderSize: Decimal | null;
  readonly pricePrecision: number;
  readonly quantityPrecision: number;
  readonly metadata: { readonly [key: string]: JsonValue };
}

/** Whether the venue does it, the kernel does it instead, or nobody. */
export type Support = "NATIVE" | "EMULATED" | "NO";

/** Which quantities the venue takes, in base units. */
export interface AmountConstraints {
  readonly min: Decimal;
  readonly max: Decimal | null;
  readonly step: Decimal;
  readonly minNotional: Decimal | null;
  readonly maxNotional: Decimal | null;
}

/** A stretch of prices with a tick size of its own. */
export interface PriceBand {
  /** The band starts at this price. */
  readonly from: Decimal;
  readonly tickSize: Decimal;
}

/** Which prices the venue takes. */
export interface PriceConstraints {
  readonly tickSize: Decimal;
  readonly spacing: "FIXED" | "DYNAMIC" | "CONTINUOUS";
  readonly min: Decimal | null;
  readonly max: Decimal | null;
  readonly bands: readonly PriceBand[];
  readonly significantDigits: number | null;
}

/** What can be done with one instrument. */
export interface MarketCapabilities {
  readonly sides: readonly Side[];
  readonly amountTypes: readonly AmountType[];
  readonly market: Support;
  readonly limit: Support;
  readonly timeInForce: Readonly<Record<TimeInForce, Support>>;
  readonly conditional: Readonly<Record<TriggerKind, Support>>;
  readonly trailing: Support;
  readonly postOnly: Support;
  readonly reduceOnly: Support;
  readonly iceberg: Support;
  readonly amendInPlace: Support;
  readonly cancelAll: Support;
  readonly deadManSwitch: Support;
  readonly lookupByClientOrderId: Support;
}

/** All an order is checked against before it is placed. */
export interface SymbolMetadata {
  readonly symbolId: string;
  readonly instrument: Instrument;
  readonly amount: AmountConstraints;
  readonly price: PriceConstraints;
  readonly capabilities: MarketCapabilities;
}

/** What kind of thing an asset is. */
export type AssetType = "SPOT" | "MARGIN" | "PERP" | "FUTURE" | "OPTION" | "SYNTHETIC";

/** One asset as the venue describes it. */
export interface AssetMetadata {
  readonly assetId: string;
  readonly symbol: string;
  readonly assetType: AssetType;
  readonly name: string;
  readonly contractSize: Decimal | null;
  readonly settlementAsset: string | null;
  readonly expiryTimestamp: number | null;
  readonly tickSize: Decimal | null;
  readonly lotSize: Decimal | null;
  readonly initialMarginRate: Decimal | null;
  readonly maintenanceMarginRate: Decimal | null;
  readonly metadata: { readonly [key: string]: JsonValue };
}

export const InstrumentTypeSchema: z.ZodType<InstrumentType, unknown> = z.enum([
  "SPOT",
  "MARGIN",
  "PERPETUAL",
  "FUTURES",
  "OPTION",
  "SYNTHETIC",
]);
export const AssetTypeSchema: z.ZodType<AssetType, unknown> = z.enum([
  "SPOT",
  "MARGIN",
  "PERP",
  "FUTURE",
  "OPTION",
  "SYNTHETIC",
]);
export const SupportSchema: z.ZodType<Support, unknown> = z.enum(["NATIVE", "EMULATED", "NO"]);

const AssetSymbolSchema = text(ASSET_LENGTH_MAX);
/** Decimals after the point; some venues use negative ones for steps of tens and more. */
const PrecisionSchema = z.number().int().min(-18).max(18);

export const InstrumentSchema: z.ZodType<Instrument, unknown> = z.strictObject({
  symbol: CanonicalSymbolSchema,
  rawSymbol: VenueIdSchema,
  baseCurrency: AssetSymbolSchema,
  quoteCurrency: AssetSymbolSchema,
  settleCurrency: optional(AssetSymbolSchema),
  instrumentType: InstrumentTypeSchema,
  contractSize: optional(positiveDecimal("CONTRACT_SIZE_NOT_POSITIVE")),
  tickSize: positiveDecimal("TICK_SIZE_NOT_POSITIVE"),
  minOrderSize: DecimalSchema,
  maxOrderSize: optional(DecimalSchema),
  pricePrecision: PrecisionSchema,
  quantityPrecision: PrecisionSchema,
  metadata: JsonObjectSchema,
});

export const AmountConstraintsSchema: z.ZodType<AmountConstraints, unknown> = z.strictObject({
  min: DecimalSchema,
  max: optional(DecimalSchema),
  step: positiveDecimal("STEP_SIZE_NOT_POSITIVE"),
  minNotional: optional(DecimalSchema),
  maxNotional: optional(DecimalSchema),
});

export const PriceConstraintsSchema: z.ZodType<PriceConstraints, unknown> = z.strictObject({
  tickSize: positiveDecimal("TICK_SIZE_NOT_POSITIVE"),
  spacing: z.enum(["FIXED", "DYNAMIC", "CONTINUOUS"]),
  min: optional(DecimalSchema),
  max: optional(DecimalSchema),
  bands: z.array(z.strictObject({
    from: DecimalSchema,
    tickSize: positiveDecimal("TICK_SIZE_NOT_POSITIVE"),
  })).max(PRICE_BANDS_MAX),
  significantDigits: optional(z.number().int().min(1).max(38)),
});

export const MarketCapabilitiesSchema: z.ZodType<MarketCapabilities, unknown> = z.strictObject({
  sides: z.array(SideSchema).max(2),
  amountTypes: z.array(AmountTypeSchema).max(2),
  market: SupportSchema,
  limit: SupportSchema,
  timeInForce: z.strictObject({
    GTC: SupportSchema,
    IOC: SupportSchema,
    FOK: SupportSchema,
    DAY: SupportSchema,
    GTD: SupportSchema,
  }),
  conditional: z.strictObject({
    STOP_LOSS: SupportSchema,
    TAKE_PROFIT: SupportSchema,
    TRAILING_STOP: SupportSchema,
  }),
  trailing: SupportSchema,
  postOnly: SupportSchema,
  reduceOnly: SupportSchema,
  iceberg: SupportSchema,
  amendInPlace: SupportSchema,
  cancelAll: SupportSchema,
  deadManSwitch: SupportSchema,
  lookupByClientOrderId: SupportSchema,
});

export const SymbolMetadataSchema: z.ZodType<SymbolMetadata, unknown> = z.strictObject({
  symbolId: CanonicalSymbolSchema,
  instrument: InstrumentSchema,
  amount: AmountConstraintsSchema,
  price: PriceConstraintsSchema,
  capabilities: MarketCapabilitiesSchema,
});

export const AssetMetadataSchema: z.ZodType<AssetMetadata, unknown> = z.strictObject({
  assetId: AssetSymbolSchema,
  symbol: SymbolIdSchema,
  assetType: AssetTypeSchema,
  name: z.string().max(128),
  contractSize: optional(DecimalSchema),
  settlementAsset: optional(AssetSymbolSchema),
  expiryTimestamp: optional(EpochMsSchema),
  tickSize: optional(DecimalSchema),
  lotSize: optional(DecimalSchema),
  initialMarginRate: optional(DecimalSchema),
  maintenanceMarginRate: optional(DecimalSchema),
  metadata: JsonObjectSchema,
});
