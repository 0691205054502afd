/** The routes of `/v1`: each turns a request into one call of the façade and back. */
import type { z } from "zod";
import { ConflictError, NotFoundError } from "../model/errors.ts";
import type { ExchangeKernel, IntentView, Kernel } from "../model/facade.ts";
import type { WaitFor } from "../model/place_options.ts";
import type { JsonValue } from "../model/intent.ts";
import { checkFields, readBody } from "./body.ts";
import { eventPage } from "./events.ts";
import { RefusedRequest } from "./problem.ts";
import * as responses from "./responses.ts";
import * as schemas from "./schemas.ts";

/** What a handler is given beside the request. */
export interface RouteContext {
  readonly kernel: Kernel;
  readonly request: Request;
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
  /** Aborts when the client goes or the server closes; only waiting calls heed it. */
  readonly signal: () => AbortSignal;
}

export type Access = "open" | "read" | "write";

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** In Hono's form, e.g. `/v1/exchanges/:ex/intents`. */
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  readonly status: number;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly response?: z.ZodType;
  /** Reduces risk, so it may use the places kept for cancels. */
  readonly isCancel?: boolean;
  readonly handle: (context: RouteContext) => Response | Promise<Response>;
}

const EX = "/v1/exchanges/:ex";

export const ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/healthz",
    access: "open",
    summary: "Whether the process is up",
    status: 200,
    handle: () => json({ status: "up" }),
  },
  {
    method: "GET",
    path: "/readyz",
    access: "open",
    summary: "Whether the kernel runs and every exchange takes orders; 503 with reasons if not",
    status: 200,
    response: responses.ReadinessResponse,
    handle: ({ kernel }) => {
      const reasons = notReady(kernel);
      return json({ ready: reasons.length === 0, reasons }, reasons.length === 0 ? 200 : 503);
    },
  },
  {
    ...read(
      "/v1/exchanges",
      "The exchanges with their health, and why one takes no orders",
      ({ kernel }) => json({ items: kernel.exchanges().map((exchange) => exchange.healthCheck()) }),
    ),
    response: responses.ExchangesResponse,
  },
  {
    ...read(EX, "One exchange: health and reconciliation", (context) => {
      const exchange = exchangeOf(context);
      return json({
        ...exchange.healthCheck(),
        reconciliation: exchange.getReconciliationMetrics(),
      });
    }),
    response: responses.ExchangeResponse,
  },
  {
    ...read(`${EX}/intents`, "Intents with their states", listIntents),
    query: schemas.IntentsQuery,
    response: responses.IntentPageResponse,
  },
  {
    method: "POST",
    path: `${EX}/intents`,
    access: "write",
    summary: "Places an order; answers once it is durable, or later by waitFor",
    status: 201,
    body: schemas.PlaceDescription,
    response: responses.PlacedResponse,
    handle: place,
  },
  read(
    `${EX}/intents/:id`,
    "One intent; its ETag is the resourceVersion",
    (context) => intentResponse(viewOf(context)),
  ),
  {
    method: "PUT",
    path: `${EX}/intents/:id`,
    access: "write",
    summary: "Modifies the order; If-Match with a resourceVersion makes it conditional",
    status: 200,
    body: schemas.ModifyDescription,
    response: responses.IntentViewResponse,
    handle: modify,
  },
  {
    method: "DELETE",
    path: `${EX}/intents/:id`,
    access: "write",
    summary: "Cancels; a second cancel changes nothing",
    status: 202,
    query: schemas.CancelQuery,
    response: responses.PlacedResponse,
    isCancel: true,
    handle: cancel,
  },
  {
    ...read(`${EX}/fills`, "Fills, oldest first", listFills),
    query: schemas.FillsQuery,
    response: responses.FillPageResponse,
  },
  {
    ...read(
      `${EX}/account`,
      "Balances and margin",
      (context) => json(exchangeOf(context).getAccountState()),
    ),
    response: responses.AccountResponse,
  },
  {
    ...read(`${EX}/positions`, "Open positions", (context) => {
      const query = queryOf(context, schemas.PositionsQuery);
      return json({ items: exchangeOf(context).getPositions(query.symbol) });
    }),
    query: schemas.PositionsQuery,
  },
  {
    ...read(`${EX}/symbols`, "What can be traded, in which steps", listSymbols),
    query: schemas.SymbolsQuery,
  },
  {
    method: "POST",
    path: `${EX}/cancel-all`,
    access: "write",
    summary: "Cancels every intent, or those of one symbol; answers how many were set to CANCELED",
    status: 202,
    body: schemas.CancelAllSchema,
    response: responses.CanceledResponse,
    isCancel: true,
    handle: async (context) => {
      const { symbol } = await readBody(context.request, schemas.CancelAllSchema);
      return json({ canceled: await exchangeOf(context).cancelAllOrders(symbol) }, 202);
    },
  },
  {
    method: "POST",
    path: `${EX}/reconcile`,
    access: "write",
    summary: "Compares with the exchange now, all of it or one intent",
    status: 200,
    body: schemas.ReconcileSchema,
    handle: async (context) => {
      const { intentId } = await readBody(context.request, schemas.ReconcileSchema);
      const exchange = exchangeOf(context);
      await exchange.forceReconciliation(intentId);
      return json(exchange.getReconciliationMetrics());
    },
  },
  {
    ...read(
      "/v1/events",
      "Stored events after a cursor; 410 when they are gone",
      (context) => json(eventPage(context.kernel, queryOf(context, schemas.EventsQuery))),
    ),
    query: schemas.EventsQuery,
    response: responses.EventPageResponse,
  },
];

/** @throws {RefusedRequest} 400 for an unknown, a doubled or a malformed parameter. */
export function queryOf<T>({ url }: Pick<RouteContext, "url">, schema: z.ZodType<T>): T {
  const entries: Record<string, string> = Object.create(null);
  for (const [name, value] of url.searchParams) {
    if (name in entries) {
      throw new RefusedRequest({
        status: 400,
        code: "BAD_REQUEST",
        detail: `Cannot read the query: ${name.slice(0, 64)} is given twice`,
        errors: [{ field: name.slice(0, 64), rule: "may be given once", actual: null }],
      });
    }
    entries[name] = value;
  }
  return checkFields({ ...entries }, schema, "query");
}

export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: {
      "content-type": "application/json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...headers,
    },
  });
}

export function read(path: string, summary: string, handle: Route["handle"]): Route {
  return { method: "GET", path, access: "read", summary, status: 200, handle };
}

function notReady(kernel: Kernel): readonly string[] {
  const reasons = kernel.state === "running" ? [] : [`the kernel is ${kernel.state}`];
  const { engaged, epoch, reason } = kernel.killSwitch.state;
  if (engaged) reasons.push(`the kill switch is engaged (epoch ${epoch}): ${reason}`);
  for (const exchange of kernel.exchanges()) {
    const { ready, state, mode, reason } = exchange.healthCheck();
    if (mode === "observe" && state === "ready") continue; // it does all it is to do
    if (ready || (engaged && state === "ready")) continue;
    reasons.push(`${exchange.id} is ${state}${reason === null ? "" : `: ${reason.why}`}`);
  }
  return reasons;
}

export function exchangeOf({ kernel, params }: RouteContext): ExchangeKernel {
  return kernel.exchange(params["ex"] ?? "");
}

export function intentIdOf({ params }: RouteContext): string {
  return checkFields({ id: params["id"] }, schemas.IntentIdParam, "path").id;
}

function viewOf(context: RouteContext): IntentView {
  const exchange = exchangeOf(context);
  const intentId = intentIdOf(context);
  return { intent: exchange.getOrderIntent(intentId), state: exchange.getOrderState(intentId) };
}

function intentResponse(view: IntentView): Response {
  return json(view, 200, { etag: `"${view.intent.resourceVersion}"` });
}

function listIntents(context: RouteContext): Response {
  const query = queryOf(context, schemas.IntentsQuery);
  const page = exchangeOf(context).getAllIntents({
    limit: query.limit,
    includeTerminal: query.includeTerminal,
    ...(query.symbol === undefined ? {} : { symbolId: query.symbol }),
    ...(query.state === undefined ? {} : { state: query.state }),
    ...(query.labelSelector === undefined ? {} : { labels: query.labelSelector }),
    ...(query.continue === undefined ? {} : { cursor: query.continue }),
  });
  return json({ items: page.items, continue: page.next });
}

function listFills(context: RouteContext): Response {
  const query = queryOf(context, schemas.FillsQuery);
  const page = exchangeOf(context).getFills({
    limit: query.limit,
    ...(query.symbol === undefined ? {} : { symbolId: query.symbol }),
    ...(query.intentId === undefined ? {} : { intentId: query.intentId }),
    ...(query.since === undefined ? {} : { since: query.since }),
    ...(query.continue === undefined ? {} : { cursor: query.continue }),
  });
  return json({ items: page.items, continue: page.next });
}

/** In the order of the alphabet; the cursor is the last symbol of the page before. */
function listSymbols(context: RouteContext): Response {
  const query = queryOf(context, schemas.SymbolsQuery);
  const exchange = exchangeOf(context);
  if (query.symbol !== undefined) {
    return json({ items: [exchange.getSymbolMetadata(query.symbol)], continue: null });
  }
  const after = query.continue ?? "";
  const symbols = [...exchange.listSymbols()].sort().filter((symbol) => symbol > after);
  const page = symbols.slice(0, query.limit);
  return json({
    items: page.map((symbol) => exchange.getSymbolMetadata(symbol)),
    continue: symbols.length > page.length ? page.at(-1) ?? null : null,
  });
}

async function place(context: RouteContext): Promise<Response> {
  const exchange = exchangeOf(context);
  const { order, ...options } = await readBody(context.request, schemas.PlaceSchema);
  const intentId = await exchange.placeOrder(order, { ...options, ...waiting(options, context) });
  const location = `/v1/exchanges/${encodeURIComponent(exchange.id)}/intents/${intentId}`;
  return json({ intentId }, 201, { location });
}

async function modify(context: RouteContext): Promise<Response> {
  const intentId = intentIdOf(context);
  const exchange = exchangeOf(context);
  const version = ifMatch(context.request);
  const { order, ...options } = await readBody(context.request, schemas.ModifySchema);
  try {
    await exchange.modifyOrder(intentId, order, {
      ...options,
      ...waiting(options, context),
      ...(version === null ? {} : { ifResourceVersion: version }),
    });
  } catch (error) {
    throw preconditionError(error, exchange, { intentId, version });
  }
  return intentResponse(viewOf(context));
}

async function cancel(context: RouteContext): Promise<Response> {
  const intentId = intentIdOf(context);
  const options = queryOf(context, schemas.CancelQuery);
  await exchangeOf(context).cancelOrder(intentId, { ...options, ...waiting(options, context) });
  return json({ intentId }, 202);
}

/** A call that is only waited for until it is durable must not be given up halfway. */
function waiting(
  options: { readonly waitFor?: WaitFor },
  { signal }: RouteContext,
): { readonly signal?: AbortSignal } {
  return options.waitFor === undefined || options.waitFor === "durable" ? {} : { signal: signal() };
}

/** @returns the version, or null where none is demanded. @throws {RefusedRequest} 400. */
function ifMatch(request: Request): number | null {
  const header = request.headers.get("if-match");
  if (header === null || header.trim() === "*") return null;
  const match = /^\s*"?(\d{1,15})"?\s*$/.exec(header);
  if (match !== null) return Number(match[1]);
  const rule = "must be one resourceVersion, quoted or not";
  throw new RefusedRequest({
    status: 400,
    code: "BAD_REQUEST",
    detail: `Cannot read the header: If-Match ${rule}`,
    errors: [{ field: "If-Match", rule, actual: header.slice(0, 64) }],
  });
}

/** A version that lost the race is 412; a state that allows no modify stays 409. */
function preconditionError(
  error: unknown,
  exchange: ExchangeKernel,
  { intentId, version }: { readonly intentId: string; readonly version: number | null },
): unknown {
  if (!(error instanceof ConflictError) || version === null) return error;
  const actual = versionNow(exchange, intentId);
  if (actual === null || actual === version) return error;
  const extra: Record<string, JsonValue> = { ...error.details, expected: version, actual };
  return new RefusedRequest({ status: 412, code: error.code, detail: error.message, extra });
}

function versionNow(exchange: ExchangeKernel, intentId: string): number | null {
  try {
    return exchange.getOrderIntent(intentId).resourceVersion;
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}
