/**
 * Finds one order by its client id, or proves that the venue does not have it.
 *
 * I1 only an order with the very client id is "found". I2 "absent" takes every answer there is: the
 * order itself (where the venue looks up by client id), open orders, history and trades. I3 its time
 * is the earliest the venue's clock could show before the first of them was asked.
 */
import type { OrderRef } from "../exchange.ts";
import type { Fill } from "../../model/fill.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { LookupOutcome, VenueOrder } from "../../model/venue.ts";
import { firstPage, wholeList } from "./pages.ts";
import type { ReadPlan } from "./read_plan.ts";
import {
  ask,
  failed,
  malformed,
  NOT_CONNECTED,
  readFailure,
  rowContext,
  type Session,
} from "./session.ts";

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
  return { kind: "found", order, venueTime };
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
  const doubt = contradiction({ orders, trades: trades.value, history: history.value }, ref, reads);
  return doubt === null
    ? { kind: "absent", venueTime }
    : failed("INCONSISTENT_READS", `${doubt}: absence is not proven`);
}

/** Where trades carry no client id, one whose order no list shows may be of the order sought. */
function contradiction(
  { orders, trades, history }: {
    readonly orders: readonly VenueOrder[];
    readonly trades: readonly Fill[];
    readonly history: readonly VenueOrder[];
  },
  ref: OrderRef,
  reads: ReadPlan,
): string | null {
  const listed = new Set(orders.map(({ exchangeOrderId }) => exchangeOrderId));
  if (ref.exchangeOrderId !== null && listed.has(ref.exchangeOrderId)) {
    return "the order is listed under another client id";
  }
  const mayBeIts = strayTest(reads, history);
  const stray = trades.find((trade) =>
    trade.exchangeOrderId === ref.exchangeOrderId ||
    trade.clientOrderId === ref.clientOrderId ||
    (!listed.has(trade.exchangeOrderId) && mayBeIts(trade))
  );
  return stray === undefined ? null : `trade ${stray.tradeId} is of an order that is not listed`;
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
