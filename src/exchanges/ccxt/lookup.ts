/**
 * Finds one order by its client id, or proves that the venue does not have it.
 *
 * I1 only an order with the very client id is "found". I2 "absent" takes four answers: the order
 * itself, open orders, history and trades. I3 its time is the earliest the venue's clock could show
 * before the first of them was asked.
 */
import type { OrderRef } from "../exchange.ts";
import type { Fill } from "../../model/fill.ts";
import { READ_ROWS_MAX } from "../../model/limits.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { LookupOutcome, ReadOutcome, VenueOrder } from "../../model/venue.ts";
import { asRows } from "./fields.ts";
import type { VenueCall } from "./profile.ts";
import {
  ask,
  failed,
  malformed,
  NOT_CONNECTED,
  readFailure,
  rowContext,
  type Session,
} from "./session.ts";

export async function lookUp(session: Session | null, ref: OrderRef): Promise<LookupOutcome> {
  if (session === null) return failed("NOT_CONNECTED", NOT_CONNECTED);
  const venueTime = session.venueClock.floor();
  if (venueTime === null) return failed("CLOCK_UNKNOWN", "the venue's clock is not measured yet");
  const rawSymbol = session.catalogue.rawOf(ref.symbolId);
  if (rawSymbol === undefined) return failed("UNLISTED_SYMBOL", `${ref.symbolId} is not listed`);
  const verdict = await ask(session, session.profile.calls.order(rawSymbol, ref.clientOrderId));
  if (verdict.kind === "notFound") {
    return await confirmAbsence(session, { ref, rawSymbol, venueTime });
  }
  if (verdict.kind !== "answered") return readFailure(verdict);
  let order: VenueOrder;
  try {
    order = session.profile.rows.order(verdict.value, rowContext(session));
  } catch (error) {
    return malformed(session, "order", error);
  }
  if (order.clientOrderId !== ref.clientOrderId) {
    return malformed(session, "order", new Error("the answer shows another order"));
  }
  return { kind: "found", order, venueTime };
}

async function confirmAbsence(
  session: Session,
  { ref, rawSymbol, venueTime }: {
    readonly ref: OrderRef;
    readonly rawSymbol: string;
    readonly venueTime: EpochMs;
  },
): Promise<LookupOutcome> {
  const { calls, rows } = session.profile;
  const [open, history, trades] = await Promise.all([
    list(session, calls.openOrders(rawSymbol), rows.order),
    list(session, calls.history(rawSymbol), rows.order),
    list(session, calls.trades(rawSymbol, { kind: "newest" }), rows.trade),
  ]);
  if (open.kind === "failed") return open;
  if (history.kind === "failed") return history;
  if (trades.kind === "failed") return trades;
  const orders = [...open.value, ...history.value];
  const order = orders.find(({ clientOrderId }) => clientOrderId === ref.clientOrderId);
  if (order !== undefined) return { kind: "found", order, venueTime };
  const whole = history.value.length < session.profile.pageRows;
  const doubt = contradiction({ orders, trades: trades.value, whole }, ref);
  return doubt === null
    ? { kind: "absent", venueTime }
    : failed("INCONSISTENT_READS", `${doubt}: absence is not proven`);
}

/** Trades carry no client id, so one whose order no list shows may be of the order in question. */
function contradiction(
  { orders, trades, whole }: {
    readonly orders: readonly VenueOrder[];
    readonly trades: readonly Fill[];
    /** Whether the history shows every order there is, or its newest page only. */
    readonly whole: boolean;
  },
  ref: OrderRef,
): string | null {
  const listed = new Set(orders.map(({ exchangeOrderId }) => exchangeOrderId));
  if (ref.exchangeOrderId !== null && listed.has(ref.exchangeOrderId)) {
    return "the order is listed under another client id";
  }
  const oldest = whole ? null : smallest(listed);
  const stray = trades.find(({ exchangeOrderId }) =>
    exchangeOrderId === ref.exchangeOrderId ||
    (!listed.has(exchangeOrderId) && (oldest === null || BigInt(exchangeOrderId) > oldest))
  );
  return stray === undefined ? null : `trade ${stray.tradeId} is of an order that is not listed`;
}

/** Order ids of a symbol grow, so a page of the newest says nothing of ids below its smallest. */
function smallest(ids: ReadonlySet<string>): bigint | null {
  let least: bigint | null = null;
  for (const id of ids) {
    const value = BigInt(id);
    if (least === null || value < least) least = value;
  }
  return least;
}

/** All rows of one list answer, or why there are none. */
export async function list<T>(
  session: Session,
  call: VenueCall,
  read: (row: unknown, context: ReturnType<typeof rowContext>) => T,
): Promise<{ readonly kind: "read"; readonly value: readonly T[] } | Failure> {
  const verdict = await ask(session, call);
  if (verdict.kind !== "answered") return readFailure(verdict);
  try {
    const context = rowContext(session);
    const rows = asRows(verdict.value, READ_ROWS_MAX);
    return { kind: "read", value: rows.map((row) => read(row, context)) };
  } catch (error) {
    return malformed(session, call.path, error);
  }
}

type Failure = Extract<ReadOutcome<never>, { kind: "failed" }>;
