/**
 * Order books with update ids, so that a snapshot and the diff stream fit together.
 *
 * I1: every change of a watched book leaves as one diff whose first id is the last one's final id
 * plus one. I2: a snapshot's id is the final id of the last diff that left before it.
 */
import type { MatchingEngine } from "../../exchanges/paper/engine.ts";
import type { Depth, DepthLevel } from "../../exchanges/paper/messages.ts";
import { type Decimal, ZERO } from "../../model/decimal.ts";

/** The deepest snapshot that any exchange here gives; a diff stream covers the same. */
export const LEVELS_MAX = 5_000;
/** Ids of a live exchange are large; starting above 1 keeps "no id" and "first id" apart. */
const FIRST_UPDATE_ID = 1_000;

/** Levels that are new or changed, and gone ones with quantity zero. */
export interface BookDiff {
  readonly firstId: number;
  readonly finalId: number;
  readonly bids: readonly DepthLevel[];
  readonly asks: readonly DepthLevel[];
}

export interface BookSnapshot {
  readonly depth: Depth;
  readonly lastUpdateId: number;
}

type Published = { readonly bids: Map<Decimal, Decimal>; readonly asks: Map<Decimal, Decimal> };

export class Book {
  readonly #engine: MatchingEngine;
  readonly #symbolId: string;
  readonly #onDiff: (diff: BookDiff) => void;
  #published: Published | null = null;
  #dirty = false;
  #updateId = FIRST_UPDATE_ID;
  /** Final id of the last diff. */
  #flushedId = FIRST_UPDATE_ID;

  constructor(
    engine: MatchingEngine,
    options: { readonly symbolId: string; readonly onDiff: (diff: BookDiff) => void },
  ) {
    this.#engine = engine;
    this.#symbolId = options.symbolId;
    this.#onDiff = options.onDiff;
  }

  get isWatched(): boolean {
    return this.#published !== null;
  }

  /** From now on diffs are made; costs one walk of the book per change published. */
  watch(): void {
    if (this.#published !== null) return;
    this.#published = published(this.#depth());
    this.#dirty = false;
    this.#flushedId = this.#updateId;
  }

  unwatch(): void {
    this.#published = null;
  }

  touch(): number {
    this.#dirty = true;
    return ++this.#updateId;
  }

  /** Publishes what changed since the last diff. */
  flush(): void {
    if (!this.#dirty) return;
    this.#dirty = false;
    const before = this.#published;
    if (before === null) return;
    const firstId = this.#flushedId + 1;
    this.#flushedId = this.#updateId;
    const after = published(this.#depth());
    this.#published = after;
    const bids = changes(before.bids, after.bids);
    const asks = changes(before.asks, after.asks);
    this.#onDiff({ firstId, finalId: this.#updateId, bids, asks }); // I1
  }

  /** Flushes first: whoever is to start from this snapshot subscribes to the diffs after it. */
  snapshot(levels: number): BookSnapshot {
    this.flush(); // I2
    return { depth: this.#engine.depth(this.#symbolId, levels), lastUpdateId: this.#updateId };
  }

  #depth(): Depth {
    return this.#engine.depth(this.#symbolId, LEVELS_MAX);
  }
}

function published(depth: Depth): Published {
  return { bids: sideOf(depth.bids), asks: sideOf(depth.asks) };
}

function sideOf(levels: readonly DepthLevel[]): Map<Decimal, Decimal> {
  return new Map(levels.map((level) => [level.price, level.quantity]));
}

/** What of one side differs: new and changed levels, and gone ones with quantity zero. */
export function changedLevels(
  before: readonly DepthLevel[],
  after: readonly DepthLevel[],
): readonly DepthLevel[] {
  return changes(sideOf(before), sideOf(after));
}

function changes(
  before: ReadonlyMap<Decimal, Decimal>,
  after: ReadonlyMap<Decimal, Decimal>,
): readonly DepthLevel[] {
  const changed: DepthLevel[] = [];
  for (const [price, quantity] of after) {
    if (before.get(price) !== quantity) changed.push({ price, quantity });
  }
  for (const price of before.keys()) {
    if (!after.has(price)) changed.push({ price, quantity: ZERO });
  }
  return changed;
}
