/**
 * Running sums of what all live intents of one account may still do: changed by every turn, so that
 * a check looks at a few numbers and never at the intents. Money is in units of 10^-18
 * (`risk_units.ts`), because sums are added to far more often than shown.
 *
 * I1 Every sum is that of the holds: taking away what was added, never below zero.
 * I2 A hold keeps the price its quantity was locked at until its own price changes: a market that
 *    moves must not take away more than was added.
 * I3 What a fill moved counts until a balance of the venue is as new as the fill.
 * I4 A contract that fills at a better price than its own, and is worth more there, is locked at the
 *    market's price of the moment it is added.
 *
 * A contract has no base asset: its symbol stands for it, what fills move of that is the position,
 * and orders of both sides are margined in the settle asset. What is only reduced is not margined.
 * Options are paid for when they are bought; what those that are sold need, their quantity tells.
 */
import { type ContractKind, dearerSide, settleValue } from "../src/model/contract_value.ts";
import { type Decimal, isNegative, max, min, negate } from "../src/model/decimal.ts";
import type { Fill } from "../src/model/fill.ts";
import type { Side } from "../src/model/order.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { Hold } from "./risk_exposure.ts";
import { RiskLevels } from "./risk_levels.ts";
import { product, units as unitsOf } from "./risk_units.ts";

/** What one intent holds of the account. */
export interface Held extends Hold {
  /** Of its quantity. */
  readonly units: bigint;
  /**
   * Of the quote asset for a BUY, of the base asset for a SELL, of a contract its notional in the
   * settle asset (of an option what buying it costs); null: at a price nobody knows.
   */
  readonly lock: bigint | null;
}

/** What all live orders of one contract may still do, reduce-only ones apart (`OpenSide`). */
export type ContractSums = Readonly<
  Record<Side, { quantity: bigint; notional: bigint; reducing: bigint }>
>;

/** What all intents together hold of one asset. */
export interface AssetSums {
  /** Needed by orders that may fill. */
  locked: bigint;
  /** What all of them may still buy of it. */
  buying: bigint;
  /** Intents that need some of it at a price nobody knows. */
  readonly unpriced: Set<string>;
  /** What fills moved since the venue's newest balance. */
  readonly moved: Moved[];
}

interface Moved {
  readonly at: EpochMs;
  readonly units: bigint;
}

interface SymbolSums {
  /** Null on spot. */
  readonly contract: ContractSums | null;
  readonly base: AssetSums;
  readonly settle: AssetSums;
  readonly buys: RiskLevels;
  readonly sells: RiskLevels;
}

export interface RiskLedgerOptions {
  readonly assetsOf: (symbolId: string) => TradedAssets;
  /** For an order without a price of its own: the worst it is expected to get; null: unknown. */
  readonly worstPrice: (symbolId: string, side: Side) => Decimal | null;
}

/** What an order is of, and what it is paid or margined in: the quote asset on spot. */
export interface TradedAssets {
  readonly kind: "spot" | ContractKind;
  readonly base: string;
  readonly settle: string;
}

/** More fills than this between two balances of one asset: the oldest are taken together. */
const MOVED_MAX = 256;

export class RiskLedger {
  readonly #o: RiskLedgerOptions;
  readonly #held = new Map<string, Held>();
  /** Bounded by the instruments of the venue. */
  readonly #symbols = new Map<string, SymbolSums>();
  readonly #contracts = new Set<string>();
  readonly #assets = new Map<string, AssetSums>();

  constructor(options: RiskLedgerOptions) {
    this.#o = options;
  }

  /** Intents that have not ended, or may be live all the same. */
  get openCount(): number {
    return this.#held.size;
  }

  held(intentId: string): Held | undefined {
    return this.#held.get(intentId);
  }

  /** Replaces what the intent holds; null: nothing any more. */
  set(intentId: string, hold: Hold | null): void {
    const before = this.#held.get(intentId);
    if (before === undefined) {
      if (hold !== null) this.#add(intentId, this.#priced(hold, undefined));
      return;
    }
    if (hold !== null && isSameHold(hold, before)) return;
    this.#remove(intentId, before);
    if (hold !== null) this.#add(intentId, this.#priced(hold, before));
  }

  /** What all intents hold of `assetId`, priced as far as prices are known by now. */
  asset(assetId: string): AssetSums {
    const sums = this.#assetSums(assetId);
    if (sums.unpriced.size > 0) this.#reprice(sums);
    return sums;
  }

  /** Of one contract; orders at a price nobody knows have no notional yet. */
  contract(symbolId: string): ContractSums | null {
    return this.#symbolSums(symbolId).contract;
  }

  /** What fills moved of a contract since the venue's newest word about its position. */
  movedOf(symbolId: string, positionAt: EpochMs): bigint {
    return this.movedSince(this.#symbolSums(symbolId).base, positionAt).net;
  }

  /** Contracts that had orders, or fills of orders. */
  get contracts(): ReadonlySet<string> {
    return this.#contracts;
  }

  /** The own price on the other side that an order of `side` would meet first. */
  opposite(symbolId: string, side: Side): Decimal | null {
    const sums = this.#symbols.get(symbolId);
    if (sums === undefined) return null;
    return (side === "BUY" ? sums.sells : sums.buys).best();
  }

  /** Notes what a new fill moved. */
  filled({ symbolId, side, price, quantity, fee, venueTime: at }: Fill): void {
    const { base, settle, contract } = this.#symbolSums(symbolId);
    const units = unitsOf(quantity);
    move(base, { at, units: side === "BUY" ? units : -units });
    if (contract !== null && this.#o.assetsOf(symbolId).kind !== "option") return;
    const paid = product(
      units,
      unitsOf(price),
      contract !== null && side === "BUY" ? "up" : "down",
    );
    move(settle, { at, units: side === "BUY" ? -paid : paid });
    if (fee === null) return;
    const taken = unitsOf(isNegative(fee.amount) ? negate(fee.amount) : fee.amount);
    move(this.#assetSums(fee.asset), { at, units: isNegative(fee.amount) ? taken : -taken });
  }

  /** What fills moved that a balance of `balanceAt` does not know; forgets those that it does. */
  movedSince(
    { moved }: AssetSums,
    balanceAt: EpochMs,
  ): { readonly net: bigint; readonly spent: bigint } {
    let kept = 0;
    let net = 0n;
    let spent = 0n;
    for (const one of moved) {
      if (one.at <= balanceAt) continue; // I3
      moved[kept++] = one;
      net += one.units;
      if (one.units < 0n) spent -= one.units;
    }
    moved.length = kept;
    return { net, spent };
  }

  /** All sums as plain text, for a comparison with a recount. */
  snapshot(): Readonly<Record<string, string>> {
    const rows: Record<string, string> = { open: String(this.openCount) };
    for (const [id, { locked, buying, unpriced }] of this.#assets) {
      rows[id] = `${locked}/${buying}/${unpriced.size}`;
    }
    for (const [id, { buys, sells, contract }] of this.#symbols) {
      rows[id] = `${buys.best() ?? "-"}/${sells.best() ?? "-"}${
        contract === null ? "" : shown(contract)
      }`;
    }
    return rows;
  }

  #priced(hold: Hold, before: Held | undefined): Held {
    const units = unitsOf(hold.quantity);
    const { kind } = this.#o.assetsOf(hold.symbolId);
    if (kind !== "spot" && hold.reduceOnly) return { ...hold, units, lock: 0n };
    if (kind === "spot" && hold.side === "SELL") return { ...hold, units, lock: units };
    if (kind === "option" && hold.side === "SELL") return { ...hold, units, lock: 0n };
    const keeps = before !== undefined && hold.price === null && before.price === null &&
      hold.reduceOnly === before.reduceOnly;
    if (keeps && before.lock !== null && before.units > 0n) { // I2
      const lock = (before.lock * units + before.units - 1n) / before.units;
      return { ...hold, units, lock };
    }
    const price = this.#lockPrice(hold, kind);
    const at = { price: price === null ? 0n : unitsOf(price), quantity: units };
    const lock = price === null ? null : settleValue(kind === "spot" ? "linear" : kind, at, "up");
    return { ...hold, units, lock: units === 0n ? 0n : lock };
  }

  /** I4 */
  #lockPrice(hold: Hold, kind: TradedAssets["kind"]): Decimal | null {
    const { symbolId, side, best, price } = hold;
    if (price !== null && (kind === "spot" || side !== dearerSide(kind))) return price;
    const market = this.#o.worstPrice(symbolId, side);
    if (best === null || market === null) return best ?? market;
    return side === "SELL" ? max(best, market) : min(best, market);
  }

  #add(intentId: string, held: Held): void {
    const { base, settle, contract, buys, sells } = this.#symbolSums(held.symbolId);
    const needs = held.side === "BUY" || contract !== null ? settle : base;
    if (held.lock === null) needs.unpriced.add(intentId);
    if (contract !== null) margin(contract, held, 1n);
    else {
      needs.locked += held.lock ?? 0n;
      if (held.side === "BUY") base.buying += held.units;
    }
    if (hasLevel(held)) (held.side === "BUY" ? buys : sells).add(held.price);
    this.#held.set(intentId, held);
  }

  #remove(intentId: string, held: Held): void {
    const { base, settle, contract, buys, sells } = this.#symbolSums(held.symbolId);
    const needs = held.side === "BUY" || contract !== null ? settle : base;
    if (held.lock === null) needs.unpriced.delete(intentId);
    if (contract !== null) margin(contract, held, -1n);
    else {
      needs.locked -= held.lock ?? 0n;
      if (held.side === "BUY") base.buying -= held.units;
    }
    if (hasLevel(held)) (held.side === "BUY" ? buys : sells).remove(held.price);
    this.#held.delete(intentId);
  }

  #reprice(sums: AssetSums): void {
    for (const intentId of [...sums.unpriced]) {
      const held = this.#held.get(intentId);
      if (held === undefined) continue;
      const priced = this.#priced(held, undefined);
      if (priced.lock === null) continue;
      this.#remove(intentId, held);
      this.#add(intentId, priced);
    }
  }

  #symbolSums(symbolId: string): SymbolSums {
    const known = this.#symbols.get(symbolId);
    if (known !== undefined) return known;
    const { base, settle, kind } = this.#o.assetsOf(symbolId);
    const isContract = kind !== "spot";
    if (isContract) this.#contracts.add(symbolId);
    const sums = {
      contract: isContract ? newContractSums() : null,
      base: this.#assetSums(isContract ? symbolId : base),
      settle: this.#assetSums(settle),
      buys: new RiskLevels("BUY"),
      sells: new RiskLevels("SELL"),
    };
    this.#symbols.set(symbolId, sums);
    return sums;
  }

  #assetSums(assetId: string): AssetSums {
    let sums = this.#assets.get(assetId);
    if (sums === undefined) {
      sums = { locked: 0n, buying: 0n, unpriced: new Set(), moved: [] };
      this.#assets.set(assetId, sums);
    }
    return sums;
  }
}

function isSameHold(hold: Hold, before: Held): boolean {
  return hold.quantity === before.quantity && hold.price === before.price &&
    hold.best === before.best && hold.reduceOnly === before.reduceOnly;
}

function newContractSums(): ContractSums {
  const nothing = { quantity: 0n, notional: 0n, reducing: 0n };
  return { BUY: { ...nothing }, SELL: { ...nothing } };
}

/** Adds the hold to the sums of its contract, or takes it away again. */
function margin(contract: ContractSums, held: Held, sign: 1n | -1n): void {
  const sums = contract[held.side];
  if (held.reduceOnly) {
    sums.reducing += sign * held.units;
    return;
  }
  sums.quantity += sign * held.units;
  sums.notional += sign * (held.lock ?? 0n);
}

function shown({ BUY, SELL }: ContractSums): string {
  const sums = `/${BUY.quantity}:${BUY.notional}/${SELL.quantity}:${SELL.notional}`;
  return BUY.reducing + SELL.reducing > 0n ? `${sums}/${BUY.reducing}/${SELL.reducing}` : sums;
}

/** Something of it may fill, at a price of its own. */
function hasLevel(held: Held): held is Held & { readonly price: Decimal } {
  return held.price !== null && held.units > 0n;
}

function move({ moved }: AssetSums, one: Moved): void {
  const oldest = moved[0];
  if (moved.length < MOVED_MAX || oldest === undefined) moved.push(one);
  else moved[0] = { at: Math.max(oldest.at, one.at), units: oldest.units + one.units };
}
