/** Reads the parameters of a request: a query on GET, a JSON object on POST. */
import { type Decimal, decimal, isPositive } from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import { invalidArgument } from "./refusal.ts";

/** Lists come as repeated names of a query, and as lists of a body. */
export type Params = Readonly<Record<string, unknown>>;

const PLAIN = /^\d{1,20}(\.\d{1,18})?$/;

export function parseQuery(query: string): Params {
  const params: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(query)) (params[name] ??= []).push(value);
  return params;
}

/** @throws {Refusal} INVALID_ARGUMENT. */
export function parseBody(body: string): Params {
  try {
    return objectOf(JSON.parse(body));
  } catch {
    throw invalidArgument("the request body is no JSON object");
  }
}

/** @throws {Refusal} INVALID_ARGUMENT. */
export function objectOf(value: unknown): Params {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw invalidArgument("an object is expected");
}

/** Of a query the first of its name; empty is not given. */
export function optional(params: Params, name: string): string | null {
  const value = params[name];
  const text = Array.isArray(value) ? value[0] : value;
  return typeof text === "string" && text !== "" ? text : null;
}

/** @throws {Refusal} INVALID_ARGUMENT when it is missing. */
export function required(params: Params, name: string): string {
  const value = optional(params, name);
  if (value === null) throw invalidArgument(`${name} is required`);
  return value;
}

export function listOf(params: Params, name: string): readonly string[] {
  const value = params[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** Null for what is no positive number. */
export function positiveOf(params: Params, name: string): Decimal | null {
  const text = optional(params, name);
  return text !== null && PLAIN.test(text) && isPositive(decimal(text)) ? decimal(text) : null;
}

/** A text of RFC 3339. @throws {Refusal} INVALID_ARGUMENT. */
export function timeOf(params: Params, name: string): EpochMs | null {
  const text = optional(params, name);
  if (text === null) return null;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw invalidArgument(`${name} is no time`);
  return time;
}

/** Seconds. @throws {Refusal} INVALID_ARGUMENT. */
export function secondsOf(params: Params, name: string): EpochMs {
  const text = required(params, name);
  if (!/^\d{1,11}$/.test(text)) throw invalidArgument(`${name} is no time in seconds`);
  return Number(text) * 1_000;
}

export function limitOf(
  params: Params,
  { fallback, max }: { readonly fallback: number; readonly max: number },
): number {
  const text = optional(params, "limit");
  if (text === null) return fallback;
  if (!/^\d{1,9}$/.test(text)) throw invalidArgument("limit is no number");
  return Math.min(Number(text) || fallback, max);
}
