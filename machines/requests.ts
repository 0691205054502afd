/**
 * The mode of one exchange's request queue: may requests leave, and if not, why. The request runner
 * sends it a few events about the queue as a whole, never one per request; token arithmetic and
 * the queue are plain modules beside it.
 *
 * ```
 * flowing ⇄ throttled          something waits for tokens
 * any ── venue.banned ──▶ banned ── deadline.passed ──▶ flowing (or circuitOpen, if still cooling)
 * any ── refusals.alike ──▶ circuitOpen ── deadline.passed ──▶ halfOpen
 * halfOpen ── deadline.passed, venue.answered ──▶ flowing;  ── refusals.alike ──▶ circuitOpen
 * any ── requests.drain ──▶ draining
 * ```
 *
 * I1 Every state but flowing, throttled and draining is left by `deadline.passed` at `dueAt`; the
 *    other three wait for nothing.
 * I2 A ban outlasts everything but draining; the circuit's cool-down is resumed after it.
 * I3 Draining is for good.
 */
import { assign, setup } from "xstate";
import { MICROSTEPS_MAX } from "../src/model/limits.ts";
import { backoff } from "./timeouts.ts";

/** So many refusals with one code in a row … */
export const CIRCUIT_REFUSALS = 10;
/** … within this time open the circuit: a program error or a broken account, not bad luck. */
export const CIRCUIT_WINDOW_MS = 10_000;
/** First pause; doubles up to the cap while the trial requests are refused alike. */
export const CIRCUIT_COOL_DOWN_MS = 5_000;
/** A person who mends the account should not wait longer than this for the next try. */
export const CIRCUIT_COOL_DOWN_CAP_MS = 60_000;
/** A trial that nobody refused within this time went well: longer than any request may take. */
export const CIRCUIT_TRIAL_MS = 15_000;

export interface RequestsContext {
  /** When `deadline.passed` is due, monotonic; null in states that wait for nothing. */
  readonly dueAt: number | null;
  /** When an open circuit may be tried again; 0 while it is closed. */
  readonly openUntil: number;
  /** Cool-downs in a row; the next one doubles. */
  readonly trips: number;
  /** The code that opened the circuit. */
  readonly refusalCode: string | null;
}

/** Times are monotonic milliseconds. */
export type RequestsEvent =
  | { readonly type: "queue.waiting" }
  | { readonly type: "queue.emptied" }
  | { readonly type: "venue.banned"; readonly until: number }
  | { readonly type: "refusals.alike"; readonly code: string; readonly at: number }
  | { readonly type: "venue.answered" }
  | { readonly type: "deadline.passed"; readonly at: number }
  | { readonly type: "requests.drain" };

export type RequestsMode =
  | "flowing"
  | "throttled"
  | "banned"
  | "circuitOpen"
  | "halfOpen"
  | "draining";

/** Refusals in a row with one code. */
export interface RefusalStreak {
  readonly code: string;
  readonly since: number;
  readonly count: number;
}

/** @returns the streak after one more refusal; a new one for another code or after the window. */
export function countRefusal(
  streak: RefusalStreak | null,
  code: string,
  at: number,
): RefusalStreak {
  const continues = streak !== null && streak.code === code &&
    at - streak.since <= CIRCUIT_WINDOW_MS;
  return continues ? { ...streak, count: streak.count + 1 } : { code, since: at, count: 1 };
}

/** How long the circuit stays open at the `trips`-th time in a row, counted from 1. */
export function coolDownMs(trips: number): number {
  return backoff(trips, CIRCUIT_COOL_DOWN_MS, CIRCUIT_COOL_DOWN_CAP_MS);
}

const CLOSED: RequestsContext = { dueAt: null, openUntil: 0, trips: 0, refusalCode: null };

export const requestsMachine = setup({
  types: {
    context: {} as RequestsContext,
    events: {} as RequestsEvent,
  },
  guards: {
    circuitStillCools: ({ context, event }) =>
      event.type === "deadline.passed" && context.openUntil > event.at,
    bannedForLonger: ({ context, event }) =>
      event.type === "venue.banned" && event.until > (context.dueAt ?? 0),
  },
  actions: {
    awaitEndOfBan: assign({
      dueAt: ({ context, event }) => event.type === "venue.banned" ? event.until : context.dueAt,
    }),
    openCircuit: assign(({ context, event }) => {
      if (event.type !== "refusals.alike") return {};
      const trips = context.trips + 1;
      const openUntil = event.at + coolDownMs(trips);
      return { trips, openUntil, dueAt: openUntil, refusalCode: event.code };
    }),
    awaitEndOfCoolDown: assign({ dueAt: ({ context }) => context.openUntil }),
    awaitTrial: assign({
      dueAt: ({ context, event }) =>
        event.type === "deadline.passed" ? event.at + CIRCUIT_TRIAL_MS : context.dueAt,
    }),
    awaitNothing: assign({ dueAt: null }),
    closeCircuit: assign(CLOSED),
  },
}).createMachine({
  id: "requests",
  version: "1",
  context: CLOSED,
  initial: "flowing",
  options: { maxIterations: MICROSTEPS_MAX },
  on: {
    "venue.banned": { target: ".banned", actions: "awaitEndOfBan" },
    "refusals.alike": { target: ".circuitOpen", actions: "openCircuit" },
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
        // What was sent before the ban may still be refused; the ban says enough.
        "refusals.alike": {},
        "deadline.passed": [
          {
            guard: "circuitStillCools",
            target: "circuitOpen",
            actions: "awaitEndOfCoolDown",
          },
          { target: "flowing", actions: "closeCircuit" },
        ],
      },
    },
    circuitOpen: {
      on: {
        // Stragglers of the streak that opened it must not prolong the cool-down.
        "refusals.alike": {},
        "deadline.passed": { target: "halfOpen", actions: "awaitTrial" },
      },
    },
    halfOpen: {
      on: {
        "venue.answered": { target: "flowing", actions: "closeCircuit" },
        "deadline.passed": { target: "flowing", actions: "closeCircuit" },
      },
    },
    draining: {
      on: { "venue.banned": {}, "refusals.alike": {} },
    },
  },
});
