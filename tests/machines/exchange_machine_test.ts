import { assert, assertEquals } from "@std/assert";
import { transition } from "xstate";
import {
  type ExchangeContext,
  type ExchangeEvent,
  exchangeMachine,
  type ExchangeStateName,
} from "../../machines/exchange.ts";

const EVENTS: readonly ExchangeEvent[] = [
  { type: "exchange.connected" },
  { type: "exchange.failed", reason: "refused" },
  { type: "connect.refused", reason: "the key may withdraw" },
  { type: "sync.done" },
  { type: "sync.failed", reason: "openOrders" },
  { type: "sync.requested" },
  { type: "socket.down", reason: "1006" },
  { type: "sockets.up" },
  { type: "retry.due" },
  { type: "budget.exhausted", reason: "private" },
  { type: "exchange.drain" },
  { type: "exchange.stop" },
];

/** Where each event leads from each state; `.` is ignored, `=` acts without leaving the state. */
const TABLE = `
           | connected failed refused done  failed request down     up      retry      budget drain    stop
connecting | syncing   =      parked  .     .      .       .        .       connecting parked draining stopped
syncing    | .         .      .       ready =      .       degraded .       syncing    parked draining stopped
ready      | .         .      .       .     .      syncing degraded .       .          parked draining stopped
degraded   | .         .      .       .     .      .       .        syncing .          parked draining stopped
parked     | .         .      .       .     .      .       .        .       .          parked draining stopped
draining   | .         .      .       .     .      .       .        .       .          .      .        stopped
stopped    | .         .      .       .     .      .       .        .       .          .      .        .
`;

function step(state: string, event: ExchangeEvent, context: Partial<ExchangeContext> = {}) {
  const known = { exchangeId: "main", lastError: null, syncs: 0, failures: 0, ...context };
  const from = exchangeMachine.resolveState({ value: state, context: known });
  const [to, actions] = transition(exchangeMachine, from, event);
  return { value: to.value, context: to.context, actions: actions.map(({ type }) => type) };
}

const rows = TABLE.trim().split("\n").slice(1).map((line) => {
  const [state = "", cells = ""] = line.split("|");
  return { state: state.trim(), cells: cells.trim().split(/\s+/) };
});

Deno.test("exchange machine: the table names every state and every event", () => {
  assertEquals(rows.map(({ state }) => state), Object.keys(exchangeMachine.states));
  assertEquals(new Set(EVENTS.map(({ type }) => type)), new Set(exchangeMachine.events));
});

for (const { state, cells } of rows) {
  EVENTS.forEach((event, i) => {
    const cell = cells[i]!;
    Deno.test(`exchange machine: ${state}: ${event.type} ${cell === "." ? "is ignored" : cell}`, () => {
      const { value, actions } = step(state, event);
      assertEquals(value, cell === "." || cell === "=" ? state : cell);
      if (cell === ".") assertEquals(actions, []);
    });
  });
}

Deno.test("exchange machine: the gate opens on entering ready and nowhere else (I1)", () => {
  for (const { state } of rows) {
    for (const event of EVENTS) {
      const { value, actions } = step(state, event);
      assertEquals(actions.includes("openGate"), value === "ready" && state !== "ready");
      if (state === "ready" && value !== "ready") assert(actions.includes("holdGate"));
    }
  }
});

Deno.test("exchange machine: every way to ready leads through syncing (I2)", () => {
  for (const { state } of rows) {
    if (state === "ready" || state === "syncing") continue;
    for (const event of EVENTS) assert(step(state, event).value !== "ready");
  }
});

Deno.test("exchange machine: a failure is counted and schedules a retry, a sync forgets them", () => {
  const failed = step("connecting", { type: "exchange.failed", reason: "refused" });
  assertEquals(failed.actions, ["scheduleRetry"]);
  assertEquals([failed.context.failures, failed.context.lastError], [1, "refused"]);
  const synced = step("syncing", { type: "sync.done" }, failed.context);
  assertEquals([synced.context.failures, synced.context.lastError, synced.context.syncs], [
    0,
    null,
    1,
  ]);
});

Deno.test("exchange machine: a retry does again what failed", () => {
  assert(step("connecting", { type: "retry.due" }).actions.includes("connect"));
  assert(step("syncing", { type: "retry.due" }).actions.includes("sync"));
});

Deno.test("exchange machine: draining refuses new submits, stopping releases them", () => {
  assert(step("ready", { type: "exchange.drain" }).actions.includes("refuseSubmits"));
  assert(step("draining", { type: "exchange.stop" }).actions.includes("release"));
});

Deno.test("exchange machine: a lost socket takes the reason with it", () => {
  const { context } = step("ready", { type: "socket.down", reason: "private: 1006" });
  assertEquals(context.lastError, "private: 1006");
});

Deno.test("exchange machine: every state is held, open or terminal", () => {
  const tagged = (name: ExchangeStateName) => exchangeMachine.states[name]?.tags ?? [];
  assertEquals(tagged("ready"), ["open"]);
  assertEquals(tagged("stopped"), ["terminal"]);
  for (const name of ["connecting", "syncing", "degraded", "parked", "draining"] as const) {
    assertEquals(tagged(name), ["held"]);
  }
});
