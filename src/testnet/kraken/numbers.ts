/**
 * Amounts as Kraken writes them: with all decimals of the pair, as texts over REST and as numbers
 * over its WebSocket, where a float would lose digits.
 */
import { type Decimal, floorToStep } from "../../model/decimal.ts";
import { decimal } from "../../model/decimal.ts";

/** What follows is a number: no text of a client can begin so after JSON has escaped it. */
const MARK = "\u0001";
const MARKED = /"\\u0001(-?\d+(?:\.\d+)?)"/g;

/** `1.5` with four decimals is `1.5000`; digits beyond are cut. */
export function fixed(value: Decimal, decimals: number): string {
  const step = decimals === 0 ? "1" : `0.${"0".repeat(decimals - 1)}1`;
  const [whole = "", fraction = ""] = floorToStep(value, decimal(step)).split(".");
  return decimals === 0 ? whole : `${whole}.${fraction.padEnd(decimals, "0")}`;
}

/** To be written as a number by `frameText`. */
export function numeric(value: Decimal, decimals: number): string {
  return MARK + fixed(value, decimals);
}

/** JSON with its numbers digit by digit. */
export function frameText(value: unknown): string {
  return JSON.stringify(value).replace(MARKED, "$1");
}
