/** The venue's rules on a single order, checked before anything of the engine changes. */
import { type Decimal, isMultipleOf, isPositive, toUnits } from "../../model/decimal.ts";
import { tickSizeAt } from "../../model/price_grid.ts";
import type { Market } from "./market.ts";
import type { NewOrder, RejectCode, Rejection } from "./messages.ts";
import { notional } from "./units.ts";

/** The longest any venue takes is 64; ours have 32. */
const CLIENT_ORDER_ID_LENGTH_MAX = 64;

export function rejected(code: RejectCode, message: string): Rejection {
  return { kind: "rejected", code, message };
}

/** Combinations that mean nothing, whatever the symbol. */
export function checkShape(order: NewOrder): Rejection | null {
  const invalid = (rule: string) => rejected("INVALID_ORDER", `Cannot place order: ${rule}`);
  const price = order.price ?? null;
  const byQuote = (order.quoteQuantity ?? null) !== null;
  if (byQuote === ((order.quantity ?? null) !== null)) {
    return invalid("exactly one of quantity and quoteQuantity must be given");
  }
  if (order.type === "LIMIT" && price === null) return invalid("a LIMIT order needs a price");
  if (order.type === "LIMIT" && byQuote) return invalid("quoteQuantity needs type MARKET");
  if (order.type === "MARKET" && price !== null) return invalid("a MARKET order has no price");
  if (order.postOnly === true && (order.type === "MARKET" || isImmediate(order))) {
    return invalid("postOnly needs type LIMIT and timeInForce GTC");
  }
  const id = order.clientOrderId;
  if (id !== undefined && (id.length === 0 || id.length > CLIENT_ORDER_ID_LENGTH_MAX)) {
    return invalid(`clientOrderId must have 1 to ${CLIENT_ORDER_ID_LENGTH_MAX} characters`);
  }
  return null;
}

/** Only contracts have positions, and only a quantity can be compared with one. */
export function checkReduceOnly(order: NewOrder, market: Market): Rejection | null {
  if (order.reduceOnly !== true) return null;
  const invalid = (rule: string) => rejected("INVALID_ORDER", `Cannot place order: ${rule}`);
  if (!market.isContract || market.settlement === "option") {
    return invalid(`reduceOnly needs a perpetual or future, ${market.symbolId} is none`);
  }
  return (order.quoteQuantity ?? null) === null ? null : invalid("reduceOnly needs a quantity");
}

/** What quote units would buy of these is not counted here. */
export function checkUnit(order: NewOrder, { settlement, symbolId }: Market): Rejection | null {
  if ((order.quoteQuantity ?? null) === null) return null;
  if (settlement !== "inverse" && settlement !== "option") return null;
  return rejected("INVALID_ORDER", `Cannot place order: ${symbolId} takes a quantity alone`);
}

export function checkPrice(market: Market, price: Decimal): Rejection | null {
  const refuse = (rule: string) =>
    rejected("FILTER_PRICE", `Cannot take price ${price} of ${market.symbolId}: ${rule}`);
  if (!isPositive(price)) return refuse("it must be positive");
  const rules = market.metadata.price;
  const units = toUnits(price);
  if (rules.min !== null && units < toUnits(rules.min)) return refuse(`minimum is ${rules.min}`);
  if (rules.max !== null && units > toUnits(rules.max)) return refuse(`maximum is ${rules.max}`);
  const tick = tickSizeAt(price, rules);
  return tick === null || isMultipleOf(price, tick) ? null : refuse(`off the tick size ${tick}`);
}

export function checkQuantity(market: Market, quantity: Decimal): Rejection | null {
  const refuse = (rule: string) =>
    rejected("FILTER_LOT_SIZE", `Cannot take quantity ${quantity} of ${market.symbolId}: ${rule}`);
  if (!isPositive(quantity)) return refuse("it must be positive");
  const rules = market.metadata.amount;
  const units = toUnits(quantity);
  if (units < toUnits(rules.min)) return refuse(`minimum is ${rules.min}`);
  if (rules.max !== null && units > toUnits(rules.max)) return refuse(`maximum is ${rules.max}`);
  return units % market.step === 0n ? null : refuse(`off the step size ${rules.step}`);
}

/** @param price null values the quantity at the last price, as for MARKET orders. */
export function checkNotional(
  market: Market,
  price: Decimal | null,
  quantity: Decimal,
): Rejection | null {
  const at = price === null ? market.last : toUnits(price);
  if (at === null) return null;
  // An inverse contract is counted in quote units.
  const units = toUnits(quantity);
  return checkValue(market, market.settlement === "inverse" ? units : notional(at, units));
}

/** A MARKET order by quote quantity: the quantity is the notional. */
export function checkQuoteQuantity(market: Market, quoteQuantity: Decimal): Rejection | null {
  if (isPositive(quoteQuantity)) return checkValue(market, toUnits(quoteQuantity));
  return rejected(
    "FILTER_NOTIONAL",
    `Cannot take quoteQuantity ${quoteQuantity} of ${market.symbolId}: it must be positive`,
  );
}

function checkValue(market: Market, value: bigint): Rejection | null {
  const { minNotional, maxNotional } = market.metadata.amount;
  const refuse = (rule: string) =>
    rejected("FILTER_NOTIONAL", `Cannot take order on ${market.symbolId}: notional ${rule}`);
  if (minNotional !== null && value < toUnits(minNotional)) {
    return refuse(`is below the minimum ${minNotional}`);
  }
  if (maxNotional !== null && value > toUnits(maxNotional)) {
    return refuse(`is above the maximum ${maxNotional}`);
  }
  return null;
}

function isImmediate(order: NewOrder): boolean {
  return order.timeInForce === "IOC" || order.timeInForce === "FOK";
}
