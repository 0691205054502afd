/**
 * Margin and exposure of contracts: what the venue says is held, what fills have moved since, and
 * what our live orders may come to at worst (`src/model/worst_exposure.ts`). Linear contracts are
 * margined in their quote asset, inverse ones in their base. Options are paid for when they are
 * bought; a call that is sold is covered by the coin it may have to deliver.
 *
 * I1 A leverage that the venue does not tell counts as 1: too much margin is asked, never too little.
 * I2 A short call costs less than one coin for each coin of its underlying, wherever the price goes.
 */
import type { PriceBounds } from "../machines/risk.ts";
import { units as unitsOf } from "../machines/risk_units.ts";
import { dearerSide, settleValue } from "../src/model/contract_value.ts";
import { type Decimal, isPositive, ONE } from "../src/model/decimal.ts";
import type { Side } from "../src/model/order.ts";
import {
  type Exposure,
  type OpenSide,
  worstNotional,
  worstQuantity,
} from "../src/model/worst_exposure.ts";
import type { Demand, FundsOptions, Pair } from "./risk_funds.ts";

/** What an order adds at worst; nothing where it only reduces. */
export interface ContractChange {
  /** In the settle asset. */
  readonly margin: bigint;
  /** Of the largest |position|, base units; null: at a price nobody knows. */
  readonly worst: bigint | null;
  /** Of what may be sold beyond what is held; the whole of it where the order is held already. */
  readonly short: bigint;
  /** False: an order has no price of its own and the market none that is fresh. */
  readonly isPriced: boolean;
}

export class Contracts {
  readonly #o: FundsOptions;

  constructor(options: FundsOptions) {
    this.#o = options;
  }

  /** @param units what the order is to hold; null: it is held already */
  changeOf({ order, own, pair, market }: Demand, units: bigint | null): ContractChange {
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
    if (pair.kind === "option" && side === "SELL") { // It needs coins, not what it sells for.
      const then = less(without, side, { quantity: -units, notional: 0n });
      return { ...this.#between(symbolId, now, then), isPriced: isHeldPriced };
    }
    const price = limitPrice === null
      ? unpricedWorst(pair.kind, side, market)
      : dearest(pair.kind, { side, limitPrice }, market);
    const notional = price === null ? 0n : this.#valueOf(pair.kind, price, units);
    const then = less(without, side, { quantity: -units, notional: -notional });
    return { ...this.#between(symbolId, now, then), isPriced: price !== null && isHeldPriced };
  }

  /** What would be short of an option, with the order that makes this change. */
  shortAfter({ order, left }: Demand, { short }: ContractChange): bigint {
    const now = shortOf(this.#exposure(order.symbolId));
    return left === null ? now : now + short;
  }

  /** What all contracts that are settled in an asset need of it. */
  margin(asset: string): bigint {
    let sum = 0n;
    for (const symbolId of this.#symbols(({ settle }) => settle === asset)) {
      sum += this.#marginOf(symbolId, this.#exposure(symbolId));
    }
    return sum;
  }

  /**
   * The largest |position| each contract of a base asset can come to, together, in base units; an
   * option counts with its whole underlying. Null where no price tells what a contract comes to.
   */
  worstOf(base: string): bigint | null {
    let sum = 0n;
    for (const symbolId of this.#symbols((pair) => pair.base === base)) {
      const worst = this.#worstOf(symbolId, this.#exposure(symbolId));
      if (worst === null) return null;
      sum += worst;
    }
    return sum;
  }

  #between(symbolId: string, from: Exposure, to: Exposure): Omit<ContractChange, "isPriced"> {
    const margin = this.#marginOf(symbolId, to) - this.#marginOf(symbolId, from);
    const [before, after] = [this.#worstOf(symbolId, from), this.#worstOf(symbolId, to)];
    const worst = before === null || after === null ? null : after - before;
    return { margin, worst, short: shortOf(to) - shortOf(from) };
  }

  /** Held or ordered. */
  #symbols(wanted: (pair: Pair) => boolean): ReadonlySet<string> {
    const { ledger, account, pairOf } = this.#o;
    const positions = account.positions();
    if (ledger.contracts.size === 0 && positions.length === 0) return NO_SYMBOLS; // a spot account
    const found = new Set<string>();
    const add = (symbolId: string) => {
      const pair = pairOf(symbolId);
      if (isContract(pair.kind) && wanted(pair)) found.add(symbolId);
    };
    for (const symbolId of ledger.contracts) add(symbolId);
    for (const { symbolId } of positions) add(symbolId);
    return found;
  }

  #exposure(symbolId: string): Exposure {
    const { ledger, account } = this.#o;
    const { quantity, updatedAt } = account.held(symbolId);
    const held = unitsOf(quantity) + ledger.movedOf(symbolId, updatedAt);
    // Without any price the venue's own word on what is locked has to do.
    const price = this.#priceOf(symbolId);
    const size = held < 0n ? -held : held;
    const { kind } = this.#o.pairOf(symbolId);
    const notional = price === null ? 0n : this.#valueOf(kind, price, size);
    const { BUY, SELL } = ledger.contract(symbolId) ?? NO_ORDERS;
    return { quantity: held, notional, BUY, SELL };
  }

  #priceOf(symbolId: string): Decimal | null {
    const price = this.#o.prices.fresh(symbolId)?.price ?? this.#o.account.held(symbolId).markPrice;
    return price !== null && isPositive(price) ? price : null;
  }

  #valueOf(kind: Pair["kind"], price: Decimal, quantity: bigint): bigint {
    return settleValue(
      isContract(kind) ? kind : "linear",
      { price: unitsOf(price), quantity },
      "up",
    );
  }

  #marginOf(symbolId: string, exposure: Exposure): bigint {
    const { kind } = this.#o.pairOf(symbolId);
    if (kind === "option") return exposure.BUY.notional + this.#coverOf(symbolId, exposure);
    const leverage = unitsOf(this.#o.account.held(symbolId).leverage ?? ONE); // I1
    const worst = worstNotional({
      ...exposure,
      BUY: alone(exposure.BUY),
      SELL: alone(exposure.SELL),
    });
    return leverage > 0n ? (worst * unitsOf(ONE) + leverage - 1n) / leverage : worst;
  }

  /** What is short is covered coin by coin (I2); puts that somebody else sold with what they cost. */
  #coverOf(symbolId: string, exposure: Exposure): bigint {
    const short = shortOf(exposure);
    const price = this.#o.pairOf(symbolId).isPut && short > 0n ? this.#priceOf(symbolId) : null;
    const value = price === null ? 0n : this.#valueOf("option", price, short);
    return value > short ? value : short;
  }

  #worstOf(symbolId: string, exposure: Exposure): bigint | null {
    const worst = worstQuantity(exposure);
    if (this.#o.pairOf(symbolId).kind !== "inverse") return worst;
    const price = this.#priceOf(symbolId);
    const atOwn = worstNotional(exposure);
    if (price === null) return exposure.quantity === 0n ? atOwn : null;
    // At the market as well: a sale far above it is for as many dollars in fewer coins.
    const atMarket = this.#valueOf("inverse", price, worst);
    return atMarket > atOwn ? atMarket : atOwn;
  }
}

/** The worst price an order without one is expected to get; null: unknown. */
export function unpricedWorst(
  kind: Pair["kind"],
  side: Side,
  market: PriceBounds | null,
): Decimal | null {
  if (market === null) return null;
  if (kind !== "inverse") return side === "BUY" ? market.buyMax : market.price;
  const price = side === "SELL" ? market.sellMin : market.price;
  return isPositive(price) ? price : null;
}

/** A sale below the market is filled there, and so is an inverse BUY above it: that is worth more. */
function dearest(
  kind: Pair["kind"],
  { side, limitPrice }: { readonly side: Side; readonly limitPrice: Decimal },
  market: PriceBounds | null,
): Decimal {
  if (market === null || !isContract(kind) || side !== dearerSide(kind)) return limitPrice;
  const isBetter = unitsOf(market.price) > unitsOf(limitPrice) === (side === "SELL");
  return isBetter && isPositive(market.price) ? market.price : limitPrice;
}

function isContract(kind: Pair["kind"]): kind is Exclude<Pair["kind"], "spot" | "unsupported"> {
  return kind !== "spot" && kind !== "unsupported";
}

/** What may be sold beyond what is held, now or later. */
function shortOf({ quantity, SELL }: Exposure): bigint {
  const short = SELL.quantity - quantity;
  return short > 0n ? short : 0n;
}

const NO_SYMBOLS: ReadonlySet<string> = new Set();
const NO_ORDERS = {
  BUY: { quantity: 0n, notional: 0n },
  SELL: { quantity: 0n, notional: 0n },
};

/** As venues margin it: what reduce-only orders may close is not theirs to close yet. */
function alone({ quantity, notional }: OpenSide): OpenSide {
  return { quantity, notional };
}

/** With so much less of one side. */
function less(
  exposure: Exposure,
  side: Side,
  { quantity, notional }: Exposure["BUY"],
): Exposure {
  const open = exposure[side];
  const left = {
    ...open,
    quantity: open.quantity - quantity,
    notional: open.notional - notional,
  };
  return { ...exposure, [side]: left };
}
