/**
 * Risk admission of one exchange account. The door asks it before anything is recorded, the book
 * before a further attempt, the gate last before the wire; every turn of an intent tells it what
 * the intent may still do.
 *
 * I1 Between a check and the hold it leads to nothing else runs, so that two orders at once cannot
 *    use the same money: the door checks and places in one synchronous step, and the gate checks
 *    what is already held.
 * I2 A check costs the same whatever the number of intents.
 */
import { checkOpenOrders, checkOrder, duplicateRefusal, rateRefusal } from "../machines/risk.ts";
import { holdOf } from "../machines/risk_exposure.ts";
import { RiskLedger } from "../machines/risk_ledger.ts";
import { newRiskRates, type RiskRates } from "../machines/risk_rates.ts";
import type { RiskWindow } from "../machines/risk_window.ts";
import type { AttemptRecord, IntentContext } from "../machines/intent_context.ts";
import type { Clock } from "../src/model/clock.ts";
import { tradedKind } from "../src/model/contract_value.ts";
import { type Decimal, subtract } from "../src/model/decimal.ts";
import { RISK_REPEATS_MAX } from "../src/model/limits.ts";
import type { StandardOrder } from "../src/model/order.ts";
import { type RiskLimits, type RiskRefusal, riskText } from "../src/model/risk.ts";
import { parseSymbol } from "../src/model/symbol.ts";
import type { Account } from "./account.ts";
import type { Denial } from "./gate.ts";
import type { Prices } from "./prices.ts";
import { unpricedWorst } from "./risk_contracts.ts";
import { type Demand, Funds, type Pair } from "./risk_funds.ts";

export interface RiskOptions {
  readonly clock: Clock;
  readonly limits: RiskLimits;
  /** Of earlier actors of the exchange under these limits; default: nothing was placed yet. */
  readonly rates?: RiskRates;
  readonly account: Pick<Account, "isRead" | "balance" | "held" | "positions">;
  readonly prices: Pick<Prices, "fresh" | "dollars" | "want">;
}

/** One request that adds exposure, as it is about to leave. */
export type Send =
  | {
    readonly kind: "submit";
    readonly intentId: string;
    readonly order: StandardOrder;
    readonly amount: Decimal;
  }
  | {
    readonly kind: "amend";
    readonly intentId: string;
    readonly order: StandardOrder;
    /** New total of the venue order. */
    readonly amount: Decimal;
    readonly attempt: Pick<AttemptRecord, "amount" | "limitPrice">;
  };

export class Risk {
  readonly #o: RiskOptions;
  readonly #ledger: RiskLedger;
  readonly #rates: RiskRates;
  /** By symbol; bounded by what the venue lists and the store holds. */
  readonly #pairs = new Map<string, Pair>();
  readonly #funds: Funds;

  constructor(options: RiskOptions) {
    const { limits, prices } = options;
    this.#o = options;
    this.#ledger = new RiskLedger({
      assetsOf: (symbolId) => {
        const { kind, base, settle } = this.#pair(symbolId);
        return { base, settle, kind: kind === "unsupported" ? "spot" : kind };
      },
      worstPrice: (symbolId, side) =>
        unpricedWorst(this.#pair(symbolId).kind, side, prices.fresh(symbolId)),
    });
    this.#rates = options.rates ?? newRiskRates(limits);
    const { account } = options;
    const pairOf = (symbolId: string) => this.#pair(symbolId);
    this.#funds = new Funds({ limits, account, prices, ledger: this.#ledger, pairOf });
  }

  /** Intents that have not ended, or may be live all the same. */
  get openCount(): number {
    return this.#ledger.openCount;
  }

  /** For a comparison with a recount. */
  get sums(): Readonly<Record<string, string>> {
    return this.#ledger.snapshot();
  }

  /**
   * Prices that this order needs and that have to be read first. A limit order does not wait: it
   * has a price of its own, and the market's is compared with it as soon as it is there.
   *
   * @returns null when nothing has to be waited for.
   */
  prepare({ symbolId, limitPrice }: StandardOrder): Promise<void> | null {
    const { valuedIn } = this.#pair(symbolId);
    const reading = this.#o.prices.want(symbolId, valuedIn);
    const waits = limitPrice === null || this.#o.prices.dollars(valuedIn) === null;
    return waits ? reading : null;
  }

  /** A new order, at the door. @param isNamed the caller gave it an intent id of its own */
  checkPlace(
    order: StandardOrder,
    { isNamed }: { readonly isNamed: boolean },
  ): RiskRefusal | null {
    const { limits } = this.#o;
    const demand = this.#demand(order, {
      before: null,
      own: undefined,
      left: order.amount,
      amount: order.amount,
    });
    return this.#checkDemand(demand) ??
      checkOpenOrders(limits, this.#ledger.openCount + 1) ??
      (isNamed ? null : this.#checkRepeat(order)) ??
      this.#checkRate("order", this.#rates.orders);
  }

  /** It was placed: the rates count it. */
  placed(order: StandardOrder): void {
    const now = this.#o.clock.monotonic();
    for (const window of this.#rates.orders) window.add(now);
    if (order.limitPrice === null) this.#rates.repeats.add(repeatKey(order), now);
  }

  /** A change of a live intent, at the door; a refused one leaves the order as it was. */
  checkChange(context: IntentContext, order: StandardOrder): RiskRefusal | null {
    const { intent, filled } = context;
    const demand = this.#demand(order, {
      before: intent.order,
      own: this.#ledger.held(intent.intentId),
      left: subtract(order.amount, filled),
      amount: order.amount,
    });
    return this.#checkDemand(demand) ?? this.#checkRate("modify", this.#rates.modifies);
  }

  /** It was changed: the rate counts it. */
  changed(): void {
    const now = this.#o.clock.monotonic();
    for (const window of this.#rates.modifies) window.add(now);
  }

  /** Last before the wire, and before a further attempt: against the state of this moment. */
  checkSend(send: Send): Denial | null {
    const isAmend = send.kind === "amend";
    const demand = this.#demand(send.order, {
      before: isAmend ? send.attempt : null,
      own: this.#ledger.held(send.intentId),
      left: null, // It is among what is held already.
      amount: send.amount,
    });
    const refusal = this.#checkDemand(demand) ??
      (isAmend ? null : checkOpenOrders(this.#o.limits, this.#ledger.openCount));
    if (refusal === null) return null;
    return { code: refusal.code, message: riskText(isAmend ? "change" : "send", refusal) };
  }

  /** After every turn of an intent, and when one is brought back: what it may still do. */
  onTurn(before: IntentContext | null, after: IntentContext): void {
    const { intent, effects } = after;
    if (before !== null) { for (const fill of effects.fills) this.#ledger.filled(fill); }
    const isSame = before !== null && before.attempts === after.attempts &&
      before.intent === intent && before.phase === after.phase && before.filled === after.filled;
    if (!isSame) this.#ledger.set(intent.intentId, holdOf(after));
  }

  /** It has ended and left the memory: what the venue still owes of it shows in the balances. */
  forget(intentId: string): void {
    this.#ledger.set(intentId, null);
  }

  #demand(
    { symbolId, side, limitPrice, postOnly, reduceOnly }: StandardOrder,
    { before, own, left, amount }: Pick<Demand, "before" | "own" | "left"> & {
      readonly amount: Decimal;
    },
  ): Demand {
    const { prices } = this.#o;
    const pair = this.#pair(symbolId);
    return {
      order: {
        symbolId,
        kind: pair.kind === "unsupported" ? "spot" : pair.kind,
        side,
        amount,
        limitPrice,
        postOnly,
      },
      reduceOnly,
      before,
      own,
      left,
      pair,
      market: prices.fresh(symbolId),
      dollars: prices.dollars(pair.valuedIn),
    };
  }

  #checkDemand(demand: Demand): RiskRefusal | null {
    const { order, before, market, dollars } = demand;
    const { limits } = this.#o;
    if (demand.pair.kind === "unsupported") return unsupported(order.symbolId);
    const opposite = limits.selfTrades === "allow"
      ? null
      : this.#ledger.opposite(order.symbolId, order.side);
    try {
      return checkOrder({ limits, order, before, market, dollars, opposite }) ??
        this.#funds.check(demand);
    } catch (error) {
      // Amounts that no decimal holds any more are beyond every cap.
      if (!(error instanceof RangeError)) throw error;
      const rule = "amount and price must be countable in digits, at most";
      return { code: "VALUE_UNKNOWN", rule, limit: "38", actual: order.amount };
    }
  }

  #checkRepeat(order: StandardOrder): RiskRefusal | null {
    const { limits, clock } = this.#o;
    if (order.limitPrice !== null || limits.duplicateWindowMs === 0) return null;
    const now = clock.monotonic();
    const ago = this.#rates.repeats.since(repeatKey(order), now);
    if (ago !== null) return duplicateRefusal(limits, ago);
    return this.#rates.repeats.isFull(now) ? rateRefusal("order", REPEATS) : null;
  }

  #checkRate(what: "order" | "modify", windows: readonly RiskWindow[]): RiskRefusal | null {
    const now = this.#o.clock.monotonic();
    for (const window of windows) if (!window.hasRoom(now)) return rateRefusal(what, window);
    return null;
  }

  #pair(symbolId: string): Pair {
    let pair = this.#pairs.get(symbolId);
    if (pair === undefined) {
      pair = pairOf(symbolId);
      this.#pairs.set(symbolId, pair);
    }
    return pair;
  }
}

const SECOND_MS = 1_000;
const REPEATS = { limit: RISK_REPEATS_MAX, spanMs: SECOND_MS };

function repeatKey({ symbolId, side, amount }: StandardOrder): string {
  return `${symbolId} ${side} ${amount}`;
}

function pairOf(symbolId: string): Pair {
  const parsed = parseSymbol(symbolId);
  if (parsed === null) return unsupportedPair(symbolId, symbolId);
  const { base, quote } = parsed;
  const kind = tradedKind(parsed);
  if (kind === null) return unsupportedPair(base, quote);
  const settle = kind === "spot" || kind === "linear" ? quote : base;
  const isPut = parsed.kind === "OPT" && parsed.right === "P";
  return { kind, base, settle, isPut, valuedIn: kind === "option" ? settle : quote };
}

function unsupportedPair(base: string, quote: string): Pair {
  return { kind: "unsupported", base, settle: quote, isPut: false, valuedIn: quote };
}

/** A contract whose profit is in neither of its two assets, or an option that is paid otherwise. */
function unsupported(symbolId: string): RiskRefusal {
  const rule = "what is traded must be";
  const limit = "spot, a perpetual or future settled in its quote or base asset, or an option " +
    "settled in its base asset";
  return { code: "INSTRUMENT_UNSUPPORTED", rule, limit, actual: symbolId };
}
