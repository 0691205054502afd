/** The shape of `kernel.yaml`. Every object is strict: an unknown key is never ignored. */
import { z } from "zod";
import { type Decimal, DecimalSchema, isNegative, isPositive } from "../model/decimal.ts";
import {
  CCXT_KINDS,
  CCXT_VENUES,
  type CcxtKind,
  type ExchangeKind,
  type KeyField,
} from "../model/exchange_kinds.ts";
import type { KeyFileReference } from "../model/exchange_keys.ts";
import { KEY_FILE_BYTES_MAX } from "../model/limits.ts";
import type { RateCaps } from "../model/rate_limits.ts";
import { type ExchangeMode, type RiskPatch, riskSchema } from "../model/risk.ts";
import { LOG_LEVELS, type LogLevel } from "../telemetry/log.ts";
import { webhookRefusal } from "../telemetry/webhook.ts";

export type TestnetOption = boolean | "local";

interface CommonExchangeConfig {
  readonly enabled: boolean;
  /** `observe`: full sync and streams, every send refused. */
  readonly mode: ExchangeMode;
  /** Nobody but this kernel trades on the account. */
  readonly exclusiveAccount: boolean;
  /** A key that may withdraw is used all the same; else its exchange is parked. */
  readonly allowWithdrawalKeys?: boolean;
  /** Caps of this account, over the kernel's. */
  readonly risk?: RiskPatch;
  /** The venue cancels every order of the account once the kernel is silent for so long. */
  readonly deadMansSwitch?: { readonly timeoutMs: number };
  readonly limits?: RateCaps;
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
  /** Of contracts; what is absent has the engine's default. */
  readonly margin?: PaperMarginConfig;
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
  }
  | {
    readonly kind: "live";
    readonly exchange: string;
    readonly symbols: readonly string[];
  };

export interface PaperInstrumentConfig {
  readonly base: string;
  readonly quote: string;
  readonly tickSize: Decimal;
  readonly stepSize: Decimal;
  readonly minNotional?: Decimal;
  readonly maxQuantity?: Decimal;
  /** Default: spot. */
  readonly type?: "SPOT" | "PERPETUAL" | "FUTURES";
  /** `YYYYMMDD`, with type FUTURES alone. */
  readonly expiry?: string;
  /** Of contracts: the quote, which is the default, or the base for an inverse one. */
  readonly settle?: string;
}

export interface PaperMarginConfig {
  readonly leverage?: Decimal;
  /** Of the notional: below 1. */
  readonly maintenanceRate?: Decimal;
  /** Whether a reduce-only order for more than is held is cut to it or refused. */
  readonly reduceOnlyExcess?: "CAP" | "REFUSE";
}

/** A key as text, or in a file that only its owner can read. */
export type KeyOption = string | KeyFileReference;

/** Which keys there are, and whether they may be absent, follows from the kind. */
export interface CcxtExchangeConfig
  extends CommonExchangeConfig, Readonly<Partial<Record<KeyField, KeyOption>>> {
  readonly kind: CcxtKind;
  /** Only where each market has an account of its own. */
  readonly market?: string;
  /** `true` is the exchange's own sandbox, `"local"` the testnet of this project. */
  readonly testnet: TestnetOption;
  /** Where all its hosts are served instead, e.g. `http://127.0.0.1:7171`. */
  readonly endpoints: string | null;
  readonly requestTimeoutMs?: number;
}

/** The options are texts: what is missing is for the adapter to name. */
export interface TraditionalExchangeConfig extends CommonExchangeConfig {
  readonly kind: "cme" | "nse";
  readonly testnet: boolean;
  readonly [option: string]: unknown;
}

export type ExchangeConfig = PaperExchangeConfig | CcxtExchangeConfig | TraditionalExchangeConfig;

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
  allowWithdrawalKeys: flag.exactOptional(),
  risk: risk.exactOptional(),
  deadMansSwitch: z.strictObject({ timeoutMs: integer(1_000, 3_600_000) }).exactOptional(),
  limits: z.strictObject({
    ordersPerSecond: integer(1, 10_000).exactOptional(),
    weightPerMinute: integer(1, 10_000_000).exactOptional(),
    budgets: z.record(
      z.string().min(1).max(64),
      z.strictObject({
        capacity: integer(1, 1_000_000_000).exactOptional(),
        decayPerSecond: z.number().positive().max(1_000_000).exactOptional(),
      }),
    ).exactOptional(),
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

/** Text, or where the text lies; the file is read when the configuration is. */
const key = z.union([
  z.string().min(1).max(KEY_FILE_BYTES_MAX),
  z.strictObject({ file: z.string().min(1) }),
], "expected a text or { file: path }");
const text = z.string().min(1).max(KEY_FILE_BYTES_MAX);

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
  z.strictObject({
    kind: z.literal("live"),
    exchange: z.string().min(1),
    symbols: z.array(z.string().min(1)).min(1),
  }),
], "expected one of none, synthetic, replay, live");

const paperInstrument = z.strictObject({
  base: z.string().min(1),
  quote: z.string().min(1),
  tickSize: positiveDecimal,
  stepSize: positiveDecimal,
  minNotional: quotedDecimal.exactOptional(),
  maxQuantity: positiveDecimal.exactOptional(),
  // What goes with what the paper exchange checks itself.
  type: z.enum(["SPOT", "PERPETUAL", "FUTURES"], "expected one of SPOT, PERPETUAL, FUTURES")
    .exactOptional(),
  expiry: z.string().exactOptional(),
  settle: z.string().min(1).exactOptional(),
});

const paperMargin = z.strictObject({
  leverage: positiveDecimal.exactOptional(),
  maintenanceRate: positiveDecimal.exactOptional(),
  reduceOnlyExcess: z.enum(["CAP", "REFUSE"], "expected one of CAP, REFUSE").exactOptional(),
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
    margin: paperMargin.exactOptional(),
  }),
  ...ccxtSchemas(),
  cme: z.strictObject({
    kind: z.literal("cme"),
    ...common,
    testnet: flag.default(false),
    // As CME's request centre gives them out; see docs/venues/CME.md.
    apiKey: key.exactOptional(),
    secret: key.exactOptional(),
    sessionId: text.exactOptional(),
    firmId: text.exactOptional(),
    gateway: text.exactOptional(),
    certification: text.exactOptional(),
  }),
  nse: z.strictObject({
    kind: z.literal("nse"),
    ...common,
    testnet: flag.default(false),
    // See docs/venues/NSE.md for the two routes.
    route: z.enum(["broker", "exchange"]).default("broker"),
    segments: z.array(z.enum(["EQ", "FO", "CD"])).min(1).exactOptional(),
    apiKey: key.exactOptional(),
    secret: key.exactOptional(),
    accessToken: key.exactOptional(),
    broker: text.exactOptional(),
    memberId: text.exactOptional(),
    gateway: text.exactOptional(),
    algoId: text.exactOptional(),
    certification: text.exactOptional(),
  }),
} as const satisfies Record<ExchangeKind, z.ZodType>;

function ccxtSchemas(): Readonly<Record<CcxtKind, z.ZodType<CcxtExchangeConfig, unknown>>> {
  const entries = CCXT_KINDS.map((kind) => [kind, ccxt(kind)] as const);
  return Object.fromEntries(entries) as ReturnType<typeof ccxtSchemas>; // one for every kind
}

function ccxt(kind: CcxtKind): z.ZodType<CcxtExchangeConfig, unknown> {
  const { keys, markets } = CCXT_VENUES[kind];
  const market: [string, z.ZodType<string>][] = markets.length === 0
    ? []
    : [["market", z.enum(markets).default(markets[0]!)]];
  return z.strictObject({
    kind: z.literal(kind),
    ...common,
    ...Object.fromEntries(market),
    // Whether they may be absent is for `requireKeys` to say.
    ...Object.fromEntries(keys.map((field) => [field, key.exactOptional()])),
    testnet: testnet.default(false),
    endpoints: endpoints.nullable().default(null),
    requestTimeoutMs: integer(1, 120_000).exactOptional(),
  });
}

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
