/**
 * What one account holds of one contract, and what its open orders may add; in units of 10^-18. The
 * cost is kept, not the average price, so that nothing is lost to rounding:
 *
 * I1 Each fill moves cost − realized profit by price × signed quantity exactly. Over both sides of
 *    a match that is zero, so Σ realized + Σ unrealized over all holders of a contract is zero.
 * I2 Of inverse contracts it is moved by −signed quantity ÷ price, which is rounded against each
 *    holder: the sum is never above zero, and below by a unit for each rounding.
 */
import { type Decimal, fromUnits, toUnits } from "../../model/decimal.ts";
import type { Side } from "../../model/order.ts";
import type { EpochMs } from "../../model/scalars.ts";
import { type Exposure, type OpenSide, reducible } from "../../model/worst_exposure.ts";
import type { Market } from "./market.ts";
import type { StoredPosition } from "./messages.ts";
import type { OrderEntry } from "./order_entry.ts";
import { UNIT } from "./units.ts";

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
  /** Signed like the quantity, of inverse contracts against it (`Market.costOf`). */
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
      const share = this.#shareOf(closed, possible);
      realized = -this.market.costOf(side, { price: at.price, quantity: closed }) - share;
      this.cost -= share;
      this.quantity += sign * closed;
      this.realized += realized;
    }
    const opened = at.quantity - closed;
    if (opened > 0n) {
      if (this.quantity === 0n) this.realized = 0n;
      this.quantity += sign * opened;
      this.cost += this.market.costOf(side, { price: at.price, quantity: opened });
    }
    return realized;
  }

  /** At the last price, else at what it cost. */
  get notional(): bigint {
    const { last } = this.market;
    if (last === null) return this.cost < 0n ? -this.cost : this.cost;
    return this.market.worth({ price: last, quantity: this.size }, "up");
  }

  /** Without the sign. */
  get size(): bigint {
    return this.quantity < 0n ? -this.quantity : this.quantity;
  }

  get unrealized(): bigint {
    const { last } = this.market;
    if (last === null || this.quantity === 0n) return 0n;
    const closing = this.quantity > 0n ? "SELL" : "BUY";
    return -this.market.costOf(closing, { price: last, quantity: this.size }) - this.cost;
  }

  /** Profit that counts as collateral: options are paid for, and worth nothing until they are sold. */
  get collateral(): bigint {
    return this.market.settlement === "option" ? 0n : this.unrealized;
  }

  /** Of an option: what may be sold beyond what is held, now or by open orders. */
  short(more?: { readonly side: Side; readonly sums: OpenSide }): bigint {
    const { quantity, SELL } = this.exposure(more);
    const short = SELL.quantity - quantity;
    return short > 0n ? short : 0n;
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
    const { cost, quantity } = this;
    if (quantity === 0n || cost === 0n) return null;
    const isInverse = this.market.settlement === "inverse";
    return fromUnits(isInverse ? -quantity * UNIT / cost : cost * UNIT / quantity);
  }

  /** Of the cost, rounded against the holder; what is left of it stays with what is left. */
  #shareOf(closed: bigint, held: bigint): bigint {
    const product = this.cost * closed;
    return product > 0n ? (product + held - 1n) / held : product / held;
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
