/** Reads the parameters of a request: a query on GET, a JSON object on POST. */
import { type Decimal, decimal, isPositive } from "../../model/decimal.ts";
import { type BybitListing, type Category, listingOf } from "./listing.ts";
import { paramsError, Refusal } from "./refusal.ts";

export type Params = ReadonlyMap<string, unknown>;

const NONE: Params = new Map();
const PLAIN = /^\d{1,20}(\.\d{1,18})?$/;

export function parseQuery(query: string): Params {
  return query === "" ? NONE : new Map(new URLSearchParams(query));
}

/** @throws {Refusal} 10001. */
export function parseBody(body: string): Params {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw paramsError("the body is no JSON");
  }
  return paramsOf(value);
}

/** @throws {Refusal} 10001. */
export function paramsOf(value: unknown): Params {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw paramsError("an object is wanted");
  }
  return new Map(Object.entries(value));
}

/** Empty is not given. */
export function optional(params: Params, name: string): string | null {
  const value = params.get(name);
  if (value === undefined || value === null || value === "") return null;
  if (typeof value === "string") return value;
  throw paramsError(`${name} must be a string`);
}

export function required(params: Params, name: string): string {
  const value = optional(params, name);
  if (value === null) throw paramsError(`${name} is required`);
  return value;
}

export function oneOf(params: Params, name: string, allowed: readonly string[]): string | null {
  const value = optional(params, name);
  if (value !== null && !allowed.includes(value)) throw paramsError(`${name} invalid`);
  return value;
}

export function positive(params: Params, name: string): Decimal | null {
  const text = optional(params, name);
  if (text === null) return null;
  if (!PLAIN.test(text) || !isPositive(decimal(text))) throw paramsError(`${name} invalid`);
  return decimal(text);
}

/** From a query as text, from a body as number. */
export function integer(params: Params, name: string): number | null {
  const value = params.get(name);
  if (value === undefined || value === null || value === "") return null;
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw paramsError(`${name} invalid`);
  return number;
}

export function flag(params: Params, name: string): boolean {
  return params.get(name) === true || params.get(name) === "true";
}

/** @throws {Refusal} 10001 for a category that is not traded here. */
export function categoryOf(params: Params): Category {
  const category = required(params, "category");
  if (category === "spot" || category === "linear") return category;
  throw paramsError("Illegal category");
}

/** @throws {Refusal} 170121 on spot, 10001 of contracts. */
export function requiredListing(params: Params): BybitListing {
  const category = categoryOf(params);
  const listing = listingOf(category, required(params, "symbol"));
  if (listing !== undefined) return listing;
  throw category === "spot"
    ? new Refusal(170121, "Invalid symbol.")
    : paramsError("symbol invalid");
}

export function optionalListing(params: Params): BybitListing | null {
  return optional(params, "symbol") === null ? null : requiredListing(params);
}

export function limitOf(
  params: Params,
  { fallback, max }: { readonly fallback: number; readonly max: number },
): number {
  const limit = integer(params, "limit") ?? fallback;
  if (limit < 1) throw paramsError("limit invalid");
  return Math.min(limit, max);
}
