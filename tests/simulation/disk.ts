/**
 * The disk of a simulated world: a durable image, and batches that wait for their fsync. A store is
 * one process's view of it; a kill loses what waits, but for a prefix that made it to the disk.
 */
import { StoreError } from "../../src/model/errors.ts";
import { openMemoryStore } from "../../src/stores/memory.ts";
import type { Batch, Receipt, Store } from "../../src/stores/store.ts";
import type { Decisions } from "./decisions.ts";
import type { Incarnation } from "./incarnation.ts";

interface Pending {
  readonly batch: Batch;
  resolve(receipt: Receipt): void;
}

export class Disk {
  /** What a start after a crash finds. Never closed. */
  readonly durable: Store = openMemoryStore();
  readonly #decisions: Decisions;
  readonly #onAppend: () => void;
  readonly #onSynced: () => boolean;
  readonly #onFailed: () => void;
  #unsynced: Pending[] = [];

  constructor(options: {
    readonly decisions: Decisions;
    readonly onAppend: () => void;
    /** @returns whether the process was killed before it heard that the batch is durable. */
    readonly onSynced: () => boolean;
    /** A process can append no more. */
    readonly onFailed: () => void;
  }) {
    this.#decisions = options.decisions;
    this.#onAppend = options.onAppend;
    this.#onSynced = options.onSynced;
    this.#onFailed = options.onFailed;
  }

  /** @returns the store of one process. */
  open(incarnation: Incarnation): Store {
    const { durable } = this;
    const state: { failure: Error | null } = { failure: null };
    return {
      kind: "simulated",
      get failure() {
        return state.failure;
      },
      get lastEventId() {
        return durable.lastEventId;
      },
      append: (batch) => this.#append(batch, incarnation, state),
      live: (id) => durable.live(id),
      intent: (exchangeId, intentId) => durable.intent(exchangeId, intentId),
      intentByClientOrderId: (id, client) => durable.intentByClientOrderId(id, client),
      intentByExchangeOrderId: (id, symbol, order) =>
        durable.intentByExchangeOrderId(id, symbol, order),
      intents: (filter) => durable.intents(filter),
      fills: (filter) => durable.fills(filter),
      fillKeys: (exchangeId, intentId) => durable.fillKeys(exchangeId, intentId),
      events: (query) => durable.events(query),
      parked: (id) => durable.parked(id),
      drifts: (id) => durable.drifts(id),
      meta: (key) => durable.meta(key),
      prune: (options) => durable.prune(options),
      backup: (path) => durable.backup(path),
      fence: (epoch) => durable.fence(epoch),
      close: () => Promise.resolve(),
    };
  }

  /**
   * The process died: of what waited, a prefix had reached the disk, chosen by the seed unless told.
   */
  lose(keeps?: number): void {
    const drawn = this.#decisions.between("disk:kept", [0, this.#unsynced.length]);
    const kept = keeps ?? drawn;
    for (const { batch } of this.#unsynced.slice(0, kept)) void this.durable.append(batch);
    this.#unsynced = [];
  }

  #append(
    batch: Batch,
    incarnation: Incarnation,
    state: { failure: Error | null },
  ): Promise<Receipt> {
    if (!incarnation.alive) return new Promise(() => {});
    if (state.failure !== null) return Promise.reject(state.failure);
    if (this.#decisions.fault("diskFailed", 0.001)) {
      state.failure = new StoreError("Cannot append: the simulated disk failed");
      // A failed fsync does not tell what reached the disk.
      if (this.#decisions.chance("disk:keptAnyway", 0.5)) void this.durable.append(batch);
      this.#onFailed();
      return Promise.reject(state.failure);
    }
    return new Promise((resolve) => {
      const pending = { batch, resolve };
      this.#unsynced.push(pending);
      const slow = this.#decisions.fault("diskSlow", 0.03);
      const syncMs = this.#decisions.between("disk:sync", slow ? [50, 3_000] : [0, 2]);
      incarnation.setTimer(() => this.#sync(pending), syncMs);
      this.#onAppend();
    });
  }

  #sync(upTo: Pending): void {
    const at = this.#unsynced.indexOf(upTo);
    const synced = this.#unsynced.splice(0, at + 1);
    // The memory store underneath answers synchronously.
    const receipts = synced.map(({ batch }) => this.durable.append(batch) as Receipt);
    if (this.#onSynced()) return;
    synced.forEach(({ resolve }, i) => resolve(receipts[i]!));
  }
}
