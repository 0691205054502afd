/**
 * Price-time matching and its settlement.
 *
 * I1 A fill happens at the maker's price. I2 What is locked for an order always covers the rest
 * of it: price × remaining for a LIMIT BUY, so that a better price is refunded at each fill.
 * I3 A fee is taken from the asset received, never more than is received.
 */
import { assert } from "../../model/assert.ts";
import { fromUnits } from "../../model/decimal.ts";
import type { Side } from "../../model/order.ts";
import type { PaperAccount } from "./account.ts";
import { FEES, HOUSE, type Ledger } from "./ledger.ts";
import type { HouseLevel } from "./ladder.ts";
import type { Maker, Market } from "./market.ts";
import type { EndCause, PaperOrderStatus, PaperTrade, SelfTradePrevention } from "./messages.ts";
import type { OrderEntry } from "./order_entry.ts";
import type { Turn } from "./turn.ts";
import { floorTo, notional, smaller, UNIT } from "./units.ts";

/** What matching needs of its engine. */
export interface Desk {
  readonly ledger: Ledger;
  readonly makerRate: bigint;
  readonly takerRate: bigint;
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
export function plan(market: Market, wish: Wish): Plan {
  let quantity = 0n;
  let quote = 0n;
  for (const maker of market.makers(wish.side)) {
    if (!isWithin(wish.side, wish.limit, maker.price)) break;
    if (isOwn(maker, wish.accountId) && wish.selfTradePrevention !== "NONE") {
      if (wish.selfTradePrevention === "EXPIRE_MAKER") continue;
      break;
    }
    const wanted = wish.quoteQuantity === null
      ? wish.quantity - quantity
      : floorTo((wish.quoteQuantity - quote) * UNIT / maker.price, market.step);
    if (wanted === 0n) return { quantity, quote, isComplete: true };
    const taken = smaller(wanted, available(maker));
    quantity += taken;
    quote += notional(maker.price, taken);
    if (taken === wanted) return { quantity, quote, isComplete: true };
  }
  return { quantity, quote, isComplete: false };
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
    const quantity = smaller(taker.remaining, available(maker));
    const trade = { price: maker.price, quantity, tradeId: place.desk.takeTradeId() };
    fill(taker, { ...trade, isMaker: false }, place);
    if (maker.kind === "order") fill(maker.order, { ...trade, isMaker: true }, place);
    else fillHouse(maker.level, { side, quantity }, place);
    market.last = maker.price;
    turn.prints.push({
      symbolId: market.symbolId,
      price: fromUnits(maker.price),
      quantity: fromUnits(quantity),
      takerSide: side,
      time: turn.time,
    });
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
    const quantity = smaller(left, order.remaining);
    const tradeId = place.desk.takeTradeId();
    fill(order, { price: best.price, quantity, tradeId, isMaker: true }, place);
    moveHouse(place, { side: side === "BUY" ? "SELL" : "BUY", price: best.price, quantity });
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
  const asset = lockedAsset(entry, market);
  if (entry.lock > 0n) desk.ledger.lock(account.owner, asset, -entry.lock);
  entry.lock = 0n;
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

export function lockedAsset(entry: OrderEntry, market: Market): string {
  return entry.terms.side === "BUY" ? market.quote : market.base;
}

/** Binance charges commissions in 8 decimals; finer fees would not survive its wire format. */
const FEE_GRID = 10n ** 10n;

interface Match {
  readonly price: bigint;
  readonly quantity: bigint;
  readonly tradeId: number;
}

function fill(
  entry: OrderEntry,
  trade: Match & { readonly isMaker: boolean },
  place: Place,
): void {
  const { market, desk, turn } = place;
  const side = entry.terms.side;
  const account = desk.account(entry.terms.accountId);
  const quote = notional(trade.price, trade.quantity);
  entry.filled += trade.quantity;
  entry.filledQuote += quote;
  assert(entry.filled <= entry.quantity, `order ${entry.terms.orderId} filled above its quantity`);
  pay(entry, side === "BUY" ? quote : trade.quantity, place);
  const received = side === "BUY" ? trade.quantity : quote;
  const feeAsset = side === "BUY" ? market.base : market.quote;
  const rate = trade.isMaker ? desk.makerRate : desk.takerRate;
  const fee = floorTo(received * rate / UNIT, FEE_GRID); // I3: the rate is below one
  desk.ledger.credit(account.owner, feeAsset, received - fee);
  if (fee > 0n) desk.ledger.credit(FEES, feeAsset, fee);
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
    side,
    price: fromUnits(trade.price),
    quantity: fromUnits(trade.quantity),
    quoteQuantity: fromUnits(quote),
    fee: fromUnits(fee),
    feeAsset,
    isMaker: trade.isMaker,
    time: turn.time,
  };
  remember(entry, record, place);
  if (isDone) end(entry, { status: "FILLED", cause: null }, place);
  turn.report("TRADE", entry, record);
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

function available(maker: Maker): bigint {
  return maker.kind === "order" ? maker.order.remaining : maker.level.quantity;
}

function isOwn(maker: Maker, accountId: string): boolean {
  return maker.kind === "order" && maker.order.terms.accountId === accountId;
}

function isWithin(side: Side, limit: bigint | null, price: bigint): boolean {
  return limit === null || (side === "BUY" ? price <= limit : price >= limit);
}
