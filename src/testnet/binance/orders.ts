/** New orders, cancels, replacements, amendments and reads of orders: Binance's trading rules. */
import type { MatchingEngine } from "../../exchanges/paper/engine.ts";
import type {
  ExecutionReport,
  NewOrder,
  PaperOrder,
  Rejection,
} from "../../exchanges/paper/messages.ts";
import { compare, type Decimal } from "../../model/decimal.ts";
import type { Clock, Random } from "../../model/clock.ts";
import type { ProcessOptions } from "../dialect.ts";
import { checkFilters } from "./filters.ts";
import type { Limits } from "./limits.ts";
import type { Listing } from "./listing.ts";
import {
  checkAllRead,
  clientOrderIdParam,
  NEW_ORDER_PARAMS,
  type NewOrderRequest,
  readNewOrder,
} from "./new_order.ts";
import {
  amendedBody,
  canceledBody,
  type OrderNote,
  type OrderView,
  placedBody,
  readBody,
} from "./order_payloads.ts";
import { decimalParam, integerParam, limitParam, type Params, required } from "./params.ts";
import {
  filterFailure,
  invalidSymbol,
  missing,
  orderDoesNotExist,
  Refusal,
  unknownOrderSent,
} from "./refusal.ts";

export interface OrdersOptions {
  readonly engine: MatchingEngine;
  readonly listings: ReadonlyMap<string, Listing>;
  readonly limits: Limits;
  readonly clock: Pick<Clock, "now">;
  readonly random: Random;
  /** MAX_NUM_ORDERS. */
  readonly openOrdersMax: number;
}

type Body = Record<string, unknown>;

/** Binance makes ids of 22 characters for whoever sends none. */
const MADE_ID_LENGTH = 22;
const ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const ALL_ORDERS = { fallback: 500, max: 1_000 };

export class Orders {
  readonly #options: OrdersOptions;
  readonly #bySymbolId: ReadonlyMap<string, Listing>;
  /** Only orders that a fault marked have one. */
  readonly #notes = new Map<number, OrderNote>();
  readonly #openCounts = new Map<string, number>();
  #executionId = 0;
  #cancelId: string | null = null;
  #originalId: string | null = null;

  constructor(options: OrdersOptions) {
    this.#options = options;
    this.#bySymbolId = new Map([...options.listings.values()].map((l) => [l.symbolId, l]));
    options.engine.onExecution((report) => this.#count(report));
  }

  /** @throws {Refusal} -1121. */
  listingOf(params: Params): Listing {
    const listing = this.#options.listings.get(required(params, "symbol"));
    if (listing === undefined) throw invalidSymbol();
    return listing;
  }

  place(account: string, params: Params, options: ProcessOptions): Body {
    checkAllRead(params, NEW_ORDER_PARAMS);
    const listing = this.listingOf(params);
    const request = readNewOrder(params, listing);
    this.#checkFilters(account, listing, request.order);
    return this.#submit(account, request, options);
  }

  /** Everything but the engine. */
  test(account: string, params: Params): Body {
    const listing = this.listingOf(params);
    this.#checkFilters(account, listing, readNewOrder(params, listing).order);
    return {};
  }

  cancel(account: string, params: Params): Body {
    const listing = this.listingOf(params);
    const cancelId = clientOrderIdParam(params, "newClientOrderId") ?? this.#makeId();
    return this.#cancel(account, { ...this.#key(params, listing), cancelId });
  }

  cancelAll(account: string, params: Params): readonly Body[] {
    const listing = this.listingOf(params);
    const open = this.#options.engine.openOrders(account, listing.symbolId);
    if (open.length === 0) throw unknownOrderSent();
    return open.map((order) =>
      this.#cancel(account, {
        symbolId: order.symbolId,
        orderId: order.orderId,
        cancelId: this.#makeId(),
      })
    );
  }

  /** The new order's filters and parameters are judged before the cancel is tried. */
  replace(account: string, params: Params, options: ProcessOptions): Body {
    const listing = this.listingOf(params);
    const mode = required(params, "cancelReplaceMode");
    const request = readNewOrder(params, listing);
    const key = this.#key(params, listing, ["cancelOrderId", "cancelOrigClientOrderId"]);
    this.#checkFilters(account, listing, request.order, { replacing: true });
    const cancelId = clientOrderIdParam(params, "cancelNewClientOrderId") ?? this.#makeId();
    const canceled = attempt(() => this.#cancel(account, { ...key, cancelId }));
    const placed = canceled.kind === "refused" && mode !== "ALLOW_FAILURE"
      ? null
      : attempt(() => this.#submit(account, request, options));
    return replaceBody(canceled, placed);
  }

  amend(account: string, params: Params): Body {
    const listing = this.listingOf(params);
    const key = this.#key(params, listing);
    const newQty = decimalParam(params, "newQty");
    if (newQty === null) throw missing("newQty");
    const newClientOrderId = clientOrderIdParam(params, "newClientOrderId") ?? this.#makeId();
    const order = this.#options.engine.order(account, key);
    if (order === undefined || !isOpen(order)) throw orderDoesNotExist();
    refuseAmendment(order, newQty);
    const original = this.view(order).clientOrderId;
    this.#originalId = original;
    const result = this.#options.engine.amend(account, {
      symbolId: key.symbolId,
      orderId: order.orderId,
      quantity: newQty,
      newClientOrderId,
    });
    this.#originalId = null;
    if (result.kind === "rejected") throw engineRefusal(result);
    return {
      transactTime: result.order.updatedAt,
      executionId: this.#executionId,
      amendedOrder: amendedBody(this.view(result.order), original),
    };
  }

  read(account: string, params: Params): Body {
    const order = this.#options.engine.order(account, this.#key(params, this.listingOf(params)));
    if (order === undefined || this.#isHidden(order)) throw orderDoesNotExist();
    return readBody(this.view(order));
  }

  open(account: string, params: Params): readonly Body[] {
    const symbolId = params.has("symbol") ? this.listingOf(params).symbolId : undefined;
    return this.#readable(this.#options.engine.openOrders(account, symbolId));
  }

  /** From `orderId` on, or those created between the times, oldest first; else the newest. */
  all(account: string, params: Params): readonly Body[] {
    const { symbolId } = this.listingOf(params);
    const limit = limitParam(params, ALL_ORDERS);
    const fromOrderId = integerParam(params, "orderId");
    const since = integerParam(params, "startTime");
    const until = integerParam(params, "endTime") ?? Infinity;
    const orders = this.#options.engine.orders(account, {
      symbolId,
      ...(fromOrderId === null ? {} : { fromOrderId }),
      ...(since === null ? {} : { since }),
    }).filter((order) => order.createdAt <= until);
    const newest = fromOrderId === null && since === null;
    return this.#readable(newest ? orders.slice(-limit) : orders.slice(0, limit));
  }

  view(order: PaperOrder): OrderView {
    return {
      order,
      listing: this.#bySymbolId.get(order.symbolId)!,
      clientOrderId: this.#notes.get(order.orderId)?.shownClientOrderId ?? order.clientOrderId,
    };
  }

  isHidden(orderId: number): boolean {
    const note = this.#notes.get(orderId);
    return note !== undefined && note.hiddenUntil > this.#options.clock.now();
  }

  /** The names a report goes out under: a cancel's report carries the cancel's own id first. */
  reportIds(report: ExecutionReport) {
    const { clientOrderId } = this.view(report.order);
    const executionId = ++this.#executionId;
    if (report.kind === "CANCELED" && this.#cancelId !== null) {
      return { current: this.#cancelId, original: clientOrderId, executionId };
    }
    if (report.kind === "REPLACED" && this.#originalId !== null) {
      return { current: clientOrderId, original: this.#originalId, executionId };
    }
    return { current: clientOrderId, original: "", executionId };
  }

  #checkFilters(
    account: string,
    listing: Listing,
    order: NewOrder,
    options: { readonly replacing?: boolean } = {},
  ): void {
    const openOrders = this.#openCounts.get(countKey(account, listing.symbolId)) ?? 0;
    checkFilters(listing, {
      side: order.side,
      price: order.price ?? null,
      quantity: order.quantity ?? null,
      quoteQuantity: order.quoteQuantity ?? null,
      lastPrice: this.#options.engine.lastPrice(listing.symbolId),
      openOrders: options.replacing ? openOrders - 1 : openOrders,
      openOrdersMax: this.#options.openOrdersMax,
    });
  }

  #submit(account: string, request: NewOrderRequest, options: ProcessOptions): Body {
    const { engine, limits } = this.#options;
    limits.spendOrder(account);
    const clientOrderId = request.order.clientOrderId ?? this.#makeId();
    let note: OrderNote | null = null;
    let engineId = clientOrderId;
    if (options.asDuplicate) {
      engineId = this.#makeId();
      note = { shownClientOrderId: clientOrderId, hiddenUntil: 0 };
    }
    this.#nextNote = note;
    const result = engine.submit(account, { ...request.order, clientOrderId: engineId });
    this.#nextNote = null;
    if (result.kind === "rejected") throw engineRefusal(result);
    if (options.hiddenForMs) {
      const hiddenUntil = this.#options.clock.now() + options.hiddenForMs;
      this.#notes.set(result.order.orderId, { shownClientOrderId: null, hiddenUntil });
    }
    return placedBody(this.view(result.order), result.trades, request.responseType);
  }

  /** Applied to the order whose NEW report comes next, so that its events are named right. */
  #nextNote: OrderNote | null = null;

  #cancel(
    account: string,
    key: { symbolId: string; orderId?: number; clientOrderId?: string; cancelId: string },
  ): Body {
    this.#cancelId = key.cancelId;
    const result = this.#options.engine.cancel(account, key);
    this.#cancelId = null;
    if (result.kind === "rejected") throw unknownOrderSent();
    return canceledBody(this.view(result.order), key.cancelId);
  }

  #key(
    params: Params,
    listing: Listing,
    names: readonly [string, string] = ["orderId", "origClientOrderId"],
  ) {
    const [idName, clientIdName] = names;
    const orderId = integerParam(params, idName);
    const clientOrderId = params.get(clientIdName) ?? "";
    if (orderId !== null) return { symbolId: listing.symbolId, orderId };
    if (clientOrderId !== "") return { symbolId: listing.symbolId, clientOrderId };
    throw new Refusal(
      -1102,
      `Param '${clientIdName}' or '${idName}' must be sent, but both were empty/null!`,
    );
  }

  #readable(orders: readonly PaperOrder[]): readonly Body[] {
    return orders.filter((order) => !this.#isHidden(order)).map((o) => readBody(this.view(o)));
  }

  #isHidden(order: PaperOrder): boolean {
    return this.#notes.size > 0 && this.isHidden(order.orderId);
  }

  #count(report: ExecutionReport): void {
    const { order } = report;
    if (report.kind === "NEW" && this.#nextNote !== null) {
      this.#notes.set(order.orderId, this.#nextNote);
      this.#nextNote = null;
    }
    if (report.kind !== "NEW" && isOpen(order)) return;
    const key = countKey(order.accountId, order.symbolId);
    const before = this.#openCounts.get(key) ?? 0;
    this.#openCounts.set(key, report.kind === "NEW" ? before + 1 : before - 1);
  }

  #makeId(): string {
    let id = "";
    for (const byte of this.#options.random.bytes(MADE_ID_LENGTH)) {
      id += ID_LETTERS[byte % ID_LETTERS.length];
    }
    return id;
  }
}

type Attempt =
  | { readonly kind: "done"; readonly body: Body }
  | { readonly kind: "refused"; readonly refusal: Refusal };

function attempt(action: () => Body): Attempt {
  try {
    return { kind: "done", body: action() };
  } catch (error) {
    if (error instanceof Refusal) return { kind: "refused", refusal: error };
    throw error;
  }
}

/** @throws {Refusal} -2021 (409) when one half was done, -2022 when none was. */
function replaceBody(canceled: Attempt, placed: Attempt | null): Body {
  const data = {
    cancelResult: canceled.kind === "done" ? "SUCCESS" : "FAILURE",
    newOrderResult: placed === null
      ? "NOT_ATTEMPTED"
      : placed.kind === "done"
      ? "SUCCESS"
      : "FAILURE",
    cancelResponse: canceled.kind === "done" ? canceled.body : canceled.refusal.body,
    newOrderResponse: placed === null
      ? null
      : placed.kind === "done"
      ? placed.body
      : placed.refusal.body,
  };
  if (canceled.kind === "done" && placed?.kind === "done") return data;
  if (canceled.kind === "done" || placed?.kind === "done") {
    throw new Refusal(-2021, "Order cancel-replace partially failed.", { status: 409, data });
  }
  throw new Refusal(-2022, "Order cancel-replace failed.", { data });
}

/** @throws {Refusal} -2038. Source: developers.binance.com, "Order Amend Keep Priority". */
function refuseAmendment(order: PaperOrder, newQty: Decimal): void {
  if (newQty === order.quantity) {
    throw new Refusal(-2038, "The requested action would change no state; rejecting.");
  }
  if (compare(newQty, order.quantity) > 0) {
    throw new Refusal(-2038, "Order amend (quantity increase) is not supported.");
  }
  if (compare(newQty, order.filled) <= 0) {
    throw new Refusal(-2038, "The new quantity must exceed the executed quantity.");
  }
}

function engineRefusal(rejection: Rejection): Refusal {
  switch (rejection.code) {
    case "DUPLICATE_CLIENT_ORDER_ID":
      return new Refusal(-2010, "Duplicate order sent.");
    case "INSUFFICIENT_FUNDS":
      return new Refusal(-2010, "Account has insufficient balance for requested action.");
    case "WOULD_TAKE":
      return new Refusal(-2010, "Order would immediately match and take.");
    case "NO_LIQUIDITY":
      return new Refusal(-2010, "Market is closed.");
    case "FILTER_PRICE":
      return filterFailure("PRICE_FILTER");
    case "FILTER_LOT_SIZE":
      return filterFailure("LOT_SIZE");
    case "FILTER_NOTIONAL":
      return filterFailure("NOTIONAL");
    case "MAX_OPEN_ORDERS":
      return filterFailure("MAX_NUM_ORDERS");
    case "UNKNOWN_SYMBOL":
      return invalidSymbol();
    case "UNKNOWN_ORDER":
      return unknownOrderSent();
    case "INVALID_ORDER":
      return new Refusal(-1013, rejection.message);
  }
}

function isOpen(order: PaperOrder): boolean {
  return order.status === "OPEN" || order.status === "PARTIALLY_FILLED";
}

function countKey(account: string, symbolId: string): string {
  return account + " " + symbolId;
}
