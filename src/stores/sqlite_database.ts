/** The database file: who may read it, how it is flushed, and whether it is sound. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { StoreError } from "../model/errors.ts";
import { type DirectoryLock, lockDirectory } from "./sqlite_lock.ts";
import { migrate, type Migration } from "./sqlite_schema.ts";

const FILE = "kernel.db";
/** A quarter more than the checkpoint's pages of 4 kB, so that a burst still finds room. */
const LOG_BYTES = 20_000_000;
/**
 * 16 MB of log: index pages that every order dirties are then written back once per checkpoint
 * instead of four times, which takes a third off the 90th percentile of a durable event.
 */
export const CHECKPOINT_PAGES = 4000;
const CACHE_KIB = 65_536;

/** Opens a connection; tests pass one that fails on purpose. */
export type OpenDatabase = (file: string) => DatabaseSync;

export interface OpenedDatabase {
  readonly db: DatabaseSync;
  readonly file: string;
  readonly lock: DirectoryLock;
}

/** @throws {StoreError} naming the file and what to do; nothing is left open or locked then. */
export function openDatabase(
  options: {
    readonly directory: string;
    readonly migrations: readonly Migration[];
    readonly open?: OpenDatabase | undefined;
    readonly pageMax?: number | undefined;
  },
): OpenedDatabase {
  const { directory, migrations, open = connect, pageMax } = options;
  const file = `${directory}/${FILE}`;
  let lock: DirectoryLock | undefined;
  let db: DatabaseSync | undefined;
  try {
    makePrivate(directory);
    lock = lockDirectory(directory);
    makeFile(file);
    db = open(file);
    configure(db);
    check(db, file);
    migrate(db, { file, migrations });
    growLog(db);
    if (pageMax !== undefined) db.exec(`PRAGMA max_page_count=${pageMax}`);
    return { db, file, lock };
  } catch (cause) {
    try {
      db?.close();
    } catch {
      // The first error is the one to report.
    }
    lock?.release();
    throw cause instanceof StoreError ? cause : unusable(file, cause);
  }
}

export type Statements<Sql> = Readonly<Record<keyof Sql, StatementSync>>;

/** Each text as a prepared statement under its own name. */
export function prepareAll<Sql extends Readonly<Record<string, string>>>(
  db: DatabaseSync,
  sql: Sql,
): Statements<Sql> {
  const entries = Object.entries(sql).map(([name, text]) => [name, db.prepare(text)] as const);
  return Object.fromEntries(entries) as Statements<Sql>; // the same keys, by construction
}

/** Creates `file` with nobody else's rights; SQLite gives its log the same ones. */
function makeFile(file: string): void {
  Deno.openSync(file, { write: true, create: true, mode: 0o600 }).close();
  if (Deno.build.os !== "windows") Deno.chmodSync(file, 0o600);
}

function connect(file: string): DatabaseSync {
  return new DatabaseSync(file);
}

/** A directory that exists keeps its rights: it may be shared on purpose; the files are private. */
function makePrivate(directory: string): void {
  Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
}

/**
 * FULL: a commit is on the disk when it returns; NORMAL would lose it at a power cut. `fullfsync`
 * makes that true on macOS as well. EXCLUSIVE: nobody else reads the file, and the log's index
 * stays in our memory. Scratch data stays there too: a full disk cannot fail a read.
 */
function configure(db: DatabaseSync): void {
  db.exec(`
    PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
    PRAGMA fullfsync=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-${CACHE_KIB};
    PRAGMA trusted_schema=OFF;`);
}

function check(db: DatabaseSync, file: string): void {
  const problems = db.prepare("PRAGMA quick_check(3)").all()
    .map((row) => String(row.quick_check))
    .filter((line) => line !== "ok");
  if (problems.length > 0) throw unusable(file, problems.join("; "));
}

/**
 * Grows the log file once: a commit that makes the file longer flushes its metadata too, which
 * costs half as much again. The pages the filling took are free for later rows.
 */
function growLog(db: DatabaseSync): void {
  db.exec(`
    PRAGMA wal_autocheckpoint=0;
    CREATE TABLE IF NOT EXISTS pad(bytes BLOB);
    INSERT INTO pad VALUES(zeroblob(${LOG_BYTES})); PRAGMA wal_checkpoint(RESTART);
    DELETE FROM pad; PRAGMA wal_checkpoint(RESTART);
    PRAGMA wal_autocheckpoint=${CHECKPOINT_PAGES};`);
}

function unusable(file: string, cause: unknown): StoreError {
  const problem = cause instanceof Error ? cause.message : String(cause);
  return new StoreError(
    `Cannot open store ${file}: ${problem}; if the file is damaged, move it away and restore a ` +
      "backup (orders placed since then are found at the venue and reported, not touched)",
    { file, problem },
    { cause },
  );
}
