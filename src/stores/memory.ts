/**
 * A store that lives as long as its process: for tests, simulation and a first look. It keeps the
 * whole contract of the port except the one thing it cannot, durability.
 */
import { StoreError } from "../model/errors.ts";
import type { Drift } from "../model/drift.ts";
import type { KernelEvent } from "../model/event.ts";
import type { Fill } from "../model/fill.ts";
import type { EpochMs } from "../model/scalars.ts";
import {
  cursorAfter,
  matchesEvent,
  matchesFill,
  matchesIntent,
  pageLimit,
  pageRequest,
} from "./filters.ts";
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
  TurnRecord,
} from "./store.ts";

/** About 50 MB of events: a day of a busy strategy, and a bound on a process left running. */
const EVENTS_MAX = 100_000;

/** @returns an empty store; `append` answers synchronously. */
export function openMemoryStore(): Store {
  return new MemoryStore();
}

interface StoredFill {
  readonly exchangeId: string;
  readonly fill: Fill;
}

class MemoryStore implements Store {
  readonly kind = "memory";
  #failure: Error | null = null;
  #closed = false;
  #epoch = 0;
  /** In order of creation; a position is the index + 1. Values are replaced, never changed. */
  #intents: StoredIntent[] = [];
  #positions = new Map<string, number>();
  #clientOrders = new Map<string, number>();
  #exchangeOrders = new Map<string, number>();
  #fills: StoredFill[] = [];
  #fillKeys = new Map<string, string[]>();
  #events: KernelEvent[] = [];
  #lastEventId = 0;
  #oldestEventId = 1;
  #parked = new Map<string, ParkedFact>();
  #drifts = new Map<string, Drift>();
  #meta = new Map<string, string>();

  get failure(): Error | null {
    return this.#failure;
  }

  get lastEventId(): number {
    return this.#lastEventId;
  }

  append(batch: Batch): Receipt {
    if (this.#closed) throw new StoreError("Cannot append: the store is closed");
    if (this.#failure) throw this.#failure;
    // All checks come before the first change, so that a refused batch leaves nothing behind.
    const flaw = this.#flawOf(batch.turns);
    if (flaw !== undefined) throw this.#failure = new StoreError(`Cannot append: ${flaw}`);
    for (const turn of batch.turns) this.#applyTurn(turn);
    const events: KernelEvent[] = [];
    for (const turn of batch.turns) for (const event of turn.events) this.#record(event, events);
    for (const event of batch.events ?? []) this.#record(event, events);
    this.#applySide(batch);
    return { events };
  }

  *live(exchangeId: string): Iterable<StoredIntent> {
    for (const intent of this.#intents) {
      if (!intent.terminal && intent.exchangeId === exchangeId) yield intent;
    }
  }

  intent(exchangeId: string, intentId: string): StoredIntent | undefined {
    return this.#at(this.#positions.get(key(exchangeId, intentId)));
  }

  intentByClientOrderId(exchangeId: string, clientOrderId: string): StoredIntent | undefined {
    return this.#at(this.#clientOrders.get(key(exchangeId, clientOrderId)));
  }

  intentByExchangeOrderId(
    exchangeId: string,
    symbolId: string,
    exchangeOrderId: string,
  ): StoredIntent | undefined {
    return this.#at(this.#exchangeOrders.get(key(exchangeId, symbolId, exchangeOrderId)));
  }

  intents(filter: IntentFilter): Page<StoredIntent> {
    return page(this.#intents, filter, (intent) =>
      matchesIntent(filter, {
        exchangeId: intent.exchangeId,
        symbolId: intent.symbolId,
        state: intent.state,
        terminal: intent.terminal,
        labels: intent.intent.labels,
      }));
  }

  fills(filter: FillFilter): Page<Fill> {
    const { items, next } = page(
      this.#fills,
      filter,
      ({ exchangeId, fill }) =>
        (filter.exchangeId === undefined || filter.exchangeId === exchangeId) &&
        matchesFill(filter, fill),
    );
    return { items: items.map(({ fill }) => fill), next };
  }

  fillKeys(exchangeId: string, intentId: string): readonly string[] {
    return [...this.#fillKeys.get(key(exchangeId, intentId)) ?? []];
  }

  events(query: EventQuery): { readonly items: readonly KernelEvent[]; readonly oldest: number } {
    const limit = pageLimit(query.limit);
    const { filter = {} } = query;
    const items: KernelEvent[] = [];
    for (let at = this.#firstEventAfter(query.since); items.length < limit; at++) {
      const event = this.#events[at];
      if (event === undefined) break;
      if (matchesEvent(filter, event, (of) => this.#labelsOf(of))) items.push(event);
    }
    return { items, oldest: this.#oldestEventId };
  }

  parked(exchangeId: string): readonly ParkedFact[] {
    return [...this.#parked.values()].filter((fact) => fact.exchangeId === exchangeId);
  }

  drifts(exchangeId?: string): readonly Drift[] {
    const drifts = [...this.#drifts.values()];
    return exchangeId === undefined
      ? drifts
      : drifts.filter((drift) => drift.exchangeId === exchangeId);
  }

  meta(name: string): string | undefined {
    return this.#meta.get(name);
  }

  prune({ eventsBefore }: { readonly eventsBefore: EpochMs }): number {
    const kept = this.#events.findIndex((event) => event.at >= eventsBefore);
    return this.#dropOldest(kept < 0 ? this.#events.length : kept);
  }

  backup(path: string): Promise<void> {
    return Promise.reject(
      new StoreError(`Cannot back up to ${path}: a memory store has no file; use a sqlite store`),
    );
  }

  fence(epoch: number): void {
    if (epoch < this.#epoch) {
      throw new StoreError(`Cannot fence: epoch ${epoch} is older than ${this.#epoch}`);
    }
    this.#epoch = epoch;
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  #flawOf(turns: readonly TurnRecord[]): string | undefined {
    const created = new Set<string>();
    for (const turn of turns) {
      const id = key(turn.exchangeId, turn.intentId);
      const exists = this.#positions.has(id) || created.has(id);
      const name = `intent ${turn.intentId} of ${turn.exchangeId}`;
      if (turn.original === null) {
        if (!exists) return `${name} is not stored and the turn brings no original order`;
      } else if (exists) return `${name} is already stored`;
      else if (turn.intent === null) return `the first turn of ${name} brings no intent`;
      else created.add(id);
    }
    return undefined;
  }

  #applyTurn(turn: TurnRecord): void {
    const { exchangeId, intentId, symbolId, version, state, context, terminal } = turn;
    const id = key(exchangeId, intentId);
    const position = this.#positions.get(id) ?? this.#intents.length + 1;
    const before = this.#at(position);
    const intent = turn.intent ?? before?.intent;
    const original = before?.original ?? turn.original;
    if (intent === undefined || original === null) return; // #flawOf has refused such a turn
    this.#positions.set(id, position);
    this.#intents[position - 1] = {
      exchangeId,
      intentId,
      symbolId: before?.symbolId ?? symbolId,
      intent,
      original,
      version,
      state,
      context,
      terminal,
    };
    for (const c of turn.clientOrderIds) this.#clientOrders.set(key(exchangeId, c), position);
    for (const x of turn.exchangeOrderIds) {
      this.#exchangeOrders.set(key(exchangeId, symbolId, x), position);
    }
    for (const fill of turn.fills) this.#applyFill(turn, fill);
  }

  #applyFill({ exchangeId, intentId }: TurnRecord, fill: Fill): void {
    this.#fills.push({ exchangeId, fill: { ...fill, intentId } });
    const owner = key(exchangeId, intentId);
    const keys = this.#fillKeys.get(owner);
    const fillKey = `${fill.exchangeOrderId}:${fill.tradeId}`;
    if (keys === undefined) this.#fillKeys.set(owner, [fillKey]);
    else keys.push(fillKey);
  }

  #applySide({ park = [], unpark = [], drifts = [], meta = [] }: Batch): void {
    for (const fact of park) this.#parked.set(key(fact.exchangeId, fact.key), fact);
    for (const fact of unpark) this.#parked.delete(key(fact.exchangeId, fact.key));
    for (const drift of drifts) this.#drifts.set(drift.driftId, drift);
    for (const { key: name, value } of meta) this.#meta.set(name, value);
  }

  #record(event: KernelEvent, into: KernelEvent[]): void {
    const stored = { ...event, eventId: ++this.#lastEventId };
    this.#events.push(stored);
    into.push(stored);
    // Dropped a tenth at a time: moving the array for every event would cost O(events) each.
    if (this.#events.length > EVENTS_MAX * 1.1) this.#dropOldest(this.#events.length - EVENTS_MAX);
  }

  #dropOldest(count: number): number {
    this.#events.splice(0, count);
    this.#oldestEventId = this.#events[0]?.eventId ?? this.#lastEventId + 1;
    return count;
  }

  /** Ids have no gaps here, so the position follows from the id. */
  #firstEventAfter(since: number): number {
    return Math.max(0, since + 1 - this.#oldestEventId);
  }

  #labelsOf(event: KernelEvent): Readonly<Record<string, string>> | undefined {
    if (event.intentId === null) return undefined;
    return this.intent(event.exchangeId, event.intentId)?.intent.labels;
  }

  #at(position: number | undefined): StoredIntent | undefined {
    return position === undefined ? undefined : this.#intents[position - 1];
  }
}

/** No id holds a line break: ids of ours are checked at the door, the venues' are trimmed text. */
function key(...parts: readonly string[]): string {
  return parts.join("\n");
}

function page<T>(
  rows: readonly T[],
  query: { readonly limit?: number; readonly cursor?: string },
  matches: (row: T) => boolean,
): Page<T> {
  const { after, limit } = pageRequest(query);
  const items: T[] = [];
  let last = after;
  for (let position = after + 1; position <= rows.length; position++) {
    const row = rows[position - 1] as T; // within the array: position ≤ length
    if (!matches(row)) continue;
    if (items.length === limit) return { items, next: cursorAfter(last) };
    items.push(row);
    last = position;
  }
  return { items, next: null };
}
