/**
 * One exchange account over ccxt: composes transport, signer, reads and sockets for one venue
 * profile. Keys live in private fields and closures only, so neither JSON nor an inspection of the
 * adapter shows them.
 */
import type { Clock } from "../../model/clock.ts";
import { ExchangeError } from "../../model/errors.ts";
import type { SymbolMetadata } from "../../model/instrument.ts";
import { INSTRUMENTS_RESPONSE_BYTES_MAX } from "../../model/limits.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { ReadOutcome } from "../../model/venue.ts";
import type {
  AmendRequest,
  ExchangeAdapter,
  ExchangeCapabilities,
  ExchangeSocket,
  Execution,
  Instruments,
  MarketData,
  SendGate,
  VenueFact,
  VenueTiming,
} from "../exchange.ts";
import { Catalogue } from "./catalogue.ts";
import type { CcxtCode, CcxtExchange } from "./ccxt.ts";
import { allowedHosts, pointSockets } from "./endpoints.ts";
import type { CcxtOptions } from "./options.ts";
import { OrderEntry } from "./order_entry.ts";
import type { VenueProfile } from "./profile.ts";
import { Reads } from "./reads.ts";
import { type Redact, redactor } from "./redaction.ts";
import { guardRejections } from "./rejections.ts";
import { ask, failed, malformed, NOT_CONNECTED, readFailure, rowContext } from "./session.ts";
import type { Session } from "./session.ts";
import { Signer } from "./signer.ts";
import { CcxtSocket, type SocketSession } from "./socket.ts";
import { Transport, TransportError } from "./transport.ts";
import { VenueClock } from "./venue_clock.ts";
import { retryAfter } from "./verdict.ts";

export interface CcxtAdapterContext {
  readonly id: string;
  readonly clock: Clock;
  readonly profile: VenueProfile;
  readonly options: CcxtOptions;
}

export class CcxtAdapter implements ExchangeAdapter {
  readonly id: string;
  readonly type = "CEX";
  readonly capabilities: ExchangeCapabilities;
  readonly execution: Execution;
  readonly marketData: MarketData;
  readonly instruments: Instruments;
  readonly sockets: readonly ExchangeSocket[];
  readonly #context: CcxtAdapterContext;
  readonly #timing: VenueTiming;
  readonly #redact: Redact;
  readonly #catalogue = new Catalogue();
  readonly #venueClock: VenueClock;
  readonly #privateSocket: CcxtSocket;
  #listener: ((fact: VenueFact) => void) | null = null;
  #session: Session | null = null;
  #endGuard: () => void = () => {};
  #connected = false;

  constructor(context: CcxtAdapterContext) {
    const { id, clock, options, profile } = context;
    this.id = id;
    this.#context = context;
    this.#timing = { ...profile.timing, ...options.timing };
    this.#redact = redactor([options.apiKey, options.secret]);
    this.#venueClock = new VenueClock(clock);
    this.capabilities = {
      timing: this.#timing,
      rateLimits: profile.rateLimits,
      cost: profile.cost,
      cancelByClientOrderId: profile.cancelByClientOrderId,
      amendInPlace: false,
      deadMansSwitch: profile.deadMansSwitch,
    };
    this.execution = execution(() => this.#session);
    this.instruments = {
      load: () => this.#loadInstruments(),
      get: (symbolId) => this.#catalogue.get(symbolId),
      list: () => this.#catalogue.list(),
    };
    const reads = new Reads(() => this.#session);
    this.marketData = {
      subscribeTicks: () => Promise.resolve(),
      ticker: () => undefined,
      readTicker: (symbolId) => reads.ticker(symbolId),
    };
    this.#privateSocket = new CcxtSocket(profile.privateSocket, () => this.#socketSession());
    this.sockets = [this.#privateSocket];
  }

  get isConnected(): boolean {
    return this.#connected;
  }

  async connect(signal: AbortSignal): Promise<void> {
    if (this.#session !== null) return;
    signal.throwIfAborted();
    const code = await this.#loadCode();
    signal.throwIfAborted();
    this.#endGuard = guardRejections(code.BaseError);
    const session = this.#session = this.#newSession(code);
    const abort = () => session.transport.close();
    signal.addEventListener("abort", abort, { once: true });
    try {
      // Instruments first: the clock is then measured on a connection that is already warm.
      this.#require(await this.#loadInstruments(), "load the instruments");
      this.#require(await this.syncClock(), "measure the venue's clock");
      signal.throwIfAborted();
      this.#connected = true;
    } catch (error) {
      await this.disconnect();
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  async disconnect(): Promise<void> {
    const session = this.#session;
    if (session === null) return;
    this.#connected = false;
    await this.#privateSocket.close();
    this.#session = null;
    session.transport.close();
    this.#endGuard();
  }

  onFact(listener: (fact: VenueFact) => void): void {
    this.#listener = listener;
  }

  venueNow(): EpochMs | null {
    return this.#venueClock.now();
  }

  async syncClock(): Promise<
    ReadOutcome<{ readonly offsetMs: number; readonly roundTripMs: number }>
  > {
    const session = this.#session;
    if (session === null) return failed("NOT_CONNECTED", NOT_CONNECTED);
    const { clock, profile } = session;
    const sent = clock.monotonic();
    const verdict = await ask(session, profile.calls.serverTime());
    const answered = clock.monotonic();
    if (verdict.kind !== "answered") return readFailure(verdict);
    try {
      const venueTime = profile.rows.serverTime(verdict.value);
      const roundTripMs = answered - sent;
      this.#venueClock.set(venueTime, { sent, answered });
      const offsetMs = Math.round(venueTime - (clock.now() - roundTripMs / 2));
      return { kind: "read", value: { offsetMs, roundTripMs }, venueTime };
    } catch (error) {
      return malformed(session, "server time", error);
    }
  }

  async #loadCode(): Promise<CcxtCode> {
    try {
      return await this.#context.profile.load();
    } catch (error) {
      const kind = this.#context.profile.kind;
      throw new ExchangeError("CODE", `Cannot load the code of ${kind}`, {}, { cause: error });
    }
  }

  #newSession({ Exchange }: CcxtCode): Session {
    const { clock, options, profile } = this.#context;
    const { requestTimeoutMs, endpoints, apiKey, secret } = options;
    const emit = (fact: VenueFact) => this.#listener?.(fact);
    const exchange = new Exchange({ ...profile.ccxtOptions, apiKey, secret });
    if (options.testnet) exchange.setSandboxMode(true);
    profile.configure(exchange);
    const hosts = allowedHosts(exchange.urls.api);
    if (endpoints !== null) pointSockets(exchange.urls.api, endpoints);
    const transport = new Transport({
      clock,
      timeoutMs: requestTimeoutMs,
      hosts,
      endpoints,
      redact: this.#redact,
      onAnswer: (status, headers) => tellUsage(profile, { status, headers, emit }),
    });
    this.#tame(exchange, transport);
    const signer = new Signer({
      exchange,
      profile,
      venueClock: this.#venueClock,
      secret,
      redact: this.#redact,
    });
    return {
      profile,
      timing: this.#timing,
      clock,
      venueClock: this.#venueClock,
      exchange,
      transport,
      signer,
      catalogue: this.#catalogue,
      redact: this.#redact,
      emit,
    };
  }

  /** Takes from ccxt what would queue, wait, retry, print or reach the network by itself. */
  #tame(exchange: CcxtExchange, transport: Transport): void {
    exchange.enableRateLimit = false; // Budgets are the kernel's request actor's.
    exchange.throttle = () => Promise.resolve();
    exchange.calculateWsBackoffDelay = () => 0; // So is the backoff of its connection actor.
    exchange.log = () => {};
    // The last answer would be kept for ever, and it is the list of all instruments.
    exchange.enableLastHttpResponse = false;
    exchange.enableLastJsonResponse = false;
    exchange.enableLastResponseHeaders = false;
    exchange.options["recvWindow"] = this.#timing.validityMs;
    exchange.fetchImplementation = (url, { method, headers, body }) =>
      transport.fetch({ url, method, headers, body }, { bytesMax: INSTRUMENTS_RESPONSE_BYTES_MAX });
    const handle = exchange.handleMessage.bind(exchange);
    exchange.handleMessage = (client, message) => {
      if (this.#privateSocket.take(client, message) === "ccxt") handle(client, message);
    };
  }

  async #loadInstruments(): Promise<ReadOutcome<readonly SymbolMetadata[]>> {
    const session = this.#session;
    if (session === null) return failed("NOT_CONNECTED", NOT_CONNECTED);
    // The first load is what the clock's measure waits for; instruments carry no venue time.
    const venueTime = session.venueClock.floor() ?? session.clock.now();
    try {
      await session.exchange.loadMarkets(true, session.profile.instrumentParams);
    } catch (error) {
      if (error instanceof TransportError) return { kind: "failed", cause: error.outcome };
      const text = session.redact(error instanceof Error ? error.message : String(error));
      return failed("INSTRUMENTS", text);
    }
    for (const { rawSymbol, message } of this.#catalogue.take(session.exchange, session.profile)) {
      session.emit({ kind: "malformed", where: `instrument ${rawSymbol}`, message });
    }
    return { kind: "read", value: this.#catalogue.list(), venueTime };
  }

  #socketSession(): SocketSession | null {
    const session = this.#session;
    if (session === null) return null;
    const { exchange, clock, redact, emit } = session;
    const dialTimeoutMs = this.#context.options.requestTimeoutMs;
    return { exchange, clock, redact, dialTimeoutMs, emit, context: () => rowContext(session) };
  }

  #require(outcome: ReadOutcome<unknown>, action: string): void {
    if (outcome.kind === "read") return;
    const { code, message } = outcome.cause;
    throw new ExchangeError(code, `Cannot ${action} of ${this.id}: ${code} ${message}`);
  }
}

function execution(session: () => Session | null): Execution {
  const entry = new OrderEntry(session);
  const reads = new Reads(session);
  return {
    submit: (request, gate) => entry.submit(request, gate),
    cancel: (ref, gate) => entry.cancel(ref, gate),
    // Capability amendInPlace is NO: the kernel cancels, proves and replaces instead.
    amend: (_request: AmendRequest, _gate: SendGate) =>
      Promise.resolve({ kind: "notSent", reason: "amending in place is not supported" }),
    lookup: (ref) => reads.lookup(ref),
    openOrders: (symbolId) => reads.openOrders(symbolId),
    fillsSince: (symbolId, since) => reads.fillsSince(symbolId, since),
    fillsOf: (ref) => reads.fillsOf(ref),
    balances: () => reads.balances(),
    positions: () => reads.positions(),
  };
}

/** Every answer tells what it cost; a 429 or 418 tells that nothing may be sent for a while. */
function tellUsage(
  profile: VenueProfile,
  answer: {
    readonly status: number;
    readonly headers: Headers;
    readonly emit: (fact: VenueFact) => void;
  },
): void {
  const { status, headers, emit } = answer;
  const usage = profile.usage(headers);
  if (usage !== null) emit({ kind: "usage", ...usage });
  if (profile.banStatuses.has(status)) {
    emit({
      kind: "banned",
      status,
      retryAfterMs: retryAfter(headers, profile.retryAfterDefaultMs),
    });
  }
}
