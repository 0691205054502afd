/** The tables, and how an older file becomes a newer one. */
import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../model/errors.ts";

/** One step from `version - 1` to `version`; it runs in one transaction. */
export interface Migration {
  readonly version: number;
  readonly sql: string;
}

/** "xkrn": tells our files from any other SQLite database. */
const APPLICATION_ID = 0x786b726e;

/**
 * `intent` is written once per placement and once per modify. Every turn appends to `event`; the
 * turn's last row carries the state after it, its fills and its new ids. The other tables point at
 * such rows and run behind: `state` at the newest of an intent, from the mark `folded` on; those of
 * ids and fills from the mark `indexed` on. Later rows are found by scanning them when the file is
 * opened.
 */
const INITIAL = `
  CREATE TABLE intent(
    row INTEGER PRIMARY KEY,
    exchange TEXT NOT NULL,
    id TEXT NOT NULL,
    symbol TEXT NOT NULL,
    labels TEXT NOT NULL,
    intent TEXT NOT NULL,
    original TEXT NOT NULL,
    UNIQUE(id, exchange)
  );
  -- type '' marks a row that only carries a state. intent and prev chain an intent's rows, newest
  -- to oldest; a row without intent belongs to no turn.
  CREATE TABLE event(
    id INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    at INTEGER NOT NULL,
    exchange TEXT NOT NULL,
    intent_id TEXT,
    symbol TEXT,
    group_id TEXT,
    intent INTEGER,
    prev INTEGER,
    state TEXT,
    terminal INTEGER,
    version TEXT,
    cause TEXT NOT NULL,
    payload TEXT NOT NULL,
    context TEXT,
    ids TEXT,
    fills TEXT
  );
  CREATE INDEX event_side ON event(intent_id) WHERE intent IS NULL AND intent_id IS NOT NULL;
  CREATE TABLE state(
    intent INTEGER PRIMARY KEY,
    event INTEGER NOT NULL,
    terminal INTEGER NOT NULL
  );
  CREATE INDEX state_live ON state(intent) WHERE terminal = 0;
  CREATE TABLE client_order(
    id TEXT NOT NULL,
    exchange TEXT NOT NULL,
    intent INTEGER NOT NULL,
    PRIMARY KEY(id, exchange)
  ) WITHOUT ROWID;
  CREATE TABLE exchange_order(
    id TEXT NOT NULL,
    symbol TEXT NOT NULL,
    exchange TEXT NOT NULL,
    intent INTEGER NOT NULL,
    PRIMARY KEY(id, symbol, exchange)
  ) WITHOUT ROWID;
  CREATE TABLE fill(
    intent INTEGER NOT NULL,
    event INTEGER NOT NULL,
    PRIMARY KEY(intent, event)
  ) WITHOUT ROWID;
  CREATE TABLE parked(
    row INTEGER PRIMARY KEY,
    exchange TEXT NOT NULL,
    key TEXT NOT NULL,
    symbol TEXT NOT NULL,
    at INTEGER NOT NULL,
    fact TEXT NOT NULL,
    UNIQUE(key, exchange)
  );
  CREATE TABLE drift(
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    exchange TEXT NOT NULL,
    drift TEXT NOT NULL
  );
  CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  -- The store's own numbers: folded, indexed, pruned, last (event ids) and epoch.
  CREATE TABLE mark(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;`;

export const MIGRATIONS: readonly Migration[] = [{ version: 1, sql: INITIAL }];

/**
 * Brings the file to the newest version of `migrations`.
 * @throws {StoreError} when a newer build wrote the file, or the file is somebody else's.
 */
export function migrate(
  db: DatabaseSync,
  { file, migrations }: { readonly file: string; readonly migrations: readonly Migration[] },
): void {
  const found = pragma(db, "user_version");
  const known = migrations.at(-1)?.version ?? 0;
  if (found > known) {
    throw new StoreError(
      `Cannot open store ${file}: it has schema version ${found} and this build knows ${known}; ` +
        "use the newer build, or restore a backup made by this one",
      { file, found, known },
    );
  }
  const owner = pragma(db, "application_id");
  const empty = db.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
  if (owner !== APPLICATION_ID && !(owner === 0 && found === 0 && empty)) {
    throw new StoreError(
      `Cannot open store ${file}: it is a database of another program; choose another directory`,
      { file, applicationId: owner },
    );
  }
  for (const { version, sql } of migrations) {
    if (version <= found) continue;
    // The version is part of the transaction: a crash leaves the old schema with the old number.
    db.exec(
      `BEGIN IMMEDIATE; ${sql}; PRAGMA application_id=${APPLICATION_ID};
       PRAGMA user_version=${version}; COMMIT;`,
    );
  }
}

function pragma(db: DatabaseSync, name: string): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
}
