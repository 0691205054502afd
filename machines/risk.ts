/**
 * The rules of risk admission: whether one order is within the caps of its account, from a few
 * numbers that somebody else keeps up to date. The first rule that is broken is the answer. The
 * same questions are asked at the door, before a further attempt, and last before the wire.
 *
 * I1 A change is never refused by a cap that it brings nearer to being kept.
 * I2 What is not known is never taken for permission: the rule that needs it refuses, and says so.
 */
import {
  compare,
  type Decimal,
  divide,
  fromUnits,
  isNegative,
  max,
  min,
  multiply,
  ONE,
  ZERO,
} from "../src/model/decimal.ts";
import type { ContractKind } from "../src/model/contract_value.ts";
import type { Side } from "../src/model/order.ts";
import type { RiskLimits, RiskRefusal } from "../src/model/risk.ts";
import { product, units } from "./risk_units.ts";

/** What a dollar is: these count one to one, other assets at their price in one of them. */
export const DOLLARS: readonly string[] = ["USDT", "USDC", "USD", "FDUSD", "TUSD", "DAI"];

/** A market price that is fresh enough, and how far it may be left. */
export interface PriceBounds {
  readonly price: Decimal;
  /** The most to pay. */
  readonly buyMax: Decimal;
  /** The least to take. */
  readonly sellMin: Decimal;
  /** The best offers in the book, ours among them; null: not told. */
  readonly bid: Decimal | null;
  readonly ask: Decimal | null;
}

/** An order, or a change of one, as the rules look at it. */
export interface RiskOrder {
  readonly symbolId: string;
  /** How its notional is counted. */
  readonly kind: "spot" | ContractKind;
  readonly side: Side;
  /** Base units; quote units of an inverse contract. */
  readonly amount: Decimal;
  /** Null: a market order. */
  readonly limitPrice: Decimal | null;
  /** It never takes, so it cannot trade with one of ours. */
  readonly postOnly: boolean;
}

/** What the rules about one order by itself look at. */
export interface OrderQuestion {
  readonly limits: RiskLimits;
  readonly order: RiskOrder;
  /** The order as it stands, when this is a change of it. */
  readonly before: Pick<RiskOrder, "amount" | "limitPrice"> | null;
  readonly market: PriceBounds | null;
  /** One unit of the quote asset, of the base asset for options; null: unknown. */
  readonly dollars: Decimal | null;
  /** Our own best price on the other side. */
  readonly opposite: Decimal | null;
}

/** How far a price may be left with a collar of `percent`. */
export function priceBounds(
  price: Decimal,
  percent: Decimal,
  { bid, ask }: Pick<PriceBounds, "bid" | "ask"> = { bid: null, ask: null },
): PriceBounds {
  const width = divide(multiply(price, percent), HUNDRED);
  const sellMin = fromUnits(units(price) - units(width));
  return {
    price,
    buyMax: fromUnits(units(price) + units(width)),
    sellMin: isNegative(sellMin) ? ZERO : sellMin,
    bid,
    ask,
  };
}

/** Quantity, notional, price and self-trade of one order. */
export function checkOrder(question: OrderQuestion): RiskRefusal | null {
  return offPrice(question) ?? tooMuch(question) ?? tooDear(question) ?? withOurselves(question);
}

/** Whether so many intents at once are within the cap; `count` with the one in question. */
export function checkOpenOrders({ maxOpenOrders }: RiskLimits, count: number): RiskRefusal | null {
  if (count <= maxOpenOrders) return null;
  const rule = "open orders must be at most";
  return refusal("MAX_OPEN_ORDERS", { rule, limit: maxOpenOrders, actual: count });
}

/** What the position rules look at, for an order that adds. */
export interface PositionQuestion {
  readonly limits: RiskLimits;
  readonly base: string;
  /** The asset itself, or all contracts on it. */
  readonly of: "asset" | "contracts";
  /** Held, and what all orders with this one may still buy; units of 10^-18. Null: unknown. */
  readonly position: bigint | null;
  /** Of one base unit, in dollars; null: unknown. */
  readonly value: Decimal | null;
}

/** Whether what is held and may still be bought is within the caps. */
export function checkPosition(
  { limits, base, position, value, of }: PositionQuestion,
): RiskRefusal | null {
  if (position === null) return valueUnknown(base);
  const what = of === "asset"
    ? `held ${base} and what orders may buy of it`
    : `positions in contracts on ${base} and what orders may add to them`;
  const own = Object.hasOwn(limits.maxPosition, base) ? limits.maxPosition[base] : undefined;
  if (own !== undefined && position > units(own)) {
    const rule = `${what} must be at most`;
    return refusal("MAX_POSITION", { rule, limit: own, actual: fromUnits(position) });
  }
  if (value === null) return valueUnknown(base);
  const worth = product(position, units(value), "up");
  if (worth <= units(limits.maxPositionNotional)) return null;
  const rule = `${what}, in dollars, must be at most`;
  const limit = limits.maxPositionNotional;
  return refusal("MAX_POSITION_NOTIONAL", { rule, limit, actual: fromUnits(worth) });
}

/** What the balance rule looks at; amounts of one asset in units of 10^-18. */
export interface BalanceQuestion {
  readonly asset: string;
  /** Held at the venue, with what fills moved since; null: not read yet. */
  readonly held: bigint | null;
  /** Locked by orders, with what this one needs. */
  readonly locked: bigint;
  /** What an order needs has no price: nobody knows what is locked. */
  readonly isLockKnown: boolean;
}

/** Whether orders need no more of an asset than there is: also what refuses a short sale. */
export function checkBalance(
  { asset, held, locked, isLockKnown }: BalanceQuestion,
): RiskRefusal | null {
  if (held === null || !isLockKnown) {
    const what = held === null ? "the balance of" : "what orders lock of";
    const rule = `${what} ${asset} must be`;
    return refusal("BALANCE_UNKNOWN", { rule, limit: "known", actual: "nothing yet" });
  }
  if (locked <= held) return null;
  const rule = `${asset} that orders need must be at most`;
  return refusal("INSUFFICIENT_BALANCE", { rule, limit: whole(held), actual: whole(locked) });
}

/** The same where orders need margin: that of positions counts with it. */
export function checkMargin(question: BalanceQuestion): RiskRefusal | null {
  const refusal = checkBalance(question);
  if (refusal?.code !== "INSUFFICIENT_BALANCE") return refusal;
  const rule = `${question.asset} that positions and orders need must be at most`;
  return { ...refusal, code: "INSUFFICIENT_MARGIN", rule };
}

/**
 * A put that is sold can cost more of the coin it is settled in than there is in the world, as the
 * coin falls: no margin in that coin covers it. What is held may be sold.
 */
export function checkShortPut(symbolId: string, short: bigint): RiskRefusal | null {
  if (short <= 0n) return null;
  const rule = `puts of ${symbolId} that are sold beyond what is held must be`;
  return refusal("OPTION_SHORT_PUT", { rule, limit: "0", actual: fromUnits(short) });
}

/** A rate that is used up. */
export function rateRefusal(
  what: "order" | "modify",
  window: { readonly limit: number; readonly spanMs: number },
): RiskRefusal {
  const span = window.spanMs === 1_000 ? "second" : "minute";
  const rule = `${what === "order" ? "placements" : "changes"} in any ${span} must be at most`;
  const code = what === "order" ? "ORDER_RATE" : "MODIFY_RATE";
  return refusal(code, { rule, limit: window.limit, actual: window.limit + 1 });
}

/** The same market order was placed `agoMs` ago. */
export function duplicateRefusal({ duplicateWindowMs }: RiskLimits, agoMs: number): RiskRefusal {
  const rule = "milliseconds since the same market order (give it an intentId of its own to say " +
    "that it is another) must be at least";
  const actual = Math.floor(agoMs);
  return refusal("DUPLICATE_MARKET_ORDER", { rule, limit: duplicateWindowMs, actual });
}

/**
 * In dollars, units of 10^-18; for a sale below the market what it is worth there. An inverse
 * contract is an amount of the quote. An option counts with its whole underlying, bought or sold (so
 * that what was bought can be sold), or with its premium where that is more.
 */
export function notionalOf(
  { kind, side, amount, limitPrice }: Pick<RiskOrder, "kind" | "side" | "amount" | "limitPrice">,
  market: Decimal | null,
  dollars: Decimal,
): bigint | null {
  if (kind === "inverse") return product(units(amount), units(dollars), "up");
  const price = limitPrice === null || market === null
    ? limitPrice ?? market
    : side === "SELL"
    ? max(limitPrice, market)
    : limitPrice;
  const counted = kind === "option" ? max(price ?? ONE, ONE) : price;
  if (counted === null) return null;
  const notional = product(units(amount), units(counted), "up");
  return dollars === ONE ? notional : product(notional, units(dollars), "up");
}

const HUNDRED = "100" as Decimal; // a Decimal in its canonical form

function refusal(
  code: string,
  { rule, limit, actual }: {
    readonly rule: string;
    readonly limit: string | number;
    readonly actual: string | number;
  },
): RiskRefusal {
  return { code, rule, limit: String(limit), actual: String(actual) };
}

function offPrice({ limits, order, before, market }: OrderQuestion): RiskRefusal | null {
  const { limitPrice, side, symbolId } = order;
  if (limitPrice === null || market === null) {
    if (limitPrice !== null && limits.unpricedLimitOrders === "admit") return null;
    if (market !== null) return null; // a market order gets the market's price
    if (before !== null && before.limitPrice === limitPrice) return null; // I1
    const rule = `the age in milliseconds of the market price of ${symbolId} must be at most`;
    return refusal("NO_MARKET_PRICE", { rule, limit: limits.priceMaxAgeMs, actual: "no price" });
  }
  const isBuy = side === "BUY";
  const limit = isBuy ? market.buyMax : market.sellMin;
  const over = compare(limitPrice, limit);
  if (isBuy ? over <= 0 : over >= 0) return null;
  if (before !== null && before.limitPrice !== null) {
    const moved = compare(limitPrice, before.limitPrice);
    if (isBuy ? moved <= 0 : moved >= 0) return null; // I1
  }
  const most = isBuy ? "most" : "least";
  const rule = `limitPrice within ${limits.priceCollarPercent} % of the market price ` +
    `${market.price} must be at ${most}`;
  return refusal("PRICE_COLLAR", { rule, limit, actual: limitPrice });
}

function tooMuch({ limits, order, before }: OrderQuestion): RiskRefusal | null {
  const { symbolId, amount } = order;
  const limit = Object.hasOwn(limits.maxQuantity, symbolId)
    ? limits.maxQuantity[symbolId]
    : undefined;
  if (limit === undefined || compare(amount, limit) <= 0) return null;
  if (before !== null && compare(amount, before.amount) <= 0) return null; // I1
  const rule = `amount of ${symbolId} must be at most`;
  return refusal("MAX_QUANTITY", { rule, limit, actual: amount });
}

function tooDear({ limits, order, before, market, dollars }: OrderQuestion): RiskRefusal | null {
  const { maxNotionalPerOrder: limit } = limits;
  if (dollars === null) return isSmaller(order, before) ? null : valueUnknown(order.symbolId);
  const price = market?.price ?? null;
  const notional = notionalOf(order, price, dollars);
  if (notional === null) return valueUnknown(order.symbolId);
  if (notional <= units(limit)) return null;
  if (before !== null) {
    const known = notionalOf({ ...order, ...before }, price, dollars);
    if (known !== null && notional <= known) return null; // I1
  }
  const rule = `${COUNTED[order.kind]} in dollars must be at most`;
  return refusal("MAX_NOTIONAL_PER_ORDER", { rule, limit, actual: fromUnits(notional) });
}

const COUNTED: Readonly<Record<RiskOrder["kind"], string>> = {
  spot: "amount × price",
  linear: "amount × price",
  inverse: "amount",
  option: "amount of the underlying, or its premium,",
};

/** Of a change: neither more of it nor at a higher price. */
function isSmaller(order: RiskOrder, before: OrderQuestion["before"]): boolean {
  if (before === null || before.limitPrice === null || order.limitPrice === null) return false;
  return compare(order.amount, before.amount) <= 0 &&
    compare(order.limitPrice, before.limitPrice) <= 0;
}

function withOurselves({ limits, order, before, market, opposite }: OrderQuestion) {
  if (limits.selfTrades === "allow" || order.postOnly || opposite === null) return null;
  if (before !== null && before.limitPrice === order.limitPrice) return null; // I1
  const isBuy = order.side === "BUY";
  const reach = order.limitPrice ?? (market === null ? opposite : bestOffer(order.side, market));
  const crossed = compare(reach, opposite);
  if (isBuy ? crossed < 0 : crossed > 0) return null;
  const rule = `price must be ${isBuy ? "below" : "above"} our own ` +
    `${isBuy ? "SELL" : "BUY"} of ${order.symbolId} at`;
  return refusal("SELF_TRADE", { rule, limit: opposite, actual: order.limitPrice ?? "market" });
}

/** A market order takes the best offer there is, which may be ours. */
function bestOffer(side: Side, { price, bid, ask }: PriceBounds): Decimal {
  if (side === "BUY") return ask === null ? price : max(ask, price);
  return bid === null ? price : min(bid, price);
}

function valueUnknown(what: string): RiskRefusal {
  const rule = `the value of ${what} in dollars must be`;
  return refusal("VALUE_UNKNOWN", { rule, limit: "known", actual: "no fresh price" });
}

/** Below zero there is nothing to give out. */
function whole(units: bigint): Decimal {
  return fromUnits(units < 0n ? 0n : units);
}
