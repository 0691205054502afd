/** Reading decimals: which texts and numbers stand for one, and its one spelling. */

/** Marks texts that a constructor here has made. It exists in types only, never at run time. */
export declare const decimalBrand: unique symbol;

/** Plain notation, normalised: `"0.00000001"`, never `1e-8`, `1.50` or `-0`. */
export type Decimal = string & { readonly [decimalBrand]: "Decimal" };

/** 18, because the finest unit any listed asset uses is the wei. More decimals are refused. */
export const DECIMALS_MAX = 18;
/** 38: 20 integer digits beside 18 decimals hold every supply there is. More: RangeError. */
export const DIGITS_MAX = 38;

export type Parsed =
  | { readonly kind: "parsed"; readonly value: Decimal }
  | { readonly kind: "refused"; readonly code: string; readonly rule: string };

/** Never throws. */
export function parseDecimal(value: string | number | bigint): Parsed {
  if (typeof value === "bigint") return parseText(value.toString());
  if (typeof value === "string") return parseText(value);
  if (!Number.isFinite(value)) return refused("DECIMAL_NOT_FINITE", "must be finite");
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    return refused("DECIMAL_INEXACT", "must be written as text from 2^53 on, to keep its digits");
  }
  if (value !== 0 && Math.abs(value) < 1e-18) {
    return refused("DECIMAL_TOO_FINE", `must have at most ${DECIMALS_MAX} decimals`);
  }
  return parseText(expanded(String(value)));
}

/** As an error message quotes it. */
export function shown(value: string | number | bigint): string {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length <= 64 ? text : `${text.slice(0, 48)}… (${text.length} characters)`;
}

const POINT = 46;
const DIGIT_0 = 48;
const DIGIT_9 = 57;
/** Most of what venues send; the rest is read by its pattern. */
const SHORT_LENGTH_MAX = 15;
/** Longer texts are refused unread, whatever zeros they are padded with. */
const TEXT_LENGTH_MAX = 128;
const PLAIN = /^(-?)0*(\d+?)(?:\.(?=\d)(\d*?)0*)?$/;
const EXPONENT = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/;

/** `1.5e-7` is how JavaScript writes the number 0.00000015; large exponents were refused before. */
function expanded(text: string): string {
  const match = EXPONENT.exec(text);
  if (match === null) return text;
  const [, sign, lead, rest = "", power] = match;
  return `${sign}0.${"0".repeat(Number(power) - 1)}${lead}${rest}`;
}

function parseText(text: string): Parsed {
  const short = shortDecimal(text);
  if (short !== null) return { kind: "parsed", value: short };
  if (text.length > TEXT_LENGTH_MAX) {
    return refused("DECIMAL_TOO_LONG", `must have at most ${DIGITS_MAX} significant digits`);
  }
  const match = PLAIN.exec(text);
  if (match === null) {
    return refused("DECIMAL_NOT_PLAIN", "must be a plain decimal number such as 0.015");
  }
  const [, sign, whole = "0", fraction = ""] = match;
  if (fraction.length > DECIMALS_MAX) {
    return refused("DECIMAL_TOO_FINE", `must have at most ${DECIMALS_MAX} decimals`);
  }
  const digits = whole === "0" ? fraction.length : whole.length + fraction.length;
  if (digits > DIGITS_MAX) {
    return refused("DECIMAL_TOO_LONG", `must have at most ${DIGITS_MAX} significant digits`);
  }
  if (whole === "0" && fraction === "") return { kind: "parsed", value: "0" as Decimal };
  const plain = fraction === "" ? whole : whole + "." + fraction;
  return { kind: "parsed", value: (sign + plain) as Decimal };
}

/**
 * The Decimal of a short plain text, by one walk over it: what venues send is nearly always one.
 * Null says nothing of the text but that it is to be read in full.
 */
function shortDecimal(text: string): Decimal | null {
  const length = text.length;
  if (length > SHORT_LENGTH_MAX) return null;
  let point = length;
  /** After the last digit that counts. */
  let end = 0;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code === POINT && point === length) point = at;
    else if (code < DIGIT_0 || code > DIGIT_9) return null;
    else if (code !== DIGIT_0 || at < point) end = at + 1;
  }
  // No digit on one side of the point, or a zero before others.
  if (point === 0 || point === length - 1) return null;
  if (text.charCodeAt(0) === DIGIT_0 && point > 1) return null;
  return (end === length ? text : text.slice(0, end)) as Decimal;
}

function refused(code: string, rule: string): Parsed {
  return { kind: "refused", code, rule };
}
