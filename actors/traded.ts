/**
 * Symbols on which orders of ours were sent lately, remembered over a restart. The intents may have
 * ended before it, and yet the venue may have filled something since: a second copy of a request
 * that arrived late. The first sync after a start reads their trades (`sync.ts`).
 *
 * I1 A symbol is on the disk no later than the attempt that uses it, with a time that is at most
 *    `TRADED_REMEMBER_MS` behind its newest use.
 */
import type { IntentContext } from "../machines/intent_context.ts";
import { TRADED_REMEMBER_MS } from "../machines/timeouts.ts";
import type { Clock } from "../src/model/clock.ts";
import { TRADED_SYMBOLS_MAX } from "../src/model/limits.ts";
import { readMeta, TRADED_ROW } from "../src/model/meta_row.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { Store } from "../src/stores/store.ts";
import type { Journal } from "./journal.ts";

export interface TradedOptions {
  readonly exchangeId: string;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly store: Pick<Store, "meta">;
}

export class Traded {
  readonly #o: TradedOptions;
  /** When a use was last written; the longest unused is forgotten first. */
  readonly #usedAt: Map<string, EpochMs>;

  constructor(options: TradedOptions) {
    this.#o = options;
    this.#usedAt = new Map(readMeta(this.#key, options.store.meta(this.#key), TRADED_ROW));
  }

  /** What was used before this start and in it, each with the time from which to read. */
  get since(): ReadonlyMap<string, EpochMs> {
    return this.#usedAt;
  }

  onTurn(after: IntentContext): void {
    if (!after.effects.commands.some(({ type }) => type === "submit")) return;
    const { symbolId } = after.intent.order;
    const at = this.#o.clock.now();
    const known = this.#usedAt.get(symbolId);
    if (known !== undefined && at - known < TRADED_REMEMBER_MS && at >= known) return;
    this.#usedAt.delete(symbolId);
    this.#usedAt.set(symbolId, at);
    for (const oldest of this.#usedAt.keys()) {
      if (this.#usedAt.size <= TRADED_SYMBOLS_MAX) break;
      this.#usedAt.delete(oldest);
    }
    const value = JSON.stringify([...this.#usedAt]);
    this.#o.journal.write({ meta: [{ key: this.#key, value }] }).catch(() => {});
  }

  get #key(): string {
    return `traded/${this.#o.exchangeId}`;
  }
}
