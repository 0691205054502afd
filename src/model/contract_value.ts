/**
 * What quantities of contracts are worth in the asset they are settled in. All numbers are in units
 * of 10^-18 (`toUnits`).
 *
 * Linear: base units, worth price × quantity of the quote. Inverse: quote units, worth quantity ÷
 * price of the base, so that profit is quantity × (1/entry − 1/exit). Options: base units of the
 * underlying, paid for with price × quantity of the base.
 */
import { DECIMALS_MAX } from "./decimal.ts";
import type { Side } from "./order.ts";
import type { CanonicalSymbol } from "./symbol.ts";

/** How a contract is counted and paid. */
export type ContractKind = "linear" | "inverse" | "option";

/**
 * What is traded, by its symbol; null for what is paid in any other asset (quanto contracts,
 * options settled in their quote): how much of it that is nobody here can tell.
 */
export function tradedKind(symbol: CanonicalSymbol): "spot" | ContractKind | null {
  if (symbol.kind === "SPOT") return "spot";
  const { base, quote, settle } = symbol;
  if (symbol.kind === "OPT") return settle === base ? "option" : null;
  return settle === quote ? "linear" : settle === base ? "inverse" : null;
}

/**
 * Of a quantity that is not negative, in the settle asset; `up` where it is owed, `down` where it is
 * had.
 *
 * @throws {RangeError} for an inverse contract at a price of zero.
 */
export function settleValue(
  kind: ContractKind,
  { price, quantity }: { readonly price: bigint; readonly quantity: bigint },
  rounding: "up" | "down",
): bigint {
  const [dividend, divisor] = kind === "inverse"
    ? [quantity * UNIT, price]
    : [quantity * price, UNIT];
  return rounding === "up" ? (dividend + divisor - 1n) / divisor : dividend / divisor;
}

/** On which side an order fills at a price that is better for us and worth more. */
export function dearerSide(kind: ContractKind): Side {
  return kind === "inverse" ? "BUY" : "SELL";
}

const UNIT = 10n ** BigInt(DECIMALS_MAX);
