/**
 * The deadlines of one exchange: one heap, one timer armed for the earliest. The book sets them
 * after a commit, by the wall clock as the store keeps them; they are measured on the monotonic
 * one, so a step of the wall clock moves none of them.
 *
 * I1 Due deadlines fire in (due, insertion) order, each once; one that was cleared never fires.
 * I2 Nothing fires from within `set`: what is overdue fires from the timer.
 * I3 At most one deadline per (key, name): setting it again moves it.
 */
import type { CancelTimer, Clock } from "../src/model/clock.ts";
import type { EpochMs } from "../src/model/scalars.ts";

/**
 * One timer never runs longer than this: a delay of 2³¹ ms or more fires at once in JavaScript, and
 * waking up once an hour costs nothing.
 */
export const TIMER_MAX_MS = 3_600_000;

export interface DeadlinesOptions {
  readonly clock: Clock;
  /** Must not throw; may set and clear deadlines. */
  readonly onDue: (key: string, name: string) => void;
}

export interface Deadline {
  readonly name: string;
  readonly dueAt: EpochMs;
}

export class Deadlines {
  readonly #clock: Clock;
  readonly #onDue: (key: string, name: string) => void;
  readonly #heap: Entry[] = [];
  /** Per key a chain of its few deadlines: a Map per key would cost more than the entries. */
  readonly #chains = new Map<string, Entry>();
  #sequence = 0;
  #cancelTimer: CancelTimer | null = null;
  /** For when the timer is armed; Infinity when it is not. */
  #armedFor = Infinity;
  #firing = false;
  #stopped = false;

  constructor(options: DeadlinesOptions) {
    this.#clock = options.clock;
    this.#onDue = options.onDue;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** Sets or moves the deadline `name` of `key`. After `stop` it does nothing. */
  set(key: string, name: string, dueAt: EpochMs): void {
    if (!Number.isFinite(dueAt)) {
      throw new RangeError(`Cannot set deadline ${name} of ${key}: dueAt ${dueAt} is not finite`);
    }
    if (this.#stopped) return;
    const due = this.#clock.monotonic() + (dueAt - this.#clock.now());
    const known = this.#find(key, name);
    const sequence = this.#sequence++;
    if (known !== undefined) {
      known.dueAt = dueAt;
      known.due = due;
      known.sequence = sequence;
      this.#siftDown(this.#siftUp(known.index));
    } else {
      const next = this.#chains.get(key) ?? null;
      const entry: Entry = { key, name, dueAt, due, sequence, index: this.#heap.length, next };
      this.#chains.set(key, entry);
      this.#heap.push(entry);
      this.#siftUp(entry.index);
    }
    this.#arm();
  }

  /** @returns whether there was one. */
  clear(key: string, name: string): boolean {
    const entry = this.#find(key, name);
    if (entry === undefined) return false;
    this.#unchain(entry);
    this.#removeFromHeap(entry);
    this.#arm();
    return true;
  }

  clearAll(key: string): void {
    let entry = this.#chains.get(key) ?? null;
    this.#chains.delete(key);
    for (; entry !== null; entry = entry.next) this.#removeFromHeap(entry);
    this.#arm();
  }

  /** The deadlines of a key, the earliest first. */
  of(key: string): readonly Deadline[] {
    const found: Entry[] = [];
    for (let e = this.#chains.get(key) ?? null; e !== null; e = e.next) found.push(e);
    return found.sort(compare).map(({ name, dueAt }) => ({ name, dueAt }));
  }

  /** Forgets all; nothing fires any more. */
  stop(): void {
    this.#stopped = true;
    this.#heap.length = 0;
    this.#chains.clear();
    this.#disarm();
  }

  #fire(): void {
    this.#disarm();
    const now = this.#clock.monotonic();
    // What a callback sets waits for the next round, so that one that is always overdue cannot
    // keep the loop here for ever.
    const limit = this.#sequence;
    this.#firing = true;
    try {
      for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
        if (top.due > now || top.sequence >= limit) break;
        this.#unchain(top);
        this.#removeFromHeap(top);
        this.#onDue(top.key, top.name);
      }
    } finally {
      this.#firing = false;
      this.#arm();
    }
  }

  #arm(): void {
    if (this.#firing) return;
    const top = this.#heap[0];
    if (top === undefined) {
      this.#disarm();
      return;
    }
    // A timer that is armed for earlier stays: it wakes up, finds nothing due and arms again. So
    // set and clear on every order leave the timer alone most of the time.
    if (this.#armedFor <= top.due) return;
    this.#disarm();
    const now = this.#clock.monotonic();
    const delayMs = Math.min(TIMER_MAX_MS, Math.max(0, top.due - now));
    this.#armedFor = now + delayMs;
    this.#cancelTimer = this.#clock.setTimer(() => this.#fire(), delayMs);
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#armedFor = Infinity;
  }

  #find(key: string, name: string): Entry | undefined {
    for (let e = this.#chains.get(key) ?? null; e !== null; e = e.next) {
      if (e.name === name) return e;
    }
    return undefined;
  }

  #unchain(entry: Entry): void {
    const head = this.#chains.get(entry.key);
    if (head === entry) {
      if (entry.next === null) this.#chains.delete(entry.key);
      else this.#chains.set(entry.key, entry.next);
      return;
    }
    for (let e = head ?? null; e !== null; e = e.next) {
      if (e.next === entry) {
        e.next = entry.next;
        return;
      }
    }
  }

  #removeFromHeap(entry: Entry): void {
    const last = this.#heap.pop();
    if (last === undefined || last === entry) return;
    last.index = entry.index;
    this.#heap[entry.index] = last;
    this.#siftDown(this.#siftUp(entry.index));
  }

  #siftUp(index: number): number {
    const heap = this.#heap;
    const entry = heap[index];
    if (entry === undefined) return index;
    let at = index;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt];
      if (parent === undefined || compare(parent, entry) <= 0) break;
      heap[at] = parent;
      parent.index = at;
      at = parentAt;
    }
    heap[at] = entry;
    entry.index = at;
    return at;
  }

  #siftDown(index: number): void {
    const heap = this.#heap;
    const entry = heap[index];
    if (entry === undefined) return;
    let at = index;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      const child = left !== undefined && right !== undefined && compare(right, left) < 0
        ? right
        : left;
      if (child === undefined || compare(entry, child) <= 0) break;
      const childAt = child.index;
      heap[at] = child;
      child.index = at;
      at = childAt;
    }
    heap[at] = entry;
    entry.index = at;
  }
}

interface Entry {
  readonly key: string;
  readonly name: string;
  dueAt: EpochMs;
  /** Monotonic. */
  due: number;
  sequence: number;
  /** Its place in the heap. */
  index: number;
  next: Entry | null;
}

function compare(a: Entry, b: Entry): number {
  return a.due - b.due || a.sequence - b.sequence;
}
