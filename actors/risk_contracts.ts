/**
 * Margin and exposure of linear contracts: what the venue says is held, what fills have moved since,
 * and what our live orders may come to at worst (`src/model/worst_exposure.ts`).
 *
 * I1 A leverage that the venue does not tell counts as 1: too much margin is asked, never too little.
 */
import { product, units as unitsOf } from "../machines/risk_units.ts";
import { ONE } from "../src/model/decimal.ts";
import { type Exposure, worstNotional, worstQuantity } from "../src/model/worst_exposure.ts";
import type { Demand, FundsOptions } from "./risk_funds.ts";

/** What an order adds at worst; nothing where it only reduces. */
export interface ContractChange {
  /** In the quote asset. */
  readonly margin: bigint;
  /** Of the largest |position|, base units. */
  readonly worst: bigint;
  /** False: an order has no price of its own and the market none that is fresh. */
  readonly isPriced: boolean;
}

export class Contracts {
  readonly #o: FundsOptions;

  constructor(options: FundsOptions) {
    this.#o = options;
  }

  /** @param units what the order is to hold; null: it is held already */
  changeOf({ order, own, market }: Demand, units: bigint | null): ContractChange {
    const { symbolId, side, limitPrice } = order;
    const now = this.#exposure(symbolId);
    // What only reduces is not among the sums.
    const has = own === undefined || own.reduceOnly
      ? { quantity: 0n, notional: 0n }
      : { quantity: own.units, notional: own.lock ?? 0n };
    const without = less(now, side, has);
    const isHeldPriced = own?.lock !== null;
    if (units === null) {
      return { ...this.#between(symbolId, without, now), isPriced: isHeldPriced };
    }
    const highest = side === "BUY" ? market?.buyMax : market?.price;
    // A sale below the market is filled there.
    const price = limitPrice === null
      ? highest ?? null
      : side === "SELL" && highest !== undefined && unitsOf(highest) > unitsOf(limitPrice)
      ? highest
      : limitPrice;
    const notional = price === null ? 0n : product(units, unitsOf(price), "up");
    const then = less(without, side, { quantity: -units, notional: -notional });
    return { ...this.#between(symbolId, now, then), isPriced: price !== null && isHeldPriced };
  }

  /** What all contracts that are settled in an asset need of it. */
  margin(asset: string): bigint {
    let sum = 0n;
    for (const symbolId of this.#symbols(({ quote }) => quote === asset)) {
      sum += this.#marginOf(symbolId, this.#exposure(symbolId));
    }
    return sum;
  }

  /** The largest |position| each contract of a base asset can come to, together. */
  worstOf(base: string): bigint {
    let sum = 0n;
    for (const symbolId of this.#symbols((pair) => pair.base === base)) {
      sum += worstQuantity(this.#exposure(symbolId));
    }
    return sum;
  }

  #between(symbolId: string, from: Exposure, to: Exposure): Omit<ContractChange, "isPriced"> {
    const margin = this.#marginOf(symbolId, to) - this.#marginOf(symbolId, from);
    return { margin, worst: worstQuantity(to) - worstQuantity(from) };
  }

  /** Held or ordered. */
  #symbols(
    wanted: (pair: ReturnType<FundsOptions["pairOf"]>) => boolean,
  ): ReadonlySet<string> {
    const { ledger, account, pairOf } = this.#o;
    const positions = account.positions();
    if (ledger.contracts.size === 0 && positions.length === 0) return NO_SYMBOLS; // a spot account
    const found = new Set<string>();
    const add = (symbolId: string) => {
      const pair = pairOf(symbolId);
      if (pair.kind === "linear" && wanted(pair)) found.add(symbolId);
    };
    for (const symbolId of ledger.contracts) add(symbolId);
    for (const { symbolId } of positions) add(symbolId);
    return found;
  }

  #exposure(symbolId: string): Exposure {
    const { ledger, account, prices } = this.#o;
    const { quantity, markPrice, updatedAt } = account.held(symbolId);
    const held = unitsOf(quantity) + ledger.movedOf(symbolId, updatedAt);
    // Without any price the venue's own word on what is locked has to do.
    const price = prices.fresh(symbolId)?.price ?? markPrice;
    const size = held < 0n ? -held : held;
    const notional = price === null ? 0n : product(size, unitsOf(price), "up");
    const { BUY, SELL } = ledger.contract(symbolId) ?? NO_ORDERS;
    return { quantity: held, notional, BUY, SELL };
  }

  #marginOf(symbolId: string, exposure: Exposure): bigint {
    const leverage = unitsOf(this.#o.account.held(symbolId).leverage ?? ONE); // I1
    const worst = worstNotional(exposure);
    return leverage > 0n ? (worst * unitsOf(ONE) + leverage - 1n) / leverage : worst;
  }
}

const NO_SYMBOLS: ReadonlySet<string> = new Set();
const NO_ORDERS = {
  BUY: { quantity: 0n, notional: 0n },
  SELL: { quantity: 0n, notional: 0n },
};

/** With so much less of one side. */
function less(
  exposure: Exposure,
  side: "BUY" | "SELL",
  { quantity, notional }: Exposure["BUY"],
): Exposure {
  const open = exposure[side];
  const left = { quantity: open.quantity - quantity, notional: open.notional - notional };
  return { ...exposure, [side]: left };
}
