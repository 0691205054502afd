/** The parameters of one request, wherever they came from: query, form body or WebSocket JSON. */
import { type Decimal, decimal } from "../../model/decimal.ts";
import { missing, Refusal } from "./refusal.ts";

/** Binance keeps eight decimals everywhere; more is -1111. */
const DECIMALS_MAX = 8;
const PLAIN_NUMBER = /^\d{1,18}(\.\d+)?$/;
const INTEGER = /^\d{1,16}$/;

export type Params = ReadonlyMap<string, string>;

/** Reads `a=1&b=2`, percent-decoded. A pair that does not decode is -1100. */
export function parseForm(
  text: string,
  into: Map<string, string> = new Map(),
): Map<string, string> {
  if (text === "") return into;
  for (const pair of text.split("&")) {
    const equals = pair.indexOf("=");
    if (equals <= 0) continue;
    into.set(pair.slice(0, equals), decoded(pair.slice(equals + 1)));
  }
  return into;
}

/** JSON values of a WebSocket request as texts, which is how they are signed. */
export function parseObject(values: Readonly<Record<string, unknown>>): Map<string, string> {
  const params = new Map<string, string>();
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && typeof value !== "object") params.set(name, String(value));
  }
  return params;
}

/** @throws {Refusal} -1102 when absent or empty. */
export function required(params: Params, name: string): string {
  const value = params.get(name);
  if (value === undefined || value === "") throw missing(name);
  return value;
}

export function optional(params: Params, name: string): string | null {
  const value = params.get(name);
  if (value === "") throw new Refusal(-1105, `Parameter '${name}' was empty.`);
  return value ?? null;
}

/** A positive decimal of at most eight decimals, or null when absent. */
export function decimalParam(params: Params, name: string): Decimal | null {
  const text = optional(params, name);
  if (text === null) return null;
  if (!PLAIN_NUMBER.test(text)) {
    throw new Refusal(
      -1100,
      `Illegal characters found in parameter '${name}'; ` +
        "legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'.",
    );
  }
  const value = decimal(text);
  const point = value.indexOf(".");
  if (point !== -1 && value.length - point - 1 > DECIMALS_MAX) {
    throw new Refusal(-1111, `Parameter '${name}' has too much precision.`);
  }
  return value;
}

export function integerParam(params: Params, name: string): number | null {
  const text = optional(params, name);
  if (text === null) return null;
  if (!INTEGER.test(text)) {
    throw new Refusal(
      -1100,
      `Illegal characters found in parameter '${name}'; legal range is '^[0-9]{1,20}$'.`,
    );
  }
  return Number(text);
}

/** `limit` with its default and ceiling; Binance cuts silently to the ceiling. */
export function limitParam(
  params: Params,
  bounds: { readonly fallback: number; readonly max: number },
): number {
  const limit = integerParam(params, "limit");
  if (limit === null) return bounds.fallback;
  if (limit === 0) throw new Refusal(-1130, "Data sent for parameter 'limit' is not valid.");
  return Math.min(limit, bounds.max);
}

function decoded(text: string): string {
  if (!text.includes("%") && !text.includes("+")) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new Refusal(-1100, "Illegal characters found in a parameter.");
  }
}
