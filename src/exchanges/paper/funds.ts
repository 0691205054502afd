/**
 * What an order binds before it may rest, and how it is let go: assets in the ledger on spot,
 * margin, or the premium of an option, on a contract.
 */
import { fromUnits } from "../../model/decimal.ts";
import { dearerSide } from "../../model/contract_value.ts";
import type { OpenSide } from "../../model/worst_exposure.ts";
import { rejected } from "./filters.ts";
import type { Market } from "./market.ts";
import type { Desk } from "./matching.ts";
import type { Rejection } from "./messages.ts";
import type { OrderEntry } from "./order_entry.ts";
import { notional, smaller, UNIT } from "./units.ts";

type Purse = Pick<Desk, "account" | "ledger" | "margin" | "takerRate">;

/** Where an order binds something. */
export interface Bound {
  readonly desk: Purse;
  readonly market: Market;
}

/** The asset a spot order locks. */
export function lockedAsset(entry: OrderEntry, market: Market): string {
  return entry.terms.side === "BUY" ? market.quote : market.base;
}

/** Spot: only LIMIT orders rest. */
export function lockOfResting(entry: OrderEntry): bigint {
  return entry.terms.side === "SELL" ? entry.remaining : notional(entry.price!, entry.remaining);
}

/** @returns why a spot order cannot lock so much more, or null. */
export function checkLock(
  entry: OrderEntry,
  more: bigint,
  { desk, market }: Bound,
): Rejection | null {
  const asset = lockedAsset(entry, market);
  if (more <= 0n || more <= desk.margin.spendable(entry.terms.accountId, asset)) return null;
  return rejected(
    "INSUFFICIENT_FUNDS",
    `Cannot lock ${fromUnits(more)} ${asset} for ${entry.terms.side}: not enough free`,
  );
}

/** Locks for a spot order what it needs from now on. */
export function lock(entry: OrderEntry, total: bigint, { desk, market }: Bound): void {
  const { owner } = desk.account(entry.terms.accountId);
  desk.ledger.lock(owner, lockedAsset(entry, market), total - entry.lock);
  entry.lock = total;
}

/**
 * Whether margin and fee of a contract order can be borne.
 *
 * @param size what it is to have in the book; of a change, beside what it has there.
 * @returns why not, or null.
 */
export function checkMargin(
  entry: OrderEntry,
  size: OpenSide,
  { desk, market }: Bound,
): Rejection | null {
  const { accountId, side, reduceOnly } = entry.terms;
  if (reduceOnly) return null;
  const position = desk.margin.entry(accountId, market);
  const wanted = { side, sums: size };
  if (market.isPut && position.short(wanted) > position.short()) {
    return rejected(
      "INSUFFICIENT_MARGIN",
      `Cannot margin SELL on ${market.symbolId}: puts are not sold beyond what is held`,
    );
  }
  const now = desk.margin.bound(position);
  const then = desk.margin.bound(position, wanted);
  const more = then.orders - now.orders;
  if (more <= 0n) return null;
  const needed = more + (size.notional > 0n ? size.notional * desk.takerRate / UNIT : 0n);
  const available = desk.margin.available(accountId, market.settle);
  if (needed <= available) return null;
  return rejected(
    "INSUFFICIENT_MARGIN",
    `Cannot margin ${side} on ${market.symbolId}: it needs ${
      fromUnits(needed)
    } ${market.settle}, ` +
      `available are ${fromUnits(available < 0n ? 0n : available)}`,
  );
}

/**
 * A SELL below the market is filled at the market, so that is what its margin is of; so is a BUY
 * above it of an inverse contract, which is worth more at a lower price.
 */
export function marginedSize(
  entry: OrderEntry,
  { price, quantity }: { readonly price: bigint; readonly quantity: bigint },
  market: Market,
): OpenSide {
  const { last, settlement } = market;
  const side = dearerSide(settlement === "inverse" ? "inverse" : "linear");
  const isBetter = last !== null && (side === "SELL" ? last > price : last < price);
  const at = entry.terms.side === side && isBetter ? last : price;
  return { quantity, notional: market.worth({ price: at, quantity }, "up") };
}

/** Puts what a contract order may still fill, at its own price, into the sums of its contract. */
export function hold(entry: OrderEntry, desk: Purse, market: Market): void {
  const position = desk.margin.entry(entry.terms.accountId, market);
  if (entry.terms.reduceOnly) {
    position.reducing.add(entry);
  } else if (entry.price !== null) {
    const quantity = entry.remaining;
    const value = market.worth({ price: entry.price, quantity }, "up");
    position.hold(entry, { quantity, notional: value });
  }
  tellMargin(entry, desk, market);
}

/** Lets go what an order that ends still binds. */
export function release(entry: OrderEntry, { desk, market }: Bound): void {
  const { owner, accountId } = desk.account(entry.terms.accountId);
  if (market.isContract) {
    const position = desk.margin.entry(accountId, market);
    position.reducing.delete(entry);
    position.hold(entry, { quantity: 0n, notional: 0n });
    return tellMargin(entry, desk, market);
  }
  if (entry.lock > 0n) desk.ledger.lock(owner, lockedAsset(entry, market), -entry.lock);
  entry.lock = 0n;
}

/**
 * What a reduce-only order of this quantity comes to.
 *
 * @returns the quantity, or why it cannot be.
 */
export function reduced(
  entry: OrderEntry,
  quantity: bigint,
  { desk, market }: Bound,
): bigint | Rejection {
  const { accountId, side } = entry.terms;
  const position = desk.margin.entry(accountId, market);
  const possible = position.reducible(side);
  const held = `${fromUnits(position.quantity)} of ${market.symbolId} held`;
  const action = `Cannot reduce by ${side}`;
  if (possible === 0n) {
    return rejected("REDUCE_ONLY_REJECTED", `${action}: nothing to reduce, ${held}`);
  }
  if (quantity > possible && desk.margin.reduceOnlyExcess === "REFUSE") {
    const text = `${action} of ${fromUnits(quantity)}: more than the ${held}`;
    return rejected("REDUCE_ONLY_REJECTED", text);
  }
  return smaller(quantity, possible);
}

/** Touched, so that the balance report of the turn comes with the new margin. */
function tellMargin(entry: OrderEntry, desk: Purse, market: Market): void {
  desk.ledger.holding(desk.account(entry.terms.accountId).owner, market.settle);
}
