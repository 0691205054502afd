/**
 * One exchange account over ccxt: composes transport, signer, reads and sockets for one venue
 * profile. Keys live in private fields and closures only, so neither JSON nor an inspection of the
 * adapter shows them.
 */
import type { Clock } from "../../model/clock.ts";
import { ExchangeError } from "../../model/errors.ts";
import type { SymbolMetadata } from "../../model/instrument.ts";
import { INSTRUMENTS_RESPONSE_BYTES_MAX } from "../../model/limits.ts";
import type { KeyPermissions } from "../../model/key_permissions.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { ClockReading, ReadOutcome } from "../../model/venue.ts";
import type {
  ExchangeAdapter,
  ExchangeCapabilities,
  ExchangeSocket,
  Execution,
  Instruments,
  MarketData,
  RequestLimits,
  VenueFact,
  VenueTiming,
} from "../exchange.ts";
import type { VenueAnswer } from "./plans/answer_plan.ts";
import { Catalogue } from "./instruments/catalogue.ts";
import type { CcxtCode, CcxtExchange } from "./ccxt.ts";
import { allowedHosts, pointSockets } from "./wire/endpoints.ts";
import type { CcxtOptions } from "./options.ts";
import { Framer } from "./wire/framer.ts";
import { OPEN_LANE, SingleLane } from "./wire/lane.ts";
import { marketData } from "./calls/market_data.ts";
import { OrderEntry } from "./calls/order_entry.ts";
import type { VenueProfile } from "./plans/profile.ts";
import { Reads } from "./calls/reads.ts";
import { type Redact, redactor } from "./wire/redaction.ts";
import { guardRejections } from "./wire/rejections.ts";
import { ask, failed, malformed, NOT_CONNECTED, readFailure, rowContext } from "./session.ts";
import type { Session } from "./session.ts";
import { Signer } from "./wire/signer.ts";
import type { SocketEntry } from "./wire/socket_entry.ts";
import type { SocketPlan } from "./plans/socket_plan.ts";
import { CcxtSocket, type SocketSession } from "./wire/socket.ts";
import { Transport, TransportError } from "./wire/transport.ts";
import type { VenueCall } from "./plans/venue_call.ts";
import { VenueClock } from "./wire/venue_clock.ts";
import { limitedBudgets, waitOf } from "./wire/verdict.ts";

export interface CcxtAdapterContext {
  readonly id: string;
  readonly clock: Clock;
  readonly profile: VenueProfile;
  readonly options: CcxtOptions;
}

export class CcxtAdapter implements ExchangeAdapter {
  readonly id: string;
  readonly type: "CEX" | "DEX";
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
  readonly #sockets: readonly CcxtSocket[];
  #listener: ((fact: VenueFact) => void) | null = null;
  #limits: RequestLimits | null = null;
  #session: Session | null = null;
  #endGuard: () => void = () => {};
  #connected = false;

  constructor(context: CcxtAdapterContext) {
    const { id, clock, options, profile } = context;
    this.id = id;
    this.type = profile.type;
    this.#context = context;
    this.#timing = { ...profile.timing, ...options.timing };
    this.#redact = redactor(Object.values(options.credentials));
    this.#venueClock = new VenueClock(clock);
    this.capabilities = {
      timing: this.#timing,
      rateLimits: profile.rateLimits,
      cost: profile.cost,
      cancelByClientOrderId: profile.cancelByClientOrderId,
      amendInPlace: profile.amendInPlace,
      deadMansSwitch: profile.deadMansSwitch,
    };
    this.execution = execution(() => this.#session, profile);
    this.instruments = {
      load: () => this.#loadInstruments(),
      get: (symbolId) => this.#catalogue.get(symbolId),
      list: () => this.#catalogue.list(),
      resolve: (name) => this.#catalogue.resolve(name),
      currencyName: (code) => this.#catalogue.currencyName(code),
    };
    const socketOf = (plan: SocketPlan) => new CcxtSocket(plan, () => this.#socketSession());
    const own = profile.sockets.map(socketOf);
    const open = (profile.market?.sockets ?? []).map((plan) => ({ plan, socket: socketOf(plan) }));
    this.marketData = marketData(profile, { session: () => this.#session, sockets: open });
    this.sockets = own;
    this.#sockets = [...own, ...open.map(({ socket }) => socket)];
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
      await this.#admit(session);
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
    await Promise.all(this.#sockets.map((socket) => socket.close()));
    this.#session = null;
    session.transport.close();
    this.#endGuard();
  }

  useLimits(limits: RequestLimits): void {
    this.#limits = limits;
  }

  onFact(listener: (fact: VenueFact) => void): void {
    this.#listener = listener;
  }

  venueNow(): EpochMs | null {
    return this.#venueClock.now();
  }

  async syncClock(): Promise<ReadOutcome<ClockReading>> {
    const session = this.#session;
    if (session === null) return failed("NOT_CONNECTED", NOT_CONNECTED);
    const { clock, profile } = session;
    const sent = clock.monotonic();
    const verdict = await ask(session, profile.reads.serverTime.call());
    const answered = clock.monotonic();
    if (verdict.kind !== "answered") return readFailure(verdict);
    try {
      const venueTime = profile.reads.serverTime.read(verdict.value);
      const roundTripMs = answered - sent;
      this.#venueClock.set(venueTime, { sent, answered });
      const offsetMs = Math.round(venueTime - (clock.now() - roundTripMs / 2));
      const { resolutionMs = 1 } = profile.reads.serverTime;
      return { kind: "read", value: { offsetMs, roundTripMs, resolutionMs }, venueTime };
    } catch (error) {
      return malformed(session, "server time", error);
    }
  }

  async permissions(): Promise<ReadOutcome<KeyPermissions | null>> {
    const session = this.#session;
    if (session === null) return failed("NOT_CONNECTED", NOT_CONNECTED);
    const venueTime = session.venueClock.floor() ?? session.clock.now();
    const plan = session.profile.reads.permissions;
    // A sandbox has no such endpoint, and nothing that could be withdrawn.
    if (plan === undefined || this.#context.options.testnet) {
      return { kind: "read", value: null, venueTime };
    }
    const verdict = await ask(session, plan.call());
    if (verdict.kind !== "answered") return readFailure(verdict);
    try {
      return { kind: "read", value: plan.read(verdict.value), venueTime };
    } catch (error) {
      return malformed(session, "key permissions", error);
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
    const { requestTimeoutMs, endpoints, credentials } = options;
    const emit = (fact: VenueFact) => this.#listener?.(fact);
    // `number: String` keeps the digits of ticks, steps and limits as the venue wrote them.
    const exchange = new Exchange({ ...profile.ccxtOptions, ...credentials, number: String });
    if (options.testnet) exchange.setSandboxMode(true);
    profile.configure(exchange);
    const hosts = allowedHosts(exchange.urls.api);
    if (endpoints !== null) pointSockets(exchange.urls.api, endpoints);
    const isNarrowed = profile.answers.limited !== undefined;
    const transport = new Transport({
      clock,
      timeoutMs: requestTimeoutMs,
      hosts,
      endpoints,
      redact: this.#redact,
      isRead: profile.isRead,
      onAnswer: (answer) => {
        tellUsage(profile, answer, emit);
        // Its text may take its time: it is waited for only where it may narrow the ban down.
        if (!isNarrowed) tellBan(profile, { ...answer, text: null }, emit);
      },
      onText: (answer, text) => {
        if (isNarrowed) tellBan(profile, { ...answer, text }, emit);
      },
    });
    this.#tame(exchange, transport);
    const signer = new Signer({
      exchange,
      profile,
      catalogue: this.#catalogue,
      venueClock: this.#venueClock,
      validityMs: this.#timing.validityMs,
      secret: credentials.secret ?? "",
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
      framer: new Framer(signer, { profile, secret: credentials.secret ?? "" }),
      catalogue: this.#catalogue,
      entry: () => this.#entrySocket(),
      lane: profile.oneByOne ? new SingleLane() : OPEN_LANE,
      limits: () => this.#limits,
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
      for (const socket of this.#sockets) {
        const taken = socket.take(client, message);
        if (taken === "ccxt") handle(client, message);
        if (taken !== "foreign") return;
      }
    };
  }

  async #loadInstruments(): Promise<ReadOutcome<readonly SymbolMetadata[]>> {
    const session = this.#session;
    if (session === null) return failed("NOT_CONNECTED", NOT_CONNECTED);
    // The first load is what the clock's measure waits for; instruments carry no venue time.
    const venueTime = session.venueClock.floor() ?? session.clock.now();
    try {
      for (const bad of await this.#catalogue.load(session.exchange, session.profile)) {
        const { rawSymbol, message } = bad;
        session.emit({ kind: "malformed", where: `instrument ${rawSymbol}`, message });
      }
    } catch (error) {
      if (error instanceof TransportError) return { kind: "failed", cause: error.outcome };
      const text = session.redact(error instanceof Error ? error.message : String(error));
      return failed("INSTRUMENTS", text);
    }
    return { kind: "read", value: this.#catalogue.list(), venueTime };
  }

  /** @throws {ExchangeError} CONNECT_REFUSED when its owner has to change the account first. */
  async #admit(session: Session): Promise<void> {
    const plan = session.profile.reads.admission;
    if (plan === undefined) return;
    const verdict = await ask(session, plan.call());
    if (verdict.kind !== "answered") {
      return this.#require(readFailure(verdict), "read the account's set-up");
    }
    const refusal = plan.refusal(verdict.value);
    if (refusal === null) return;
    throw new ExchangeError("CONNECT_REFUSED", `Cannot connect to ${this.id}: ${refusal}`);
  }

  /** The socket that takes orders now, if one does. */
  #entrySocket(): SocketEntry | null {
    if (this.#context.options.orderEntry === "rest") return null;
    for (const { entry } of this.#sockets) if (entry?.takes) return entry;
    return null;
  }

  #socketSession(): SocketSession | null {
    const session = this.#session;
    if (session === null) return null;
    const { exchange, clock, redact, emit } = session;
    const timeoutMs = this.#context.options.requestTimeoutMs;
    return {
      exchange,
      clock,
      redact,
      timeoutMs,
      emit,
      context: () => rowContext(session),
      ask: (call) => answerOf(session, call),
    };
  }

  #require(outcome: ReadOutcome<unknown>, action: string): void {
    if (outcome.kind === "read") return;
    const { code, message } = outcome.cause;
    throw new ExchangeError(code, `Cannot ${action} of ${this.id}: ${code} ${message}`);
  }
}

function execution(session: () => Session | null, profile: VenueProfile): Execution {
  const entry = new OrderEntry(session);
  const reads = new Reads(session);
  return {
    submit: (request, gate) => entry.submit(request, gate),
    cancel: (ref, gate) => entry.cancel(ref, gate),
    amend: (request, gate) => entry.amend(request, gate),
    lookup: (ref) => reads.lookup(ref),
    openOrders: (symbolId) => reads.openOrders(symbolId),
    fillsSince: (symbolId, since) => reads.fillsSince(symbolId, since),
    fillsOf: (ref) => reads.fillsOf(ref),
    balances: () => reads.balances(),
    positions: () => reads.positions(),
    ...(profile.entry.armDeadMansSwitch === undefined ? {} : {
      armDeadMansSwitch: (timeoutMs: number | null, symbolIds: readonly string[] = []) =>
        entry.armDeadMansSwitch(timeoutMs, symbolIds),
    }),
  };
}

/** For a socket, which has no use for less than an answer. */
async function answerOf(session: Session, call: VenueCall): Promise<unknown> {
  const verdict = await ask(session, call);
  if (verdict.kind === "answered") return verdict.value;
  const { code, message } = readFailure(verdict).cause;
  throw new ExchangeError(code, `Cannot ask ${call.path}: ${code} ${message}`, {});
}

/** Every answer tells what it cost. */
function tellUsage(
  profile: VenueProfile,
  answer: VenueAnswer,
  emit: (fact: VenueFact) => void,
): void {
  const usage = profile.usage(answer);
  if (usage !== null) emit({ kind: "usage", ...usage });
}

/**
 * A 429 or 418 tells that nothing may be sent for a while, or nothing to one endpoint. Where the
 * text cannot be read it is about all.
 */
function tellBan(
  { answers }: VenueProfile,
  answer: VenueAnswer & { readonly text: string | null },
  emit: (fact: VenueFact) => void,
): void {
  const { status, headers, text } = answer;
  if (!answers.banStatuses.has(status)) return;
  const retryAfterMs = waitOf(answers, { status, headers });
  const budgets = text === null ? null : limitedBudgets(answers, text, answer);
  emit({ kind: "banned", status, retryAfterMs, ...(budgets === null ? {} : { budgets }) });
}
