/**
 * One WebSocket over ccxt's own client and authentication. A connection actor drives it.
 *
 * I1 one dial per `open`, on a client that was never used; ccxt neither redials nor waits. I2 every
 * frame is told, whatever it holds. I3 an open socket that ends for another reason than `close`
 * says so exactly once. I4 a frame that does not parse is a fact, never an exception.
 */
import { assert } from "../../../model/assert.ts";
import type { Clock } from "../../../model/clock.ts";
import { ExchangeError } from "../../../model/errors.ts";
import { WS_FRAME_BYTES_MAX } from "../../../model/limits.ts";
import type { ExchangeSocket, VenueFact } from "../../exchange.ts";
import type { CcxtClient, CcxtExchange } from "../ccxt.ts";
import { SOCKET_CLOSE_MS } from "../limits.ts";
import type { Redact } from "./redaction.ts";
import { SocketEntry } from "./socket_entry.ts";
import { type Dial, PROBE_PREFIX, type SocketPlan } from "../plans/socket_plan.ts";
import type { RowContext, VenueCall } from "../plans/venue_call.ts";

/** What a socket needs of its adapter's session. */
export interface SocketSession {
  readonly exchange: CcxtExchange;
  readonly clock: Clock;
  readonly redact: Redact;
  readonly timeoutMs: number;
  readonly emit: (fact: VenueFact) => void;
  context(): RowContext;
  /** One signed read over REST; throws with the cause when it fails. */
  ask(call: VenueCall): Promise<unknown>;
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
  readonly read: SocketPlan["read"];
  /** What the greeting waits for; each takes its message away. */
  readonly expectations: Set<Expectation>;
  /** Null where the venue takes no orders over it. */
  readonly entry: SocketEntry | null;
  cancelRenewal: () => void;
  opened: boolean;
  ended: boolean;
}

interface Expectation {
  /** @returns whether the message was the one. */
  take(message: unknown): boolean;
  fail(error: Error): void;
}

export class CcxtSocket implements ExchangeSocket {
  readonly id: string;
  readonly staleAfterMs: number;
  readonly spare: boolean;
  readonly #plan: SocketPlan;
  readonly #session: () => SocketSession | null;
  #live: Live | null = null;
  #probes = 0;

  constructor(plan: SocketPlan, session: () => SocketSession | null) {
    this.id = plan.id;
    this.staleAfterMs = plan.staleAfterMs;
    this.spare = plan.spare === true;
    this.#plan = plan;
    this.#session = session;
  }

  async open(handlers: Handlers, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const session = this.#session();
    if (session === null) throw this.#error("the exchange is not connected");
    assert(this.#live === null, `socket ${this.id} is opened once at a time`);
    const dial: Dial = { exchange: session.exchange, ask: (call) => session.ask(call) };
    const given = this.#plan.url(dial);
    const url = typeof given === "string" ? given : await this.#address(given);
    signal.throwIfAborted();
    const live = this.#live = this.#prepare(session, { handlers, url });
    const lost = new Promise<never>((_, reject) => live.fail = reject);
    const cancelTimer = session.clock.setTimer(
      () => this.#end(live, `no connection within ${session.timeoutMs} ms`),
      session.timeoutMs,
    );
    const abort = () => this.#end(live, "the dial was given up");
    signal.addEventListener("abort", abort, { once: true });
    try {
      await Promise.race([this.#greet(live), lost]);
      live.opened = true;
      this.#renewLater(live);
    } catch (error) {
      const text = session.redact(reasonOf(error));
      this.#end(live, text);
      throw this.#error(text);
    } finally {
      cancelTimer();
      signal.removeEventListener("abort", abort);
    }
  }

  /** Where orders can be sent now; null while the socket is not open. */
  get entry(): SocketEntry | null {
    const live = this.#live;
    return live !== null && live.opened && !live.ended ? live.entry : null;
  }

  /** Sends what asks for no answer of its own; nothing while it is not open. */
  say(frame: unknown): void {
    const live = this.#live;
    if (live === null || !live.opened) return;
    live.client.send(frame).catch((error) => this.#end(live, reasonOf(error)));
  }

  probe(): void {
    this.say(this.#plan.probe(`${PROBE_PREFIX}${++this.#probes}`));
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
    if (this.#plan.isProbeAnswer(message)) return "taken";
    const { session } = live;
    try {
      if (live.entry?.take(message)) return "taken";
      for (const expected of live.expectations) if (expected.take(message)) return "taken";
      const reading = live.read(message, session.context());
      if (reading.kind === "ccxt") return "ccxt";
      if (reading.kind === "facts") { for (const fact of reading.facts) session.emit(fact); }
      if (reading.kind === "ended") this.#end(live, reading.reason);
    } catch (error) {
      this.#malformed(live, reasonOf(error));
    }
    return "taken";
  }

  /** A listen key or token that cannot be had is a dial that failed. */
  async #address(given: Promise<string>): Promise<string> {
    try {
      return await given;
    } catch (error) {
      throw this.#error(reasonOf(error));
    }
  }

  #prepare(
    session: SocketSession,
    { handlers, url }: { readonly handlers: Handlers; readonly url: string },
  ): Live {
    const { exchange } = session;
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
      read: this.#plan.reader?.() ?? ((message, context) => this.#plan.read(message, context)),
      expectations: new Set(),
      entry: this.#entryOf(session, client),
      cancelRenewal: () => {},
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

  #entryOf({ clock, timeoutMs }: SocketSession, client: CcxtClient): SocketEntry | null {
    const plan = this.#plan.entry;
    if (plan === undefined) return null;
    return new SocketEntry({
      plan,
      clock,
      timeoutMs,
      // Not ccxt's `send`, whose promise only says that the platform took the frame.
      send: (frame) => {
        if (client.connection?.readyState !== OPEN) throw new Error("the socket is not open");
        client.connection.send(frame);
      },
    });
  }

  async #greet(live: Live): Promise<void> {
    const { client, session } = live;
    const { exchange } = session;
    const greeting = this.#plan.greet({
      exchange,
      client,
      ask: (call) => session.ask(call),
      send: async (frame) => {
        await client.connect();
        await client.send(frame);
      },
      expect: (read) => expectation(live, read),
    });
    // ccxt keeps promises of its own beside the one it returns; their failure is this one's too.
    for (const future of Object.values(client.futures)) future.catch(() => {});
    await greeting;
  }

  /** A renewal that fails ends the socket: what it keeps alive is about to end anyway. */
  #renewLater(live: Live): void {
    const { renewal } = this.#plan;
    if (renewal === undefined || live.ended) return;
    const { session } = live;
    live.cancelRenewal = session.clock.setTimer(() => {
      session.ask(renewal.call(session.exchange)).then(
        () => this.#renewLater(live),
        (error) => this.#end(live, `renewal failed: ${reasonOf(error)}`),
      );
    }, renewal.everyMs);
  }

  #end(live: Live, reason: string): void {
    if (live.ended) return;
    live.ended = true;
    live.cancelRenewal();
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
    live.entry?.end(redact(reason));
    for (const expected of live.expectations) expected.fail(error);
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

/** `readyState` of an open WebSocket. */
const OPEN = 1;

/** The first thing `read` makes of a message; rejects when the socket ends before. */
function expectation<T>(live: Live, read: (message: unknown) => T | undefined): Promise<T> {
  const met = new Promise<T>((resolve, reject) => {
    const expected: Expectation = {
      take(message) {
        try {
          const value = read(message);
          if (value === undefined) return false;
          resolve(value);
        } catch (error) {
          reject(error);
        }
        live.expectations.delete(expected);
        return true;
      },
      fail: reject,
    };
    live.expectations.add(expected);
  });
  met.catch(() => {}); // A greeting that failed elsewhere may not wait for it any more.
  return met;
}

function reasonOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === "string" ? error : "a message without a reason";
}

function codeOf(event: unknown): string {
  const code = typeof event === "object" && event !== null && "code" in event ? event.code : null;
  return typeof code === "number" ? String(code) : "none";
}
