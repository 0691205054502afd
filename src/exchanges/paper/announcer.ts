/**
 * Tells what a turn of the engine changed: first the stores, then everybody else, in order, also
 * when a listener calls the engine again from within.
 */
import type {
  BalanceReport,
  EngineChange,
  ExecutionReport,
  MarketPrint,
  PaperBalance,
  PaperPosition,
  PositionReport,
  StoredCounters,
} from "./messages.ts";
import { balanceOf, FEES, type Holding, HOUSE, type Ledger, storedOf } from "./ledger.ts";
import type { MarginBook } from "./margin.ts";
import type { PositionEntry } from "./position.ts";
import { storedMarket, type Turn } from "./turn.ts";

/** Removes the listener. */
export type Unsubscribe = () => void;

export class Announcer {
  readonly onChange = new Listeners<EngineChange>();
  readonly onExecution = new Listeners<ExecutionReport>();
  readonly onBalance = new Listeners<BalanceReport>();
  readonly onPosition = new Listeners<PositionReport>();
  readonly onPrint = new Listeners<MarketPrint>();
  readonly #ledger: Ledger;
  readonly #margin: MarginBook;
  /** Turns whose news waits because a listener of an earlier turn is still running. */
  readonly #waiting: (() => void)[] = [];
  #isTelling = false;

  constructor(ledger: Ledger, margin: MarginBook) {
    this.#ledger = ledger;
    this.#margin = margin;
  }

  announce(turn: Turn, counters: StoredCounters): void {
    const touched = this.#ledger.takeTouched();
    const moved = this.#margin.takeTouched();
    if (this.onChange.size > 0) {
      this.onChange.tell({ ...changeOf(turn, touched, counters), positions: storedOfAll(moved) });
    }
    const balances = this.onBalance.size > 0 ? balanceReports(turn, touched) : [];
    const positions = this.onPosition.size > 0 ? positionReports(turn, moved, this.#margin) : [];
    this.#waiting.push(() => {
      for (const report of turn.reports) this.onExecution.tell(report);
      for (const report of balances) this.onBalance.tell(report);
      for (const report of positions) this.onPosition.tell(report);
      for (const print of turn.prints) this.onPrint.tell(print);
    });
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        next();
      }
    } finally {
      this.#isTelling = false;
    }
  }
}

class Listeners<T> {
  readonly #all = new Set<(item: T) => void>();

  get size(): number {
    return this.#all.size;
  }

  add(listener: (item: T) => void): Unsubscribe {
    this.#all.add(listener);
    return () => void this.#all.delete(listener);
  }

  tell(item: T): void {
    for (const listener of this.#all) listener(item);
  }
}

function changeOf(
  turn: Turn,
  touched: ReadonlySet<Holding>,
  counters: StoredCounters,
): Omit<EngineChange, "positions"> {
  return {
    orders: [...turn.orders].map((entry) => entry.stored()),
    trades: turn.trades,
    balances: [...touched].map(storedOf),
    markets: [...turn.markets].map(storedMarket),
    forgottenOrders: turn.forgottenOrders,
    forgottenTrades: turn.forgottenTrades,
    counters,
  };
}

function storedOfAll(moved: ReadonlySet<PositionEntry>): EngineChange["positions"] {
  return [...moved].map((entry) => entry.stored());
}

/** A position without a fill has nothing to tell: its leverage alone was set. */
function positionReports(
  turn: Turn,
  moved: ReadonlySet<PositionEntry>,
  margin: MarginBook,
): readonly PositionReport[] {
  const byAccount = new Map<string, PaperPosition[]>();
  for (const entry of moved) {
    const list = byAccount.get(entry.accountId) ?? [];
    if (entry.updatedAt > 0) list.push(margin.view(entry));
    byAccount.set(entry.accountId, list);
  }
  return [...byAccount].map(([accountId, positions]) => ({
    accountId,
    positions,
    time: turn.time,
  }));
}

function balanceReports(turn: Turn, touched: ReadonlySet<Holding>): readonly BalanceReport[] {
  const byOwner = new Map<string, PaperBalance[]>();
  for (const holding of touched) {
    if (holding.owner === HOUSE || holding.owner === FEES) continue;
    const list = byOwner.get(holding.owner) ?? [];
    list.push(balanceOf(holding));
    byOwner.set(holding.owner, list);
  }
  return [...byOwner].map(([owner, balances]) => ({
    accountId: owner.slice("account:".length),
    balances,
    time: turn.time,
  }));
}
