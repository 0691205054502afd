/**
 * The requests that wait for tokens: bounded, by priority, first come first served within one. Those
 * that take from the same budgets stand in one lane, so that a symbol whose budget is used up holds
 * back no other. Every operation is O(1) in the number waiting, and O(lanes) where all of a
 * priority are looked at: one linked list per lane and one index by key.
 *
 * I1 A cancel finds room as long as fewer than `capacity` requests wait; all others are turned away
 *    `reservedForCancels` places earlier.
 * I2 A key waits once: pushing it again replaces what waits under it and keeps its place, unless
 *    the priority changed.
 */
import { assert } from "../src/model/assert.ts";
import type { RequestPriority } from "../src/model/rate_limits.ts";
import type { TokenTier } from "./token_bucket.ts";

export type { RequestPriority };

/** From the most to the least urgent: what lowers risk goes before what raises it. */
export const PRIORITIES = [
  "cancel",
  "reduce",
  "protect",
  "submit",
  "probe",
  "resync",
] as const satisfies readonly RequestPriority[];

/** Whose tokens it may take. */
export function tierOf(priority: RequestPriority): TokenTier {
  return priority === "cancel" ? "cancel" : "other";
}

/** Orders are work that a draining exchange no longer begins. */
export function addsWork(priority: RequestPriority): boolean {
  return priority === "reduce" || priority === "protect" || priority === "submit";
}

export interface QueueOptions {
  readonly capacity: number;
  readonly reservedForCancels: number;
}

export interface QueueEntry<T> {
  readonly key: string;
  readonly priority: RequestPriority;
  /** What is the same for all that take from the same budgets. */
  readonly lane: string;
  readonly item: T;
}

/** What is to wait. */
export interface Waiter<T> {
  readonly key: string;
  readonly item: T;
  /** Default: the one lane of those that have none. */
  readonly lane?: string;
}

export type PushResult = "queued" | "full";

/** @typeParam T what waits */
export class RequestQueue<T> {
  readonly #capacity: number;
  readonly #othersMax: number;
  readonly #lanes: Readonly<Record<RequestPriority, Map<string, List<T>>>> = {
    cancel: new Map(),
    reduce: new Map(),
    protect: new Map(),
    submit: new Map(),
    probe: new Map(),
    resync: new Map(),
  };
  readonly #byKey = new Map<string, Node<T>>();
  #count = 0;

  /** @throws {RangeError} unless 0 ≤ reservedForCancels < capacity */
  constructor(options: QueueOptions) {
    const { capacity, reservedForCancels } = options;
    if (!(reservedForCancels >= 0 && reservedForCancels < capacity)) {
      throw new RangeError(
        `Cannot make a request queue: reservedForCancels ${reservedForCancels} must be within ` +
          `0..${capacity - 1}`,
      );
    }
    this.#capacity = capacity;
    this.#othersMax = capacity - reservedForCancels;
  }

  get size(): number {
    return this.#byKey.size;
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** @returns `full` when nothing was changed for want of room (I1). */
  push(priority: RequestPriority, { key, item, lane = "" }: Waiter<T>): PushResult {
    const waiting = this.#byKey.get(key);
    if (waiting !== undefined) {
      if (waiting.priority === priority && waiting.lane === lane) {
        waiting.item = item;
        return "queued";
      }
      this.#unlink(waiting);
    } else if (this.#byKey.size >= (priority === "cancel" ? this.#capacity : this.#othersMax)) {
      return "full";
    }
    const turn = this.#count++;
    const node: Node<T> = { key, priority, lane, item, turn, previous: null, next: null };
    this.#append(node);
    this.#byKey.set(key, node);
    return "queued";
  }

  /** The longest waiting of one priority, left in place; none of the lanes in `except`. */
  first(priority: RequestPriority, except?: ReadonlySet<string>): QueueEntry<T> | undefined {
    let first: Node<T> | undefined;
    for (const { head } of this.#lanes[priority].values()) {
      if (first !== undefined && head.turn > first.turn) continue;
      if (except === undefined || !except.has(head.lane)) first = head;
    }
    return first;
  }

  /** The longest waiting of each lane; not to be changed meanwhile. */
  *heads(priority: RequestPriority): Generator<QueueEntry<T>, void> {
    for (const { head } of this.#lanes[priority].values()) yield head;
  }

  /** All of one priority, the longest waiting first. */
  entries(priority: RequestPriority): readonly QueueEntry<T>[] {
    const nodes: Node<T>[] = [];
    for (const { head } of this.#lanes[priority].values()) {
      for (let node: Node<T> | null = head; node !== null; node = node.next) nodes.push(node);
    }
    return nodes.sort((a, b) => a.turn - b.turn);
  }

  /** @returns what waited under the key, if anything did. */
  remove(key: string): T | undefined {
    const node = this.#byKey.get(key);
    if (node === undefined) return undefined;
    this.#unlink(node);
    this.#byKey.delete(key);
    return node.item;
  }

  /** Empties the queue. @returns all that waited, the most urgent first. */
  clear(): readonly QueueEntry<T>[] {
    const entries = PRIORITIES.flatMap((priority) => this.entries(priority));
    for (const priority of PRIORITIES) this.#lanes[priority].clear();
    this.#byKey.clear();
    return entries;
  }

  #append(node: Node<T>): void {
    const lanes = this.#lanes[node.priority];
    const list = lanes.get(node.lane);
    if (list === undefined) {
      lanes.set(node.lane, { head: node, tail: node });
      return;
    }
    node.previous = list.tail;
    list.tail.next = node;
    list.tail = node;
  }

  #unlink(node: Node<T>): void {
    const { previous, next } = node;
    const lanes = this.#lanes[node.priority];
    const list = lanes.get(node.lane);
    assert(list !== undefined, "what waits stands in a lane");
    if (previous === null && next === null) {
      lanes.delete(node.lane);
      return;
    }
    if (previous === null) list.head = next ?? list.head;
    else previous.next = next;
    if (next === null) list.tail = previous ?? list.tail;
    else next.previous = previous;
  }
}

interface Node<T> extends QueueEntry<T> {
  item: T;
  /** The order of arrival over all lanes. */
  readonly turn: number;
  previous: Node<T> | null;
  next: Node<T> | null;
}

/** A lane without anybody in it is not kept. */
interface List<T> {
  head: Node<T>;
  tail: Node<T>;
}
