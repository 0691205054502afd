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
  /** With the intent's id, the key of the row. */
  readonly exchangeId: string;
  /** Unique within the exchange. */
  readonly intentId: string;
  /** Canonical symbol. */
  readonly symbolId: string;
  /** The desired state; set on the first turn and whenever it changed. */
  readonly intent: OrderIntent | null;
  /**
   * The original order, canonical JSON; on the first turn only (idempotent placement compares it).
   */
  readonly original: string | null;
  /** `intentMachine.version` and the machine's context as JSON: all a restart needs. */
  readonly version: string;
  /** With the parent's name, e.g. `ACTIVE.open`. */
  readonly state: string;
  /** As JSON; opaque to the store. */
  readonly context: string;
  /** Whether it has ended; a late fact may bring it back. */
  readonly terminal: boolean;
  /** Ids that route to this intent from now on. */
  readonly clientOrderIds: readonly string[];
  /** Ids of the venue that do; unique per symbol. */
  readonly exchangeOrderIds: readonly string[];
  /** Numbered by the store, in order. */
  readonly events: readonly KernelEvent[];
  /** New ones: whoever routes fills tells duplicates apart, by `fillKeys` after a restart. */
  readonly fills: readonly Fill[];
}

/** A fact of the venue that matches no intent yet. */
export interface ParkedFact {
  /** Whose fact it is. */
  readonly exchangeId: string;
  /** Canonical symbol. */
  readonly symbolId: string;
  /** `order:<exchangeOrderId>` or `fill:<exchangeOrderId>:<tradeId>`. */
  readonly key: string;
  /** When it came, by our clock. */
  readonly at: EpochMs;
  /** The fact as JSON. */
  readonly fact: string;
}

/** Rows that belong to no single intent; they ride in the same transaction as the turns. */
export interface SideRecords {
  /** Events of no turn; numbered after those of the turns. */
  readonly events?: readonly KernelEvent[];
  /** To be kept; the newest of a key replaces the one before. */
  readonly park?: readonly ParkedFact[];
  /** To be forgotten: their intent was found. */
  readonly unpark?: readonly { readonly exchangeId: string; readonly key: string }[];
  /** The newest record of a drift replaces the one before. */
  readonly drifts?: readonly Drift[];
  /** The last value of a key counts. */
  readonly meta?: readonly { readonly key: string; readonly value: string }[];
}

/** What is committed at once: all of it, or none. */
export interface Batch extends SideRecords {
  /** In order; of one intent there may be several. */
  readonly turns: readonly TurnRecord[];
}

/** The batch's events with their ids, in order (turns' first, then the side events). */
export interface Receipt {
  /** As they were given, with their ids. */
  readonly events: readonly KernelEvent[];
}

/** An intent as its last turn left it. */
export interface StoredIntent {
  /** With the intent's id, the key of the row. */
  readonly exchangeId: string;
  /** Unique within the exchange. */
  readonly intentId: string;
  /** Canonical symbol. */
  readonly symbolId: string;
  /** The newest desired state. */
  readonly intent: OrderIntent;
  /** As the first turn gave it. */
  readonly original: string;
  /** Of the machine that wrote the context. */
  readonly version: string;
  /** With the parent's name, e.g. `ACTIVE.open`. */
  readonly state: string;
  /** As JSON; opaque to the store. */
  readonly context: string;
  /** Whether it has ended. */
  readonly terminal: boolean;
}

/** Which intents to list: all given fields must match. */
export interface IntentFilter {
  /** Set by the kernel on the methods of one exchange. */
  readonly exchangeId?: string;
  /** Canonical symbol. */
  readonly symbolId?: string;
  /** Top states, e.g. `ACTIVE`. */
  readonly state?: string | readonly string[];
  /** Intents that carry all of these labels. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Ended intents too. Default: only if `state` is given. */
  readonly includeTerminal?: boolean;
  /** Rows of the page. Default: 100; above 1,000 it is cut to that. */
  readonly limit?: number;
  /** From a previous page's `next`. */
  readonly cursor?: string;
}

/** Which fills to list: all given fields must match. */
export interface FillFilter {
  /** Set by the kernel on the methods of one exchange. */
  readonly exchangeId?: string;
  /** Canonical symbol. */
  readonly symbolId?: string;
  /** Fills that count for this intent. */
  readonly intentId?: string;
  /** Fills of this venue time and later. */
  readonly since?: EpochMs;
  /** Rows of the page. Default: 100; above 1,000 it is cut to that. */
  readonly limit?: number;
  /** From a previous page's `next`. */
  readonly cursor?: string;
}

/** A part of a longer list. */
export interface Page<T> {
  /** In the order of the list. */
  readonly items: readonly T[];
  /** The `cursor` of the page after this one; null on the last. */
  readonly next: string | null;
}

/** A stretch of the sequence of events. */
export interface EventQuery {
  /** Events after this id. */
  readonly since: number;
  /** Events at most; above 1,000 it is cut to that. */
  readonly limit: number;
  /** Only events that match; default: all. */
  readonly filter?: EventFilter;
}

/**
 * Durable memory. Every read sees what `append` has answered; reads are synchronous.
 *
 * @throws {ValidationError} from reads by page, when limit or cursor are not valid.
 */
export interface Store {
  /** `memory`, `sqlite`, or a name of its own. */
  readonly kind: string;
  /**
   * Atomic, and durable before it returns or resolves. Once it threw or rejected, the store is
   * failed and takes nothing more.
   *
   * @throws {StoreError}
   */
  append(batch: Batch): Receipt | Promise<Receipt>;
  /** Why it failed, or null while it is healthy. */
  readonly failure: Error | null;
  /** Every intent that has not ended, for a restart. */
  live(exchangeId: string): Iterable<StoredIntent>;
  /** By its id, also after it ended. */
  intent(exchangeId: string, intentId: string): StoredIntent | undefined;
  /** Whose attempt it is, also after the intent ended. */
  intentByClientOrderId(exchangeId: string, clientOrderId: string): StoredIntent | undefined;
  /** Whose order it is at the venue; ids of venues are unique per symbol only. */
  intentByExchangeOrderId(
    exchangeId: string,
    symbolId: string,
    exchangeOrderId: string,
  ): StoredIntent | undefined;
  /** Oldest first. */
  intents(filter: IntentFilter): Page<StoredIntent>;
  /** In the order in which they were booked. */
  fills(filter: FillFilter): Page<Fill>;
  /** `${exchangeOrderId}:${tradeId}` of every fill of the intent. */
  fillKeys(exchangeId: string, intentId: string): readonly string[];
  /** Ascending. `oldest` is the first id still kept; a smaller `since` + 1 means a gap (410). */
  events(query: EventQuery): { readonly items: readonly KernelEvent[]; readonly oldest: number };
  /** 0 before the first event. */
  readonly lastEventId: number;
  /** Facts that wait for their intent. */
  parked(exchangeId: string): readonly ParkedFact[];
  /** Open and settled ones, of one exchange or of all. */
  drifts(exchangeId?: string): readonly Drift[];
  /** A value kept beside the intents, such as the identity of the data dir. */
  meta(key: string): string | undefined;
  /** Deletes events older than `before`. @returns how many. */
  prune(options: { readonly eventsBefore: EpochMs }): number;
  /**
   * Writes a copy, consistent in itself, to a file that does not exist yet.
   *
   * @throws {StoreError} when it cannot.
   */
  backup(path: string): Promise<void>;
  /**
   * Refuses all later appends of an older epoch. One process per data dir makes it a no-op here.
   */
  fence(epoch: number): void;
  /** Flushes what is under way; nothing may be asked of it afterwards. */
  close(): Promise<void>;
}
