/**
 * Price-time matching and its settlement.
 *
 * I1 A fill happens at the maker's price. I2 What is locked for an order always covers the rest
 * of it: price × remaining for a LIMIT BUY, so that a better price is refunded at each fill.
 * I3 A fee is taken from the asset received, never more than is received.
 * I4 A reduce-only order fills no more than the position of the moment, and an open one always has
 * a position to reduce: what has none is ended before the next maker is looked for.
 */
import { assert } from "../../model/assert.ts";
import { fromUnits } from "../../model/decimal.ts";
import type { Side } from "../../model/order.ts";
import { reducible } from "../../model/worst_exposure.ts";
import type { PaperAccount } from "./account.ts";
import { feeOf, settleContract, type Settled, type SettledMatch } from "./contracts.ts";
import { lockedAsset, release } from "./funds.ts";
import { FEES, HOUSE, type Ledger } from "./ledger.ts";
import type { HouseLevel } from "./ladder.ts";
import type { MarginBook } from "./margin.ts";
import type { Maker, Market } from "./market.ts";
import type {
  EndCause,
  FeeRates,
  PaperOrderStatus,
  PaperTrade,
  SelfTradePrevention,
} from "./messages.ts";
import type { OrderEntry } from "./order_entry.ts";
import type { Turn } from "./turn.ts";
import { floorTo, notional, smaller, UNIT } from "./units.ts";

/** What matching needs of its engine. */
export interface Desk {
  readonly ledger: Ledger;
  readonly margin: MarginBook;
  readonly makerRate: bigint;
  readonly takerRate: bigint;
  readonly feeAsset: NonNullable<FeeRates["asset"]>;
  account(accountId: string): PaperAccount;
  takeTradeId(): number;
  /** Keeps the newest time among forgotten orders. */
  forget(entry: OrderEntry): void;
}

/** Where one matching takes place. */
export interface Place {
  readonly desk: Desk;
  readonly market: Market;
  readonly turn: Turn;
}

/** What a taker could get now. */
export interface Plan {
  readonly quantity: bigint;
  readonly quote: bigint;
  /** Of contracts, in what they are settled in. */
  readonly worth: bigint;
  /** It would get all it wants; false when the book is too thin or an own order is in the way. */
  readonly isComplete: boolean;
}

/** What a plan is made for. */
export interface Wish {
  readonly accountId: string;
  readonly side: Side;
  readonly limit: bigint | null;
  readonly quantity: bigint;
  readonly quoteQuantity: bigint | null;
  readonly selfTradePrevention: SelfTradePrevention;
}

/** Walks the book without touching it; matching the same wish at once gives exactly this. */
export function plan(market: Market, wish: Wish, margin: MarginBook): Plan {
  let quantity = 0n;
  let quote = 0n;
  let worth = 0n;
  const positions = new PlannedPositions(market, margin);
  for (const maker of market.makers(wish.side)) {
    if (!isWithin(wish.side, wish.limit, maker.price)) break;
    if (isOwn(maker, wish.accountId) && wish.selfTradePrevention !== "NONE") {
      if (wish.selfTradePrevention === "EXPIRE_MAKER") continue;
      break;
    }
    const wanted = wish.quoteQuantity === null
      ? wish.quantity - quantity
      : floorTo((wish.quoteQuantity - quote) * UNIT / maker.price, market.step);
    if (wanted === 0n) return { quantity, quote, worth, isComplete: true };
    const taken = smaller(wanted, positions.available(maker));
    quantity += taken;
    quote += notional(maker.price, taken);
    if (market.isContract) worth += market.worth({ price: maker.price, quantity: taken }, "up");
    positions.move(wish, maker, taken);
    if (taken === wanted) return { quantity, quote, worth, isComplete: true };
  }
  return { quantity, quote, worth, isComplete: false };
}

/**
 * Matches until the order has all it wants (`done`), finds nobody more (`dry`), or was ended by
 * self-trade prevention (`ended`).
 */
export function match(taker: OrderEntry, place: Place): "done" | "dry" | "ended" {
  const { market, turn } = place;
  const side = taker.terms.side;
  for (;;) {
    const maker = market.bestMaker(side);
    if (taker.remaining === 0n) return "done";
    if (maker === null || !isWithin(side, taker.price, maker.price)) return "dry";
    if (maker.kind === "order" && isOwn(maker, taker.terms.accountId)) {
      const ended = preventSelfTrade(taker, maker.order, place);
      if (ended === "taker") return "ended";
      if (ended === "maker") continue;
    }
    const quantity = smaller(offered(taker, place), available(maker, place));
    const trade = { price: maker.price, quantity, tradeId: place.desk.takeTradeId() };
    fill(taker, { ...trade, isMaker: false }, place);
    if (maker.kind === "order") fill(maker.order, { ...trade, isMaker: true }, place);
    else fillHouse(maker.level, { side, quantity }, place);
    market.last = maker.price;
    endReducing(taker.terms.accountId, place);
    if (maker.kind === "order") endReducing(maker.order.terms.accountId, place);
    turn.prints.push({
      symbolId: market.symbolId,
      price: fromUnits(maker.price),
      quantity: fromUnits(quantity),
      takerSide: side,
      time: turn.time,
    });
    if (!taker.isOpen && taker.remaining > 0n) return "ended"; // I4
  }
}

/** Fills what rests at a better price than the print, as far as its quantity reaches. */
export function fillFromPrint(
  side: Side,
  print: { readonly price: bigint; readonly quantity: bigint },
  place: Place,
): void {
  const resting = place.market.side(side);
  let left = floorTo(print.quantity, place.market.step);
  while (left > 0n) {
    const best = resting.best();
    if (best === null || !resting.isBetter(best.price, print.price)) return;
    const order = best.head!;
    const quantity = smaller(left, offered(order, place));
    const tradeId = place.desk.takeTradeId();
    fill(order, { price: best.price, quantity, tradeId, isMaker: true }, place);
    moveHouse(place, { side: side === "BUY" ? "SELL" : "BUY", price: best.price, quantity });
    endReducing(order.terms.accountId, place);
    left -= quantity;
  }
}

/** Puts an order aside for good: off the book, the rest of its lock released, into the history. */
export function end(
  entry: OrderEntry,
  how: { readonly status: PaperOrderStatus; readonly cause: EndCause | null },
  place: Place,
): void {
  const { desk, market, turn } = place;
  const account = desk.account(entry.terms.accountId);
  if (entry.level !== null) market.side(entry.terms.side).remove(entry);
  release(entry, { desk, market });
  entry.status = how.status;
  entry.cause = how.cause;
  entry.touch(turn.time);
  for (const forgotten of account.finish(entry)) {
    turn.forgottenOrders.push(forgotten.terms.orderId);
    desk.forget(forgotten);
  }
  if (how.status !== "FILLED") {
    turn.report(how.status === "CANCELED" ? "CANCELED" : "EXPIRED", entry);
  }
}

/** I4 */
function endReducing(accountId: string, place: Place): void {
  const { desk, market } = place;
  if (!market.isContract) return;
  const position = desk.margin.entry(accountId, market);
  for (const entry of [...position.reducing]) {
    if (position.reducible(entry.terms.side) > 0n) continue;
    end(entry, { status: "CANCELED", cause: "REDUCE_ONLY" }, place);
  }
}

/** What a plan has moved so far of the positions that bound reduce-only makers. */
class PlannedPositions {
  readonly #market: Market;
  readonly #margin: MarginBook;
  readonly #moved = new Map<string, bigint>();

  constructor(market: Market, margin: MarginBook) {
    this.#market = market;
    this.#margin = margin;
  }

  available(maker: Maker): bigint {
    if (maker.kind === "house") return maker.level.quantity;
    const { remaining, terms } = maker.order;
    if (!terms.reduceOnly) return remaining;
    const moved = this.#moved.get(terms.accountId) ?? 0n;
    const held = this.#margin.quantity(terms.accountId, this.#market.symbolId) + moved;
    return smaller(remaining, reducible(held, terms.side));
  }

  move({ side, accountId }: Wish, maker: Maker, quantity: bigint): void {
    if (!this.#market.isContract) return;
    const signed = side === "BUY" ? quantity : -quantity;
    this.#move(accountId, signed);
    if (maker.kind === "order") this.#move(maker.order.terms.accountId, -signed);
  }

  #move(accountId: string, signed: bigint): void {
    this.#moved.set(accountId, (this.#moved.get(accountId) ?? 0n) + signed);
  }
}

function fill(
  entry: OrderEntry,
  trade: SettledMatch & { readonly tradeId: number },
  place: Place,
): void {
  const { market, turn } = place;
  const quote = notional(trade.price, trade.quantity);
  entry.filled += trade.quantity;
  entry.filledQuote += quote;
  assert(entry.filled <= entry.quantity, `order ${entry.terms.orderId} filled above its quantity`);
  const { fee, feeAsset, realized } = market.isContract
    ? settleContract(entry, trade, place)
    : settleSpot(entry, trade, place);
  const isDone = entry.remaining === 0n;
  entry.status = isDone ? "FILLED" : "PARTIALLY_FILLED";
  entry.touch(turn.time);
  turn.markets.add(market);
  const record: PaperTrade = {
    tradeId: trade.tradeId,
    orderId: entry.terms.orderId,
    clientOrderId: entry.clientOrderId,
    accountId: entry.terms.accountId,
    symbolId: market.symbolId,
    side: entry.terms.side,
    price: fromUnits(trade.price),
    quantity: fromUnits(trade.quantity),
    quoteQuantity: fromUnits(quote),
    fee: fromUnits(fee),
    feeAsset,
    isMaker: trade.isMaker,
    realizedPnl: realized === null ? null : fromUnits(realized),
    time: turn.time,
  };
  remember(entry, record, place);
  if (isDone) end(entry, { status: "FILLED", cause: null }, place);
  turn.report("TRADE", entry, record);
}

function settleSpot(entry: OrderEntry, trade: SettledMatch, place: Place): Settled {
  const { market, desk } = place;
  const isBuy = entry.terms.side === "BUY";
  const quote = notional(trade.price, trade.quantity);
  pay(entry, isBuy ? quote : trade.quantity, place);
  const received = isBuy ? trade.quantity : quote;
  const { owner } = desk.account(entry.terms.accountId);
  const inQuote = desk.feeAsset === "QUOTE";
  const feeAsset = isBuy && !inQuote ? market.base : market.quote;
  const due = feeOf(inQuote ? quote : received, trade, desk);
  if (isBuy) desk.ledger.credit(owner, market.base, inQuote ? received : received - due);
  else desk.ledger.credit(owner, market.quote, received - due);
  // Nothing was set aside for it: what the account cannot pay is let off.
  const fee = isBuy && inQuote ? smaller(due, desk.ledger.free(owner, market.quote)) : due;
  if (isBuy && inQuote) desk.ledger.credit(owner, market.quote, -fee);
  if (fee > 0n) desk.ledger.credit(FEES, feeAsset, fee);
  return { fee, feeAsset, realized: null };
}

function remember(entry: OrderEntry, record: PaperTrade, place: Place): void {
  entry.markTrade(record.tradeId);
  const upTo = place.desk.account(record.accountId).addTrade(record);
  if (upTo > 0) place.turn.forgottenTrades.push({ accountId: record.accountId, upTo });
}

/** Takes `cost` out of the order's lock and refunds what the rest no longer needs (I2). */
function pay(entry: OrderEntry, cost: bigint, place: Place): void {
  const { ledger } = place.desk;
  const owner = place.desk.account(entry.terms.accountId).owner;
  const asset = lockedAsset(entry, place.market);
  ledger.spend(owner, asset, cost);
  const left = entry.terms.side === "BUY" && entry.price !== null
    ? notional(entry.price, entry.remaining)
    : entry.lock - cost;
  const refund = entry.lock - cost - left;
  assert(refund >= 0n, `order ${entry.terms.orderId} costs more than is locked for it`);
  if (refund > 0n) ledger.lock(owner, asset, -refund);
  entry.lock = left;
}

function fillHouse(
  level: HouseLevel,
  taken: { readonly side: Side; readonly quantity: bigint },
  place: Place,
): void {
  level.quantity -= taken.quantity;
  assert(level.quantity >= 0n, "the house sold more than it quoted");
  moveHouse(place, {
    side: taken.side === "BUY" ? "SELL" : "BUY",
    price: level.price,
    quantity: taken.quantity,
  });
}

/** @param moved `side` is what the house does. */
function moveHouse(
  place: Place,
  moved: { readonly side: Side; readonly price: bigint; readonly quantity: bigint },
): void {
  const { market, desk } = place;
  if (market.isContract) return; // it holds what the accounts do not
  const quote = notional(moved.price, moved.quantity);
  const sign = moved.side === "BUY" ? 1n : -1n;
  desk.ledger.credit(HOUSE, market.base, sign * moved.quantity);
  desk.ledger.credit(HOUSE, market.quote, -sign * quote);
}

function preventSelfTrade(
  taker: OrderEntry,
  maker: OrderEntry,
  place: Place,
): "taker" | "maker" | "nobody" {
  const mode = taker.terms.selfTradePrevention;
  const expired = { status: "EXPIRED", cause: "SELF_TRADE_PREVENTION" } as const;
  if (mode === "NONE") return "nobody";
  if (mode !== "EXPIRE_TAKER") end(maker, expired, place);
  if (mode === "EXPIRE_MAKER") return "maker";
  end(taker, expired, place);
  return "taker";
}

function available(maker: Maker, place: Place): bigint {
  return maker.kind === "order" ? offered(maker.order, place) : maker.level.quantity;
}

/** What the order would trade now (I4). */
function offered({ terms, remaining }: OrderEntry, { desk, market }: Place): bigint {
  if (!terms.reduceOnly) return remaining;
  const held = desk.margin.quantity(terms.accountId, market.symbolId);
  return smaller(remaining, reducible(held, terms.side));
}

function isOwn(maker: Maker, accountId: string): boolean {
  return maker.kind === "order" && maker.order.terms.accountId === accountId;
}

function isWithin(side: Side, limit: bigint | null, price: bigint): boolean {
  return limit === null || (side === "BUY" ? price <= limit : price >= limit);
}
