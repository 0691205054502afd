/**
 * New orders, changes, cancels and reads of orders: Bybit's trading rules. What it acknowledges and
 * its matching engine then turns away is an order all the same: it is shown as rejected, and its
 * link id is used up.
 */
import type { NewOrder, PaperOrder, Rejection } from "../../exchanges/paper/messages.ts";
import { compare, type Decimal, decimal, isMultipleOf, ZERO } from "../../model/decimal.ts";
import type { Clock } from "../../model/clock.ts";
import type { ProcessOptions } from "../dialect.ts";
import { isOpen, type OrderRef, type Orders } from "../kit/orders.ts";
import { type IdForm, numericIds } from "../kit/order_ids.ts";
import type { BybitListing } from "./listing.ts";
import { linkIdOf, readNewOrder } from "./new_order.ts";
import {
  categoryOf,
  integer,
  limitOf,
  optional,
  optionalListing,
  type Params,
  positive,
  requiredListing,
} from "./params.ts";
import { executionRow, feesOf, orderRow, type ShownOrder } from "./order_payloads.ts";
import { pageOf } from "./pages.ts";
import { paramsError, Refusal } from "./refusal.ts";

/** Order ids of 19 digits, as spot's are; those that were turned away count apart. */
export const ORDER_IDS: IdForm = numericIds({ above: 1_300_000_000_000_000_000n });
export const TRADE_IDS: IdForm = numericIds({ above: 2_100_000_000_000_000_000n });
const TURNED_AWAY_IDS: IdForm = numericIds({ above: 1_700_000_000_000_000_000n });

/** "A maximum of recent 500 closed status records are kept under each account each category." */
const RECENT_CLOSED_MAX = 500;
/** "Each account can hold a maximum of 500 active orders simultaneously per symbol." */
export const OPEN_ORDERS_MAX = 500;
const TURNED_AWAY_MAX = 10_000;
const WEEK_MS = 7 * 86_400_000;

export interface TradingOptions {
  readonly orders: Orders<BybitListing>;
  readonly clock: Pick<Clock, "now">;
  readonly openOrdersMax: number;
  /** Tells the account's stream of an order that the engine never had. */
  readonly onTurnedAway: (account: string, order: ShownOrder) => void;
}

interface Acknowledged {
  readonly orderId: string;
  readonly orderLinkId: string;
}

export class Trading {
  readonly #options: TradingOptions;
  /** By account, oldest first. */
  readonly #turnedAway = new Map<string, ShownOrder[]>();
  #turned = 0;

  constructor(options: TradingOptions) {
    this.#options = options;
  }

  create(account: string, params: Params, options: ProcessOptions): Acknowledged {
    const listing = requiredListing(params);
    const wanted = readNewOrder(params, listing);
    checkSize(wanted, listing);
    this.#checkRoom(account, listing);
    const linkId = wanted.clientOrderId ?? "";
    if (!options.asDuplicate && this.#turnedAwayAs(account, { clientOrderId: linkId })) {
      throw duplicate(listing);
    }
    const result = this.#options.orders.place(account, wanted, options);
    if (result.kind === "accepted") return acknowledged(result.view);
    const reason = TURNED_AWAY[result.code];
    if (reason === undefined) throw refusalOf(result, { listing, order: wanted });
    return acknowledged(this.#turnAway(account, { wanted, listing, reason }));
  }

  amend(account: string, params: Params): Acknowledged {
    const listing = requiredListing(params);
    const ref = refOf(params, listing);
    const [price, quantity] = [positive(params, "price"), positive(params, "qty")];
    if (price === null && quantity === null) {
      throw new Refusal(10001, "The order remains unchanged as the parameters entered match");
    }
    const known = this.#options.orders.locate(account, ref);
    if (known === undefined || !isOpen(known.order)) throw unknownOrder(listing);
    if (quantity !== null && compare(quantity, known.order.filled) <= 0) {
      throw listing.category === "spot"
        ? new Refusal(170313, "The modified contract quantity cannot be less than the filled")
        : new Refusal(110064, "The modified quantity cannot be less than the filled quantity");
    }
    const result = this.#options.orders.amend(account, ref, {
      ...(price === null ? {} : { price }),
      ...(quantity === null ? {} : { quantity }),
    });
    if (result.kind === "accepted") return acknowledged(result.view);
    // Taken, and then not done: the order stays as it is.
    if (TURNED_AWAY[result.code] !== undefined) return acknowledged(known);
    throw refusalOf(result, { listing, order: { price, quantity } });
  }

  cancel(account: string, params: Params): Acknowledged {
    const listing = requiredListing(params);
    const result = this.#options.orders.cancel(account, refOf(params, listing));
    if (result.kind === "rejected") throw unknownOrder(listing);
    return acknowledged(result.view);
  }

  cancelAll(account: string, params: Params) {
    const listing = optionalListing(params);
    const category = categoryOf(params);
    const open = this.#options.orders.open(account, listing?.symbolId)
      .filter((view) => view.listing.category === category);
    const list = open.map(({ orderId, listing: { symbolId } }) =>
      this.#options.orders.cancel(account, { orderId, symbolId })
    ).flatMap((result) => result.kind === "accepted" ? [acknowledged(result.view)] : []);
    return { list, success: "1" };
  }

  /** Open orders, or those that ended last; by an id of either state. */
  realtime(account: string, params: Params) {
    const category = categoryOf(params);
    const limit = limitOf(params, { fallback: 20, max: 50 });
    const byId = idsOf(params);
    const isScoped = ["symbol", "baseCoin", "settleCoin"].some((name) => params.has(name));
    if (category === "linear" && byId === null && !isScoped) {
      throw new Refusal(
        10001,
        "Missing some parameters that must be filled in, symbol or settleCoin",
      );
    }
    const chosen = this.#chosen(account, params);
    const closed = chosen.filter((each) => !isLive(each)).slice(0, RECENT_CLOSED_MAX);
    const shown = byId !== null
      ? chosen.filter((each) => isLive(each) || closed.includes(each))
      : integer(params, "openOnly")
      ? closed
      : chosen.filter(isLive);
    return this.#page(shown, { params, category, limit });
  }

  /** What has ended, newest first. */
  history(account: string, params: Params) {
    const category = categoryOf(params);
    const limit = limitOf(params, { fallback: 20, max: 50 });
    const { since, until } = this.#span(params);
    const shown = this.#chosen(account, params).filter((each) =>
      !isLive(each) && each.order.createdAt >= since && each.order.createdAt <= until
    );
    return this.#page(shown, { params, category, limit });
  }

  /** Newest first. "orderId and orderLinkId have a higher priority … others will be ignored." */
  executions(account: string, params: Params) {
    const { orders } = this.#options;
    const category = categoryOf(params);
    const limit = limitOf(params, { fallback: 50, max: 100 });
    const ids = idsOf(params);
    const { since, until } = this.#span(params);
    const listing = optionalListing(params);
    const trades = orders.trades(account, {
      since,
      until,
      ...(ids?.orderId === undefined ? {} : { orderId: ids.orderId }),
      ...(ids !== null || listing === null ? {} : { symbolId: listing.symbolId }),
    }).filter((view) =>
      view.listing.category === category &&
      (ids?.orderId !== undefined || ids === null || view.clientOrderId === ids.clientOrderId)
    ).toReversed();
    const rows = trades.map((view) => {
      const { order } = orders.locate(account, { orderId: view.orderId })!;
      return executionRow({ ...view, order });
    });
    const page = pageOf(rows, {
      cursor: optional(params, "cursor"),
      limit,
      markOf: (row) => `${row.execId}:${row.execTime}`,
    });
    return { nextPageCursor: page.cursor, category, list: page.rows };
  }

  #page(
    shown: readonly ShownOrder[],
    { params, category, limit }: {
      readonly params: Params;
      readonly category: string;
      readonly limit: number;
    },
  ) {
    const { orders } = this.#options;
    const rows = shown.map((each) => orderRow(each, feesOf(orders, each)));
    const page = pageOf(rows, {
      cursor: optional(params, "cursor"),
      limit,
      markOf: (row) => `${row.orderId}:${row.createdTime}`,
    });
    return { nextPageCursor: page.cursor, category, list: page.rows };
  }

  /** By orderId, else orderLinkId, else symbol, base or settle coin; newest first. */
  #chosen(account: string, params: Params): readonly ShownOrder[] {
    const category = categoryOf(params);
    const listing = optionalListing(params);
    const ids = idsOf(params);
    const [base, settle] = [optional(params, "baseCoin"), optional(params, "settleCoin")];
    const all: readonly ShownOrder[] = [
      ...this.#options.orders.history(account),
      ...this.#turnedAway.get(account) ?? [],
    ];
    return all.filter((each) => {
      if (each.listing.category !== category) return false;
      if (ids?.orderId !== undefined) return each.orderId === ids.orderId;
      if (ids !== null) return each.clientOrderId === ids.clientOrderId;
      if (listing !== null) return each.listing === listing;
      return (base === null || each.listing.base === base) &&
        (settle === null || each.listing.settle === settle);
    }).sort((a, b) => b.order.createdAt - a.order.createdAt || b.order.orderId - a.order.orderId);
  }

  /** Seven days back unless told otherwise, never more than seven; orders by id at any time. */
  #span(params: Params): { readonly since: number; readonly until: number } {
    if (idsOf(params) !== null) return { since: 0, until: Infinity };
    const [start, end] = [integer(params, "startTime"), integer(params, "endTime")];
    if (start !== null && end !== null && (end < start || end - start > WEEK_MS)) {
      throw new Refusal(10001, "Can't query order earlier than 7 days of the start time.");
    }
    const until = end ?? (start === null ? Infinity : start + WEEK_MS);
    const since = start ?? (end ?? this.#options.clock.now()) - WEEK_MS;
    return { since, until };
  }

  #turnAway(
    account: string,
    { wanted, listing, reason }: {
      readonly wanted: NewOrder;
      readonly listing: BybitListing;
      readonly reason: string;
    },
  ): ShownOrder {
    const now = this.#options.clock.now();
    const number = ++this.#turned;
    const shown: ShownOrder = {
      order: endedAtOnce(wanted, { account, orderId: number, now }),
      listing,
      orderId: TURNED_AWAY_IDS.toText(number),
      clientOrderId: wanted.clientOrderId ?? "",
      rejectReason: reason,
    };
    const known = this.#turnedAway.get(account) ?? [];
    if (known.length >= TURNED_AWAY_MAX) known.shift();
    known.push(shown);
    this.#turnedAway.set(account, known);
    this.#options.onTurnedAway(account, shown);
    return shown;
  }

  #turnedAwayAs(account: string, { clientOrderId }: { readonly clientOrderId: string }): boolean {
    const known = clientOrderId === "" ? undefined : this.#turnedAway.get(account);
    return known?.some((each) => each.clientOrderId === clientOrderId) ?? false;
  }

  #checkRoom(account: string, listing: BybitListing): void {
    const { orders, openOrdersMax } = this.#options;
    if (orders.openCount(account, listing.symbolId) < openOrdersMax) return;
    throw new Refusal(110020, `Not allowed to have more than ${openOrdersMax} active orders.`);
  }
}

/** Rejections of the engine that come after the acknowledgement, by the venue's reason. */
const TURNED_AWAY: Readonly<Record<string, string>> = {
  WOULD_TAKE: "EC_PostOnlyWillTakeLiquidity",
  NO_LIQUIDITY: "EC_NoImmediateQtyToFill",
};

function endedAtOnce(
  wanted: NewOrder,
  at: { readonly account: string; readonly orderId: number; readonly now: number },
): PaperOrder {
  return {
    orderId: at.orderId,
    clientOrderId: wanted.clientOrderId ?? "",
    accountId: at.account,
    symbolId: wanted.symbolId,
    side: wanted.side,
    type: wanted.type,
    timeInForce: wanted.timeInForce ?? "GTC",
    postOnly: wanted.postOnly ?? false,
    selfTradePrevention: wanted.selfTradePrevention ?? "NONE",
    reduceOnly: wanted.reduceOnly ?? false,
    origin: "USER",
    price: wanted.price ?? null,
    quantity: wanted.quantity ?? ZERO,
    quoteQuantity: wanted.quoteQuantity ?? null,
    status: "CANCELED",
    filled: ZERO,
    filledQuote: ZERO,
    cause: null,
    createdAt: at.now,
    updatedAt: at.now,
  };
}

function acknowledged({ orderId, clientOrderId }: ShownOrder): Acknowledged {
  return { orderId, orderLinkId: clientOrderId };
}

function isLive({ order }: ShownOrder): boolean {
  return isOpen(order);
}

function idsOf(params: Params): OrderRef | null {
  const orderId = optional(params, "orderId");
  if (orderId !== null) return { orderId };
  const clientOrderId = optional(params, "orderLinkId");
  return clientOrderId === null ? null : { clientOrderId };
}

/** @throws {Refusal} 10001 without an id. */
function refOf(params: Params, { symbolId }: BybitListing): OrderRef {
  linkIdOf(params);
  const ids = idsOf(params);
  if (ids === null) throw paramsError("OrderId or orderLinkId is required");
  return { ...ids, symbolId };
}

/** What spot tells apart and the engine calls one filter. */
function checkSize(order: NewOrder, listing: BybitListing): void {
  const quantity = order.quantity ?? null;
  if (quantity === null) return;
  const [min, max] = [decimal(listing.minQty), decimal(listing.maxQty)];
  if (compare(quantity, min) < 0) throw tooSmall(listing);
  if (compare(quantity, max) > 0) throw tooLarge(listing);
}

function tooSmall({ category }: BybitListing): Refusal {
  return category === "spot"
    ? new Refusal(170136, "Order quantity exceeded lower limit.")
    : new Refusal(10001, "The number of contracts exceeds minimum limit allowed");
}

function tooLarge({ category }: BybitListing): Refusal {
  return category === "spot"
    ? new Refusal(170135, "Order quantity exceeded upper limit.")
    : new Refusal(10001, "The number of contracts exceeds maximum limit allowed: too large");
}

function duplicate({ category }: BybitListing): Refusal {
  return category === "spot"
    ? new Refusal(170141, "Duplicate clientOrderId.")
    : new Refusal(110072, "OrderLinkedID is duplicate");
}

function unknownOrder({ category }: BybitListing): Refusal {
  return category === "spot"
    ? new Refusal(170213, "Order does not exist.")
    : new Refusal(110001, "order not exists or too late to cancel");
}

function refusalOf(
  { code, message }: Rejection,
  { listing, order }: {
    readonly listing: BybitListing;
    readonly order: { readonly quantity?: Decimal | null; readonly price?: Decimal | null };
  },
): Refusal {
  const isSpot = listing.category === "spot";
  switch (code) {
    case "DUPLICATE_CLIENT_ORDER_ID":
      return duplicate(listing);
    case "INSUFFICIENT_FUNDS":
      return new Refusal(170131, "Insufficient balance.");
    case "INSUFFICIENT_MARGIN":
      return new Refusal(110007, "ab not enough for new order");
    case "REDUCE_ONLY_REJECTED":
      return new Refusal(110017, "current position is zero, cannot fix reduce-only order qty");
    case "FILTER_PRICE":
      return isSpot
        ? new Refusal(170134, "Order price has too many decimals.")
        : paramsError("Price invalid");
    case "FILTER_LOT_SIZE":
      return isSpot && !isMultipleOf(order.quantity ?? ZERO, decimal(listing.step))
        ? new Refusal(170137, "Order quantity has too many decimals.")
        : tooLarge(listing);
    case "FILTER_NOTIONAL":
      return isSpot
        ? new Refusal(170140, "Order value exceeded lower limit.")
        : new Refusal(110094, "Order does not meet minimum order value 5USDT");
    case "MAX_OPEN_ORDERS":
      return new Refusal(110020, "Not allowed to have more than 500 active orders.");
    case "UNKNOWN_ORDER":
      return unknownOrder(listing);
    default:
      return new Refusal(10001, message);
  }
}
