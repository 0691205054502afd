/**
 * One side of an order book, best price first. Plain arrays that are changed in place: this runs
 * for every level of every frame, and a level near the top is what changes nearly always.
 *
 * I1 Prices are strictly in order and no quantity is zero.
 * I2 What lies beyond `bound` is unknown and never shown.
 */
import { compare, type Decimal, ZERO } from "../src/model/decimal.ts";
import type { BookLevel } from "../src/model/market.ts";

export class BookSide {
  readonly #sign: 1 | -1;
  /**
   * The price of each level as a float, lower for a better one: it finds the place in a few
   * comparisons. Two prices of one float are told apart by their texts.
   */
  #keys: number[] = [];
  #levels: BookLevel[] = [];
  /** The last price that is known for certain; null where the side is known to its end. */
  #bound: Decimal | null = null;

  constructor(side: "bids" | "asks") {
    this.#sign = side === "bids" ? -1 : 1;
  }

  /** Levels that are known; a side that was cut may have more. */
  get size(): number {
    return this.#levels.length;
  }

  /** Whether there may be more levels than are known. */
  get isCut(): boolean {
    return this.#bound !== null;
  }

  get best(): Decimal | null {
    return this.#levels[0]?.price ?? null;
  }

  /** @param levelsMax where the venue cut it, if it did */
  replace(levels: readonly BookLevel[], levelsMax: number | null): void {
    this.clear();
    for (const level of levels) this.set(level);
    if (levelsMax !== null && levels.length >= levelsMax) this.#bound = this.#worst();
  }

  clear(): void {
    this.#keys = [];
    this.#levels = [];
    this.#bound = null;
  }

  /** The new quantity of one price; zero removes it. */
  set(level: BookLevel): void {
    const { price, quantity } = level;
    if (this.#bound !== null && this.#sign * compare(price, this.#bound) > 0) return; // I2
    const key = this.#sign * Number(price);
    const at = this.#find(key, price);
    const isThere = this.#levels[at]?.price === price;
    if (quantity === ZERO) {
      if (!isThere) return; // Venues remove what we never saw; that is normal.
      this.#keys.splice(at, 1);
      this.#levels.splice(at, 1);
    } else if (isThere) {
      this.#levels[at] = level;
    } else {
      this.#keys.splice(at, 0, key);
      this.#levels.splice(at, 0, level);
    }
  }

  /** Forgets what lies deeper; `isWindow`: the venue tells when a level comes back into it. */
  cut(levelsMax: number, { isWindow }: { readonly isWindow: boolean }): void {
    if (this.#levels.length <= levelsMax) return;
    this.#keys.length = levelsMax;
    this.#levels.length = levelsMax;
    if (!isWindow) this.#bound = this.#worst();
  }

  top(levels: number): readonly BookLevel[] {
    return this.#levels.slice(0, levels);
  }

  #worst(): Decimal | null {
    return this.#levels.at(-1)?.price ?? null;
  }

  /** Where the price is, or belongs. */
  #find(key: number, price: Decimal): number {
    const keys = this.#keys;
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    while (keys[low] === key && this.#sign * compare(this.#levels[low]!.price, price) < 0) low++;
    return low;
  }
}
