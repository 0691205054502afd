/** Parameters of one request: of the query, of a JSON body, or of one `args` entry. */
import { type Decimal, decimal, isPositive } from "../../model/decimal.ts";
import { emptyParameter, parameterError, Refusal } from "./refusal.ts";

export type Params = Readonly<Record<string, unknown>>;

const PLAIN = /^\d{1,18}(\.\d{1,18})?$/;
const INTEGER = /^\d{1,16}$/;

export function readQuery(query: string): Params {
  return Object.fromEntries(new URLSearchParams(query));
}

/** One order's parameters or a list of them. @throws {Refusal} 50000 or 50002. */
export function readBody(body: string): readonly Params[] {
  if (body === "") throw new Refusal("50000", "Body for POST request cannot be empty.", 400);
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Refusal("50002", "JSON syntax error", 400);
  }
  const list = Array.isArray(value) ? value : [value];
  if (list.every((each) => typeof each === "object" && each !== null)) return list;
  throw new Refusal("50002", "JSON syntax error", 400);
}

/** Null where it is absent or empty. */
export function optional(params: Params, name: string): string | null {
  const value = params[name];
  if (value === undefined || value === null || value === "") return null;
  if (typeof value === "object") throw parameterError(name);
  return String(value);
}

/** @throws {Refusal} 50014. */
export function required(params: Params, name: string): string {
  const value = optional(params, name);
  if (value === null) throw emptyParameter(name);
  return value;
}

/** A positive amount, or null where none is given. @throws {Refusal} 51000. */
export function amount(params: Params, name: string): Decimal | null {
  const text = optional(params, name);
  if (text === null) return null;
  if (!PLAIN.test(text)) throw parameterError(name);
  const value = decimal(text);
  if (!isPositive(value)) throw parameterError(name);
  return value;
}

/** A time in ms or a count; null where none is given. @throws {Refusal} 51000. */
export function integer(params: Params, name: string): number | null {
  const text = optional(params, name);
  if (text === null) return null;
  if (!INTEGER.test(text)) throw parameterError(name);
  return Number(text);
}

/** `limit`: the most there can be unless fewer are asked for. */
export function limitOf(params: Params, max: number): number {
  return Math.min(integer(params, "limit") ?? max, max);
}
