/** Numbers as ccxt's market structures hold them: texts, or floats where it has computed them. */
import { type Decimal, decimal } from "../../../model/decimal.ts";
import { RowError } from "../rows/fields.ts";

/**
 * The exact value of a number of ccxt. A float stands for the shortest text that reads back as
 * it, which is the text the venue sent unless that had more than 15 digits.
 *
 * @returns null where nothing is given.
 * @throws {RowError} for what is no number, and for negative ones.
 * @throws {RangeError} for more digits than a decimal has.
 */
export function exactNumber(value: unknown, field: string): Decimal | null {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value !== "string" && typeof value !== "number") {
    throw new RowError(`${field} is a ${typeof value}, not a number`);
  }
  const exact = decimal(typeof value === "string" ? withoutExponent(value, field) : value);
  if (exact.startsWith("-")) throw new RowError(`${field} is ${exact}, below zero`);
  return exact;
}

const SCIENTIFIC = /^([+-]?)(\d+)(?:\.(\d*))?[eE]([+-]?\d{1,2})$/;

/** `1e-8`, `1.5E+3`: the point is moved, so nothing is rounded. */
function withoutExponent(text: string, field: string): string {
  const match = SCIENTIFIC.exec(text);
  if (match === null) {
    if (/^[+-]?\d+(?:\.\d*)?$/.test(text)) return text.replace(/^\+|\.$/g, "");
    throw new RowError(`${field} is ${JSON.stringify(text.slice(0, 48))}, not a number`);
  }
  const [, sign = "", whole = "", fraction = "", power] = match;
  const point = whole.length + Number(power);
  const digits = whole + fraction;
  const shown = point <= 0
    ? `0.${"0".repeat(-point)}${digits}`
    : point >= digits.length
    ? digits + "0".repeat(point - digits.length)
    : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return (sign === "-" ? "-" : "") + shown;
}
