import { assertEquals } from "@std/assert";
import { getNextSnapshot } from "xstate";
import { kernelMachine, type KernelMachineEvent } from "../../machines/kernel.ts";

const EVENTS: readonly KernelMachineEvent[] = [
  { type: "kernel.started" },
  { type: "kernel.drain" },
  { type: "kernel.drained" },
  { type: "kernel.failed", reason: "disk full" },
];

/** Where each event leads from each state; `.` is ignored, `=` is noted. */
const TABLE: readonly (readonly [string, ...string[]])[] = [
  // from      started    drain       drained    failed
  ["starting", "running", "draining", ".", "draining"],
  ["running", ".", "draining", ".", "draining"],
  ["draining", ".", ".", "stopped", "="],
  ["stopped", ".", ".", ".", "."],
];

function next(state: string, event: KernelMachineEvent) {
  const from = kernelMachine.resolveState({ value: state, context: { failure: null } });
  return getNextSnapshot(kernelMachine, from, event);
}

for (const [state, ...targets] of TABLE) {
  EVENTS.forEach((event, i) => {
    const target = targets[i]!;
    Deno.test(`kernel machine: ${state}: ${event.type} ${target === "." ? "is ignored" : target}`, () => {
      assertEquals(next(state, event).value, target === "." || target === "=" ? state : target);
    });
  });
}

Deno.test("kernel machine: the table names every state and every event", () => {
  assertEquals(TABLE.map(([state]) => state), Object.keys(kernelMachine.states));
  assertEquals(new Set<string>(EVENTS.map(({ type }) => type)), new Set(kernelMachine.events));
});

Deno.test("kernel machine: it remembers why it failed, also while it drains", () => {
  for (const state of ["starting", "running", "draining"]) {
    assertEquals(next(state, EVENTS[3]!).context.failure, "disk full");
  }
  assertEquals(next("stopped", EVENTS[3]!).context.failure, null);
});
