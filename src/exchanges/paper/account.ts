/** The orders and trades of one account: what is open, and a bounded memory of what is over. */
import type { EpochMs } from "../../model/scalars.ts";
import type { HistoryLimits, OrderKey, OrderQuery, PaperTrade, TradeQuery } from "./messages.ts";
import type { OrderEntry } from "./order_entry.ts";

export class PaperAccount {
  readonly accountId: string;
  readonly owner: string;
  readonly open = new Map<number, OrderEntry>();
  /** In order of their ids, since ids count up. */
  readonly #orders = new Map<number, OrderEntry>();
  /** The latest order that had the id. */
  readonly #byClientId = new Map<string, OrderEntry>();
  readonly #finals = new Queue<OrderEntry>();
  readonly #trades = new Queue<PaperTrade>();
  readonly #limits: HistoryLimits;

  constructor(accountId: string, owner: string, limits: HistoryLimits) {
    this.accountId = accountId;
    this.owner = owner;
    this.#limits = limits;
  }

  add(entry: OrderEntry): void {
    this.#orders.set(entry.terms.orderId, entry);
    this.#byClientId.set(entry.clientOrderId, entry);
    if (entry.isOpen) this.open.set(entry.terms.orderId, entry);
    else this.#finals.push(entry);
  }

  rename(entry: OrderEntry, former: string): void {
    if (this.#byClientId.get(former) === entry) this.#byClientId.delete(former);
    this.#byClientId.set(entry.clientOrderId, entry);
  }

  /** Moves the order to the history. @returns the orders forgotten for it. */
  finish(entry: OrderEntry): readonly OrderEntry[] {
    this.open.delete(entry.terms.orderId);
    this.#finals.push(entry);
    const forgotten: OrderEntry[] = [];
    while (this.#finals.length > this.#limits.finalOrdersMax) {
      const oldest = this.#finals.shift();
      forgotten.push(oldest);
      this.#orders.delete(oldest.terms.orderId);
      if (this.#byClientId.get(oldest.clientOrderId) === oldest) {
        this.#byClientId.delete(oldest.clientOrderId);
      }
    }
    return forgotten;
  }

  /** @returns the id up to which trades were forgotten for it, or 0. */
  addTrade(trade: PaperTrade): number {
    this.#trades.push(trade);
    return this.#trades.length > this.#limits.tradesMax ? this.#trades.shift().tradeId : 0;
  }

  hasOpenClientId(clientOrderId: string): boolean {
    return this.#byClientId.get(clientOrderId)?.isOpen === true;
  }

  find(key: OrderKey): OrderEntry | undefined {
    const entry = key.orderId !== undefined
      ? this.#orders.get(key.orderId)
      : this.#byClientId.get(key.clientOrderId ?? "");
    return entry?.terms.symbolId === key.symbolId ? entry : undefined;
  }

  *orders(query: OrderQuery = {}): Generator<OrderEntry> {
    let left = query.limit ?? Infinity;
    for (const entry of this.#orders.values()) {
      if (left <= 0) return;
      const terms = entry.terms;
      if (query.symbolId !== undefined && terms.symbolId !== query.symbolId) continue;
      if (query.since !== undefined && terms.createdAt < query.since) continue;
      if (query.fromOrderId !== undefined && terms.orderId < query.fromOrderId) continue;
      left--;
      yield entry;
    }
  }

  /** Ids and times only grow, so the start is found by halving and the rest read in a row. */
  trades(query: TradeQuery = {}): readonly PaperTrade[] {
    const order = query.orderId === undefined ? undefined : this.#orders.get(query.orderId);
    if (query.orderId !== undefined && order === undefined) return [];
    const fromId = Math.max(query.fromId ?? 0, order?.firstTradeId ?? 0);
    const toId = order?.lastTradeId ?? Infinity;
    const since: EpochMs = query.since ?? 0;
    const limit = query.limit ?? Infinity;
    const found: PaperTrade[] = [];
    const start = this.#trades.firstIndex((trade) =>
      trade.tradeId >= fromId && trade.time >= since
    );
    for (let at = start; at < this.#trades.length && found.length < limit; at++) {
      const trade = this.#trades.at(at);
      if (trade.tradeId > toId) break;
      if (query.symbolId !== undefined && trade.symbolId !== query.symbolId) continue;
      if (query.orderId !== undefined && trade.orderId !== query.orderId) continue;
      found.push(trade);
    }
    return found;
  }

  allTrades(): readonly PaperTrade[] {
    return this.#trades.items();
  }
}

/** First in, first out, without moving every item at each removal. */
class Queue<T> {
  #items: T[] = [];
  #start = 0;

  get length(): number {
    return this.#items.length - this.#start;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Must not be empty. */
  shift(): T {
    const item = this.#items[this.#start++]!;
    if (this.#start > 1_024 && this.#start * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#start);
      this.#start = 0;
    }
    return item;
  }

  at(index: number): T {
    return this.#items[this.#start + index]!;
  }

  /** Index of the first item for which `reached` holds; it must hold for all after it. */
  firstIndex(reached: (item: T) => boolean): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (reached(this.at(middle))) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  items(): readonly T[] {
    return this.#items.slice(this.#start);
  }
}
