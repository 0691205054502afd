/**
 * Who may go next: the budgets of one exchange account and the requests that wait for them. The
 * request runner asks it before each request and when tokens have come.
 *
 * I1 A request never overtakes one of the same or a higher priority that waits for a bucket which it
 *    takes from as well, and passes those that wait for others.
 * I2 What goes has spent its tokens.
 */
import type { RequestAbout, RequestCost } from "../src/model/rate_limits.ts";
import {
  type BudgetKeys,
  type Charge,
  collides,
  lackOf,
  type RequestBudgets,
  spendCharges,
} from "./budgets.ts";
import {
  PRIORITIES,
  type PushResult,
  type QueueEntry,
  type QueueOptions,
  type RequestPriority,
  RequestQueue,
  tierOf,
} from "./request_queue.ts";
import type { TokenBucket } from "./token_bucket.ts";

/** One request as far as its turn depends on it. */
export interface LineRequest {
  readonly priority: RequestPriority;
  /** Names it: one that waits already under this key is replaced. */
  readonly key: string;
  readonly cost: RequestCost;
  /** Whose budgets it takes from. */
  readonly keys: BudgetKeys;
}

/** @typeParam T a request as its asker knows it */
export class RequestLine<T extends LineRequest> {
  readonly #budgets: RequestBudgets;
  readonly #queue: RequestQueue<T>;

  constructor(budgets: RequestBudgets, options: QueueOptions) {
    this.#budgets = budgets;
    this.#queue = new RequestQueue(options);
  }

  /** How many wait. */
  get size(): number {
    return this.#queue.size;
  }

  /** @returns whether it goes now; then its tokens are spent (I2). */
  pass(request: T, now: number): boolean {
    const { priority, cost, keys } = request;
    const charges = this.#budgets.charges(cost, keys, now);
    if (this.#budgets.wait(charges, tierOf(priority), now) > 0) return false;
    if (this.#queue.size > 0) {
      for (const higher of PRIORITIES) {
        for (const head of this.#queue.heads(higher)) {
          if (this.#holdsBack(head, charges, now)) return false;
        }
        if (higher === priority) break;
      }
    }
    spendCharges(charges);
    return true;
  }

  push(request: T): PushResult {
    const { priority, key, cost, keys } = request;
    return this.#queue.push(priority, {
      key,
      item: request,
      lane: this.#budgets.laneOf(cost, keys),
    });
  }

  /** How long the request has to wait at least, by the budgets alone; ms. */
  wait({ cost, keys, priority }: T, now: number): number {
    return this.#budgets.wait(this.#budgets.charges(cost, keys, now), tierOf(priority), now);
  }

  /** @returns whether it waited. */
  remove(key: string): boolean {
    return this.#queue.remove(key) !== undefined;
  }

  /** All of one priority, the longest waiting first. */
  waiting(priority: RequestPriority): readonly T[] {
    return this.#queue.entries(priority).map(({ item }) => item);
  }

  /** @returns all that waited, the most urgent first. */
  clear(): readonly T[] {
    return this.#queue.clear().map(({ item }) => item);
  }

  /**
   * Lets all go that may.
   *
   * @param onGo must not throw; may push
   * @returns after how many milliseconds the next may; Infinity when time alone frees none
   */
  release(now: number, onGo: (request: T) => void): number {
    let waitMs = Infinity;
    const lacking = new Set<TokenBucket>();
    for (const priority of PRIORITIES) {
      const blocked = new Set<string>();
      const tier = tierOf(priority);
      for (;;) {
        const head = this.#queue.first(priority, blocked);
        if (head === undefined) break;
        const { cost, keys } = head.item;
        const charges = this.#budgets.charges(cost, keys, now);
        const ownWaitMs = this.#budgets.wait(charges, tier, now);
        if (ownWaitMs > 0 || collides(lacking, charges)) {
          if (ownWaitMs > 0) waitMs = Math.min(waitMs, ownWaitMs);
          for (const bucket of lackOf(charges, tier)) lacking.add(bucket);
          blocked.add(head.lane);
          continue;
        }
        this.#queue.remove(head.key);
        spendCharges(charges);
        onGo(head.item);
      }
    }
    return waitMs;
  }

  /** I1: one that lacks nothing goes in a moment, and first. */
  #holdsBack({ item, priority }: QueueEntry<T>, charges: readonly Charge[], now: number): boolean {
    const own = this.#budgets.charges(item.cost, item.keys, now);
    const lacking = lackOf(own, tierOf(priority));
    return collides(lacking.length > 0 ? lacking : own.map(({ bucket }) => bucket), charges);
  }
}

/** @param kind what stands for the endpoint where the venue has one of each kind */
export function keysOf({ symbolId = "", endpoint }: RequestAbout, kind: string): BudgetKeys {
  return { symbolId, endpoint: endpoint ?? kind };
}
