/**
 * What a batch becomes on disk. It runs inside a transaction its caller begins and commits.
 *
 * W1 A turn appends event rows; the last of its own carries the state after it, its fills and its
 *    new ids. Nothing else is touched, so a turn costs the same however many intents are live.
 * W2 `newest` holds every intent whose `state` row is behind, ordered by event id (a new state goes
 *    to the end). So all rows up to the first entry are folded, and that is the mark `folded`.
 * W3 Memory changes in `committed()` only: a commit that failed leaves nothing to read.
 */
import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../model/errors.ts";
import type { KernelEvent } from "../model/event.ts";
import { writeFills, writeIds } from "./sqlite_columns.ts";
import { prepareAll, type Statements } from "./sqlite_database.ts";
import { SqliteIndex } from "./sqlite_index.ts";
import type { Newest } from "./sqlite_rows.ts";
import type { Batch, SideRecords, TurnRecord } from "./store.ts";

/** States held back from `state`; some 5 MB, and most are replaced before they are folded. */
const PENDING_MAX = 4_096;
/** Events scanned when the file is opened: about 30 ms. */
const UNFOLDED_EVENTS_MAX = 16_384;
/** One slice takes 2–4 ms; smaller ones touch the same pages over and over. */
const FOLD_SLICE = 1_024;

/** Where an intent is stored, and its newest event row: the next one links back to it. */
interface Handle {
  readonly row: number;
  event: number;
}

interface Staged {
  readonly exchangeId: string;
  readonly intentId: string;
  readonly handle: Handle;
  readonly newest: Newest;
}

export class SqliteWriter {
  /** By intent row; see W2. */
  readonly newest = new Map<number, Newest>();
  /** What has become of ids and fills. */
  readonly index: SqliteIndex;
  lastEventId: number;
  #nextEventId: number;
  #nextRow: number;
  /** Live intents only; others are looked up. */
  #handles = new Map<string, Map<string, Handle>>();
  #staged: Staged[] = [];
  #folded: (readonly [number, Newest])[] = [];
  readonly #sql: Statements<typeof SQL>;

  constructor(db: DatabaseSync) {
    this.#sql = prepareAll(db, SQL);
    const last = Math.max(this.mark("last"), integer(this.#sql.lastEvent.get()?.value));
    this.lastEventId = last;
    this.#nextEventId = last + 1;
    this.#nextRow = integer(this.#sql.lastRow.get()?.value) + 1;
    for (const row of this.#sql.unfolded.all(this.mark("folded"))) {
      this.#pointAt(integer(row.intent), integer(row.event), integer(row.terminal));
    }
    this.setMark("folded", last);
    this.index = new SqliteIndex(db, { indexed: this.mark("indexed"), last });
    this.setMark("indexed", last);
  }

  /** @returns the batch's events with their ids. */
  write(batch: Batch): readonly KernelEvent[] {
    this.#nextEventId = this.lastEventId + 1;
    if (this.#foldIsDue()) this.#fold(FOLD_SLICE);
    const indexed = this.index.foldIfDue(this.lastEventId);
    if (indexed !== null) this.setMark("indexed", indexed);
    const events: KernelEvent[] = [];
    for (const turn of batch.turns) this.#writeTurn(turn, events);
    this.#writeSide(batch, events);
    return events;
  }

  /** The transaction is on the disk. */
  committed(): void {
    for (const [row, newest] of this.#folded) {
      if (this.newest.get(row) === newest) this.newest.delete(row);
    }
    for (const { exchangeId, intentId, handle, newest } of this.#staged) {
      this.newest.delete(handle.row);
      this.newest.set(handle.row, newest);
      if (newest.terminal) this.#handles.get(exchangeId)?.delete(intentId);
      else this.#remember(exchangeId, intentId, handle);
    }
    this.#folded = [];
    this.#staged = [];
    this.index.committed();
    this.lastEventId = this.#nextEventId - 1;
  }

  /** Folds everything of event rows up to `event`. */
  foldThrough(event: number): void {
    let count = 0;
    for (const newest of this.newest.values()) {
      if (newest.event > event) break;
      count++;
    }
    this.#fold(count);
    this.setMark("indexed", this.index.foldThrough(event));
  }

  mark(name: string): number {
    return integer(this.#sql.mark.get(name)?.value);
  }

  setMark(name: string, value: number): void {
    this.#sql.setMark.run(name, value);
  }

  #foldIsDue(): boolean {
    const oldest = this.newest.values().next().value;
    if (oldest === undefined) return false;
    return this.newest.size >= PENDING_MAX + FOLD_SLICE ||
      this.lastEventId - oldest.event >= UNFOLDED_EVENTS_MAX;
  }

  #fold(count: number): void {
    const slice: (readonly [number, Newest])[] = [];
    let folded = this.lastEventId;
    for (const entry of this.newest) {
      if (slice.length === count) {
        folded = entry[1].event - 1;
        break;
      }
      slice.push(entry);
    }
    // In row order, neighbours share their page.
    for (const [row, { event, terminal }] of slice.toSorted(([a], [b]) => a - b)) {
      this.#pointAt(row, event, terminal ? 1 : 0);
    }
    this.setMark("folded", folded);
    this.#folded = slice;
  }

  /** The update that leaves `terminal` alone leaves its index alone too, and is the usual one. */
  #pointAt(row: number, event: number, terminal: number): void {
    const { changes } = this.#sql.moveState.run(event, row, terminal);
    if (changes === 0) this.#sql.setState.run(row, event, terminal);
  }

  #writeTurn(turn: TurnRecord, events: KernelEvent[]): void {
    const handle = turn.original === null ? this.#handleOf(turn) : this.#insert(turn);
    const { row } = handle;
    if (turn.original === null && turn.intent !== null) {
      const { intent } = turn;
      this.#sql.change.run(JSON.stringify(intent.labels), JSON.stringify(intent), row);
    }
    this.#writeEvents(turn, handle, events);
    this.index.stage(turn, row, handle.event);
  }

  #writeEvents(turn: TurnRecord, handle: Handle, events: KernelEvent[]): void {
    const { exchangeId, intentId } = turn;
    const last = turn.events.at(-1);
    const carried = last?.intentId === intentId && last.exchangeId === exchangeId;
    for (const event of turn.events) {
      const own = event.intentId === intentId && event.exchangeId === exchangeId;
      this.#writeEvent(event, events, {
        handle: own ? handle : undefined,
        turn: carried && event === last ? turn : undefined,
      });
    }
    if (!carried) this.#writeStateRow(turn, handle);
    const { version, state, terminal, context } = turn;
    const newest = { event: handle.event, version, state, terminal, context };
    this.#staged.push({ exchangeId, intentId, handle, newest });
  }

  #writeEvent(
    event: KernelEvent,
    events: KernelEvent[],
    of: { readonly handle?: Handle | undefined; readonly turn?: TurnRecord | undefined },
  ): void {
    const { handle, turn } = of;
    const eventId = this.#nextEventId++;
    this.#sql.event.run(
      eventId,
      event.type,
      event.at,
      event.exchangeId,
      event.intentId,
      event.symbolId,
      event.groupId,
      handle === undefined ? null : handle.row,
      handle === undefined ? null : handle.event,
      turn === undefined ? null : turn.state,
      turn === undefined ? null : Number(turn.terminal),
      turn === undefined ? null : turn.version,
      event.cause,
      JSON.stringify(event.payload),
      turn === undefined ? null : turn.context,
      turn === undefined ? null : writeIds(turn),
      turn === undefined ? null : writeFills(turn.fills),
    );
    if (handle !== undefined) handle.event = eventId;
    events.push({ ...event, eventId });
  }

  #writeStateRow(turn: TurnRecord, handle: Handle): void {
    const { exchangeId, intentId, symbolId, state, version, context } = turn;
    const id = this.#nextEventId++;
    const { row, event: prev } = handle;
    this.#sql.event.run(
      id,
      "",
      0, // no reader sees this row, and with time 0 it never keeps older events from being pruned
      exchangeId,
      intentId,
      symbolId,
      null,
      row,
      prev,
      state,
      Number(turn.terminal),
      version,
      "",
      "{}",
      context,
      writeIds(turn),
      writeFills(turn.fills),
    );
    handle.event = id;
  }

  #insert(turn: TurnRecord): Handle {
    const { exchangeId, intentId, intent, original } = turn;
    if (intent === null) throw flaw(turn, "its first turn brings no intent");
    const labels = JSON.stringify(intent.labels);
    const row = this.#nextRow++;
    this.#sql.insert
      .run(row, exchangeId, intentId, turn.symbolId, labels, JSON.stringify(intent), original);
    const handle = { row, event: 0 };
    // Remembered before the commit: a later turn of the same batch asks for it (W3: a failed
    // commit ends all writing, so nobody asks then).
    this.#remember(exchangeId, intentId, handle);
    return handle;
  }

  #handleOf(turn: TurnRecord): Handle {
    const { exchangeId, intentId } = turn;
    const known = this.#handles.get(exchangeId)?.get(intentId);
    if (known !== undefined) return known;
    const found = this.#sql.find.get(exchangeId, intentId);
    if (found === undefined) throw flaw(turn, "it is not stored and brings no original order");
    const row = integer(found.row);
    const event = this.newest.get(row)?.event ?? integer(found.event);
    const handle = { row, event };
    this.#remember(exchangeId, intentId, handle);
    return handle;
  }

  #remember(exchangeId: string, intentId: string, handle: Handle): void {
    const handles = this.#handles.get(exchangeId);
    if (handles !== undefined) handles.set(intentId, handle);
    else this.#handles.set(exchangeId, new Map([[intentId, handle]]));
  }

  #writeSide(side: SideRecords, events: KernelEvent[]): void {
    for (const event of side.events ?? []) this.#writeEvent(event, events, {});
    for (const { exchangeId, key, symbolId, at, fact } of side.park ?? []) {
      this.#sql.park.run(exchangeId, key, symbolId, at, fact);
    }
    for (const { exchangeId, key } of side.unpark ?? []) this.#sql.unpark.run(exchangeId, key);
    for (const drift of side.drifts ?? []) {
      this.#sql.drift.run(drift.driftId, drift.exchangeId, JSON.stringify(drift));
    }
    for (const { key, value } of side.meta ?? []) this.#sql.meta.run(key, value);
  }
}

const SQL = {
  insert: "INSERT INTO intent(row, exchange, id, symbol, labels, intent, original) " +
    "VALUES(?, ?, ?, ?, ?, ?, ?)",
  change: "UPDATE intent SET labels = ?, intent = ? WHERE row = ?",
  find: "SELECT i.row AS row, coalesce(s.event, 0) AS event FROM intent i " +
    "LEFT JOIN state s ON s.intent = i.row WHERE i.exchange = ? AND i.id = ?",
  event: "INSERT INTO event(id, type, at, exchange, intent_id, symbol, group_id, intent, prev, " +
    "state, terminal, version, cause, payload, context, ids, fills) " +
    "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  park: "INSERT INTO parked(exchange, key, symbol, at, fact) VALUES(?, ?, ?, ?, ?) " +
    "ON CONFLICT(key, exchange) DO UPDATE SET symbol = excluded.symbol, at = excluded.at, " +
    "fact = excluded.fact",
  unpark: "DELETE FROM parked WHERE exchange = ? AND key = ?",
  drift: "INSERT INTO drift(id, exchange, drift) VALUES(?, ?, ?) " +
    "ON CONFLICT(id) DO UPDATE SET exchange = excluded.exchange, drift = excluded.drift",
  meta: "INSERT INTO meta(key, value) VALUES(?, ?) " +
    "ON CONFLICT(key) DO UPDATE SET value = excluded.value",
  moveState: "UPDATE state SET event = ? WHERE intent = ? AND terminal = ?",
  setState: "INSERT INTO state(intent, event, terminal) VALUES(?, ?, ?) " +
    "ON CONFLICT(intent) DO UPDATE SET event = excluded.event, terminal = excluded.terminal",
  unfolded: "SELECT intent, max(id) AS event, terminal FROM event " +
    "WHERE id > ? AND intent IS NOT NULL AND context IS NOT NULL GROUP BY intent",
  lastEvent: "SELECT coalesce(max(id), 0) AS value FROM event",
  lastRow: "SELECT coalesce(max(row), 0) AS value FROM intent",
  mark: "SELECT value FROM mark WHERE key = ?",
  setMark: "INSERT INTO mark(key, value) VALUES(?, ?) " +
    "ON CONFLICT(key) DO UPDATE SET value = excluded.value",
} as const;

function flaw(turn: TurnRecord, problem: string): StoreError {
  return new StoreError(
    `Cannot store a turn of intent ${turn.intentId} of ${turn.exchangeId}: ${problem}`,
    { exchangeId: turn.exchangeId, intentId: turn.intentId },
  );
}

function integer(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
