/**
 * The look-ups over ids and fills, which run behind the rows they point at. Each key of theirs is
 * random, so that one by one every order would write index pages of its own: some 30 µs of an order.
 * A thousand at a time, neighbours share their page.
 *
 * X1 The event rows themselves carry what is to be looked up (`ids`, `fills`). Rows after the mark
 *    `indexed` are scanned when the file is opened, so nothing is lost with the memory.
 * X2 Until they are folded they are answered from memory; it changes in `committed()` only.
 */
import type { DatabaseSync } from "node:sqlite";
import { type Ids, readIds } from "./sqlite_columns.ts";
import { prepareAll, type Statements } from "./sqlite_database.ts";
import type { TurnRecord } from "./store.ts";

/** Entries held back: some 1 MB. */
const PENDING_MAX = 2_048;
/** One slice takes 4–8 ms once the file is large, half as much while it is small. */
const SLICE = 1_024;
/** Event rows scanned when the file is opened: about 30 ms. */
const UNINDEXED_EVENTS_MAX = 16_384;

/** What one turn adds, and the event row that carries it. */
interface Addition extends Ids {
  readonly event: number;
  /** The intent's row. */
  readonly intent: number;
  readonly exchangeId: string;
  readonly symbolId: string;
  readonly filled: boolean;
}

interface Found {
  readonly intent: number;
  readonly event: number;
}

export class SqliteIndex {
  readonly #sql: Statements<typeof SQL>;
  #pending: Addition[] = [];
  #staged: Addition[] = [];
  #folding = 0;
  /** The mark: everything up to this event row is folded. */
  #indexed: number;
  readonly #clientOrders = new Map<string, Found>();
  readonly #exchangeOrders = new Map<string, Found>();
  /** Event rows with fills, by the intent's row. */
  readonly #fills = new Map<number, readonly number[]>();

  /** Inside a transaction; folds what the last process did not. */
  constructor(
    db: DatabaseSync,
    { indexed, last }: { readonly indexed: number; readonly last: number },
  ) {
    this.#sql = prepareAll(db, SQL);
    this.#indexed = last;
    for (const row of this.#sql.unindexed.all(indexed)) {
      this.#pending.push({
        event: Number(row.id),
        intent: Number(row.intent),
        exchangeId: String(row.exchange),
        symbolId: String(row.symbol),
        filled: row.filled === 1,
        ...readIds(typeof row.ids === "string" ? row.ids : null, Number(row.id)),
      });
    }
    this.#insert(this.#pending);
    this.#pending = [];
  }

  /** The turn whose rows end with `event` brings these; nothing if it brings none. */
  stage(turn: TurnRecord, intent: number, event: number): void {
    const { exchangeId, symbolId, clientOrderIds, exchangeOrderIds } = turn;
    const filled = turn.fills.length > 0;
    if (!filled && clientOrderIds.length === 0 && exchangeOrderIds.length === 0) return;
    this.#staged
      .push({ event, intent, exchangeId, symbolId, clientOrderIds, exchangeOrderIds, filled });
  }

  /**
   * Inside a transaction. `last` is the newest event row that is committed.
   *
   * @returns the new mark once there is enough to fold, or null.
   */
  foldIfDue(last: number): number | null {
    if (this.#pending.length >= PENDING_MAX) return this.#fold(SLICE);
    return last - this.#indexed < UNINDEXED_EVENTS_MAX ? null : this.foldThrough(last);
  }

  /** Inside a transaction: everything of event rows up to `event`. @returns the new mark. */
  foldThrough(event: number): number {
    const next = this.#pending.findIndex((addition) => addition.event > event);
    this.#fold(next < 0 ? this.#pending.length : next);
    return this.#indexed = Math.max(this.#indexed, event);
  }

  /** The transaction is on the disk. */
  committed(): void {
    for (const addition of this.#pending.splice(0, this.#folding)) this.#forget(addition);
    this.#folding = 0;
    for (const addition of this.#staged) this.#remember(addition);
    this.#staged = [];
  }

  /** The intent's row. */
  byClientOrderId(exchangeId: string, id: string): number | undefined {
    return this.#clientOrders.get(keyOf(exchangeId, id))?.intent ??
      intentOf(this.#sql.clientOrder.get(id, exchangeId));
  }

  /** The intent's row. */
  byExchangeOrderId(exchangeId: string, symbolId: string, id: string): number | undefined {
    return this.#exchangeOrders.get(keyOf(exchangeId, symbolId, id))?.intent ??
      intentOf(this.#sql.exchangeOrder.get(id, symbolId, exchangeId));
  }

  /** Ids of the event rows that carry fills of the intent, oldest first. */
  fillEvents(intent: number): readonly number[] {
    const folded = this.#sql.fills.all(intent).map(({ event }) => Number(event));
    const pending = this.#fills.get(intent) ?? [];
    return [...folded, ...pending];
  }

  #fold(count: number): number {
    const slice = this.#pending.slice(0, count);
    this.#insert(slice);
    this.#folding = slice.length;
    return this.#indexed = slice.at(-1)?.event ?? this.#indexed;
  }

  /** In key order, each index on its own: neighbours share their page. */
  #insert(additions: readonly Addition[]): void {
    const clientOrders = additions.flatMap((a) => a.clientOrderIds.map((id) => ({ id, ...a })));
    for (const { id, exchangeId, intent } of clientOrders.sort(byId)) {
      this.#sql.addClientOrder.run(id, exchangeId, intent);
    }
    const exchangeOrders = additions.flatMap((a) => a.exchangeOrderIds.map((id) => ({ id, ...a })));
    for (const { id, symbolId, exchangeId, intent } of exchangeOrders.sort(byId)) {
      this.#sql.addExchangeOrder.run(id, symbolId, exchangeId, intent);
    }
    const filled = additions.filter((a) => a.filled).sort((a, b) => a.intent - b.intent);
    for (const { intent, event } of filled) this.#sql.addFill.run(intent, event);
  }

  #remember(addition: Addition): void {
    const { event, intent, exchangeId, symbolId, filled } = addition;
    this.#pending.push(addition);
    const found = { intent, event };
    for (const id of addition.clientOrderIds) this.#clientOrders.set(keyOf(exchangeId, id), found);
    for (const id of addition.exchangeOrderIds) {
      this.#exchangeOrders.set(keyOf(exchangeId, symbolId, id), found);
    }
    if (filled) this.#fills.set(intent, [...this.#fills.get(intent) ?? [], event]);
  }

  /** A key that was given again meanwhile stays: that row is not folded yet. */
  #forget({ event, intent, exchangeId, symbolId, ...ids }: Addition): void {
    for (const id of ids.clientOrderIds) {
      const key = keyOf(exchangeId, id);
      if (this.#clientOrders.get(key)?.event === event) this.#clientOrders.delete(key);
    }
    for (const id of ids.exchangeOrderIds) {
      const key = keyOf(exchangeId, symbolId, id);
      if (this.#exchangeOrders.get(key)?.event === event) this.#exchangeOrders.delete(key);
    }
    const fills = this.#fills.get(intent)?.filter((known) => known !== event) ?? [];
    if (fills.length > 0) this.#fills.set(intent, fills);
    else this.#fills.delete(intent);
  }
}

/** No id holds a line break: venues give printable ones, and ours are hexadecimal. */
function keyOf(...parts: readonly string[]): string {
  return parts.join("\n");
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0; // as SQLite compares, near enough for its pages
}

function intentOf(row: { readonly intent?: unknown } | undefined): number | undefined {
  return typeof row?.intent === "number" ? row.intent : undefined;
}

const SQL = {
  unindexed: "SELECT id, intent, exchange, symbol, ids, fills IS NOT NULL AS filled FROM event " +
    "WHERE id > ? AND intent IS NOT NULL AND (ids IS NOT NULL OR fills IS NOT NULL) ORDER BY id",
  clientOrder: "SELECT intent FROM client_order WHERE id = ? AND exchange = ?",
  exchangeOrder: "SELECT intent FROM exchange_order WHERE id = ? AND symbol = ? AND exchange = ?",
  fills: "SELECT event FROM fill WHERE intent = ? ORDER BY event",
  addClientOrder: "INSERT INTO client_order(id, exchange, intent) VALUES(?, ?, ?) " +
    "ON CONFLICT DO UPDATE SET intent = excluded.intent",
  addExchangeOrder: "INSERT INTO exchange_order(id, symbol, exchange, intent) " +
    "VALUES(?, ?, ?, ?) ON CONFLICT DO UPDATE SET intent = excluded.intent",
  addFill: "INSERT INTO fill(intent, event) VALUES(?, ?) ON CONFLICT DO NOTHING",
} as const;
