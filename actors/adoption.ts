/**
 * Makes an open order that somebody else placed an intent of ours, because a person asked for it.
 * The intent's first turn is the durable record of the adoption: before its commit nobody hears of
 * it, and nothing is ever sent for the order itself (S9).
 */
import { GATE_OBSERVE_ONLY } from "../machines/gate_words.ts";
import type { Clock, Random } from "../src/model/clock.ts";
import { AlreadyExistsError, ConflictError, DeniedError } from "../src/model/errors.ts";
import { NotFoundError, ValidationError } from "../src/model/errors.ts";
import { clientOrderId, hasTag, type InstanceIdentity, makeIntentId } from "../src/model/ids.ts";
import { type StandardOrder, StandardOrderSchema } from "../src/model/order.ts";
import type { AdoptOptions } from "../src/model/oversight.ts";
import { parseOrThrow } from "../src/model/parse.ts";
import { PlaceOptionsSchema } from "../src/model/place_options.ts";
import type { ClientOrderId, IntentId } from "../src/model/scalars.ts";
import type { VenueOrder } from "../src/model/venue.ts";
import type { Store } from "../src/stores/store.ts";
import type { Exchange } from "./exchange.ts";
import { denyFull, newIntent } from "./new_intent.ts";

export interface AdoptionOptions {
  readonly exchange: Exchange;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
}

export async function adopt(
  { exchange, store, clock, random }: AdoptionOptions,
  exchangeOrderId: string,
  options: AdoptOptions,
): Promise<IntentId> {
  if (exchange.gate.isObserving) throw observing(exchange.id);
  const { symbolId, ...plain } = options;
  const given = parseOrThrow(PlaceOptionsSchema, plain, "adopt order");
  const order = await findOrder(exchange, exchangeOrderId, symbolId);
  refuseOwned(exchange, store, order);
  refuseIndescribable(order);
  const intentId = given.intentId ?? makeIntentId(clock, random);
  if (isTaken(exchange, store, intentId)) {
    throw new AlreadyExistsError(`Cannot adopt order: intent ${intentId} exists`, { intentId });
  }
  denyFull(exchange, "adopt order");
  const now = clock.now();
  const wanted = orderOf(order);
  const intent = newIntent({ intentId, exchangeId: exchange.id, order: wanted, given, now });
  const ownId = ownClientId(order, intentId, exchange.identity);
  await new Promise<void>((resolve, reject) => {
    const first = { type: "order.adopted", at: now, clientOrderId: ownId, order } as const;
    const waiter = { until: "durable", resolve, reject } as const;
    exchange.book.place(intent, JSON.stringify(wanted), waiter, first);
  });
  exchange.adopted(order, intentId);
  return intentId;
}

function observing(exchangeId: string): DeniedError {
  return new DeniedError(
    GATE_OBSERVE_ONLY,
    `Cannot adopt order: ${exchangeId} is in mode observe, nothing is sent`,
    { rule: "mode", limit: "observe", actual: "adopt order", exchangeId },
  );
}

/** As last listed; an order placed a moment ago is asked for at the venue. */
async function findOrder(
  exchange: Exchange,
  exchangeOrderId: string,
  symbolId: string | undefined,
): Promise<VenueOrder> {
  let found = exchange.externalOrders.find(exchangeOrderId, symbolId);
  if (found.length === 0) {
    const { execution } = exchange.adapter;
    const read = await exchange.runner.run(
      "openOrders",
      "probe",
      () => execution.openOrders(symbolId),
      symbolId === undefined ? {} : { symbolId },
    );
    const rows = read.kind === "read" ? read.value : [];
    found = rows.filter((order) =>
      order.exchangeOrderId === exchangeOrderId &&
      (symbolId === undefined || order.symbolId === symbolId)
    );
  }
  const [order, ...others] = found;
  if (order === undefined) {
    throw new NotFoundError(
      `Cannot adopt order: ${exchange.id} shows no open order ${exchangeOrderId}`,
      { exchangeId: exchange.id, exchangeOrderId },
    );
  }
  if (others.length > 0) {
    const rule = `must be given: ${found.map((each) => each.symbolId).join(" and ")} have it`;
    throw new ValidationError(
      "SYMBOL_AMBIGUOUS",
      `Cannot adopt order ${exchangeOrderId}: symbolId ${rule}`,
      { field: "symbolId", rule, actual: null },
    );
  }
  return order;
}

/** @throws {ConflictError} when an intent here has that order, ended or not. */
function refuseOwned(exchange: Exchange, store: Store, order: VenueOrder): void {
  const { symbolId, exchangeOrderId, clientOrderId: client } = order;
  const owner = exchange.book.routes.find(order)?.entry.intentId ??
    store.intentByExchangeOrderId(exchange.id, symbolId, exchangeOrderId)?.intentId ??
    (client === null ? undefined : store.intentByClientOrderId(exchange.id, client)?.intentId);
  if (owner === undefined) return;
  throw new ConflictError(
    `Cannot adopt order ${exchangeOrderId}: it belongs to intent ${owner}`,
    { exchangeOrderId, intentId: owner },
  );
}

/** @throws {ValidationError} A listing does not tell what a trigger is, nor what a market order is. */
function refuseIndescribable({ exchangeOrderId, status, limitPrice }: VenueOrder): void {
  const fault = status === "PENDING_TRIGGER"
    ? { field: "status", rule: "must not be waiting for a trigger", actual: status }
    : limitPrice === null
    ? { field: "limitPrice", rule: "must be set: only limit orders can be adopted", actual: null }
    : null;
  if (fault === null) return;
  throw new ValidationError(
    "ADOPT_UNSUPPORTED",
    `Cannot adopt order ${exchangeOrderId}: ${fault.field} ${fault.rule}`,
    fault,
  );
}

/** What it asks for, as a listing shows it: a plain resting limit order. */
function orderOf({ symbolId, side, amount, limitPrice }: VenueOrder): StandardOrder {
  const shown = { symbolId, side, amount, limitPrice, onAbsent: "FAIL" };
  return parseOrThrow(StandardOrderSchema, shown, "adopt order");
}

function isTaken(exchange: Exchange, store: Store, intentId: IntentId): boolean {
  return exchange.book.entry(intentId) !== undefined ||
    store.intent(exchange.id, intentId) !== undefined;
}

/** An id of our making routes its facts; for any other one is made that the venue does not know. */
function ownClientId(
  order: VenueOrder,
  intentId: IntentId,
  identity: InstanceIdentity,
): ClientOrderId {
  const { clientOrderId: given } = order;
  if (given !== null && hasTag(given, identity.tag)) return given;
  return clientOrderId(identity, { intentId, generation: 1, attempt: 1 });
}
