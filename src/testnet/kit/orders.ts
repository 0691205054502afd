/**
 * The orders of one exchange over the matching engine, as its clients see them: under the venue's
 * ids and the client ids they chose, without those that a fault hides. Refusals are the engine's, as
 * values; each dialect words them.
 *
 * I1: an order whose client id the engine must not or need not know by itself is kept under a name
 * of our own that carries the shown id, so that reports and trades tell it without a table.
 */
import type { MatchingEngine } from "../../exchanges/paper/engine.ts";
import type {
  Amendment,
  ExecutionReport,
  NewOrder,
  PaperOrder,
  PaperTrade,
  Rejection,
} from "../../exchanges/paper/messages.ts";
import type { Clock } from "../../model/clock.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { ProcessOptions } from "../dialect.ts";
import type { Listing, Listings } from "./listing.ts";
import { type IdForm, numericIds } from "./order_ids.ts";

/** Within an account: `open`: among its open orders; `ever`: also among those that ended. */
export type ClientIdRule = "open" | "ever" | "none";

export interface OrderRules {
  /** Default `open`. */
  readonly clientIds?: ClientIdRule;
  /** For orders that are sent without an id; absent: such orders show none (""). */
  readonly makeClientId?: () => string;
  /** How the venue writes order ids; default plain numbers. */
  readonly orderIds?: IdForm;
  readonly tradeIds?: IdForm;
}

export interface OrderView<L extends Listing> {
  readonly order: PaperOrder;
  readonly listing: L;
  /** The venue's form of the order's id. */
  readonly orderId: string;
  /** As the client chose or was given it; "" for none. */
  readonly clientOrderId: string;
}

export interface TradeView<L extends Listing> {
  readonly trade: PaperTrade;
  readonly listing: L;
  readonly tradeId: string;
  readonly orderId: string;
  readonly clientOrderId: string;
}

/** The venue's id wins; the symbol only narrows. */
export interface OrderRef {
  readonly orderId?: string;
  readonly clientOrderId?: string;
  readonly symbolId?: string;
}

export interface AmendTerms {
  readonly price?: Amendment["price"];
  /** New total, filled part included. */
  readonly quantity?: Amendment["quantity"];
  readonly clientOrderId?: string;
}

export interface Accepted<L extends Listing> {
  readonly kind: "accepted";
  readonly view: OrderView<L>;
  readonly trades: readonly PaperTrade[];
}
export type OrderResult<L extends Listing> = Accepted<L> | Rejection;

/** Times in ms, both ends included. */
export interface HistoryFilter {
  readonly symbolId?: string;
  /** The order's creation, the trade's time. */
  readonly since?: EpochMs;
  readonly until?: EpochMs;
  /** Not below this engine id. */
  readonly fromId?: number;
  /** Trades of this order (the venue's id) only. */
  readonly orderId?: string;
  readonly limit?: number;
  /** Which are kept when there are more than `limit`; default `oldest`. Oldest first either way. */
  readonly keep?: "oldest" | "newest";
}

/** No client can send it, so that ids of our own never meet theirs. */
const OURS = "\u0001";
/** As many as the engine keeps of final orders by the venue's history. */
const CLIENT_IDS_MAX = 500_000;

export class Orders<L extends Listing> {
  readonly #engine: MatchingEngine;
  readonly #listings: Listings<L>;
  readonly #clock: Pick<Clock, "now">;
  readonly #rules: OrderRules;
  readonly #orderIds: IdForm;
  readonly #tradeIds: IdForm;
  /** Only orders that a fault hides have an entry. */
  readonly #hiddenUntil = new Map<number, EpochMs>();
  readonly #openCounts = new Map<string, number>();
  /** `account id` → the newest order that was sent with it; kept where the engine cannot tell. */
  readonly #byClientId = new Map<string, number>();
  #ours = 0;

  constructor(options: {
    readonly engine: MatchingEngine;
    readonly listings: Listings<L>;
    readonly clock: Pick<Clock, "now">;
    readonly rules: OrderRules;
  }) {
    this.#engine = options.engine;
    this.#listings = options.listings;
    this.#clock = options.clock;
    this.#rules = options.rules;
    this.#orderIds = options.rules.orderIds ?? numericIds();
    this.#tradeIds = options.rules.tradeIds ?? numericIds();
    options.engine.onExecution((report) => this.#count(report));
  }

  /** @param order `clientOrderId` as the client sent it; `asDuplicate` skips the rule on ids. */
  place(account: string, order: NewOrder, options: ProcessOptions): OrderResult<L> {
    const shown = order.clientOrderId ?? this.#rules.makeClientId?.() ?? "";
    const rule = this.#rules.clientIds ?? "open";
    const known = clientKey(account, shown);
    if (rule === "ever" && !options.asDuplicate && shown !== "" && this.#byClientId.has(known)) {
      return duplicate(shown);
    }
    const carried = shown === "" || rule === "none" || options.asDuplicate === true;
    const clientOrderId = carried ? this.#carry(shown) : shown;
    const result = this.#engine.submit(account, { ...order, clientOrderId });
    if (result.kind === "rejected") return result;
    const { orderId } = result.order;
    if (rule !== "open" && shown !== "" && !options.asDuplicate) this.#remember(known, orderId);
    if (options.hiddenForMs) {
      this.#hiddenUntil.set(orderId, this.#clock.now() + options.hiddenForMs);
    }
    return this.#accepted(result.order, result.trades);
  }

  /** Rejected with UNKNOWN_ORDER when no open order matches. */
  cancel(account: string, ref: OrderRef): OrderResult<L> {
    const order = this.#findAny(account, ref);
    if (order === undefined) return unknownOrder(ref);
    const { symbolId, orderId } = order;
    const result = this.#engine.cancel(account, { symbolId, orderId });
    return result.kind === "rejected" ? result : this.#accepted(result.order, result.trades);
  }

  /** @returns the orders canceled. */
  cancelAll(account: string, symbolId?: string): readonly OrderView<L>[] {
    return this.#engine.cancelAll(account, symbolId).map((order) => this.view(order));
  }

  /** Changes an open order in place. Rejected with UNKNOWN_ORDER when none matches. */
  amend(account: string, ref: OrderRef, terms: AmendTerms): OrderResult<L> {
    const order = this.#findAny(account, ref);
    if (order === undefined) return unknownOrder(ref);
    const { price, quantity, clientOrderId: shown } = terms;
    const rule = this.#rules.clientIds ?? "open";
    const known = clientKey(account, shown ?? "");
    const holder = this.#byClientId.get(known);
    if (rule === "ever" && holder !== undefined && holder !== order.orderId) {
      return duplicate(shown ?? "");
    }
    const result = this.#engine.amend(account, {
      symbolId: order.symbolId,
      orderId: order.orderId,
      ...(price === undefined ? {} : { price }),
      ...(quantity === undefined ? {} : { quantity }),
      ...(shown === undefined
        ? {}
        : { newClientOrderId: rule === "none" ? this.#carry(shown) : shown }),
    });
    if (result.kind === "rejected") return result;
    if (rule !== "open" && shown !== undefined) this.#remember(known, order.orderId);
    return this.#accepted(result.order, result.trades);
  }

  /** Open or ended, by client id the newest; undefined when unknown or hidden. */
  find(account: string, ref: OrderRef): OrderView<L> | undefined {
    const view = this.locate(account, ref);
    return view === undefined || this.isHidden(view.order.orderId) ? undefined : view;
  }

  /** As `find`, hidden ones too: what changes an order finds what a read does not. */
  locate(account: string, ref: OrderRef): OrderView<L> | undefined {
    const order = this.#findAny(account, ref);
    return order === undefined ? undefined : this.view(order);
  }

  open(account: string, symbolId?: string): readonly OrderView<L>[] {
    return this.#shown(this.#engine.openOrders(account, symbolId));
  }

  /** Open and ended ones. */
  history(account: string, filter: HistoryFilter = {}): readonly OrderView<L>[] {
    const { symbolId, since, fromId, until = Infinity } = filter;
    const orders = this.#engine.orders(account, {
      ...(symbolId === undefined ? {} : { symbolId }),
      ...(since === undefined ? {} : { since }),
      ...(fromId === undefined ? {} : { fromOrderId: fromId }),
    }).filter((order) => order.createdAt <= until);
    return this.#shown(kept(orders, filter));
  }

  /** Without those of hidden orders. */
  trades(account: string, filter: HistoryFilter = {}): readonly TradeView<L>[] {
    const { symbolId, since, fromId, until = Infinity } = filter;
    const orderId = filter.orderId === undefined ? null : this.#orderIds.toId(filter.orderId);
    if (filter.orderId !== undefined && orderId === null) return [];
    const trades = this.#engine.trades(account, {
      ...(symbolId === undefined ? {} : { symbolId }),
      ...(since === undefined ? {} : { since }),
      ...(fromId === undefined ? {} : { fromId }),
      ...(orderId === null ? {} : { orderId }),
    }).filter((trade) => trade.time <= until && !this.isHidden(trade.orderId));
    return kept(trades, filter).map((trade) => this.tradeView(trade));
  }

  view(order: PaperOrder): OrderView<L> {
    return {
      order,
      listing: this.#listing(order.symbolId),
      orderId: this.#orderIds.toText(order.orderId),
      clientOrderId: shownId(order.clientOrderId),
    };
  }

  tradeView(trade: PaperTrade): TradeView<L> {
    return {
      trade,
      listing: this.#listing(trade.symbolId),
      tradeId: this.#tradeIds.toText(trade.tradeId),
      orderId: this.#orderIds.toText(trade.orderId),
      clientOrderId: shownId(trade.clientOrderId),
    };
  }

  /** A fault keeps reads from finding the engine's order for a while. */
  isHidden(orderId: number): boolean {
    if (this.#hiddenUntil.size === 0) return false;
    return (this.#hiddenUntil.get(orderId) ?? 0) > this.#clock.now();
  }

  /** Open orders of the account, of one symbol. */
  openCount(account: string, symbolId: string): number {
    return this.#openCounts.get(countKey(account, symbolId)) ?? 0;
  }

  #findAny(account: string, ref: OrderRef): PaperOrder | undefined {
    const key = this.#keyOf(account, ref);
    if (key === null) return undefined;
    const symbolIds = ref.symbolId === undefined
      ? this.#listings.all.map((listing) => listing.symbolId)
      : [ref.symbolId];
    for (const symbolId of symbolIds) {
      const order = this.#engine.order(account, { symbolId, ...key });
      if (order !== undefined) return order;
    }
    return undefined;
  }

  #keyOf(account: string, { orderId, clientOrderId }: OrderRef) {
    if (orderId !== undefined) {
      const id = this.#orderIds.toId(orderId);
      return id === null ? null : { orderId: id };
    }
    if (clientOrderId === undefined || clientOrderId === "") return null;
    if (this.#rules.clientIds !== "none") return { clientOrderId };
    const newest = this.#byClientId.get(clientKey(account, clientOrderId));
    return newest === undefined ? null : { orderId: newest };
  }

  #accepted(order: PaperOrder, trades: readonly PaperTrade[]): Accepted<L> {
    return { kind: "accepted", view: this.view(order), trades };
  }

  #shown(orders: readonly PaperOrder[]): readonly OrderView<L>[] {
    return orders.filter((order) => !this.isHidden(order.orderId)).map((o) => this.view(o));
  }

  #listing(symbolId: string): L {
    return this.#listings.bySymbolId(symbolId)!;
  }

  /** I1 */
  #carry(shown: string): string {
    return OURS + (this.#ours++).toString(36) + OURS + shown;
  }

  #remember(known: string, orderId: number): void {
    if (this.#byClientId.size >= CLIENT_IDS_MAX) {
      this.#byClientId.delete(this.#byClientId.keys().next().value!);
    }
    this.#byClientId.set(known, orderId);
  }

  #count({ kind, order }: ExecutionReport): void {
    if (kind !== "NEW" && isOpen(order)) return;
    const key = countKey(order.accountId, order.symbolId);
    const before = this.#openCounts.get(key) ?? 0;
    this.#openCounts.set(key, kind === "NEW" ? before + 1 : before - 1);
  }
}

export function isOpen(order: PaperOrder): boolean {
  return order.status === "OPEN" || order.status === "PARTIALLY_FILLED";
}

function shownId(clientOrderId: string): string {
  if (!clientOrderId.startsWith(OURS)) return clientOrderId;
  return clientOrderId.slice(clientOrderId.indexOf(OURS, 1) + 1);
}

function kept<T>(all: readonly T[], { limit, keep }: HistoryFilter): readonly T[] {
  if (limit === undefined) return all;
  return keep === "newest" ? all.slice(-limit) : all.slice(0, limit);
}

function duplicate(clientOrderId: string): Rejection {
  return {
    kind: "rejected",
    code: "DUPLICATE_CLIENT_ORDER_ID",
    message: `Cannot take client order id ${clientOrderId}: an order had it before`,
  };
}

function unknownOrder({ orderId, clientOrderId }: OrderRef): Rejection {
  const name = orderId ?? clientOrderId;
  return { kind: "rejected", code: "UNKNOWN_ORDER", message: `No order is known as ${name}` };
}

function clientKey(account: string, clientOrderId: string): string {
  return account + " " + clientOrderId;
}

function countKey(account: string, symbolId: string): string {
  return account + " " + symbolId;
}
