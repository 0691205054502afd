/**
 * Open orders that somebody else placed, as the venue last told them: shown, never touched (S9).
 * The sync and the stream keep them; they live in memory alone, because the venue has them.
 *
 * I1 Bounded: past `EXTERNAL_ORDERS_MAX` the longest known is forgotten, and the next listing shows
 *    it again.
 */
import { EXTERNAL_ORDERS_MAX } from "../src/model/limits.ts";
import type { StandardOrderStatus } from "../src/model/order.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { VenueOrder } from "../src/model/venue.ts";

export class ExternalOrders {
  readonly #orders = new Map<string, VenueOrder>();

  get size(): number {
    return this.#orders.size;
  }

  /** In the order in which they became known. */
  list(): readonly VenueOrder[] {
    return [...this.#orders.values()];
  }

  /** Ids of venues are unique per symbol only. */
  find(exchangeOrderId: string, symbolId?: string): readonly VenueOrder[] {
    return this.list().filter((order) =>
      order.exchangeOrderId === exchangeOrderId &&
      (symbolId === undefined || order.symbolId === symbolId)
    );
  }

  /** A frame or a row about an order that no intent here owns. */
  saw(order: VenueOrder): void {
    const key = keyOf(order);
    const known = this.#orders.get(key);
    if (known !== undefined && known.venueTime > order.venueTime) return;
    if (!OPEN.has(order.status)) {
      this.#orders.delete(key);
      return;
    }
    this.#orders.set(key, order);
    if (this.#orders.size <= EXTERNAL_ORDERS_MAX) return;
    for (const oldest of this.#orders.keys()) { // I1
      this.#orders.delete(oldest);
      return;
    }
  }

  /** The venue's whole listing as of `venueTime`: what it does not show any more has ended. */
  listed(orders: readonly VenueOrder[], venueTime: EpochMs): void {
    const shown = new Set(orders.map(keyOf));
    for (const [key, known] of this.#orders) {
      if (!shown.has(key) && known.venueTime <= venueTime) this.#orders.delete(key);
    }
  }

  /** It is ours from now on. */
  forget(order: VenueOrder): void {
    this.#orders.delete(keyOf(order));
  }
}

const OPEN: ReadonlySet<StandardOrderStatus> = new Set<StandardOrderStatus>([
  "OPEN",
  "PARTIALLY_FILLED",
  "PENDING_TRIGGER",
]);

function keyOf({ symbolId, exchangeOrderId }: VenueOrder): string {
  return `${symbolId} ${exchangeOrderId}`;
}
