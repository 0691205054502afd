/** A kernel that is only looked at: actors, intents and events that tests move by hand. */
import type { EventFilter, KernelEvent } from "../../src/model/event.ts";
import type { ExchangeKernel, Kernel } from "../../src/model/facade.ts";
import type { JsonValue, OrderIntent, OrderState } from "../../src/model/intent.ts";
import { NotFoundError } from "../../src/model/errors.ts";
import type { Decimal } from "../../src/model/decimal.ts";
import type {
  ActorDetail,
  ActorFilter,
  ActorKind,
  ObservationPort,
} from "../../src/inspector/observation.ts";
import { anOrder } from "../orders.ts";

const EXCHANGE = "paper_main";
const decimal = (text: string): Decimal => text as Decimal; // constants of this file, in its form

interface Actor extends Omit<ActorDetail, "context"> {
  readonly context: { readonly [key: string]: JsonValue };
}

export class FakeKernel implements ObservationPort {
  readonly machines: Readonly<Record<string, unknown>>;
  readonly #actors = new Map<string, Actor>();
  readonly #events: KernelEvent[] = [];
  readonly #now: () => number;
  revision = 1;
  /** Reads of the rows, so that a test sees what looking costs. */
  reads = 0;

  constructor(options: {
    readonly machines: Readonly<Record<string, unknown>>;
    readonly intents: number;
    readonly now: () => number;
  }) {
    this.machines = options.machines;
    this.#now = options.now;
    this.#add("kernel", null, "kernel", "running");
    const exchange = `kernel/${EXCHANGE}`;
    this.#add(exchange, "kernel", "exchange", "ready");
    for (const name of ["public", "private"]) {
      this.#add(`${exchange}/${name}`, exchange, "connection", "open.live");
    }
    this.#add(`${exchange}/requests`, exchange, "requests", "flowing");
    this.#add(`${exchange}/account`, exchange, "account", "live");
    this.#add(`${exchange}/book`, exchange, "book", `${options.intents} intents`);
    for (let number = 0; number < options.intents; number++) {
      this.#add(intentActorId(number), `${exchange}/book`, "intent", stateOf(number));
    }
  }

  actors(filter: ActorFilter) {
    this.reads++;
    const text = filter.text?.toLowerCase() ?? "";
    const matches = [...this.#actors.values()].filter((actor) =>
      actor.id.toLowerCase().includes(text) &&
      (filter.kind === undefined || actor.kind === filter.kind) &&
      (filter.state === undefined || actor.state.split(".")[0] === filter.state) &&
      (filter.exchangeId === undefined || actor.id.split("/")[1] === filter.exchangeId)
    );
    return {
      rows: matches.slice(filter.offset, filter.offset + filter.limit),
      total: matches.length,
    };
  }

  actor(id: string) {
    return this.#actors.get(id);
  }

  counts() {
    const counts: Record<string, number> = {};
    for (const { kind, state } of this.#actors.values()) {
      const top = state.split(".")[0] ?? "";
      if (kind === "intent") counts[top] = (counts[top] ?? 0) + 1;
    }
    return counts;
  }

  /** Moves an actor along an edge, as one commit would, and tells it in an event. */
  move(
    id: string,
    to: { readonly state: string; readonly edge: string; readonly fields?: object },
  ) {
    const actor = this.#actors.get(id);
    if (actor === undefined) throw new Error(`Cannot move "${id}": no such actor`);
    const moved = { ...actor, ...to.fields, state: to.state, lastEdge: to.edge };
    this.#actors.set(id, { ...moved, updatedAt: this.#now() });
    this.revision++;
    if (actor.kind === "intent") this.tell("OrderAccepted", actor.name, "order.outcome");
  }

  tell(type: KernelEvent["type"], intentId: string | null, cause: string): void {
    this.#events.push({
      eventId: this.#events.length + 1,
      type,
      exchangeId: EXCHANGE,
      intentId,
      groupId: null,
      symbolId: "BTC/USDT",
      at: this.#now(),
      cause,
      payload: { exchangeOrderId: "8842001" },
    });
    this.revision++;
  }

  /** The part of the façade the inspector reads; all else is a mistake of the test. */
  get facade(): Kernel {
    const events = this.#events;
    const own = {
      get lastEventId() {
        return events.length;
      },
      storedEvents: (query: { since: number; limit: number; filter?: EventFilter }) => ({
        oldest: 1,
        items: events.filter((event) =>
          event.eventId > query.since &&
          (query.filter?.intentId === undefined || event.intentId === query.filter.intentId)
        ).slice(0, query.limit),
      }),
      exchange: () => this.#exchange(),
    };
    return own as unknown as Kernel; // only these members are read
  }

  #exchange(): ExchangeKernel {
    const actorOf = (intentId: string): Actor => {
      const actor = this.#actors.get(`kernel/${EXCHANGE}/book/${intentId}`);
      if (actor === undefined) throw new NotFoundError(`Cannot read "${intentId}": unknown`);
      return actor;
    };
    const own = {
      getOrderIntent: (intentId: string) => intentOf(actorOf(intentId)),
      getOrderState: (intentId: string) => orderStateOf(actorOf(intentId)),
    };
    return own as unknown as ExchangeKernel; // only these members are read
  }

  #add(id: string, parentId: string | null, kind: ActorKind, state: string): void {
    const machine = kind === "requests" || kind === "account" || kind === "book" ? null : kind;
    this.#actors.set(id, {
      id,
      parentId,
      kind,
      name: id.slice(id.lastIndexOf("/") + 1),
      state,
      tags: [],
      restarts: 0,
      isolated: false,
      updatedAt: this.#now(),
      machine: machine !== null && machine in this.machines ? machine : null,
      lastEdge: null,
      context: kind === "intent" ? { attemptCount: 1, paused: false } : { queued: 3, retries: 0 },
      deadlines: state.startsWith("SUBMITTING")
        ? [{ name: "ack", dueAt: this.#now() + 12_000 }]
        : [],
    });
  }
}

export function intentActorId(number: number): string {
  return `kernel/${EXCHANGE}/book/grid-btc-${String(number).padStart(4, "0")}`;
}

const STATES = [
  "ACTIVE.open",
  "ACTIVE.partiallyFilled",
  "SUBMITTING.inFlight",
  "SUBMITTING.inDoubt",
  "PENDING.ready",
  "RECONCILING.amending",
  "COMPLETED",
  "CANCELED",
  "FAILED",
] as const;

function stateOf(number: number): string {
  return STATES[number % STATES.length] ?? "PENDING.ready";
}

function intentOf(actor: Actor): OrderIntent {
  return {
    intentId: actor.name,
    exchangeId: EXCHANGE,
    order: anOrder({
      amount: decimal("0.40000"),
      limitPrice: decimal("64149.50"),
      postOnly: true,
    }),
    groupId: null,
    ownerIntentId: null,
    strategyId: "grid-btc",
    labels: { desk: "grid" },
    metadata: { canary: "canary-metadata-7f3a" },
    desired: "WORKING",
    generation: 2,
    resourceVersion: 2,
    createdAt: actor.updatedAt - 90_000,
    updatedAt: actor.updatedAt,
  };
}

function orderStateOf(actor: Actor): OrderState {
  const top = actor.state.split(".")[0] as OrderState["reconciliationStatus"]; // STATES above
  const partly = actor.state === "ACTIVE.partiallyFilled";
  const doubt = actor.state.endsWith("inDoubt");
  const at = actor.updatedAt;
  return {
    intentId: actor.name,
    exchangeOrderId: doubt ? null : "8842001",
    clientOrderId: "9f3a5c1e8842001b7d2e4f6a8c0b1d3e",
    status: doubt ? "UNKNOWN" : top === "ACTIVE" ? partly ? "PARTIALLY_FILLED" : "OPEN" : null,
    reconciliationStatus: top,
    state: actor.state,
    observedGeneration: doubt ? 1 : 2,
    refusedGeneration: null,
    filledAmount: decimal(partly ? "0.24700" : "0"),
    filledQuote: decimal(partly ? "15845.93" : "0"),
    remainingAmount: decimal(partly ? "0.15300" : "0.40000"),
    averagePrice: partly ? decimal("64146.55") : null,
    fees: partly ? { USDT: decimal("3.17") } : {},
    lastSyncAt: at - 3_400,
    errorMessage: top === "FAILED" ? "Refused by the venue: insufficient balance" : null,
    cause: top === "FAILED" ? "INSUFFICIENT_BALANCE" : null,
    attempts: [
      attemptOf({ number: 1, filled: "0.10000", outcome: "ACCEPTED", at: at - 80_000 }),
      attemptOf({
        number: 2,
        filled: partly ? "0.14700" : "0",
        outcome: doubt ? "UNKNOWN" : "ACCEPTED",
        at: at - 9_000,
      }),
    ],
    bounds: {
      minFilled: decimal("0"),
      maxFilled: decimal(doubt ? "0.40000" : "0"),
      possiblyLive: decimal(doubt ? "0.40000" : "0"),
    },
    conditions: [
      condition("Admitted", "True", "RiskPassed", at - 90_000),
      condition("Working", doubt ? "Unknown" : "True", doubt ? "InDoubt" : "LiveAtVenue", at),
      condition("Synced", doubt ? "False" : "True", doubt ? "NotSubmitted" : "UpToDate", at),
      condition("OutcomeKnown", doubt ? "Unknown" : "True", doubt ? "Proving" : "Answered", at),
    ],
  };
}

function condition(
  type: OrderState["conditions"][number]["type"],
  status: OrderState["conditions"][number]["status"],
  reason: string,
  lastTransitionAt: number,
): OrderState["conditions"][number] {
  return {
    type,
    status,
    reason,
    message: status === "True" ? "" : "being proven",
    lastTransitionAt,
  };
}

function attemptOf(options: {
  readonly number: number;
  readonly filled: string;
  readonly outcome: OrderState["attempts"][number]["outcome"];
  readonly at: number;
}): OrderState["attempts"][number] {
  return {
    generation: options.number,
    attempt: options.number,
    clientOrderId: `9f3a5c1e8842001b7d2e4f6a8c0b1d3${options.number}`,
    exchangeOrderId: options.outcome === "UNKNOWN" ? null : `884200${options.number}`,
    amount: decimal("0.40000"),
    limitPrice: decimal("64149.50"),
    admittedAt: options.at - 5,
    committedAt: options.at - 2,
    sentAt: options.at,
    answeredAt: options.outcome === "UNKNOWN" ? null : options.at + 23,
    deadline: options.at + 5_000,
    outcome: options.outcome,
    reason: null,
    status: options.outcome === "UNKNOWN" ? null : "OPEN",
    reported: decimal(options.filled),
    filled: decimal(options.filled),
  };
}
