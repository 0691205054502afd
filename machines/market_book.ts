/**
 * One order book, put together from snapshots and deltas. It decides what is true and what is not;
 * whoever holds it reads and subscribes as it says. No clock, no I/O.
 *
 * I1 While `isLive`, what it shows is one state the venue was in, never a mixture of two.
 * I2 A delta covers the states (previous, last]; it applies where the book stands within that.
 * I3 What a check finds wrong is shown to nobody: the levels are gone before anybody looks.
 */
import type { BookLevel } from "../src/model/market.ts";
import type { BookDelta, BookRules, BookSnapshot } from "../src/model/market_feed.ts";
import { BOOK_DELTAS_KEPT_MAX, BOOK_LEVELS_MAX } from "../src/model/limits.ts";
import { compare } from "../src/model/decimal.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import { BookSide } from "./book_side.ts";

/** Why a book had to be given up. */
export type BookTrouble =
  /** Deltas are missing. */
  | "GAP"
  /** The venue's checksum is another. */
  | "CHECKSUM"
  /** A bid is not below an ask. */
  | "CROSSED"
  /** So much was taken from a snapshot that was cut that too little of it is left. */
  | "THIN";

/** What became of what the venue told. */
export type BookOutcome =
  | { readonly kind: "changed" }
  /** Nothing is shown anew: old, empty, or kept until a snapshot is there. */
  | { readonly kind: "unchanged" }
  | { readonly kind: "broken"; readonly trouble: BookTrouble };

const CHANGED: BookOutcome = { kind: "changed" };
const UNCHANGED: BookOutcome = { kind: "unchanged" };
/** Enough levels below the wanted depth that a fresh snapshot is there before they are used up. */
const LOW_FACTOR = 2;

export class MarketBook {
  readonly #rules: BookRules;
  readonly #bids = new BookSide("bids");
  readonly #asks = new BookSide("asks");
  readonly #depth: number;
  #isLive = false;
  #sequence: number | null = null;
  #venueTime: EpochMs = 0;
  /** Levels of the shorter side of the last snapshot: less than that cannot be asked for. */
  #snapshotLevels = 0;
  /** Deltas since a snapshot was asked for; null while none is awaited. */
  #kept: BookDelta[] | null = null;

  constructor(rules: BookRules, depth: number) {
    this.#rules = rules;
    this.#depth = depth;
  }

  /** What is shown is true now, as far as the stream has told. */
  get isLive(): boolean {
    return this.#isLive;
  }

  get sequence(): number | null {
    return this.#sequence;
  }

  get venueTime(): EpochMs {
    return this.#venueTime;
  }

  /** A snapshot is needed: there is none, or what is known of the deeper levels runs out. */
  get needsSnapshot(): boolean {
    if (!this.#isLive) return true;
    const wanted = Math.min(LOW_FACTOR * this.#depth, this.#snapshotLevels * 3 / 4);
    return this.#isShort(wanted);
  }

  /** Levels that are wanted of each side. */
  get depth(): number {
    return this.#depth;
  }

  /** A snapshot is being read: what the stream tells until it is there belongs on top of it. */
  keepDeltas(): void {
    this.#kept ??= [];
  }

  /** A whole state; by the stream it comes in turn, by a read the kept deltas follow it. */
  snapshot(book: BookSnapshot, by: "stream" | "read"): BookOutcome {
    const kept = this.#kept ?? [];
    const standsAt = this.#isLive ? this.#sequence : null;
    if (by === "read" && !reaches(book, { kept, standsAt })) return UNCHANGED;
    this.#kept = null;
    this.#bids.replace(book.bids, book.levelsMax);
    this.#asks.replace(book.asks, book.levelsMax);
    this.#snapshotLevels = Math.min(book.bids.length, book.asks.length);
    this.#sequence = book.sequence;
    this.#venueTime = book.venueTime;
    this.#isLive = true;
    const checked = this.#check(book.checksum);
    if (checked.kind === "broken" || by === "stream") return checked;
    for (const delta of kept) {
      const outcome = this.#apply(delta);
      if (outcome.kind === "broken") return outcome;
    }
    return CHANGED;
  }

  delta(delta: BookDelta): BookOutcome {
    this.#keep(delta);
    return this.#isLive ? this.#apply(delta) : UNCHANGED;
  }

  /** What it shows may no longer be true; the levels stay, for those who show them as stale. */
  suspend(): void {
    this.#isLive = false;
    this.#kept = null;
  }

  /** Best first, at most `depth` levels a side. */
  view(
    depth: number,
  ): { readonly bids: readonly BookLevel[]; readonly asks: readonly BookLevel[] } {
    return { bids: this.#bids.top(depth), asks: this.#asks.top(depth) };
  }

  #keep(delta: BookDelta): void {
    if (this.#kept === null) return;
    // What is lost here shows as a gap when the snapshot comes, and another one is read.
    if (this.#kept.length >= BOOK_DELTAS_KEPT_MAX) this.#kept = [];
    this.#kept.push(delta);
  }

  #apply(delta: BookDelta): BookOutcome {
    const place = placeOf(delta, this.#sequence);
    if (place === "old") return UNCHANGED;
    if (place === "gap") {
      // The levels are still the state before the gap: stale, but no mixture.
      this.#isLive = false;
      return { kind: "broken", trouble: "GAP" };
    }
    for (const level of delta.bids) this.#bids.set(level);
    for (const level of delta.asks) this.#asks.set(level);
    this.#sequence = delta.last;
    this.#venueTime = delta.venueTime;
    return this.#check(delta.checksum);
  }

  #check(checksum: string | null): BookOutcome {
    const { window, checksum: compute } = this.#rules;
    const cut = { isWindow: window !== null };
    this.#bids.cut(window ?? BOOK_LEVELS_MAX, cut);
    this.#asks.cut(window ?? BOOK_LEVELS_MAX, cut);
    const bid = this.#bids.best;
    const ask = this.#asks.best;
    if (bid !== null && ask !== null && compare(bid, ask) >= 0) return this.#discard("CROSSED");
    if (compute !== undefined && checksum !== null) {
      if (compute(this.view(CHECKSUM_LEVELS)) !== checksum) return this.#discard("CHECKSUM");
    }
    if (this.#isShort(Math.min(this.#depth, this.#snapshotLevels / 2))) {
      return this.#discard("THIN");
    }
    return CHANGED;
  }

  #isShort(levels: number): boolean {
    return (this.#bids.isCut && this.#bids.size < levels) ||
      (this.#asks.isCut && this.#asks.size < levels);
  }

  /** I3 */
  #discard(trouble: BookTrouble): BookOutcome {
    this.#isLive = false;
    this.#bids.clear();
    this.#asks.clear();
    this.#sequence = null;
    return { kind: "broken", trouble };
  }
}

/** Kraken computes over ten, the deepest known is 25 (OKX, until 2026). */
const CHECKSUM_LEVELS = 25;

/** I2 */
function placeOf(
  { previous, last }: BookDelta,
  sequence: number | null,
): "next" | "old" | "gap" {
  if (previous === null || last === null || sequence === null) return "next";
  // Also where the venue begins to count anew (last below previous), or says that nothing changed.
  if (previous === sequence) return "next";
  if (last <= sequence) return "old";
  return previous < sequence ? "next" : "gap";
}

/** Whether a snapshot that was read is new enough for what the stream has told meanwhile. */
function reaches(
  book: BookSnapshot,
  { kept, standsAt }: { readonly kept: readonly BookDelta[]; readonly standsAt: number | null },
): boolean {
  if (book.sequence === null) return true;
  const first = kept[0];
  if (first !== undefined) return placeOf(first, book.sequence) !== "gap";
  return standsAt === null || book.sequence >= standsAt;
}
