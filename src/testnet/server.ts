/**
 * The local testnet: one loopback port, every exchange under its virtual hosts
 * (`https://HOST/PATH` is `http://127.0.0.1:PORT/HOST/PATH`, `wss` likewise), faults between the
 * wire and the exchange, and control endpoints under `/_control/`.
 */
import type { Clock, Random } from "../model/clock.ts";
import { ByteSource, closeQuietly, writeAll } from "./bytes.ts";
import { Control } from "./control.ts";
import type { TestnetAccount } from "./credentials.ts";
import { type Channel, Delivery } from "./delivery.ts";
import type { HostRequest, Ledger, MarketChange, Maturity } from "./dialect.ts";
import { dialectOf, EXCHANGE_NAMES, type ExchangeName, type LimitValues } from "./dialects.ts";
import { type HeardRequest, HostedExchange } from "./exchange.ts";
import { type FaultInput, FaultSchema } from "./faults.ts";
import {
  encodeAnswer,
  type HttpAnswer,
  type HttpRequest,
  jsonAnswer,
  readRequest,
} from "./http.ts";
import { type FeedOptions, MarketFeeds } from "./market.ts";
import { upgradeHead, WebSocketPeer } from "./websocket.ts";

export interface TestnetOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Default: all there are. */
  readonly exchanges?: readonly ExchangeName[];
  /** Of every exchange whose keys they can be; default: each exchange's of `credentials.ts`. */
  readonly accounts?: readonly TestnetAccount[];
  /**
   * `none` for benchmarks; else those to change, by the names of the dialects hosted (each takes
   * its own); default: as published by the exchange.
   */
  readonly limits?: "none" | LimitValues;
  /** Open orders per symbol; default as published (200), with `limits: "none"` 200,000. */
  readonly openOrdersMax?: number;
  /** Every answer waits so long; 0 by default. */
  readonly latencyMs?: number;
  /** What moves prices; absent: nothing but the control endpoint. */
  readonly feed?: FeedOptions;
}

export interface Testnet extends AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:PORT`, to be used as `endpoints`. */
  readonly url: string;
  readonly ledger: (exchange: ExchangeName) => Ledger;
  /** The newest requests that arrived, oldest first. */
  readonly heard: (exchange: ExchangeName) => readonly HeardRequest[];
  readonly arm: (fault: FaultInput) => unknown;
  readonly clearFaults: () => void;
  readonly setPrice: (exchange: ExchangeName, change: MarketChange) => void;
  /** A contract comes to its end, on exchanges that list such ones. */
  readonly mature: (exchange: ExchangeName, end: Maturity) => void;
  readonly reset: () => void;
  /** Resolves when every connection is closed. */
  readonly close: () => Promise<void>;
}

/** A client per connection; the bound stops a leaking test, not a load test. */
const CONNECTIONS_MAX = 10_000;

/** Starts listening at once. @throws {Deno.errors.AddrInUse} when the port is taken. */
export function startTestnet(options: TestnetOptions): Testnet {
  const server = new TestnetServer(options);
  return {
    port: server.port,
    url: `http://127.0.0.1:${server.port}`,
    ledger: (exchange) => server.exchange(exchange).dialect.ledger(),
    heard: (exchange) => server.exchange(exchange).heard,
    arm: (fault) => {
      const input = FaultSchema.parse(fault);
      return server.exchange(input.exchange).arm(input);
    },
    clearFaults: () => server.control.clearFaults(),
    setPrice: (exchange, change) => server.control.setPrice(exchange, change),
    mature: (exchange, end) => server.exchange(exchange).dialect.mature(end),
    reset: () => server.control.reset(),
    close: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

class TestnetServer {
  readonly control: Control;
  readonly #exchanges = new Map<string, HostedExchange>();
  readonly #byHost = new Map<string, HostedExchange>();
  readonly #feeds: MarketFeeds;
  readonly #delivery: Delivery;
  readonly #listener: Deno.TcpListener;
  readonly #connections = new Map<Deno.Conn, Promise<void>>();
  readonly #accepting: Promise<void>;

  constructor(options: TestnetOptions) {
    const names = options.exchanges ?? EXCHANGE_NAMES;
    checkLimits(names, options.limits);
    for (const name of names) {
      const exchange = new HostedExchange(
        options.clock,
        (context) => dialectOf(name).make(options, { ...context, random: options.random }),
      );
      this.#exchanges.set(name, exchange);
      for (const host of exchange.dialect.hosts) this.#byHost.set(host, exchange);
    }
    this.#delivery = new Delivery({ latencyMs: options.latencyMs ?? 0 });
    this.#feeds = new MarketFeeds({
      clock: options.clock,
      random: options.random,
      ...(options.feed === undefined ? {} : { feed: options.feed }),
      dialects: [...this.#exchanges.values()].map((exchange) => exchange.dialect),
      onFailure: (failure) => this.#delivery.internalErrors.push(failure.message),
    });
    this.control = new Control({
      exchanges: this.#exchanges,
      feeds: this.#feeds,
      internalErrors: this.#delivery.internalErrors,
    });
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: options.port ?? 0 });
    this.#feeds.start();
    this.#accepting = this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** @throws {RangeError} naming those there are. */
  exchange(name: string): HostedExchange {
    return this.control.exchange(name);
  }

  async close(): Promise<void> {
    this.#feeds.stop();
    this.#delivery.stop();
    closeQuietly(this.#listener);
    for (const connection of this.#connections.keys()) closeQuietly(connection);
    await this.#accepting;
    await Promise.all(this.#connections.values());
    for (const { dialect } of this.#exchanges.values()) dialect[Symbol.dispose]();
  }

  async #accept(): Promise<void> {
    for (;;) {
      let connection: Deno.TcpConn;
      try {
        connection = await this.#listener.accept();
      } catch {
        return; // Closed: accept has no other way to say so.
      }
      if (this.#connections.size >= CONNECTIONS_MAX) closeQuietly(connection);
      else this.#connections.set(connection, this.#serve(connection));
    }
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    connection.setNoDelay(true);
    const source = new ByteSource(connection);
    try {
      while (await this.#serveOne(connection, source));
    } finally {
      closeQuietly(connection);
      this.#connections.delete(connection);
    }
  }

  /** @returns whether another request may follow on the connection. */
  async #serveOne(connection: Deno.TcpConn, source: ByteSource): Promise<boolean> {
    const read = await readRequest(source);
    if (read.kind === "closed") return false;
    if (read.kind === "malformed") {
      await writeAll(connection, encodeAnswer(read.answer));
      return false;
    }
    const { request } = read;
    if (request.path.startsWith("/_control/")) {
      return await writeAll(connection, encodeAnswer(this.control.answer(request)));
    }
    const exchange = this.#byHost.get(hostOf(request));
    if (exchange === undefined) {
      return await writeAll(connection, encodeAnswer(this.#unknownHost(request)));
    }
    const hosted = toHostRequest(request);
    if (request.headers.has("upgrade")) {
      await this.#serveSocket({ connection, source, exchange, request: hosted });
      return false;
    }
    const channel = new HttpChannel(connection, source);
    const call = exchange.dialect.understand(hosted);
    exchange.hear(call.operation);
    const plan = exchange.faults.isEmpty ? null : exchange.faults.takeRequest(call.operation);
    await this.#delivery.deliver(call, channel, { clock: exchange.clock, plan });
    return await channel.finished();
  }

  async #serveSocket(arrived: {
    readonly connection: Deno.TcpConn;
    readonly source: ByteSource;
    readonly exchange: HostedExchange;
    readonly request: HostRequest;
  }): Promise<void> {
    const { connection, source, exchange, request } = arrived;
    const head = upgradeHead(request);
    const peer = new WebSocketPeer(connection, source);
    const session = head === null
      ? jsonAnswer(400, { error: "not a WebSocket upgrade" })
      : exchange.dialect.openSocket(request, peer);
    if (head === null || "status" in session) {
      await writeAll(connection, encodeAnswer(session as HttpAnswer));
      return;
    }
    if (exchange.faults.takeSocket(session.operation)) {
      session.closed();
      await writeAll(connection, encodeAnswer(jsonAnswer(503, { error: "refused" })));
      return;
    }
    const socket = { peer, session };
    exchange.track(socket);
    await writeAll(connection, head);
    const channel = new SocketChannel(peer);
    await peer.run({
      onMessage: (text) => {
        const call = session.receive(text);
        if (call === null) return;
        exchange.hear(call.operation);
        const plan = exchange.faults.isEmpty ? null : exchange.faults.takeRequest(call.operation);
        void this.#delivery.deliver(call, channel, { clock: exchange.clock, plan });
      },
      onClose: () => {
        exchange.untrack(socket);
        session.closed();
      },
    });
  }

  #unknownHost(request: HttpRequest): HttpAnswer {
    const known = [...this.#byHost.keys()].join(", ");
    return jsonAnswer(404, { error: `host: must be one of ${known}, got ${hostOf(request)}` });
  }
}

/** @throws {RangeError} for a limit that no dialect among those hosted has. */
function checkLimits(names: readonly ExchangeName[], limits: TestnetOptions["limits"]): void {
  if (limits === undefined || limits === "none") return;
  const known = new Set(names.flatMap((name) => dialectOf(name).limitNames));
  for (const name of Object.keys(limits)) {
    if (known.has(name)) continue;
    throw new RangeError(`limits: must be of ${[...known].join(", ")}, got ${name}`);
  }
}

/** `/HOST[:PORT]/PATH`: the host without its port. */
function hostOf(request: HttpRequest): string {
  const slash = request.path.indexOf("/", 1);
  const authority = slash === -1 ? request.path.slice(1) : request.path.slice(1, slash);
  const colon = authority.indexOf(":");
  return colon === -1 ? authority : authority.slice(0, colon);
}

function toHostRequest(request: HttpRequest): HostRequest {
  const slash = request.path.indexOf("/", 1);
  const path = slash === -1 ? "/" : request.path.slice(slash);
  return { ...request, host: hostOf(request), path };
}

class HttpChannel implements Channel {
  readonly #connection: Deno.Conn;
  readonly #source: ByteSource;
  #end: "keepAlive" | "close" | "silent" = "close";

  constructor(connection: Deno.Conn, source: ByteSource) {
    this.#connection = connection;
    this.#source = source;
  }

  async send(answer: HttpAnswer): Promise<void> {
    if (await writeAll(this.#connection, encodeAnswer(answer))) this.#end = "keepAlive";
  }

  cut(): void {
    this.#end = "close";
    closeQuietly(this.#connection);
  }

  async sendHalf(answer: HttpAnswer): Promise<void> {
    const bytes = encodeAnswer(answer);
    const half = bytes.length - Math.ceil(answer.body.length / 2);
    await writeAll(this.#connection, bytes.subarray(0, half));
  }

  silence(): void {
    this.#end = "silent";
  }

  /** @returns whether the connection goes on; a silent one is held open until the client leaves. */
  async finished(): Promise<boolean> {
    if (this.#end !== "silent") return this.#end === "keepAlive";
    while (await this.#source.more()) this.#source.consume(this.#source.pending.length);
    return false;
  }
}

class SocketChannel implements Channel {
  readonly #peer: WebSocketPeer;

  constructor(peer: WebSocketPeer) {
    this.#peer = peer;
  }

  send(answer: HttpAnswer): Promise<void> {
    this.#peer.send(answer.body);
    return Promise.resolve();
  }

  cut(): void {
    this.#peer.drop();
  }

  /** A frame has no middle that a client could see: nothing arrives. */
  sendHalf(_answer: HttpAnswer): Promise<void> {
    return Promise.resolve();
  }

  silence(): void {}
}
