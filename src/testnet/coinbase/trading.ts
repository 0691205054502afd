/** Placing, canceling, editing and listing orders by Coinbase's rules. */
import type { PaperOrder, Rejection } from "../../exchanges/paper/messages.ts";
import type { Clock } from "../../model/clock.ts";
import { compare, decimal, isMultipleOf } from "../../model/decimal.ts";
import type { ProcessOptions } from "../dialect.ts";
import { type IdForm, uuidIds } from "../kit/order_ids.ts";
import { isOpen } from "../kit/orders.ts";
import type { Venue } from "../kit/venue.ts";
import type { CoinbaseListing } from "./listing.ts";
import { readNewOrder, type ReadOrder } from "./new_order.ts";
import { type CoinbaseOrder, type Edited, fillRow, orderRow, statusOf } from "./order_payloads.ts";
import { limitOf, listOf, optional, type Params, positiveOf, required, timeOf } from "./params.ts";
import { Declined, invalidArgument, notFound } from "./refusal.ts";

export const ORDER_IDS: IdForm = uuidIds("order");
export const TRADE_IDS: IdForm = uuidIds("trade");
/** Of one product. */
export const OPEN_ORDERS_MAX = 500;
/** The latest edits of an order are shown, so many. */
const EDITS_MAX = 5;
const EDITED_MAX = 10_000;
/** Of open orders; no other bound is told. */
const ORDERS_MAX = 1_000;
const FILLS_MAX = 3_000;

export interface TradingOptions {
  readonly venue: Venue<CoinbaseListing>;
  readonly clock: Pick<Clock, "now">;
  readonly openOrdersMax: number;
}

export class Trading {
  readonly #options: TradingOptions;
  /** By the engine's order id. */
  readonly #edited = new Map<number, Edited>();

  constructor(options: TradingOptions) {
    this.#options = options;
  }

  /** The value of an answer, of a declined order too. */
  create(account: string, params: Params, options: ProcessOptions) {
    const order_configuration = params["order_configuration"] ?? null;
    try {
      const { orderId, clientOrderId, listing, order } = this.#place(account, params, options);
      const own = { order_id: orderId, product_id: listing.symbol, side: order.side };
      return {
        success: true,
        failure_reason: "UNKNOWN_FAILURE_REASON",
        order_id: orderId,
        success_response: { ...own, client_order_id: clientOrderId },
        order_configuration,
      };
    } catch (error) {
      if (error instanceof Declined) return declinedOrder(error, order_configuration);
      throw error;
    }
  }

  cancel(account: string, params: Params) {
    const ids = listOf(params, "order_ids");
    if (ids.length === 0) throw invalidArgument("order_ids are required");
    const results = ids.map((orderId) => {
      const result = this.#options.venue.orders.cancel(account, { orderId });
      const success = result.kind === "accepted";
      const reason = success ? "UNKNOWN_CANCEL_FAILURE_REASON" : "UNKNOWN_CANCEL_ORDER";
      return { success, failure_reason: reason, order_id: orderId };
    });
    return { results };
  }

  edit(account: string, params: Params) {
    try {
      this.#edit(account, params);
      return { success: true, errors: [] };
    } catch (error) {
      if (error instanceof Declined) return declinedEdit(error);
      throw error;
    }
  }

  /** Newest first. */
  list(account: string, params: Params) {
    const { venue } = this.#options;
    const statuses = listOf(params, "order_status");
    if (statuses.includes("OPEN") && statuses.length > 1) {
      throw invalidArgument("OPEN orders cannot be queried with other order statuses");
    }
    const [since, until] = [timeOf(params, "start_date"), timeOf(params, "end_date")];
    const isDated = !statuses.includes("OPEN");
    const ids = listOf(params, "order_ids");
    const products = [...listOf(params, "product_ids"), ...listOf(params, "product_id")];
    const found = venue.orders.history(account).filter(({ order, listing, orderId }) =>
      (ids.length === 0 || ids.includes(orderId)) &&
      (products.length === 0 || products.includes(listing.symbol)) &&
      (statuses.length === 0 || statuses.includes(statusOf(order))) &&
      (!isDated || since === null || order.createdAt >= since) &&
      (!isDated || until === null || order.createdAt < until)
    ).toReversed();
    const limit = limitOf(params, { fallback: ORDERS_MAX, max: ORDERS_MAX });
    const page = pageOf(found, { params, limit, idOf: ({ orderId }) => orderId });
    const orders = page.rows.map((view) => this.#row(account, view));
    return { orders, sequence: "0", has_next: page.cursor !== "", cursor: page.cursor };
  }

  one(account: string, orderId: string) {
    const view = this.#options.venue.orders.find(account, { orderId });
    if (view === undefined) throw notFound("order");
    return { order: this.#row(account, view) };
  }

  /** Newest first. */
  fills(account: string, params: Params) {
    const { venue } = this.#options;
    const since = timeOf(params, "start_sequence_timestamp");
    const until = timeOf(params, "end_sequence_timestamp");
    const ids = [...listOf(params, "order_ids"), ...listOf(params, "order_id")];
    const products = [...listOf(params, "product_ids"), ...listOf(params, "product_id")];
    const found = venue.orders.trades(account, {
      ...(since === null ? {} : { since }),
      ...(until === null ? {} : { until }),
    }).filter(({ listing, orderId }) =>
      (ids.length === 0 || ids.includes(orderId)) &&
      (products.length === 0 || products.includes(listing.symbol))
    ).toReversed();
    const limit = limitOf(params, { fallback: 100, max: FILLS_MAX });
    const rows = found.map(fillRow);
    const page = pageOf(rows, { params, limit, idOf: ({ entry_id }) => entry_id });
    return { fills: page.rows, cursor: page.cursor };
  }

  #place(account: string, params: Params, options: ProcessOptions): CoinbaseOrder {
    const { venue, openOrdersMax } = this.#options;
    const wanted = readNewOrder(params, venue.listings);
    const { order, listing } = wanted;
    const known = options.asDuplicate
      ? undefined
      : venue.orders.locate(account, { clientOrderId: order.clientOrderId! });
    if (known !== undefined) return again(known, wanted);
    checkSize(wanted);
    if (venue.orders.openCount(account, listing.symbolId) >= openOrdersMax) {
      throw new Declined("UNKNOWN_FAILURE_REASON", "too many open orders");
    }
    const result = venue.orders.place(account, order, options);
    if (result.kind === "accepted") return result.view;
    throw declinedFor(result);
  }

  #edit(account: string, params: Params): void {
    const { venue, clock } = this.#options;
    const orderId = required(params, "order_id");
    const view = venue.orders.locate(account, { orderId });
    if (view === undefined) throw new Declined("ORDER_NOT_FOUND");
    const { order } = view;
    if (!isOpen(order)) throw new Declined("ONLY_OPEN_ORDERS_CAN_BE_EDITED");
    const [price, size] = [positiveOf(params, "price"), positiveOf(params, "size")];
    if (price === null) throw new Declined("INVALID_EDITED_PRICE");
    if (size === null) throw new Declined("INVALID_EDITED_SIZE");
    if (compare(size, order.filled) <= 0) throw new Declined("CANNOT_EDIT_TO_BELOW_FILLED_SIZE");
    if (price === order.price && compare(size, order.quantity) === 0) {
      throw new Declined("EDIT_REQUEST_EQUAL_TO_ORIGINAL_REQUEST");
    }
    const result = venue.orders.amend(account, { orderId }, { price, quantity: size });
    if (result.kind === "rejected") throw declinedFor(result);
    this.#remember(order, { price, size, at: clock.now() });
  }

  #remember(order: PaperOrder, edit: Edited["edits"][number]): void {
    const { orderId, price, quantity } = order;
    const known = this.#edited.get(orderId);
    if (this.#edited.size >= EDITED_MAX) this.#edited.delete(this.#edited.keys().next().value!);
    this.#edited.set(orderId, {
      original: known?.original ?? { price, quantity },
      edits: [...known?.edits ?? [], edit].slice(-EDITS_MAX),
    });
  }

  #row(account: string, view: CoinbaseOrder) {
    const { orders } = this.#options.venue;
    const trades = orders.trades(account, { orderId: view.orderId }).map(({ trade }) => trade);
    return orderRow(view, { edited: this.#edited.get(view.order.orderId), trades });
  }
}

/**
 * "If the ID provided is not unique, the order fails to be created and the order corresponding to
 * that ID is returned"; of another order's id the list of reasons knows a refusal.
 */
function again(known: CoinbaseOrder, { order, listing }: ReadOrder): CoinbaseOrder {
  const isSame = known.listing === listing && known.order.side === order.side &&
    known.order.type === order.type && known.order.price === (order.price ?? null);
  if (isSame) return known;
  throw new Declined("DUPLICATE_CLIENT_ORDER_ID", "client order id is in use");
}

/** What the venue tells apart and the engine calls one filter. */
function checkSize({ order, listing }: ReadOrder): void {
  const quantity = order.quantity ?? null;
  if (quantity === null) return;
  if (!isMultipleOf(quantity, decimal(listing.step))) throw new Declined("INVALID_SIZE_PRECISION");
  if (compare(quantity, decimal(listing.maxSize)) > 0) {
    throw new Declined("PREVIEW_INVALID_BASE_SIZE_TOO_LARGE");
  }
}

function declinedFor({ code, message }: Rejection): Declined {
  switch (code) {
    case "INSUFFICIENT_FUNDS":
      return new Declined("INSUFFICIENT_FUND", "Insufficient balance in source account");
    case "FILTER_PRICE":
      return new Declined("INVALID_PRICE_PRECISION", "Too many decimals in order price");
    case "FILTER_LOT_SIZE":
      return new Declined("PREVIEW_INVALID_BASE_SIZE_TOO_SMALL");
    case "FILTER_NOTIONAL":
      return new Declined("PREVIEW_INVALID_QUOTE_SIZE_TOO_SMALL");
    case "WOULD_TAKE":
      return new Declined("INVALID_LIMIT_PRICE_POST_ONLY");
    case "NO_LIQUIDITY":
      return new Declined("INVALID_NO_LIQUIDITY");
    case "UNKNOWN_SYMBOL":
      return new Declined("INVALID_PRODUCT_ID");
    default:
      return new Declined("UNKNOWN_FAILURE_REASON", message);
  }
}

export function declinedOrder({ reason, message }: Declined, order_configuration: unknown) {
  const isPreview = reason.startsWith("PREVIEW_");
  const own = isPreview ? "UNKNOWN_FAILURE_REASON" : reason;
  return {
    success: false,
    failure_reason: "UNKNOWN_FAILURE_REASON",
    order_id: "",
    error_response: {
      error: own,
      message,
      error_details: "",
      ...(isPreview ? { preview_failure_reason: reason } : {}),
      new_order_failure_reason: own,
    },
    order_configuration,
  };
}

/** Reasons of new orders come as those of the check before the edit. */
export function declinedEdit({ reason }: Declined) {
  const isOwn = /EDIT|ORDER_NOT_FOUND|ONLY_/.test(reason);
  return {
    success: false,
    errors: [{
      edit_failure_reason: isOwn ? reason : "UNKNOWN_EDIT_ORDER_FAILURE_REASON",
      preview_failure_reason: isOwn
        ? "UNKNOWN_PREVIEW_FAILURE_REASON"
        : `PREVIEW_${reason.replace(/^PREVIEW_/, "")}`,
    }],
  };
}

/** A cursor names the last row of the page before. */
function pageOf<Row>(
  rows: readonly Row[],
  { params, limit, idOf }: {
    readonly params: Params;
    readonly limit: number;
    readonly idOf: (row: Row) => string;
  },
): { readonly rows: readonly Row[]; readonly cursor: string } {
  const cursor = optional(params, "cursor");
  const from = cursor === null ? 0 : rows.findIndex((row) => idOf(row) === cursor) + 1;
  if (cursor !== null && from === 0) throw invalidArgument("cursor is not known");
  const page = rows.slice(from, from + limit);
  const last = page.at(-1);
  const isLast = last === undefined || from + page.length >= rows.length;
  return { rows: page, cursor: isLast ? "" : idOf(last) };
}
