/**
 * The venue port of one simulated process: signs, asks the gate, and hands over to the transport.
 */
import type {
  AmendOutcome,
  AmendRequest,
  CancelOutcome,
  ExchangeAdapter,
  ExchangeCapabilities,
  LookupOutcome,
  OrderRef,
  ReadOutcome,
  SendGate,
  SubmitOutcome,
  SubmitRequest,
  VenueFact,
} from "../../src/exchanges/exchange.ts";
import type {
  EngineResult,
  ExecutionReport,
  PaperTrade,
} from "../../src/exchanges/paper/messages.ts";
import {
  balanceView,
  fillOf,
  refusalOf,
  tickerOf,
  venueOrderOf,
} from "../../src/exchanges/paper/venue_view.ts";
import type { Fill } from "../../src/model/fill.ts";
import type { StandardOrder } from "../../src/model/order.ts";
import type { EpochMs } from "../../src/model/scalars.ts";
import { SimulatedSocket } from "./socket.ts";
import { Transport, type TransportOptions } from "./transport.ts";
import { ACCOUNT, TIMING, type View, type WireRequest } from "./venue.ts";

export const EXCHANGE = "sim";

/** The checks look at each request the moment before it leaves and when it takes effect. */
export interface WireWatch {
  /** @returns false when the process was killed here, before the request left. */
  sending(request: WireRequest, ref: OrderRef | SubmitRequest): boolean;
}

export interface SimulatedAdapterOptions extends TransportOptions {
  readonly watch: WireWatch;
}

type Mutated = SubmitOutcome | CancelOutcome;

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
    const { instruments } = venue.engine;
    this.#transport = new Transport(options);
    this.socket = new SimulatedSocket({
      incarnation,
      decisions,
      deliver: (fact) => this.#listener(fact),
    });
    this.sockets = [this.socket];
    const limit = { capacity: 100_000, intervalMs: 60_000 };
    this.capabilities = {
      timing: TIMING,
      rateLimits: { weight: limit, orders: limit },
      cost: (kind) => ({ weight: 1, orders: kind === "submit" ? 1 : 0 }),
      cancelByClientOrderId: decisions.trait("cancelByClientOrderId", 0.7),
      amendInPlace: decisions.trait("amendInPlace", 0.6),
    };
    this.instruments = {
      load: () => Promise.resolve(this.#readNow([...instruments.values()])),
      get: (symbolId) => instruments.get(symbolId),
      list: () => [...instruments.values()],
    };
    this.marketData = {
      subscribeTicks: () => Promise.resolve(),
      ticker: (symbolId) => {
        if (!instruments.has(symbolId)) return undefined;
        const at = { venueTime: venue.now(), receivedAt: incarnation.now() };
        return tickerOf(symbolId, venue.engine.top(symbolId), at);
      },
    };
    this.execution = {
      submit: (request, gate) => this.#submit(request, gate),
      cancel: (ref, gate) => this.#cancel(ref, gate),
      amend: (request, gate) => this.#amend(request, gate),
      lookup: (ref) => this.#lookup(ref),
      openOrders: (symbolId) =>
        this.#read(
          "openOrders",
          (view) =>
            view.openOrders().filter((o) => symbolId === undefined || o.symbolId === symbolId)
              .map((order) => venueOrderOf(order)),
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

  get isConnected(): boolean {
    return this.#isConnected;
  }

  async connect(signal: AbortSignal): Promise<void> {
    if (this.#o.decisions.fault("dialFailed", 0.1)) throw new Error("the venue cannot be reached");
    const measured = await this.syncClock();
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

  async syncClock(): Promise<
    ReadOutcome<{ readonly offsetMs: number; readonly roundTripMs: number }>
  > {
    const { incarnation, venue } = this.#o;
    const asked = incarnation.monotonic();
    const read = await this.#read("serverTime", () => venue.now());
    if (read.kind === "failed") return read;
    const answered = incarnation.monotonic();
    this.#offset = read.value - (asked + answered) / 2;
    const offsetMs = (this.venueNow() ?? 0) - incarnation.now();
    const value = { offsetMs, roundTripMs: answered - asked };
    return { kind: "read", value, venueTime: read.venueTime };
  }

  onFact(listener: (fact: VenueFact) => void): void {
    this.#listener = listener;
  }

  /** 429: nothing may be sent for so long. */
  ban(retryAfterMs: number): void {
    this.#listener({ kind: "banned", retryAfterMs, status: 429 });
  }

  /** The venue tells a change of the account on its stream. */
  tell({ order, trade }: ExecutionReport): void {
    const { incarnation, decisions } = this.#o;
    const receivedAt = incarnation.now();
    const fill = trade === null ? null : fillOf(trade, receivedAt);
    const isTogether = decisions.trait("fillsInOrderFrames", 0.5);
    if (fill !== null && !isTogether) {
      this.socket.push(() => ({ kind: "fill", fill, receivedAt: incarnation.now() }));
    }
    const view = venueOrderOf(order, fill !== null && isTogether ? [fill] : []);
    this.socket.push(() => ({ kind: "order", order: view, receivedAt: incarnation.now() }));
  }

  #submit(request: SubmitRequest, gate: SendGate): Promise<SubmitOutcome> {
    const { engine } = this.#o.venue;
    return this.#send<SubmitOutcome>("submit", request, gate, () => {
      const { order, amount, clientOrderId } = request;
      return this.#outcome(engine.submit(ACCOUNT, {
        symbolId: order.symbolId,
        side: order.side,
        type: order.limitPrice === null ? "MARKET" : "LIMIT",
        price: order.limitPrice,
        quantity: amount,
        timeInForce: engineTimeInForce(order),
        postOnly: order.postOnly,
        clientOrderId,
        selfTradePrevention: order.selfTradePrevention ?? "NONE",
      }));
    });
  }

  #amend(request: AmendRequest, gate: SendGate): Promise<AmendOutcome> {
    const { limitPrice } = request.order;
    return this.#send<AmendOutcome>(
      "amend",
      request,
      gate,
      () =>
        this.#outcome(this.#o.venue.engine.amend(ACCOUNT, {
          ...keyOf(request),
          quantity: request.amount,
          ...(limitPrice === null ? {} : { price: limitPrice }),
        })),
    );
  }

  #cancel(ref: OrderRef, gate: SendGate): Promise<CancelOutcome> {
    if (ref.exchangeOrderId === null && !this.capabilities.cancelByClientOrderId) {
      return Promise.resolve({ kind: "notSent", reason: "NO_EXCHANGE_ORDER_ID" });
    }
    return this.#send<CancelOutcome>("cancel", ref, gate, () => {
      const result = this.#o.venue.engine.cancel(ACCOUNT, keyOf(ref));
      if (result.kind === "accepted") {
        return { kind: "accepted", order: venueOrderOf(result.order) };
      }
      return { kind: "notFound" };
    });
  }

  async #send<T extends Mutated>(
    kind: WireRequest["kind"],
    ref: (OrderRef & { readonly deadline?: EpochMs }) | SubmitRequest,
    gate: SendGate,
    execute: () => T,
  ): Promise<T | Exclude<Mutated, { kind: "accepted" | "notFound" }>> {
    const { decisions, watch, incarnation } = this.#o;
    const isTroubled = decisions.fault("slowSigning", 0.05);
    if (isTroubled) {
      await this.#sleep(decisions.between("sign:slow", [20, 6_000]));
    }
    const signedAt = this.venueNow();
    if (!this.#isConnected || signedAt === null) {
      return { kind: "notSent", reason: "NOT_CONNECTED" };
    }
    const left = Math.max(0, (ref.deadline ?? Infinity) - signedAt);
    // Some adapters shorten the validity to fit the deadline; of others the gate stops what is late.
    const isFitted = decisions.trait("fittedValidity", 0.5);
    const validForMs = isFitted ? Math.min(TIMING.validityMs, left) : TIMING.validityMs;
    const stop = gate.check({ signedAt, validForMs });
    if (stop !== null) return { kind: "notSent", reason: stop };
    const request: WireRequest = {
      kind,
      clientOrderId: ref.clientOrderId,
      validUntil: signedAt + validForMs,
      isDone: false,
      isAdmitted: false,
    };
    // A dead process sends nothing, and hears nothing.
    if (!incarnation.alive || !watch.sending(request, ref)) return await new Promise(() => {});
    gate.sent();
    return await this.#transport.mutate<T | Exclude<Mutated, { kind: "accepted" | "notFound" }>>({
      request,
      isTroubled,
      execute,
      unknown: (cause) => ({ kind: "unknown", cause }),
      refuse: (code, retryAfterMs) => ({
        kind: "refused",
        reason: {
          code,
          venueCode: code,
          message: `Cannot execute: ${code}`,
          ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        },
      }),
    });
  }

  #outcome(result: EngineResult): SubmitOutcome {
    if (result.kind === "rejected") {
      return result.code === "DUPLICATE_CLIENT_ORDER_ID"
        ? { kind: "unknown", cause: { code: "DUPLICATE_ID", message: result.message } }
        : { kind: "refused", reason: refusalOf(result) };
    }
    const { incarnation, decisions } = this.#o;
    const withFills = decisions.trait("fillsInAnswers", 0.5);
    const fills = withFills ? result.trades.map((t) => fillOf(t, incarnation.now())) : [];
    return { kind: "accepted", order: venueOrderOf(result.order, fills) };
  }

  #lookup(ref: OrderRef): Promise<LookupOutcome> {
    const { venue, decisions } = this.#o;
    return this.#transport.read<LookupOutcome>("lookup", {
      answer: (view) => {
        const order = view.order(keyOf(ref));
        const venueTime = venue.now();
        if (order === undefined) return { kind: "absent", venueTime };
        const withFills = decisions.trait("fillsInLookups", 0.3);
        const fills = withFills ? this.#fills(view, (t) => t.orderId === order.orderId) : [];
        return { kind: "found", order: venueOrderOf(order, fills), venueTime };
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

  #read<T>(name: string, value: (view: View) => T): Promise<ReadOutcome<T>> {
    return this.#transport.read<ReadOutcome<T>>(name, {
      answer: (view) => this.#readNow(value(view)),
      fail: (cause, retryAfterMs) => failed(cause, retryAfterMs),
    });
  }

  #readNow<T>(value: T): Extract<ReadOutcome<T>, { kind: "read" }> {
    return { kind: "read", value, venueTime: this.#o.venue.now() };
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#o.incarnation.setTimer(resolve, ms));
  }
}

function failed(
  cause: { readonly code: string; readonly message: string },
  retryAfterMs: number | undefined,
): Extract<ReadOutcome<never>, { kind: "failed" }> {
  return { kind: "failed", cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function keyOf({ symbolId, exchangeOrderId, clientOrderId }: OrderRef) {
  return exchangeOrderId === null
    ? { symbolId, clientOrderId }
    : { symbolId, orderId: Number(exchangeOrderId) };
}

function engineTimeInForce({ timeInForce }: StandardOrder): "GTC" | "IOC" | "FOK" {
  return timeInForce === "IOC" || timeInForce === "FOK" ? timeInForce : "GTC";
}
