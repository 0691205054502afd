/** What can be traded, and in which sizes and steps. */
import { z } from "zod";
import { compare, type Decimal, DecimalSchema } from "./decimal.ts";
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
import { isPowerOfTen } from "./price_grid.ts";
import { optional, positiveDecimal, type RefineContext, refuse, text } from "./schema.ts";
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
  /** What is bought and sold. */
  readonly baseCurrency: string;
  /** What it is priced in. */
  readonly quoteCurrency: string;
  /** What profit and loss are paid in; null on spot. */
  readonly settleCurrency: string | null;
  /** What kind of contract it is. */
  readonly instrumentType: InstrumentType;
  /**
   * Base units of one contract; null on spot. Of an inverse contract, settled in its base: quote
   * units.
   */
  readonly contractSize: Decimal | null;
  /** Prices are multiples of it. */
  readonly tickSize: Decimal;
  /** In base units; in quote units on inverse contracts. */
  readonly minOrderSize: Decimal;
  /** As `minOrderSize`; null where the venue names none. */
  readonly maxOrderSize: Decimal | null;
  /** Decimals of a price; negative for ticks of tens and more. */
  readonly pricePrecision: number;
  /** Decimals of a quantity; negative for steps of tens and more. */
  readonly quantityPrecision: number;
  /** What else the venue tells, as it came. */
  readonly metadata: { readonly [key: string]: JsonValue };
}

/** Whether the venue does it, the kernel does it instead, or nobody. */
export type Support = "NATIVE" | "EMULATED" | "NO";

/** Which quantities the venue takes, in base units; in quote units on inverse contracts. */
export interface AmountConstraints {
  /** The least quantity of one order. */
  readonly min: Decimal;
  /** The largest quantity of one order; null where the venue names none. */
  readonly max: Decimal | null;
  /** Quantities are multiples of it. */
  readonly step: Decimal;
  /** Least price × quantity, in quote units; null where the venue names none, and if inverse. */
  readonly minNotional: Decimal | null;
  /** Largest price × quantity, likewise. */
  readonly maxNotional: Decimal | null;
}

/** A stretch of prices with a tick size of its own. */
export interface PriceBand {
  /** The band starts at this price. */
  readonly from: Decimal;
  /** Prices of the band are multiples of it. */
  readonly tickSize: Decimal;
}

/** Which prices the venue takes, in quote units per base unit; of options as they are paid. */
export interface PriceConstraints {
  /** Prices are multiples of it; the finest one where `spacing` is `DYNAMIC`. */
  readonly tickSize: Decimal;
  /**
   * `FIXED`: one tick size. `DYNAMIC`: by `bands` or `significantDigits`. `CONTINUOUS`: any price.
   */
  readonly spacing: "FIXED" | "DYNAMIC" | "CONTINUOUS";
  /** The lowest price; null where the venue names none. */
  readonly min: Decimal | null;
  /** The highest price; null where the venue names none. */
  readonly max: Decimal | null;
  /** Ascending, only with `DYNAMIC`; else empty. */
  readonly bands: readonly PriceBand[];
  /**
   * How many digits a price may have, only with `DYNAMIC` and without bands; else null. Integers
   * may have more, and the tick size is then a power of ten.
   */
  readonly significantDigits: number | null;
}

/** What can be done with one instrument. */
export interface MarketCapabilities {
  /** Which sides can be opened. */
  readonly sides: readonly Side[];
  /** In which units an order's amount can be given. */
  readonly amountTypes: readonly AmountType[];
  /** Orders without a price. */
  readonly market: Support;
  /** Orders with a price. */
  readonly limit: Support;
  /** By how long the order works. */
  readonly timeInForce: Readonly<Record<TimeInForce, Support>>;
  /** By kind of trigger. */
  readonly conditional: Readonly<Record<TriggerKind, Support>>;
  /** Triggers that follow the price. */
  readonly trailing: Support;
  /** Orders that are refused rather than take liquidity. */
  readonly postOnly: Support;
  /** Orders that never open or turn a position. */
  readonly reduceOnly: Support;
  /** Orders that show a part of their amount. */
  readonly iceberg: Support;
  /** Changing price or amount of a live order without a cancel. */
  readonly amendInPlace: Support;
  /** Canceling every order of the symbol with one request. */
  readonly cancelAll: Support;
  /** Orders that the venue cancels when we fall silent. */
  readonly deadManSwitch: Support;
  /** Finding an order whose id at the venue was never told. */
  readonly lookupByClientOrderId: Support;
}

/** All an order is checked against before it is placed. */
export interface SymbolMetadata {
  /** Canonical symbol. */
  readonly symbolId: string;
  /** What is traded. */
  readonly instrument: Instrument;
  /** Which quantities are taken. */
  readonly amount: AmountConstraints;
  /** Which prices are taken. */
  readonly price: PriceConstraints;
  /** What can be done, and by whom. */
  readonly capabilities: MarketCapabilities;
}

/** What kind of thing an asset is. */
export type AssetType = "SPOT" | "MARGIN" | "PERP" | "FUTURE" | "OPTION" | "SYNTHETIC";

/** One asset as the venue describes it. */
export interface AssetMetadata {
  /** The venue's code of the asset. */
  readonly assetId: string;
  /** Canonical symbol of a contract; the code itself for a currency. */
  readonly symbol: string;
  /** What kind of thing it is. */
  readonly assetType: AssetType;
  /** For people; the code where the venue has no name. */
  readonly name: string;
  /** Base units of one contract; null for currencies. */
  readonly contractSize: Decimal | null;
  /** What a contract is settled in; null for currencies. */
  readonly settlementAsset: string | null;
  /** When a dated contract ends, in ms since 1970; null for what does not end. */
  readonly expiryTimestamp: number | null;
  /** Prices are multiples of it; null for currencies. */
  readonly tickSize: Decimal | null;
  /** Quantities are multiples of it; null for currencies. */
  readonly lotSize: Decimal | null;
  /** Share of the notional held to open, e.g. `0.1`; null without margin. */
  readonly initialMarginRate: Decimal | null;
  /** Share of the notional held to stay open; null without margin. */
  readonly maintenanceMarginRate: Decimal | null;
  /** What else the venue tells, as it came. */
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
}).superRefine(checkSpacing);

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

/** Any other table would leave it open which tick size rules at a price. */
function checkSpacing(price: PriceConstraints, context: RefineContext): void {
  const { bands, significantDigits, tickSize } = price;
  if (bands.some(({ from }, at) => at > 0 && compare(bands[at - 1]!.from, from) >= 0)) {
    refuse(context, { code: "BANDS_NOT_ASCENDING", message: "must have ascending bands" });
  }
  if (significantDigits === null) return;
  if (bands.length === 0 && isPowerOfTen(tickSize)) return;
  const message = "must have a power of ten as tick size and no bands with significant digits";
  refuse(context, { code: "SPACING_AMBIGUOUS", message });
}
