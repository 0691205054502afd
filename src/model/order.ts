/** What a strategy asks for: one order, in the trade's words. */
import { z } from "zod";
import { compare, type Decimal, decimal } from "./decimal.ts";
import { SYMBOL_LENGTH_MAX, TRIGGERS_MAX } from "./limits.ts";
import { type EpochMs, EpochMsSchema } from "./scalars.ts";
import { optional, positiveDecimal, type RefineContext, refuse, text } from "./schema.ts";

/** Which way the base asset moves. */
export type Side = "BUY" | "SELL";
/** Whether the amount counts base units or quote units. */
export type AmountType = "BASE" | "QUOTE";
/** How long an order works. */
export type TimeInForce = "GTC" | "IOC" | "FOK" | "DAY" | "GTD";
/** What a trigger is for; with the side it decides the direction. */
export type TriggerKind = "STOP_LOSS" | "TAKE_PROFIT" | "TRAILING_STOP";
/** How protecting orders follow the fills of the order they protect. */
export type ConditionalOrderMode =
  | "UNIFIED_ADJUSTING"
  | "UNIFIED_ON_FILL"
  | "PER_FILL"
  | "INDEPENDENT";

/** A condition of an order (ENTRY), or an exit tied to its fills (PROTECT). */
export interface ConditionalTrigger {
  /** With the order's side it decides whether the trigger fires above or below its price. */
  readonly kind: TriggerKind;
  /** In quote units per base unit; null only for `TRAILING_STOP`. */
  readonly triggerPrice: Decimal | null;
  /** Distance kept behind the best price seen, in the unit of `trailingOffsetType`. */
  readonly trailingOffset: Decimal | null;
  /** `PERCENT` of that price, below 100, or `PRICE` in quote units; null if nothing trails. */
  readonly trailingOffsetType: "PRICE" | "PERCENT" | null;
  /** Price of the order once triggered; null for a market order. */
  readonly limitPrice: Decimal | null;
  /** The price that is watched. Default: `LAST`. */
  readonly source: "LAST" | "MARK" | "INDEX";
  /**
   * `ENTRY`: this order itself waits for the trigger. `PROTECT`: an exit attached to its fills.
   * Default: `PROTECT`.
   */
  readonly role: "ENTRY" | "PROTECT";
}

/**
 * One order, complete: every default is filled in. What the kernel does not support yet is refused
 * at placement with a code ending in `_UNSUPPORTED`, never ignored.
 */
export interface StandardOrder {
  /** Canonical symbol, e.g. `BTC/USDT`. A modify cannot change it. */
  readonly symbolId: string;
  /** A modify cannot change it. */
  readonly side: Side;
  /** Lifetime budget: everything the intent ever fills counts against it. */
  readonly amount: Decimal;
  /** The unit of `amount`. Default: `BASE`. A modify cannot change it. */
  readonly amountType: AmountType;
  /** In quote units per base unit; `null`, the default, is a market order. */
  readonly limitPrice: Decimal | null;
  /** Default: `GTC`. */
  readonly timeInForce: TimeInForce;
  /** Given with `GTD`, and only with it. */
  readonly goodTillTime: EpochMs | null;
  /** At most 8, of which one may be the `ENTRY`. Input may give one as `conditionalTrigger`. */
  readonly conditionalTriggers: readonly ConditionalTrigger[];
  /** How the exits follow the fills. Default: `UNIFIED_ADJUSTING`. */
  readonly conditionalMode: ConditionalOrderMode;
  /** True: it may shrink a position, never open or turn one. Default: false. */
  readonly reduceOnly: boolean;
  /**
   * True: refused by the venue rather than taking liquidity. Default: false; resting orders only.
   */
  readonly postOnly: boolean;
  /** How much of it the book shows, in the unit of `amount` and at most that; null for all. */
  readonly icebergQty: Decimal | null;
  /** For accounts in hedge mode; null in one-way mode. A modify cannot change it. */
  readonly positionSide: "LONG" | "SHORT" | null;
  /** Null leaves the account's mode as it is. */
  readonly marginMode: "CROSS" | "ISOLATED" | null;
  /** Null leaves the account's leverage as it is. */
  readonly leverage: Decimal | null;
  /** Which order dies when two of ours would trade with each other; null is the venue's default. */
  readonly selfTradePrevention: "NONE" | "EXPIRE_TAKER" | "EXPIRE_MAKER" | "EXPIRE_BOTH" | null;
  /**
   * What to do once an attempt is *proven* never to have reached the venue. Default: `RETRY` for
   * orders that rest in the book, `FAIL` for market, IOC and FOK orders.
   */
  readonly onAbsent: "RETRY" | "FAIL";
  /** No attempt starts after it; null for no bound. */
  readonly submitBy: EpochMs | null;
  /**
   * True: price and amount are rounded to tick and step at the door, the price away from crossing
   * and the amount down. False, the default: such an order is refused.
   */
  readonly round: boolean;
  /**
   * What to do if the venue or somebody else cancels the order: end the intent, place the rest
   * again, or wait for `resumeIntent`. Default: `ACCEPT`.
   */
  readonly onExternalCancel: "ACCEPT" | "REPLACE" | "PAUSE";
}

/** What the venue says of an order. */
export type StandardOrderStatus =
  | "PENDING_TRIGGER"
  | "OPEN"
  | "PARTIALLY_FILLED"
  | "FILLED"
  | "CANCELED"
  | "REJECTED"
  | "EXPIRED"
  | "UNKNOWN";

export const SideSchema: z.ZodType<Side, unknown> = z.enum(["BUY", "SELL"]);
export const AmountTypeSchema: z.ZodType<AmountType, unknown> = z.enum(["BASE", "QUOTE"]);
export const TimeInForceSchema: z.ZodType<TimeInForce, unknown> = z.enum([
  "GTC",
  "IOC",
  "FOK",
  "DAY",
  "GTD",
]);
export const TriggerKindSchema: z.ZodType<TriggerKind, unknown> = z.enum([
  "STOP_LOSS",
  "TAKE_PROFIT",
  "TRAILING_STOP",
]);
export const ConditionalOrderModeSchema: z.ZodType<ConditionalOrderMode, unknown> = z.enum([
  "UNIFIED_ADJUSTING",
  "UNIFIED_ON_FILL",
  "PER_FILL",
  "INDEPENDENT",
]);
export const StandardOrderStatusSchema: z.ZodType<StandardOrderStatus, unknown> = z.enum([
  "PENDING_TRIGGER",
  "OPEN",
  "PARTIALLY_FILLED",
  "FILLED",
  "CANCELED",
  "REJECTED",
  "EXPIRED",
  "UNKNOWN",
]);

/**
 * A symbol as a caller writes it. Whether it is canonical and listed is for admission to say,
 * which knows the venue's instruments.
 */
export const SymbolIdSchema: z.ZodType<string, unknown> = text(SYMBOL_LENGTH_MAX);

/** Fills in `source` LAST and `role` PROTECT; a trailing stop trails, the others have a price. */
export const ConditionalTriggerSchema: z.ZodType<ConditionalTrigger, unknown> = z.strictObject({
  kind: TriggerKindSchema,
  triggerPrice: optional(positiveDecimal("TRIGGER_PRICE_NOT_POSITIVE")),
  trailingOffset: optional(positiveDecimal("TRAILING_OFFSET_NOT_POSITIVE")),
  trailingOffsetType: optional(z.enum(["PRICE", "PERCENT"])),
  limitPrice: optional(positiveDecimal("PRICE_NOT_POSITIVE")),
  source: z.enum(["LAST", "MARK", "INDEX"]).default("LAST"),
  role: z.enum(["ENTRY", "PROTECT"]).default("PROTECT"),
}).superRefine(checkTrigger);

/**
 * An order as a caller writes it, with the defaults of the domain filled in. Reading an order that
 * was read before changes nothing. Every refusal has a code, in `params` of its issue.
 */
export const StandardOrderSchema: z.ZodType<StandardOrder, unknown> = z.strictObject({
  symbolId: SymbolIdSchema,
  side: SideSchema,
  amount: positiveDecimal("AMOUNT_NOT_POSITIVE"),
  amountType: AmountTypeSchema.default("BASE"),
  limitPrice: optional(positiveDecimal("PRICE_NOT_POSITIVE")),
  timeInForce: TimeInForceSchema.default("GTC"),
  goodTillTime: optional(EpochMsSchema),
  conditionalTriggers: z.array(ConditionalTriggerSchema).max(TRIGGERS_MAX).nullish(),
  conditionalTrigger: ConditionalTriggerSchema.nullish(),
  conditionalMode: ConditionalOrderModeSchema.default("UNIFIED_ADJUSTING"),
  reduceOnly: z.boolean().default(false),
  postOnly: z.boolean().default(false),
  icebergQty: optional(positiveDecimal("ICEBERG_NOT_POSITIVE")),
  positionSide: optional(z.enum(["LONG", "SHORT"])),
  marginMode: optional(z.enum(["CROSS", "ISOLATED"])),
  leverage: optional(positiveDecimal("LEVERAGE_NOT_POSITIVE")),
  selfTradePrevention: optional(z.enum(["NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"])),
  onAbsent: z.enum(["RETRY", "FAIL"]).nullish(),
  submitBy: optional(EpochMsSchema),
  round: z.boolean().default(false),
  onExternalCancel: z.enum(["ACCEPT", "REPLACE", "PAUSE"]).default("ACCEPT"),
}).superRefine(checkOrder).transform(({ conditionalTrigger, conditionalTriggers, ...rest }) => ({
  ...rest,
  conditionalTriggers: conditionalTriggers ?? (conditionalTrigger ? [conditionalTrigger] : []),
  onAbsent: rest.onAbsent ?? (rests(rest) ? "RETRY" : "FAIL"),
}));

/** Whether the order waits in a book if nothing crosses it: neither market nor IOC nor FOK. */
export function rests(order: Pick<StandardOrder, "limitPrice" | "timeInForce">): boolean {
  return order.limitPrice !== null && order.timeInForce !== "IOC" && order.timeInForce !== "FOK";
}

type CheckedOrder = Omit<StandardOrder, "conditionalTriggers" | "onAbsent"> & {
  readonly conditionalTriggers?: readonly ConditionalTrigger[] | null | undefined;
  readonly conditionalTrigger?: ConditionalTrigger | null | undefined;
};

const PERCENT_MAX = decimal(100);

function checkTrigger(trigger: ConditionalTrigger, context: RefineContext): void {
  const { kind, triggerPrice, trailingOffset, trailingOffsetType } = trigger;
  if (kind !== "TRAILING_STOP") {
    if (triggerPrice === null) {
      refuse(context, {
        code: "TRIGGER_PRICE_REQUIRED",
        message: `must be given with ${kind}`,
        path: ["triggerPrice"],
      });
    }
    const path = trailingOffset !== null ? "trailingOffset" : "trailingOffsetType";
    if (trailingOffset !== null || trailingOffsetType !== null) {
      refuse(context, {
        code: "TRAILING_WITHOUT_TRAILING_STOP",
        message: "must be given only with TRAILING_STOP",
        path: [path],
      });
    }
    return;
  }
  checkTrailing(trigger, context);
}

function checkTrailing(trigger: ConditionalTrigger, context: RefineContext): void {
  const { triggerPrice, trailingOffset, trailingOffsetType } = trigger;
  if (triggerPrice !== null) {
    refuse(context, {
      code: "TRIGGER_PRICE_WITH_TRAILING_STOP",
      message: "must not be given with TRAILING_STOP, which follows the price",
      path: ["triggerPrice"],
    });
  }
  if (trailingOffset === null || trailingOffsetType === null) {
    refuse(context, {
      code: "TRAILING_OFFSET_REQUIRED",
      message: "must be given with TRAILING_STOP",
      path: [trailingOffset === null ? "trailingOffset" : "trailingOffsetType"],
    });
    return;
  }
  if (trailingOffsetType === "PERCENT" && compare(trailingOffset, PERCENT_MAX) >= 0) {
    refuse(context, {
      code: "TRAILING_OFFSET_TOO_LARGE",
      message: "must be less than 100 percent",
      path: ["trailingOffset"],
    });
  }
}

function checkOrder(order: CheckedOrder, context: RefineContext): void {
  checkTimes(order, context);
  checkResting(order, context);
  checkIceberg(order, context);
  checkTriggers(order, context);
}

function checkTimes(order: CheckedOrder, context: RefineContext): void {
  const path = ["goodTillTime"];
  if (order.timeInForce === "GTD" && order.goodTillTime === null) {
    refuse(context, {
      code: "GOOD_TILL_TIME_REQUIRED",
      message: "must be given with timeInForce GTD",
      path,
    });
  }
  if (order.timeInForce !== "GTD" && order.goodTillTime !== null) {
    refuse(context, {
      code: "GOOD_TILL_TIME_WITHOUT_GTD",
      message: "must be given only with timeInForce GTD",
      path,
    });
  }
}

function checkResting(order: CheckedOrder, context: RefineContext): void {
  if (!order.postOnly || rests(order)) return;
  refuse(context, {
    code: order.limitPrice === null ? "POST_ONLY_MARKET" : "POST_ONLY_TIME_IN_FORCE",
    message: "must be false for market, IOC and FOK orders, which never rest",
    path: ["postOnly"],
  });
}

function checkIceberg(order: CheckedOrder, context: RefineContext): void {
  if (order.icebergQty === null) return;
  if (!rests(order)) {
    refuse(context, {
      code: "ICEBERG_NOT_RESTING",
      message: "must not be given with market, IOC and FOK orders, which never rest",
      path: ["icebergQty"],
    });
  }
  if (compare(order.icebergQty, order.amount) > 0) {
    refuse(context, {
      code: "ICEBERG_ABOVE_AMOUNT",
      message: `must be at most the amount ${order.amount}`,
      path: ["icebergQty"],
    });
  }
}

function checkTriggers(order: CheckedOrder, context: RefineContext): void {
  const { conditionalTrigger: single, conditionalTriggers: list } = order;
  if (single && list) {
    refuse(context, {
      code: "TRIGGERS_GIVEN_TWICE",
      message: "must not be given beside conditionalTriggers",
      path: ["conditionalTrigger"],
    });
    return;
  }
  const entries = (list ?? []).filter((trigger) => trigger.role === "ENTRY");
  if (entries.length > 1) {
    refuse(context, {
      code: "ENTRY_TRIGGERS_MANY",
      message: "must hold at most one trigger of role ENTRY: an order waits for one thing",
      path: ["conditionalTriggers"],
    });
  }
  const entry = single?.role === "ENTRY" ? single : entries[0];
  const price = entry?.limitPrice ?? null;
  if (price !== null && order.limitPrice !== null && price !== order.limitPrice) {
    refuse(context, {
      code: "ENTRY_PRICES_DIFFER",
      message: `must be null or the limit price ${price} of the ENTRY trigger`,
      path: ["limitPrice"],
    });
  }
}
