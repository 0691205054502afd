/**
 * Every read of the store. Folded states come with the row; newer ones from the writer's memory, so
 * a read is right at any moment between two folds. No statement stays open between two calls: an
 * open read would keep the log from being reset.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { Drift } from "../model/drift.ts";
import type { EventFilter, KernelEvent } from "../model/event.ts";
import type { Fill } from "../model/fill.ts";
import { readFills } from "./sqlite_columns.ts";
import type { SqliteIndex } from "./sqlite_index.ts";
import {
  cursorAfter,
  includesTerminal,
  matchesFill,
  matchesIntent,
  pageLimit,
  pageRequest,
} from "./filters.ts";
import {
  Cells,
  decodeDrift,
  decodeEvent,
  decodeIntent,
  decodeLabels,
  decodeParked,
  INTENT_COLUMNS,
  INTENT_TABLES,
  type Newest,
  type Row,
} from "./sqlite_rows.ts";
import type {
  EventQuery,
  FillFilter,
  IntentFilter,
  Page,
  ParkedFact,
  StoredIntent,
} from "./store.ts";

/** Rows fetched at a time; a few milliseconds. */
const CHUNK = 1_000;
/** Rows one page may look at before it returns short, with a cursor: some 50 ms. */
const INTENTS_SCANNED_MAX = 20_000;
/** The same for rows with fills. */
const FILLS_SCANNED_MAX = 50_000;
/** More than one read of a venue brings (`READ_ROWS_MAX`). */
const FILLS_PER_ROW = 65_536;

export interface ReaderOptions {
  /** States not folded yet, by intent row. */
  readonly newest: ReadonlyMap<number, Newest>;
  readonly index: SqliteIndex;
  readonly versions: readonly string[] | undefined;
}

export class SqliteReader {
  readonly #db: DatabaseSync;
  readonly #options: ReaderOptions;
  /** Bounded: the texts vary only in which filters are present. */
  readonly #prepared = new Map<string, StatementSync>();

  constructor(db: DatabaseSync, options: ReaderOptions) {
    this.#db = db;
    this.#options = options;
  }

  /** The next live intents of the exchange after `row`, and where to go on; null at the end. */
  live(exchangeId: string, after: number): { items: readonly StoredIntent[]; next: number | null } {
    const rows = this.#all(
      `SELECT ${INTENT_COLUMNS} FROM state s JOIN intent i ON i.row = s.intent
        LEFT JOIN event e ON e.id = s.event
        WHERE s.terminal = 0 AND s.intent > ? ORDER BY s.intent LIMIT ${CHUNK}`,
      after,
    );
    const full = rows.length === CHUNK;
    const end = full ? rowOf(rows.at(-1)) : Infinity;
    const merged = this.#withUnfolded(rows, { after, end }, (row) => this.#row(row));
    const items = merged
      .filter((row) => row.exchange === exchangeId && !this.#isTerminal(row))
      .map((row) => this.#decode(row));
    return { items, next: full ? end : null };
  }

  intent(exchangeId: string, intentId: string): StoredIntent | undefined {
    return this.#one("i.exchange = ? AND i.id = ?", exchangeId, intentId);
  }

  intentByClientOrderId(exchangeId: string, id: string): StoredIntent | undefined {
    return this.#at(this.#options.index.byClientOrderId(exchangeId, id));
  }

  intentByExchangeOrderId(
    exchangeId: string,
    symbolId: string,
    id: string,
  ): StoredIntent | undefined {
    return this.#at(this.#options.index.byExchangeOrderId(exchangeId, symbolId, id));
  }

  intents(filter: IntentFilter): Page<StoredIntent> {
    const { after, limit } = pageRequest(filter);
    const found: Row[] = [];
    let at = after;
    for (let scanned = 0; scanned < INTENTS_SCANNED_MAX; scanned += CHUNK) {
      const { rows, end } = this.#candidates(filter, at);
      for (const row of rows) {
        if (!this.#matches(filter, row)) continue;
        if (found.length === limit) return this.#page(found, rowOf(found.at(-1)));
        found.push(row);
      }
      if (end === null) return this.#page(found, null);
      at = end;
    }
    return this.#page(found, at);
  }

  /** A cursor counts fills: those of an event row are numbered on from `id * FILLS_PER_ROW`. */
  fills(filter: FillFilter): Page<Fill> {
    const { after, limit } = pageRequest(filter);
    const items: Fill[] = [];
    let last = after;
    let at = Math.floor(after / FILLS_PER_ROW) - 1;
    for (let scanned = 0; scanned < FILLS_SCANNED_MAX; scanned += CHUNK) {
      const rows = this.#fillRows(filter, at);
      for (const row of rows) {
        for (const [i, fill] of readFills(row).entries()) {
          const number = Number(row.id) * FILLS_PER_ROW + i + 1;
          if (number <= after || !matchesFill(filter, fill)) continue;
          if (items.length === limit) return { items, next: cursorAfter(last) };
          items.push(fill);
          last = number;
        }
      }
      if (rows.length < CHUNK) return { items, next: null };
      at = Number(rows.at(-1)?.id);
    }
    return { items, next: cursorAfter((at + 1) * FILLS_PER_ROW) };
  }

  fillKeys(exchangeId: string, intentId: string): readonly string[] {
    const rows = this.#fillRows({ exchangeId, intentId }, -1);
    return rows.flatMap(readFills).map((fill) => `${fill.exchangeOrderId}:${fill.tradeId}`);
  }

  events({ since, limit, filter = {} }: EventQuery): readonly KernelEvent[] {
    const conditions = new Conditions("event.id > ?", since).and("event.type <> ?", "")
      .and("event.exchange = ?", filter.exchangeId)
      .and("event.symbol = ?", filter.symbolId)
      .and("event.group_id = ?", filter.groupId)
      .and("event.intent_id = ?", filter.intentId)
      .and("event.type IN (SELECT value FROM json_each(?))", typesOf(filter));
    for (const [key, value] of Object.entries(filter.labels ?? {})) {
      conditions.and(LABELED, key).with(value);
    }
    if (filter.intentId !== undefined) {
      const heads = JSON.stringify(this.#newestEventsOf(filter.intentId));
      conditions.and(`event.id IN (${CHAIN})`, heads).with(since, since, filter.intentId, since);
    }
    const rows = this.#all(
      `SELECT id, type, exchange, intent_id, group_id, symbol, at, cause, payload FROM event
        WHERE ${conditions.sql} ORDER BY event.id LIMIT ?`,
      ...conditions.values,
      pageLimit(limit),
    );
    return rows.map(decodeEvent);
  }

  parked(exchangeId: string): readonly ParkedFact[] {
    return this.#all(
      "SELECT *, json_valid(fact) AS fact_valid FROM parked WHERE exchange = ? ORDER BY row",
      exchangeId,
    ).map(decodeParked);
  }

  drifts(exchangeId: string | undefined): readonly Drift[] {
    const conditions = new Conditions("row > ?", 0).and("exchange = ?", exchangeId);
    return this.#all(
      `SELECT * FROM drift WHERE ${conditions.sql} ORDER BY row`,
      ...conditions.values,
    ).map(decodeDrift);
  }

  meta(name: string): string | undefined {
    const row = this.#all("SELECT value FROM meta WHERE key = ?", name)[0];
    return row === undefined ? undefined : new Cells("meta", row, name).text("value");
  }

  /** Light rows: what the filter needs, without the JSON texts of the intent. */
  #candidates(
    filter: IntentFilter,
    after: number,
  ): { readonly rows: readonly Row[]; readonly end: number | null } {
    const all = includesTerminal(filter);
    const rows = this.#all(
      `SELECT ${LIGHT_COLUMNS} FROM ${all ? INTENT_TABLES : LIVE_TABLES}
        WHERE ${all ? "" : "s.terminal = 0 AND"} ${all ? "i.row" : "s.intent"} > ?
        ORDER BY ${all ? "i.row" : "s.intent"} LIMIT ${CHUNK}`,
      after,
    );
    const full = rows.length === CHUNK;
    const end = full ? rowOf(rows.at(-1)) : Infinity;
    return {
      // All intents have an intent row; only the list of the live ones runs behind.
      rows: all ? rows : this.#withUnfolded(rows, { after, end }, (row) => this.#lightRow(row)),
      end: full ? end : null,
    };
  }

  #matches(filter: IntentFilter, row: Row): boolean {
    const cells = new Cells("intent", row, String(row.row));
    const newest = this.#options.newest.get(rowOf(row));
    return matchesIntent(filter, {
      exchangeId: cells.text("exchange"),
      symbolId: cells.text("symbol"),
      state: newest?.state ?? cells.text("state"),
      terminal: this.#isTerminal(row),
      labels: filter.labels === undefined ? {} : decodeLabels(row),
    });
  }

  #page(found: readonly Row[], next: number | null): Page<StoredIntent> {
    const items = found.flatMap((light) => {
      const row = this.#row(rowOf(light));
      return row === undefined ? [] : [this.#decode(row)];
    });
    return { items, next: next === null ? null : cursorAfter(next) };
  }

  /** Adds the intents in (after, end] that only `newest` knows to be live; keeps the order. */
  #withUnfolded(
    rows: readonly Row[],
    { after, end }: { readonly after: number; readonly end: number },
    load: (row: number) => Row | undefined,
  ): readonly Row[] {
    const present = new Set(rows.map(rowOf));
    const missing: Row[] = [];
    for (const [number, { terminal }] of this.#options.newest) {
      if (terminal || number <= after || number > end || present.has(number)) continue;
      const row = load(number);
      if (row !== undefined) missing.push(row);
    }
    if (missing.length === 0) return rows;
    return [...rows, ...missing].sort((a, b) => rowOf(a) - rowOf(b));
  }

  /** Event rows with fills after row `after`, oldest first; of one intent all of them. */
  #fillRows({ exchangeId, intentId }: FillFilter, after: number): readonly Row[] {
    const conditions = new Conditions("e.id > ?", after).and("e.exchange = ?", exchangeId);
    if (intentId !== undefined) {
      const events = this.#rowsOf(intentId).flatMap((row) => this.#options.index.fillEvents(row));
      conditions.and("e.id IN (SELECT value FROM json_each(?))", JSON.stringify(events));
    }
    return this.#all(
      `SELECT e.id AS id, i.id AS intent_id, e.fills AS fills
        FROM event e LEFT JOIN intent i ON i.row = e.intent
        WHERE e.fills IS NOT NULL AND ${conditions.sql} ORDER BY e.id
        ${intentId === undefined ? `LIMIT ${CHUNK}` : ""}`,
      ...conditions.values,
    );
  }

  #rowsOf(intentId: string): readonly number[] {
    return this.#all("SELECT row FROM intent WHERE id = ?", intentId).map(rowOf);
  }

  #at(row: number | undefined): StoredIntent | undefined {
    const found = row === undefined ? undefined : this.#row(row);
    return found === undefined ? undefined : this.#decode(found);
  }

  #newestEventsOf(intentId: string): readonly number[] {
    return this.#all(
      "SELECT i.row AS row, s.event AS event FROM intent i " +
        "LEFT JOIN state s ON s.intent = i.row WHERE i.id = ?",
      intentId,
    ).map((row) => this.#options.newest.get(rowOf(row))?.event ?? Number(row.event ?? 0));
  }

  #isTerminal(row: Row): boolean {
    return this.#options.newest.get(rowOf(row))?.terminal ?? row.terminal === 1;
  }

  #one(where: string, ...values: SQLInputValue[]): StoredIntent | undefined {
    const sql = `SELECT ${INTENT_COLUMNS} FROM ${INTENT_TABLES} WHERE ${where}`;
    const row = this.#all(sql, ...values)[0];
    return row === undefined ? undefined : this.#decode(row);
  }

  #row(row: number): Row | undefined {
    return this.#all(`SELECT ${INTENT_COLUMNS} FROM ${INTENT_TABLES} WHERE i.row = ?`, row)[0];
  }

  #lightRow(row: number): Row | undefined {
    return this.#all(`SELECT ${LIGHT_COLUMNS} FROM ${INTENT_TABLES} WHERE i.row = ?`, row)[0];
  }

  #decode(row: Row): StoredIntent {
    const newest = this.#options.newest.get(rowOf(row));
    return decodeIntent(row, { newest, versions: this.#options.versions });
  }

  #all(sql: string, ...values: SQLInputValue[]): Row[] {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) this.#prepared.set(sql, statement = this.#db.prepare(sql));
    return statement.all(...values);
  }
}

const LIGHT_COLUMNS = "i.row AS row, i.exchange AS exchange, i.symbol AS symbol, " +
  "i.labels AS labels, e.state AS state, e.terminal AS terminal";

const LIVE_TABLES = `state s JOIN intent i ON i.row = s.intent LEFT JOIN event e ON e.id = s.event`;

const LABELED = `EXISTS(SELECT 1 FROM intent i, json_each(i.labels) l WHERE i.id = event.intent_id
  AND i.exchange = event.exchange AND l.key = ? AND l.value = ?)`;

/**
 * Ids of an intent's events: from its newest one back along `prev`, and those outside its turns.
 * An index on every event would cost as much again as the event itself.
 */
const CHAIN = `WITH RECURSIVE chain(id) AS (
    SELECT value FROM json_each(?) UNION
    SELECT e.prev FROM chain JOIN event e ON e.id = chain.id WHERE e.prev > ? AND chain.id > ?)
  SELECT id FROM chain UNION ALL
  SELECT id FROM event WHERE intent IS NULL AND intent_id = ? AND id > ?`;

/** A WHERE clause whose absent conditions drop out. */
class Conditions {
  sql: string;
  readonly values: SQLInputValue[];

  constructor(sql: string, value: SQLInputValue) {
    this.sql = sql;
    this.values = [value];
  }

  and(sql: string, value: SQLInputValue | undefined): this {
    if (value === undefined) return this;
    this.sql += ` AND ${sql}`;
    return this.with(value);
  }

  with(...values: readonly SQLInputValue[]): this {
    this.values.push(...values);
    return this;
  }
}

function typesOf({ type }: EventFilter): string | undefined {
  if (type === undefined) return undefined;
  return JSON.stringify(typeof type === "string" ? [type] : type);
}

function rowOf(row: Row | undefined): number {
  return typeof row?.row === "number" ? row.row : 0;
}
