/**
 * The requests that wait for tokens: bounded, by priority, first come first served within one.
 * Every operation is O(1) in the number waiting: one linked list per priority and one index by key.
 *
 * I1 A cancel finds room as long as fewer than `capacity` requests wait; all others are turned away
 *    `reservedForCancels` places earlier.
 * I2 A key waits once: pushing it again replaces what waits under it and keeps its place, unless
 *    the priority changed.
 */
import type { TokenTier } from "./token_bucket.ts";

/** From the most to the least urgent: what lowers risk goes before what raises it. */
export const PRIORITIES = ["cancel", "reduce", "protect", "submit", "probe", "resync"] as const;
export type RequestPriority = typeof PRIORITIES[number];

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
  readonly item: T;
}

export type PushResult = "queued" | "full";

/** @typeParam T what waits */
export class RequestQueue<T> {
  readonly #capacity: number;
  readonly #othersMax: number;
  readonly #lists: Readonly<Record<RequestPriority, List<T>>> = {
    cancel: emptyList(),
    reduce: emptyList(),
    protect: emptyList(),
    submit: emptyList(),
    probe: emptyList(),
    resync: emptyList(),
  };
  readonly #byKey = new Map<string, Node<T>>();

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
  push(priority: RequestPriority, key: string, item: T): PushResult {
    const waiting = this.#byKey.get(key);
    if (waiting !== undefined) {
      if (waiting.priority === priority) {
        waiting.item = item;
        return "queued";
      }
      this.#unlink(waiting);
    } else if (this.#byKey.size >= (priority === "cancel" ? this.#capacity : this.#othersMax)) {
      return "full";
    }
    const node: Node<T> = { key, priority, item, previous: null, next: null };
    this.#append(node);
    this.#byKey.set(key, node);
    return "queued";
  }

  /** The longest waiting of one priority, left in place. */
  first(priority: RequestPriority): QueueEntry<T> | undefined {
    return this.#lists[priority].head ?? undefined;
  }

  /** All of one priority, the longest waiting first; not to be changed meanwhile. */
  *entries(priority: RequestPriority): Generator<QueueEntry<T>, void> {
    for (let node = this.#lists[priority].head; node !== null; node = node.next) yield node;
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
    const entries: QueueEntry<T>[] = [];
    for (const priority of PRIORITIES) {
      const list = this.#lists[priority];
      for (let node = list.head; node !== null; node = node.next) entries.push(node);
      list.head = null;
      list.tail = null;
    }
    this.#byKey.clear();
    return entries;
  }

  #append(node: Node<T>): void {
    const list = this.#lists[node.priority];
    node.previous = list.tail;
    if (list.tail === null) list.head = node;
    else list.tail.next = node;
    list.tail = node;
  }

  #unlink(node: Node<T>): void {
    const list = this.#lists[node.priority];
    if (node.previous === null) list.head = node.next;
    else node.previous.next = node.next;
    if (node.next === null) list.tail = node.previous;
    else node.next.previous = node.previous;
  }
}

interface Node<T> {
  readonly key: string;
  readonly priority: RequestPriority;
  item: T;
  previous: Node<T> | null;
  next: Node<T> | null;
}

interface List<T> {
  head: Node<T> | null;
  tail: Node<T> | null;
}

function emptyList<T>(): List<T> {
  return { head: null, tail: null };
}
