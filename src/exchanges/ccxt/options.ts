/** The options of one ccxt exchange, checked strictly before anything is loaded or dialed. */
import { z } from "zod";
import { ConfigError } from "../../model/errors.ts";
import { malformedKeys, missingKeys } from "../../model/exchange_keys.ts";
import { isCcxtKind, testnetRefusal } from "../../model/exchange_kinds.ts";
import type { VenueTiming } from "../exchange.ts";
import type { Credential } from "./plans/profile.ts";

/** 10 s, as ccxt's own default: longer than any answer of a healthy venue. */
export const REQUEST_TIMEOUT_MS_DEFAULT = 10_000;

export interface CcxtOptions {
  readonly credentials: Readonly<Partial<Record<Credential, string>>>;
  /** Base URL under which every venue host is reached as the first path segment. */
  readonly endpoints: string | null;
  /** The venue's own sandbox. */
  readonly testnet: boolean;
  readonly requestTimeoutMs: number;
  readonly timing: { readonly [Name in keyof VenueTiming]?: number };
  /** `auto`: over a WebSocket while one that takes orders is open; `rest`: never. */
  readonly orderEntry: "auto" | "rest";
  /** Which of the venue's markets this exchange trades. */
  readonly market: string;
}

/** What of a venue its options are checked by. */
export interface OptionRules {
  readonly kind: string;
  readonly credentials: readonly Credential[];
  /** The first is the default. */
  readonly markets: readonly string[];
}

/**
 * @throws {ConfigError} naming the option and the rule, never its value: it may be a key put into
 * the wrong place.
 */
export function parseOptions(exchangeId: string, given: unknown, rules: OptionRules): CcxtOptions {
  const mistake = keyMistake(given, rules);
  if (mistake !== null) {
    const path = `exchanges.${exchangeId}.${mistake.field}`;
    throw new ConfigError(`${path}: ${mistake.rule}`, { path, rule: mistake.rule });
  }
  const parsed = schemaOf(rules).safeParse(given);
  if (parsed.success) {
    const {
      kind: _kind,
      endpoints,
      testnet,
      requestTimeoutMs,
      timing,
      market,
      orderEntry,
      ...rest
    } = parsed.data;
    return { credentials: rest, endpoints, testnet, requestTimeoutMs, timing, market, orderEntry };
  }
  const [issue] = parsed.error.issues;
  const path = ["exchanges", exchangeId, ...(issue?.path ?? [])].join(".");
  const rule = issue?.code === "unrecognized_keys"
    ? `unknown option ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`
    : issue?.message ?? "not valid";
  throw new ConfigError(`${path}: ${rule}`, { path, rule });
}

/** In words of the venue, which a schema cannot find. */
function keyMistake(given: unknown, { kind }: OptionRules) {
  if (!isCcxtKind(kind) || typeof given !== "object" || given === null) return null;
  const section = given as Readonly<Record<string, unknown>>; // an object has text keys
  const [mistake] = [
    ...missingKeys(kind, section, "a text or { file: path }"),
    ...malformedKeys(kind, section),
  ];
  if (mistake !== undefined) return mistake;
  const rule = testnetRefusal(kind, section["testnet"]);
  return rule === null ? null : { field: "testnet", rule };
}

const milliseconds = z.number().int().positive();

function schemaOf({ kind, credentials, markets }: OptionRules) {
  const secrets = Object.fromEntries(
    credentials.map((name) => [name, z.string().min(1)]),
  ) as Readonly<Record<Credential, z.ZodString>>; // Only those named are there, and all are needed.
  return z.strictObject({
    kind: z.literal(kind),
    ...secrets,
    endpoints: z.string().nullish().transform((given, context) => {
      if (given === undefined || given === null) return null;
      const url = URL.canParse(given) ? new URL(given) : null;
      if (
        url === null || !["http:", "https:"].includes(url.protocol) ||
        url.username + url.search + url.hash
      ) {
        context.addIssue({ code: "custom", message: "must be an http or https URL" });
        return z.NEVER;
      }
      return url.href.replace(/\/+$/, "");
    }),
    testnet: z.boolean().default(false),
    requestTimeoutMs: milliseconds.default(REQUEST_TIMEOUT_MS_DEFAULT),
    timing: z.strictObject({
      // Binance refuses a recvWindow above 60 s, and every other constant here is ours.
      validityMs: milliseconds.max(60_000).optional(),
      engineBoundMs: milliseconds.optional(),
      settleMs: milliseconds.optional(),
      retentionMs: milliseconds.optional(),
    }).transform((timing) =>
      Object.fromEntries(Object.entries(timing).filter(([, value]) => value !== undefined))
    ).default({}),
    orderEntry: z.enum(["auto", "rest"]).default("auto"),
    market: z.enum(markets as readonly [string, ...string[]]).default(markets[0]!),
  });
}
