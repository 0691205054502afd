/** A Binance on loopback whose every answer a test decides, down to bytes and connection. */
import type { Json } from "./stub_data.ts";
import { EXCHANGE_INFO } from "./stub_data.ts";

export interface StubRequest {
  readonly method: string;
  /** Without the virtual host: `/api/v3/order`. */
  readonly path: string;
  /** Query and form body together, as the venue reads them. */
  readonly params: URLSearchParams;
  /** The signed text exactly as sent: the body, else the query. */
  readonly text: string;
  readonly headers: Headers;
}

export interface StubAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: Json;
  readonly text?: string;
}

/** What to do with a request: an answer, or anything at all to its connection. */
export type StubReaction = StubAnswer | { readonly raw: (connection: Deno.Conn) => Promise<void> };
export type StubHandler = (request: StubRequest) => StubReaction | undefined;

export interface StubVenue extends AsyncDisposable {
  readonly endpoints: string;
  readonly requests: readonly StubRequest[];
  /** Handlers asked before the defaults, newest first; undefined passes on. */
  on(handler: StubHandler): void;
  /** Requests of one `METHOD /path`. */
  sent(methodAndPath: string): readonly StubRequest[];
}

/** Milliseconds the stub's clock is ahead of the machine's. */
export const STUB_AHEAD_MS = 250;

export function startStubVenue(): StubVenue {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const requests: StubRequest[] = [];
  const handlers: StubHandler[] = [defaults];
  const connections = new Set<Deno.Conn>();
  const accepting = (async () => {
    for await (const connection of listener) {
      connections.add(connection);
      serve(connection, (request) => {
        requests.push(request);
        for (const handler of handlers) {
          const reaction = handler(request);
          if (reaction !== undefined) return reaction;
        }
        return { status: 404, json: { code: -1, msg: "the stub has no such path" } };
      }).catch(() => {}).finally(() => {
        connections.delete(connection);
        closeQuietly(connection);
      });
    }
  })().catch(() => {});
  return {
    endpoints: `http://127.0.0.1:${listener.addr.port}`,
    requests,
    on: (handler) => void handlers.unshift(handler),
    sent: (wanted) => requests.filter(({ method, path }) => `${method} ${path}` === wanted),
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of connections) closeQuietly(connection);
      await accepting;
    },
  };
}

export function closeQuietly(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // Closed by the other side already.
  }
}

/** Raw bytes of an HTTP answer, for those that end in the middle. */
export function httpBytes(status: string, headers: string, body: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`HTTP/1.1 ${status}\r\n${headers}\r\n${body}`);
}

async function serve(
  connection: Deno.Conn,
  react: (request: StubRequest) => StubReaction,
): Promise<void> {
  const buffer = new Uint8Array(65_536);
  let text = "";
  while (true) {
    const request = parse(text);
    if (request === null) {
      const count = await connection.read(buffer);
      if (count === null) return;
      text += new TextDecoder().decode(buffer.subarray(0, count));
      continue;
    }
    text = text.slice(request.length);
    const reaction = react(request.request);
    if ("raw" in reaction) {
      await reaction.raw(connection);
      return;
    }
    const body = reaction.text ?? JSON.stringify(reaction.json ?? {});
    const headers = Object.entries({
      "content-type": "application/json",
      "content-length": String(new TextEncoder().encode(body).length),
      ...reaction.headers,
    }).map(([name, value]) => `${name}: ${value}\r\n`).join("");
    await connection.write(httpBytes(`${reaction.status ?? 200} X`, headers, body));
  }
}

function parse(text: string): { request: StubRequest; length: number } | null {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const [method = "", target = ""] = first.split(" ");
  const headers = new Headers(lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as [string, string];
  }));
  const length = Number(headers.get("content-length") ?? 0);
  if (text.length < end + 4 + length) return null;
  const body = text.slice(end + 4, end + 4 + length);
  const [path = "", query = ""] = target.split("?");
  const request = {
    method,
    path: path.replace(/^\/[^/]+/, ""),
    params: new URLSearchParams([query, body].filter((part) => part !== "").join("&")),
    text: body === "" ? query : body,
    headers,
  };
  return { request, length: end + 4 + length };
}

function defaults({ path }: StubRequest): StubReaction | undefined {
  if (path === "/api/v3/time") return { json: { serverTime: Date.now() + STUB_AHEAD_MS } };
  if (path === "/api/v3/exchangeInfo") return { json: EXCHANGE_INFO };
  return undefined;
}
