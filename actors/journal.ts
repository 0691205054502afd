/**
 * The group commit of the kernel: turns of all books gather while the loop is busy, go to the store
 * in one batch, and only then take effect.
 *
 * I1 Nothing a turn produced is seen by anybody before its commit (callers, venue, subscribers).
 * I2 Effects follow commit order, and within a batch: answer callers, dispatch requests, publish.
 * I3 After a failed append nothing more is appended, and every waiting turn is told the failure.
 * I4 A turn that nobody waits for rides with the next commit, and waits `RIDE_MAX_MS` at most. If
 *    that commit holds an earlier turn of its intent, one row carries both.
 */
import { assert } from "../src/model/assert.ts";
import type { CancelTimer, Clock } from "../src/model/clock.ts";
import { StoreError } from "../src/model/errors.ts";
import type { KernelEvent } from "../src/model/event.ts";
import { COMMIT_TURNS_MAX } from "../src/model/limits.ts";
import type { Batch, Receipt, SideRecords, Store, TurnRecord } from "../src/stores/store.ts";

export interface JournalEntry {
  readonly turn: TurnRecord | null;
  readonly side: SideRecords | null;
  /** I4: nothing follows from it, so a flush of its own would only keep others waiting. */
  readonly mayRide?: boolean;
  answer(): void;
  dispatch(): void;
  failed(error: StoreError): void;
  /** An effect threw: the others of the batch go on. */
  crashed(error: unknown): void;
}

/** Longer than an answer and its frame are apart; still below what a person calls stale. */
export const RIDE_MAX_MS = 20;

export interface JournalOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Runs a callback once the current work of the event loop is done. */
  readonly defer: (callback: () => void) => void;
  readonly publish: (events: readonly KernelEvent[]) => void;
  readonly onFailure: (error: StoreError) => void;
}

export class Journal {
  readonly #options: JournalOptions;
  #queue: JournalEntry[] = [];
  #scheduled = false;
  #flushing = false;
  #failure: StoreError | null = null;
  #drained: (() => void)[] = [];
  #cancelRide: CancelTimer | null = null;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  get failure(): StoreError | null {
    return this.#failure;
  }

  enqueue(entry: JournalEntry): void {
    if (this.#failure !== null) {
      entry.failed(this.#failure);
      return;
    }
    this.#queue.push(entry);
    if (entry.mayRide === true) this.#ride();
    else this.#schedule();
  }

  /** Rows that belong to no intent: resolves once they are durable. @throws {StoreError} */
  write(side: SideRecords): Promise<void> {
    return new Promise((resolve, reject) => {
      const none = () => {};
      this.enqueue({
        turn: null,
        side,
        answer: resolve,
        dispatch: none,
        failed: reject,
        crashed: none,
      });
    });
  }

  /** Resolves when everything enqueued so far, and what followed from it, is durable. */
  drain(): Promise<void> {
    if (this.#queue.length === 0 && !this.#flushing) return Promise.resolve();
    this.#schedule();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  #ride(): void {
    if (this.#scheduled || this.#flushing || this.#cancelRide !== null) return;
    this.#cancelRide = this.#options.clock.setTimer(() => this.#flush(), RIDE_MAX_MS);
  }

  #schedule(): void {
    if (this.#scheduled || this.#flushing) return;
    this.#scheduled = true;
    this.#options.defer(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    this.#cancelRide?.();
    this.#cancelRide = null;
    const entries = this.#take();
    if (entries.length === 0) return this.#rest();
    let receipt: Receipt | Promise<Receipt>;
    try {
      receipt = this.#options.store.append(toBatch(entries));
    } catch (error) {
      return this.#fail(entries, error);
    }
    if (!(receipt instanceof Promise)) return this.#committed(entries, receipt);
    this.#flushing = true;
    receipt.then(
      (done) => {
        this.#flushing = false;
        this.#committed(entries, done);
      },
      (error) => {
        this.#flushing = false;
        this.#fail(entries, error);
      },
    );
  }

  /** What the next commit takes; the rest goes with the one after it, once others had a turn. */
  #take(): JournalEntry[] {
    const taken = this.#queue;
    this.#queue = taken.length > COMMIT_TURNS_MAX ? taken.splice(COMMIT_TURNS_MAX) : [];
    return taken;
  }

  #committed(entries: readonly JournalEntry[], receipt: Receipt): void {
    for (const entry of entries) guarded(entry, "answer");
    for (const entry of entries) guarded(entry, "dispatch");
    if (receipt.events.length > 0) this.#options.publish(receipt.events);
    this.#rest();
  }

  #rest(): void {
    if (this.#queue.length > 0) return this.#schedule();
    const drained = this.#drained;
    this.#drained = [];
    for (const resolve of drained) resolve();
  }

  #fail(entries: readonly JournalEntry[], error: unknown): void {
    assert(this.#failure === null, "a journal fails once");
    const text = error instanceof Error ? error.message : String(error);
    this.#failure = error instanceof StoreError
      ? error
      : new StoreError(`Cannot append to the store: ${text}`, {}, { cause: error });
    const waiting = [...entries, ...this.#queue];
    this.#queue = [];
    for (const entry of waiting) told(entry, this.#failure);
    this.#options.onFailure(this.#failure);
    this.#rest();
  }
}

function guarded(entry: JournalEntry, effect: "answer" | "dispatch"): void {
  try {
    entry[effect]();
  } catch (error) {
    entry.crashed(error);
  }
}

function told(entry: JournalEntry, failure: StoreError): void {
  try {
    entry.failed(failure);
  } catch (error) {
    entry.crashed(error);
  }
}

function toBatch(entries: readonly JournalEntry[]): Batch {
  const turns: TurnRecord[] = [];
  let side: SideRecords | null = null;
  const newest = entries.some(({ mayRide }) => mayRide === true) ? new Map<string, number>() : null;
  for (const { turn, mayRide, side: rows } of entries) {
    if (turn !== null) addTurn(turns, turn, { newest, mayRide: mayRide === true });
    if (rows !== null) side = side === null ? rows : joinSides(side, rows);
  }
  return side === null ? { turns } : { turns, ...side };
}

function addTurn(
  turns: TurnRecord[],
  turn: TurnRecord,
  { newest, mayRide }: { readonly newest: Map<string, number> | null; readonly mayRide: boolean },
): void {
  const key = newest === null ? "" : `${turn.exchangeId}/${turn.intentId}`;
  const at = mayRide ? newest?.get(key) : undefined;
  const earlier = at === undefined ? undefined : turns[at];
  if (at === undefined || earlier === undefined) {
    newest?.set(key, turns.length);
    turns.push(turn);
    return;
  }
  // A riding turn changes details of the context and nothing else: same state, nothing to tell.
  turns[at] = { ...earlier, context: turn.context };
}

function joinSides(a: SideRecords, b: SideRecords): SideRecords {
  return {
    events: [...a.events ?? [], ...b.events ?? []],
    park: [...a.park ?? [], ...b.park ?? []],
    unpark: [...a.unpark ?? [], ...b.unpark ?? []],
    drifts: [...a.drifts ?? [], ...b.drifts ?? []],
    meta: [...a.meta ?? [], ...b.meta ?? []],
  };
}
