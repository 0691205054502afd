/**
 * Exact decimals for money. Outside: a branded string in normalised plain notation. Inside:
 * fixed point with 18 decimals on bigint, and plain integers where they are exact.
 *
 * Invariants: I1 a Decimal has one spelling only, so equal values are equal strings. I2 it has at
 * most 18 decimals and 38 digits. I3 nothing is rounded unless the call names or defaults a mode.
 */
import { z } from "zod";
import {
  type Decimal,
  type decimalBrand,
  DECIMALS_MAX,
  DIGITS_MAX,
  parseDecimal,
  shown,
} from "./decimal_text.ts";

export { type Decimal, type decimalBrand, DECIMALS_MAX, DIGITS_MAX };

/** The nine modes of decimal.js, by the same names. */
export type Rounding =
  | "UP"
  | "DOWN"
  | "CEIL"
  | "FLOOR"
  | "HALF_UP"
  | "HALF_DOWN"
  | "HALF_EVEN"
  | "HALF_CEIL"
  | "HALF_FLOOR";

/** `"0"`. */
export const ZERO: Decimal = "0" as Decimal;
/** `"1"`. */
export const ONE: Decimal = "1" as Decimal;

/**
 * Makes a Decimal from a text in plain notation, a bigint, or a number.
 *
 * A number stands for the shortest decimal text that reads back as it. Integers of 2^53 and more
 * are refused, since their last digits may already be lost.
 *
 * @returns the value in plain notation, exact; nothing is rounded.
 * @throws {RangeError} naming the value and the rule it breaks.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { decimal } from "@exchange-kernel/kernel";
 *
 * assertEquals(decimal("1.500"), "1.5");
 * assertEquals(decimal(1e-8), "0.00000001");
 * ```
 */
export function decimal(value: string | number | bigint): Decimal {
  const parsed = parseDecimal(value);
  if (parsed.kind === "refused") {
    throw new RangeError(`Cannot make a decimal: ${parsed.rule}, got ${shown(value)}`);
  }
  return parsed.value;
}

/** Takes a JSON number or string, yields a Decimal; an issue's `params.code` names the rule. */
export const DecimalSchema: z.ZodType<Decimal, unknown> = z
  .union([z.string(), z.number()], { error: "must be a decimal number or its text" })
  .transform((input, context) => {
    const parsed = parseDecimal(input);
    if (parsed.kind === "parsed") return parsed.value;
    context.issues.push({
      code: "custom",
      input,
      message: parsed.rule,
      params: { code: parsed.code },
    });
    return z.NEVER;
  });

/** The exact sum. @throws {RangeError} when the sum needs more than 38 digits. */
export function add(a: Decimal, b: Decimal): Decimal {
  if (b === ZERO) return a; // One spelling only (I1): there is nothing to write anew.
  if (a === ZERO) return b;
  const ma = mantissa(a), sa = scale;
  const mb = mantissa(b), sb = scale;
  const at = sa > sb ? sa : sb;
  const total = ma * TENS[at - sa]! + mb * TENS[at - sb]!;
  // NaN (a long operand) and any step past 2^53 fail this test; below it every step was exact.
  if (Math.abs(ma) * TENS[at - sa]! <= EXACT_MAX && Math.abs(mb) * TENS[at - sb]! <= EXACT_MAX) {
    return formatSmall(total, at);
  }
  return fromUnits(toUnits(a) + toUnits(b));
}

/** The exact difference. @throws {RangeError} when the difference needs more than 38 digits. */
export function subtract(a: Decimal, b: Decimal): Decimal {
  return add(a, negate(b));
}

/**
 * The product, rounded at the 18th decimal if it has more.
 * @throws {RangeError} when the product needs more than 38 digits.
 */
export function multiply(a: Decimal, b: Decimal, rounding: Rounding = "HALF_EVEN"): Decimal {
  const ma = mantissa(a), sa = scale;
  const mb = mantissa(b), sb = scale;
  const product = ma * mb;
  if (sa + sb <= DECIMALS_MAX && Math.abs(product) <= EXACT_MAX) {
    return formatSmall(product, sa + sb);
  }
  return fromUnits(divideUnits(toUnits(a) * toUnits(b), UNIT, rounding));
}

/**
 * The quotient, rounded at the 18th decimal.
 * @throws {RangeError} when `b` is zero or the quotient needs more than 38 digits.
 */
export function divide(a: Decimal, b: Decimal, rounding: Rounding = "HALF_EVEN"): Decimal {
  if (b === ZERO) throw new RangeError(`Cannot divide ${a} by zero`);
  return fromUnits(divideUnits(toUnits(a) * UNIT, toUnits(b), rounding));
}

/** The same magnitude with the other sign. */
export function negate(a: Decimal): Decimal {
  if (a === ZERO) return a;
  return (isNegative(a) ? a.slice(1) : "-" + a) as Decimal;
}

/** The magnitude. */
export function absolute(a: Decimal): Decimal {
  return isNegative(a) ? a.slice(1) as Decimal : a;
}

/** By value: -1 when `a` is below `b`, 1 when it is above. */
export function compare(a: Decimal, b: Decimal): -1 | 0 | 1 {
  if (a === b) return 0;
  const ma = mantissa(a), sa = scale;
  const mb = mantissa(b), sb = scale;
  const at = sa > sb ? sa : sb;
  const left = ma * TENS[at - sa]!, right = mb * TENS[at - sb]!;
  if (Math.abs(left) <= EXACT_MAX && Math.abs(right) <= EXACT_MAX) return left < right ? -1 : 1;
  return toUnits(a) < toUnits(b) ? -1 : 1;
}

/** Equality of values, which is equality of texts (I1). */
export function equals(a: Decimal, b: Decimal): boolean {
  return a === b;
}

/** Whether it is 0; there is no negative zero. */
export function isZero(a: Decimal): boolean {
  return a === ZERO;
}

/** Whether it is above 0. */
export function isPositive(a: Decimal): boolean {
  return a !== ZERO && !isNegative(a);
}

/** Whether it is below 0. */
export function isNegative(a: Decimal): boolean {
  return a.charCodeAt(0) === MINUS;
}

/** The smaller one. */
export function min(a: Decimal, b: Decimal): Decimal {
  return compare(a, b) <= 0 ? a : b;
}

/** The larger one. */
export function max(a: Decimal, b: Decimal): Decimal {
  return compare(a, b) >= 0 ? a : b;
}

/** The exact sum; 0 of an empty list. @throws {RangeError} when it needs more than 38 digits. */
export function sum(list: Iterable<Decimal>): Decimal {
  let total = ZERO;
  for (const item of list) total = add(total, item);
  return total;
}

/**
 * The largest multiple of `step` that is not above `value`; below zero that is away from zero.
 * @throws {RangeError} when `step` is not positive.
 */
export function floorToStep(value: Decimal, step: Decimal): Decimal {
  return toGrid(value, step, "FLOOR");
}

/**
 * The multiple of `tick` nearest to `value` in the sense of `rounding`.
 * @throws {RangeError} when `tick` is not positive.
 */
export function roundToTick(value: Decimal, tick: Decimal, rounding: Rounding): Decimal {
  return toGrid(value, tick, rounding);
}

/** Whether `value` is on the grid. @throws {RangeError} when `step` is not positive. */
export function isMultipleOf(value: Decimal, step: Decimal): boolean {
  return toUnits(value) % gridUnits(step) === 0n;
}

/** How many digits stand after the point, without trailing zeros: `"1.5"` has 1. */
export function decimalsOf(value: Decimal): number {
  const point = value.indexOf(".");
  return point < 0 ? 0 : value.length - point - 1;
}

/** Fixed point with 18 decimals, for loops that add many values before they show one. */
export function toUnits(value: Decimal): bigint {
  const short = mantissa(value);
  if (!Number.isNaN(short)) return BigInt(short) * TENS_BIG[DECIMALS_MAX - scale]!;
  const point = value.indexOf(".");
  if (point < 0) return BigInt(value) * UNIT;
  const decimals = value.length - point - 1;
  return BigInt(value.slice(0, point) + value.slice(point + 1)) *
    TENS_BIG[DECIMALS_MAX - decimals]!;
}

/** The inverse of `toUnits`. @throws {RangeError} when the value needs more than 38 digits. */
export function fromUnits(units: bigint): Decimal {
  const digits = (units < 0n ? -units : units).toString().padStart(DECIMALS_MAX + 1, "0");
  const point = digits.length - DECIMALS_MAX;
  let end = digits.length;
  while (end > point && digits.charCodeAt(end - 1) === DIGIT_0) end--;
  if (end > DIGITS_MAX && digits.charCodeAt(0) !== DIGIT_0) {
    throw new RangeError(
      `Cannot hold a decimal: ${end} digits are more than ${DIGITS_MAX}, got ${shown(units)} units`,
    );
  }
  const whole = digits.slice(0, point);
  const text = end === point ? whole : whole + "." + digits.slice(point, end);
  return (units < 0n ? "-" + text : text) as Decimal;
}

const MINUS = 45;
const POINT = 46;
const DIGIT_0 = 48;
const EXACT_MAX = Number.MAX_SAFE_INTEGER / 2;
/** Fifteen characters hold at most fifteen digits, which stay below EXACT_MAX. */
const SMALL_LENGTH_MAX = 15;
const TENS: readonly number[] = Array.from({ length: 19 }, (_, power) => Number(`1e${power}`));
const TENS_BIG: readonly bigint[] = Array.from({ length: 19 }, (_, power) => 10n ** BigInt(power));
/** `0.`, `0.0` and so on, by the number of zeros after the point. */
const LEADING_ZEROS: readonly string[] = Array.from(
  { length: DECIMALS_MAX },
  (_, zeros) => "0." + "0".repeat(zeros),
);
const UNIT = 10n ** BigInt(DECIMALS_MAX);

/** Second result of `mantissa`, kept here because a pair would be allocated on every call. */
let scale = 0;

/** The digits of a short Decimal as an integer, its decimals in `scale`; NaN when it is long. */
function mantissa(text: string): number {
  const length = text.length;
  scale = 0;
  if (length > SMALL_LENGTH_MAX) return NaN;
  let value = 0;
  let point = length - 1;
  const negative = text.charCodeAt(0) === MINUS;
  for (let at = negative ? 1 : 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code === POINT) point = at;
    else value = value * 10 + (code - DIGIT_0);
  }
  scale = length - 1 - point;
  return negative ? -value : value;
}

function formatSmall(value: number, decimals: number): Decimal {
  if (value === 0) return ZERO;
  let left = value;
  let places = decimals;
  while (places > 0 && left % 10 === 0) {
    left /= 10;
    places--;
  }
  if (places === 0) return String(left) as Decimal;
  const digits = String(left < 0 ? -left : left);
  const point = digits.length - places;
  const text = point > 0
    ? digits.slice(0, point) + "." + digits.slice(point)
    : LEADING_ZEROS[-point] + digits;
  return (left < 0 ? "-" + text : text) as Decimal;
}

function toGrid(value: Decimal, grid: Decimal, rounding: Rounding): Decimal {
  const size = gridUnits(grid);
  return fromUnits(divideUnits(toUnits(value), size, rounding) * size);
}

function gridUnits(grid: Decimal): bigint {
  if (!isPositive(grid)) throw new RangeError(`Cannot use ${grid} as a step: it must be positive`);
  return toUnits(grid);
}

function divideUnits(dividend: bigint, divisor: bigint, rounding: Rounding): bigint {
  const quotient = dividend / divisor;
  const rest = dividend % divisor;
  if (rest === 0n) return quotient;
  const negative = dividend < 0n !== divisor < 0n;
  if (!awayFromZero(quotient, rest, { divisor, negative, rounding })) return quotient;
  return negative ? quotient - 1n : quotient + 1n;
}

function awayFromZero(
  quotient: bigint,
  rest: bigint,
  at: { readonly divisor: bigint; readonly negative: boolean; readonly rounding: Rounding },
): boolean {
  switch (at.rounding) {
    case "UP":
      return true;
    case "DOWN":
      return false;
    case "CEIL":
      return !at.negative;
    case "FLOOR":
      return at.negative;
  }
  const twice = 2n * (rest < 0n ? -rest : rest);
  const whole = at.divisor < 0n ? -at.divisor : at.divisor;
  if (twice !== whole) return twice > whole;
  switch (at.rounding) {
    case "HALF_UP":
      return true;
    case "HALF_DOWN":
      return false;
    case "HALF_EVEN":
      return quotient % 2n !== 0n;
    case "HALF_CEIL":
      return !at.negative;
    case "HALF_FLOOR":
      return at.negative;
  }
}
