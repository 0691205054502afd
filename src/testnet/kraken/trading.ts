/** New orders, changes, cancels and reads of orders: Kraken's trading rules. */
import type {
  EngineTimeInForce,
  NewOrder,
  Rejection,
  SelfTradePrevention,
} from "../../exchanges/paper/messages.ts";
import { add, compare, decimal, divide, isMultipleOf, ZERO } from "../../model/decimal.ts";
import type { Clock } from "../../model/clock.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { ProcessOptions } from "../dialect.ts";
import type { Listings } from "../kit/listing.ts";
import { isOpen, type OrderRef, type Orders } from "../kit/orders.ts";
import { type IdForm, krakenIds } from "../kit/order_ids.ts";
import type { Limits } from "./limits.ts";
import type { KrakenListing } from "./listing.ts";
import {
  describe,
  type KrakenOrder,
  type KrakenTrade,
  orderRow,
  tradeRow,
} from "./order_payloads.ts";
import {
  flag,
  oneOf,
  optional,
  type Params,
  positive,
  required,
  seconds,
  whole,
} from "./params.ts";
import { deadlineElapsed, invalid, Refusal, unknownOrder, unknownPair } from "./refusal.ts";

export const ORDER_IDS: IdForm = krakenIds("O");
export const TRADE_IDS: IdForm = krakenIds("T");
const AMEND_IDS: IdForm = krakenIds("T");
/** Amendments count apart from trades. */
const AMENDS_FROM = 1_000_000_000;

/** "Starter: 60 open orders by pair." */
export const OPEN_ORDERS_MAX = 60;
const PER_PAGE = 50;
const DEADLINE_MS_MAX = 60_000;
const CLIENT_ID = /^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[ -~]{1,18})$/i;

const PREVENTIONS: Readonly<Record<string, SelfTradePrevention>> = {
  "cancel-newest": "EXPIRE_TAKER",
  "cancel-oldest": "EXPIRE_MAKER",
  "cancel-both": "EXPIRE_BOTH",
};

export interface TradingOptions {
  readonly orders: Orders<KrakenListing>;
  readonly listings: Listings<KrakenListing>;
  readonly limits: Limits;
  readonly clock: Pick<Clock, "now">;
  readonly openOrdersMax: number;
}

export class Trading {
  readonly #options: TradingOptions;
  #amends = 0;

  constructor(options: TradingOptions) {
    this.#options = options;
  }

  add(account: string, params: Params, options: ProcessOptions) {
    const { orders, limits, openOrdersMax } = this.#options;
    checkDeadline(params, options.receivedAt);
    const listing = this.listing(params);
    const wanted = newOrder(params, listing);
    limits.place(account, listing.symbolId);
    if (orders.openCount(account, listing.symbolId) >= openOrdersMax) {
      throw new Refusal("EOrder:Orders limit exceeded");
    }
    const result = orders.place(account, wanted, options);
    if (result.kind === "rejected") throw refusalOf(result, { listing, order: wanted });
    return { descr: { order: describe(result.view) }, txid: [result.view.orderId] };
  }

  /** "Queue priority in the order book will be maintained where possible." */
  amend(account: string, params: Params, { receivedAt }: Pick<ProcessOptions, "receivedAt">) {
    const { orders, limits } = this.#options;
    checkDeadline(params, receivedAt);
    const view = this.#live(account, refOf(params));
    const { order, listing } = view;
    const [price, quantity] = [positive(params, "limit_price"), positive(params, "order_qty")];
    if (price === null && quantity === null) throw invalid("order_qty");
    if (price !== null && order.price === null) throw invalid("limit_price");
    limits.amend(account, listing.symbolId, order.createdAt);
    const ref = { orderId: view.orderId };
    if (quantity !== null && compare(quantity, order.filled) <= 0) {
      // "If an amend request will reduce the order quantity below the existing filled quantity, the
      // remaining quantity will be cancelled."
      orders.cancel(account, ref);
    } else {
      const result = orders.amend(account, ref, {
        ...(price === null ? {} : { price }),
        ...(quantity === null ? {} : { quantity }),
      });
      if (result.kind === "rejected") throw refusalOf(result, { listing, order: { quantity } });
    }
    return { amend_id: AMEND_IDS.toText(AMENDS_FROM + ++this.#amends), order_id: view.orderId };
  }

  cancel(account: string, params: Params) {
    const { orders, limits } = this.#options;
    const view = this.#live(account, refOf(params));
    limits.cancel(account, view.listing.symbolId, view.order.createdAt);
    orders.cancel(account, { orderId: view.orderId });
    return { count: 1 };
  }

  /** Of every pair: there is no other. */
  cancelAll(account: string) {
    return { count: this.#options.orders.cancelAll(account).length };
  }

  open(account: string, params: Params) {
    const shown = chosenOf(this.#options.orders.open(account), params);
    return { open: Object.fromEntries(shown.map((view) => [view.orderId, orderRow(view)])) };
  }

  /** Newest first. */
  closed(account: string, params: Params) {
    const [start, end] = [seconds(params, "start") ?? -1, seconds(params, "end") ?? Infinity];
    const ended = this.#options.orders.history(account)
      .filter(({ order }) => !isOpen(order))
      .filter(({ order }) => order.updatedAt > start && order.updatedAt <= end)
      .sort((a, b) => b.order.updatedAt - a.order.updatedAt || b.order.orderId - a.order.orderId);
    const shown = chosenOf(ended, params);
    const page = pageOf(shown, params);
    return {
      closed: Object.fromEntries(page.map((view) => [view.orderId, orderRow(view)])),
      count: shown.length,
    };
  }

  query(account: string, params: Params) {
    const { orders } = this.#options;
    const withTrades = flag(params, "trades");
    return Object.fromEntries(
      required(params, "txid").split(",").map((orderId) => {
        const view = orders.find(account, { orderId });
        if (view === undefined) throw unknownOrder();
        const ids = withTrades
          ? told(orders.trades(account, { orderId }), params).map(({ tradeId }) => tradeId)
          : undefined;
        return [orderId, orderRow(view, ids)];
      }),
    );
  }

  /** Newest first. */
  trades(account: string, params: Params) {
    const { orders } = this.#options;
    const [start, end] = [seconds(params, "start") ?? -1, seconds(params, "end") ?? Infinity];
    const all = told(orders.trades(account), params)
      .filter(({ trade }) => trade.time > start && trade.time <= end).toReversed();
    const page = pageOf(all, params);
    return {
      trades: Object.fromEntries(page.map((view) => this.#trade(account, view))),
      count: all.length,
    };
  }

  queryTrades(account: string, params: Params) {
    const ids = new Set(required(params, "txid").split(","));
    if (ids.size > 20) throw invalid("txid");
    const found = this.#options.orders.trades(account).filter(({ tradeId }) => ids.has(tradeId));
    if (found.length === 0) throw new Refusal("EQuery:Unknown trade");
    return Object.fromEntries(found.map((view) => this.#trade(account, view)));
  }

  /** @throws {Refusal} */
  listing(params: Params, name = "pair"): KrakenListing {
    const listing = this.#options.listings.get(required(params, name));
    if (listing === undefined) throw unknownPair();
    return listing;
  }

  #trade(account: string, view: ReturnType<Orders<KrakenListing>["tradeView"]>) {
    const { order } = this.#options.orders.locate(account, { orderId: view.orderId })!;
    return [view.tradeId, tradeRow(view, order)] as const;
  }

  #live(account: string, ref: OrderRef): KrakenOrder {
    const view = this.#options.orders.locate(account, ref);
    if (view === undefined || !isOpen(view.order)) throw unknownOrder();
    return view;
  }
}

/** "after which the matching engine should reject the new order request … max now() + 60 seconds". */
function checkDeadline(params: Params, receivedAt: EpochMs): void {
  const text = optional(params, "deadline");
  if (text === null) return;
  const deadline = Date.parse(text);
  if (Number.isNaN(deadline) || deadline > receivedAt + DEADLINE_MS_MAX) throw invalid("deadline");
  if (deadline < receivedAt) throw deadlineElapsed();
}

function newOrder(params: Params, listing: KrakenListing): NewOrder {
  const side = oneOf(params, "type", ["buy", "sell"]);
  const type = oneOf(params, "ordertype", ["limit", "market"]);
  const quantity = positive(params, "volume");
  if (side === null) throw invalid("type");
  if (type === null) throw invalid("ordertype");
  if (quantity === null) throw invalid("volume");
  if (flag(params, "reduce_only")) throw new Refusal("EOrder:Reduce only:No position exists");
  if (optional(params, "leverage") !== null) throw new Refusal("EOrder:Cannot open position");
  const flags = (optional(params, "oflags") ?? "").split(",");
  const rule = oneOf(params, "timeinforce", ["GTC", "IOC", "FOK"]) ?? "GTC";
  const prevention = oneOf(params, "stptype", Object.keys(PREVENTIONS)) ?? "cancel-newest";
  const clientOrderId = clientIdOf(params);
  const base = {
    symbolId: listing.symbolId,
    side: side === "buy" ? "BUY" : "SELL",
    quantity,
    selfTradePrevention: PREVENTIONS[prevention]!,
    ...(clientOrderId === null ? {} : { clientOrderId }),
  } as const;
  if (type === "market") {
    // "Available for `limit` orders only": in which words it is refused is not documented.
    if (rule === "FOK") throw invalid("timeinforce");
    return { ...base, type: "MARKET" };
  }
  const price = positive(params, "price");
  if (price === null) throw invalid("price");
  const isPostOnly = flags.includes("post");
  if (isPostOnly && rule !== "GTC") throw invalid("timeinforce");
  return {
    ...base,
    type: "LIMIT",
    price,
    ...(isPostOnly ? { postOnly: true } : { timeInForce: rule as EngineTimeInForce }),
  };
}

function clientIdOf(params: Params): string | null {
  const id = optional(params, "cl_ord_id");
  if (id !== null && !CLIENT_ID.test(id)) throw invalid("cl_ord_id");
  return id;
}

/** @throws {Refusal} without an id. */
function refOf(params: Params): OrderRef {
  const orderId = optional(params, "txid");
  if (orderId !== null) return { orderId };
  const clientOrderId = clientIdOf(params);
  if (clientOrderId === null) throw invalid("txid");
  return { clientOrderId };
}

function chosenOf(views: readonly KrakenOrder[], params: Params): readonly KrakenOrder[] {
  const clientOrderId = optional(params, "cl_ord_id");
  if (optional(params, "userref") !== null) return [];
  return clientOrderId === null
    ? views
    : views.filter((view) => view.clientOrderId === clientOrderId);
}

/**
 * "Whether or not to consolidate trades by individual taker trades. Default: true": what one order
 * took at once is then one trade. Under which id is not documented: under its first here.
 */
function told(trades: readonly KrakenTrade[], params: Params): readonly KrakenTrade[] {
  if (optional(params, "consolidate_taker") === "false") return trades;
  const shown: KrakenTrade[] = [];
  for (const view of trades) {
    const last = shown.at(-1);
    const isOne = last !== undefined && !view.trade.isMaker && !last.trade.isMaker &&
      last.orderId === view.orderId && last.trade.time === view.trade.time;
    if (isOne) shown[shown.length - 1] = { ...last, trade: together(last.trade, view.trade) };
    else shown.push(view);
  }
  return shown;
}

function together(a: KrakenTrade["trade"], b: KrakenTrade["trade"]): KrakenTrade["trade"] {
  const quantity = add(a.quantity, b.quantity);
  const quoteQuantity = add(a.quoteQuantity, b.quoteQuantity);
  const price = divide(quoteQuantity, quantity, "HALF_EVEN");
  return { ...a, quantity, quoteQuantity, price, fee: add(a.fee, b.fee) };
}

function pageOf<T>(all: readonly T[], params: Params): readonly T[] {
  const from = whole(params, "ofs") ?? 0;
  return all.slice(from, from + PER_PAGE);
}

function refusalOf(
  { code }: Rejection,
  { listing, order }: {
    readonly listing: KrakenListing;
    readonly order: Pick<NewOrder, "quantity">;
  },
): Refusal {
  switch (code) {
    case "DUPLICATE_CLIENT_ORDER_ID": // In which words is not documented.
      return new Refusal("EOrder:Duplicate order");
    case "INSUFFICIENT_FUNDS":
      return new Refusal("EOrder:Insufficient funds");
    case "WOULD_TAKE":
      return new Refusal("EOrder:Post only order");
    case "FILTER_PRICE":
      return new Refusal("EOrder:Tick size check failed");
    case "FILTER_LOT_SIZE":
      return isMultipleOf(order.quantity ?? ZERO, decimal("0.00000001")) &&
          compare(order.quantity ?? ZERO, decimal(listing.ordermin)) < 0
        ? new Refusal("EOrder:Order minimum not met")
        : invalid("volume");
    case "FILTER_NOTIONAL":
      return new Refusal("EOrder:Cost minimum not met");
    case "MAX_OPEN_ORDERS":
      return new Refusal("EOrder:Orders limit exceeded");
    case "UNKNOWN_ORDER":
      return unknownOrder();
    default:
      return invalid();
  }
}
