/**
 * The durable store: one SQLite file in a directory of its own. `append` is one transaction and
 * returns once it is on the disk; group commit is its caller's doing (one call for many turns).
 *
 * S1 Any error while writing fails the store for good: after a failed flush the system may have
 *    dropped the pages it could not write, so trying again could report success for lost data.
 * S2 Reads go on after that as far as the file allows; no error but a `KernelError` leaves here.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Drift } from "../model/drift.ts";
import { KernelError, StoreError } from "../model/errors.ts";
import type { KernelEvent } from "../model/event.ts";
import type { Fill } from "../model/fill.ts";
import type { EpochMs } from "../model/scalars.ts";
import { type OpenDatabase, openDatabase, type OpenedDatabase } from "./sqlite_database.ts";
import { SqliteBackup } from "./sqlite_backup.ts";
import { SqliteReader } from "./sqlite_reader.ts";
import { type Migration, MIGRATIONS } from "./sqlite_schema.ts";
import { SqliteWriter } from "./sqlite_writer.ts";
import type {
  Batch,
  EventQuery,
  FillFilter,
  IntentFilter,
  Page,
  ParkedFact,
  Receipt,
  Store,
  StoredIntent,
} from "./store.ts";

/** Rows one `prune` transaction looks at: about 20 ms. */
const PRUNE_ROWS = 5_000;

export interface SqliteStoreOptions {
  /** The data directory; made with mode 0700 if absent. */
  readonly path: string;
  /** Versions of the intent machine this build reads; any other is a StoreError. Default: all. */
  readonly versions?: readonly string[];
  /** Default: {@linkcode MIGRATIONS}. */
  readonly migrations?: readonly Migration[];
  /** The file may not grow past this many pages of 4 kB; an append that would is refused. */
  readonly pageMax?: number;
  readonly openDatabase?: OpenDatabase;
}

/**
 * Opens the store in `path`, checked and brought to this build's schema.
 * @throws {StoreError} if the directory is in use, the file damaged, or a newer build wrote it.
 */
export function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  return new Promise((resolve) => {
    const opened = openDatabase({
      directory: options.path,
      migrations: options.migrations ?? MIGRATIONS,
      open: options.openDatabase,
      pageMax: options.pageMax,
    });
    try {
      resolve(new SqliteStore(opened, options.versions));
    } catch (cause) {
      opened.db.close();
      opened.lock.release();
      throw storeError(`Cannot open store ${opened.file}`, cause);
    }
  });
}

class SqliteStore implements Store {
  readonly kind = "sqlite";
  readonly #opened: OpenedDatabase;
  readonly #db: DatabaseSync;
  readonly #writer: SqliteWriter;
  readonly #reader: SqliteReader;
  readonly #transaction: ReturnType<typeof transactionOf>;
  #failure: KernelError | null = null;
  #closed = false;
  readonly #backup: SqliteBackup;

  constructor(opened: OpenedDatabase, versions: readonly string[] | undefined) {
    this.#opened = opened;
    const db = this.#db = opened.db;
    this.#transaction = transactionOf(db);
    db.exec("BEGIN IMMEDIATE");
    this.#writer = new SqliteWriter(db);
    db.exec("COMMIT");
    this.#backup = new SqliteBackup(opened);
    const { newest, index } = this.#writer;
    this.#reader = new SqliteReader(db, { newest, index, versions });
  }

  get failure(): Error | null {
    return this.#failure;
  }

  get lastEventId(): number {
    return this.#writer.lastEventId;
  }

  append(batch: Batch): Receipt {
    return this.#write("append", () => ({ events: this.#writer.write(batch) }));
  }

  *live(exchangeId: string): Iterable<StoredIntent> {
    for (let after: number | null = 0; after !== null;) {
      const from: number = after;
      const { items, next } = this.#read("live intents", (r) => r.live(exchangeId, from));
      yield* items;
      after = next;
    }
  }

  intent(exchangeId: string, intentId: string): StoredIntent | undefined {
    return this.#read("an intent", (reader) => reader.intent(exchangeId, intentId));
  }

  intentByClientOrderId(exchangeId: string, clientOrderId: string): StoredIntent | undefined {
    return this.#read("an intent", (r) => r.intentByClientOrderId(exchangeId, clientOrderId));
  }

  intentByExchangeOrderId(
    exchangeId: string,
    symbolId: string,
    exchangeOrderId: string,
  ): StoredIntent | undefined {
    return this.#read(
      "an intent",
      (reader) => reader.intentByExchangeOrderId(exchangeId, symbolId, exchangeOrderId),
    );
  }

  intents(filter: IntentFilter): Page<StoredIntent> {
    return this.#read("intents", (reader) => reader.intents(filter));
  }

  fills(filter: FillFilter): Page<Fill> {
    return this.#read("fills", (reader) => reader.fills(filter));
  }

  fillKeys(exchangeId: string, intentId: string): readonly string[] {
    return this.#read("fills", (reader) => reader.fillKeys(exchangeId, intentId));
  }

  events(query: EventQuery): { readonly items: readonly KernelEvent[]; readonly oldest: number } {
    return this.#read("events", (reader) => ({
      items: reader.events(query),
      oldest: this.#writer.mark("pruned") + 1,
    }));
  }

  parked(exchangeId: string): readonly ParkedFact[] {
    return this.#read("parked facts", (reader) => reader.parked(exchangeId));
  }

  drifts(exchangeId?: string): readonly Drift[] {
    return this.#read("drifts", (reader) => reader.drifts(exchangeId));
  }

  meta(key: string): string | undefined {
    return this.#read("meta", (reader) => reader.meta(key));
  }

  /**
   * Bounded, because the order path waits meanwhile: one call removes the oldest few thousand, and
   * 0 means that none is left.
   */
  prune({ eventsBefore }: { readonly eventsBefore: EpochMs }): number {
    for (;;) {
      const { rows, events } = this.#write("prune", () => this.#prune(eventsBefore));
      if (rows < PRUNE_ROWS || events > 0) return events;
    }
  }

  /**
   * Copies the file as of now, while appends go on. SQLite's own `backup()` would hold the event
   * loop for 3 ms a megabyte. @throws {StoreError} also when `path` exists: no copy is overwritten.
   */
  async backup(path: string): Promise<void> {
    this.#assertOpen("back up");
    try {
      await this.#backup.copyTo(path);
    } catch (cause) {
      throw storeError(`Cannot back up to ${path}`, cause);
    }
  }

  fence(epoch: number): void {
    const fenced = this.#read("the epoch", () => this.#writer.mark("epoch"));
    if (epoch < fenced) {
      throw new StoreError(`Cannot fence: epoch ${epoch} is older than ${fenced}`);
    }
    this.#write("fence", () => this.#writer.setMark("epoch", epoch));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#backup.settled();
    try {
      // A failed store is left as it is: its next open folds what this one could not.
      if (this.#failure === null) this.#commit(() => this.#writer.foldThrough(this.lastEventId));
    } catch (cause) {
      throw this.#fail("close", cause);
    } finally {
      this.#db.close();
      this.#opened.lock.release();
    }
  }

  #prune(eventsBefore: EpochMs): { readonly rows: number; readonly events: number } {
    const from = this.#writer.mark("pruned");
    const rows = this.#db
      .prepare("SELECT id, type, at FROM event WHERE id > ? ORDER BY id LIMIT ?")
      .all(from, PRUNE_ROWS);
    const kept = rows.findIndex(({ type, at }) => type !== "" && Number(at) >= eventsBefore);
    const old = kept < 0 ? rows : rows.slice(0, kept);
    const through = Number(old.at(-1)?.id ?? from);
    this.#writer.foldThrough(through);
    // Fills and an intent's newest state outlive the event that carried them, as a row no reader
    // of events sees.
    const isNewest = "id IS (SELECT event FROM state WHERE state.intent = event.intent)";
    const range = "id > ? AND id <= ?";
    this.#db.prepare(`DELETE FROM event WHERE ${range} AND fills IS NULL AND NOT ${isNewest}`)
      .run(from, through);
    this.#db
      .prepare(
        `UPDATE event SET type = '', cause = '', payload = '{}', ids = NULL,
          context = CASE WHEN ${isNewest} THEN context END WHERE ${range}`,
      )
      .run(from, through);
    this.#writer.setMark("pruned", through);
    this.#writer.setMark("last", this.lastEventId);
    return { rows: old.length, events: old.filter(({ type }) => type !== "").length };
  }

  #read<T>(what: string, read: (reader: SqliteReader) => T): T {
    if (this.#closed) throw new StoreError(`Cannot read ${what}: the store is closed`);
    try {
      return read(this.#reader);
    } catch (cause) {
      throw storeError(`Cannot read ${what} from ${this.#opened.file}`, cause);
    }
  }

  #write<T>(action: string, write: () => T): T {
    this.#assertOpen(action);
    try {
      return this.#commit(write);
    } catch (cause) {
      throw this.#fail(action, cause);
    }
  }

  #commit<T>(write: () => T): T {
    this.#transaction.begin.run();
    const result = write();
    this.#transaction.commit.run();
    this.#writer.committed();
    return result;
  }

  #fail(action: string, cause: unknown): KernelError {
    try {
      this.#db.exec("ROLLBACK");
    } catch {
      // SQLite has rolled back by itself, or cannot; either way nothing is written any more.
    }
    return this.#failure = storeError(`Cannot ${action} to ${this.#opened.file}`, cause);
  }

  #assertOpen(action: string): void {
    if (this.#failure !== null) throw this.#failure;
    if (this.#closed) throw new StoreError(`Cannot ${action}: the store is closed`);
  }
}

function transactionOf(db: DatabaseSync) {
  return { begin: db.prepare("BEGIN IMMEDIATE"), commit: db.prepare("COMMIT") };
}

/** Errors that already say what is wrong, and where, stay as they are. */
function storeError(action: string, cause: unknown): KernelError {
  if (cause instanceof KernelError) return cause;
  const problem = cause instanceof Error ? cause.message : String(cause);
  return new StoreError(`${action}: ${problem}`, { problem }, { cause });
}
