/**
 * Canonical symbols: `BASE/QUOTE` is spot, `BASE/QUOTE:PERP`, `BASE/QUOTE:FUT:YYYYMMDD`,
 * `BASE/QUOTE:OPT:C:STRIKE:YYYYMMDD` (`P` for puts). Where the settle asset is not the quote,
 * `@SETTLE` follows. One instrument has one spelling: reading and writing it again changes nothing.
 */
import { z } from "zod";
import { type Decimal, decimal, isPositive } from "./decimal.ts";
import { ASSET_LENGTH_MAX, SYMBOL_LENGTH_MAX } from "./limits.ts";
import { refuse } from "./schema.ts";

/** What every symbol starts with. */
export interface CurrencyPair {
  readonly base: string;
  readonly quote: string;
}

/** What every contract has besides. */
export interface DerivativePair extends CurrencyPair {
  /** The quote, unless the symbol says otherwise. */
  readonly settle: string;
}

/** A day in UTC as `YYYYMMDD`. */
export type ExpiryDay = string;

/** A symbol taken apart. */
export type CanonicalSymbol =
  | CurrencyPair & { readonly kind: "SPOT" }
  | DerivativePair & { readonly kind: "PERP" }
  | DerivativePair & { readonly kind: "FUT"; readonly expiry: ExpiryDay }
  | DerivativePair & {
    readonly kind: "OPT";
    readonly right: "C" | "P";
    readonly strike: Decimal;
    readonly expiry: ExpiryDay;
  };

/** What a name stands for at one venue: canonical, the venue's own, or ccxt's. */
export type SymbolResolution =
  /** One instrument that the venue lists now. */
  | { readonly kind: "listed"; readonly symbolId: string }
  /** One that it listed: orders of it can still be read and canceled. */
  | { readonly kind: "delisted"; readonly symbolId: string }
  /** Several instruments; `candidates` are names that fit one each, at most eight of them. */
  | { readonly kind: "ambiguous"; readonly candidates: readonly string[] }
  | { readonly kind: "unknown" };

/**
 * Takes a canonical symbol apart.
 *
 * @returns null for anything that is not exactly the canonical spelling of one instrument.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseSymbol("BTC/USD:PERP@BTC"), {
 *   kind: "PERP",
 *   base: "BTC",
 *   quote: "USD",
 *   settle: "BTC",
 * });
 * ```
 */
export function parseSymbol(text: string): CanonicalSymbol | null {
  if (text.length > SYMBOL_LENGTH_MAX) return null;
  const match = SYMBOL.exec(text);
  if (match === null) return null;
  const [, base = "", quote = "", contract, settle] = match;
  const pair = { base, quote };
  if ([base, quote, settle ?? ""].some((asset) => asset.length > ASSET_LENGTH_MAX)) return null;
  if (contract === undefined) return settle === undefined ? { kind: "SPOT", ...pair } : null;
  if (settle === quote) return null;
  return parseContract(contract, { ...pair, settle: settle ?? quote });
}

/** The inverse of `parseSymbol`. */
export function formatSymbol(symbol: CanonicalSymbol): string {
  const pair = `${symbol.base}/${symbol.quote}`;
  if (symbol.kind === "SPOT") return pair;
  const settle = symbol.settle === symbol.quote ? "" : `@${symbol.settle}`;
  switch (symbol.kind) {
    case "PERP":
      return `${pair}:PERP${settle}`;
    case "FUT":
      return `${pair}:FUT:${symbol.expiry}${settle}`;
    case "OPT":
      return `${pair}:OPT:${symbol.right}:${symbol.strike}:${symbol.expiry}${settle}`;
  }
}

/** A text that is a canonical symbol; code `SYMBOL_NOT_CANONICAL`. */
export const CanonicalSymbolSchema: z.ZodType<string, unknown> = z.string().superRefine(
  (text, context) => {
    if (parseSymbol(text) !== null) return;
    refuse(context, {
      code: "SYMBOL_NOT_CANONICAL",
      message: "must be a canonical symbol such as BTC/USDT or BTC/USDT:PERP",
    });
  },
);

/** Venues list assets in any script, so only the separators, space and controls are excluded. */
const SYMBOL = new RegExp(
  "^([^/:@\\s\\p{C}]+)/([^/:@\\s\\p{C}]+)" +
    "(?::([A-Z]+(?::[0-9A-Z.:]+)?))?(?:@([^/:@\\s\\p{C}]+))?$",
  "u",
);
const DAY = /^\d{8}$/;
const PLAIN = /^\d+(?:\.\d+)?$/;

function parseContract(contract: string, pair: DerivativePair): CanonicalSymbol | null {
  const parts = contract.split(":");
  const [kind] = parts;
  if (kind === "PERP" && parts.length === 1) return { kind, ...pair };
  if (kind === "FUT" && parts.length === 2) {
    const expiry = parts[1]!;
    return isDay(expiry) ? { kind, ...pair, expiry } : null;
  }
  if (kind !== "OPT" || parts.length !== 4) return null;
  const [, right, strikeText, expiry] = parts as [string, string, string, string];
  const strike = parseStrike(strikeText);
  if ((right !== "C" && right !== "P") || strike === null || !isDay(expiry)) return null;
  return { kind, ...pair, right, strike, expiry };
}

function parseStrike(text: string): Decimal | null {
  if (!PLAIN.test(text) || text.length > 38) return null;
  const [, fraction = ""] = text.split(".");
  if (fraction.length > 18) return null;
  const strike = decimal(text);
  return strike === text && isPositive(strike) ? strike : null;
}

function isDay(text: string): boolean {
  if (!DAY.test(text)) return false;
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(4, 6));
  const day = Number(text.slice(6, 8));
  if (year < 1970 || month < 1 || month > 12 || day < 1) return false;
  return day <= daysIn(month, year);
}

function daysIn(month: number, year: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (month === 2) return leap ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
