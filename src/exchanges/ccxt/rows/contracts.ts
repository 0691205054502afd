/**
 * Base units at the port, contracts on the wire. Quantities of inverse contracts, which are worth
 * a fixed amount of the quote, are quote units at the port.
 */
import {
  type Decimal,
  decimal,
  DECIMALS_MAX,
  decimalsOf,
  fromUnits,
  isMultipleOf,
  multiply,
  toUnits,
} from "../../../model/decimal.ts";
import type { SymbolMetadata } from "../../../model/instrument.ts";

/**
 * What the venue must be told for a quantity of ours.
 *
 * @returns null when the quantity is not a whole number of the market's steps.
 */
export function contractsOf(amount: Decimal, market: Lot): Decimal | null {
  if (!isMultipleOf(amount, market.amount.step)) return null;
  return quotient(amount, market.instrument.contractSize);
}

/**
 * What a quantity of the venue is here.
 *
 * @param contractSize null where the venue counts what we count.
 * @throws {RangeError} when the product has more decimals than we keep.
 */
export function unitsOf(contracts: Decimal, contractSize: Decimal | null): Decimal {
  if (contractSize === null) return contracts;
  const product = multiply(contracts, contractSize);
  // The product was exact unless digits beyond the last one kept were there to be rounded.
  if (decimalsOf(contracts) + decimalsOf(contractSize) <= DECIMALS_MAX) return product;
  if (quotient(product, contractSize) === contracts) return product;
  throw new RangeError(
    `Cannot count ${contracts} contracts of ${contractSize}: it has too many decimals`,
  );
}

/** What of a market's metadata tells how it is counted. */
export interface Lot {
  readonly amount: Pick<SymbolMetadata["amount"], "step">;
  readonly instrument: Pick<SymbolMetadata["instrument"], "contractSize">;
}

const UNIT = toUnits(decimal("1"));

/** Null when it does not come out even. */
function quotient(amount: Decimal, contractSize: Decimal | null): Decimal | null {
  if (contractSize === null) return amount;
  const dividend = toUnits(amount) * UNIT;
  const divisor = toUnits(contractSize);
  return dividend % divisor === 0n ? fromUnits(dividend / divisor) : null;
}
