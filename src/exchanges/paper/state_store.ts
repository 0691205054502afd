/**
 * The paper venue's own memory, so that its orders outlive the process as a real venue's do.
 *
 * I1 A change is in the file before anybody is told of it. I2 A change is one transaction. It
 * survives a killed process; the flush to the disk is left to the system (`synchronous=OFF`),
 * since a power cut takes the whole venue with it and no money is here.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { decimal } from "../../model/decimal.ts";
import { StoreError } from "../../model/errors.ts";
import type { EngineKeeper } from "./adapter.ts";
import type { MatchingEngine, Unsubscribe } from "./engine.ts";
import type {
  EngineChange,
  EngineState,
  PaperTrade,
  StoredBalance,
  StoredCounters,
  StoredMarket,
  StoredOrder,
  StoredPosition,
} from "./messages.ts";

const FORMAT = 1;

/** Rows hold their record as JSON; the columns beside it are what rows are found by. */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS orders (order_id INTEGER PRIMARY KEY, record TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS trades (
  trade_id INTEGER NOT NULL, order_id INTEGER NOT NULL, account_id TEXT NOT NULL,
  record TEXT NOT NULL, PRIMARY KEY (trade_id, order_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS balances (
  owner TEXT NOT NULL, asset TEXT NOT NULL, free TEXT NOT NULL, locked TEXT NOT NULL,
  PRIMARY KEY (owner, asset)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS positions (
  account_id TEXT NOT NULL, symbol_id TEXT NOT NULL, record TEXT NOT NULL,
  PRIMARY KEY (account_id, symbol_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS markets (symbol_id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS counters (one INTEGER PRIMARY KEY CHECK (one = 1), record TEXT NOT NULL)
STRICT;
`;

export class StateStore implements EngineKeeper {
  readonly #path: string;
  #open: OpenState | null;
  #detach: Unsubscribe | null = null;

  /** @throws {StoreError} when the file cannot be opened, or another process holds it. */
  constructor(path: string) {
    this.#path = path;
    this.#open = new OpenState(path);
  }

  /** What the file holds; null when it is new. */
  load(): EngineState | null {
    return this.#opened().load();
  }

  attach(engine: MatchingEngine): void {
    this.#opened();
    this.#detach ??= engine.onChange((change) => this.#opened().write(change));
  }

  close(): void {
    this.#detach?.();
    this.#detach = null;
    this.#open?.close();
    this.#open = null;
  }

  #opened(): OpenState {
    return this.#open ??= new OpenState(this.#path);
  }
}

class OpenState {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #putOrder: StatementSync;
  readonly #putTrade: StatementSync;
  readonly #putBalance: StatementSync;
  readonly #putPosition: StatementSync;
  readonly #putMarket: StatementSync;
  readonly #putCounters: StatementSync;
  readonly #dropOrder: StatementSync;
  readonly #dropTrades: StatementSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;

  constructor(path: string) {
    this.#path = path;
    const database = opened(path);
    this.#database = database;
    this.#putOrder = database.prepare("INSERT OR REPLACE INTO orders VALUES (?, ?)");
    this.#putTrade = database.prepare("INSERT OR REPLACE INTO trades VALUES (?, ?, ?, ?)");
    this.#putBalance = database.prepare("INSERT OR REPLACE INTO balances VALUES (?, ?, ?, ?)");
    this.#putPosition = database.prepare("INSERT OR REPLACE INTO positions VALUES (?, ?, ?)");
    this.#putMarket = database.prepare("INSERT OR REPLACE INTO markets VALUES (?, ?)");
    this.#putCounters = database.prepare("INSERT OR REPLACE INTO counters VALUES (1, ?)");
    this.#dropOrder = database.prepare("DELETE FROM orders WHERE order_id = ?");
    this.#dropTrades = database.prepare(
      "DELETE FROM trades WHERE trade_id <= ? AND account_id = ?",
    );
    this.#begin = database.prepare("BEGIN");
    this.#commit = database.prepare("COMMIT");
  }

  load(): EngineState | null {
    const counters = this.#records<StoredCounters>("counters")[0];
    if (counters === undefined) return null;
    const balances = this.#database.prepare("SELECT owner, asset, free, locked FROM balances").all()
      .map((row): StoredBalance => ({
        owner: String(row["owner"]),
        asset: String(row["asset"]),
        free: decimal(String(row["free"])),
        locked: decimal(String(row["locked"])),
      }));
    const orders = this.#records<StoredOrder>("orders");
    const accounts = [
      ...orders.map((order) => order.accountId),
      ...balances.map(({ owner }) => owner).filter((owner) => owner.startsWith(ACCOUNT))
        .map((owner) => owner.slice(ACCOUNT.length)),
    ];
    return {
      version: FORMAT,
      accounts: [...new Set(accounts)],
      orders,
      trades: this.#records<PaperTrade>("trades"),
      balances,
      positions: this.#records<StoredPosition>("positions"),
      markets: this.#records<StoredMarket>("markets"),
      counters,
    };
  }

  write(change: EngineChange): void {
    try {
      this.#begin.run();
      for (const order of change.orders) this.#putOrder.run(order.orderId, JSON.stringify(order));
      for (const trade of change.trades) {
        const { tradeId, orderId, accountId } = trade;
        this.#putTrade.run(tradeId, orderId, accountId, JSON.stringify(trade));
      }
      for (const { owner, asset, free, locked } of change.balances) {
        this.#putBalance.run(owner, asset, free, locked);
      }
      for (const position of change.positions) {
        const { accountId, symbolId } = position;
        this.#putPosition.run(accountId, symbolId, JSON.stringify(position));
      }
      for (const market of change.markets) {
        this.#putMarket.run(market.symbolId, JSON.stringify(market));
      }
      for (const orderId of change.forgottenOrders) this.#dropOrder.run(orderId);
      for (const { accountId, upTo } of change.forgottenTrades) {
        this.#dropTrades.run(upTo, accountId);
      }
      this.#putCounters.run(JSON.stringify(change.counters));
      this.#commit.run();
    } catch (cause) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw failure("write", this.#path, cause);
    }
  }

  close(): void {
    this.#database.close();
  }

  /** Written by `write` in the same format, hence the cast; a foreign format is refused on open. */
  #records<T>(table: "orders" | "trades" | "positions" | "markets" | "counters"): T[] {
    const rows = this.#database.prepare(`SELECT record FROM ${table}`).all();
    return rows.map((row) => JSON.parse(String(row["record"])) as T);
  }
}

const ACCOUNT = "account:";

function opened(path: string): DatabaseSync {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(path);
    // EXCLUSIVE: two venues on one file would each believe their own books.
    database.exec("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL");
    database.exec("PRAGMA synchronous=OFF");
    const format = Number(database.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
    if (format !== 0 && format !== FORMAT) {
      throw new RangeError(`its format is ${format}, this program reads ${FORMAT}`);
    }
    database.exec(SCHEMA);
    database.exec(`PRAGMA user_version=${FORMAT}`);
    return database;
  } catch (cause) {
    database?.close();
    throw failure("open", path, cause);
  }
}

function failure(action: string, path: string, cause: unknown): StoreError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StoreError(`Cannot ${action} the paper venue's state ${path}: ${reason}`, { path }, {
    cause,
  });
}
