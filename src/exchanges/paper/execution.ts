/** Order entry and account reads of the paper exchange, through the wire. */
import type { Balance, Position } from "../../model/account.ts";
import type { Clock } from "../../model/clock.ts";
import type { Fill } from "../../model/fill.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type {
  AmendOutcome,
  CancelOutcome,
  LookupOutcome,
  ReadOutcome,
  SubmitOutcome,
  UnknownCause,
  VenueOrder,
} from "../../model/venue.ts";
import type {
  AmendRequest,
  ArmOutcome,
  Execution,
  OrderRef,
  SendGate,
  SubmitRequest,
} from "../exchange.ts";
import { windUp } from "./dead_man.ts";
import type { MatchingEngine } from "./engine.ts";
import type { EngineResult, NewOrder, OrderKey, PaperOrder } from "./messages.ts";
import { balanceView, fillOf, positionView, refusalOf, venueOrderOf } from "./venue_view.ts";
import type { Losses, Wire } from "./wire.ts";

export interface PaperExecutionOptions {
  readonly engine: MatchingEngine;
  readonly accountId: string;
  readonly clock: Clock;
  readonly wire: Wire;
  readonly isConnected: () => boolean;
  /** How long after its signed timestamp the engine still admits a request. */
  readonly validityMs: number;
  /** How long final orders are promised to be findable. */
  readonly retentionMs: number;
}

/**
 * I1 The gate is asked synchronously, last before the request leaves. I2 A request that arrives
 * after its validity is refused, never executed. I3 `absent` is answered only while no order of
 * the promised retention has been forgotten.
 */
export class PaperExecution implements Execution {
  readonly #options: PaperExecutionOptions;

  constructor(options: PaperExecutionOptions) {
    this.#options = options;
  }

  submit(request: SubmitRequest, gate: SendGate): Promise<SubmitOutcome> {
    return this.#send<SubmitOutcome>(gate, request.deadline, () => {
      const { engine, accountId } = this.#options;
      return this.#outcomeOf(engine.submit(accountId, newOrderOf(request)));
    });
  }

  amend(request: AmendRequest, gate: SendGate): Promise<AmendOutcome> {
    return this.#send<AmendOutcome>(gate, request.deadline, () => {
      const { engine, accountId } = this.#options;
      const price = request.order.limitPrice;
      return this.#outcomeOf(engine.amend(accountId, {
        ...keyOf(request),
        quantity: request.amount,
        ...(price === null ? {} : { price }),
      }));
    });
  }

  cancel(ref: OrderRef, gate: SendGate): Promise<CancelOutcome> {
    return this.#send<CancelOutcome>(gate, Infinity, () => {
      const { engine, accountId } = this.#options;
      const result = engine.cancel(accountId, keyOf(ref));
      if (result.kind === "accepted") {
        return { kind: "accepted", order: venueOrderOf(result.order) };
      }
      return result.code === "UNKNOWN_ORDER"
        ? { kind: "notFound" }
        : { kind: "refused", reason: refusalOf(result) };
    });
  }

  lookup(ref: OrderRef): Promise<LookupOutcome> {
    return this.#ask<LookupOutcome>(() => {
      const { engine } = this.#options;
      const venueTime = engine.now();
      const order = this.#find(ref);
      if (order !== undefined) return { kind: "found", order: venueOrderOf(order), venueTime };
      const forgotten = engine.forgottenUntil;
      if (forgotten !== null && forgotten >= venueTime - this.#options.retentionMs) { // I3
        return failed({ code: "RETENTION", message: "the venue's history has overflowed" });
      }
      return { kind: "absent", venueTime };
    });
  }

  openOrders(symbolId?: string): Promise<ReadOutcome<readonly VenueOrder[]>> {
    return this.#read(({ engine, accountId }) =>
      engine.openOrders(accountId, symbolId).map((order) => venueOrderOf(order))
    );
  }

  fillsSince(symbolId: string, since: EpochMs): Promise<ReadOutcome<readonly Fill[]>> {
    return this.#read(({ engine, accountId, clock }) => {
      const trades = engine.trades(accountId, { symbolId, since });
      return trades.map((trade) => fillOf(trade, clock.now()));
    });
  }

  fillsOf(ref: OrderRef): Promise<ReadOutcome<readonly Fill[]>> {
    return this.#read(({ engine, accountId, clock }) => {
      const order = this.#find(ref);
      if (order === undefined) return [];
      const trades = engine.trades(accountId, { orderId: order.orderId });
      return trades.map((trade) => fillOf(trade, clock.now()));
    });
  }

  balances(): Promise<ReadOutcome<readonly Balance[]>> {
    return this.#read(({ engine, accountId }) => {
      const now = engine.now();
      return engine.balances(accountId).map((balance) =>
        balanceView(balance, now, engine.margin(accountId, balance.asset))
      );
    });
  }

  /** Flat ones too: without their leverage the kernel would take it for 1. */
  positions(): Promise<ReadOutcome<readonly Position[]>> {
    return this.#read(({ engine, accountId }) => {
      const now = engine.now();
      return engine.contracts(accountId).map((position) => positionView(position, engine, now));
    });
  }

  armDeadMansSwitch(timeoutMs: number | null): Promise<ArmOutcome> {
    const { engine, accountId, clock } = this.#options;
    return this.#ask<ArmOutcome>(() => ({
      kind: "armed",
      firesAt: windUp(engine, { accountId, clock, timeoutMs }),
    }));
  }

  #find(ref: OrderRef): PaperOrder | undefined {
    return this.#options.engine.order(this.#options.accountId, keyOf(ref));
  }

  #outcomeOf(result: EngineResult): SubmitOutcome {
    if (result.kind === "accepted") {
      const receivedAt = this.#options.clock.now();
      const fills = result.trades.map((trade) => fillOf(trade, receivedAt));
      return { kind: "accepted", order: venueOrderOf(result.order, fills) };
    }
    if (result.code === "DUPLICATE_CLIENT_ORDER_ID") {
      // An order with this id is live: the request may be a copy of the one that made it.
      return unknown({ code: "DUPLICATE_ID", message: result.message });
    }
    return { kind: "refused", reason: refusalOf(result) };
  }

  async #send<T>(gate: SendGate, deadline: EpochMs, atVenue: () => T): Promise<T | NotMade> {
    const { engine, isConnected, validityMs, wire } = this.#options;
    if (!isConnected()) return { kind: "notSent", reason: "NOT_CONNECTED" };
    const signedAt = engine.now();
    const validForMs = Math.max(0, Math.min(validityMs, deadline - signedAt));
    const stop = gate.check({ signedAt, validForMs }); // I1
    if (stop !== null) return { kind: "notSent", reason: stop };
    const admit = (): T | NotMade => {
      const isLate = engine.now() > signedAt + validForMs;
      return isLate ? expired(signedAt + validForMs) : atVenue(); // I2
    };
    const answer = wire.request<T | NotMade>(admit, LOST_REQUEST);
    gate.sent();
    return await answer;
  }

  #read<T>(value: (options: PaperExecutionOptions) => T): Promise<ReadOutcome<T>> {
    return this.#ask<ReadOutcome<T>>(() => ({
      kind: "read",
      value: value(this.#options),
      venueTime: this.#options.engine.now(),
    }));
  }

  #ask<T>(atVenue: () => T | FailedRead): Promise<T | FailedRead> {
    if (!this.#options.isConnected()) {
      return Promise.resolve(failed({ code: "NOT_CONNECTED", message: "the adapter is closed" }));
    }
    return this.#options.wire.request<T | FailedRead>(atVenue, LOST_READ);
  }
}

/** Outcomes of a mutation that do not come from the engine's verdict on it. */
type NotMade = Extract<SubmitOutcome, { kind: "notSent" | "unknown" | "refused" }>;
type FailedRead = Extract<LookupOutcome, { kind: "failed" }>;

const CUT: UnknownCause = { code: "CONNECTION_RESET", message: "the connection was cut" };
const LOST_REQUEST: Losses<NotMade> = {
  cut: () => unknown(CUT),
  failed: (e) => unknown(broken(e)),
};
const LOST_READ: Losses<FailedRead> = { cut: () => failed(CUT), failed: (e) => failed(broken(e)) };

function broken(error: Error): UnknownCause {
  return { code: "SERVER_ERROR", message: error.message };
}

function unknown(cause: UnknownCause): NotMade {
  return { kind: "unknown", cause };
}

function failed(cause: UnknownCause): FailedRead {
  return { kind: "failed", cause };
}

function expired(validUntil: EpochMs): NotMade {
  const message = `Cannot execute: the request was valid until ${validUntil}`;
  return {
    kind: "refused",
    reason: { code: "INVALID_TIMESTAMP", venueCode: "INVALID_TIMESTAMP", message },
  };
}

function keyOf(ref: OrderRef): OrderKey {
  return ref.exchangeOrderId === null
    ? { symbolId: ref.symbolId, clientOrderId: ref.clientOrderId }
    : { symbolId: ref.symbolId, orderId: Number(ref.exchangeOrderId) };
}

/** DAY and GTD are ended by the kernel's own deadline, so here they rest like GTC. */
function newOrderOf(request: SubmitRequest): NewOrder {
  const { order } = request;
  const timeInForce = order.timeInForce;
  return {
    symbolId: order.symbolId,
    side: order.side,
    type: order.limitPrice === null ? "MARKET" : "LIMIT",
    price: order.limitPrice,
    quantity: request.amount,
    timeInForce: timeInForce === "IOC" || timeInForce === "FOK" ? timeInForce : "GTC",
    postOnly: order.postOnly,
    reduceOnly: order.reduceOnly,
    clientOrderId: request.clientOrderId,
    selfTradePrevention: order.selfTradePrevention ?? "NONE",
  };
}
