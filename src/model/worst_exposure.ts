/**
 * What a position in a contract can come to at worst, when all open orders of one side fill and
 * none of the other. Quantities and notionals are in units of 10^-18 (`toUnits`).
 */
import type { Side } from "./order.ts";

/** All open orders of one side. */
export interface OpenSide {
  readonly quantity: bigint;
  /** Of the whole quantity, each order at its own price. */
  readonly notional: bigint;
  /** What reduce-only orders of this side, not among it, may close before it does; absent: none. */
  readonly reducing?: bigint;
}

/** A position with the orders that may change it. */
export interface Exposure {
  /** Negative is short. */
  readonly quantity: bigint;
  /** Of |quantity|, at the price it is valued at. */
  readonly notional: bigint;
  readonly BUY: OpenSide;
  readonly SELL: OpenSide;
}

/** How much of a signed quantity an order of this side could close. */
export function reducible(quantity: bigint, side: Side): bigint {
  const against = side === "BUY" ? -quantity : quantity;
  return against > 0n ? against : 0n;
}

/** The largest |position|, now or later. */
export function worstQuantity(exposure: Exposure): bigint {
  const { quantity, BUY, SELL } = exposure;
  const long = reducible(quantity, "SELL");
  const short = reducible(quantity, "BUY");
  return largest(
    long + BUY.quantity - closing(exposure, "BUY"),
    short + SELL.quantity - closing(exposure, "SELL"),
    long,
    short,
  );
}

/** The largest notional: what turns a position has closed it before. */
export function worstNotional(exposure: Exposure): bigint {
  const { quantity, notional } = exposure;
  const buys = beyond(exposure, "BUY");
  const sells = beyond(exposure, "SELL");
  return quantity < 0n ? largest(notional + sells, buys) : largest(notional + buys, sells);
}

/** The notional of what is left of one side once it has closed the position. */
function beyond(exposure: Exposure, side: Side): bigint {
  const { quantity, notional } = exposure[side];
  const left = quantity - closing(exposure, side);
  return left <= 0n ? 0n : (notional * left + quantity - 1n) / quantity;
}

/** How much of one side is sure to close what is held. */
function closing(exposure: Exposure, side: Side): bigint {
  const left = reducible(exposure.quantity, side) - (exposure[side].reducing ?? 0n);
  return left > 0n ? left : 0n;
}

function largest(...values: readonly bigint[]): bigint {
  return values.reduce((a, b) => b > a ? b : a);
}
