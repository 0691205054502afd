/**
 * The prices of our own live orders on one side of one symbol, best first, so that an order of the
 * other side can be told whether it would meet one. Changes cost O(log n) at most, and so does
 * asking, over time.
 */
import { compare, type Decimal } from "../src/model/decimal.ts";
import type { Side } from "../src/model/order.ts";

/** A multiset of prices that knows its best one. */
export class RiskLevels {
  /** Orders by price. A price whose last order has gone stays, as 0, until it is the best one. */
  readonly #orders = new Map<Decimal, number>();
  /** A binary heap of the keys of `#orders`, the best price first. */
  #heap: Decimal[] = [];
  #empty = 0;
  /** 1 when the highest price is the best: buyers. */
  readonly #sign: 1 | -1;

  constructor(side: Side) {
    this.#sign = side === "BUY" ? 1 : -1;
  }

  /** How many prices are kept, empty ones among them. */
  get size(): number {
    return this.#heap.length;
  }

  add(price: Decimal): void {
    const known = this.#orders.get(price);
    this.#orders.set(price, (known ?? 0) + 1);
    if (known === undefined) this.#push(price);
    else if (known === 0) this.#empty -= 1;
  }

  remove(price: Decimal): void {
    const left = (this.#orders.get(price) ?? 1) - 1;
    this.#orders.set(price, left);
    if (left > 0) return;
    this.#empty += 1;
    // Half of it is gone: cheaper to rebuild than to carry along.
    if (this.#empty > SPARE + this.#heap.length / 2) this.#rebuild();
  }

  /** The price an order of the other side would meet first; null when there is none. */
  best(): Decimal | null {
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined) return null;
      if (this.#orders.get(top) !== 0) return top;
      this.#pop();
      this.#orders.delete(top);
      this.#empty -= 1;
    }
  }

  #rebuild(): void {
    for (const [price, orders] of this.#orders) if (orders === 0) this.#orders.delete(price);
    // A sorted list is a heap.
    this.#heap = [...this.#orders.keys()].sort((a, b) => this.#sign * compare(b, a));
    this.#empty = 0;
  }

  #push(price: Decimal): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(price);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBetter(price, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = price;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#isBetter(heap[child + 1]!, heap[child]!)) child += 1;
      if (!this.#isBetter(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }

  #isBetter(a: Decimal, b: Decimal): boolean {
    return compare(a, b) === this.#sign;
  }
}

/** Fewer empty prices than this are not worth a rebuild. */
const SPARE = 64;
