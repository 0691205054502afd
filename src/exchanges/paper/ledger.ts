/**
 * Who holds what, in units of 10^-18. Value only moves, so per asset Σ over all owners changes by
 * deposits alone (I1). Nobody but the house is ever below zero (I2).
 */
import { type Decimal, fromUnits, toUnits } from "../../model/decimal.ts";
import { assert } from "../../model/assert.ts";
import type { PaperBalance, StoredBalance } from "./messages.ts";

export const HOUSE = "house";
export const FEES = "fees";

export interface Holding {
  readonly owner: string;
  readonly asset: string;
  free: bigint;
  locked: bigint;
}

/** Accounts are namespaced so that none can be called like the house. */
export function ownerOf(accountId: string): string {
  return `account:${accountId}`;
}

export class Ledger {
  readonly #owners = new Map<string, Map<string, Holding>>();
  #touched = new Set<Holding>();

  open(owner: string): void {
    if (!this.#owners.has(owner)) this.#owners.set(owner, new Map());
  }

  has(owner: string): boolean {
    return this.#owners.has(owner);
  }

  /** For changing: the holding is made if it is new, and reported as changed. */
  holding(owner: string, asset: string): Holding {
    const held = this.#owners.get(owner);
    if (held === undefined) throw new RangeError(`Cannot reach account ${owner}: it is not open`);
    let holding = held.get(asset);
    if (holding === undefined) {
      holding = { owner, asset, free: 0n, locked: 0n };
      held.set(asset, holding);
    }
    this.#touched.add(holding);
    return holding;
  }

  free(owner: string, asset: string): bigint {
    return this.#owners.get(owner)?.get(asset)?.free ?? 0n;
  }

  /** Adds to the free part; a negative amount takes from it. */
  credit(owner: string, asset: string, amount: bigint): void {
    const holding = this.holding(owner, asset);
    holding.free += amount;
    if (owner !== HOUSE) assert(holding.free >= 0n, `${owner} holds negative ${asset}`); // I2
  }

  lock(owner: string, asset: string, amount: bigint): void {
    const holding = this.holding(owner, asset);
    holding.free -= amount;
    holding.locked += amount;
    assert(holding.free >= 0n, `${owner} locked more ${asset} than it has free`); // I2
    assert(holding.locked >= 0n, `${owner} released more ${asset} than it has locked`); // I2
  }

  /** Takes `spent` out of the locked part for good. */
  spend(owner: string, asset: string, spent: bigint): void {
    const holding = this.holding(owner, asset);
    holding.locked -= spent;
    assert(holding.locked >= 0n, `${owner} spent more ${asset} than it has locked`); // I2
  }

  balances(owner: string): readonly PaperBalance[] {
    return [...(this.#owners.get(owner)?.values() ?? [])].map(balanceOf);
  }

  balance(owner: string, asset: string): PaperBalance {
    const holding = this.#owners.get(owner)?.get(asset);
    return balanceOf(holding ?? { owner, asset, free: 0n, locked: 0n });
  }

  /** Σ over all owners; for checks of conservation. */
  total(asset: string): Decimal {
    let total = 0n;
    for (const held of this.#owners.values()) {
      const holding = held.get(asset);
      if (holding !== undefined) total += holding.free + holding.locked;
    }
    return fromUnits(total);
  }

  /** What changed since the last call. */
  takeTouched(): ReadonlySet<Holding> {
    const touched = this.#touched;
    if (touched.size > 0) this.#touched = new Set();
    return touched;
  }

  stored(): readonly StoredBalance[] {
    return [...this.#owners.values()].flatMap((held) => [...held.values()].map(storedOf));
  }

  restore(rows: readonly StoredBalance[]): void {
    for (const row of rows) {
      this.open(row.owner);
      const holding = this.holding(row.owner, row.asset);
      holding.free = toUnits(row.free);
      holding.locked = toUnits(row.locked);
    }
    this.takeTouched();
  }
}

export function balanceOf(holding: Holding): PaperBalance {
  return {
    asset: holding.asset,
    free: fromUnits(holding.free),
    locked: fromUnits(holding.locked),
  };
}

export function storedOf(holding: Holding): StoredBalance {
  return { owner: holding.owner, ...balanceOf(holding) };
}
