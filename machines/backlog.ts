/**
 * What waits for a subscriber that reads slower than the market moves. Bounded: of one thing only
 * the newest state waits, and of things that are all told the oldest are dropped and counted.
 */
export class Backlog<T> {
  readonly #max: number;
  /** Keys in the order they came; what lies before `#first` has been taken. */
  #order: string[] = [];
  #first = 0;
  readonly #items = new Map<string, T>();
  #dropped = 0;
  #unnamed = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#items.size;
  }

  /**
   * @param key a newer item takes the place of the one that waits under it; null: all are told
   * @returns whether it made an older one be dropped
   */
  push(key: string | null, item: T): boolean {
    const name = key ?? `#${++this.#unnamed}`;
    if (!this.#items.has(name)) this.#order.push(name);
    this.#items.set(name, item);
    if (this.#items.size <= this.#max) return false;
    this.#shift();
    this.#dropped += 1;
    return true;
  }

  /** The oldest, with how many were dropped before it; undefined when nothing waits. */
  take(): { readonly item: T; readonly dropped: number } | undefined {
    const item = this.#shift();
    if (item === undefined) return undefined;
    const dropped = this.#dropped;
    this.#dropped = 0;
    return { item: item.value, dropped };
  }

  /** Forgets what waits and is not wanted any more. */
  keepOnly(isWanted: (item: T) => boolean): void {
    for (const [key, item] of [...this.#items]) if (!isWanted(item)) this.#items.delete(key);
    this.#order = this.#order.slice(this.#first).filter((key) => this.#items.has(key));
    this.#first = 0;
  }

  #shift(): { readonly value: T } | undefined {
    const key = this.#order[this.#first];
    if (key === undefined) return undefined;
    this.#first += 1;
    // In chunks: shifting a long list for every item costs more than the item.
    if (this.#first > TAKEN_MAX && this.#first * 2 > this.#order.length) {
      this.#order = this.#order.slice(this.#first);
      this.#first = 0;
    }
    // Every key in the order has an item: both change together.
    const value = this.#items.get(key) as T;
    this.#items.delete(key);
    return { value };
  }
}

const TAKEN_MAX = 256;
