/** Base units in the engine, contracts on the wire; amounts that are not there are empty texts. */
import { type Decimal, divide, multiply } from "../../model/decimal.ts";
import type { OkxListing } from "./listing.ts";

/** As the wire counts it. */
export function toWire(quantity: Decimal, { contractSize }: Pick<OkxListing, "contractSize">) {
  return contractSize === null ? quantity : divide(quantity, contractSize);
}

/** As the engine counts it. */
export function toUnits(sz: Decimal, { contractSize }: Pick<OkxListing, "contractSize">): Decimal {
  return contractSize === null ? sz : multiply(sz, contractSize);
}

export function textOrEmpty(value: Decimal | null): string {
  return value ?? "";
}
