/**
 * What one account holds of one linear contract, and what its open orders may add; in units of
 * 10^-18. The cost is kept, not the average price, so that nothing is lost to rounding:
 *
 * I1 Each fill moves cost − realized profit by price × signed quantity exactly. Over both sides of
 *    a match that is zero, so Σ realized + Σ unrealized over all holders of a contract is zero.
 */
import { type Decimal, fromUnits, toUnits } from "../../model/decimal.ts";
import type { Side } from "../../model/order.ts";
import type { EpochMs } from "../../model/scalars.ts";
import { type Exposure, type OpenSide, reducible } from "../../model/worst_exposure.ts";
import type { Market } from "./market.ts";
import type { StoredPosition } from "./messages.ts";
import type { OrderEntry } from "./order_entry.ts";
import { notional, UNIT } from "./units.ts";

/** All resting orders of one side that are not reduce-only. */
interface OrderSums {
  quantity: bigint;
  notional: bigint;
}

export class PositionEntry {
  readonly accountId: string;
  readonly market: Market;
  /** Negative is short. */
  quantity = 0n;
  /** Signed like the quantity. */
  cost = 0n;
  /** Since the position was opened. */
  realized = 0n;
  /** As set by the account; null: the engine's. */
  leverage: bigint | null = null;
  updatedAt: EpochMs = 0;
  readonly orders: Readonly<Record<Side, OrderSums>> = {
    BUY: { quantity: 0n, notional: 0n },
    SELL: { quantity: 0n, notional: 0n },
  };
  /** Open orders that may only reduce it. */
  readonly reducing = new Set<OrderEntry>();

  constructor(accountId: string, market: Market) {
    this.accountId = accountId;
    this.market = market;
  }

  /** How much of it an order of this side could close. */
  reducible(side: Side): bigint {
    return reducible(this.quantity, side);
  }

  /** @returns the profit that what it closed has realized. */
  fill(side: Side, at: { readonly price: bigint; readonly quantity: bigint }): bigint {
    const sign = side === "BUY" ? 1n : -1n;
    const possible = this.reducible(side);
    const closed = at.quantity < possible ? at.quantity : possible;
    let realized = 0n;
    if (closed > 0n) {
      const share = this.cost * closed / possible;
      realized = -sign * notional(at.price, closed) - share;
      this.cost -= share;
      this.quantity += sign * closed;
      this.realized += realized;
    }
    const opened = at.quantity - closed;
    if (opened > 0n) {
      if (this.quantity === 0n) this.realized = 0n;
      this.quantity += sign * opened;
      this.cost += sign * notional(at.price, opened);
    }
    return realized;
  }

  /** At the last price, else at what it cost. */
  get notional(): bigint {
    const value = this.market.last === null ? this.cost : notional(this.market.last, this.quantity);
    return value < 0n ? -value : value;
  }

  get unrealized(): bigint {
    const { last } = this.market;
    return last === null ? 0n : notional(last, this.quantity) - this.cost;
  }

  /** With more orders of one side, or less of them where the sums of it are negative. */
  exposure(more?: { readonly side: Side; readonly sums: OpenSide }): Exposure {
    const { quantity, notional: value, orders: { BUY, SELL } } = this;
    const exposure = { quantity, notional: value, BUY, SELL };
    if (more === undefined) return exposure;
    const { side, sums } = more;
    const changed = {
      quantity: this.orders[side].quantity + sums.quantity,
      notional: this.orders[side].notional + sums.notional,
    };
    return { ...exposure, [side]: changed };
  }

  /** Puts what the order has left into the sums, in place of what it had there. */
  hold(order: OrderEntry, { quantity, notional: value }: OpenSide): void {
    const sums = this.orders[order.terms.side];
    sums.quantity += quantity - order.held;
    sums.notional += value - order.lock;
    order.held = quantity;
    order.lock = value;
  }

  entryPrice(): Decimal | null {
    return this.quantity === 0n ? null : fromUnits(this.cost * UNIT / this.quantity);
  }

  /** Something was filled or set: looking at it is no trace. */
  get isStored(): boolean {
    return this.updatedAt > 0 || this.leverage !== null;
  }

  stored(): StoredPosition {
    return {
      accountId: this.accountId,
      symbolId: this.market.symbolId,
      quantity: fromUnits(this.quantity),
      cost: fromUnits(this.cost),
      realizedPnl: fromUnits(this.realized),
      leverage: this.leverage === null ? null : fromUnits(this.leverage),
      updatedAt: this.updatedAt,
    };
  }

  restore(stored: StoredPosition): void {
    this.quantity = toUnits(stored.quantity);
    this.cost = toUnits(stored.cost);
    this.realized = toUnits(stored.realizedPnl);
    this.leverage = stored.leverage === null ? null : toUnits(stored.leverage);
    this.updatedAt = stored.updatedAt;
  }
}
