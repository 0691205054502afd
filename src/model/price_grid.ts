/**
 * Which prices a market takes. Invariants: I1 a rounded price is on the grid, and no other price
 * of the grid lies between it and the given one. I2 a price on the grid is rounded to itself.
 */
import {
  compare,
  type Decimal,
  decimal,
  decimalsOf,
  floorToStep,
  fromUnits,
  isMultipleOf,
  isPositive,
  max,
  ONE,
  roundToTick,
  subtract,
  ZERO,
} from "./decimal.ts";
import type { PriceConstraints } from "./instrument.ts";

/**
 * The tick size that rules at a price; null where every price is taken. Integers are always on
 * the grid of significant digits (Hyperliquid, "Tick and lot size", read 2026-11-21: "Integer prices
 * are always allowed, regardless of the number of significant figures").
 */
export function tickSizeAt(price: Decimal, rule: PriceConstraints): Decimal | null {
  if (rule.spacing === "CONTINUOUS") return null;
  if (rule.spacing === "FIXED") return rule.tickSize;
  if (rule.bands.length > 0) return stretchesOf(rule)[stretchAt(price, rule)]!.tickSize;
  return rule.significantDigits === null
    ? rule.tickSize
    // Both are powers of ten, so the multiples of the larger one are multiples of the other.
    : max(rule.tickSize, digitTick(price, rule.significantDigits));
}

/** Whether the market takes the price, its bounds aside. */
export function isOnGrid(price: Decimal, rule: PriceConstraints): boolean {
  const tick = tickSizeAt(price, rule);
  return tick === null || isMultipleOf(price, tick);
}

/**
 * The nearest price of the grid that is not above (`FLOOR`) or not below (`CEIL`) the given one.
 *
 * @param price not negative.
 */
export function roundToGrid(
  price: Decimal,
  rule: PriceConstraints,
  rounding: "FLOOR" | "CEIL",
): Decimal {
  if (rule.spacing === "DYNAMIC" && rule.bands.length > 0) {
    return rounding === "FLOOR" ? floorInBands(price, rule) : ceilInBands(price, rule);
  }
  // A power of ten is a multiple of the finer ticks below it, so none is crossed unseen.
  const tick = tickSizeAt(price, rule);
  return tick === null ? price : roundToTick(price, tick, rounding);
}

/** Only such a tick size goes together with significant digits. */
export function isPowerOfTen(tickSize: Decimal): boolean {
  return /^(?:10*|0\.0*1)$/.test(tickSize);
}

interface Stretch {
  readonly from: Decimal;
  readonly tickSize: Decimal;
}

/** Below the first band the market's own tick size rules. */
function stretchesOf({ bands, tickSize }: PriceConstraints): readonly Stretch[] {
  return bands[0]?.from === ZERO ? bands : [{ from: ZERO, tickSize }, ...bands];
}

function stretchAt(price: Decimal, rule: PriceConstraints): number {
  const at = stretchesOf(rule).findLastIndex(({ from }) => compare(from, price) <= 0);
  return Math.max(at, 0);
}

function floorInBands(price: Decimal, rule: PriceConstraints): Decimal {
  const stretches = stretchesOf(rule);
  let below = price;
  for (let at = stretchAt(price, rule); at >= 0; at--) {
    const { from, tickSize } = stretches[at]!;
    const floor = floorToStep(below, tickSize);
    if (compare(floor, from) >= 0) return floor;
    below = subtract(from, FINEST);
  }
  return ZERO;
}

function ceilInBands(price: Decimal, rule: PriceConstraints): Decimal {
  const stretches = stretchesOf(rule);
  let above = price;
  for (let at = stretchAt(price, rule);; at++) {
    const ceiling = roundToTick(above, stretches[at]!.tickSize, "CEIL");
    const next = stretches[at + 1];
    if (next === undefined || compare(ceiling, next.from) < 0) return ceiling;
    above = next.from;
  }
}

/** The step between prices of so many digits, and never more than one. */
function digitTick(price: Decimal, digits: number): Decimal {
  if (!isPositive(price)) return FINEST;
  const point = price.indexOf(".");
  const whole = point < 0 ? price.length : point;
  if (!price.startsWith("0.")) return tenth(digits - whole);
  const zeros = /^0\.(0*)/.exec(price)![1]!.length;
  return tenth(Math.min(zeros + digits, decimalsOf(FINEST)));
}

function tenth(places: number): Decimal {
  return places <= 0 ? ONE : decimal(`0.${"0".repeat(places - 1)}1`);
}

/** The least positive decimal. */
const FINEST: Decimal = fromUnits(1n);
