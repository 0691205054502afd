/**
 * Margin of contracts, cross over all contracts of one settle asset. Nothing is moved in the ledger
 * for it: what a position and its orders need follows from the mark price, so it is computed where
 * it is asked for. Orders to buy options bind their premium; a call that is sold binds the coin it
 * is of, and a put is not sold beyond what is held. Funding, and the expiry of dated contracts and
 * options, are not played.
 *
 * I1 An order that increases nothing is never refused for want of margin.
 * I2 What spot orders lock is no collateral, and what margin needs can be locked by no spot order.
 */
import { type Decimal, fromUnits, isPositive, ONE, toUnits } from "../../model/decimal.ts";
import type { Side } from "../../model/order.ts";
import { type OpenSide, worstNotional } from "../../model/worst_exposure.ts";
import { type Ledger, ownerOf } from "./ledger.ts";
import type { Market } from "./market.ts";
import type { MarginOptions, PaperMargin, PaperPosition, StoredPosition } from "./messages.ts";
import { PositionEntry } from "./position.ts";
import { floorTo, notional, UNIT } from "./units.ts";

/** Most any venue we know grants; more is a mistake in the unit. */
export const LEVERAGE_MAX = 125n;

/** Exchanges' usual defaults; half a percent is the lowest tier of liquid contracts. */
const DEFAULT_MARGIN: MarginOptions = {
  leverage: "10" as Decimal, // Decimals in their canonical form
  maintenanceRate: "0.005" as Decimal,
  reduceOnlyExcess: "CAP",
};

export class MarginBook {
  readonly reduceOnlyExcess: MarginOptions["reduceOnlyExcess"];
  readonly #ledger: Ledger;
  readonly #leverage: bigint;
  readonly #maintenanceRate: bigint;
  /** By account, then by symbol. */
  readonly #entries = new Map<string, Map<string, PositionEntry>>();
  #touched = new Set<PositionEntry>();

  /** @throws {RangeError} naming the option. */
  constructor(ledger: Ledger, options: Partial<MarginOptions> = {}) {
    const { leverage, maintenanceRate, reduceOnlyExcess } = { ...DEFAULT_MARGIN, ...options };
    if (!isLeverage(leverage)) {
      throw new RangeError(
        `Cannot margin: margin.leverage must be from 1 to ${LEVERAGE_MAX}, got ${leverage}`,
      );
    }
    if (!isPositive(maintenanceRate) || toUnits(maintenanceRate) >= UNIT) {
      throw new RangeError(
        `Cannot margin: margin.maintenanceRate must be above 0 and below 1, got ${maintenanceRate}`,
      );
    }
    this.#ledger = ledger;
    this.#leverage = toUnits(leverage);
    this.#maintenanceRate = toUnits(maintenanceRate);
    this.reduceOnlyExcess = reduceOnlyExcess;
  }

  /** For changing: made if it is new. */
  entry(accountId: string, market: Market): PositionEntry {
    const own = this.#entries.get(accountId) ?? new Map<string, PositionEntry>();
    this.#entries.set(accountId, own);
    const known = own.get(market.symbolId);
    if (known !== undefined) return known;
    const entry = new PositionEntry(accountId, market);
    own.set(market.symbolId, entry);
    return entry;
  }

  quantity(accountId: string, symbolId: string): bigint {
    return this.#entries.get(accountId)?.get(symbolId)?.quantity ?? 0n;
  }

  /** Of one account, also flat ones. */
  of(accountId: string): Iterable<PositionEntry> {
    return this.#entries.get(accountId)?.values() ?? [];
  }

  /** Accounts that ever had an order of a contract. */
  holders(): Iterable<string> {
    return this.#entries.keys();
  }

  leverageOf(entry: PositionEntry): bigint {
    return entry.leverage ?? this.#leverage;
  }

  /** It is stored and told with this turn. */
  touch(entry: PositionEntry): void {
    this.#touched.add(entry);
  }

  takeTouched(): ReadonlySet<PositionEntry> {
    const touched = this.#touched;
    if (touched.size > 0) this.#touched = new Set();
    return touched;
  }

  /** What one contract binds: its position, and what its orders with one more may add to it. */
  bound(
    entry: PositionEntry,
    more?: { readonly side: Side; readonly sums: OpenSide },
  ): { readonly position: bigint; readonly orders: bigint } {
    if (entry.market.settlement === "option") {
      const position = entry.quantity < 0n ? entry.size : 0n;
      return { position, orders: entry.exposure(more).BUY.notional + entry.short(more) - position };
    }
    const leverage = this.leverageOf(entry);
    const position = divideUp(entry.notional, leverage);
    const worst = divideUp(worstNotional(entry.exposure(more)), leverage);
    return { position, orders: worst - position };
  }

  /** For new orders; may be below zero. */
  available(accountId: string, asset: string): bigint {
    let left = this.equity(accountId, asset);
    for (const entry of this.#in(accountId, asset)) {
      const { position, orders } = this.bound(entry);
      left -= position + orders;
    }
    return left;
  }

  /** What a spot order may lock: profit that is not realized pays for nothing (I2). */
  spendable(accountId: string, asset: string): bigint {
    const free = this.#ledger.free(ownerOf(accountId), asset);
    if (!this.#entries.has(accountId)) return free;
    const available = this.available(accountId, asset);
    return available < free ? available : free;
  }

  equity(accountId: string, asset: string): bigint {
    let equity = this.#ledger.free(ownerOf(accountId), asset);
    for (const entry of this.#in(accountId, asset)) equity += entry.collateral;
    return equity;
  }

  maintenance(accountId: string, asset: string): bigint {
    let sum = 0n;
    for (const entry of this.#in(accountId, asset)) sum += this.#maintenanceOf(entry);
    return sum;
  }

  margin(accountId: string, asset: string): PaperMargin {
    let unrealized = 0n;
    let position = 0n;
    let orders = 0n;
    for (const entry of this.#in(accountId, asset)) {
      const bound = this.bound(entry);
      unrealized += entry.collateral;
      position += bound.position;
      orders += bound.orders;
    }
    const { free, locked } = this.#ledger.balance(ownerOf(accountId), asset);
    const available = toUnits(free) + unrealized - position - orders;
    return {
      asset,
      wallet: fromUnits(toUnits(free) + toUnits(locked)),
      unrealizedPnl: fromUnits(unrealized),
      equity: fromUnits(toUnits(free) + unrealized),
      initialMargin: fromUnits(position),
      orderMargin: fromUnits(orders),
      maintenanceMargin: fromUnits(this.maintenance(accountId, asset)),
      available: fromUnits(available < 0n ? 0n : available),
    };
  }

  view(entry: PositionEntry): PaperPosition {
    const { accountId, market, quantity } = entry;
    return {
      accountId,
      symbolId: market.symbolId,
      settleAsset: market.settle,
      quantity: fromUnits(quantity),
      entryPrice: entry.entryPrice(),
      markPrice: market.last === null ? null : fromUnits(market.last),
      notional: fromUnits(entry.notional),
      unrealizedPnl: fromUnits(entry.unrealized),
      realizedPnl: fromUnits(entry.realized),
      initialMargin: fromUnits(this.bound(entry).position),
      maintenanceMargin: fromUnits(this.#maintenanceOf(entry)),
      leverage: fromUnits(this.leverageOf(entry)),
      liquidationPrice: quantity === 0n ? null : this.#liquidationPrice(entry),
      updatedAt: entry.updatedAt,
    };
  }

  stored(): readonly StoredPosition[] {
    const all = [...this.#entries.values()].flatMap((own) => [...own.values()]);
    // Sorted: in which order they were looked at first is no part of the state.
    return all.filter((entry) => entry.isStored).sort(byName).map((entry) => entry.stored());
  }

  *#in(accountId: string, asset: string): Generator<PositionEntry> {
    for (const entry of this.of(accountId)) if (entry.market.settle === asset) yield entry;
  }

  /** Of a short option what it costs to buy it back. */
  #maintenanceOf(entry: PositionEntry): bigint {
    if (entry.market.settlement === "option") return entry.quantity < 0n ? entry.notional : 0n;
    return (entry.notional * this.#maintenanceRate + UNIT - 1n) / UNIT;
  }

  /** Solves equity = maintenance for this contract's mark; options have none. */
  #liquidationPrice(entry: PositionEntry): Decimal | null {
    const { accountId, market: { settle, settlement, tick }, quantity, cost, size } = entry;
    if (settlement === "option") return null;
    const others = this.equity(accountId, settle) - entry.unrealized -
      (this.maintenance(accountId, settle) - this.#maintenanceOf(entry));
    const rate = notional(size, this.#maintenanceRate);
    // Of an inverse contract others − cost = (quantity + rate × size) ÷ price.
    const [dividend, divisor] = settlement === "inverse"
      ? [quantity + rate, others - cost]
      : [cost - others, quantity - rate];
    if (divisor === 0n) return null;
    const price = dividend * UNIT / divisor;
    return price <= 0n ? null : fromUnits(floorTo(price, tick));
  }
}

export function isLeverage(leverage: Decimal): boolean {
  const units = toUnits(leverage);
  return units >= toUnits(ONE) && units <= LEVERAGE_MAX * UNIT;
}

/** By account, then by symbol. */
export function byName(a: PositionEntry, b: PositionEntry): number {
  if (a.accountId !== b.accountId) return a.accountId < b.accountId ? -1 : 1;
  return a.market.symbolId < b.market.symbolId ? -1 : 1;
}

function divideUp(value: bigint, leverage: bigint): bigint {
  return (value * UNIT + leverage - 1n) / leverage;
}
