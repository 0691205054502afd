/**
 * Trades of orders that no list shows: each may be of the order sought, so its order is asked for by
 * its own id. Without that an order of somebody else's that has left the list of ended orders, while
 * its trade is still in the list of trades, would keep every absence unproven.
 *
 * I1 Only an order that shows another client id, or none, is let go. I2 What was let go is not asked
 * for again, so that bounded look-ups come to an end one after the other. I3 It is let go for those
 * alone that seek another client id than it shows: that one may be ours, too.
 */
import type { Fill } from "../../../model/fill.ts";
import type { LookupOutcome } from "../../../model/venue.ts";
import type { OrderRef } from "../../exchange.ts";
import { STRANGERS_MAX, STRAYS_ASKED_MAX } from "../limits.ts";
import { type Failed, leave } from "./pages.ts";
import { ask, failed, malformed, readFailure, rowContext, type Session } from "../session.ts";

type Found = Pick<Extract<LookupOutcome, { kind: "found" }>, "kind" | "order">;
/** Another order than the one sought. */
type Other = { readonly kind: "other"; readonly clientOrderId: string | null };

/** @returns the order sought, what kept the question open, or null: none of them is of it. */
export async function askForStrays(
  session: Session,
  { ref, rawSymbol }: { readonly ref: OrderRef; readonly rawSymbol: string },
  trades: readonly Fill[],
): Promise<Found | Failed | null> {
  const strangers = strangersOf(session);
  const strays = new Map(
    trades.filter((trade) => {
      const shown = strangers.get(`${rawSymbol} ${trade.exchangeOrderId}`);
      return shown === undefined || shown === ref.clientOrderId || saysItIsIts(trade, ref); // I3
    }).map((trade) => [trade.exchangeOrderId, trade]),
  );
  let asked = 0;
  for (const [exchangeOrderId, trade] of strays) {
    if (asked++ >= STRAYS_ASKED_MAX) return unproven(trade);
    const answer = await orderOf(session, { ref, rawSymbol, trade });
    if (answer.kind !== "other") return answer;
    if (strangers.size >= STRANGERS_MAX) strangers.clear(); // They are asked for once more.
    strangers.set(`${rawSymbol} ${exchangeOrderId}`, answer.clientOrderId);
  }
  return null;
}

async function orderOf(
  session: Session,
  { ref, rawSymbol, trade }: {
    readonly ref: OrderRef;
    readonly rawSymbol: string;
    readonly trade: Fill;
  },
): Promise<Found | Failed | Other> {
  const plan = session.profile.reads.orderById;
  if (plan === undefined) return unproven(trade);
  const blocked = await leave(session, { kind: "lookup", symbolId: ref.symbolId });
  if (blocked !== null) return failed("NO_LEAVE", `order of trade ${trade.tradeId}: ${blocked}`);
  try {
    const verdict = await ask(session, plan.call(rawSymbol, trade.exchangeOrderId));
    if (verdict.kind === "notFound") return unproven(trade);
    if (verdict.kind !== "answered") return readFailure(verdict);
    const order = plan.read(verdict.value, rowContext(session));
    if (order === null) return unproven(trade);
    if (order.exchangeOrderId !== trade.exchangeOrderId) {
      throw new Error("the answer shows another order");
    }
    if (order.clientOrderId === ref.clientOrderId) return { kind: "found", order };
    // I1 The venue contradicts itself, or has given the id that we know to somebody else's order.
    if (saysItIsIts(trade, ref)) return unproven(trade);
    return { kind: "other", clientOrderId: order.clientOrderId };
  } catch (error) {
    return malformed(session, "order", error);
  }
}

function saysItIsIts(trade: Fill, { exchangeOrderId, clientOrderId }: OrderRef): boolean {
  return trade.exchangeOrderId === exchangeOrderId || trade.clientOrderId === clientOrderId;
}

function unproven({ tradeId }: Fill): Failed {
  const doubt = `trade ${tradeId} is of an order that is not listed`;
  return failed("INCONSISTENT_READS", `${doubt}: absence is not proven`);
}

/** I2 By connection: the client id that each shows, which no order ever changes. */
type Strangers = Map<string, string | null>;

const STRANGERS = new WeakMap<Session, Strangers>();

function strangersOf(session: Session): Strangers {
  const known = STRANGERS.get(session) ?? new Map<string, string | null>();
  STRANGERS.set(session, known);
  return known;
}
