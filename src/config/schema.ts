/** The shape of `kernel.yaml`. Every object is strict: an unknown key is never ignored. */
import { z } from "zod";
import { type Decimal, DecimalSchema, isNegative, isPositive } from "../model/decimal.ts";
import { type ExchangeMode, type RiskPatch, riskSchema } from "../model/risk.ts";
import { LOG_LEVELS, type LogLevel } from "../telemetry/log.ts";
import { webhookRefusal } from "../telemetry/webhook.ts";

/** What this version can open. */
export const AVAILABLE_KINDS = ["paper", "binance"] as const;

/** Named by the design and not built yet: refused with that reason, never silently skipped. */
export const PLANNED_KINDS = ["okx", "bybit", "hyperliquid", "coinbase", "kraken"] as const;

/** Older names people still write. */
export const KIND_ALIASES: Readonly<Record<string, string>> = { okex: "okx" };

export type ExchangeKind = typeof AVAILABLE_KINDS[number];
export type TestnetOption = boolean | "local";

export interface RateLimits {
  readonly ordersPerSecond?: number;
  readonly weightPerMinute?: number;
}

interface CommonExchangeConfig {
  readonly enabled: boolean;
  /** `observe`: full sync and streams, every send refused. */
  readonly mode: ExchangeMode;
  /** Nobody but this kernel trades on the account. */
  readonly exclusiveAccount: boolean;
  /** Caps of this account, over the kernel's. */
  readonly risk?: RiskPatch;
  /** The venue cancels every order of the account once the kernel is silent for so long. */
  readonly deadMansSwitch?: { readonly timeoutMs: number };
  readonly limits?: RateLimits;
}

export interface PaperExchangeConfig extends CommonExchangeConfig {
  readonly kind: "paper";
  /** Starting balances by asset. */
  readonly balances?: Readonly<Record<string, Decimal>>;
  readonly feed?: PaperFeedConfig;
  /** There and back. */
  readonly latencyMs?: number;
  readonly fees?: { readonly maker: Decimal; readonly taker: Decimal };
  /** Keeps the paper venue over restarts; in the data directory by default, `null` in memory. */
  readonly statePath?: string | null;
  readonly instruments?: readonly PaperInstrumentConfig[];
}

export type PaperFeedConfig =
  | { readonly kind: "none" }
  | {
    readonly kind: "synthetic";
    readonly seed?: number;
    readonly prices?: Readonly<Record<string, Decimal>>;
    readonly intervalMs?: number;
  }
  | {
    readonly kind: "replay";
    readonly file: string;
    readonly symbolId: string;
    readonly speed?: number;
    readonly loop?: boolean;
  };

export interface PaperInstrumentConfig {
  readonly base: string;
  readonly quote: string;
  readonly tickSize: Decimal;
  readonly stepSize: Decimal;
  readonly minNotional?: Decimal;
  readonly maxQuantity?: Decimal;
}

export interface BinanceExchangeConfig extends CommonExchangeConfig {
  readonly kind: "binance";
  readonly market: "spot";
  /** Both or neither; neither only with `testnet: local`, which has a pair of its own. */
  readonly apiKey?: string;
  readonly secret?: string;
  /** `true` is the exchange's own sandbox, `"local"` the testnet of this project. */
  readonly testnet: TestnetOption;
  /** Where all its hosts are served instead, e.g. `http://127.0.0.1:7171`. */
  readonly endpoints: string | null;
  readonly requestTimeoutMs?: number;
}

export type ExchangeConfig = PaperExchangeConfig | BinanceExchangeConfig;

export interface HttpConfig {
  readonly port: number;
  readonly host: "127.0.0.1" | "::1" | "localhost";
  readonly auth: "token" | "none";
}

export interface KernelConfig {
  /** The data directory, as written: relative to the working directory. */
  readonly data: string;
  readonly http: HttpConfig;
  readonly exchanges: Readonly<Record<string, ExchangeConfig>>;
  /** Caps of every exchange, over the defaults. */
  readonly risk?: RiskPatch;
  readonly log: { readonly level: LogLevel };
  readonly alerts?: { readonly webhook?: { readonly url: string; readonly secret?: string } };
}

/** Becomes a segment of URLs, actor ids and metric labels. */
export const ExchangeNameSchema = z.string().regex(
  /^[a-z][a-z0-9_-]{0,31}$/i,
  "expected a name of 1 to 32 letters, digits, - or _ that starts with a letter",
);

/** A value that came from `${VAR}` is text, so a number or a flag may be written as text too. */
const flag = z.preprocess((value) => {
  return value === "true" ? true : value === "false" ? false : value;
}, z.boolean());

function integer(minimum: number, maximum: number) {
  const asNumber = (value: unknown) =>
    typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return z.preprocess(asNumber, z.int().min(minimum).max(maximum));
}

/** Text only: YAML reads 0.1 as a binary float, and money never passes through one. */
const quotedDecimal = z
  .custom<unknown>(
    (value) => typeof value === "string",
    'expected a decimal in quotes, e.g. "10.5"',
  )
  .pipe(DecimalSchema);
const positiveDecimal = quotedDecimal.refine(isPositive, "expected more than 0");

const risk = riskSchema({
  positive: positiveDecimal,
  notNegative: quotedDecimal.refine((value) => !isNegative(value), "expected 0 or more"),
  integer,
});

const common = {
  enabled: flag.default(true),
  mode: z.enum(["live", "observe"]).default("live"),
  exclusiveAccount: flag.default(false),
  risk: risk.exactOptional(),
  deadMansSwitch: z.strictObject({ timeoutMs: integer(1_000, 3_600_000) }).exactOptional(),
  limits: z.strictObject({
    ordersPerSecond: integer(1, 10_000).exactOptional(),
    weightPerMinute: integer(1, 10_000_000).exactOptional(),
  }).exactOptional(),
};

const endpoints = z.string().refine(
  isHttpUrl,
  "expected an http or https address, e.g. http://127.0.0.1:7171",
);

const testnet = z.preprocess(
  (value) => value === "true" ? true : value === "false" ? false : value,
  z.union([z.boolean(), z.literal("local")], "expected one of false, true, local"),
);

const credential = z.string().min(1).max(8_192);

const paperFeed = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({
    kind: z.literal("synthetic"),
    seed: integer(0, Number.MAX_SAFE_INTEGER).exactOptional(),
    prices: z.record(z.string().min(1), positiveDecimal).exactOptional(),
    intervalMs: integer(1, 1_000_000_000).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal("replay"),
    file: z.string().min(1),
    symbolId: z.string().min(1),
    speed: z.number().positive().exactOptional(),
    loop: flag.exactOptional(),
  }),
], "expected one of none, synthetic, replay");

const paperInstrument = z.strictObject({
  base: z.string().min(1),
  quote: z.string().min(1),
  tickSize: positiveDecimal,
  stepSize: positiveDecimal,
  minNotional: quotedDecimal.exactOptional(),
  maxQuantity: positiveDecimal.exactOptional(),
});

/** The options of each kind; `kind` itself is checked before one of these is chosen. */
export const EXCHANGE_SCHEMAS = {
  paper: z.strictObject({
    kind: z.literal("paper"),
    ...common,
    balances: z.record(z.string().min(1), quotedDecimal).exactOptional(),
    feed: paperFeed.exactOptional(),
    latencyMs: integer(0, 60_000).exactOptional(),
    fees: z.strictObject({ maker: quotedDecimal, taker: quotedDecimal }).exactOptional(),
    statePath: z.string().min(1).nullable().exactOptional(),
    instruments: z.array(paperInstrument).min(1).exactOptional(),
  }),
  binance: z.strictObject({
    kind: z.literal("binance"),
    ...common,
    market: z.enum(["spot"]).default("spot"),
    // Whether they may be absent is for `requireKeys` to say.
    apiKey: credential.exactOptional(),
    secret: credential.exactOptional(),
    testnet: testnet.default(false),
    endpoints: endpoints.nullable().default(null),
    requestTimeoutMs: integer(1, 120_000).exactOptional(),
  }),
} as const satisfies Record<ExchangeKind, z.ZodType>;

/** Everything but the exchanges' own options. */
export const KernelSchema = z.strictObject({
  data: z.string().min(1).default("./data"),
  http: z.strictObject({
    port: integer(0, 65_535).default(7070),
    host: z.enum(["127.0.0.1", "::1", "localhost"]).default("127.0.0.1"),
    auth: z.enum(["token", "none"]).default("token"),
  }).prefault({}),
  exchanges: z.record(z.string(), z.unknown()).refine(
    (map) => Object.keys(map).length > 0,
    "expected at least one exchange",
  ),
  risk: risk.exactOptional(),
  log: z.strictObject({ level: z.enum(LOG_LEVELS).default("info") }).prefault({}),
  alerts: z.strictObject({
    webhook: z.strictObject({
      // Services put a token into the path or the query of the address they give out.
      url: z.string().max(2_048).refine(
        (text) => webhookRefusal(text) === null,
        "expected an http or https address without user and password",
      ),
      secret: z.string().min(16).max(1_024).exactOptional(),
    }).exactOptional(),
  }).exactOptional(),
});

/** Without user, query or fragment: they could carry a secret into logs. */
function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === "";
}
