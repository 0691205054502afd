/** New orders, cancels, replacements, amendments and reads of orders: Binance's trading rules. */
import type { MatchingEngine } from "../../exchanges/paper/engine.ts";
import type {
  ExecutionReport,
  NewOrder,
  PaperOrder,
  Rejection,
} from "../../exchanges/paper/messages.ts";
import type { Random } from "../../model/clock.ts";
import { compare, type Decimal } from "../../model/decimal.ts";
import type { ProcessOptions } from "../dialect.ts";
import type { Listings } from "../kit/listing.ts";
import type { OrderRef, Orders } from "../kit/orders.ts";
import { isOpen } from "../kit/orders.ts";
import { checkFilters } from "./filters.ts";
import type { Limits } from "./limits.ts";
import type { BinanceListing } from "./listing.ts";
import {
  checkAllRead,
  clientOrderIdParam,
  NEW_ORDER_PARAMS,
  type NewOrderRequest,
  readNewOrder,
} from "./new_order.ts";
import { amendedBody, canceledBody, placedBody, readBody } from "./order_payloads.ts";
import { decimalParam, integerParam, limitParam, type Params, required } from "./params.ts";
import {
  filterFailure,
  invalidSymbol,
  missing,
  orderDoesNotExist,
  Refusal,
  unknownOrderSent,
} from "./refusal.ts";

export interface TradingOptions {
  readonly engine: MatchingEngine;
  readonly listings: Listings<BinanceListing>;
  readonly orders: Orders<BinanceListing>;
  readonly limits: Limits;
  readonly random: Random;
  /** MAX_NUM_ORDERS. */
  readonly openOrdersMax: number;
}

type Body = Record<string, unknown>;

/** Binance makes ids of 22 characters for whoever sends none. */
const MADE_ID_LENGTH = 22;
const ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const ALL_ORDERS = { fallback: 500, max: 1_000 };

/** Binance makes an id for whoever sends none, also for a cancel. */
export function madeId(random: Random): string {
  let id = "";
  for (const byte of random.bytes(MADE_ID_LENGTH)) id += ID_LETTERS[byte % ID_LETTERS.length];
  return id;
}

export class Trading {
  readonly #options: TradingOptions;
  readonly #orders: Orders<BinanceListing>;
  #executionId = 0;
  #cancelId: string | null = null;
  #originalId: string | null = null;

  constructor(options: TradingOptions) {
    this.#options = options;
    this.#orders = options.orders;
  }

  /** @throws {Refusal} -1121. */
  listingOf(params: Params): BinanceListing {
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
    const ref = refOf(params, this.listingOf(params));
    return this.#cancel(account, ref, this.#idOr(params, "newClientOrderId"));
  }

  cancelAll(account: string, params: Params): readonly Body[] {
    const { symbolId } = this.listingOf(params);
    const open = this.#options.engine.openOrders(account, symbolId);
    if (open.length === 0) throw unknownOrderSent();
    return open.map((order) => {
      const { orderId } = this.#orders.view(order);
      return this.#cancel(account, { symbolId, orderId }, madeId(this.#options.random));
    });
  }

  /** The new order's filters and parameters are judged before the cancel is tried. */
  replace(account: string, params: Params, options: ProcessOptions): Body {
    const listing = this.listingOf(params);
    const mode = required(params, "cancelReplaceMode");
    const request = readNewOrder(params, listing);
    const ref = refOf(params, listing, ["cancelOrderId", "cancelOrigClientOrderId"]);
    this.#checkFilters(account, listing, request.order, { replacing: true });
    const cancelId = this.#idOr(params, "cancelNewClientOrderId");
    const canceled = attempt(() => this.#cancel(account, ref, cancelId));
    const placed = canceled.kind === "refused" && mode !== "ALLOW_FAILURE"
      ? null
      : attempt(() => this.#submit(account, request, options));
    return replaceBody(canceled, placed);
  }

  amend(account: string, params: Params): Body {
    const ref = refOf(params, this.listingOf(params));
    const quantity = decimalParam(params, "newQty");
    if (quantity === null) throw missing("newQty");
    const clientOrderId = this.#idOr(params, "newClientOrderId");
    const before = this.#orders.locate(account, ref);
    if (before === undefined || !isOpen(before.order)) throw orderDoesNotExist();
    refuseAmendment(before.order, quantity);
    this.#originalId = before.clientOrderId;
    const result = this.#orders.amend(
      account,
      { orderId: before.orderId, symbolId: ref.symbolId },
      {
        quantity,
        clientOrderId,
      },
    );
    this.#originalId = null;
    if (result.kind === "rejected") throw engineRefusal(result);
    return {
      transactTime: result.view.order.updatedAt,
      executionId: this.#executionId,
      amendedOrder: amendedBody(result.view, before.clientOrderId),
    };
  }

  read(account: string, params: Params): Body {
    const view = this.#orders.find(account, refOf(params, this.listingOf(params)));
    if (view === undefined) throw orderDoesNotExist();
    return readBody(view);
  }

  open(account: string, params: Params): readonly Body[] {
    const symbolId = params.has("symbol") ? this.listingOf(params).symbolId : undefined;
    return this.#orders.open(account, symbolId).map(readBody);
  }

  /** From `orderId` on, or those created between the times, oldest first; else the newest. */
  all(account: string, params: Params): readonly Body[] {
    const { symbolId } = this.listingOf(params);
    const limit = limitParam(params, ALL_ORDERS);
    const fromId = integerParam(params, "orderId");
    const filter = { symbolId, limit, ...timesOf(params), ...(fromId === null ? {} : { fromId }) };
    const newest = fromId === null && !("since" in filter);
    return this.#orders.history(account, { ...filter, keep: newest ? "newest" : "oldest" })
      .map(readBody);
  }

  /** The names a report goes out under: a cancel's report carries the cancel's own id first. */
  reportIds(report: ExecutionReport) {
    const { clientOrderId } = this.#orders.view(report.order);
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
    listing: BinanceListing,
    order: NewOrder,
    options: { readonly replacing?: boolean } = {},
  ): void {
    const openOrders = this.#orders.openCount(account, listing.symbolId);
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
    this.#options.limits.spendOrder(account);
    const result = this.#orders.place(account, request.order, options);
    if (result.kind === "rejected") throw engineRefusal(result);
    return placedBody(result.view, result.trades, request.responseType);
  }

  #cancel(account: string, ref: OrderRef, cancelId: string): Body {
    this.#cancelId = cancelId;
    const result = this.#orders.cancel(account, ref);
    this.#cancelId = null;
    if (result.kind === "rejected") throw unknownOrderSent();
    return canceledBody(result.view, cancelId);
  }

  #idOr(params: Params, name: string): string {
    return clientOrderIdParam(params, name) ?? madeId(this.#options.random);
  }
}

export function timesOf(params: Params): { readonly since?: number; readonly until?: number } {
  const since = integerParam(params, "startTime");
  const until = integerParam(params, "endTime");
  return { ...(since === null ? {} : { since }), ...(until === null ? {} : { until }) };
}

function refOf(
  params: Params,
  { symbolId }: BinanceListing,
  names: readonly [string, string] = ["orderId", "origClientOrderId"],
): OrderRef & { readonly symbolId: string } {
  const [idName, clientIdName] = names;
  const orderId = integerParam(params, idName);
  const clientOrderId = params.get(clientIdName) ?? "";
  if (orderId !== null) return { symbolId, orderId: String(orderId) };
  if (clientOrderId !== "") return { symbolId, clientOrderId };
  throw new Refusal(
    -1102,
    `Param '${clientIdName}' or '${idName}' must be sent, but both were empty/null!`,
  );
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
    default: // INVALID_ORDER, and what only contracts are refused for: nothing here lists one.
      return new Refusal(-1013, rejection.message);
  }
}
