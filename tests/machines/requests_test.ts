import { assert, assertEquals } from "@std/assert";
import { getNextSnapshot } from "xstate";
import {
  CIRCUIT_COOL_DOWN_CAP_MS,
  CIRCUIT_COOL_DOWN_MS,
  CIRCUIT_REFUSALS,
  CIRCUIT_TRIAL_MS,
  CIRCUIT_WINDOW_MS,
  coolDownMs,
  countRefusal,
  type RefusalStreak,
  type RequestsContext,
  type RequestsEvent,
  requestsMachine,
  type RequestsMode,
} from "../../machines/requests.ts";

const IDLE: RequestsContext = { dueAt: null, openUntil: 0, trips: 0, refusalCode: null };

const EVENTS: Readonly<Record<string, RequestsEvent>> = {
  "queue.waiting": { type: "queue.waiting" },
  "queue.emptied": { type: "queue.emptied" },
  "venue.banned": { type: "venue.banned", until: 9_000 },
  "refusals.alike": { type: "refusals.alike", code: "FILTER", at: 1_000 },
  "venue.answered": { type: "venue.answered" },
  "deadline.passed": { type: "deadline.passed", at: 5_000 },
  "requests.drain": { type: "requests.drain" },
};

/** Where each event leads from each mode; `-` is ignored. */
const TABLE: readonly (readonly [RequestsMode, ...string[]])[] = [
  // from        waiting      emptied    banned    alike          answered   deadline    drain
  ["flowing", "throttled", "-", "banned", "circuitOpen", "-", "-", "draining"],
  ["throttled", "-", "flowing", "banned", "circuitOpen", "-", "-", "draining"],
  ["banned", "-", "-", "-", "-", "-", "flowing", "draining"],
  ["circuitOpen", "-", "-", "banned", "-", "-", "halfOpen", "draining"],
  ["halfOpen", "-", "-", "banned", "circuitOpen", "flowing", "flowing", "draining"],
  ["draining", "-", "-", "-", "-", "-", "-", "-"],
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

Deno.test("requests: every mode that waits for something has a deadline, the others none", () => {
  assertEquals(next("flowing", EVENTS["venue.banned"]!).context.dueAt, 9_000);
  const open = next("flowing", EVENTS["refusals.alike"]!).context;
  assertEquals(open.dueAt, 1_000 + CIRCUIT_COOL_DOWN_MS);
  assertEquals(
    next("circuitOpen", EVENTS["deadline.passed"]!, open).context.dueAt,
    5_000 + CIRCUIT_TRIAL_MS,
  );
  assertEquals(next("halfOpen", EVENTS["venue.answered"]!, open).context, IDLE);
  assertEquals(next("banned", EVENTS["requests.drain"]!, { dueAt: 7 }).context.dueAt, null);
});

Deno.test("requests: a ban during a cool-down gives way to the rest of it", () => {
  const cooling = { dueAt: 5_000, openUntil: 6_000, trips: 1 };
  const after = next("banned", EVENTS["deadline.passed"]!, cooling);
  assertEquals(after.value, "circuitOpen");
  assertEquals(after.context.dueAt, 6_000);
});

Deno.test("requests: a longer ban prolongs, a shorter one does not shorten", () => {
  assertEquals(next("banned", EVENTS["venue.banned"]!, { dueAt: 4_000 }).context.dueAt, 9_000);
  assertEquals(next("banned", EVENTS["venue.banned"]!, { dueAt: 12_000 }).context.dueAt, 12_000);
});

Deno.test("requests: a trial that is refused alike doubles the cool-down, up to a cap", () => {
  const again = next("halfOpen", EVENTS["refusals.alike"]!, { trips: 1 });
  assertEquals(again.context.dueAt, 1_000 + 2 * CIRCUIT_COOL_DOWN_MS);
  assertEquals(coolDownMs(50), CIRCUIT_COOL_DOWN_CAP_MS);
});

Deno.test("requests: refusals count as a streak only with one code and within the window", () => {
  let streak: RefusalStreak | null = null;
  for (let i = 0; i < CIRCUIT_REFUSALS; i++) streak = countRefusal(streak, "FILTER", i);
  assertEquals(streak?.count, CIRCUIT_REFUSALS);
  assertEquals(countRefusal(streak, "OTHER", 20).count, 1);
  assertEquals(countRefusal(streak, "FILTER", CIRCUIT_WINDOW_MS + 1).count, 1);
  assert(countRefusal(streak, "FILTER", CIRCUIT_WINDOW_MS).count > CIRCUIT_REFUSALS);
});
