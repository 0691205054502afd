/**
 * Post-only orders that would have taken: OKX's gateway takes them and answers success, its engine
 * cancels them right away (`cancelSource` 31). The matching engine here refuses them, so they are
 * kept beside it.
 */
import type { EpochMs } from "../../model/scalars.ts";
import type { NewOrder } from "../../exchanges/paper/messages.ts";
import { ZERO } from "../../model/decimal.ts";
import type { OkxListing } from "./listing.ts";
import type { SeenOrder } from "./orders_seen.ts";

/** Beyond the ids of the engine's orders. */
const FIRST_ID = 9_000_000_000_000_000_000n;
/** Of one account; the oldest is forgotten. */
const DECLINED_MAX = 1_000;

export class Declined {
  readonly #byAccount = new Map<string, SeenOrder[]>();
  #next = FIRST_ID;

  /** @returns the order while it lived, and as it ended. */
  add(
    account: string,
    order: NewOrder,
    at: { readonly listing: OkxListing; readonly now: EpochMs },
  ): readonly [live: SeenOrder, ended: SeenOrder] {
    const live: SeenOrder = {
      ordId: String(this.#next++),
      clOrdId: order.clientOrderId ?? "",
      listing: at.listing,
      side: order.side,
      ordType: "post_only",
      px: order.price ?? null,
      size: order.quantity ?? ZERO,
      quoteSized: false,
      filled: ZERO,
      filledQuote: ZERO,
      state: "live",
      cancelSource: "",
      category: "normal",
      reduceOnly: order.reduceOnly === true,
      createdAt: at.now,
      updatedAt: at.now,
    };
    const ended: SeenOrder = { ...live, state: "canceled", cancelSource: "31" };
    const list = this.of(account);
    list.push(ended);
    if (list.length > DECLINED_MAX) list.shift();
    return [live, ended];
  }

  /** Oldest first. */
  of(account: string): SeenOrder[] {
    let list = this.#byAccount.get(account);
    if (list === undefined) this.#byAccount.set(account, list = []);
    return list;
  }
}
