/**
 * Decimals as integers in units of 10^-18 (`toUnits`), for checks that compare sums. The amounts
 * and prices of orders repeat, and reading a text costs more than the rest of a check, so what was
 * read lately is remembered.
 */
import { type Decimal, ONE, toUnits } from "../src/model/decimal.ts";

/** As `toUnits`. */
export function units(value: Decimal): bigint {
  let known = read.get(value);
  if (known === undefined) {
    known = toUnits(value);
    if (read.size >= REMEMBERED_MAX) read.clear();
    read.set(value, known);
  }
  return known;
}

/** Of two numbers in units; what is needed is rounded up, what is credited down. */
export function product(a: bigint, b: bigint, rounding: "up" | "down"): bigint {
  const exact = a * b;
  return rounding === "down" ? exact / UNIT : (exact + UNIT - 1n) / UNIT;
}

const UNIT = toUnits(ONE);
/** Some hundred kilobytes; a grid has fewer prices. */
const REMEMBERED_MAX = 4_096;
const read = new Map<Decimal, bigint>();
