/**
 * Reads the parameters of a request: a query, a form, or the object of a WebSocket request. Amounts
 * of the latter are numbers, whose digits are taken from the text.
 */
import { type Decimal, decimal, isPositive } from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import { invalid } from "./refusal.ts";

/** By name; every value as it was written. */
export type Params = ReadonlyMap<string, string>;

const PLAIN = /^\d{1,20}(\.\d{1,18})?$/;

export function parseForm(text: string): Params {
  return new Map(new URLSearchParams(text));
}

/** Empty is not given. */
export function optional(params: Params, name: string): string | null {
  const value = params.get(name);
  return value === undefined || value === "" ? null : value;
}

export function required(params: Params, name: string): string {
  const value = optional(params, name);
  if (value === null) throw invalid(name);
  return value;
}

export function oneOf(params: Params, name: string, allowed: readonly string[]): string | null {
  const value = optional(params, name);
  if (value !== null && !allowed.includes(value)) throw invalid(name);
  return value;
}

export function positive(params: Params, name: string): Decimal | null {
  const text = optional(params, name);
  if (text === null) return null;
  if (!PLAIN.test(text) || !isPositive(decimal(text))) throw invalid(name);
  return decimal(text);
}

export function whole(params: Params, name: string): number | null {
  const text = optional(params, name);
  if (text === null) return null;
  if (!/^\d{1,15}$/.test(text)) throw invalid(name);
  return Number(text);
}

/** Seconds with a fraction. */
export function seconds(params: Params, name: string): EpochMs | null {
  const text = optional(params, name);
  if (text === null) return null;
  if (!PLAIN.test(text)) throw invalid(name);
  return Number(text) * 1_000;
}

export function flag(params: Params, name: string): boolean {
  return params.get(name) === "true" || params.get(name) === "1";
}
