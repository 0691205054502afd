/**
 * A venue that costs nothing: it accepts every order at once, answers reads from what it was given
 * and tells what a bench makes it tell. So what is measured against it is the kernel alone.
 */
import type { Execution, VenueFact } from "../../src/exchanges/exchange.ts";
import type { AdapterFactory } from "../../src/exchanges/registry.ts";
import { createPaperAdapter } from "../../src/exchanges/paper/factory.ts";
import type { VenueOrder } from "../../src/model/venue.ts";

export interface StillVenue {
  /** For `registerExchange`. */
  readonly factory: AdapterFactory;
  /** What it accepted, by its own order ids. */
  readonly orders: ReadonlyMap<string, VenueOrder>;
  /** Tells the kernel something. */
  tell(fact: VenueFact): void;
}

export function stillVenue(open: readonly VenueOrder[] = []): StillVenue {
  const orders = new Map(open.map((order) => [order.exchangeOrderId, order]));
  let listener: (fact: VenueFact) => void = () => {};
  let ids = orders.size;
  const submit: Execution["submit"] = (request, gate) => {
    const now = Date.now();
    const reason = gate.check({ signedAt: now, validForMs: 0 });
    if (reason !== null) return Promise.resolve({ kind: "notSent", reason });
    gate.sent();
    const order: VenueOrder = {
      exchangeOrderId: String(++ids),
      clientOrderId: request.clientOrderId,
      symbolId: request.order.symbolId,
      side: request.order.side,
      status: "OPEN",
      amount: request.amount,
      limitPrice: request.order.limitPrice,
      filled: ZERO,
      cause: null,
      venueTime: now,
      fills: [],
    };
    orders.set(order.exchangeOrderId, order);
    return Promise.resolve({ kind: "accepted", order });
  };
  const openOrders: Execution["openOrders"] = () =>
    Promise.resolve({ kind: "read", value: [...orders.values()], venueTime: Date.now() });
  const factory: AdapterFactory = async ({ id, clock, random }) => {
    // Instruments, sockets and the rest of the port are the paper exchange's.
    const options = { feed: { kind: "none" }, balances: { USDT: "1000000000000000" } };
    const adapter = await createPaperAdapter({ id, clock, random, options });
    Object.assign(adapter.execution, { submit, openOrders });
    const onFact = adapter.onFact.bind(adapter);
    adapter.onFact = (told) => {
      listener = told;
      onFact(told);
    };
    return adapter;
  };
  return { factory, orders, tell: (fact) => listener(fact) };
}

const ZERO = "0" as VenueOrder["filled"]; // a Decimal in its canonical form
