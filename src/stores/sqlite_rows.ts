/**
 * Stored rows back into values. A row is input like any other: a damaged or truncated one becomes a
 * `StoreError` naming table, row and field, never a `TypeError` somewhere in the kernel.
 */
import type { SQLOutputValue } from "node:sqlite";
import type { Drift } from "../model/drift.ts";
import { StoreError } from "../model/errors.ts";
import { EVENT_TYPES, type KernelEvent } from "../model/event.ts";
import type { OrderIntent } from "../model/intent.ts";
import type { ParkedFact, StoredIntent } from "./store.ts";

export type Row = Readonly<Record<string, SQLOutputValue>>;

/** Columns of a row, or fields of a JSON list: what `Cells` checks. */
export type Fields = Readonly<Record<string, unknown>>;

/** An intent's state after its newest turn, and the event row that carries it. */
export interface Newest {
  readonly event: number;
  readonly version: string;
  readonly state: string;
  readonly terminal: boolean;
  readonly context: string;
}

const EVENT_NAMES: ReadonlySet<string> = new Set(EVENT_TYPES);
const DRIFT_TEXTS = ["driftId", "kind", "exchangeId", "proposedFix", "policy", "status"] as const;
const ORDER_TEXTS = ["symbolId", "side", "amount", "amountType", "timeInForce"] as const;

/** Columns of an intent joined with its newest folded state; `Cells` checks what they hold. */
export const INTENT_COLUMNS = `i.row AS row, i.exchange AS exchange, i.id AS id,
  i.symbol AS symbol, i.intent AS intent, i.original AS original,
  json_valid(i.original) AS original_valid, s.event AS event, e.version AS version,
  e.state AS state, e.terminal AS terminal, e.context AS context,
  json_valid(e.context) AS context_valid`;

export const INTENT_TABLES = `intent i LEFT JOIN state s ON s.intent = i.row
  LEFT JOIN event e ON e.id = s.event`;

/** One row's cells, read with their type checked. */
export class Cells {
  readonly #table: string;
  readonly #row: Fields;
  readonly #name: string;

  /** `name` says which row it is in messages. */
  constructor(table: string, row: Fields, name: string) {
    this.#table = table;
    this.#row = row;
    this.#name = name;
  }

  text(field: string): string {
    const value = this.#row[field];
    return typeof value === "string" ? value : this.corrupt(field, `text expected, ${is(value)}`);
  }

  optionalText(field: string): string | null {
    return this.#row[field] === null ? null : this.text(field);
  }

  integer(field: string): number {
    const value = this.#row[field];
    if (typeof value === "number" && Number.isSafeInteger(value)) return value;
    return this.corrupt(field, `integer expected, ${is(value)}`);
  }

  oneOf<T extends string>(field: string, values: readonly T[]): T {
    const found = this.text(field);
    return values.find((value) => value === found) ??
      this.corrupt(field, `unknown value ${JSON.stringify(found.slice(0, 64))}`);
  }

  /** A JSON object whose fields `texts` are strings; the rest of its shape is its writer's. */
  object(field: string, texts: readonly string[] = []): Record<string, unknown> {
    return this.shape(field, this.#json(field), texts);
  }

  list(field: string): readonly unknown[] {
    const value = this.#json(field);
    return Array.isArray(value) ? value : this.corrupt(field, "not a JSON list");
  }

  shape(field: string, value: unknown, texts: readonly string[]): Record<string, unknown> {
    if (!isRecord(value)) return this.corrupt(field, "not a JSON object");
    for (const name of texts) {
      if (typeof value[name] !== "string") this.corrupt(`${field}.${name}`, "text expected");
    }
    return value;
  }

  #json(field: string): unknown {
    try {
      return JSON.parse(this.text(field));
    } catch (error) {
      if (error instanceof StoreError) throw error;
      return this.corrupt(field, "not valid JSON"); // V8's message would show the content
    }
  }

  corrupt(field: string, problem: string): never {
    throw new StoreError(
      `Cannot read row ${this.#name} of table ${this.#table}: field ${field}: ${problem}; ` +
        "the data file is damaged or from another build: restore a backup",
      { table: this.#table, row: this.#name, field, problem },
    );
  }
}

/** `newest` replaces the joined state where the fold has not reached it yet. */
export function decodeIntent(
  row: Row,
  options: {
    readonly newest: Newest | undefined;
    readonly versions: readonly string[] | undefined;
  },
): StoredIntent {
  const cells = new Cells("intent", row, `${row.id} of ${row.exchange}`);
  const { version, state, terminal, context } = options.newest ?? newestOf(row);
  if (options.versions?.includes(version) === false) {
    return new Cells("event", row, String(options.newest?.event ?? row.event))
      .corrupt("version", `unknown state machine version ${JSON.stringify(version)}`);
  }
  if (row.original_valid !== 1) cells.corrupt("original", "not valid JSON");
  return {
    exchangeId: cells.text("exchange"),
    intentId: cells.text("id"),
    symbolId: cells.text("symbol"),
    intent: orderIntent(cells),
    original: cells.text("original"),
    version,
    state,
    context,
    terminal,
  };
}

function newestOf(row: Row): Newest {
  if (row.event === null || row.state === null) {
    new Cells("state", row, String(row.row)).corrupt("event", "its event row is gone");
  }
  const cells = new Cells("event", row, String(row.event));
  if (row.context_valid !== 1) cells.corrupt("context", "not valid JSON");
  return {
    event: cells.integer("event"),
    version: cells.text("version"),
    state: cells.text("state"),
    terminal: cells.integer("terminal") === 1,
    context: cells.text("context"),
  };
}

function orderIntent(cells: Cells): OrderIntent {
  const intent = cells.object("intent", ["intentId", "exchangeId"]);
  if (intent.intentId !== cells.text("id")) cells.corrupt("intent.intentId", "of another intent");
  if (intent.desired !== "WORKING" && intent.desired !== "CANCELED") {
    cells.corrupt("intent.desired", "unknown value");
  }
  cells.shape("intent.order", intent.order, ORDER_TEXTS);
  cells.shape("intent.labels", intent.labels, []);
  for (const field of ["generation", "resourceVersion", "createdAt", "updatedAt"]) {
    if (!Number.isSafeInteger(intent[field])) cells.corrupt(`intent.${field}`, "integer expected");
  }
  // The fields the kernel branches on are checked above; the rest is as its schema let it in.
  return intent as unknown as OrderIntent;
}

export function decodeEvent(row: Row): KernelEvent {
  const cells = new Cells("event", row, String(row.id));
  const type = cells.text("type");
  if (!EVENT_NAMES.has(type)) cells.corrupt("type", `unknown event type ${type.slice(0, 64)}`);
  return {
    eventId: cells.integer("id"),
    type: type as KernelEvent["type"], // just checked
    exchangeId: cells.text("exchange"),
    intentId: cells.optionalText("intent_id"),
    groupId: cells.optionalText("group_id"),
    symbolId: cells.optionalText("symbol"),
    at: cells.integer("at"),
    cause: cells.text("cause"),
    payload: cells.object("payload") as KernelEvent["payload"], // JSON.parse makes JSON values
  };
}

export function decodeParked(row: Row): ParkedFact {
  const cells = new Cells("parked", row, `${row.key} of ${row.exchange}`);
  if (row.fact_valid !== 1) cells.corrupt("fact", "not valid JSON");
  return {
    exchangeId: cells.text("exchange"),
    symbolId: cells.text("symbol"),
    key: cells.text("key"),
    at: cells.integer("at"),
    fact: cells.text("fact"),
  };
}

export function decodeDrift(row: Row): Drift {
  const cells = new Cells("drift", row, String(row.id));
  const drift = cells.object("drift", DRIFT_TEXTS);
  if (!Array.isArray(drift.evidence)) cells.corrupt("drift.evidence", "a list expected");
  if (!Number.isSafeInteger(drift.openedAt)) cells.corrupt("drift.openedAt", "integer expected");
  return drift as unknown as Drift; // the fields the kernel branches on are checked above
}

export function decodeLabels(row: Row): Readonly<Record<string, string>> {
  const cells = new Cells("intent", row, String(row.row));
  return cells.object("labels") as Record<string, string>; // only ever compared with strings
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function is(value: unknown): string {
  return value === null || value === undefined ? "it is missing" : `it is a ${typeof value}`;
}
