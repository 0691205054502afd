/** How an exchange is doing, read off its parts. */
import type { ExchangeHealth, ReconciliationMetrics } from "../src/model/health.ts";
import type { Exchange } from "./exchange.ts";
import { notReadyReason } from "./not_ready.ts";

export function exchangeHealth(exchange: Exchange): ExchangeHealth {
  const { adapter, gate, runner } = exchange;
  const { latency, errors, lastSyncAt } = exchange.vitals;
  const { lastError } = exchange.actor.getSnapshot().context;
  return {
    exchangeId: exchange.id,
    // Open drifts that hold creates back are no state of the connection, but people look here.
    state: exchange.state === "ready" && gate.halted !== null ? "degraded" : exchange.state,
    ...(exchange.state === "parked" && lastError !== null ? { parkedBecause: lastError } : {}),
    reason: notReadyReason(exchange),
    mode: gate.isObserving ? "observe" : "live",
    ready: gate.isOpen,
    sockets: exchange.connections.map((connection) => connection.health()),
    latencyMs: { p50: latency.quantile(0.5), p99: latency.quantile(0.99) },
    errors: Object.fromEntries(errors),
    clockOffsetMs: exchange.clockOffsetMs,
    budgets: runner.budgets(),
    circuits: runner.circuits(),
    queued: runner.queued + exchange.book.heldCount,
    market: exchange.market.health(),
    lastSyncAt: adapter.isConnected ? lastSyncAt : null,
    ...(exchange.deadMan === null ? {} : { deadMansSwitch: exchange.deadMan.health() }),
  };
}

export function reconciliationMetrics(exchange: Exchange): ReconciliationMetrics {
  let inDoubt = 0;
  let resolving = 0;
  for (const { context } of exchange.book.entries()) {
    if (context.phase === "SUBMITTING.inDoubt") inDoubt += 1;
    else if (context.phase === "RECONCILING.resolving") resolving += 1;
  }
  const { lookups, resubmissions } = exchange.book.counters;
  return {
    inDoubt,
    resolving,
    parked: exchange.router.parkedCount,
    openDrift: exchange.drifts.openCount,
    lookups,
    resubmissions,
    syncs: exchange.actor.getSnapshot().context.syncs,
    lastSyncMs: exchange.vitals.lastSyncMs,
  };
}
