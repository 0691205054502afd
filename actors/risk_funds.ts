/**
 * Whether an order can be paid for: by balance and position on spot; by margin, and by the position
 * it could lead to, on a contract. What needs no more than it holds is not asked.
 */
import {
  type BalanceQuestion,
  checkBalance,
  checkMargin,
  checkPosition,
  checkShortPut,
  type PriceBounds,
  type RiskOrder,
} from "../machines/risk.ts";
import type { AssetSums, Held, RiskLedger } from "../machines/risk_ledger.ts";
import { product, units as unitsOf } from "../machines/risk_units.ts";
import type { Balance } from "../src/model/account.ts";
import type { ContractKind } from "../src/model/contract_value.ts";
import { type Decimal, multiply } from "../src/model/decimal.ts";
import type { RiskLimits, RiskRefusal } from "../src/model/risk.ts";
import type { Account } from "./account.ts";
import { Contracts } from "./risk_contracts.ts";
import type { Prices } from "./prices.ts";

export interface FundsOptions {
  readonly limits: RiskLimits;
  readonly account: Pick<Account, "isRead" | "balance" | "held" | "positions">;
  readonly prices: Pick<Prices, "fresh">;
  readonly ledger: RiskLedger;
  readonly pairOf: (symbolId: string) => Pair;
}

/** What a symbol trades. */
export interface Pair {
  readonly kind: "spot" | ContractKind | "unsupported";
  readonly base: string;
  /** What it is paid, margined and settled in: the quote asset on spot. */
  readonly settle: string;
  readonly isPut: boolean;
  /** In what a notional is counted before it is dollars: the quote asset, of options the base. */
  readonly valuedIn: string;
}

/** What an order asks of the account beside what is held already. */
export interface Demand {
  readonly order: RiskOrder;
  /** It can only close what is held of a contract. */
  readonly reduceOnly: boolean;
  /** The order it changes. */
  readonly before: Pick<RiskOrder, "amount" | "limitPrice"> | null;
  /** What the intent holds now. */
  readonly own: Held | undefined;
  /** What it is to hold instead; as the order counts. Null: it is held already. */
  readonly left: Decimal | null;
  readonly pair: Pair;
  readonly market: PriceBounds | null;
  readonly dollars: Decimal | null;
}

export class Funds {
  readonly #o: FundsOptions;
  readonly #contracts: Contracts;
  /** Totals in units, by the balance they were read from. */
  readonly #units = new WeakMap<Balance, Units>();

  constructor(options: FundsOptions) {
    this.#o = options;
    this.#contracts = new Contracts(options);
  }

  check(demand: Demand): RiskRefusal | null {
    // Nothing leaves before the first sync has read the account: until then the gate will ask.
    if (demand.left !== null && !this.#o.account.isRead) return null;
    return demand.pair.kind === "spot" ? this.#checkSpot(demand) : this.#checkContract(demand);
  }

  #checkSpot(demand: Demand): RiskRefusal | null {
    const { order, before, left, pair, market } = demand;
    const isBuy = order.side === "BUY";
    const asset = isBuy ? pair.settle : pair.base;
    const sums = this.#o.ledger.asset(asset);
    const own = left === null ? undefined : demand.own;
    let more = 0n; // It is held already.
    let isLockKnown = sums.unpriced.size === 0;
    const units = left === null ? null : positiveUnits(left);
    if (units === null) {
      if (before !== null && isNoMore(order, before)) return null;
    } else {
      const price = order.limitPrice ?? market?.buyMax ?? null;
      const need = isBuy ? (price === null ? null : product(units, unitsOf(price), "up")) : units;
      const has = own === undefined ? 0n : own.lock;
      if (need === null || has === null) isLockKnown = false;
      else more = need - has;
      if (isLockKnown && before !== null && more <= 0n && units <= (own?.units ?? 0n)) return null;
    }
    return checkBalance(this.#balanceQuestion(asset, { sums, more, isLockKnown })) ??
      (isBuy ? this.#checkPosition(demand, units) : null);
  }

  #checkContract(demand: Demand): RiskRefusal | null {
    const { order, before, left, reduceOnly, pair: { base, settle, isPut } } = demand;
    if (reduceOnly) return null;
    if (left === null && before !== null && isNoContractMore(order, before)) return null;
    const change = this.#contracts.changeOf(demand, left === null ? null : positiveUnits(left));
    if (isPut && change.short > 0n) {
      const refusal = checkShortPut(order.symbolId, this.#contracts.shortAfter(demand, change));
      if (refusal !== null) return refusal;
    }
    const sums = this.#o.ledger.asset(settle);
    const isLockKnown = sums.unpriced.size === 0 && change.isPriced;
    if (!isLockKnown || change.margin > 0n) {
      // At the gate it is among what all contracts need already.
      const more = left === null ? 0n : change.margin;
      const refusal = checkMargin(this.#balanceQuestion(settle, { sums, more, isLockKnown }));
      if (refusal !== null) return refusal;
    }
    if (change.worst !== null && change.worst <= 0n) return null;
    const held = this.#contracts.worstOf(base);
    const more = left === null ? 0n : change.worst;
    const position = held === null || more === null ? null : held + more;
    const value = contractValue(demand);
    return checkPosition({ limits: this.#o.limits, base, position, value, of: "contracts" });
  }

  /**
   * Our own holds and what the venue says is locked overlap: the larger one counts. So does an order
   * of somebody else at the venue, as far as it is not hidden by one of ours that is on its way.
   */
  #balanceQuestion(
    asset: string,
    { sums, more, isLockKnown }: {
      readonly sums: AssetSums;
      readonly more: bigint;
      readonly isLockKnown: boolean;
    },
  ): BalanceQuestion {
    const held = this.#held(asset, sums);
    const venue = held === null ? 0n : held.locked;
    const ours = sums.locked + this.#contracts.margin(asset);
    const locked = (ours > venue ? ours : venue) + more;
    return { asset, held: held === null ? null : held.total, locked, isLockKnown };
  }

  #checkPosition(demand: Demand, units: bigint | null): RiskRefusal | null {
    const { order, own, pair: { base }, market } = demand;
    const sums = this.#o.ledger.asset(base);
    const held = this.#held(base, sums);
    if (held === null) return null; // the balance rule has said so
    const more = units === null ? 0n : units - (own?.units ?? 0n);
    const value = valueOf(demand, market?.price ?? order.limitPrice);
    const position = held.total + sums.buying + more;
    return checkPosition({ limits: this.#o.limits, base, position, value, of: "asset" });
  }

  /** What there is of an asset; null while the account was never read. */
  #held(asset: string, sums: AssetSums): Units | null {
    const { account, ledger } = this.#o;
    const balance = account.balance(asset);
    if (balance === undefined && !account.isRead) return null;
    const known = balance === undefined ? NOTHING : this.#unitsOf(balance);
    if (sums.moved.length === 0) return known;
    const { net, spent } = ledger.movedSince(sums, balance?.updatedAt ?? 0);
    // What a fill took was locked before: it no longer is, though the balance still says so.
    return {
      total: known.total + net,
      locked: known.locked > spent ? known.locked - spent : 0n,
    };
  }

  #unitsOf(balance: Balance): Units {
    let units = this.#units.get(balance);
    if (units === undefined) {
      units = { total: unitsOf(balance.total), locked: unitsOf(balance.locked) };
      this.#units.set(balance, units);
    }
    return units;
  }
}

/** Of a balance, in units of 10^-18. */
interface Units {
  readonly total: bigint;
  readonly locked: bigint;
}

const NOTHING: Units = { total: 0n, locked: 0n };

function positiveUnits(left: Decimal): bigint {
  const units = unitsOf(left);
  return units > 0n ? units : 0n;
}

function valueOf({ dollars }: Demand, price: Decimal | null): Decimal | null {
  if (price === null || dollars === null) return null;
  return dollars === "1" ? price : multiply(price, dollars, "UP");
}

/** In dollars: of one base unit of the underlying. */
function contractValue(demand: Demand): Decimal | null {
  const { order, pair, market, dollars } = demand;
  return pair.kind === "option" ? dollars : valueOf(demand, market?.price ?? order.limitPrice);
}

/** A change to less, or at a price that locks less. */
function isNoMore(order: RiskOrder, before: NonNullable<Demand["before"]>): boolean {
  return isNoContractMore(order, before) || isNoLarger(order, before) && order.side === "SELL";
}

/**
 * The same of a contract, where a sale at a higher price is margined with more, and an inverse one
 * with more at a lower price.
 */
function isNoContractMore(order: RiskOrder, before: NonNullable<Demand["before"]>): boolean {
  if (!isNoLarger(order, before) || order.limitPrice === null || before.limitPrice === null) {
    return false;
  }
  const higher = unitsOf(order.limitPrice) - unitsOf(before.limitPrice);
  return order.kind === "inverse" ? higher >= 0n : higher <= 0n;
}

function isNoLarger(order: RiskOrder, before: NonNullable<Demand["before"]>): boolean {
  if (order.limitPrice === null || before.limitPrice === null) return false;
  return unitsOf(order.amount) <= unitsOf(before.amount);
}
