/**
 * Committed events to whoever listens. A slow reader never holds the kernel up and loses nothing:
 * it falls back to reading the store from its own cursor.
 */
import type { EventFilter, KernelEvent } from "../src/model/event.ts";
import { KernelClosedError } from "../src/model/errors.ts";
import { EVENTS_CACHED_MAX, SUBSCRIBERS_MAX } from "../src/model/limits.ts";
import type { Store } from "../src/stores/store.ts";

const PAGE = 500;

export class EventHub {
  readonly #store: Store;
  /** Newest events, contiguous, oldest first: what most readers need, without a query. */
  #ring: KernelEvent[] = [];
  #wakers = new Set<() => void>();
  #subscribers = new Map<string, { filter: EventFilter; callback: (event: KernelEvent) => void }>();
  #lastId: number;
  #ids = 0;
  #closed = false;
  readonly #labelsOf: (exchangeId: string, intentId: string) => Readonly<Record<string, string>>;
  readonly #onError: (error: unknown) => void;
  readonly #defer: (callback: () => void) => void;

  constructor(options: {
    readonly store: Store;
    readonly labelsOf: (exchangeId: string, intentId: string) => Readonly<Record<string, string>>;
    /** A subscriber threw. */
    readonly onError: (error: unknown) => void;
    /** Runs a callback once the current work of the event loop is done. */
    readonly defer: (callback: () => void) => void;
  }) {
    this.#store = options.store;
    this.#labelsOf = options.labelsOf;
    this.#onError = options.onError;
    this.#defer = options.defer;
    this.#lastId = options.store.lastEventId;
  }

  get lastEventId(): number {
    return this.#lastId;
  }

  publish(events: readonly KernelEvent[]): void {
    for (const event of events) this.#ring.push(event);
    // Halving now and then costs less than shifting every time.
    if (this.#ring.length > EVENTS_CACHED_MAX) {
      this.#ring = this.#ring.slice(-EVENTS_CACHED_MAX / 2);
    }
    this.#lastId = events[events.length - 1]?.eventId ?? this.#lastId;
    for (const { filter, callback } of this.#subscribers.values()) {
      for (const event of events) {
        try {
          if (this.matches(event, filter)) callback(event);
        } catch (error) {
          this.#onError(error);
        }
      }
    }
    const wakers = this.#wakers;
    if (wakers.size === 0) return;
    this.#wakers = new Set();
    for (const wake of wakers) wake();
  }

  subscribe(callback: (event: KernelEvent) => void, filter: EventFilter = {}): string {
    if (this.#subscribers.size >= SUBSCRIBERS_MAX) {
      throw new RangeError(
        `Cannot subscribe: at most ${SUBSCRIBERS_MAX} subscribers, unsubscribe one first`,
      );
    }
    const id = `sub-${++this.#ids}`;
    this.#subscribers.set(id, { filter, callback });
    return id;
  }

  unsubscribe(id: string): void {
    this.#subscribers.delete(id);
  }

  /** Events after `since` (default: from now on) until `signal` aborts or the kernel closes. */
  async *events(
    filter: EventFilter = {},
    options: { readonly signal?: AbortSignal; readonly since?: number | string } = {},
  ): AsyncGenerator<KernelEvent, void, void> {
    let cursor = options.since === undefined ? this.#lastId : parseCursor(options.since);
    while (!isAborted(options.signal)) {
      const cached = this.#cached(cursor);
      const page = cached ?? this.#store.events({ since: cursor, limit: PAGE }).items;
      for (const event of page) {
        cursor = event.eventId;
        if (this.matches(event, filter)) yield event;
        if (isAborted(options.signal)) return;
      }
      if (page.length > 0) {
        // A history of millions in which nothing matches must not keep the loop to itself.
        if (cached === null) await new Promise<void>((resolve) => this.#defer(resolve));
        continue;
      }
      if (this.#closed) return;
      await this.#next(options.signal);
    }
  }

  /** The next events after a cursor, at most a page; null: the store has to be asked. */
  #cached(cursor: number): readonly KernelEvent[] | null {
    if (cursor >= this.#lastId) return [];
    const first = this.#ring[0];
    if (first === undefined || cursor < first.eventId - 1) return null;
    const start = this.#ring.findIndex((event) => event.eventId > cursor);
    return start < 0 ? [] : this.#ring.slice(start, start + PAGE);
  }

  matches(event: KernelEvent, filter: EventFilter): boolean {
    if (filter.exchangeId !== undefined && event.exchangeId !== filter.exchangeId) return false;
    if (filter.intentId !== undefined && event.intentId !== filter.intentId) return false;
    if (filter.symbolId !== undefined && event.symbolId !== filter.symbolId) return false;
    if (filter.groupId !== undefined && event.groupId !== filter.groupId) return false;
    const { type } = filter;
    if (
      type !== undefined &&
      !(typeof type === "string" ? type === event.type : type.includes(event.type))
    ) {
      return false;
    }
    if (filter.labels === undefined) return true;
    const labels = event.intentId === null ? {} : this.#labelsOf(event.exchangeId, event.intentId);
    return Object.entries(filter.labels).every(([key, value]) => labels[key] === value);
  }

  /** Ends every iterator once it has caught up. */
  close(): void {
    this.#closed = true;
    this.#subscribers.clear();
    for (const wake of this.#wakers) wake();
    this.#wakers.clear();
  }

  #next(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal?.removeEventListener("abort", abort);
        resolve();
      };
      const abort = () => {
        this.#wakers.delete(wake);
        resolve();
      };
      this.#wakers.add(wake);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }
}

/** A call, so that the compiler does not think it cannot change between two looks. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function parseCursor(since: number | string): number {
  const id = typeof since === "number" ? since : Number(since);
  if (Number.isSafeInteger(id) && id >= 0) return id;
  throw new RangeError(`Cannot resume events: the cursor must be an event id, got ${since}`);
}

/** What a closed kernel answers. */
export function closedError(action: string): KernelClosedError {
  return new KernelClosedError(`Cannot ${action}: the kernel is closed`);
}
