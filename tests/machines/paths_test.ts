import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type AnyStateMachine, createActor } from "xstate";
import { getShortestPaths } from "xstate/graph";
import { accountMachine } from "../../machines/account.ts";
import { connectionMachine } from "../../machines/connection.ts";
import { exchangeMachine } from "../../machines/exchange.ts";
import { intentMachine } from "../../machines/intent.ts";
import { kernelMachine } from "../../machines/kernel.ts";
import { requestsMachine } from "../../machines/requests.ts";
import { restored } from "./intent_states.ts";
import { choices, startContext, starts, Walk } from "./intent_walk.ts";
import { Cover } from "./paths.ts";

/** What every machine but the intent's can be told; contexts are counters and are collapsed. */
const EVENTS = {
  exchange: [
    { type: "exchange.connected" },
    { type: "exchange.failed", reason: "refused" },
    { type: "connect.refused", reason: "withdrawals" },
    { type: "sync.done" },
    { type: "sync.failed", reason: "openOrders" },
    { type: "sync.requested" },
    { type: "socket.down", reason: "1006" },
    { type: "sockets.up" },
    { type: "retry.due" },
    { type: "budget.exhausted", reason: "private" },
    { type: "exchange.drain" },
    { type: "exchange.stop" },
  ],
  account: [
    { type: "account.read" },
    { type: "account.answered", at: 1_000 },
    { type: "account.failed", reason: "TIMEOUT" },
  ],
  kernel: [
    { type: "kernel.started" },
    { type: "kernel.drain" },
    { type: "kernel.drained" },
    { type: "kernel.failed", reason: "disk" },
  ],
  connection: [
    { type: "connection.start" },
    { type: "connection.stop" },
    { type: "frame.received" },
    { type: "dial.succeeded" },
    { type: "dial.failed", reason: "refused" },
    { type: "socket.closed", reason: "1006" },
    { type: "silence.detected" },
    { type: "deadline.passed" },
  ],
  requests: [
    { type: "queue.waiting" },
    { type: "queue.emptied" },
    { type: "venue.banned", until: 9_000 },
    { type: "venue.banned", until: 1_000 },
    { type: "deadline.passed", at: 5_000 },
    { type: "deadline.passed", at: 50_000 },
    { type: "requests.drain" },
  ],
} as const;

const nothing = () => {};
const quietConnection = connectionMachine.provide({
  actions: {
    dial: nothing,
    probe: nothing,
    close: nothing,
    scheduleDeadline: nothing,
    clearDeadline: nothing,
    watchSilence: nothing,
    ignoreSilence: nothing,
    notifyUp: nothing,
    notifyDown: nothing,
  },
});

/**
 * Walks to every state by the shortest way and tries every event there. The requests machine
 * decides by its times as well, so its states are told apart by them.
 */
function uncovered(
  machine: AnyStateMachine,
  events: readonly { readonly type: string }[],
  key: (snapshot: { value: unknown; context: unknown }) => string,
): readonly string[] {
  const cover = new Cover();
  const input = { exchangeId: "main" };
  const paths = getShortestPaths(machine, { events: [...events], input, serializeState: key });
  for (const { steps } of paths) {
    for (const last of events) {
      const actor = createActor(machine, { input, inspect: cover.inspect }).start();
      // The first step of a path is the start itself.
      for (const { event } of steps.slice(1)) actor.send(event);
      actor.send(last);
      actor.stop();
    }
  }
  return cover.missing(machine);
}

const byState = ({ value }: { value: unknown }) => JSON.stringify(value);
const byTimes = ({ value, context }: { value: unknown; context: unknown }) => {
  const { dueAt, openUntil } = context as { dueAt: number | null; openUntil: number };
  return `${JSON.stringify(value)} ${dueAt} ${openUntil}`;
};

Deno.test("paths: every edge of the account machine is taken", () => {
  assertEquals(uncovered(accountMachine, EVENTS.account, byState), []);
});

Deno.test("paths: every transition of the exchange machine is taken by some path", () => {
  assertEquals(uncovered(exchangeMachine, EVENTS.exchange, byState), []);
});

Deno.test("paths: every transition of the kernel machine is taken by some path", () => {
  assertEquals(uncovered(kernelMachine, EVENTS.kernel, byState), []);
});

Deno.test("paths: every transition of the connection machine is taken by some path", () => {
  assertEquals(uncovered(quietConnection, EVENTS.connection, byState), []);
});

Deno.test("paths: every transition of the requests machine is taken by some path", () => {
  assertEquals(uncovered(requestsMachine, EVENTS.requests, byTimes), []);
});

/** Its states are decided by what it knows, so its paths are found by walking at random. */
Deno.test("paths: every transition of the intent machine is taken by some walk", () => {
  const cover = new Cover();
  const walks = fc.sample(fc.tuple(starts, choices), { seed: 1, numRuns: 3_000 });
  for (const [start, walk] of walks) {
    const context = startContext(start);
    const actor = createActor(intentMachine, {
      snapshot: restored(context),
      input: context,
      inspect: cover.inspect,
    }).start();
    const steps = new Walk();
    for (const choice of walk) actor.send(steps.next(actor.getSnapshot().context, choice));
    actor.stop();
  }
  assertEquals(cover.missing(intentMachine), []);
});

Deno.test("paths: an edge that nobody took is named", () => {
  const cover = new Cover();
  const actor = createActor(kernelMachine, { inspect: cover.inspect }).start();
  for (const type of ["kernel.started", "kernel.drain", "kernel.drained"] as const) {
    actor.send({ type });
  }
  assertEquals(cover.missing(kernelMachine), [
    "starting ── kernel.drain ──▶ draining",
    "starting ── kernel.failed ──▶ draining",
    "running ── kernel.failed ──▶ draining",
    "draining ── kernel.failed ──▶ stays",
  ]);
});
