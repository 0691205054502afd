import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createActor, transition } from "xstate";
import {
  CONNECTION_DEADLINES_MS,
  type ConnectionContext,
  type ConnectionEvent,
  connectionMachine,
  type ConnectionState,
  RECONNECT_BACKOFF_CAP_MS,
  RECONNECT_BACKOFF_MS,
  reconnectDelayMs,
} from "../../machines/connection.ts";

const EVENTS: readonly ConnectionEvent[] = [
  { type: "connection.start" },
  { type: "connection.stop" },
  { type: "frame.received" },
  { type: "dial.succeeded" },
  { type: "dial.failed", reason: "refused" },
  { type: "socket.closed", reason: "1006" },
  { type: "silence.detected" },
  { type: "deadline.passed" },
];

/** Where each event leads from each state; `-` is ignored, `=` acts without leaving the state. */
const TABLE: readonly (readonly [ConnectionState, ...string[]])[] = [
  // from start, stop, frame, succeeded, failed, closed, silence, deadline
  ["idle", "dialing", "stopped", "-", "-", "-", "-", "-", "-"],
  ["dialing", "-", "stopped", "authenticating", "open", "backoff", "backoff", "-", "backoff"],
  ["authenticating", "-", "stopped", "-", "open", "backoff", "backoff", "-", "backoff"],
  ["open", "-", "stopped", "-", "-", "-", "backoff", "stale", "="],
  ["stale", "-", "stopped", "open", "-", "-", "backoff", "-", "backoff"],
  ["backoff", "-", "stopped", "-", "-", "-", "-", "-", "dialing"],
  ["stopped", "dialing", "-", "-", "-", "-", "-", "-", "-"],
];

function step(state: string, event: ConnectionEvent, context: Partial<ConnectionContext> = {}) {
  const from = connectionMachine.resolveState({
    value: state,
    context: { failures: 0, reconnects: 0, reason: null, ...context },
  });
  const [to, actions] = transition(connectionMachine, from, event);
  const named = actions.map(({ type, params }) => {
    const name = (params as { readonly name?: string } | undefined)?.name;
    return name === undefined ? type : `${type}(${name})`;
  });
  return { value: to.value, context: to.context, actions: named };
}

for (const [state, ...targets] of TABLE) {
  for (const [index, event] of EVENTS.entries()) {
    const target = targets[index]!;
    const says = { "-": "is ignored", "=": "stays" }[target] ?? `leads to ${target}`;
    Deno.test(`connection: ${state}: ${event.type} ${says}`, () => {
      const { value, actions } = step(state, event);
      assertEquals(value, target === "-" || target === "=" ? state : target);
      if (target === "-") assertEquals(actions, []);
    });
  }
}

Deno.test("connection: the table names every state and every event", () => {
  assertEquals(TABLE.map(([state]) => state as string), Object.keys(connectionMachine.states));
  assertEquals(new Set(connectionMachine.events), new Set(EVENTS.map((e) => e.type)));
});

Deno.test("connection: every state that waits for the venue schedules a deadline and clears it", () => {
  const waiting = { dialing: "dial", authenticating: "authenticate", stale: "probe" };
  for (const [state, [, ...targets]] of TABLE.map((row) => [row[0], row] as const)) {
    targets.forEach((target, index) => {
      const { actions } = step(state, EVENTS[index]!);
      const name = waiting[target as keyof typeof waiting] ?? { backoff: "backoff" }[target];
      if (name !== undefined) assert(actions.includes(`scheduleDeadline(${name})`), `${actions}`);
      const left = target !== "-" && target !== "=" && state !== "idle" && state !== "stopped";
      if (left) assert(actions.includes("clearDeadline"), `${state} → ${target}: ${actions}`);
    });
  }
});

Deno.test("connection: a lost connection is told, closed and waited for, in that order", () => {
  const { actions, context } = step("open", { type: "socket.closed", reason: "1006" });
  assertEquals(actions, [
    "ignoreSilence",
    "clearDeadline",
    "notifyDown",
    "close",
    "scheduleDeadline(backoff)",
  ]);
  assertEquals(context, { failures: 1, reconnects: 1, reason: "1006" });
});

Deno.test("connection: a dial that fails is closed, but nobody is told it went down", () => {
  const { actions, context } = step("dialing", { type: "dial.failed", reason: "refused" });
  assertEquals(actions, ["clearDeadline", "close", "scheduleDeadline(backoff)"]);
  assertEquals(context, { failures: 1, reconnects: 0, reason: "refused" });
});

Deno.test("connection: up is told once, not again after silence", () => {
  assert(step("authenticating", { type: "dial.succeeded" }).actions.includes("notifyUp"));
  assert(!step("stale", { type: "frame.received" }).actions.includes("notifyUp"));
});

Deno.test("connection: healthy for its span, it forgets the failures before", () => {
  const { context } = step("open", { type: "deadline.passed" }, { failures: 6 });
  assertEquals(context.failures, 0);
  const opened = step("dialing", { type: "dial.succeeded" }, { failures: 6 });
  assertEquals(opened.context.failures, 6, "being open alone is not healthy");
});

Deno.test("connection: stopping closes what was dialed, and nothing else", () => {
  const closes = (state: string) => step(state, { type: "connection.stop" }).actions;
  for (const state of ["dialing", "authenticating", "open", "stale"]) {
    assert(closes(state).includes("close"), state);
  }
  for (const state of ["idle", "backoff"]) assert(!closes(state).includes("close"), state);
});

Deno.test("connection: the backoff doubles to its cap, with at least half of each pause", () => {
  assertEquals(reconnectDelayMs(1, 0), RECONNECT_BACKOFF_MS / 2);
  assert(reconnectDelayMs(1, 0.999) < RECONNECT_BACKOFF_MS);
  assertEquals(reconnectDelayMs(3, 0), 2 * RECONNECT_BACKOFF_MS);
  assertEquals(reconnectDelayMs(1_000, 0), RECONNECT_BACKOFF_CAP_MS / 2);
});

Deno.test("connection: every deadline has a length", () => {
  for (const ms of Object.values(CONNECTION_DEADLINES_MS)) assert(ms > 0);
});

Deno.test("connection: without an actor every effect fails loudly", () => {
  const actor = createActor(connectionMachine);
  let failure: unknown = null;
  actor.subscribe({ error: (error) => failure = error });
  actor.start();
  actor.send({ type: "connection.start" });
  assertStringIncludes(String(failure), "Cannot run dial");
});
