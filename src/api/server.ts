/** The HTTP door: checks who knocks, bounds how many, and answers errors in one form. */
import { type Context, Hono } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import type { Clock } from "../model/clock.ts";
import type { Kernel } from "../model/facade.ts";
import {
  HTTP_REQUESTS_CANCEL_RESERVE,
  HTTP_REQUESTS_MAX,
  HTTP_URL_LENGTH_MAX,
  SUBSCRIBERS_MAX,
} from "../model/limits.ts";
import type { Log } from "../model/log.ts";
import { errorField } from "../telemetry/log.ts";
import { checkFields } from "./body.ts";
import { eventFilterOf, requireCursor } from "./events.ts";
import { type Guard, makeGuard } from "./guard.ts";
import { openApiDocument } from "./openapi.ts";
import { KILL_SWITCH_ROUTES } from "./kill_switch.ts";
import { OVERSIGHT_ROUTES } from "./oversight.ts";
import { type Problem, problemOf, problemResponse, RefusedRequest } from "./problem.ts";
import { EventResponse } from "./responses.ts";
import { json, queryOf, type Route, type RouteContext, ROUTES } from "./routes.ts";
import { EventIdSchema, NoQuery, WatchQuery } from "./schemas.ts";
import { watchResponse } from "./watch.ts";

export type InspectorHandler = (request: Request) => Response | null | Promise<Response | null>;

export interface ApiOptions {
  readonly kernel: Kernel;
  readonly log: Log;
  readonly clock: Clock;
  /** 0 takes a free one. */
  readonly port: number;
  /** A loopback address; `127.0.0.1` by default. */
  readonly hostname?: string;
  /** At least 16 characters, from the random port, made anew at every start. */
  readonly token: string;
  /** `none` lets reads pass without the token; writes always need it. `token` by default. */
  readonly auth?: "token" | "none";
  /** Serves `/inspector` and what is below; its page is open, its data needs the token. */
  readonly inspector?: InspectorHandler | null;
}

export interface ApiServer {
  /** Without a slash at the end, e.g. `http://127.0.0.1:7070`. */
  readonly url: string;
  readonly port: number;
  /** Ends watchers and waiting calls, lets the other requests finish, and frees the port. */
  close(): Promise<void>;
}

const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

/**
 * The page and its files, which hold no data. An allow list: whatever else is written below
 * `/inspector`, with escapes or doubled slashes too, needs the token.
 */
const INSPECTOR_PAGE = /^\/inspector(\/(?!api(\/|$))[\w.-]+(\/[\w.-]+)*)?\/?$/;

/** Long enough for a commit on a slow disk; after it connections are cut. */
const CLOSE_MS = 2_000;

/**
 * @throws {RangeError} when the host is not loopback or the token too short.
 * @throws {Deno.errors.AddrInUse} when the port is taken.
 */
export function serveApi(options: ApiOptions): ApiServer {
  const hostname = options.hostname ?? "127.0.0.1";
  if (!LOOPBACK.includes(hostname)) {
    throw new RangeError(
      `Cannot serve: the host must be a loopback one (${LOOPBACK.join(", ")}), got ${hostname}`,
    );
  }
  const door = new Door(options);
  const cut = new AbortController();
  const server = Deno.serve({
    hostname,
    port: options.port,
    signal: cut.signal,
    onListen: () => {},
    onError: (error) => door.failed(error),
  }, (request) => door.handle(request));
  const { port } = server.addr;
  door.open(makeGuard({ port, token: options.token, auth: options.auth ?? "token" }));
  const name = hostname === "::1" ? "[::1]" : hostname;
  let closing: Promise<void> | null = null;
  return {
    url: `http://${name}:${port}`,
    port,
    close: () => closing ??= closeServer(server, { door, cut, clock: options.clock }),
  };
}

async function closeServer(
  server: Deno.HttpServer,
  { door, cut, clock }: {
    readonly door: Door;
    readonly cut: AbortController;
    readonly clock: Clock;
  },
): Promise<void> {
  door.close();
  const cancelTimer = clock.setTimer(() => cut.abort(), CLOSE_MS);
  await server.shutdown();
  await server.finished;
  cancelTimer();
}

/** The application behind the socket. */
class Door {
  readonly #options: ApiOptions;
  readonly #app: Hono;
  readonly #closing = new AbortController();
  #guard: Guard | null = null;
  #inFlight = 0;
  #watchers = 0;
  #failures = 0;

  constructor(options: ApiOptions) {
    this.#options = options;
    this.#app = this.#application();
  }

  /** From now on requests are served; the guard needs the port, which the socket gives. */
  open(guard: Guard): void {
    this.#guard = guard;
  }

  close(): void {
    this.#closing.abort();
  }

  async handle(request: Request): Promise<Response> {
    try {
      const problem = this.#turnAway(request);
      if (problem !== null) return problemResponse(problem);
      const { pathname } = new URL(request.url);
      const isInspector = pathname === "/inspector" || pathname.startsWith("/inspector/");
      if (isInspector) return await this.#inspect(request, pathname);
      return await this.#app.fetch(request);
    } catch (error) {
      return this.failed(error);
    }
  }

  /** The answer to an error; what was not meant to be thrown is told to the log only. */
  failed(error: unknown): Response {
    const problem = problemOf(error);
    if (problem !== null) return problemResponse(problem);
    const reference = `${this.#options.clock.now().toString(36)}-${++this.#failures}`;
    this.#options.log.error("request failed", { reference, error: errorField(error) });
    const detail = `Unexpected error; the log has it under reference ${reference}`;
    return problemResponse({ status: 500, code: "INTERNAL", detail, extra: { reference } });
  }

  #turnAway(request: Request): Problem | null {
    if (this.#guard === null || this.#closing.signal.aborted) {
      return { status: 503, code: "CLOSED", detail: "The kernel is starting or stopping" };
    }
    if (request.url.length > HTTP_URL_LENGTH_MAX) {
      const detail = `A URL may have at most ${HTTP_URL_LENGTH_MAX} characters`;
      return { status: 414, code: "URL_TOO_LONG", detail };
    }
    return this.#guard.checkSource(request);
  }

  async #inspect(request: Request, pathname: string): Promise<Response> {
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (!INSPECTOR_PAGE.test(pathname)) this.#requireToken(request, isRead ? "read" : "write");
    const response = await this.#options.inspector?.(request);
    return response ?? problemResponse(notFound(pathname));
  }

  #application(): Hono {
    const app = new Hono();
    app.use(methodNotAllowed({
      app,
      onMethodNotAllowed: (context, methods) =>
        problemResponse({
          status: 405,
          code: "METHOD_NOT_ALLOWED",
          detail: `${context.req.method} is not among ${methods.join(", ")} of this path`,
          headers: { allow: methods.join(", ") },
        }),
    }));
    const routes = [...ROUTES, ...OVERSIGHT_ROUTES, ...KILL_SWITCH_ROUTES, this.#watchRoute()];
    const description = openApiDocument(routes);
    for (const route of [...routes, descriptionRoute(description)]) {
      app.on(route.method, route.path, (context) => this.#answer(route, context));
    }
    app.notFound((context) => problemResponse(notFound(context.req.path)));
    app.onError((error) => this.failed(error));
    return app;
  }

  async #answer(route: Route, context: Context): Promise<Response> {
    const request = context.req.raw;
    if (route.access !== "open") this.#requireToken(request, route.access);
    const places = HTTP_REQUESTS_MAX - (route.isCancel ? 0 : HTTP_REQUESTS_CANCEL_RESERVE);
    if (this.#inFlight >= places) {
      throw new RefusedRequest({
        status: 503,
        code: "TOO_MANY_REQUESTS_IN_FLIGHT",
        detail: `${this.#inFlight} requests are being served already`,
      });
    }
    this.#inFlight++;
    try {
      const routeContext = this.#contextOf(request, context);
      if (route.query === undefined) queryOf(routeContext, NoQuery);
      return await route.handle(routeContext);
    } finally {
      this.#inFlight--;
    }
  }

  #contextOf(request: Request, context: Context): RouteContext {
    return {
      kernel: this.#options.kernel,
      request,
      url: new URL(request.url),
      params: context.req.param(),
      // Made on demand: most requests do not wait, and the platform warns of its use.
      signal: () => AbortSignal.any([request.signal, this.#closing.signal]),
    };
  }

  #requireToken(request: Request, access: "read" | "write"): void {
    const problem = this.#guard?.checkToken(request, access) ?? null;
    if (problem !== null) throw new RefusedRequest(problem);
  }

  #watchRoute(): Route {
    return {
      method: "GET",
      path: "/v1/watch",
      access: "read",
      summary: "Events as they are committed, as server-sent events; 410 when the cursor is gone",
      status: 200,
      query: WatchQuery,
      response: EventResponse,
      handle: (context) => this.#watch(context),
    };
  }

  #watch(context: RouteContext): Response {
    const { kernel, request } = context;
    const query = queryOf(context, WatchQuery);
    const since = lastEventId(request) ?? query.since ?? kernel.lastEventId;
    requireCursor(kernel, since);
    if (request.method === "HEAD") return json(null);
    if (this.#watchers >= SUBSCRIBERS_MAX) {
      throw new RefusedRequest({
        status: 503,
        code: "TOO_MANY_WATCHERS",
        detail: `${SUBSCRIBERS_MAX} watchers are connected already`,
      });
    }
    this.#watchers++;
    const filter = eventFilterOf(query);
    return watchResponse({
      events: (signal) => kernel.events(filter, { since, signal }),
      clock: this.#options.clock,
      log: this.#options.log,
      closing: this.#closing.signal,
      onEnd: () => this.#watchers--,
    });
  }
}

function descriptionRoute(description: unknown): Route {
  return {
    method: "GET",
    path: "/openapi.json",
    access: "open",
    summary: "This description",
    status: 200,
    handle: () => json(description),
  };
}

function lastEventId(request: Request): number | null {
  const header = request.headers.get("last-event-id");
  return header === null ? null : checkFields(header, EventIdSchema, "Last-Event-ID");
}

function notFound(path: string): Problem {
  return { status: 404, code: "NOT_FOUND", detail: `There is nothing at ${path.slice(0, 200)}` };
}
