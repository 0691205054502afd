/**
 * May this order be an intent? What the kernel cannot do yet, then the market's own constraints, in
 * this order; the first that fails is the answer. Rounding happens only when the order asks for it.
 */
import {
  compare,
  type Decimal,
  floorToStep,
  isMultipleOf,
  isPositive,
  multiply,
} from "../src/model/decimal.ts";
import type { SymbolMetadata } from "../src/model/instrument.ts";
import type { StandardOrder } from "../src/model/order.ts";
import { roundToGrid, tickSizeAt } from "../src/model/price_grid.ts";

export interface Inadmissible {
  readonly code: string;
  readonly field: string;
  readonly rule: string;
  readonly actual: string;
}

export type Admission =
  | { readonly kind: "admitted"; readonly order: StandardOrder }
  | { readonly kind: "inadmissible"; readonly reason: Inadmissible };

export interface AdmissionInput {
  readonly order: StandardOrder;
  readonly market: SymbolMetadata;
  /** For the notional of a market order; null when no price is known. */
  readonly lastPrice: Decimal | null;
}

export function admit(input: AdmissionInput): Admission {
  const order = input.order.round ? rounded(input.order, input.market) : input.order;
  const reason = unsupported(order) ?? offMarket({ ...input, order });
  return reason === null ? { kind: "admitted", order } : { kind: "inadmissible", reason };
}

/** Parts of the order model that are specified but not built: refused, never ignored. */
function unsupported(order: StandardOrder): Inadmissible | null {
  const no = (code: string, field: string, actual: string): Inadmissible => ({
    code,
    field,
    rule: "is not supported yet",
    actual,
  });
  if (order.timeInForce === "DAY" || order.timeInForce === "GTD") {
    return no("TIF_UNSUPPORTED", "timeInForce", order.timeInForce);
  }
  if (order.amountType === "QUOTE") {
    return no("AMOUNT_TYPE_UNSUPPORTED", "amountType", order.amountType);
  }
  if (order.conditionalTriggers.length > 0) {
    const count = `${order.conditionalTriggers.length} triggers`;
    return no("TRIGGERS_UNSUPPORTED", "conditionalTriggers", count);
  }
  if (order.icebergQty !== null) {
    return no("ICEBERG_UNSUPPORTED", "icebergQty", order.icebergQty);
  }
  if (order.positionSide !== null) {
    return no("POSITION_SIDE_UNSUPPORTED", "positionSide", order.positionSide);
  }
  if (order.marginMode !== null) return no("MARGIN_UNSUPPORTED", "marginMode", order.marginMode);
  if (order.leverage !== null) return no("MARGIN_UNSUPPORTED", "leverage", order.leverage);
  if (order.selfTradePrevention !== null) {
    return no("STP_UNSUPPORTED", "selfTradePrevention", order.selfTradePrevention);
  }
  return null;
}

function offMarket({ order, market, lastPrice }: AdmissionInput): Inadmissible | null {
  return offAmount(order.amount, market) ??
    (order.limitPrice === null ? null : offPrice(order.limitPrice, market)) ??
    offNotional(order, market, order.limitPrice ?? lastPrice) ??
    offCapability(order, market);
}

function offAmount(
  amount: Decimal,
  { amount: rule, symbolId }: SymbolMetadata,
): Inadmissible | null {
  const bad = (code: string, text: string): Inadmissible => ({
    code,
    field: "amount",
    rule: text,
    actual: amount,
  });
  if (!isPositive(amount)) return bad("AMOUNT_NOT_POSITIVE", "must be greater than 0");
  if (compare(amount, rule.min) < 0) {
    return bad("AMOUNT_BELOW_MINIMUM", `must be at least ${rule.min} for ${symbolId}`);
  }
  if (rule.max !== null && compare(amount, rule.max) > 0) {
    return bad("AMOUNT_ABOVE_MAXIMUM", `must be at most ${rule.max} for ${symbolId}`);
  }
  if (!isMultipleOf(amount, rule.step)) {
    return bad("AMOUNT_OFF_STEP", `must be a multiple of the step ${rule.step} of ${symbolId}`);
  }
  return null;
}

function offPrice(price: Decimal, { price: rule, symbolId }: SymbolMetadata): Inadmissible | null {
  const bad = (code: string, text: string): Inadmissible => ({
    code,
    field: "limitPrice",
    rule: text,
    actual: price,
  });
  if (!isPositive(price)) return bad("PRICE_NOT_POSITIVE", "must be greater than 0");
  if (rule.min !== null && compare(price, rule.min) < 0) {
    return bad("PRICE_BELOW_MINIMUM", `must be at least ${rule.min} for ${symbolId}`);
  }
  if (rule.max !== null && isPositive(rule.max) && compare(price, rule.max) > 0) {
    return bad("PRICE_ABOVE_MAXIMUM", `must be at most ${rule.max} for ${symbolId}`);
  }
  const tickSize = tickSizeAt(price, rule);
  if (tickSize === null || isMultipleOf(price, tickSize)) return null;
  const where = rule.spacing === "DYNAMIC" ? " at this price" : "";
  const text = `must be a multiple of the tick size ${tickSize} of ${symbolId}${where}`;
  return bad("PRICE_OFF_TICK", text);
}

function offNotional(
  order: StandardOrder,
  { amount: rule, symbolId }: SymbolMetadata,
  price: Decimal | null,
): Inadmissible | null {
  if (price === null) return null;
  const notional = multiply(order.amount, price);
  const bad = (code: string, text: string): Inadmissible => ({
    code,
    field: "amount",
    rule: text,
    actual: notional,
  });
  if (rule.minNotional !== null && compare(notional, rule.minNotional) < 0) {
    const text = `amount × price must be at least ${rule.minNotional} for ${symbolId}`;
    return bad("NOTIONAL_BELOW_MINIMUM", text);
  }
  if (rule.maxNotional !== null && compare(notional, rule.maxNotional) > 0) {
    const text = `amount × price must be at most ${rule.maxNotional} for ${symbolId}`;
    return bad("NOTIONAL_ABOVE_MAXIMUM", text);
  }
  return null;
}

function offCapability(
  order: StandardOrder,
  { capabilities, symbolId }: SymbolMetadata,
): Inadmissible | null {
  const lacks = (code: string, field: string, actual: string): Inadmissible => ({
    code,
    field,
    rule: `is not available on ${symbolId}`,
    actual,
  });
  const { timeInForce } = order;
  if (capabilities.timeInForce[timeInForce] === "NO") {
    return lacks("TIF_UNSUPPORTED", "timeInForce", timeInForce);
  }
  if (order.postOnly && capabilities.postOnly === "NO") {
    return lacks("POST_ONLY_UNSUPPORTED", "postOnly", "true");
  }
  if (order.reduceOnly && capabilities.reduceOnly !== "NATIVE") {
    return lacks("REDUCE_ONLY_UNSUPPORTED", "reduceOnly", "true");
  }
  if (order.limitPrice === null && capabilities.market === "NO") {
    return lacks("MARKET_UNSUPPORTED", "limitPrice", "null");
  }
  return null;
}

/** Price away from crossing, amount down (domain.md, `round`). */
function rounded(order: StandardOrder, { amount, price }: SymbolMetadata): StandardOrder {
  const away = order.side === "BUY" ? "FLOOR" : "CEIL";
  return {
    ...order,
    amount: floorToStep(order.amount, amount.step),
    limitPrice: order.limitPrice === null ? null : roundToGrid(order.limitPrice, price, away),
  };
}

/** The message of a refusal: action, rule and value. */
export function refusalText(action: string, reason: Inadmissible): string {
  return `Cannot ${action}: ${reason.field} ${reason.rule}, got ${reason.actual}`;
}
