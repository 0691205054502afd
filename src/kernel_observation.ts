/** What the inspector may see, read off the running actors: listed fields only (never a key). */
import type { AnyActorRef } from "xstate";
import { accountMachine } from "../machines/account.ts";
import { connectionMachine } from "../machines/connection.ts";
import { exchangeMachine } from "../machines/exchange.ts";
import { type IntentContext, isTerminal, topState } from "../machines/intent_context.ts";
import { intentMachine } from "../machines/intent.ts";
import { kernelMachine } from "../machines/kernel.ts";
import { orderState } from "../machines/order_state.ts";
import { requestsMachine } from "../machines/requests.ts";
import { edgeName } from "../actors/edge_tap.ts";
import type { Entry } from "../actors/entry.ts";
import type { Exchange } from "../actors/exchange.ts";
import { exchangeHealth } from "../actors/health.ts";
import type { KernelActor } from "../actors/kernel.ts";
import type {
  ActorDetail,
  ActorFilter,
  ActorKind,
  ActorRow,
  EdgeId,
  ObservationPort,
} from "./inspector/observation.ts";
import type { Clock } from "./model/clock.ts";
import type { ExchangeHealth } from "./model/health.ts";
import type { JsonValue } from "./model/intent.ts";
import type { EpochMs } from "./model/scalars.ts";

export class KernelObservation implements ObservationPort {
  readonly machines: Readonly<Record<string, unknown>> = {
    intent: intentMachine,
    exchange: exchangeMachine,
    connection: connectionMachine,
    requests: requestsMachine,
    account: accountMachine,
    kernel: kernelMachine,
  };
  readonly #kernel: KernelActor;
  readonly #startedAt: EpochMs;

  constructor(kernel: KernelActor, clock: Clock) {
    this.#kernel = kernel;
    this.#startedAt = clock.now();
  }

  get revision(): number {
    let revision = this.#kernel.lastEventId + this.#kernel.tap.taken;
    for (const exchange of this.#kernel.running()) revision += exchange.book.revision;
    return revision;
  }

  actors(filter: ActorFilter): { readonly rows: readonly ActorRow[]; readonly total: number } {
    const { offset, limit } = filter;
    const rows: ActorRow[] = [];
    let total = 0;
    const take = (make: () => ActorRow) => {
      if (total >= offset && rows.length < limit) rows.push(make());
      total += 1;
    };
    for (const row of this.#supervisors()) if (matches(row, filter)) take(() => row);
    if (filter.kind !== undefined && filter.kind !== "intent") return { rows, total };
    for (const exchange of this.#kernel.running()) {
      if (filter.exchangeId !== undefined && filter.exchangeId !== exchange.id) continue;
      // The newest first: what just happened is what one looks for.
      for (const entry of [...exchange.book.entries()].reverse()) {
        const seen = entry.committed;
        if (seen === null || !intentMatches(entry, seen, filter)) continue;
        take(() => intentRow(exchange, entry, seen));
      }
    }
    return { rows, total };
  }

  actor(id: string): ActorDetail | undefined {
    const [, exchangeId, part, ...rest] = id.split("/");
    const exchange = this.#kernel.running().find((e) => e.id === exchangeId);
    if (exchange !== undefined && part === "book" && rest.length > 0) {
      return this.#intent(exchange, rest.join("/"));
    }
    const row = this.#supervisors().find((candidate) => candidate.id === id);
    return row === undefined ? undefined : this.#supervisor(row, exchange);
  }

  counts(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const exchange of this.#kernel.running()) {
      for (const { committed } of exchange.book.entries()) {
        if (committed === null) continue;
        const top = topState(committed.phase);
        counts[top] = (counts[top] ?? 0) + 1;
      }
    }
    return counts;
  }

  #supervisors(): ActorRow[] {
    const { tap, actor, state, supervisor: root } = this.#kernel;
    const since = (ref: AnyActorRef | undefined) =>
      (ref === undefined ? undefined : tap.since(ref)) ?? this.#startedAt;
    const rows = [supervisorRow("kernel", "kernel", { state, updatedAt: since(actor) })];
    for (const exchange of this.#kernel.running()) {
      const id = `kernel/${exchange.id}`;
      const { supervisor, runner, book, account } = exchange;
      const restarts = root.restarts(exchange.id);
      const own = { state: exchange.state, restarts, updatedAt: since(exchange.actor) };
      rows.push(supervisorRow(id, "exchange", own));
      for (const connection of exchange.connections) {
        rows.push(supervisorRow(`${id}/${connection.id}`, "connection", {
          state: connection.state,
          restarts: supervisor.restarts(connection.id),
          updatedAt: since(connection.actor),
        }));
      }
      const updatedAt = since(runner.actor);
      rows.push(supervisorRow(`${id}/requests`, "requests", { state: runner.mode, updatedAt }));
      const read = { state: account.state, updatedAt: since(account.actor) };
      rows.push(supervisorRow(`${id}/account`, "account", read));
      const holds = { state: `${book.size} intents`, updatedAt: since(undefined) };
      rows.push(supervisorRow(`${id}/book`, "book", holds));
    }
    return rows;
  }

  #supervisor(row: ActorRow, exchange: Exchange | undefined): ActorDetail {
    const actor = this.#actorOf(row, exchange);
    const machine = row.kind in this.machines ? row.kind : null;
    return {
      ...row,
      machine,
      lastEdge: actor === undefined ? null : this.#edge(actor),
      context: exchange === undefined
        ? kernelContext(this.#kernel)
        : supervisorContext(row.kind, exchange, row.name),
      deadlines: [],
    };
  }

  #actorOf(row: ActorRow, exchange: Exchange | undefined): AnyActorRef | undefined {
    switch (row.kind) {
      case "kernel":
        return this.#kernel.actor;
      case "exchange":
        return exchange?.actor;
      case "requests":
        return exchange?.runner.actor;
      case "account":
        return exchange?.account.actor;
      case "connection":
        return exchange?.connections.find((c) => c.id === row.name)?.actor;
      default:
        return undefined;
    }
  }

  #intent(exchange: Exchange, intentId: string): ActorDetail | undefined {
    const entry = exchange.book.entry(intentId);
    const seen = entry?.committed;
    if (entry === undefined || seen === null || seen === undefined) return undefined;
    const actor = exchange.book.actor(intentId);
    return {
      ...intentRow(exchange, entry, seen),
      machine: "intent",
      lastEdge: actor === undefined ? null : this.#edge(actor),
      context: intentContext(seen),
      deadlines: exchange.book.deadlinesOf(intentId),
    };
  }

  #edge(actor: AnyActorRef): EdgeId | null {
    const taken = this.#kernel.tap.last(actor) ?? this.#kernel.intentTap.last(actor);
    return taken === undefined ? null : edgeName(taken);
  }
}

function supervisorRow(
  id: string,
  kind: ActorKind,
  { state, updatedAt, restarts = 0 }: {
    readonly state: string;
    readonly updatedAt: EpochMs;
    readonly restarts?: number;
  },
): ActorRow {
  const slash = id.lastIndexOf("/");
  return {
    id,
    parentId: slash < 0 ? null : id.slice(0, slash),
    kind,
    name: id.slice(slash + 1),
    state,
    tags: [],
    restarts,
    isolated: false,
    updatedAt,
  };
}

function intentRow(exchange: Exchange, entry: Entry, seen: IntentContext): ActorRow {
  const uncertain = seen.phase.startsWith("SUBMITTING") || seen.phase.startsWith("RECONCILING");
  return {
    id: `kernel/${exchange.id}/book/${entry.intentId}`,
    parentId: `kernel/${exchange.id}/book`,
    kind: "intent",
    name: entry.intentId,
    state: seen.phase,
    tags: isTerminal(seen.phase) ? ["terminal"] : uncertain ? ["live", "uncertain"] : ["live"],
    restarts: 0,
    isolated: entry.isolated,
    updatedAt: entry.updatedAt,
  };
}

function intentContext(seen: IntentContext): ActorDetail["context"] {
  // Interfaces have no index signature; both are plain JSON by construction.
  const { intent } = seen;
  const state = orderState(seen);
  return {
    intent: { ...intent, order: { ...intent.order } } as unknown as JsonValue,
    state: state as unknown as JsonValue,
  };
}

function kernelContext(kernel: KernelActor): ActorDetail["context"] {
  const running = kernel.running();
  return {
    state: kernel.state,
    killSwitch: { ...kernel.killSwitch.state },
    exchanges: Object.fromEntries(running.map((exchange) => [exchange.id, exchange.state])),
    openDrift: running.reduce((open, { drifts }) => open + drifts.openCount, 0),
  };
}

/** What health tells of it, and what is under its machine; ready says why orders may not leave. */
function exchangeContext(exchange: Exchange): ActorDetail["context"] {
  const { mode, ready, reason, clockOffsetMs, budgets, circuits, queued, errors, deadMansSwitch } =
    exchangeHealth(exchange);
  const { syncs, failures, lastError } = exchange.actor.getSnapshot().context;
  const { lastSyncAt, lastSyncMs } = exchange.vitals;
  return {
    mode,
    ready,
    reason: reason === null ? null : { ...reason },
    killSwitch: exchange.gate.latch.refusal,
    halted: exchange.gate.halted,
    openDrift: exchange.drifts.openCount,
    circuits: circuits.map((circuit) => ({ ...circuit })),
    budgets: shownBudgets(budgets),
    queued,
    ...(deadMansSwitch === undefined ? {} : { deadMansSwitch: { ...deadMansSwitch } }),
    syncs,
    failures,
    lastError,
    lastSyncAt,
    lastSyncMs,
    clockOffsetMs,
    errors: { ...errors },
  };
}

function shownBudgets(budgets: ExchangeHealth["budgets"]): JsonValue {
  return Object.fromEntries(Object.entries(budgets).map(([name, use]) => [name, { ...use }]));
}

function supervisorContext(
  kind: ActorKind,
  exchange: Exchange,
  name: string,
): ActorDetail["context"] {
  switch (kind) {
    case "exchange":
      return exchangeContext(exchange);
    case "connection": {
      const health = exchange.connections.find((c) => c.id === name)?.health();
      if (health === undefined) return {};
      const { state, lastFrameAt, reconnects } = health;
      return { state, lastFrameAt, reconnects };
    }
    case "requests": {
      const { mode, queued } = exchange.runner;
      return { mode, queued, budgets: exchange.runner.budgets() };
    }
    case "account":
      return accountContext(exchange);
    case "book":
      return { intents: exchange.book.size, held: exchange.book.heldCount };
    default:
      return {};
  }
}

function accountContext({ account }: Exchange): ActorDetail["context"] {
  const { reads, lastReadAt, lastError } = account.actor.getSnapshot().context;
  const balances = account.accountState().balances.map((balance) => ({ ...balance }));
  return { reads, lastReadAt, lastError, balances };
}

function matches(row: ActorRow, { text, kind, state, exchangeId }: ActorFilter): boolean {
  if (kind !== undefined && row.kind !== kind) return false;
  if (state !== undefined && row.state !== state) return false;
  if (exchangeId !== undefined && !row.id.startsWith(`kernel/${exchangeId}`)) return false;
  return text === undefined || row.id.toLowerCase().includes(text.toLowerCase());
}

function intentMatches(
  entry: Entry,
  seen: IntentContext,
  { text, state }: ActorFilter,
): boolean {
  if (state !== undefined && topState(seen.phase) !== state) return false;
  if (text === undefined) return true;
  const wanted = text.toLowerCase();
  return entry.intentId.toLowerCase().includes(wanted) ||
    entry.symbolId.toLowerCase().includes(wanted) || seen.phase.toLowerCase().includes(wanted);
}
