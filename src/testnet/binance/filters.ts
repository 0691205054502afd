/**
 * The symbol filters, checked before the engine sees an order, in the order the exchange does.
 * Source: developers.binance.com, "Filters".
 */
import {
  compare,
  type Decimal,
  decimal,
  isMultipleOf,
  multiply,
  subtract,
  ZERO,
} from "../../model/decimal.ts";
import type { Side } from "../../model/order.ts";
import type { BinanceListing } from "./listing.ts";
import { filterFailure } from "./refusal.ts";

/** PERCENT_PRICE_BY_SIDE as published for BTCUSDT: a limit between a fifth and five times. */
export const MULTIPLIER_UP = decimal("5");
export const MULTIPLIER_DOWN = decimal("0.2");
/** MAX_NUM_ORDERS as published for spot pairs. */
export const OPEN_ORDERS_MAX = 200;

export interface FilterInput {
  readonly side: Side;
  readonly price: Decimal | null;
  readonly quantity: Decimal | null;
  readonly quoteQuantity: Decimal | null;
  /** What the percentage band and a market order's notional are measured by; null: no price yet. */
  readonly lastPrice: Decimal | null;
  readonly openOrders: number;
  readonly openOrdersMax: number;
}

/** @throws {Refusal} -1013 naming the first filter that fails. */
export function checkFilters(listing: BinanceListing, order: FilterInput): void {
  if (order.price !== null) {
    checkPrice(listing, order.price);
    checkPercentPrice(order.price, order.lastPrice);
  }
  if (order.quantity !== null) {
    checkQuantity(listing, order.quantity);
    if (order.price === null) checkMarketQuantity(listing, order.quantity);
  }
  checkNotional(listing, order);
  if (order.price !== null && order.openOrders >= order.openOrdersMax) {
    throw filterFailure("MAX_NUM_ORDERS");
  }
}

/** @throws {Refusal} -1013 PRICE_FILTER. */
function checkPrice(listing: BinanceListing, price: Decimal): void {
  if (
    compare(price, listing.minPrice) < 0 || compare(price, listing.maxPrice) > 0 ||
    !isMultipleOf(subtract(price, listing.minPrice), listing.tickSize)
  ) throw filterFailure("PRICE_FILTER");
}

function checkPercentPrice(price: Decimal, last: Decimal | null): void {
  if (last === null) return;
  if (
    compare(price, multiply(last, MULTIPLIER_UP)) > 0 ||
    compare(price, multiply(last, MULTIPLIER_DOWN)) < 0
  ) throw filterFailure("PERCENT_PRICE_BY_SIDE");
}

/** @throws {Refusal} -1013 LOT_SIZE. */
function checkQuantity(listing: BinanceListing, quantity: Decimal): void {
  if (
    compare(quantity, listing.minQty) < 0 || compare(quantity, listing.maxQty) > 0 ||
    !isMultipleOf(subtract(quantity, listing.minQty), listing.stepSize)
  ) throw filterFailure("LOT_SIZE");
}

/** A step of 0 is published for MARKET_LOT_SIZE, so only the ceiling is left to check. */
function checkMarketQuantity(listing: BinanceListing, quantity: Decimal): void {
  if (compare(quantity, listing.marketMaxQty) > 0) throw filterFailure("MARKET_LOT_SIZE");
}

function checkNotional(listing: BinanceListing, order: FilterInput): void {
  const notional = notionalOf(order);
  if (notional === null) return;
  const isMarket = order.price === null;
  if (
    compare(notional, listing.minNotional) < 0 ||
    // applyMaxToMarket is false in what is published.
    (!isMarket && compare(notional, listing.maxNotional) > 0)
  ) throw filterFailure("NOTIONAL");
}

function notionalOf(order: FilterInput): Decimal | null {
  if (order.quoteQuantity !== null) return order.quoteQuantity;
  const price = order.price ?? order.lastPrice;
  return price === null ? null : multiply(price, order.quantity ?? ZERO);
}
