/**
 * The observation stream: what the kernel lets a watcher see of its actors. The inspector consumes
 * it and holds no actor references; projections carry listed fields only, never a key.
 */
import type { JsonValue } from "../model/intent.ts";
import type { EpochMs } from "../model/scalars.ts";

export type ActorKind =
  | "kernel"
  | "exchange"
  | "connection"
  | "requests"
  | "account"
  | "book"
  | "intent";

export interface ActorRow {
  /** Path from the root: `kernel`, `kernel/main`, `kernel/main/book/<intentId>`. */
  readonly id: string;
  readonly parentId: string | null;
  readonly kind: ActorKind;
  readonly name: string;
  /** `ACTIVE.open`, `ready`, … as last committed. */
  readonly state: string;
  readonly tags: readonly string[];
  readonly restarts: number;
  readonly isolated: boolean;
  readonly updatedAt: EpochMs;
}

/** An edge of the statechart, as the chart names it: `source|eventType|index`. */
export type EdgeId = string;

export interface ActorDetail extends ActorRow {
  /** Which chart it moves on; key of {@linkcode ObservationPort.machines}. */
  readonly machine: string | null;
  readonly lastEdge: EdgeId | null;
  /** The machine's listed fields. */
  readonly context: { readonly [key: string]: JsonValue };
  readonly deadlines: readonly { readonly name: string; readonly dueAt: EpochMs }[];
}

export interface ActorFilter {
  /** Substring of id or name, case-insensitive. */
  readonly text?: string;
  readonly kind?: ActorKind;
  /** Top state. */
  readonly state?: string;
  readonly exchangeId?: string;
  readonly offset: number;
  readonly limit: number;
}

export interface ObservationPort {
  /** XState machine definitions by name (`intent`, `exchange`, `connection`, `kernel`, `requests`). */
  readonly machines: Readonly<Record<string, unknown>>;
  /** Supervisors first, then intents; `total` counts all matches. */
  actors(filter: ActorFilter): { readonly rows: readonly ActorRow[]; readonly total: number };
  actor(id: string): ActorDetail | undefined;
  /** Intents per top state. */
  counts(): Readonly<Record<string, number>>;
  /** Grows whenever anything observable changed; a watcher polls it to stay idle when nothing does. */
  readonly revision: number;
}
