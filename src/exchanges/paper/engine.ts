/**
 * The paper exchange's matching engine: price-time priority, several accounts, real locks and
 * fees. Synchronous and deterministic: what it does follows from its calls and its clock alone.
 *
 * I1 Its time never goes back, even when the clock does. I2 A call is stored (`onChange`) before
 * anybody else is told of it. I3 Per asset, value is conserved over accounts, house and fees.
 * I4 Of a contract, Σ realized and unrealized profit over all holders is zero (the house holds what
 * the accounts do not). Linear contracts only, one-way, cross margin; no funding, no expiry.
 */
import { type Decimal, fromUnits, isNegative, toUnits } from "../../model/decimal.ts";
import type { Clock } from "../../model/clock.ts";
import type { SymbolMetadata } from "../../model/instrument.ts";
import type { Side } from "../../model/order.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { Unsubscribe } from "./announcer.ts";
import { depthOf, topOf } from "./depth.ts";
import { Floor } from "./floor.ts";
import { changeLeverage, contractOf } from "./leverage.ts";
import type {
  Amendment,
  BalanceReport,
  Depth,
  EndCause,
  EngineChange,
  EngineResult,
  EngineState,
  ExecutionReport,
  FeeRates,
  HistoryLimits,
  LadderOptions,
  MarginOptions,
  MarketPrint,
  NewOrder,
  OrderKey,
  OrderQuery,
  PaperBalance,
  PaperMargin,
  PaperOrder,
  PaperPosition,
  PaperTrade,
  PositionReport,
  Rejection,
  TopOfBook,
  TradeQuery,
} from "./messages.ts";
import { OrderDesk } from "./order_desk.ts";

export type { Unsubscribe } from "./announcer.ts";

export interface EngineOptions {
  readonly clock: Pick<Clock, "now">;
  readonly instruments: readonly SymbolMetadata[];
  readonly fees: FeeRates;
  /** Default: 5 levels of 50,000 quote units a side, one basis point apart. */
  readonly ladder?: Partial<LadderOptions>;
  readonly history?: Partial<HistoryLimits>;
  readonly margin?: Partial<MarginOptions>;
}

/** A public trade of the outside market. */
export interface OutsidePrint {
  readonly price: Decimal;
  /** Zero only moves the price. */
  readonly quantity: Decimal;
  readonly takerSide: Side;
  /** As the feed dates it; default: the engine's time. */
  readonly time?: EpochMs;
}

export class MatchingEngine {
  readonly instruments: ReadonlyMap<string, SymbolMetadata>;
  readonly #floor: Floor;
  readonly #desk: OrderDesk;

  /** @throws {RangeError} naming the option. */
  constructor(options: EngineOptions) {
    this.instruments = new Map(options.instruments.map((each) => [each.symbolId, each]));
    this.#floor = new Floor(options);
    this.#desk = new OrderDesk(this.#floor);
  }

  /** Does nothing for an account that exists. */
  openAccount(accountId: string, balances: Readonly<Record<string, Decimal>> = {}): void {
    if (this.#floor.accounts.has(accountId)) return;
    const negative = Object.keys(balances).find((asset) => isNegative(balances[asset]!));
    if (negative !== undefined) {
      throw new RangeError(
        `Cannot open ${accountId}: ${negative} must not be negative, got ${balances[negative]}`,
      );
    }
    const turn = this.#floor.turn();
    const { owner } = this.#floor.addAccount(accountId);
    for (const [asset, amount] of Object.entries(balances)) {
      this.#floor.ledger.credit(owner, asset, toUnits(amount));
    }
    this.#floor.close(turn);
  }

  hasAccount(accountId: string): boolean {
    return this.#floor.accounts.has(accountId);
  }

  /** Adds to the free balance, a negative amount takes from it. @throws {RangeError} below zero. */
  deposit(accountId: string, asset: string, amount: Decimal): void {
    const { owner } = this.#floor.account(accountId);
    const isTaken = isNegative(amount);
    if (isTaken && this.#floor.margin.spendable(accountId, asset) + toUnits(amount) < 0n) {
      throw new RangeError(`Cannot withdraw ${amount} ${asset} from ${accountId}: too little free`);
    }
    const turn = this.#floor.turn();
    this.#floor.ledger.credit(owner, asset, toUnits(amount));
    this.#floor.close(turn);
  }

  submit(accountId: string, order: NewOrder): EngineResult {
    return this.#desk.submit(accountId, order);
  }

  /** Rejected with UNKNOWN_ORDER when no open order matches. */
  cancel(accountId: string, key: OrderKey): EngineResult {
    return this.#desk.cancel(accountId, key);
  }

  /** @returns the orders canceled. */
  cancelAll(
    accountId: string,
    symbolId?: string,
    why?: { readonly cause?: EndCause },
  ): readonly PaperOrder[] {
    return this.#desk.cancelAll(accountId, symbolId, why);
  }

  /**
   * Changes price, quantity or client id in place. The order keeps its turn in the queue only
   * when its price stays and its quantity does not grow.
   */
  amend(accountId: string, amendment: Amendment): EngineResult {
    return this.#desk.amend(accountId, amendment);
  }

  /**
   * A public print: fills what rests at a better price, at its own price and as far as the
   * print's quantity reaches; then moves the last price and quotes the house anew around it.
   */
  trade(symbolId: string, print: OutsidePrint): void {
    this.#desk.trade(symbolId, print);
  }

  /** By client id: the latest order that had it, open or not. */
  order(accountId: string, key: OrderKey): PaperOrder | undefined {
    return this.#floor.account(accountId).find(key)?.view();
  }

  openOrders(accountId: string, symbolId?: string): readonly PaperOrder[] {
    const open = [...this.#floor.account(accountId).open.values()];
    return open
      .filter((entry) => symbolId === undefined || entry.terms.symbolId === symbolId)
      .map((entry) => entry.view());
  }

  /** Open and final, by order id. */
  orders(accountId: string, query?: OrderQuery): readonly PaperOrder[] {
    return [...this.#floor.account(accountId).orders(query)].map((entry) => entry.view());
  }

  /** By trade id. */
  trades(accountId: string, query?: TradeQuery): readonly PaperTrade[] {
    return this.#floor.account(accountId).trades(query);
  }

  balances(accountId: string): readonly PaperBalance[] {
    return this.#floor.ledger.balances(this.#floor.account(accountId).owner);
  }

  balance(accountId: string, asset: string): PaperBalance {
    return this.#floor.ledger.balance(this.#floor.account(accountId).owner, asset);
  }

  /** Open positions of contracts. */
  positions(accountId: string, symbolId?: string): readonly PaperPosition[] {
    const { margin } = this.#floor;
    return [...margin.of(this.#floor.account(accountId).accountId)]
      .filter(({ quantity, market }) =>
        quantity !== 0n && (symbolId === undefined || market.symbolId === symbolId)
      )
      .map((entry) => margin.view(entry));
  }

  /** Every perpetual and future, flat ones too: they have a leverage. */
  contracts(accountId: string): readonly PaperPosition[] {
    return [...this.#floor.markets.values()]
      .filter(({ isContract, settlement }) => isContract && settlement !== "option")
      .map(({ symbolId }) => this.position(accountId, symbolId));
  }

  /** Also a flat one. @throws {RangeError} for what is no contract listed here. */
  position(accountId: string, symbolId: string): PaperPosition {
    return this.#floor.margin.view(contractOf(this.#floor, accountId, symbolId));
  }

  /** What the asset bears of the account's contracts. */
  margin(accountId: string, asset: string): PaperMargin {
    return this.#floor.margin.margin(this.#floor.account(accountId).accountId, asset);
  }

  leverage(accountId: string, symbolId: string): Decimal {
    const { margin } = this.#floor;
    return fromUnits(margin.leverageOf(contractOf(this.#floor, accountId, symbolId)));
  }

  /** @returns why it cannot be, or null. */
  setLeverage(accountId: string, symbolId: string, leverage: Decimal): Rejection | null {
    return changeLeverage(
      this.#floor,
      contractOf(this.#floor, accountId, symbolId),
      leverage,
    );
  }

  /** Σ of an asset over accounts, house and fees: what was deposited, whatever was traded. */
  total(asset: string): Decimal {
    return this.#floor.ledger.total(asset);
  }

  lastPrice(symbolId: string): Decimal | null {
    const last = this.#floor.market(symbolId).last;
    return last === null ? null : fromUnits(last);
  }

  top(symbolId: string): TopOfBook {
    return topOf(this.#floor.market(symbolId));
  }

  depth(symbolId: string, levels = 100): Depth {
    return depthOf(this.#floor.market(symbolId), levels);
  }

  /** Newest change among orders the bounded history has forgotten; null while it forgot none. */
  get forgottenUntil(): EpochMs | null {
    return this.#floor.forgottenUntil;
  }

  /** The engine's time: the clock's, but never going back. */
  now(): EpochMs {
    return this.#floor.now();
  }

  onExecution(listener: (report: ExecutionReport) => void): Unsubscribe {
    return this.#floor.announcer.onExecution.add(listener);
  }

  onBalance(listener: (report: BalanceReport) => void): Unsubscribe {
    return this.#floor.announcer.onBalance.add(listener);
  }

  /** What fills changed; a mark price that moves alone is not told. */
  onPosition(listener: (report: PositionReport) => void): Unsubscribe {
    return this.#floor.announcer.onPosition.add(listener);
  }

  onPrint(listener: (print: MarketPrint) => void): Unsubscribe {
    return this.#floor.announcer.onPrint.add(listener);
  }

  /** Called once per changing call, before any other listener: for a store. */
  onChange(listener: (change: EngineChange) => void): Unsubscribe {
    return this.#floor.announcer.onChange.add(listener);
  }

  serialize(): EngineState {
    return this.#floor.serialize();
  }

  /** @throws {RangeError} when an open order's symbol is not among the instruments. */
  static restore(options: EngineOptions, state: EngineState): MatchingEngine {
    const engine = new MatchingEngine(options);
    engine.#floor.restore(state);
    return engine;
  }
}
