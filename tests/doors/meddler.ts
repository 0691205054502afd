/** Stands between a kernel and its testnet, and puts words into the exchange's mouth. */

/** Answers instead of the exchange, or null to let the request pass. */
export type Meddling = (request: { method: string; path: string }) => Response | null;

export class Meddler implements AsyncDisposable {
  readonly url: string;
  meddle: Meddling = () => null;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #target: string;
  readonly #pairs = new Map<WebSocket, WebSocket>();

  constructor(target: string) {
    this.#target = target;
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      const { pathname, search } = new URL(request.url);
      return request.headers.get("upgrade") === "websocket"
        ? this.#bridge(request, pathname + search)
        : this.#forward(request, pathname + search);
    });
    this.url = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Sends a frame to every socket of the kernel, as if the exchange had. */
  say(frame: string): void {
    for (const kernel of this.#pairs.keys()) {
      if (kernel.readyState === WebSocket.OPEN) kernel.send(frame);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = [...this.#pairs.values()].map((socket) =>
      socket.readyState === WebSocket.CLOSED
        ? Promise.resolve()
        : new Promise<void>((resolve) => socket.addEventListener("close", () => resolve()))
    );
    for (const socket of this.#pairs.values()) socket.close();
    await Promise.all(closed);
    await this.#server.shutdown();
  }

  async #forward(request: Request, path: string): Promise<Response> {
    const own = path.startsWith("/_control/")
      ? null
      : this.meddle({ method: request.method, path });
    if (own !== null) {
      await request.body?.cancel();
      return own;
    }
    const body = request.body === null ? null : await request.text();
    const answer = await fetch(this.#target + path, {
      method: request.method,
      headers: request.headers,
      ...(body === null ? {} : { body }),
    });
    return new Response(await answer.arrayBuffer(), {
      status: answer.status,
      headers: answer.headers,
    });
  }

  #bridge(request: Request, path: string): Response {
    const { socket: kernel, response } = Deno.upgradeWebSocket(request);
    const venue = new WebSocket(this.#target.replace(/^http/, "ws") + path);
    const early: string[] = [];
    this.#pairs.set(kernel, venue);
    venue.onopen = () => {
      for (const text of early.splice(0)) venue.send(text);
    };
    kernel.onmessage = ({ data }) => {
      if (venue.readyState === WebSocket.OPEN) venue.send(data);
      else early.push(data);
    };
    venue.onmessage = ({ data }) => {
      if (kernel.readyState === WebSocket.OPEN) kernel.send(data);
    };
    kernel.onclose = () => venue.close();
    venue.onclose = () => {
      if (kernel.readyState === WebSocket.OPEN) kernel.close();
    };
    return response;
  }
}
