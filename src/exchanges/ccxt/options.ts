/** The options of one ccxt exchange, checked strictly before anything is loaded or dialed. */
import { z } from "zod";
import { ConfigError } from "../../model/errors.ts";
import type { VenueTiming } from "../exchange.ts";

/** 10 s, as ccxt's own default: longer than any answer of a healthy venue. */
export const REQUEST_TIMEOUT_MS_DEFAULT = 10_000;

export interface CcxtOptions {
  readonly kind: "binance";
  readonly apiKey: string;
  readonly secret: string;
  /** Base URL under which every venue host is reached as the first path segment. */
  readonly endpoints: string | null;
  /** The venue's own sandbox. */
  readonly testnet: boolean;
  readonly requestTimeoutMs: number;
  readonly timing: { readonly [Name in keyof VenueTiming]?: number };
  readonly market: "spot";
}

/**
 * @throws {ConfigError} naming the option and the rule, never its value: it may be a key put into
 * the wrong place.
 */
export function parseOptions(exchangeId: string, given: unknown): CcxtOptions {
  const parsed = Schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = ["exchanges", exchangeId, ...(issue?.path ?? [])].join(".");
  const rule = issue?.code === "unrecognized_keys"
    ? `unknown option ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`
    : issue?.message ?? "not valid";
  throw new ConfigError(`${path}: ${rule}`, { path, rule });
}

const milliseconds = z.number().int().positive();

const Schema = z.strictObject({
  kind: z.literal("binance"),
  apiKey: z.string().min(1),
  secret: z.string().min(1),
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
  market: z.literal("spot").default("spot"),
});
