/**
 * The venue port of one simulated process: its reads, its stream and its clock. What it sends is in
 * `mutations.ts`.
 */
import type {
  ExchangeAdapter,
  ExchangeCapabilities,
  LookupOutcome,
  OrderRef,
  ReadOutcome,
  RequestKind,
  VenueFact,
} from "../../src/exchanges/exchange.ts";
import type { ExecutionReport, PaperTrade } from "../../src/exchanges/paper/messages.ts";
import { balanceView, fillOf, tickerOf } from "../../src/exchanges/paper/venue_view.ts";
import type { Fill } from "../../src/model/fill.ts";
import type { EpochMs } from "../../src/model/scalars.ts";
import { CANARY, keyOf, Mutations, type WireWatch } from "./mutations.ts";
import { SimulatedSocket } from "./socket.ts";
import { Transport, type TransportOptions } from "./transport.ts";
import { ACCOUNT, TIMING, type View } from "./venue.ts";

export const EXCHANGE = "sim";

export interface AdapterWatch extends Omit<WireWatch, "asked"> {
  /** The kernel asked its adapter for this. */
  asked(kind: RequestKind): void;
}

export interface SimulatedAdapterOptions extends Omit<TransportOptions, "onBanned"> {
  readonly watch: AdapterWatch;
  /** The kernel is told to stay away. */
  readonly onBanned: (retryAfterMs: number) => void;
}

type Clocked = ReadOutcome<{ readonly offsetMs: number; readonly roundTripMs: number }>;

export class SimulatedAdapter implements ExchangeAdapter {
  readonly id = EXCHANGE;
  readonly type = "CEX";
  readonly capabilities: ExchangeCapabilities;
  readonly socket: SimulatedSocket;
  readonly sockets: readonly SimulatedSocket[];
  readonly execution: ExchangeAdapter["execution"];
  readonly instruments: ExchangeAdapter["instruments"];
  readonly marketData: ExchangeAdapter["marketData"];
  readonly #o: SimulatedAdapterOptions;
  readonly #transport: Transport;
  #listener: (fact: VenueFact) => void = () => {};
  #isConnected = false;
  /** The venue's clock less our monotonic one; null before the first measure. */
  #offset: number | null = null;

  constructor(options: SimulatedAdapterOptions) {
    this.#o = options;
    const { incarnation, decisions, venue } = options;
    const onBanned = (retryAfterMs: number) => this.ban(retryAfterMs);
    this.#transport = new Transport({ ...options, onBanned });
    this.socket = new SimulatedSocket({
      incarnation,
      decisions,
      isRefused: () => venue.gateway.isDown || venue.gateway.isLoginExpired,
      deliver: (fact) => this.#listener(fact),
    });
    this.sockets = [this.socket];
    this.capabilities = {
      timing: TIMING,
      rateLimits: venue.budgets.limits,
      cost: (kind) => venue.budgets.cost(kind),
      cancelByClientOrderId: decisions.trait("cancelByClientOrderId", 0.7),
      amendInPlace: decisions.trait("amendInPlace", 0.6),
    };
    const { listed } = venue.gateway;
    this.instruments = {
      load: () => Promise.resolve(this.#readNow([...listed.values()])),
      get: (symbolId) => listed.get(symbolId),
      list: () => [...listed.values()],
    };
    this.marketData = {
      ticker: (symbolId) => {
        if (!listed.has(symbolId)) return undefined;
        const at = { venueTime: venue.now(), receivedAt: incarnation.now() };
        return tickerOf(symbolId, venue.engine.top(symbolId), at);
      },
    };
    this.execution = this.#execution();
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  async connect(signal: AbortSignal): Promise<void> {
    if (this.#o.decisions.fault("dialFailed", 0.1)) throw new Error(`no way for ${CANARY}`);
    const measured = await this.#measure();
    if (measured.kind === "failed") throw new Error("the venue's clock cannot be read");
    signal.throwIfAborted();
    this.#isConnected = true;
  }

  disconnect(): Promise<void> {
    this.#isConnected = false;
    return this.socket.close();
  }

  venueNow(): EpochMs | null {
    if (this.#offset === null) return null;
    return Math.floor(this.#o.incarnation.monotonic() + this.#offset);
  }

  syncClock(): Promise<Clocked> {
    this.#o.watch.asked("serverTime");
    return this.#measure();
  }

  onFact(listener: (fact: VenueFact) => void): void {
    this.#listener = listener;
  }

  /** 429: nothing may be sent for so long. */
  ban(retryAfterMs: number): void {
    this.#o.onBanned(retryAfterMs);
    this.#listener({ kind: "banned", retryAfterMs, status: 429 });
  }

  /** The venue tells a change of the account on its stream. */
  tell({ order, trade }: ExecutionReport): void {
    const { incarnation, decisions, venue } = this.#o;
    const receivedAt = incarnation.now();
    const fill = trade === null ? null : fillOf(trade, receivedAt);
    const isTogether = decisions.trait("fillsInOrderFrames", 0.5);
    if (fill !== null && !isTogether) {
      this.socket.push(() => ({ kind: "fill", fill, receivedAt: incarnation.now() }));
    }
    const view = venue.shown(order, fill !== null && isTogether ? [fill] : []);
    this.socket.push(() => ({ kind: "order", order: view, receivedAt: incarnation.now() }));
  }

  #execution(): ExchangeAdapter["execution"] {
    const { venue } = this.#o;
    const mutations = new Mutations({
      ...this.#o,
      capabilities: this.capabilities,
      transport: this.#transport,
      isConnected: () => this.#isConnected,
      venueNow: () => this.venueNow(),
    });
    return {
      submit: (request, gate) => mutations.submit(request, gate),
      cancel: (ref, gate) => mutations.cancel(ref, gate),
      amend: (request, gate) => mutations.amend(request, gate),
      lookup: (ref) => this.#lookup(ref),
      openOrders: (symbolId) =>
        this.#read(
          "openOrders",
          (view) =>
            view.openOrders().filter((o) => symbolId === undefined || o.symbolId === symbolId)
              .map((order) => venue.shown(order)),
        ),
      fillsSince: (symbolId, since) =>
        this.#read(
          "fillsSince",
          (view) =>
            this.#fills(view, (trade) => trade.symbolId === symbolId && trade.time >= since),
        ),
      fillsOf: (ref) =>
        this.#read("fillsOf", (view) => {
          const order = view.order(keyOf(ref));
          return this.#fills(view, (trade) => trade.orderId === order?.orderId);
        }),
      balances: () =>
        this.#read(
          "balances",
          () => venue.engine.balances(ACCOUNT).map((each) => balanceView(each, venue.now())),
        ),
      positions: () => this.#read("positions", () => []),
    };
  }

  #lookup(ref: OrderRef): Promise<LookupOutcome> {
    const { venue, decisions } = this.#o;
    this.#o.watch.asked("lookup");
    return this.#transport.read<LookupOutcome>("lookup", {
      answer: (view) => {
        const order = view.order(keyOf(ref));
        const venueTime = venue.now();
        if (order === undefined) return { kind: "absent", venueTime };
        const withFills = decisions.trait("fillsInLookups", 0.3);
        const fills = withFills ? this.#fills(view, (t) => t.orderId === order.orderId) : [];
        return { kind: "found", order: venue.shown(order, fills), venueTime };
      },
      fail: (cause, retryAfterMs) => failed(cause, retryAfterMs),
    });
  }

  #fills(view: View, matches: (trade: PaperTrade) => boolean): readonly Fill[] {
    const { incarnation, decisions } = this.#o;
    const isAnonymous = decisions.trait("fillsWithoutClientId", 0.4);
    return view.trades().filter(matches).map((trade) => {
      const fill = fillOf(trade, incarnation.now());
      return isAnonymous ? { ...fill, clientOrderId: null } : fill;
    });
  }

  #read<T>(kind: RequestKind, value: (view: View) => T): Promise<ReadOutcome<T>> {
    this.#o.watch.asked(kind);
    return this.#ask(kind, value);
  }

  #ask<T>(kind: RequestKind, value: (view: View) => T): Promise<ReadOutcome<T>> {
    return this.#transport.read<ReadOutcome<T>>(kind, {
      answer: (view) => this.#readNow(value(view)),
      fail: (cause, retryAfterMs) => failed(cause, retryAfterMs),
    });
  }

  async #measure(): Promise<Clocked> {
    const { incarnation, venue } = this.#o;
    const asked = incarnation.monotonic();
    const read = await this.#ask("serverTime", () => venue.now());
    if (read.kind === "failed") return read;
    const answered = incarnation.monotonic();
    this.#offset = read.value - (asked + answered) / 2;
    const offsetMs = (this.venueNow() ?? 0) - incarnation.now();
    const value = { offsetMs, roundTripMs: answered - asked };
    return { kind: "read", value, venueTime: read.venueTime };
  }

  #readNow<T>(value: T): Extract<ReadOutcome<T>, { kind: "read" }> {
    return { kind: "read", value, venueTime: this.#o.venue.now() };
  }
}

function failed(
  cause: { readonly code: string; readonly message: string },
  retryAfterMs: number | undefined,
): Extract<ReadOutcome<never>, { kind: "failed" }> {
  return { kind: "failed", cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
