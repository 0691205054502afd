/**
 * The state everything in the engine shares: markets, accounts, ledger, counters and time. It
 * knows how to be stored and restored; what may happen to it is decided in `order_desk.ts`.
 */
import { type Decimal, toUnits } from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import { PaperAccount } from "./account.ts";
import { Announcer } from "./announcer.ts";
import type { EngineOptions } from "./engine.ts";
import { hold, lockOfResting } from "./funds.ts";
import { ladderOf } from "./ladder.ts";
import { FEES, HOUSE, Ledger, ownerOf } from "./ledger.ts";
import { liquidate } from "./liquidation.ts";
import { MarginBook } from "./margin.ts";
import { Market } from "./market.ts";
import type { Desk } from "./matching.ts";
import type {
  EngineState,
  FeeRates,
  HistoryLimits,
  PaperOrder,
  StoredCounters,
} from "./messages.ts";
import { OrderEntry } from "./order_entry.ts";
import { storedMarket, Turn } from "./turn.ts";
import { UNIT } from "./units.ts";

/** A busy day of one account, in about 50 MB. */
const DEFAULT_HISTORY: HistoryLimits = {
  finalOrdersMax: 50_000,
  tradesMax: 100_000,
  openOrdersMax: 100_000,
};

export class Floor implements Desk {
  readonly markets = new Map<string, Market>();
  readonly accounts = new Map<string, PaperAccount>();
  readonly ledger = new Ledger();
  readonly margin: MarginBook;
  readonly announcer: Announcer;
  readonly history: HistoryLimits;
  readonly makerRate: bigint;
  readonly takerRate: bigint;
  readonly feeAsset: NonNullable<FeeRates["asset"]>;
  /** Newest change among the orders that fell out of the history; null while none did. */
  forgottenUntil: EpochMs | null = null;
  readonly #clock: EngineOptions["clock"];
  #nextOrderId = 1;
  #nextTradeId = 1;
  #nextPriority = 1;
  #time: EpochMs = 0;

  /** @throws {RangeError} naming the option. */
  constructor(options: EngineOptions) {
    this.#clock = options.clock;
    this.history = { ...DEFAULT_HISTORY, ...options.history };
    this.makerRate = rateUnits("maker", options.fees.maker);
    this.takerRate = rateUnits("taker", options.fees.taker);
    this.feeAsset = options.fees.asset ?? "RECEIVED";
    this.margin = new MarginBook(this.ledger, options.margin);
    this.announcer = new Announcer(this.ledger, this.margin);
    const ladder = ladderOf(options.ladder);
    for (const metadata of options.instruments) {
      this.markets.set(metadata.symbolId, new Market(metadata, ladder));
    }
    this.ledger.open(HOUSE);
    this.ledger.open(FEES);
  }

  /** The clock's time, but never going back. */
  now(): EpochMs {
    return this.#time = Math.max(this.#time, this.#clock.now());
  }

  turn(): Turn {
    return new Turn(this.now());
  }

  close(turn: Turn): void {
    if (turn.markets.size > 0) liquidate(this, turn);
    this.announcer.announce(turn, this.counters());
  }

  get nextOrderId(): number {
    return this.#nextOrderId;
  }

  takeOrderId(): number {
    return this.#nextOrderId++;
  }

  takeTradeId(): number {
    return this.#nextTradeId++;
  }

  takePriority(): number {
    return this.#nextPriority++;
  }

  forget(entry: OrderEntry): void {
    this.forgottenUntil = Math.max(this.forgottenUntil ?? 0, entry.updatedAt);
  }

  addAccount(accountId: string): PaperAccount {
    const account = new PaperAccount(accountId, ownerOf(accountId), this.history);
    this.ledger.open(account.owner);
    this.accounts.set(accountId, account);
    return account;
  }

  /** @throws {RangeError} when it is not open. */
  account(accountId: string): PaperAccount {
    const account = this.accounts.get(accountId);
    if (account === undefined) throw new RangeError(`Cannot use account ${accountId}: not open`);
    return account;
  }

  /** @throws {RangeError} when it is not listed. */
  market(symbolId: string): Market {
    const market = this.markets.get(symbolId);
    if (market === undefined) {
      throw new RangeError(`Cannot use symbol ${symbolId}: not listed here`);
    }
    return market;
  }

  counters(): StoredCounters {
    return {
      nextOrderId: this.#nextOrderId,
      nextTradeId: this.#nextTradeId,
      nextPriority: this.#nextPriority,
      forgottenUntil: this.forgottenUntil,
    };
  }

  serialize(): EngineState {
    const accounts = [...this.accounts.values()];
    return {
      version: 1,
      accounts: accounts.map((account) => account.accountId),
      orders: accounts.flatMap((account) => [...account.orders()].map((each) => each.stored())),
      trades: accounts.flatMap((account) => account.allTrades()),
      balances: this.ledger.stored(),
      positions: this.margin.stored(),
      markets: [...this.markets.values()].map(storedMarket),
      counters: this.counters(),
    };
  }

  /** @throws {RangeError} when an open order's symbol is not listed. */
  restore(state: EngineState): void {
    for (const accountId of state.accounts) this.addAccount(accountId);
    this.ledger.restore(state.balances);
    for (const stored of state.markets) this.markets.get(stored.symbolId)?.restore(stored);
    for (const stored of state.positions) {
      const market = this.markets.get(stored.symbolId);
      if (market !== undefined) this.margin.entry(stored.accountId, market).restore(stored);
    }
    const entries = new Map<number, OrderEntry>();
    for (const stored of state.orders.toSorted((a, b) => a.orderId - b.orderId)) {
      const entry = OrderEntry.restore(stored);
      entries.set(stored.orderId, entry);
      this.account(stored.accountId).add(entry);
      this.#time = Math.max(this.#time, stored.updatedAt);
    }
    for (const stored of state.orders.filter(isOpen).sort((a, b) => a.priority - b.priority)) {
      const entry = entries.get(stored.orderId)!;
      const market = this.market(stored.symbolId);
      market.side(stored.side).add(entry);
      if (market.isContract) hold(entry, this, market);
      else entry.lock = lockOfResting(entry);
    }
    for (const trade of state.trades.toSorted((a, b) => a.tradeId - b.tradeId)) {
      this.account(trade.accountId).addTrade(trade);
      entries.get(trade.orderId)?.markTrade(trade.tradeId);
    }
    this.#nextOrderId = state.counters.nextOrderId;
    this.#nextTradeId = state.counters.nextTradeId;
    this.#nextPriority = state.counters.nextPriority;
    this.forgottenUntil = state.counters.forgottenUntil;
  }
}

function rateUnits(name: string, rate: Decimal): bigint {
  const units = toUnits(rate);
  if (units < 0n || units >= UNIT) {
    throw new RangeError(`Cannot charge fees: fees.${name} must be from 0 to below 1, got ${rate}`);
  }
  return units;
}

function isOpen(order: PaperOrder): boolean {
  return order.status === "OPEN" || order.status === "PARTIALLY_FILLED";
}
