/**
 * The observation stream: what the kernel lets a watcher see of its actors. The inspector consumes
 * it and holds no actor references; projections carry listed fields only, never a key.
 */
import type { JsonValue } from "../model/intent.ts";
import type { EpochMs } from "../model/scalars.ts";

/** What an actor is there for; the tree is kernel, exchanges, and the rest beneath each. */
export type ActorKind =
  | "kernel"
  | "exchange"
  | "connection"
  | "requests"
  | "account"
  | "book"
  | "intent";

/** One actor in a list. */
export interface ActorRow {
  /** Path from the root: `kernel`, `kernel/main`, `kernel/main/book/<intentId>`. */
  readonly id: string;
  /** The id of its supervisor; null for the root. */
  readonly parentId: string | null;
  /** What it is there for. */
  readonly kind: ActorKind;
  /** The last part of the id. */
  readonly name: string;
  /** `ACTIVE.open`, `ready`, … as last committed. */
  readonly state: string;
  /** Of an intent: `live` or `terminal`, and `uncertain` while its order is not known. */
  readonly tags: readonly string[];
  /** How often its supervisor has started it again. */
  readonly restarts: number;
  /** True for an intent that broke an invariant and takes no more events. */
  readonly isolated: boolean;
  /** When it last moved, by our clock. */
  readonly updatedAt: EpochMs;
}

/** An edge of the statechart, as the chart names it: `source|eventType|index`. */
export type EdgeId = string;

/** One actor, looked at closely. */
export interface ActorDetail extends ActorRow {
  /** Which chart it moves on; key of {@linkcode ObservationPort.machines}. */
  readonly machine: string | null;
  /** The edge it took last; null before the first. */
  readonly lastEdge: EdgeId | null;
  /** The machine's listed fields. */
  readonly context: { readonly [key: string]: JsonValue };
  /** What it waits for, and until when, by our wall clock. */
  readonly deadlines: readonly { readonly name: string; readonly dueAt: EpochMs }[];
}

/** Which actors to list: all given fields must match. */
export interface ActorFilter {
  /** Substring of id or name, case-insensitive. */
  readonly text?: string;
  /** Actors of this kind alone. */
  readonly kind?: ActorKind;
  /** Top state. */
  readonly state?: string;
  /** Actors beneath this exchange, and itself. */
  readonly exchangeId?: string;
  /** Matches to leave out in front; 0 for none. */
  readonly offset: number;
  /** How many rows at most. */
  readonly limit: number;
}

/** What a watcher may see. Reading it changes nothing and costs the actors nothing. */
export interface ObservationPort {
  /**
   * XState machine definitions by name: `intent`, `exchange`, `connection`, `kernel`, `requests`.
   */
  readonly machines: Readonly<Record<string, unknown>>;
  /** Supervisors first, then intents; `total` counts all matches. */
  actors(filter: ActorFilter): { readonly rows: readonly ActorRow[]; readonly total: number };
  /** Undefined for an actor that is not there, or no longer. */
  actor(id: string): ActorDetail | undefined;
  /** Intents per top state. */
  counts(): Readonly<Record<string, number>>;
  /**
   * Grows whenever anything observable changed; a watcher polls it to stay idle when nothing does.
   */
  readonly revision: number;
}
