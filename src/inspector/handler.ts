/**
 * The inspector over HTTP: the page at `/inspector`, its files, and what it reads. Read-only; the
 * door it is mounted behind has checked Host and Origin, and the token of `/inspector/api/*`.
 */
import type { Clock } from "../model/clock.ts";
import type { Kernel } from "../model/facade.ts";
import { type Asset, Assets } from "./assets.ts";
import { Charts, type LayOut } from "./charts.ts";
import { toMermaid } from "./mermaid.ts";
import type { ObservationPort } from "./observation.ts";
import {
  EVENTS_MAX,
  parseActorId,
  parseCount,
  type Parsed,
  parseFilter,
  parseWatch,
} from "./query.ts";
import { Streams } from "./stream.ts";
import { eventFilterOf, readEvents, readFocus, readRows } from "./view.ts";

export interface InspectorPorts {
  readonly observation: ObservationPort;
  readonly kernel: Kernel;
  readonly clock: Clock;
  /** Where charts are laid out; default: in a worker. */
  readonly layOut?: LayOut;
}

export interface Inspector {
  /** @returns null for an address that is not the inspector's. */
  handle(request: Request): Promise<Response | null>;
  /** Ends every stream and worker. */
  close(): Promise<void>;
}

export function inspectorHandler(ports: InspectorPorts): Inspector {
  const assets = new Assets();
  const charts = new Charts(ports.observation.machines, ports.layOut);
  const streams = new Streams(ports, ports.clock);
  const route = async (request: Request, path: string, params: URLSearchParams) => {
    if (path === "" || path === "/") {
      charts.warm();
      return asset(request, await assets.get("index.html"));
    }
    if (path.startsWith("/assets/")) return asset(request, await assets.get(path.slice(8)));
    if (path.startsWith("/api/machines/")) return await machine(charts, path.slice(14));
    switch (path) {
      case "/api/actors":
        return answer(parseFilter(params), (filter) => readRows(ports, filter));
      case "/api/actor":
        return actor(ports, params);
      case "/api/events":
        return events(ports.kernel, params);
      case "/api/stream":
        return stream(streams, params);
      default:
        return problem(404, `Cannot answer: the inspector has no ${path}`);
    }
  };
  return {
    async handle(request) {
      const url = new URL(request.url);
      if (url.pathname !== ROOT && !url.pathname.startsWith(`${ROOT}/`)) return null;
      const path = url.pathname.slice(ROOT.length);
      const methods = path.startsWith("/api/") ? ["GET"] : ["GET", "HEAD"];
      if (!methods.includes(request.method)) {
        const detail = `Cannot ${request.method}: the inspector only reads`;
        return guarded(problem(405, detail, { allow: methods.join(", ") }));
      }
      return guarded(await route(request, path, url.searchParams));
    },
    close() {
      streams.close();
      charts.close();
      return Promise.resolve();
    },
  };
}

const ROOT = "/inspector";

/** No host but our own, no inline code, no markup from text: an id may hold anything. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

function guarded(response: Response): Response {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
  if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
  return response;
}

function asset(request: Request, found: Asset | undefined): Response {
  if (found === undefined) return problem(404, "Cannot answer: the page has no such file");
  // Revalidated each time: after an upgrade no page runs yesterday's script.
  const headers = { etag: found.etag, "cache-control": "no-cache" };
  if (request.headers.get("if-none-match") === found.etag) {
    return new Response(null, { status: 304, headers });
  }
  return new Response(request.method === "HEAD" ? null : found.bytes, {
    headers: { ...headers, "content-type": found.contentType },
  });
}

async function machine(charts: Charts, name: string): Promise<Response> {
  const drawing = charts.get(decode(name));
  if (drawing === undefined) {
    return problem(404, `Cannot draw: the machines are ${charts.names.join(", ")}`);
  }
  const drawn = await drawing.catch((error: unknown) => String(error));
  if (typeof drawn === "string") return problem(500, drawn);
  return Response.json({ ...drawn, mermaid: toMermaid(drawn.chart) });
}

function actor(ports: InspectorPorts, params: URLSearchParams): Response {
  const id = parseActorId(params, "id");
  if (!id.ok) return problem(400, id.message);
  const focus = id.value === null ? null : readFocus(ports, id.value);
  return focus === null ? problem(404, "Cannot answer: no such actor") : Response.json(focus);
}

function events(kernel: Kernel, params: URLSearchParams): Response {
  const since = parseCount(params, "since", { fallback: 0, min: 0, max: Number.MAX_SAFE_INTEGER });
  if (!since.ok) return problem(400, since.message);
  const limit = parseCount(params, "limit", { fallback: EVENTS_MAX, min: 1, max: EVENTS_MAX });
  if (!limit.ok) return problem(400, limit.message);
  return answer(parseActorId(params, "actor"), (id) => ({
    events: readEvents(kernel, {
      since: since.value,
      limit: limit.value,
      filter: eventFilterOf(id),
    }),
    lastEventId: kernel.lastEventId,
  }));
}

function stream(streams: Streams, params: URLSearchParams): Response {
  const watch = parseWatch(params);
  if (!watch.ok) return problem(400, watch.message);
  const body = streams.open(watch.value);
  if (body === undefined) {
    return problem(503, `Cannot stream: ${streams.size} pages are looking already`, {
      "retry-after": "5",
    });
  }
  return new Response(body, { headers: { "content-type": "application/x-ndjson" } });
}

function answer<T>(parsed: Parsed<T>, read: (value: T) => unknown): Response {
  return parsed.ok ? Response.json(read(parsed.value)) : problem(400, parsed.message);
}

function problem(status: number, detail: string, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify({ type: "about:blank", status, detail }), {
    status,
    headers: { ...headers, "content-type": "application/problem+json" },
  });
}

/** A malformed escape names no machine. */
function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return "";
  }
}
