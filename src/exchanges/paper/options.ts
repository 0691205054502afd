/** The paper exchange's section of the configuration. Strict: an unknown key is a mistake. */
import { z } from "zod";
import {
  compare,
  type Decimal,
  decimal,
  DecimalSchema,
  isNegative,
  isPositive,
  ONE,
} from "../../model/decimal.ts";
import { ConfigError } from "../../model/errors.ts";
import { parseSymbol } from "../../model/symbol.ts";
import type { SpotTerms } from "./catalogue.ts";
import { LEVERAGE_MAX } from "./margin.ts";
import type { MarginOptions } from "./messages.ts";

/** One entry of `instruments`: spot, or with `type` a contract. */
export type InstrumentTerms = SpotTerms & {
  readonly type?: "SPOT" | "PERPETUAL" | "FUTURES";
  /** `YYYYMMDD`, with type FUTURES alone. */
  readonly expiry?: string;
  /** Of contracts: the quote, which is the default, or the base for an inverse one. */
  readonly settle?: string;
};

export type FeedOptions =
  | { readonly kind: "none" }
  | {
    readonly kind: "synthetic";
    /** Default: the context's randomness. */
    readonly seed: number | null;
    /** Symbol id → start price; default: all listed symbols at their usual prices. */
    readonly prices: Readonly<Record<string, Decimal>> | null;
    readonly intervalMs: number;
  }
  | {
    readonly kind: "replay";
    readonly file: string;
    readonly symbolId: string;
    readonly speed: number;
    readonly loop: boolean;
  }
  | {
    readonly kind: "live";
    /** The name of another exchange of the configuration. */
    readonly exchange: string;
    readonly symbols: readonly string[];
  };

export interface PaperOptions {
  /** Starting balances by asset; used once, when the account is opened. */
  readonly balances: Readonly<Record<string, Decimal>>;
  readonly feed: FeedOptions;
  /** There and back. */
  readonly latencyMs: number;
  readonly fees: { readonly maker: Decimal; readonly taker: Decimal };
  /** File that keeps the venue over restarts; null: it dies with the process. */
  readonly statePath: string | null;
  /** Instead of the default catalogue. */
  readonly instruments: readonly InstrumentTerms[] | null;
  /** Of contracts; what is absent has the engine's default. */
  readonly margin: Partial<MarginOptions>;
}

/** @param at where the section stands, e.g. `exchanges.paper`. @throws {ConfigError} */
export function paperOptionsOf(
  section: Readonly<Record<string, unknown>>,
  at: string,
): PaperOptions {
  const parsed = PaperOptionsSchema.safeParse(section);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const path = [at, ...issue.path.map(String)].join(".");
  throw new ConfigError(`${path}: ${issue.message}`, { path });
}

const notNegative = DecimalSchema.refine((value) => !isNegative(value), "must not be negative");
const positive = DecimalSchema.refine(isPositive, "must be positive");
const rate = notNegative.refine((value) => compare(value, ONE) < 0, "must be below 1");

/** A fortnight; Deno's timers take no more than 2^31 ms. */
const INTERVAL_MS_MAX = 14 * 86_400_000;
/** Slower than any venue is; a longer line is a mistake in the unit. */
const LATENCY_MS_MAX = 60_000;

const FeedSchema: z.ZodType<FeedOptions, unknown> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({
    kind: z.literal("synthetic"),
    seed: z.number().nullable().default(null),
    prices: z.record(z.string(), positive).nullable().default(null),
    intervalMs: z.number().positive().max(INTERVAL_MS_MAX).default(1_000),
  }),
  z.strictObject({
    kind: z.literal("replay"),
    file: z.string().min(1),
    symbolId: z.string().min(1),
    speed: z.number().positive().default(1),
    loop: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal("live"),
    exchange: z.string().min(1),
    symbols: z.array(z.string().min(1)).min(1),
  }),
]);

const InstrumentTermsSchema: z.ZodType<InstrumentTerms, unknown> = z.strictObject({
  base: z.string().min(1),
  quote: z.string().min(1),
  tickSize: positive,
  stepSize: positive,
  minNotional: notNegative.exactOptional(),
  maxQuantity: positive.exactOptional(),
  type: z.enum(["SPOT", "PERPETUAL", "FUTURES"]).exactOptional(),
  expiry: z.string().exactOptional(),
  settle: z.string().exactOptional(),
}).refine(
  ({ type, expiry }) => (type === "FUTURES") === (expiry !== undefined),
  "expiry is needed with type FUTURES, and only there",
).refine(
  ({ base, quote, expiry }) =>
    expiry === undefined || parseSymbol(`${base}/${quote}:FUT:${expiry}`) !== null,
  "expiry must be a day as YYYYMMDD",
).refine(
  ({ type = "SPOT", settle, base, quote }) =>
    settle === undefined || type !== "SPOT" && (settle === quote || settle === base),
  "settle is the base or the quote of a contract, and of nothing else",
);

const leverage = positive.refine(
  (value) => compare(value, ONE) >= 0 && compare(value, decimal(String(LEVERAGE_MAX))) <= 0,
  `must be from 1 to ${LEVERAGE_MAX}`,
);

const MarginSchema: z.ZodType<Partial<MarginOptions>, unknown> = z.strictObject({
  leverage: leverage.exactOptional(),
  maintenanceRate: positive.refine((value) => compare(value, ONE) < 0, "must be below 1")
    .exactOptional(),
  reduceOnlyExcess: z.enum(["CAP", "REFUSE"]).exactOptional(),
});

const PaperOptionsSchema: z.ZodType<PaperOptions, unknown> = z.strictObject({
  balances: z.record(z.string().min(1), notNegative).default({
    USDT: decimal("100000"),
    BTC: decimal("1"),
    ETH: decimal("10"),
  }),
  feed: FeedSchema.default({ kind: "synthetic", seed: null, prices: null, intervalMs: 1_000 }),
  latencyMs: z.number().min(0).max(LATENCY_MS_MAX).default(0),
  fees: z.strictObject({ maker: rate, taker: rate }).default({
    // Binance's spot rates for an account without a discount.
    maker: decimal("0.001"),
    taker: decimal("0.001"),
  }),
  statePath: z.string().min(1).nullable().default(null),
  instruments: z.array(InstrumentTermsSchema).min(1).nullable().default(null),
  margin: MarginSchema.default({}),
  // Settings every exchange has; they are the kernel's to obey.
  kind: z.literal("paper").optional(),
  enabled: z.boolean().optional(),
  mode: z.string().optional(),
  exclusiveAccount: z.boolean().optional(),
  limits: z.unknown().optional(),
  risk: z.unknown().optional(),
});
