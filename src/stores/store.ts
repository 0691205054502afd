/**
 * The port to durable memory. `append` is the only write on the order path: one atomic batch,
 * durable before it returns or resolves.
 */
import type { Drift } from "../model/drift.ts";
import type { EventFilter, KernelEvent } from "../model/event.ts";
import type { Fill } from "../model/fill.ts";
import type { OrderIntent } from "../model/intent.ts";
import type { EpochMs } from "../model/scalars.ts";

/** What one turn of one intent leaves behind. */
export interface TurnRecord {
  readonly exchangeId: string;
  readonly intentId: string;
  readonly symbolId: string;
  /** The desired state; set on the first turn and whenever it changed. */
  readonly intent: OrderIntent | null;
  /** The original order, canonical JSON; on the first turn only (idempotent placement compares it). */
  readonly original: string | null;
  /** `intentMachine.version` and the machine's context as JSON: all a restart needs. */
  readonly version: string;
  readonly state: string;
  readonly context: string;
  readonly terminal: boolean;
  /** Ids that route to this intent from now on. */
  readonly clientOrderIds: readonly string[];
  readonly exchangeOrderIds: readonly string[];
  readonly events: readonly KernelEvent[];
  readonly fills: readonly Fill[];
}

export interface ParkedFact {
  readonly exchangeId: string;
  readonly symbolId: string;
  /** `order:<exchangeOrderId>` or `fill:<exchangeOrderId>:<tradeId>`. */
  readonly key: string;
  readonly at: EpochMs;
  /** The fact as JSON. */
  readonly fact: string;
}

/** Rows that belong to no single intent; they ride in the same transaction as the turns. */
export interface SideRecords {
  readonly events?: readonly KernelEvent[];
  readonly park?: readonly ParkedFact[];
  readonly unpark?: readonly { readonly exchangeId: string; readonly key: string }[];
  readonly drifts?: readonly Drift[];
  readonly meta?: readonly { readonly key: string; readonly value: string }[];
}

export interface Batch extends SideRecords {
  readonly turns: readonly TurnRecord[];
}

/** The batch's events with their ids, in order (turns' first, then the side events). */
export interface Receipt {
  readonly events: readonly KernelEvent[];
}

export interface StoredIntent {
  readonly exchangeId: string;
  readonly intentId: string;
  readonly symbolId: string;
  readonly intent: OrderIntent;
  readonly original: string;
  readonly version: string;
  readonly state: string;
  readonly context: string;
  readonly terminal: boolean;
}

export interface IntentFilter {
  readonly exchangeId?: string;
  readonly symbolId?: string;
  /** Top states, e.g. `ACTIVE`. */
  readonly state?: string | readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly includeTerminal?: boolean;
  readonly limit?: number;
  /** From a previous page's `next`. */
  readonly cursor?: string;
}

export interface FillFilter {
  readonly exchangeId?: string;
  readonly symbolId?: string;
  readonly intentId?: string;
  readonly since?: EpochMs;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface EventQuery {
  /** Events after this id. */
  readonly since: number;
  readonly limit: number;
  readonly filter?: EventFilter;
}

export interface Store {
  readonly kind: string;
  /** Atomic. Once it threw or rejected, the store is failed and takes nothing more. @throws {StoreError} */
  append(batch: Batch): Receipt | Promise<Receipt>;
  /** Why it failed, or null while it is healthy. */
  readonly failure: Error | null;
  live(exchangeId: string): Iterable<StoredIntent>;
  intent(exchangeId: string, intentId: string): StoredIntent | undefined;
  intentByClientOrderId(exchangeId: string, clientOrderId: string): StoredIntent | undefined;
  intentByExchangeOrderId(
    exchangeId: string,
    symbolId: string,
    exchangeOrderId: string,
  ): StoredIntent | undefined;
  intents(filter: IntentFilter): Page<StoredIntent>;
  fills(filter: FillFilter): Page<Fill>;
  /** `${exchangeOrderId}:${tradeId}` of every fill of the intent. */
  fillKeys(exchangeId: string, intentId: string): readonly string[];
  /** Ascending. `oldest` is the first id still kept; a smaller `since` + 1 means a gap (410). */
  events(query: EventQuery): { readonly items: readonly KernelEvent[]; readonly oldest: number };
  readonly lastEventId: number;
  parked(exchangeId: string): readonly ParkedFact[];
  drifts(exchangeId?: string): readonly Drift[];
  meta(key: string): string | undefined;
  /** Deletes events older than `before`. @returns how many. */
  prune(options: { readonly eventsBefore: EpochMs }): number;
  backup(path: string): Promise<void>;
  /** Refuses all later appends of an older epoch. One process per data dir makes it a no-op here. */
  fence(epoch: number): void;
  close(): Promise<void>;
}
