/** Binance's WebSocket API on loopback: accepts a subscription, then says what it is told. */
import { EXCHANGE_INFO, type Json } from "./stub_data.ts";

export interface StubStream extends AsyncDisposable {
  readonly endpoints: string;
  /** Requests of all connections, in order. */
  readonly requests: readonly StreamRequest[];
  /** Connections there ever were. */
  readonly dials: number;
  readonly open: ReadonlySet<WebSocket>;
  /** Sends to every open connection. */
  send(frame: Json | string): void;
  /** Cuts every open connection. */
  drop(): void;
}

export interface StreamRequest {
  readonly id: string;
  readonly method: string;
  readonly params?: Readonly<Record<string, Json>>;
}

export interface StreamOptions {
  /** What a request is answered with; undefined stays silent. */
  readonly answer?: (request: StreamRequest) => Json | undefined;
  /** Refuses the upgrade with this status. */
  readonly refuse?: number;
}

export function startStubStream({ answer = accept, refuse }: StreamOptions = {}): StubStream {
  const requests: StreamRequest[] = [];
  const open = new Set<WebSocket>();
  let dials = 0;
  const closing: Promise<void>[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (pathname.endsWith("/time")) return Response.json({ serverTime: Date.now() });
    if (pathname.endsWith("/exchangeInfo")) return Response.json(EXCHANGE_INFO);
    if (refuse !== undefined) return new Response("refused", { status: refuse });
    const { socket, response } = Deno.upgradeWebSocket(request);
    dials++;
    closing.push(
      new Promise((resolve) =>
        socket.onclose = () => {
          open.delete(socket);
          resolve();
        }
      ),
    );
    socket.onopen = () => void open.add(socket);
    socket.onmessage = ({ data }) => {
      const asked = JSON.parse(data) as StreamRequest;
      requests.push(asked);
      const given = answer(asked);
      if (given !== undefined) socket.send(JSON.stringify(given));
    };
    return response;
  });
  return {
    endpoints: `http://127.0.0.1:${server.addr.port}`,
    requests,
    get dials() {
      return dials;
    },
    open,
    send(frame) {
      const text = typeof frame === "string" ? frame : JSON.stringify(frame);
      for (const socket of open) socket.send(text);
    },
    drop() {
      for (const socket of open) socket.close();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.close();
      await Promise.all(closing);
      await server.shutdown();
    },
  };
}

export function accept({ id, method }: StreamRequest): Json {
  return method === "ping"
    ? { id, status: 200, result: {}, rateLimits: [] }
    : { id, status: 200, result: { subscriptionId: 0 } };
}

/** The documented example, with our symbol. */
export function executionReport(fields: { readonly [key: string]: Json } = {}): Json {
  return {
    subscriptionId: 0,
    event: {
      e: "executionReport",
      E: 1_700_000_000_100,
      s: "BTCUSDT",
      c: "c".repeat(32),
      S: "BUY",
      o: "LIMIT",
      f: "GTC",
      q: "0.01000000",
      p: "50000.00000000",
      P: "0.00000000",
      F: "0.00000000",
      g: -1,
      C: "",
      x: "NEW",
      X: "NEW",
      r: "NONE",
      i: 4_293_153,
      l: "0.00000000",
      z: "0.00000000",
      L: "0.00000000",
      n: "0",
      N: null,
      T: 1_700_000_000_099,
      t: -1,
      I: 8_641_984,
      w: true,
      m: false,
      M: false,
      O: 1_700_000_000_099,
      Z: "0.00000000",
      Y: "0.00000000",
      Q: "0.00000000",
      W: 1_700_000_000_099,
      V: "NONE",
      ...fields,
    },
  };
}
