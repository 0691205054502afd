import { assertEquals } from "@std/assert";
import { DeadMan, type DeadManTrouble } from "../../actors/dead_man.ts";
import { KernelActor } from "../../actors/kernel.ts";
import { RequestRunner } from "../../actors/request.ts";
import { DEAD_MAN_DISARM_MS } from "../../machines/timeouts.ts";
import type { ArmOutcome } from "../../src/exchanges/exchange.ts";
import { createPaperAdapter } from "../../src/exchanges/paper/factory.ts";
import type { PaperAdapter } from "../../src/exchanges/paper/adapter.ts";
import type { Alert } from "../../src/model/alert.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { CAPABILITIES, HeldStore, IDENTITY } from "./fakes.ts";
import { RESTING } from "./paper_kernel.ts";

const TIMEOUT_MS = 30_000;
const LOST: ArmOutcome = { kind: "failed", cause: { code: "TIMEOUT", message: "lost" } };

interface Stage {
  readonly clock: VirtualClock;
  readonly deadMan: DeadMan;
  /** What was asked of the venue, and when. */
  readonly asked: (readonly [at: number, timeoutMs: number | null])[];
  readonly troubles: DeadManTrouble[];
  /** Answers of the next requests; then all succeed. */
  readonly answers: (ArmOutcome | "silent")[];
  live: boolean;
  connected: boolean;
  run(ms: number): Promise<void>;
}

function stage(): Stage {
  const clock = new VirtualClock();
  const { rateLimits: limits, cost } = CAPABILITIES;
  const runner = new RequestRunner({ clock, limits, cost });
  clock.advance(120_000); // its budgets start empty
  const startedAt = clock.monotonic();
  const s: Stage = {
    clock,
    asked: [],
    troubles: [],
    answers: [],
    live: false,
    connected: true,
    run: (ms) => clock.advanceAsync(ms),
    deadMan: new DeadMan({
      timeoutMs: TIMEOUT_MS,
      clock,
      runner,
      arm: (timeoutMs) => {
        s.asked.push([clock.monotonic() - startedAt, timeoutMs]);
        const answer = s.answers.shift() ?? { kind: "armed", firesAt: null };
        return answer === "silent" ? new Promise(() => {}) : Promise.resolve(answer);
      },
      isConnected: () => s.connected,
      hasLiveOrders: () => s.live,
      onTrouble: (trouble) => void s.troubles.push(trouble),
    }),
  };
  s.deadMan.start();
  return s;
}

Deno.test("dead-man's switch: nothing is asked of the venue while no order is live", async () => {
  const s = stage();
  await s.run(300_000);
  assertEquals([s.asked, s.deadMan.health()], [[], {
    state: "disarmed",
    timeoutMs: TIMEOUT_MS,
    lastRefreshAt: null,
    failures: 0,
  }]);
  s.deadMan.halt();
});

Deno.test("dead-man's switch: armed soon after an order goes live, wound up at a third, disarmed after", async () => {
  const s = stage();
  s.live = true;
  await s.run(1_000);
  assertEquals(s.asked, [[1_000, TIMEOUT_MS]]);
  assertEquals(s.deadMan.health().state, "armed");
  await s.run(20_000);
  assertEquals(s.asked, [[1_000, TIMEOUT_MS], [11_000, TIMEOUT_MS], [21_000, TIMEOUT_MS]]);
  s.live = false;
  await s.run(1_000);
  assertEquals(s.asked.at(-1), [22_000, null]);
  await s.run(60_000);
  assertEquals([s.asked.length, s.deadMan.health().state], [4, "disarmed"]);
  s.deadMan.halt();
});

Deno.test("dead-man's switch: a failed refresh is told once, and tried again until it succeeds", async () => {
  const s = stage();
  s.live = true;
  await s.run(1_000);
  const { lastRefreshAt } = s.deadMan.health();
  s.answers.push(LOST, LOST, LOST);
  await s.run(12_000);
  assertEquals(s.troubles, [{ what: "notRefreshed", code: "TIMEOUT", lastRefreshAt }]);
  assertEquals([s.deadMan.health().state, s.deadMan.health().failures], ["failing", 3]);
  await s.run(1_000);
  assertEquals([s.deadMan.health().state, s.deadMan.health().failures], ["armed", 0]);
  s.answers.push(LOST);
  await s.run(11_000);
  assertEquals(s.troubles.length, 2);
  s.deadMan.halt();
});

Deno.test("dead-man's switch: without a refresh in time it is said that it may have fired", async () => {
  const s = stage();
  s.live = true;
  await s.run(1_000);
  s.answers.push(...Array.from({ length: 100 }, () => LOST));
  await s.run(40_000);
  assertEquals(s.troubles.map(({ what }) => what), ["notRefreshed", "mayHaveFired"]);
  s.deadMan.halt();
});

Deno.test("dead-man's switch: a venue that asks to come later is given its time", async () => {
  const s = stage();
  s.live = true;
  s.answers.push({ ...LOST, retryAfterMs: 5_000 } as ArmOutcome);
  await s.run(1_000);
  await s.run(4_000);
  assertEquals(s.asked.length, 1);
  await s.run(1_000);
  assertEquals(s.asked.length, 2);
  s.deadMan.halt();
});

Deno.test("dead-man's switch: before the first connection nothing is wrong; after it everything is", async () => {
  const s = stage();
  s.live = true;
  s.connected = false;
  await s.run(10_000);
  assertEquals([s.asked, s.troubles], [[], []]);
  s.connected = true;
  await s.run(1_000);
  s.connected = false;
  s.answers.push(LOST);
  await s.run(10_000);
  assertEquals(s.troubles.length, 1);
  s.deadMan.halt();
});

Deno.test("dead-man's switch: a clean stop disarms it, also where it is not known to be armed", async () => {
  const s = stage();
  s.live = true;
  s.answers.push(LOST);
  await s.run(1_000);
  const stopped = s.deadMan.disarm();
  await s.run(0);
  await stopped;
  assertEquals(s.asked.at(-1)?.[1], null);
  await s.run(60_000);
  assertEquals(s.asked.length, 2);
});

Deno.test("dead-man's switch: a disarming that gets no answer is told, and holds nobody up", async () => {
  const s = stage();
  s.live = true;
  await s.run(1_000);
  s.answers.push("silent");
  const stopped = s.deadMan.disarm();
  await s.run(DEAD_MAN_DISARM_MS);
  await stopped;
  assertEquals(s.troubles.map(({ what }) => what), ["notDisarmed"]);
});

Deno.test("dead-man's switch: halted, it is left armed", async () => {
  const s = stage();
  s.live = true;
  await s.run(1_000);
  s.deadMan.halt();
  await s.run(60_000);
  assertEquals(s.asked, [[1_000, TIMEOUT_MS]]);
});

interface Kernel {
  readonly clock: VirtualClock;
  readonly held: HeldStore;
  readonly adapter: PaperAdapter;
  readonly kernel: KernelActor;
  readonly alerts: Alert[];
  /** Cut, the dead-man's switch is not reached any more. */
  readonly line: { isCut: boolean };
  open(): number;
}

async function openKernel(): Promise<Kernel> {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const held = new HeldStore();
  const options = { feed: { kind: "none" } };
  const adapter = await createPaperAdapter({ id: "a", clock, random, options });
  const { execution } = adapter;
  const arm = execution.armDeadMansSwitch.bind(execution);
  const line = { isCut: false };
  execution.armDeadMansSwitch = (timeoutMs) => line.isCut ? Promise.resolve(LOST) : arm(timeoutMs);
  const alerts: Alert[] = [];
  const kernel = new KernelActor({
    adapters: [adapter],
    store: held.store,
    identity: IDENTITY,
    clock,
    random,
    log: silentLog,
    defer: (callback) => void clock.setTimer(callback, 0),
    rateLimits: new Map(),
    deadMansSwitches: new Map([["a", TIMEOUT_MS]]),
    alertListeners: [(alert) => void alerts.push(alert)],
    onStopped: () => Promise.resolve(),
  });
  const started = kernel.start();
  await clock.advanceAsync(1_000);
  await started;
  const open = () => adapter.engine.openOrders("main").length;
  return { clock, held, adapter, kernel, alerts, line, open };
}

async function place({ kernel, clock }: Kernel): Promise<string> {
  const placed = kernel.exchange("a").placeOrder(RESTING);
  await clock.advanceAsync(2_000);
  return await placed;
}

Deno.test("dead-man's switch on paper: kept armed while an order rests, shown in health, disarmed at a stop", async () => {
  const k = await openKernel();
  assertEquals(k.kernel.exchange("a").healthCheck().deadMansSwitch?.state, "disarmed");
  await place(k);
  await k.clock.advanceAsync(10 * TIMEOUT_MS);
  const health = k.kernel.exchange("a").healthCheck();
  assertEquals([k.open(), health.deadMansSwitch?.state, health.deadMansSwitch?.failures], [
    1,
    "armed",
    0,
  ]);
  const stopped = k.kernel.stop();
  await k.clock.advanceAsync(60_000);
  await stopped;
  await k.clock.advanceAsync(10 * TIMEOUT_MS);
  assertEquals(k.open(), 1, "a stop leaves open orders alone");
});

Deno.test("dead-man's switch on paper: a kernel whose store failed falls silent, and the venue cancels", async () => {
  const k = await openKernel();
  await place(k);
  k.held.failWith(new Error("disk full"));
  k.kernel.exchange("a").placeOrder(RESTING).catch(() => {});
  await k.clock.advanceAsync(20_000);
  await k.kernel.closed;
  await k.clock.advanceAsync(TIMEOUT_MS);
  assertEquals(k.open(), 0);
  assertEquals(k.alerts.map(({ kind }) => kind), ["StoreFailed"]);
});

Deno.test("dead-man's switch on paper: refreshes that get lost raise an alert, and its cancels are found", async () => {
  const k = await openKernel();
  const intentId = await place(k);
  k.line.isCut = true;
  await k.clock.advanceAsync(TIMEOUT_MS + 20_000);
  assertEquals(
    k.alerts.map(({ kind, exchangeId, details }) => [kind, exchangeId, details["what"]]),
    [
      ["DeadMansSwitch", "a", "notRefreshed"],
      ["DeadMansSwitch", "a", "mayHaveFired"],
    ],
  );
  const { reconciliationStatus, attempts } = k.kernel.exchange("a").getOrderState(intentId);
  assertEquals([k.open(), reconciliationStatus, attempts.length], [0, "CANCELED", 1]);
  const stopped = k.kernel.stop();
  await k.clock.advanceAsync(60_000);
  await stopped;
});

Deno.test("dead-man's switch on paper: an engaged kill switch leaves it armed at a stop", async () => {
  const k = await openKernel();
  await place(k);
  k.adapter.execution.cancel = () => Promise.resolve({ kind: "notSent", reason: "NOT_CONNECTED" });
  const engaged = k.kernel.killSwitch.engage("stop");
  await k.clock.advanceAsync(100);
  await engaged;
  const stopped = k.kernel.stop();
  await k.clock.advanceAsync(60_000);
  await stopped;
  await k.clock.advanceAsync(TIMEOUT_MS);
  assertEquals(k.open(), 0, "what our cancels could not reach, the venue canceled");
});
