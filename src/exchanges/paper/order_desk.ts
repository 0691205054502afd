/**
 * What accounts and the outside market may do: submit, cancel, amend, print. Everything is checked
 * before anything changes, so that a rejection leaves no trace.
 */
import { type Decimal, fromUnits, toUnits, ZERO } from "../../model/decimal.ts";
import type { PaperAccount } from "./account.ts";
import type { OutsidePrint } from "./engine.ts";
import {
  checkNotional,
  checkPrice,
  checkQuantity,
  checkQuoteQuantity,
  checkReduceOnly,
  checkShape,
  checkUnit,
  rejected,
} from "./filters.ts";
import type { Floor } from "./floor.ts";
import {
  type Bound,
  checkLock,
  checkMargin,
  hold,
  lock,
  lockOfResting,
  marginedSize,
  reduced,
} from "./funds.ts";
import type { Market } from "./market.ts";
import { end, fillFromPrint, match, type Place, type Plan, plan } from "./matching.ts";
import type {
  Amendment,
  EndCause,
  EngineResult,
  NewOrder,
  OrderKey,
  PaperOrder,
  Rejection,
} from "./messages.ts";
import { OrderEntry, type OrderSize } from "./order_entry.ts";
import type { Turn } from "./turn.ts";
import { notional } from "./units.ts";

export class OrderDesk {
  readonly #floor: Floor;

  constructor(floor: Floor) {
    this.#floor = floor;
  }

  submit(accountId: string, order: NewOrder): EngineResult {
    const account = this.#floor.account(accountId);
    const market = this.#floor.markets.get(order.symbolId);
    if (market === undefined) return unknownSymbol(order.symbolId);
    const refusal = this.#refusal(account, order, market);
    if (refusal !== null) return refusal;
    const entry = this.#entry(account, order);
    const isPlanned = entry.terms.type === "MARKET" || entry.terms.timeInForce === "FOK";
    const excess = entry.terms.reduceOnly ? cutToPosition(entry, this.#bound(market)) : null;
    if (excess !== null) return excess;
    const planned = isPlanned ? this.#planFor(entry, market) : null;
    const unfillable = entry.terms.type === "MARKET" ? fitToPlan(entry, planned!, market) : null;
    if (unfillable !== null) return unfillable;
    const unfunded = this.#unfunded(entry, planned, market);
    if (unfunded !== null) return unfunded;
    if (entry.terms.postOnly && market.crosses(order.side, entry.price!)) {
      return rejected("WOULD_TAKE", `Cannot rest ${order.side} at ${order.price}: it would take`);
    }
    const turn = this.#floor.turn();
    this.#floor.takeOrderId();
    if (market.isContract) hold(entry, this.#floor, market);
    else lock(entry, lockOf(entry, planned), this.#bound(market));
    account.add(entry);
    turn.report("NEW", entry);
    const isHopeless = entry.terms.timeInForce === "FOK" && planned?.isComplete === false;
    if (isHopeless) end(entry, OUT_OF_TIME, this.#place(entry, turn));
    else this.#work(entry, this.#place(entry, turn));
    return this.#accept(entry, turn);
  }

  /** Rejected with UNKNOWN_ORDER when no open order matches. */
  cancel(accountId: string, key: OrderKey): EngineResult {
    const entry = this.#floor.account(accountId).find(key);
    if (entry === undefined || !entry.isOpen) return unknownOrder("cancel", key);
    const turn = this.#floor.turn();
    end(entry, BY_USER, this.#place(entry, turn));
    return this.#accept(entry, turn);
  }

  /** @returns the orders canceled. */
  cancelAll(
    accountId: string,
    symbolId?: string,
    { cause = "USER" }: { readonly cause?: EndCause } = {},
  ): readonly PaperOrder[] {
    const open = [...this.#floor.account(accountId).open.values()];
    const chosen = open.filter((each) =>
      symbolId === undefined || each.terms.symbolId === symbolId
    );
    const turn = this.#floor.turn();
    for (const entry of chosen) {
      end(entry, { ...BY_USER, cause }, this.#place(entry, turn));
    }
    this.#floor.close(turn);
    return chosen.map((entry) => entry.view());
  }

  /** Keeps its turn in the queue only when its price stays and its quantity does not grow. */
  amend(accountId: string, amendment: Amendment): EngineResult {
    const account = this.#floor.account(accountId);
    const entry = account.find(amendment);
    if (entry === undefined || !entry.isOpen) return unknownOrder("amend", amendment);
    const market = this.#floor.market(entry.terms.symbolId);
    const before = entry.view();
    const asked = {
      clientOrderId: amendment.newClientOrderId ?? before.clientOrderId,
      price: amendment.price ?? before.price!,
      quantity: amendment.quantity ?? before.quantity,
    };
    const refusal = this.#amendRefusal(entry, asked, market);
    if (refusal !== null) return refusal;
    const size = this.#reducedSize(entry, asked, market);
    if ("kind" in size) return size;
    const price = toUnits(size.price);
    const remaining = toUnits(size.quantity) - entry.filled;
    const wanted = { price, quantity: remaining };
    const unfunded = this.#unfundedChange(entry, wanted, market);
    if (unfunded !== null) return unfunded;
    const turn = this.#floor.turn();
    const moves = price !== entry.price;
    const keepsPlace = !moves && remaining <= entry.remaining;
    if (!keepsPlace) market.side(entry.terms.side).remove(entry);
    if (!market.isContract) {
      lock(entry, lockOfSize(entry, wanted), this.#bound(market));
    }
    entry.resize(size);
    if (market.isContract) hold(entry, this.#floor, market);
    entry.touch(turn.time);
    if (size.clientOrderId !== before.clientOrderId) account.rename(entry, before.clientOrderId);
    turn.report("REPLACED", entry);
    if (moves) this.#work(entry, this.#place(entry, turn));
    else if (!keepsPlace) this.#rest(entry, market);
    return this.#accept(entry, turn);
  }

  /** A public print: fills what rests at a better price, then moves the market. */
  trade(symbolId: string, print: OutsidePrint): void {
    const market = this.#floor.market(symbolId);
    const price = toUnits(print.price);
    const quantity = toUnits(print.quantity);
    if (price <= 0n || quantity < 0n) {
      throw new RangeError(
        `Cannot print ${symbolId}: price must be positive and quantity not negative, ` +
          `got ${print.price} and ${print.quantity}`,
      );
    }
    const turn = this.#floor.turn();
    const place = { desk: this.#floor, market, turn };
    fillFromPrint("BUY", { price, quantity }, place);
    fillFromPrint("SELL", { price, quantity }, place);
    market.reprice(price);
    turn.markets.add(market);
    turn.prints.push({
      symbolId,
      price: print.price,
      quantity: print.quantity,
      takerSide: print.takerSide,
      time: print.time ?? turn.time,
    });
    this.#floor.close(turn);
  }

  /** Matches, then rests or ends what is left. */
  #work(entry: OrderEntry, place: Place): void {
    const outcome = match(entry, place);
    if (outcome !== "dry") return;
    if (entry.terms.type === "MARKET" || entry.terms.timeInForce !== "GTC") {
      end(entry, OUT_OF_TIME, place);
      return;
    }
    this.#rest(entry, place.market);
  }

  #rest(entry: OrderEntry, market: Market): void {
    entry.priority = this.#floor.takePriority();
    market.side(entry.terms.side).add(entry);
  }

  #bound(market: Market): Bound {
    return { desk: this.#floor, market };
  }

  #unfunded(entry: OrderEntry, planned: Plan | null, market: Market): Rejection | null {
    if (!market.isContract) {
      return checkLock(entry, lockOf(entry, planned), this.#bound(market));
    }
    const size = entry.price === null
      ? { quantity: planned!.quantity, notional: planned!.worth }
      : marginedSize(entry, { price: entry.price, quantity: entry.quantity }, market);
    return checkMargin(entry, size, this.#bound(market));
  }

  #unfundedChange(entry: OrderEntry, wanted: Wanted, market: Market): Rejection | null {
    if (!market.isContract) {
      return checkLock(entry, lockOfSize(entry, wanted) - entry.lock, this.#bound(market));
    }
    const size = marginedSize(entry, wanted, market);
    const more = { quantity: size.quantity - entry.held, notional: size.notional - entry.lock };
    return checkMargin(entry, more, this.#bound(market));
  }

  /** A reduce-only order is not amended above the position either. */
  #reducedSize(entry: OrderEntry, asked: AmendedSize, market: Market): AmendedSize | Rejection {
    if (!entry.terms.reduceOnly) return asked;
    const left = toUnits(asked.quantity) - entry.filled;
    const possible = reduced(entry, left, this.#bound(market));
    if (typeof possible !== "bigint") return possible;
    return { ...asked, quantity: fromUnits(entry.filled + possible) };
  }

  #refusal(account: PaperAccount, order: NewOrder, market: Market): Rejection | null {
    if (market.settlement === "none") return unsupported(market);
    const shape = checkShape(order) ?? checkReduceOnly(order, market) ?? checkUnit(order, market);
    if (shape !== null) return shape;
    const price = order.price ?? null;
    const quote = order.quoteQuantity ?? null;
    const filter = (price === null ? null : checkPrice(market, price)) ??
      (quote === null
        ? checkQuantity(market, order.quantity!) ?? checkNotional(market, price, order.quantity!)
        : checkQuoteQuantity(market, quote));
    if (filter !== null) return filter;
    if (account.open.size >= this.#floor.history.openOrdersMax) {
      const max = this.#floor.history.openOrdersMax;
      return rejected("MAX_OPEN_ORDERS", `Cannot place order: ${max} are open, the maximum`);
    }
    const id = order.clientOrderId;
    return id !== undefined && account.hasOpenClientId(id) ? duplicate(id) : null;
  }

  #amendRefusal(
    entry: OrderEntry,
    size: AmendedSize,
    market: Market,
  ): Rejection | null {
    const filter = checkPrice(market, size.price) ?? checkQuantity(market, size.quantity) ??
      checkNotional(market, size.price, size.quantity);
    if (filter !== null) return filter;
    if (toUnits(size.quantity) <= entry.filled) {
      return rejected(
        "INVALID_ORDER",
        `Cannot amend to quantity ${size.quantity}: ${entry.view().filled} is filled already`,
      );
    }
    const account = this.#floor.account(entry.terms.accountId);
    if (size.clientOrderId !== entry.clientOrderId && account.hasOpenClientId(size.clientOrderId)) {
      return duplicate(size.clientOrderId);
    }
    const price = toUnits(size.price);
    const moves = price !== entry.price && entry.terms.postOnly;
    return moves && market.crossesAlone(entry.terms.side, price)
      ? rejected("WOULD_TAKE", `Cannot move to ${size.price}: a post-only order would take`)
      : null;
  }

  #entry(account: PaperAccount, order: NewOrder): OrderEntry {
    return new OrderEntry({
      orderId: this.#floor.nextOrderId,
      accountId: account.accountId,
      symbolId: order.symbolId,
      side: order.side,
      type: order.type,
      timeInForce: order.timeInForce ?? "GTC",
      postOnly: order.postOnly ?? false,
      selfTradePrevention: order.selfTradePrevention ?? "NONE",
      reduceOnly: order.reduceOnly ?? false,
      origin: "USER",
      quoteQuantity: order.quoteQuantity ?? null,
      createdAt: this.#floor.now(),
    }, {
      clientOrderId: order.clientOrderId ?? `x-${this.#floor.nextOrderId}`,
      price: order.price ?? null,
      quantity: order.quantity ?? ZERO,
    });
  }

  #accept(entry: OrderEntry, turn: Turn): EngineResult {
    const order = entry.view();
    const trades = turn.trades.filter((trade) => trade.orderId === order.orderId);
    this.#floor.close(turn);
    return { kind: "accepted", order, trades };
  }

  #planFor(entry: OrderEntry, market: Market): Plan {
    const { accountId, side, quoteQuantity, selfTradePrevention } = entry.terms;
    return plan(market, {
      accountId,
      side,
      limit: entry.price,
      quantity: entry.quantity,
      quoteQuantity: quoteQuantity === null ? null : toUnits(quoteQuantity),
      selfTradePrevention,
    }, this.#floor.margin);
  }

  #place(entry: OrderEntry, turn: Turn): Place {
    return { desk: this.#floor, market: this.#floor.market(entry.terms.symbolId), turn };
  }
}

/** What an amendment asks for, made whole. */
type AmendedSize = OrderSize & { readonly price: Decimal };

interface Wanted {
  readonly price: bigint;
  /** Still to be filled. */
  readonly quantity: bigint;
}

const OUT_OF_TIME = { status: "EXPIRED", cause: "TIME_IN_FORCE" } as const;
const BY_USER = { status: "CANCELED", cause: "USER" } as const;

/** Spot: for MARKET what the plan costs. */
function lockOf(entry: OrderEntry, planned: Plan | null): bigint {
  return entry.price === null ? costOf(entry, planned!) : lockOfResting(entry);
}

function lockOfSize(entry: OrderEntry, { price, quantity }: Wanted): bigint {
  return entry.terms.side === "BUY" ? notional(price, quantity) : quantity;
}

function cutToPosition(entry: OrderEntry, bound: Bound): Rejection | null {
  const possible = reduced(entry, entry.quantity, bound);
  if (typeof possible !== "bigint") return possible;
  if (possible < entry.quantity) {
    const { clientOrderId } = entry;
    const price = entry.price === null ? null : fromUnits(entry.price);
    entry.resize({ clientOrderId, price, quantity: fromUnits(possible) });
  }
  return null;
}

/** Gives a MARKET order by quote quantity its base quantity. @returns why it cannot be filled. */
function fitToPlan(entry: OrderEntry, planned: Plan, market: Market): Rejection | null {
  const { side, quoteQuantity } = entry.terms;
  if (market.bestMaker(side) === null) {
    return rejected("NO_LIQUIDITY", `Cannot fill ${side} on ${market.symbolId}: the book is empty`);
  }
  if (quoteQuantity === null) return null;
  if (planned.isComplete && planned.quantity === 0n) {
    return rejected("FILTER_LOT_SIZE", `Cannot fill: ${quoteQuantity} is less than one step costs`);
  }
  // One step more than there is makes an order that finds too little end EXPIRED, not FILLED.
  entry.quantity = planned.quantity + (planned.isComplete ? 0n : market.step);
  return null;
}

/** What a MARKET order locks: all it sells, else what the plan pays. */
function costOf(entry: OrderEntry, planned: Plan): bigint {
  if (entry.terms.side === "BUY") return planned.quote;
  return entry.terms.quoteQuantity === null ? entry.quantity : planned.quantity;
}

function unknownSymbol(symbolId: string): Rejection {
  return rejected("UNKNOWN_SYMBOL", `Cannot place order: symbol ${symbolId} is not listed`);
}

function unknownOrder(action: string, key: OrderKey): Rejection {
  const name = key.orderId ?? key.clientOrderId;
  return rejected("UNKNOWN_ORDER", `Cannot ${action} ${name}: no open order on ${key.symbolId}`);
}

function duplicate(clientOrderId: string): Rejection {
  return rejected(
    "DUPLICATE_CLIENT_ORDER_ID",
    `Cannot place order: an open order has client order id ${clientOrderId}`,
  );
}

function unsupported({ symbolId, metadata: { instrument } }: Market): Rejection {
  const { instrumentType, settleCurrency } = instrument;
  return rejected(
    "INSTRUMENT_UNSUPPORTED",
    `Cannot trade ${symbolId}: perpetuals and futures are settled here in their quote or base ` +
      `asset, options in their base asset; this is ${instrumentType} settled in ${settleCurrency}`,
  );
}
