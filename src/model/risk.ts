/** The caps of one exchange account, their defaults, and what a refusal of one of them says. */
import { z } from "zod";
import { type Decimal, decimal, DecimalSchema, isNegative, isPositive } from "./decimal.ts";
import type { ErrorDetails } from "./errors.ts";
import {
  ASSET_LENGTH_MAX,
  RISK_AGE_MS_MAX,
  RISK_CAPS_MAX,
  RISK_OPEN_ORDERS_MAX,
  RISK_RATE_MAX,
  RISK_WINDOW_MS_MAX,
} from "./limits.ts";
import { SymbolIdSchema } from "./order.ts";

/**
 * What one exchange account may be made to do. Every cap has a value: there is no unlimited. Money
 * is in dollars: `USD` and the coins that stand for it count one to one, other quote assets at their
 * price in such a coin.
 */
export interface RiskLimits {
  /**
   * Amount × price of one order, in dollars; of an inverse contract its amount, of an option its
   * underlying or its premium, whichever is more. Default: 10000.
   */
  readonly maxNotionalPerOrder: Decimal;
  /** Amount of one order, by symbol and as it is counted; a symbol that is not named has the notional cap alone. */
  readonly maxQuantity: Readonly<Record<string, Decimal>>;
  /** A price may be so much worse than the market's, in percent. Default: 5. */
  readonly priceCollarPercent: Decimal;
  /** A market price older than this is none, milliseconds. Default: 60000. */
  readonly priceMaxAgeMs: number;
  /**
   * A limit order while there is no market price: `admit` relies on its own price, its notional and
   * the balance; `deny` refuses it as market orders always are. Default: `admit`.
   */
  readonly unpricedLimitOrders: "admit" | "deny";
  /** Intents that have not ended. Default: 500. */
  readonly maxOpenOrders: number;
  /** Placements in any second. Default: 100. */
  readonly maxOrdersPerSecond: number;
  /** Placements in any minute. Default: 3000. */
  readonly maxOrdersPerMinute: number;
  /** Changes in any second. Default: 100. */
  readonly maxModifiesPerSecond: number;
  /** Changes in any minute. Default: 3000. */
  readonly maxModifiesPerMinute: number;
  /**
   * What is held of an asset and what all live orders may still buy of it, in dollars. Default:
   * 250000.
   */
  readonly maxPositionNotional: Decimal;
  /** The same in units of the asset, by asset, beside `maxPositionNotional`. */
  readonly maxPosition: Readonly<Record<string, Decimal>>;
  /** An order that would trade with a live one of ours. Default: `deny`. */
  readonly selfTrades: "deny" | "allow";
  /**
   * A market order like another one so many milliseconds ago is refused, unless the caller gave it
   * an intent id of its own: that says it is another one. 0 is off. Default: 1000.
   */
  readonly duplicateWindowMs: number;
}

/** What a caller states of them; the rest keeps its default. Amounts as text or as numbers. */
export type RiskOptions = {
  readonly [K in keyof RiskLimits]?: RiskLimits[K] extends Decimal ? Decimal | string | number
    : RiskLimits[K] extends Readonly<Record<string, Decimal>>
      ? Readonly<Record<string, Decimal | string | number>>
    : RiskLimits[K];
};

/** Whether an exchange may be told anything, or is only watched. */
export type ExchangeMode = "live" | "observe";

/** Conservative: a first order of a person passes, a slipped digit does not. */
export const DEFAULT_RISK: RiskLimits = {
  maxNotionalPerOrder: decimal("10000"),
  maxQuantity: {},
  priceCollarPercent: decimal("5"),
  // A quiet symbol has no news for so long; within it a market rarely leaves the collar.
  priceMaxAgeMs: 60_000,
  unpricedLimitOrders: "admit",
  maxOpenOrders: 500,
  // Above what a person or a slow strategy sends, below what a loop that has run away does.
  maxOrdersPerSecond: 100,
  maxOrdersPerMinute: 3_000,
  maxModifiesPerSecond: 100,
  maxModifiesPerMinute: 3_000,
  maxPositionNotional: decimal("250000"),
  maxPosition: {},
  selfTrades: "deny",
  // Longer than a double click or a client's retry, shorter than a second decision.
  duplicateWindowMs: 1_000,
};

/** Which rule refused, its limit and what it met; `DeniedError` and `OrderDenied` carry it. */
export interface RiskRefusal {
  /** The rule, e.g. `MAX_NOTIONAL_PER_ORDER`. */
  readonly code: string;
  /** The rule in words; reads after "Cannot place order: ". */
  readonly rule: string;
  readonly limit: string;
  readonly actual: string;
}

/** The message of a refusal: action, rule, limit and value. */
export function riskText(action: string, { rule, limit, actual }: RiskRefusal): string {
  return `Cannot ${action}: ${rule} ${limit}, got ${actual}`;
}

/** What a `DeniedError` of it carries. */
export function riskDetails({ rule, limit, actual }: RiskRefusal): ErrorDetails {
  return { rule, limit, actual };
}

/** The partial caps of a section, checked; keys that are missing keep their value. */
export type RiskPatch = Partial<RiskLimits>;

/** Later patches win, key by key: an exchange's own over the kernel's. */
export function riskLimits(...patches: readonly (RiskPatch | undefined)[]): RiskLimits {
  return Object.assign({}, DEFAULT_RISK, ...patches.filter((patch) => patch !== undefined));
}

const positive = DecimalSchema.refine(isPositive, "expected more than 0");
const notNegative = DecimalSchema.refine((value) => !isNegative(value), "expected 0 or more");

/** The keys of a `risk` section. */
export const RISK_KEYS = Object.keys(DEFAULT_RISK) as readonly (keyof RiskLimits)[];

/** What a door needs that reads its numbers in a way of its own, e.g. a file's `${VARIABLE}`. */
export interface RiskBricks {
  /** A decimal above 0. */
  readonly positive: z.ZodType<Decimal, unknown>;
  /** A decimal of 0 or more. */
  readonly notNegative: z.ZodType<Decimal, unknown>;
  readonly integer: (minimum: number, maximum: number) => z.ZodType<number, unknown>;
}

/** A schema of the section, strict. */
export function riskSchema(bricks: RiskBricks): z.ZodType<RiskPatch, unknown> {
  const { integer } = bricks;
  const rate = integer(1, RISK_RATE_MAX).exactOptional();
  return z.strictObject({
    maxNotionalPerOrder: bricks.positive.exactOptional(),
    maxQuantity: caps(SymbolIdSchema, bricks.positive).exactOptional(),
    priceCollarPercent: bricks.positive.exactOptional(),
    priceMaxAgeMs: integer(1, RISK_AGE_MS_MAX).exactOptional(),
    unpricedLimitOrders: z.enum(["admit", "deny"]).exactOptional(),
    maxOpenOrders: integer(0, RISK_OPEN_ORDERS_MAX).exactOptional(),
    maxOrdersPerSecond: rate,
    maxOrdersPerMinute: rate,
    maxModifiesPerSecond: rate,
    maxModifiesPerMinute: rate,
    maxPositionNotional: bricks.notNegative.exactOptional(),
    maxPosition: caps(z.string().min(1).max(ASSET_LENGTH_MAX), bricks.notNegative).exactOptional(),
    selfTrades: z.enum(["deny", "allow"]).exactOptional(),
    duplicateWindowMs: integer(0, RISK_WINDOW_MS_MAX).exactOptional(),
  });
}

/** As a program writes it: decimals as text or number. */
export const RiskOptionsSchema: z.ZodType<RiskPatch, unknown> = riskSchema({
  positive,
  notNegative,
  integer: (minimum, maximum) => z.int().min(minimum).max(maximum),
});

function caps(key: z.ZodType<string, unknown>, value: z.ZodType<Decimal, unknown>) {
  return z.record(z.string(), value)
    .refine((map) => Object.keys(map).length <= RISK_CAPS_MAX, `at most ${RISK_CAPS_MAX} caps`)
    .refine((map) => Object.keys(map).every((name) => key.safeParse(name).success), {
      error: "a key of it is no symbol or asset",
    });
}
