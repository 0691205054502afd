/** Fixed point inside the engine: one unit is 10^-18 of an asset, or of a price. */
import { DECIMALS_MAX } from "../../model/decimal.ts";

export const UNIT = 10n ** BigInt(DECIMALS_MAX);

/** Price × quantity. Exact: `Market` refuses a tick and step of over 18 decimals together. */
export function notional(price: bigint, quantity: bigint): bigint {
  return price * quantity / UNIT;
}

/** Of a value that is not negative. */
export function ceilTo(value: bigint, grid: bigint): bigint {
  return (value + grid - 1n) / grid * grid;
}

/** Of a value that is not negative. */
export function floorTo(value: bigint, grid: bigint): bigint {
  return value / grid * grid;
}

export function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
