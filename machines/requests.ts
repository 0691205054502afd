/**
 * The mode of one exchange's request queue: may requests leave, and if not, why. The request runner
 * sends it a few events about the queue as a whole, never one per request; token arithmetic, the
 * queue and the circuit breakers are plain modules beside it.
 *
 * ```
 * flowing ⇄ throttled          something waits for tokens
 * any ── venue.banned ──▶ banned ── deadline.passed ──▶ flowing
 * any ── requests.drain ──▶ draining
 * ```
 *
 * I1 Banned is left by `deadline.passed` at `dueAt`; the other three wait for nothing.
 * I2 A ban outlasts everything but draining.
 * I3 Draining is for good.
 */
import { assign, setup } from "xstate";
import { MICROSTEPS_MAX } from "../src/model/limits.ts";

export interface RequestsContext {
  /** When `deadline.passed` is due, monotonic; null in states that wait for nothing. */
  readonly dueAt: number | null;
}

/** Times are monotonic milliseconds. */
export type RequestsEvent =
  | { readonly type: "queue.waiting" }
  | { readonly type: "queue.emptied" }
  | { readonly type: "venue.banned"; readonly until: number }
  | { readonly type: "deadline.passed"; readonly at: number }
  | { readonly type: "requests.drain" };

export type RequestsMode = "flowing" | "throttled" | "banned" | "draining";

export const requestsMachine = setup({
  types: {
    context: {} as RequestsContext,
    events: {} as RequestsEvent,
  },
  guards: {
    bannedForLonger: ({ context, event }) =>
      event.type === "venue.banned" && event.until > (context.dueAt ?? 0),
  },
  actions: {
    awaitEndOfBan: assign({
      dueAt: ({ context, event }) => event.type === "venue.banned" ? event.until : context.dueAt,
    }),
    awaitNothing: assign({ dueAt: null }),
  },
}).createMachine({
  id: "requests",
  version: "2",
  context: { dueAt: null },
  initial: "flowing",
  options: { maxIterations: MICROSTEPS_MAX },
  on: {
    "venue.banned": { target: ".banned", actions: "awaitEndOfBan" },
    "requests.drain": { target: ".draining", actions: "awaitNothing" },
  },
  states: {
    flowing: {
      tags: "open",
      on: { "queue.waiting": "throttled" },
    },
    throttled: {
      tags: "open",
      on: { "queue.emptied": "flowing" },
    },
    banned: {
      on: {
        // The second one keeps the event from the root, which would take a shorter ban.
        "venue.banned": [{ guard: "bannedForLonger", actions: "awaitEndOfBan" }, {}],
        "deadline.passed": { target: "flowing", actions: "awaitNothing" },
      },
    },
    draining: {
      on: { "venue.banned": {} },
    },
  },
});
