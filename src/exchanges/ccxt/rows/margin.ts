/** When an account's margin is told to a person, where a venue tells the figure and no warning. */
import { compare, type Decimal, divide, isNegative, isZero, ONE } from "../../../model/decimal.ts";
import type { EpochMs } from "../../../model/scalars.ts";
import type { VenueFact } from "../../exchange.ts";

/**
 * Maintenance margin by what covers it; at 1 the venue liquidates. Our choice, the same at every
 * venue: a fifth is left, and an account that is merely busy is far from it.
 */
const WARN_FROM = "0.8" as Decimal; // a Decimal in its canonical form

export interface MarginFigure {
  /** Null: of the whole account. */
  readonly symbolId: string | null;
  /** See `WARN_FROM`; null where the venue does not tell it now. */
  readonly used: Decimal | null;
  readonly receivedAt: EpochMs;
}

/** @returns a warning where one is due, else nothing. */
export function marginCalls({ symbolId, used, receivedAt }: MarginFigure): readonly VenueFact[] {
  if (used === null || compare(used, WARN_FROM) < 0) return [];
  return [{ kind: "marginCall", symbolId, used, maintenance: null, receivedAt }];
}

/**
 * For venues that tell the equity by the maintenance margin.
 *
 * @returns 1 where the equity is below nothing, since no quotient says how far; null for 0, which
 * also stands where there is nothing to cover.
 */
export function usedOf(ratio: Decimal | null): Decimal | null {
  if (ratio === null || isZero(ratio)) return null;
  return isNegative(ratio) ? ONE : divide(ONE, ratio, "UP");
}
