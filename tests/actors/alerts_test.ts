import { assert, assertEquals } from "@std/assert";
import { Alerts, deadManOccurrence } from "../../actors/alerts.ts";
import { KernelActor } from "../../actors/kernel.ts";
import { ALERTS_WINDOW_MS } from "../../machines/timeouts.ts";
import { createPaperAdapter } from "../../src/exchanges/paper/factory.ts";
import type { Alert } from "../../src/model/alert.ts";
import type { EventType, KernelEvent } from "../../src/model/event.ts";
import { ALERTS_PER_KIND_MAX } from "../../src/model/limits.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { HeldStore, IDENTITY } from "./fakes.ts";
import { RESTING } from "./paper_kernel.ts";

const NO_FEED = { feed: { kind: "none" } };

interface Stage {
  readonly clock: VirtualClock;
  readonly alerts: Alerts;
  readonly told: Alert[];
  readonly log: string[];
  event(type: EventType, fields?: Partial<KernelEvent>): void;
}

function stage(listener?: (alert: Alert) => void): Stage {
  const clock = new VirtualClock();
  const told: Alert[] = [];
  const log: string[] = [];
  const alerts = new Alerts({
    clock,
    log: { ...silentLog, error: (message) => void log.push(message) },
    listeners: [...(listener === undefined ? [] : [listener]), (alert) => void told.push(alert)],
  });
  let eventId = 0;
  return {
    clock,
    alerts,
    told,
    log,
    event: (type, fields = {}) =>
      alerts.onEvents([{
        eventId: ++eventId,
        type,
        exchangeId: "a",
        intentId: null,
        groupId: null,
        symbolId: null,
        at: 5,
        cause: "test",
        payload: {},
        ...fields,
      }]),
  };
}

function drift(s: Stage, kind: string, driftId: string, intentId: string | null = "i1"): void {
  s.event("DriftDetected", { intentId, symbolId: "BTC/USDT", payload: { driftId, kind } });
}

Deno.test("alerts: most events alert nobody", () => {
  const s = stage();
  s.event("OrderSubmitted");
  s.event("ConnectionDown");
  s.event("OrderOutcomeUnknown", { intentId: "i1", payload: { reason: "TIMEOUT" } });
  assertEquals(s.told, []);
  s.alerts.close();
});

Deno.test("alerts: drift is told with its kind, once per record", () => {
  const s = stage();
  drift(s, "Overfill", "d1");
  drift(s, "Overfill", "d1");
  drift(s, "BalanceMismatch", "d2", null);
  assertEquals(s.told, [{
    id: "DriftOpened/a/d1",
    kind: "DriftOpened",
    severity: "warning",
    exchangeId: "a",
    intentId: "i1",
    at: 5,
    message: "a: Overfill on intent i1; see the drift record",
    details: { driftId: "d1", drift: "Overfill", symbolId: "BTC/USDT" },
  }, {
    id: "DriftOpened/a/d2",
    kind: "DriftOpened",
    severity: "warning",
    exchangeId: "a",
    intentId: null,
    at: 5,
    message: "a: BalanceMismatch on BTC/USDT; see the drift record",
    details: { driftId: "d2", drift: "BalanceMismatch", symbolId: "BTC/USDT" },
  }]);
  s.alerts.close();
});

Deno.test("alerts: a margin call says what it is about", () => {
  const s = stage();
  s.event("MarginCallWarning", { payload: { used: "0.9", maintenance: null } });
  const [alert] = s.told;
  assertEquals([s.told.length, alert?.kind, alert?.severity], [1, "MarginCall", "critical"]);
  assertEquals(alert?.details["used"], "0.9");
  s.alerts.close();
});

Deno.test("alerts: isolation and missing protection have kinds of their own", () => {
  const s = stage();
  drift(s, "Isolated", "d1");
  drift(s, "Unprotected", "d2");
  assertEquals(s.told.map(({ kind, severity }) => [kind, severity]), [
    ["Isolated", "critical"],
    ["Unprotected", "critical"],
  ]);
  s.alerts.close();
});

Deno.test("alerts: an indeterminate order is told once, by its event or its drift, and again only after it was resolved", () => {
  const s = stage();
  const unknown = { intentId: "i1", payload: { reason: "INDETERMINATE" } };
  drift(s, "MissingOrder", "d1");
  s.event("OrderOutcomeUnknown", unknown);
  assertEquals(s.told.map(({ kind, intentId }) => [kind, intentId]), [["Indeterminate", "i1"]]);
  s.event("OrderOutcomeResolved", { intentId: "i1" });
  s.event("OrderOutcomeUnknown", unknown);
  drift(s, "MissingOrder", "d2");
  assertEquals(s.told.length, 2);
  s.alerts.close();
});

Deno.test("alerts: the kill switch is told once per epoch, not per exchange", () => {
  const s = stage();
  const payload = { epoch: 3, reason: "stop" };
  for (const exchangeId of ["a", "b"]) s.event("KillSwitchEngaged", { exchangeId, payload });
  for (const exchangeId of ["a", "b"]) s.event("KillSwitchReleased", { exchangeId, payload });
  s.event("KillSwitchEngaged", { payload: { epoch: 4, reason: "again" } });
  assertEquals(s.told.map(({ kind, exchangeId, message }) => [kind, exchangeId, message]), [
    ["KillSwitchEngaged", null, "The kill switch was engaged (epoch 3): stop"],
    ["KillSwitchReleased", null, "The kill switch was released (epoch 3): stop"],
    ["KillSwitchEngaged", null, "The kill switch was engaged (epoch 4): again"],
  ]);
  s.alerts.close();
});

Deno.test("alerts: a storm of one kind is cut, counted, and hides no other kind", () => {
  const s = stage();
  for (let i = 0; i < ALERTS_PER_KIND_MAX + 7; i++) drift(s, "Overfill", `d${i}`);
  drift(s, "Isolated", "other");
  assertEquals(s.told.length, ALERTS_PER_KIND_MAX + 1);
  s.clock.advance(ALERTS_WINDOW_MS);
  const last = s.told.at(-1);
  assertEquals([last?.kind, last?.message, last?.details], [
    "AlertsDropped",
    "7 more alerts of kind DriftOpened were not told",
    { of: "DriftOpened", dropped: 7, withinMs: ALERTS_WINDOW_MS },
  ]);
  drift(s, "Overfill", "after");
  assertEquals(s.told.at(-1)?.kind, "DriftOpened");
  s.alerts.close();
});

Deno.test("alerts: closing tells what was dropped so far", () => {
  const s = stage();
  for (let i = 0; i < ALERTS_PER_KIND_MAX + 2; i++) drift(s, "Overfill", `d${i}`);
  s.alerts.close();
  assertEquals(s.told.at(-1)?.details["dropped"], 2);
});

Deno.test("alerts: a listener that throws is logged and keeps nobody from hearing", () => {
  const s = stage(() => {
    throw new Error("no");
  });
  drift(s, "Overfill", "d1");
  assertEquals([s.told.length, s.log], [1, ["an alert listener threw"]]);
  s.alerts.close();
});

Deno.test("alerts: trouble with the dead-man's switch is told anew only after a refresh", () => {
  const s = stage();
  const trouble = { what: "notRefreshed", code: "TIMEOUT", lastRefreshAt: 10 } as const;
  s.alerts.raise(deadManOccurrence("a", trouble));
  s.alerts.raise(deadManOccurrence("a", trouble));
  s.alerts.raise(deadManOccurrence("a", { ...trouble, what: "mayHaveFired" }));
  s.alerts.raise(deadManOccurrence("a", { ...trouble, lastRefreshAt: 20 }));
  assertEquals(s.told.map(({ message }) => message), [
    "a: the venue's dead-man's switch was not wound up (TIMEOUT)",
    "a: the venue's dead-man's switch may have fired and canceled every order (TIMEOUT)",
    "a: the venue's dead-man's switch was not wound up (TIMEOUT)",
  ]);
  s.alerts.close();
});

Deno.test("alerts: a store that fails is told once, with why", async () => {
  const { clock, held, kernel, told } = await alertedKernel();
  held.failWith(new Error("disk full"));
  kernel.exchange("a").placeOrder(RESTING).catch(() => {});
  await clock.advanceAsync(60_000);
  await kernel.closed;
  assertEquals(told.map(({ kind, severity }) => [kind, severity]), [["StoreFailed", "critical"]]);
  assertEquals(told[0]?.message.includes("disk full"), true);
});

Deno.test("alerts: an exchange that loses its socket for good is told as parked", async () => {
  const { clock, kernel, told } = await alertedKernel();
  const [exchange] = kernel.running();
  exchange?.actor.send({ type: "budget.exhausted", reason: "private: TypeError" });
  exchange?.actor.send({ type: "sockets.up" });
  assertEquals(told.map(({ kind, exchangeId, details }) => [kind, exchangeId, details]), [
    ["ExchangeParked", "a", { error: "private: TypeError" }],
  ]);
  const stopped = kernel.stop();
  await clock.advanceAsync(60_000);
  await stopped;
});

Deno.test("alerts: an isolated intent is told from its committed drift", async () => {
  const { clock, kernel, told } = await alertedKernel();
  const [exchange] = kernel.running();
  const placed = kernel.exchange("a").placeOrder(RESTING, { intentId: "i1" });
  await clock.advanceAsync(100);
  await placed;
  const context = exchange?.book.entry("i1")?.context;
  assert(exchange !== undefined && context !== undefined);
  exchange.drifts.isolated(context, "TypeError");
  await clock.advanceAsync(100);
  assertEquals(told.map(({ kind, intentId }) => [kind, intentId]), [["Isolated", "i1"]]);
  const stopped = kernel.stop();
  await clock.advanceAsync(60_000);
  await stopped;
});

async function alertedKernel() {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const held = new HeldStore();
  const told: Alert[] = [];
  const kernel = new KernelActor({
    adapters: [await createPaperAdapter({ id: "a", clock, random, options: NO_FEED })],
    store: held.store,
    identity: IDENTITY,
    clock,
    random,
    log: silentLog,
    defer: (callback) => void clock.setTimer(callback, 0),
    rateLimits: new Map(),
    alertListeners: [(alert) => void told.push(alert)],
    onStopped: () => Promise.resolve(),
  });
  const started = kernel.start();
  await clock.advanceAsync(1_000);
  await started;
  return { clock, held, kernel, told };
}
