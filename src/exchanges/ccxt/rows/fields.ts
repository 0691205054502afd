/** Reading a venue's JSON field by field: exact text in, a named error out. Nothing is guessed. */
import { type Decimal, decimal } from "../../../model/decimal.ts";
import { VENUE_ID_LENGTH_MAX } from "../../../model/limits.ts";
import type { EpochMs } from "../../../model/scalars.ts";

export type Row = Readonly<Record<string, unknown>>;

/** A row or frame that is not what the venue documents. Names the field, never the whole row. */
export class RowError extends Error {
  override readonly name = "RowError";
}

export function asRow(value: unknown): Row {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RowError(`expected an object, got ${kindOf(value)}`);
  }
  return value as Row; // Fields stay unknown until one of the readers below has checked them.
}

export function asRows(value: unknown, rowsMax: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new RowError(`expected a list, got ${kindOf(value)}`);
  if (value.length > rowsMax) throw new RowError(`${value.length} rows are more than ${rowsMax}`);
  return value;
}

export function textOf(row: Row, field: string): string {
  const value = row[field];
  if (typeof value !== "string") throw new RowError(`${field} is ${kindOf(value)}, not a text`);
  return value;
}

/** Absent, null and empty are all "not given". */
export function optionalText(row: Row, field: string): string | null {
  const value = row[field];
  if (value === undefined || value === null || value === "") return null;
  return textOf(row, field);
}

/** A header that counts; null when it is absent or no whole number. */
export function countOf(headers: Headers, name: string): number | null {
  const text = headers.get(name);
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Amounts and prices come as texts; a JSON number may already have lost digits. */
export function decimalOf(row: Row, field: string): Decimal {
  return decimal(textOf(row, field));
}

/** An id as text. A number is taken only where JavaScript holds it exactly. */
export function idOf(row: Row, field: string): string {
  const value = row[field];
  if (typeof value === "string" && value !== "" && value.length <= VENUE_ID_LENGTH_MAX) {
    return value;
  }
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  throw new RowError(`${field} is ${kindOf(value)}, not an id`);
}

export function timeOf(row: Row, field: string): EpochMs {
  const value = row[field];
  const time = typeof value === "string" ? Number(value) : value;
  if (typeof time !== "number" || !Number.isSafeInteger(time) || time < 0) {
    throw new RowError(`${field} is ${kindOf(value)}, not a time in milliseconds`);
  }
  return time;
}

/** RFC 3339 in UTC with up to nine decimals, `2023-01-18T01:37:38.091377090Z`: cut to the ms. */
export function isoTimeOf(row: Row, field: string): EpochMs {
  const text = textOf(row, field);
  const [, seconds, decimals = ""] = ISO_TIME.exec(text) ?? [];
  const time = seconds === undefined
    ? NaN
    : Date.parse(`${seconds}.${decimals.slice(0, 3).padEnd(3, "0")}Z`);
  if (Number.isNaN(time)) throw new RowError(`${field} is a text, not a time`);
  return Math.max(0, time); // Year 1 stands for "never".
}

const ISO_TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?Z$/;

export function flagOf(row: Row, field: string): boolean {
  const value = row[field];
  if (typeof value !== "boolean") throw new RowError(`${field} is ${kindOf(value)}, not a flag`);
  return value;
}

/** @throws {SyntaxError} when it is no JSON. Integers too long for a number become texts. */
export function parseJson(text: string): unknown {
  return JSON.parse(LONG_INTEGER.test(text) ? text.replace(LONG_INTEGERS, ':"$1"') : text);
}

const LONG_INTEGER = /:\s*-?\d{16,}\s*[,}\]]/;
const LONG_INTEGERS = /:\s*(-?\d{16,})(?=\s*[,}\]])/g;

function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
