/** The routes for a person's eyes and decisions: drifts, verdicts, and the orders of others. */
import { NotFoundError } from "../model/errors.ts";
import type { Drift } from "../model/drift.ts";
import type { DriftControl } from "../model/oversight.ts";
import { readBody } from "./body.ts";
import * as schemas from "./oversight_schemas.ts";
import { IntentViewResponse, PlacedResponse } from "./responses.ts";
import {
  exchangeOf,
  intentIdOf,
  json,
  queryOf,
  read,
  type Route,
  type RouteContext,
} from "./routes.ts";

const EX = "/v1/exchanges/:ex";

export const OVERSIGHT_ROUTES: readonly Route[] = [
  {
    ...read(
      `${EX}/orders`,
      "The orders of intents, and with external=true those of others",
      orders,
    ),
    query: schemas.OrdersQuery,
    response: schemas.OrderPageResponse,
  },
  {
    ...read(`${EX}/drift`, "Disagreements with the exchange, oldest first", drifts),
    query: schemas.DriftsQuery,
    response: schemas.DriftPageResponse,
  },
  {
    method: "PUT",
    path: `${EX}/drift/:id`,
    access: "write",
    summary: "Approves a drift, which carries out its fix, or dismisses it",
    status: 200,
    body: schemas.SettleDriftSchema,
    response: schemas.DriftResponse,
    handle: settle,
  },
  {
    method: "POST",
    path: `${EX}/intents/:id/resolve`,
    access: "write",
    summary: "Says what became of an order whose outcome no read can prove any more",
    status: 200,
    body: schemas.ResolveSchema,
    response: IntentViewResponse,
    handle: resolve,
  },
  {
    method: "POST",
    path: `${EX}/adopt`,
    access: "write",
    summary: "Makes an open order that somebody else placed an intent",
    status: 201,
    body: schemas.AdoptSchema,
    response: PlacedResponse,
    handle: adopt,
  },
];

function orders(context: RouteContext): Response {
  const query = queryOf(context, schemas.OrdersQuery);
  const page = exchangeOf(context).getAllOrders({
    limit: query.limit,
    ...(query.symbol === undefined ? {} : { symbolId: query.symbol }),
    ...(query.state === undefined ? {} : { state: query.state }),
    ...(query.labelSelector === undefined ? {} : { labels: query.labelSelector }),
    ...(query.includeTerminal === undefined ? {} : { includeTerminal: query.includeTerminal }),
    ...(query.external === undefined ? {} : { external: query.external }),
    ...(query.continue === undefined ? {} : { cursor: query.continue }),
  });
  return json({ items: page.items, continue: page.next });
}

function drifts(context: RouteContext): Response {
  const query = queryOf(context, schemas.DriftsQuery);
  const page = exchangeOf(context).drift.list({
    limit: query.limit,
    ...(query.status === undefined ? {} : { status: query.status }),
    ...(query.kind === undefined ? {} : { kind: query.kind }),
    ...(query.symbol === undefined ? {} : { symbolId: query.symbol }),
    ...(query.intentId === undefined ? {} : { intentId: query.intentId }),
    ...(query.continue === undefined ? {} : { cursor: query.continue }),
  });
  return json({ items: page.items, continue: page.next });
}

async function settle(context: RouteContext): Promise<Response> {
  const { drift } = exchangeOf(context);
  const driftId = intentIdOf(context); // drifts and intents are named alike
  const { action, note } = await readBody(context.request, schemas.SettleDriftSchema);
  if (action === "approve") await drift.approve(driftId, note);
  else await drift.dismiss(driftId, note);
  return json(findDrift(drift, driftId));
}

function findDrift(control: DriftControl, driftId: string): Drift {
  let cursor: string | undefined;
  do {
    const page = control.list(cursor === undefined ? {} : { cursor });
    const found = page.items.find((drift) => drift.driftId === driftId);
    if (found !== undefined) return found;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  throw new NotFoundError(`Cannot find drift ${driftId}`, { driftId });
}

async function resolve(context: RouteContext): Promise<Response> {
  const exchange = exchangeOf(context);
  const intentId = intentIdOf(context);
  const { verdict } = await readBody(context.request, schemas.ResolveSchema);
  await exchange.resolveIntent(intentId, verdict);
  const view = {
    intent: exchange.getOrderIntent(intentId),
    state: exchange.getOrderState(intentId),
  };
  return json(view, 200, { etag: `"${view.intent.resourceVersion}"` });
}

async function adopt(context: RouteContext): Promise<Response> {
  const exchange = exchangeOf(context);
  const { exchangeOrderId, ...options } = await readBody(context.request, schemas.AdoptSchema);
  const intentId = await exchange.adopt(exchangeOrderId, options);
  const location = `/v1/exchanges/${encodeURIComponent(exchange.id)}/intents/${intentId}`;
  return json({ intentId }, 201, { location });
}
