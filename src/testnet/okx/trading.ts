/** Placing, canceling and changing orders: each answered with a row that says what came of it. */
import type { Rejection } from "../../exchanges/paper/messages.ts";
import type { Clock } from "../../model/clock.ts";
import type { ProcessOptions } from "../dialect.ts";
import { isOpen, type OrderRef } from "../kit/orders.ts";
import type { Venue } from "../kit/venue.ts";
import { toUnits } from "./amounts.ts";
import type { Declined } from "./declined.ts";
import type { Limits } from "./limits.ts";
import type { OkxListing } from "./listing.ts";
import { listingOf, readOrderRequest } from "./order_request.ts";
import { amount, optional, type Params } from "./params.ts";
import { OrderRefusal, parameterError, wordsFor } from "./refusal.ts";
import type { SeenOrder } from "./orders_seen.ts";

/** Who asks, and with what. */
export interface Asked {
  readonly account: string;
  readonly params: Params;
  readonly options: ProcessOptions;
  /** "Request effective deadline", null where the request has none. */
  readonly expTime: number | null;
}

export interface ResultRow {
  readonly clOrdId: string;
  readonly ordId: string;
  readonly sCode: string;
  readonly sMsg: string;
  readonly ts: string;
  readonly [more: string]: string;
}

export interface TradingParts {
  readonly venue: Venue<OkxListing>;
  readonly limits: Limits;
  readonly clock: Pick<Clock, "now">;
  readonly declined: Declined;
  /** Tells the account of an order the engine never had. */
  readonly onDeclined: (account: string, orders: readonly SeenOrder[]) => void;
  readonly openOrdersMax: number;
}

export class Trading {
  readonly #parts: TradingParts;

  constructor(parts: TradingParts) {
    this.#parts = parts;
  }

  place(asked: Asked): ResultRow {
    return this.#row(asked, { tag: optional(asked.params, "tag") ?? "" }, () => {
      const { venue, limits, clock, declined, onDeclined, openOrdersMax } = this.#parts;
      const { account, options } = asked;
      this.#checkExpiry(asked);
      const { order, listing } = readOrderRequest(asked.params, venue.listings);
      limits.spend("order", `place ${account} ${listing.symbol}`);
      limits.spendOrder(account);
      if (venue.orders.openCount(account, listing.symbolId) >= openOrdersMax) {
        throw refusalFor("MAX_OPEN_ORDERS");
      }
      const result = venue.orders.place(account, order, options);
      if (result.kind === "accepted") return named(result.view);
      if (result.code !== "WOULD_TAKE") throw refusalFor(result.code);
      const orders = declined.add(account, order, { listing, now: clock.now() });
      onDeclined(account, orders);
      return orders[0];
    });
  }

  cancel(asked: Asked): ResultRow {
    return this.#row(asked, {}, () => {
      const { venue, limits } = this.#parts;
      const { account } = asked;
      const listing = listingOf(asked.params, venue.listings);
      limits.spend("order", `cancel ${account} ${listing.symbol}`);
      const result = venue.orders.cancel(account, refOf(asked.params, listing));
      if (result.kind === "accepted") return named(result.view);
      throw new OrderRefusal(
        "51400",
        "Cancellation failed as the order has been filled, canceled or does not exist.",
      );
    });
  }

  amend(asked: Asked): ResultRow {
    return this.#row(asked, { reqId: optional(asked.params, "reqId") ?? "" }, () => {
      const { venue, limits } = this.#parts;
      const { account, params } = asked;
      this.#checkExpiry(asked);
      const listing = listingOf(params, venue.listings);
      limits.spend("order", `amend ${account} ${listing.symbol}`);
      limits.spendOrder(account);
      const [price, size] = [amount(params, "newPx"), amount(params, "newSz")];
      if (price === null && size === null) {
        throw new OrderRefusal("51500", "You must enter a price, quantity, or TP/SL.");
      }
      const ref = refOf(params, listing);
      const result = venue.orders.amend(account, ref, {
        ...(price === null ? {} : { price }),
        ...(size === null ? {} : { quantity: toUnits(size, listing) }),
      });
      if (result.kind === "accepted") return named(result.view);
      throw this.#amendRefusal(account, ref, result);
    });
  }

  #amendRefusal(account: string, ref: OrderRef, { code }: Rejection): OrderRefusal {
    const view = this.#parts.venue.orders.locate(account, ref);
    if (view === undefined) {
      return new OrderRefusal("51503", "Order modification failed as the order does not exist.");
    }
    if (!isOpen(view.order)) {
      return view.order.status === "FILLED"
        ? new OrderRefusal("51510", "Modification failed as the order has been completed.")
        : new OrderRefusal("51509", "Modification failed as the order has been canceled.");
    }
    switch (code) {
      case "INSUFFICIENT_FUNDS":
      case "INSUFFICIENT_MARGIN":
        return new OrderRefusal("51502", "Order failed. Insufficient balance or margin.");
      case "WOULD_TAKE":
        return new OrderRefusal(
          "51511",
          "Modification failed as the order price did not meet the requirement for Post Only.",
        );
      default:
        return refusalFor(code);
    }
  }

  /** "The request will not be processed if the current system time … is after the expTime." */
  #checkExpiry({ expTime, options }: Asked): void {
    if (expTime === null) return;
    if (options.receivedAt > expTime) {
      throw new OrderRefusal(
        "50036",
        "The expTime can't be earlier than the current system time. " +
          "Please adjust the expTime and try again.",
      );
    }
    if (this.#parts.clock.now() > expTime) throw new OrderRefusal("50037", "Order expired.");
  }

  #row(
    { params }: Asked,
    more: Readonly<Record<string, string>>,
    run: () => { readonly ordId: string; readonly clOrdId: string },
  ): ResultRow {
    const ts = String(this.#parts.clock.now());
    try {
      const { ordId, clOrdId } = run();
      return { clOrdId, ordId, ...more, ts, sCode: "0", sMsg: "" };
    } catch (error) {
      if (!(error instanceof OrderRefusal)) throw error;
      const clOrdId = optional(params, "clOrdId") ?? "";
      const ordId = optional(params, "ordId") ?? "";
      return { clOrdId, ordId, ...more, ts, sCode: error.code, sMsg: error.message };
    }
  }
}

/** @throws {Refusal} 51000 when neither id is given. */
export function refOf(params: Params, { symbolId }: Pick<OkxListing, "symbolId">): OrderRef {
  const [orderId, clientOrderId] = [optional(params, "ordId"), optional(params, "clOrdId")];
  if (orderId !== null) return { orderId, symbolId };
  if (clientOrderId !== null) return { clientOrderId, symbolId };
  throw parameterError("ordId");
}

function named(
  view: { readonly orderId: string; readonly clientOrderId: string },
): { readonly ordId: string; readonly clOrdId: string } {
  return { ordId: view.orderId, clOrdId: view.clientOrderId };
}

function refusalFor(code: string): OrderRefusal {
  return new OrderRefusal(...wordsFor(code));
}
