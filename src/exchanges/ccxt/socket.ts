/**
 * One WebSocket over ccxt's own client and authentication. A connection actor drives it.
 *
 * I1 one dial per `open`, on a client that was never used; ccxt neither redials nor waits. I2 every
 * frame is told, whatever it holds. I3 an open socket that ends for another reason than `close`
 * says so exactly once. I4 a frame that does not parse is a fact, never an exception.
 */
import { assert } from "../../model/assert.ts";
import type { Clock } from "../../model/clock.ts";
import { ExchangeError } from "../../model/errors.ts";
import { WS_FRAME_BYTES_MAX } from "../../model/limits.ts";
import type { ExchangeSocket, VenueFact } from "../exchange.ts";
import type { CcxtClient, CcxtExchange } from "./ccxt.ts";
import { SOCKET_CLOSE_MS } from "./limits.ts";
import type { RowContext, SocketPlan } from "./profile.ts";
import type { Redact } from "./redaction.ts";

/** What a socket needs of its adapter's session. */
export interface SocketSession {
  readonly exchange: CcxtExchange;
  readonly clock: Clock;
  readonly redact: Redact;
  readonly dialTimeoutMs: number;
  readonly emit: (fact: VenueFact) => void;
  context(): RowContext;
}

type Handlers = Parameters<ExchangeSocket["open"]>[0];

interface Live {
  readonly session: SocketSession;
  readonly client: CcxtClient;
  readonly handlers: Handlers;
  /** Rejects the dial in progress. */
  fail: (error: Error) => void;
  /** Resolves when the platform says that the connection is gone. */
  readonly gone: Promise<void>;
  setGone: () => void;
  opened: boolean;
  ended: boolean;
}

export class CcxtSocket implements ExchangeSocket {
  readonly id: string;
  readonly staleAfterMs: number;
  readonly #plan: SocketPlan;
  readonly #session: () => SocketSession | null;
  #live: Live | null = null;
  #probes = 0;

  constructor(plan: SocketPlan, session: () => SocketSession | null) {
    this.id = plan.id;
    this.staleAfterMs = plan.staleAfterMs;
    this.#plan = plan;
    this.#session = session;
  }

  async open(handlers: Handlers, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const session = this.#session();
    if (session === null) throw this.#error("the exchange is not connected");
    assert(this.#live === null, `socket ${this.id} is opened once at a time`);
    const live = this.#live = this.#prepare(session, handlers);
    const lost = new Promise<never>((_, reject) => live.fail = reject);
    const cancelTimer = session.clock.setTimer(
      () => this.#end(live, `no connection within ${session.dialTimeoutMs} ms`),
      session.dialTimeoutMs,
    );
    const abort = () => this.#end(live, "the dial was given up");
    signal.addEventListener("abort", abort, { once: true });
    try {
      await Promise.race([this.#dial(live), lost]);
      live.opened = true;
    } catch (error) {
      const text = session.redact(reasonOf(error));
      this.#end(live, text);
      throw this.#error(text);
    } finally {
      cancelTimer();
      signal.removeEventListener("abort", abort);
    }
  }

  probe(): void {
    const live = this.#live;
    if (live === null || !live.opened) return;
    const frame = this.#plan.probe(`${PROBE}${++this.#probes}`);
    live.client.send(frame).catch((error) => this.#end(live, reasonOf(error)));
  }

  /** Resolves once the connection is gone, or after a bounded wait for a mute peer. */
  async close(): Promise<void> {
    const live = this.#live;
    if (live === null) return;
    live.opened = false; // So that the end is not told: its asker knows.
    this.#end(live, "closed by the kernel");
    const { clock } = live.session;
    let cancelTimer = () => {};
    const late = new Promise<void>((resolve) => {
      cancelTimer = clock.setTimer(resolve, SOCKET_CLOSE_MS);
    });
    await Promise.race([live.gone, late]);
    cancelTimer();
  }

  /** Called by the tap for every message of every client. @returns whether ccxt is to have it. */
  take(client: CcxtClient, message: unknown): "ccxt" | "taken" | "foreign" {
    const live = this.#live;
    if (live === null || live.client !== client) return "foreign";
    live.handlers.onFrame();
    if (isProbeAnswer(message)) return "taken";
    const { session } = live;
    try {
      const reading = this.#plan.read(message, session.context());
      if (reading.kind === "ccxt") return "ccxt";
      if (reading.kind === "facts") { for (const fact of reading.facts) session.emit(fact); }
      if (reading.kind === "ended") this.#end(live, reading.reason);
    } catch (error) {
      this.#malformed(live, reasonOf(error));
    }
    return "taken";
  }

  #prepare(session: SocketSession, handlers: Handlers): Live {
    const { exchange } = session;
    const url = this.#plan.url(exchange);
    delete exchange.clients[url];
    const client = exchange.client(url);
    client.keepAlive = 0; // Staleness is the connection actor's to watch,
    client.connectionTimeout = 0; // and the dial has our own limit.
    client.log = () => {};
    let setGone = () => {};
    const gone = new Promise<void>((resolve) => setGone = resolve);
    const live: Live = {
      session,
      client,
      handlers,
      fail: () => {},
      gone,
      setGone,
      opened: false,
      ended: false,
    };
    const receive = client.onMessage.bind(client);
    client.onMessage = (event) => {
      if (typeof event.data === "string" && event.data.length > WS_FRAME_BYTES_MAX) {
        this.#malformed(live, `a frame of ${event.data.length} characters`);
        this.#end(live, "a frame was larger than the limit");
      } else receive(event);
    };
    client.onErrorCallback = (_, error) => this.#end(live, session.redact(reasonOf(error)));
    client.onCloseCallback = (_, event) => {
      live.setGone();
      this.#end(live, `closed by the venue, code ${codeOf(event)}`);
    };
    return live;
  }

  async #dial({ client, session }: Live): Promise<void> {
    const greeting = this.#plan.greet(session.exchange, client);
    // ccxt keeps promises of its own beside the one it returns; their failure is this one's too.
    for (const future of Object.values(client.futures)) future.catch(() => {});
    await greeting;
  }

  #end(live: Live, reason: string): void {
    if (live.ended) return;
    live.ended = true;
    if (this.#live === live) this.#live = null;
    const { client, session: { exchange, redact } } = live;
    if (exchange.clients[client.url] === client) delete exchange.clients[client.url];
    client.clearConnectionTimeout();
    client.clearPingInterval();
    const error = this.#error(redact(reason));
    client.error ??= error; // Tells ccxt that the close to come is no news.
    client.reset(error);
    if (client.connection === undefined) live.setGone();
    else client.connection.close();
    live.fail(error);
    if (live.opened) live.handlers.onClose(redact(reason));
  }

  #malformed({ session }: Live, message: string): void {
    session.emit({
      kind: "malformed",
      where: `socket ${this.id}`,
      message: session.redact(message),
    });
  }

  #error(reason: string): ExchangeError {
    return new ExchangeError("SOCKET", `Cannot keep socket ${this.id} open: ${reason}`, {
      socket: this.id,
    });
  }
}

const PROBE = "probe-";

function isProbeAnswer(message: unknown): boolean {
  if (typeof message !== "object" || message === null || !("id" in message)) return false;
  return typeof message.id === "string" && message.id.startsWith(PROBE);
}

function reasonOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === "string" ? error : "a message without a reason";
}

function codeOf(event: unknown): string {
  const code = typeof event === "object" && event !== null && "code" in event ? event.code : null;
  return typeof code === "number" ? String(code) : "none";
}
