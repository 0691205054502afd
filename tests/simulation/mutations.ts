/** How one simulated process places, changes and cancels: signed, asked at the gate, handed over. */
import type {
  AmendOutcome,
  AmendRequest,
  CancelOutcome,
  ExchangeCapabilities,
  OrderRef,
  SendGate,
  SubmitOutcome,
  SubmitRequest,
} from "../../src/exchanges/exchange.ts";
import type { EngineResult } from "../../src/exchanges/paper/messages.ts";
import { fillOf, refusalOf } from "../../src/exchanges/paper/venue_view.ts";
import type { Decimal } from "../../src/model/decimal.ts";
import type { StandardOrder } from "../../src/model/order.ts";
import type { EpochMs } from "../../src/model/scalars.ts";
import type { Transport, TransportOptions } from "./transport.ts";
import { ACCOUNT, TIMING, type WireRequest } from "./venue.ts";

/** Stands for a key: it must come out nowhere (S11). */
export const CANARY = "canary-9c1f-secret";

/** The checks look at each request when it is asked for, and the moment before it leaves. */
export interface WireWatch {
  /** The kernel asked its adapter for this. */
  asked(kind: "submit" | "cancel" | "amend"): void;
  /** @returns false when the process was killed here, before the request left. */
  sending(request: WireRequest, ref: Sent): boolean;
}

export type Sent = OrderRef | SubmitRequest | AmendRequest;

export interface MutationsOptions extends TransportOptions {
  readonly watch: WireWatch;
  readonly capabilities: ExchangeCapabilities;
  readonly transport: Transport;
  readonly isConnected: () => boolean;
  /** The venue's clock as the adapter knows it; null before the first measure. */
  readonly venueNow: () => EpochMs | null;
}

type Mutated = SubmitOutcome | CancelOutcome;
type Undone = Exclude<Mutated, { kind: "accepted" | "notFound" }>;

interface Task<T> {
  readonly kind: WireRequest["kind"];
  readonly ref: Sent;
  readonly symbolId: string;
  readonly limitPrice: Decimal | null;
  readonly deadline: EpochMs | null;
  readonly execute: () => T;
}

export class Mutations {
  readonly #o: MutationsOptions;

  constructor(options: MutationsOptions) {
    this.#o = options;
  }

  submit(request: SubmitRequest, gate: SendGate): Promise<SubmitOutcome> {
    const { engine } = this.#o.venue;
    const { order, amount, clientOrderId, deadline } = request;
    const { symbolId, limitPrice } = order;
    const terms = { kind: "submit", ref: request, symbolId, limitPrice, deadline } as const;
    return this.#send<SubmitOutcome>(gate, {
      ...terms,
      execute: () =>
        this.#outcome(engine.submit(ACCOUNT, {
          symbolId,
          side: order.side,
          type: limitPrice === null ? "MARKET" : "LIMIT",
          price: limitPrice,
          quantity: amount,
          timeInForce: engineTimeInForce(order),
          postOnly: order.postOnly,
          clientOrderId,
          selfTradePrevention: order.selfTradePrevention ?? "NONE",
        })),
    });
  }

  amend(request: AmendRequest, gate: SendGate): Promise<AmendOutcome> {
    const { engine } = this.#o.venue;
    const { symbolId, deadline, order: { limitPrice } } = request;
    const price = limitPrice === null ? {} : { price: limitPrice };
    const amendment = { ...keyOf(request), quantity: request.amount, ...price };
    const terms = { kind: "amend", ref: request, symbolId, limitPrice, deadline } as const;
    const execute = () => this.#outcome(engine.amend(ACCOUNT, amendment));
    return this.#send<AmendOutcome>(gate, { ...terms, execute });
  }

  cancel(ref: OrderRef, gate: SendGate): Promise<CancelOutcome> {
    const { venue, capabilities } = this.#o;
    if (ref.exchangeOrderId === null && !capabilities.cancelByClientOrderId) {
      return Promise.resolve({ kind: "notSent", reason: "NO_EXCHANGE_ORDER_ID" });
    }
    const { symbolId } = ref;
    const terms = { kind: "cancel", ref, symbolId, limitPrice: null, deadline: null } as const;
    return this.#send<CancelOutcome>(gate, {
      ...terms,
      execute: () => {
        const result = venue.engine.cancel(ACCOUNT, keyOf(ref));
        if (result.kind === "rejected") return { kind: "notFound" };
        return { kind: "accepted", order: venue.shown(result.order) };
      },
    });
  }

  async #send<T extends Mutated>(gate: SendGate, task: Task<T>): Promise<T | Undone> {
    const { decisions, watch, incarnation, isConnected, venueNow, transport } = this.#o;
    watch.asked(task.kind);
    const isTroubled = decisions.fault("slowSigning", 0.12);
    if (isTroubled) await this.#sleep(decisions.between("sign:slow", [20, 6_000]));
    const throws = decisions.fault("adapterThrew", 0.02);
    if (throws && decisions.chance("threw:before", 0.5)) throw new Error(`key ${CANARY}`);
    const signedAt = venueNow();
    if (!isConnected() || signedAt === null) return { kind: "notSent", reason: "NOT_CONNECTED" };
    const left = Math.max(0, (task.deadline ?? Infinity) - signedAt);
    // Some adapters shorten the validity to fit the deadline; of others the gate stops what is late.
    const isFitted = decisions.trait("fittedValidity", 0.5);
    const validForMs = isFitted ? Math.min(TIMING.validityMs, left) : TIMING.validityMs;
    const stop = gate.check({ signedAt, validForMs });
    if (stop !== null) return { kind: "notSent", reason: stop };
    const request: WireRequest = {
      kind: task.kind,
      symbolId: task.symbolId,
      limitPrice: task.limitPrice,
      clientOrderId: task.ref.clientOrderId,
      signedAt,
      validUntil: signedAt + validForMs,
      copyOf: null,
      isDone: false,
      isAdmitted: false,
      isRefused: false,
    };
    // A dead process sends nothing, and hears nothing.
    if (!incarnation.alive || !watch.sending(request, task.ref)) return await new Promise(() => {});
    gate.sent();
    const outcome = await transport.mutate<T | Undone>({
      request,
      isTroubled,
      execute: task.execute,
      unknown: (cause) => ({ kind: "unknown", cause }),
      refuse: (code, retryAfterMs) => {
        const later = retryAfterMs === undefined ? {} : { retryAfterMs };
        const message = `Cannot execute: ${code}`;
        return { kind: "refused", reason: { code, venueCode: code, message, ...later } };
      },
    });
    if (throws) throw new Error(`signature of ${CANARY}`);
    return outcome;
  }

  #outcome(result: EngineResult): SubmitOutcome {
    if (result.kind === "rejected") {
      return result.code === "DUPLICATE_CLIENT_ORDER_ID"
        ? { kind: "unknown", cause: { code: "DUPLICATE_ID", message: result.message } }
        : { kind: "refused", reason: refusalOf(result) };
    }
    const { incarnation, decisions, venue } = this.#o;
    const withFills = decisions.trait("fillsInAnswers", 0.5);
    const fills = withFills ? result.trades.map((t) => fillOf(t, incarnation.now())) : [];
    return { kind: "accepted", order: venue.shown(result.order, fills) };
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#o.incarnation.setTimer(resolve, ms));
  }
}

export function keyOf({ symbolId, exchangeOrderId, clientOrderId }: OrderRef) {
  return exchangeOrderId === null
    ? { symbolId, clientOrderId }
    : { symbolId, orderId: Number(exchangeOrderId) };
}

function engineTimeInForce({ timeInForce }: StandardOrder): "GTC" | "IOC" | "FOK" {
  return timeInForce === "IOC" || timeInForce === "FOK" ? timeInForce : "GTC";
}
