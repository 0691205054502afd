/**
 * Finds one order by its client id, or proves that the venue does not have it.
 *
 * I1 only an order with the very client id is "found". I2 "absent" takes every answer there is: the
 * order itself (where the venue looks up by client id), open orders, history and trades, and the
 * order of every trade that may be its. I3 its time is the earliest the venue's clock could show
 * before the first of them was asked. I4 of several orders with the client id a live one is shown
 * before one that has ended. I5 an order that never had a client id is found by the venue's own id
 * alone, and nothing proves it absent: it had been seen.
 */
import type { OrderRef } from "../../exchange.ts";
import type { Fill } from "../../../model/fill.ts";
import type { EpochMs } from "../../../model/scalars.ts";
import type { LookupOutcome, VenueOrder } from "../../../model/venue.ts";
import { firstPage, wholeList } from "./pages.ts";
import type { ReadPlan } from "../plans/read_plan.ts";
import { askForStrays } from "./strays.ts";
import {
  ask,
  failed,
  malformed,
  NOT_CONNECTED,
  readFailure,
  rowContext,
  type Session,
} from "../session.ts";

interface Sought {
  readonly ref: OrderRef;
  readonly rawSymbol: string;
  readonly venueTime: EpochMs;
}

export async function lookUp(session: Session | null, ref: OrderRef): Promise<LookupOutcome> {
  if (session === null) return failed("NOT_CONNECTED", NOT_CONNECTED);
  const venueTime = session.venueClock.floor();
  if (venueTime === null) return failed("CLOCK_UNKNOWN", "the venue's clock is not measured yet");
  const rawSymbol = session.catalogue.rawOf(ref.symbolId);
  if (rawSymbol === undefined) return failed("UNLISTED_SYMBOL", `${ref.symbolId} is not listed`);
  const sought = { ref, rawSymbol, venueTime };
  if (ref.isUnnamed === true) return await askForUnnamed(session, sought);
  const { order } = session.profile.reads;
  if (order === null) return await searchLists(session, sought);
  return await askForIt(session, sought, order);
}

async function askForIt(
  session: Session,
  sought: Sought,
  plan: NonNullable<ReadPlan["order"]>,
): Promise<LookupOutcome> {
  const { ref, rawSymbol, venueTime } = sought;
  const verdict = await ask(session, plan.call(rawSymbol, ref));
  if (verdict.kind === "notFound") return await searchLists(session, sought);
  if (verdict.kind !== "answered") return readFailure(verdict);
  let order: VenueOrder | null;
  try {
    order = plan.read(verdict.value, rowContext(session));
  } catch (error) {
    return malformed(session, "order", error);
  }
  if (order === null) return await searchLists(session, sought);
  if (order.clientOrderId !== ref.clientOrderId) {
    return malformed(session, "order", new Error("the answer shows another order"));
  }
  const isSure = plan.isOneOfSeveral !== true || ref.exchangeOrderId !== null || isLive(order);
  return isSure ? { kind: "found", order, venueTime } : await liveOrElse(session, sought, order);
}

/** I5 */
async function askForUnnamed(
  session: Session,
  { ref, rawSymbol, venueTime }: Sought,
): Promise<LookupOutcome> {
  const { symbolId, exchangeOrderId } = ref;
  if (exchangeOrderId === null) return failed("UNNAMED", "neither side has named the order");
  const { orderById: plan, openOrders, history } = session.profile.reads;
  const verdict = plan === undefined
    ? null
    : await ask(session, plan.call(rawSymbol, exchangeOrderId));
  const isAnswered = verdict?.kind === "answered";
  if (verdict !== null && !isAnswered && verdict.kind !== "notFound") return readFailure(verdict);
  try {
    const order = isAnswered ? plan?.read(verdict.value, rowContext(session)) ?? null : null;
    if (order !== null) return { kind: "found", order: unnamed(order, exchangeOrderId), venueTime };
    const of = { kind: "openOrders", symbolId } as const;
    const open = await wholeList(session, openOrders, { rawSymbol }, of);
    if (open.kind === "failed") return open;
    const since = venueTime - session.timing.retentionMs;
    const query = { rawSymbol, ref, now: venueTime, since };
    const ended = await wholeList(session, history, query, { kind: "fillsSince", symbolId });
    if (ended.kind === "failed") return ended;
    const listed = [...open.value, ...ended.value]
      .find((each) => each.exchangeOrderId === exchangeOrderId);
    if (listed === undefined) {
      return failed("INCONSISTENT_READS", `order ${exchangeOrderId} is not listed any more`);
    }
    return { kind: "found", order: unnamed(listed, exchangeOrderId), venueTime };
  } catch (error) {
    return malformed(session, "order", error);
  }
}

/** @throws {Error} for another order */
function unnamed(order: VenueOrder, exchangeOrderId: string): VenueOrder {
  if (order.exchangeOrderId === exchangeOrderId && order.clientOrderId === null) return order;
  throw new Error("the answer shows another order");
}

/** I4 */
async function liveOrElse(
  session: Session,
  { ref: { symbolId, clientOrderId }, rawSymbol, venueTime }: Sought,
  ended: VenueOrder,
): Promise<LookupOutcome> {
  const endpoint = { kind: "openOrders", symbolId } as const;
  const open = await wholeList(session, session.profile.reads.openOrders, { rawSymbol }, endpoint);
  if (open.kind === "failed") return open;
  const live = open.value.find((order) => order.clientOrderId === clientOrderId);
  return { kind: "found", order: live ?? ended, venueTime };
}

function isLive({ status }: VenueOrder): boolean {
  return status === "OPEN" || status === "PARTIALLY_FILLED" || status === "PENDING_TRIGGER";
}

async function searchLists(session: Session, sought: Sought): Promise<LookupOutcome> {
  const { ref, rawSymbol, venueTime } = sought;
  const { symbolId } = ref;
  const { reads } = session.profile;
  const since = venueTime - session.timing.retentionMs;
  const query = { rawSymbol, ref, now: venueTime, since };
  const [open, history, trades] = await Promise.all([
    wholeList(session, reads.openOrders, { rawSymbol }, { kind: "openOrders", symbolId }),
    wholeList(session, reads.history, query, { kind: "fillsSince", symbolId }),
    firstPage(session, reads.newestTrades, query),
  ]);
  if (open.kind === "failed") return open;
  if (history.kind === "failed") return history;
  if (trades.kind === "failed") return trades;
  const orders = [...open.value, ...history.value];
  const order = orders.find(({ clientOrderId }) => clientOrderId === ref.clientOrderId);
  if (order !== undefined) return { kind: "found", order, venueTime };
  const listed = new Set(orders.map(({ exchangeOrderId }) => exchangeOrderId));
  if (ref.exchangeOrderId !== null && listed.has(ref.exchangeOrderId)) {
    const doubt = "the order is listed under another client id";
    return failed("INCONSISTENT_READS", `${doubt}: absence is not proven`);
  }
  const mayBeIts = strayTest(reads, history.value);
  // Where trades carry no client id, one whose order no list shows may be of the order sought.
  const strays = trades.value.filter((trade) =>
    trade.exchangeOrderId === ref.exchangeOrderId ||
    trade.clientOrderId === ref.clientOrderId ||
    (!listed.has(trade.exchangeOrderId) && mayBeIts(trade))
  );
  const answer = await askForStrays(session, sought, strays);
  if (answer === null) return { kind: "absent", venueTime };
  return answer.kind === "found" ? { ...answer, venueTime } : answer;
}

/** Whether a trade of an order that is not listed may be of the one sought. */
function strayTest(
  { tradesTell, historyIsWhole }: ReadPlan,
  history: readonly VenueOrder[],
): (trade: Fill) => boolean {
  if (tradesTell === "clientId") return (trade) => trade.clientOrderId === null;
  if (historyIsWhole(history)) return () => true;
  // A page of the newest says nothing of what was done before the first of it. Open orders, which
  // may be much older, say nothing of it either.
  if (tradesTell === "growing") {
    const oldest = smallest(history);
    return ({ exchangeOrderId }) => oldest === null || BigInt(exchangeOrderId) > oldest;
  }
  const since = Math.min(...history.map(({ venueTime }) => venueTime));
  return ({ venueTime }) => venueTime >= since;
}

function smallest(orders: readonly VenueOrder[]): bigint | null {
  let least: bigint | null = null;
  for (const { exchangeOrderId } of orders) {
    const value = BigInt(exchangeOrderId);
    if (least === null || value < least) least = value;
  }
  return least;
}
