/** New orders, changes, cancels and reads of orders: the trading rules of Binance USDⓈ-M. */
import type { NewOrder, PaperOrder } from "../../exchanges/paper/messages.ts";
import type { CancelTimer, Clock } from "../../model/clock.ts";
import { add, compare, isZero, ZERO } from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import { timesOf } from "../binance/orders.ts";
import {
  decimalParam,
  integerParam,
  limitParam,
  type Params,
  required,
} from "../binance/params.ts";
import {
  invalidSymbol,
  missing,
  orderDoesNotExist,
  Refusal,
  unknownOrderSent,
} from "../binance/refusal.ts";
import type { Limits } from "../binance/limits.ts";
import type { ProcessOptions } from "../dialect.ts";
import { isOpen, type OrderRef, type OrderResult } from "../kit/orders.ts";
import type { Venue } from "../kit/venue.ts";
import type { UsdmListing } from "./listing.ts";
import { checkFilters, readNewOrder } from "./new_order.ts";
import {
  acknowledgedBody,
  answerBody,
  readBody,
  type Terms,
  type UsdmView,
} from "./order_payloads.ts";
import { engineRefusal, notFillable, nothingToModify, tooManyOpen } from "./refusals.ts";

export interface TradingOptions {
  readonly venue: Venue<UsdmListing>;
  readonly limits: Limits;
  readonly clock: Clock;
  /** MAX_NUM_ORDERS. */
  readonly openOrdersMax: number;
  readonly isHedged: (account: string) => boolean;
}

type Body = Record<string, unknown>;

const ALL_ORDERS = { fallback: 500, max: 1_000 };
const DAY_MS = 86_400_000;
/** Reads without times show so much, and none may span more. */
export const READ_SPAN_MS = 7 * DAY_MS;
/** An order that ended without a trade is forgotten so long after it was made. */
const UNTRADED_KEPT_MS = 3 * DAY_MS;
/** Levels a FOK order is checked against. */
const FOK_LEVELS = 5_000;

export class Trading {
  readonly #o: TradingOptions;
  /** By engine id; only GTD orders are here. */
  readonly #goodTill = new Map<number, EpochMs>();
  readonly #timers = new Map<string, CancelTimer>();

  constructor(options: TradingOptions) {
    this.#o = options;
  }

  /** @throws {Refusal} -1121. */
  listingOf(params: Params): UsdmListing {
    const listing = this.#o.venue.listings.get(required(params, "symbol"));
    if (listing === undefined) throw invalidSymbol();
    return listing;
  }

  place(account: string, params: Params, options: ProcessOptions): Body {
    const { venue, limits, clock, isHedged } = this.#o;
    const listing = this.listingOf(params);
    const asked = readNewOrder(params, {
      listing,
      now: clock.now(),
      isHedged: isHedged(account),
    });
    const { order, goodTillDate } = asked;
    checkFilters(listing, order, venue.engine.lastPrice(listing.symbolId));
    if (venue.orders.openCount(account, listing.symbolId) >= this.#o.openOrdersMax) {
      throw tooManyOpen();
    }
    if (order.timeInForce === "FOK") this.#checkFillable(order);
    limits.spendOrder(account);
    const result = venue.orders.place(account, order, options);
    if (result.kind === "rejected") throw engineRefusal(result);
    const { view } = result;
    if (goodTillDate !== null) this.#endAt(account, view, goodTillDate);
    const terms = { goodTillDate };
    return asked.responseType === "ACK" ? acknowledgedBody(view, terms) : answerBody(view, terms);
  }

  /** "The orderId will prevail if both are sent." */
  cancel(account: string, params: Params): Body {
    const ref = refOf(params, this.listingOf(params));
    const result = this.#o.venue.orders.cancel(account, ref);
    if (result.kind === "rejected") throw unknownOrderSent();
    return answerBody(result.view, this.termsOf(result.view.order));
  }

  cancelAll(account: string, params: Params): Body {
    this.#o.venue.orders.cancelAll(account, this.listingOf(params).symbolId);
    return { code: 200, msg: "The operation of cancel all open order is done." };
  }

  modify(account: string, params: Params): Body {
    const { venue, limits } = this.#o;
    const listing = this.listingOf(params);
    const ref = refOf(params, listing);
    const [quantity, price] = [decimalParam(params, "quantity"), decimalParam(params, "price")];
    required(params, "side");
    if (quantity === null) throw missing("quantity");
    if (price === null) throw missing("price");
    const before = venue.orders.locate(account, ref);
    if (before === undefined || !isOpen(before.order)) throw orderDoesNotExist();
    const { order } = before;
    if (order.price === price && order.quantity === quantity) throw nothingToModify();
    checkFilters(listing, { price, quantity, reduceOnly: order.reduceOnly }, null);
    limits.spendOrder(account);
    const exact = { symbolId: order.symbolId, orderId: before.orderId };
    // "The order will be cancelled by the amendment": filled beyond what it shall be, or a
    // post-only one that would take.
    const result = compare(quantity, order.filled) <= 0
      ? venue.orders.cancel(account, exact)
      : this.#amended(account, exact, { price, quantity });
    if (result.kind === "rejected") throw engineRefusal(result);
    return answerBody(result.view, this.termsOf(result.view.order));
  }

  read(account: string, params: Params): Body {
    const view = this.#o.venue.orders.find(account, refOf(params, this.listingOf(params)));
    if (view === undefined || this.#isForgotten(view)) throw orderDoesNotExist();
    return readBody(view, this.termsOf(view.order));
  }

  open(account: string, params: Params): readonly Body[] {
    const symbolId = params.has("symbol") ? this.listingOf(params).symbolId : undefined;
    return this.#o.venue.orders.open(account, symbolId)
      .map((view) => readBody(view, this.termsOf(view.order)));
  }

  /** From `orderId` on, or those created between the times, oldest first; else the newest. */
  all(account: string, params: Params): readonly Body[] {
    const { venue, clock } = this.#o;
    const { symbolId } = this.listingOf(params);
    const limit = limitParam(params, ALL_ORDERS);
    const fromId = integerParam(params, "orderId");
    const times = checkedTimes(params);
    const newest = fromId === null && times.since === undefined;
    return venue.orders.history(account, {
      symbolId,
      limit,
      since: clock.now() - READ_SPAN_MS,
      ...times,
      ...(fromId === null ? {} : { fromId, since: 0 }),
      keep: newest ? "newest" : "oldest",
    }).filter((view) => !this.#isForgotten(view))
      .map((view) => readBody(view, this.termsOf(view.order)));
  }

  /** Ends every order of the symbol unless it is called again in time; 0 disarms it. */
  countdown(account: string, params: Params): Body {
    const { venue } = this.#o;
    const { symbol, symbolId } = this.listingOf(params);
    const countdownTime = integerParam(params, "countdownTime");
    if (countdownTime === null) throw missing("countdownTime");
    const name = `countdown ${account} ${symbolId}`;
    this.#stop(name);
    if (countdownTime > 0) {
      this.#start(name, countdownTime, () => void venue.orders.cancelAll(account, symbolId));
    }
    return { symbol, countdownTime: String(countdownTime) };
  }

  termsOf({ orderId }: PaperOrder): Terms {
    return { goodTillDate: this.#goodTill.get(orderId) ?? null };
  }

  /** No timer outlives the exchange it is of. */
  stop(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #amended(
    account: string,
    ref: OrderRef,
    terms: Pick<PaperOrder, "quantity"> & { readonly price: NonNullable<PaperOrder["price"]> },
  ): OrderResult<UsdmListing> {
    const { orders } = this.#o.venue;
    const result = orders.amend(account, ref, terms);
    const takes = result.kind === "rejected" && result.code === "WOULD_TAKE";
    return takes ? orders.cancel(account, ref) : result;
  }

  #endAt(account: string, { order, orderId }: UsdmView, date: EpochMs): void {
    this.#goodTill.set(order.orderId, date);
    const { venue, clock } = this.#o;
    this.#start(
      `good till ${orderId}`,
      Math.max(0, date - clock.now()),
      () => void venue.orders.cancel(account, { symbolId: order.symbolId, orderId }),
    );
  }

  #start(name: string, ms: number, then: () => void): void {
    const cancel = this.#o.clock.setTimer(() => {
      this.#timers.delete(name);
      then();
    }, ms);
    this.#timers.set(name, cancel);
  }

  #stop(name: string): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }

  /** @throws {Refusal} -5021: no such order is recorded. */
  #checkFillable({ symbolId, side, price, quantity }: NewOrder): void {
    const { bids, asks } = this.#o.venue.engine.depth(symbolId, FOK_LEVELS);
    const levels = side === "BUY" ? asks : bids;
    const within = levels.filter((level) =>
      price === null || price === undefined ||
      (side === "BUY" ? compare(level.price, price) <= 0 : compare(level.price, price) >= 0)
    );
    const offered = within.reduce((sum, level) => add(sum, level.quantity), ZERO);
    if (compare(offered, quantity ?? ZERO) < 0) throw notFillable();
  }

  #isForgotten({ order }: UsdmView): boolean {
    return !isOpen(order) && isZero(order.filled) &&
      order.createdAt + UNTRADED_KEPT_MS < this.#o.clock.now();
  }
}

/** @throws {Refusal} -1127 for a span of more than seven days. */
export function checkedTimes(params: Params): ReturnType<typeof timesOf> {
  const { since, until } = timesOf(params);
  if (since === undefined) return until === undefined ? {} : { until };
  const end = until ?? since + READ_SPAN_MS;
  if (end - since > READ_SPAN_MS) {
    throw new Refusal(-1127, "More than 7 days between startTime and endTime.");
  }
  return { since, until: end };
}

export function refOf(params: Params, { symbolId }: UsdmListing): OrderRef {
  const orderId = integerParam(params, "orderId");
  const clientOrderId = params.get("origClientOrderId") ?? "";
  if (orderId !== null) return { symbolId, orderId: String(orderId) };
  if (clientOrderId !== "") return { symbolId, clientOrderId };
  throw new Refusal(
    -1102,
    "Param 'origClientOrderId' or 'orderid' must be sent, but both were empty/null!",
  );
}
