/** One side of a book: price levels in order, and a first-in-first-out queue at each price. */
import type { Side } from "../../model/order.ts";
import type { OrderEntry } from "./order_entry.ts";

/** The queue of one price. */
export interface PriceLevel {
  readonly price: bigint;
  /** What all its orders have left: shown often, so it is kept, not summed. */
  resting: bigint;
  head: OrderEntry | null;
  tail: OrderEntry | null;
}

export class BookSide {
  readonly side: Side;
  /** Worst first, so that the level that changes most, the best, is popped off the end. */
  readonly #levels: PriceLevel[] = [];
  readonly #byPrice = new Map<bigint, PriceLevel>();

  constructor(side: Side) {
    this.side = side;
  }

  best(): PriceLevel | null {
    return this.#levels.at(-1) ?? null;
  }

  /** Levels best first. */
  *levels(): Generator<PriceLevel> {
    for (let at = this.#levels.length - 1; at >= 0; at--) yield this.#levels[at]!;
  }

  /** Puts the order behind all others of its price. */
  add(entry: OrderEntry): void {
    if (entry.price === null || entry.level !== null) {
      throw new TypeError(`Cannot rest order ${entry.terms.orderId}: no price, or resting already`);
    }
    const level = this.#levelAt(entry.price);
    entry.level = level;
    entry.before = level.tail;
    entry.after = null;
    if (level.tail === null) level.head = entry;
    else level.tail.after = entry;
    level.tail = entry;
    entry.counted = entry.remaining;
    level.resting += entry.counted;
  }

  remove(entry: OrderEntry): void {
    const level = entry.level;
    if (level === null) {
      throw new TypeError(`Cannot take order ${entry.terms.orderId} off the book: it is not on it`);
    }
    level.resting -= entry.counted;
    entry.counted = 0n;
    if (entry.before === null) level.head = entry.after;
    else entry.before.after = entry.after;
    if (entry.after === null) level.tail = entry.before;
    else entry.after.before = entry.before;
    entry.level = entry.before = entry.after = null;
    if (level.head === null) this.#drop(level);
  }

  /** True when `a` is nearer to the other side than `b`. */
  isBetter(a: bigint, b: bigint): boolean {
    return this.side === "BUY" ? a > b : a < b;
  }

  #levelAt(price: bigint): PriceLevel {
    const known = this.#byPrice.get(price);
    if (known !== undefined) return known;
    const level: PriceLevel = { price, resting: 0n, head: null, tail: null };
    this.#levels.splice(this.#slot(price), 0, level);
    this.#byPrice.set(price, level);
    return level;
  }

  #drop(level: PriceLevel): void {
    this.#byPrice.delete(level.price);
    if (this.#levels.at(-1) === level) this.#levels.pop();
    else this.#levels.splice(this.#slot(level.price), 1);
  }

  /** Index of the level with this price, else where it belongs. */
  #slot(price: bigint): number {
    let low = 0;
    let high = this.#levels.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.isBetter(price, this.#levels[middle]!.price)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
