import { assertEquals } from "@std/assert";
import { getNextSnapshot } from "xstate";
import {
  type RequestsContext,
  type RequestsEvent,
  requestsMachine,
  type RequestsMode,
} from "../../machines/requests.ts";

const IDLE: RequestsContext = { dueAt: null };

const EVENTS: Readonly<Record<string, RequestsEvent>> = {
  "queue.waiting": { type: "queue.waiting" },
  "queue.emptied": { type: "queue.emptied" },
  "venue.banned": { type: "venue.banned", until: 9_000 },
  "deadline.passed": { type: "deadline.passed", at: 5_000 },
  "requests.drain": { type: "requests.drain" },
};

/** Where each event leads from each mode; `-` is ignored. */
const TABLE: readonly (readonly [RequestsMode, ...string[]])[] = [
  // from       waiting      emptied    banned    deadline   drain
  ["flowing", "throttled", "-", "banned", "-", "draining"],
  ["throttled", "-", "flowing", "banned", "-", "draining"],
  ["banned", "-", "-", "-", "flowing", "draining"],
  ["draining", "-", "-", "-", "-", "-"],
];

function next(mode: string, event: RequestsEvent, context: Partial<RequestsContext> = {}) {
  const from = requestsMachine.resolveState({ value: mode, context: { ...IDLE, ...context } });
  return getNextSnapshot(requestsMachine, from, event);
}

for (const [mode, ...targets] of TABLE) {
  for (const [index, event] of Object.values(EVENTS).entries()) {
    const target = targets[index]!;
    const says = target === "-" ? "is ignored" : `leads to ${target}`;
    Deno.test(`requests: ${mode}: ${event.type} ${says}`, () => {
      assertEquals(next(mode, event).value, target === "-" ? mode : target);
    });
  }
}

Deno.test("requests: the table names every mode and every event", () => {
  assertEquals(TABLE.map(([mode]) => mode as string), Object.keys(requestsMachine.states));
  assertEquals(new Set(requestsMachine.events), new Set(Object.keys(EVENTS)));
});

Deno.test("requests: a ban has a deadline, the other modes wait for nothing", () => {
  assertEquals(next("flowing", EVENTS["venue.banned"]!).context.dueAt, 9_000);
  assertEquals(next("banned", EVENTS["deadline.passed"]!, { dueAt: 7 }).context.dueAt, null);
  assertEquals(next("banned", EVENTS["requests.drain"]!, { dueAt: 7 }).context.dueAt, null);
});

Deno.test("requests: a longer ban prolongs, a shorter one does not shorten", () => {
  assertEquals(next("banned", EVENTS["venue.banned"]!, { dueAt: 4_000 }).context.dueAt, 9_000);
  assertEquals(next("banned", EVENTS["venue.banned"]!, { dueAt: 12_000 }).context.dueAt, 12_000);
});
