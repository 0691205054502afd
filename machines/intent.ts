/**
 * The life of one order intent. Its book sends it commands, answers and facts; it sends nothing:
 * what a turn produced lies in `context.effects`, and the book takes it once the turn returned.
 *
 * I1 Every event is absorbed in every state, the terminal ones included: a fact is never ignored.
 * I2 Where it stands is `reconcile`'s decision; the edges below are the moves it may make, and a
 *    move without an edge is an error (the book compares state and phase after every turn).
 * I3 No invoke, no after, no clock, no I/O: a deadline is an event, and times come with events.
 *
 * ```text
 * PENDING ──granted──▶ SUBMITTING ──liveAtVenue──▶ ACTIVE ──mustReconcile──▶ RECONCILING
 *   ▲  └──────────────────┴───────── ended ──────────┴──────────────────────────┤
 *   └──────────────────────── mayTryAgain ──────────────────────────────────────┘
 *                  COMPLETED · CANCELED · FAILED  ──cameAlive──▶ RECONCILING
 * ```
 */
import { assign, setup } from "xstate";
import { type IntentContext, isTerminal, type Phase, topState } from "./intent_context.ts";
import type { IntentEvent } from "./intent_events.ts";
import { step } from "./step.ts";

/** Bump it when a stored context needs migrating, and add the migration beside the book. */
export const INTENT_MACHINE_VERSION = "1";

const is = (phase: Phase) => ({ context }: { context: IntentContext }) => context.phase === phase;
const isTop = (top: string) => ({ context }: { context: IntentContext }) =>
  topState(context.phase) === top;

const absorbed = { actions: "absorb" } as const;

export const intentMachine = setup({
  types: {
    context: {} as IntentContext,
    events: {} as IntentEvent,
    input: {} as IntentContext,
    tags: {} as "live" | "uncertain" | "terminal",
  },
  actions: {
    absorb: assign(({ context, event }) => step(context, event)),
  },
  guards: {
    granted: is("SUBMITTING.inFlight"),
    outcomeUnknown: is("SUBMITTING.inDoubt"),
    liveAtVenue: isTop("ACTIVE"),
    hasFills: is("ACTIVE.partiallyFilled"),
    mayTryAgain: isTop("PENDING"),
    isPaused: is("PENDING.paused"),
    isResumed: is("PENDING.ready"),
    mustReconcile: isTop("RECONCILING"),
    amendWanted: is("RECONCILING.amending"),
    cancelWanted: is("RECONCILING.canceling"),
    replaceWanted: is("RECONCILING.replacing"),
    readWanted: is("RECONCILING.resolving"),
    // To a change as well: `resolving` leads on to it, and the chart keeps one edge.
    cancelOver: ({ context }) =>
      topState(context.phase) === "RECONCILING" && context.phase !== "RECONCILING.canceling",
    filledOrDone: is("COMPLETED"),
    canceled: is("CANCELED"),
    provenNotLive: is("FAILED"),
    cameAlive: ({ context }) => !isTerminal(context.phase),
  },
}).createMachine({
  id: "intent",
  version: INTENT_MACHINE_VERSION,
  options: { maxIterations: 16 },
  context: ({ input }) => input,
  initial: "PENDING",
  on: {
    "order.granted": absorbed,
    "order.denied": absorbed,
    "submit.answered": absorbed,
    "cancel.answered": absorbed,
    "amend.answered": absorbed,
    "lookup.answered": absorbed,
    "fills.answered": absorbed,
    "order.updated": absorbed,
    "order.filled": absorbed,
    "order.cancel": absorbed,
    "order.modify": absorbed,
    "order.resume": absorbed,
    "order.verify": absorbed,
    "order.resolve": absorbed,
    "order.adopted": absorbed,
    "fill.approved": absorbed,
    "deadline.passed": absorbed,
  },
  states: {
    PENDING: {
      tags: "live",
      initial: "ready",
      always: [
        { guard: "granted", target: "SUBMITTING" },
        { guard: "liveAtVenue", target: "ACTIVE" },
        { guard: "mustReconcile", target: "RECONCILING" },
        { guard: "filledOrDone", target: "COMPLETED" },
        { guard: "canceled", target: "CANCELED" },
        { guard: "provenNotLive", target: "FAILED" },
      ],
      states: {
        ready: { always: { guard: "isPaused", target: "paused" } },
        paused: { always: { guard: "isResumed", target: "ready" } },
      },
    },
    SUBMITTING: {
      tags: ["live", "uncertain"],
      initial: "inFlight",
      always: [
        { guard: "liveAtVenue", target: "ACTIVE" },
        { guard: "mustReconcile", target: "RECONCILING" },
        { guard: "filledOrDone", target: "COMPLETED" },
        { guard: "canceled", target: "CANCELED" },
        { guard: "provenNotLive", target: "FAILED" },
        { guard: "mayTryAgain", target: "PENDING" },
      ],
      states: {
        inFlight: { always: { guard: "outcomeUnknown", target: "inDoubt" } },
        inDoubt: {},
      },
    },
    ACTIVE: {
      tags: "live",
      initial: "open",
      always: [
        { guard: "mustReconcile", target: "RECONCILING" },
        { guard: "filledOrDone", target: "COMPLETED" },
        { guard: "canceled", target: "CANCELED" },
        { guard: "provenNotLive", target: "FAILED" },
        { guard: "mayTryAgain", target: "PENDING" },
      ],
      states: {
        open: { always: { guard: "hasFills", target: "partiallyFilled" } },
        partiallyFilled: {},
      },
    },
    RECONCILING: {
      tags: ["live", "uncertain"],
      initial: "resolving",
      always: [
        { guard: "liveAtVenue", target: "ACTIVE" },
        { guard: "outcomeUnknown", target: "SUBMITTING" },
        { guard: "filledOrDone", target: "COMPLETED" },
        { guard: "canceled", target: "CANCELED" },
        { guard: "provenNotLive", target: "FAILED" },
        { guard: "mayTryAgain", target: "PENDING" },
      ],
      states: {
        resolving: {
          always: [
            { guard: "amendWanted", target: "amending" },
            { guard: "cancelWanted", target: "canceling" },
            { guard: "replaceWanted", target: "replacing" },
          ],
        },
        amending: {
          always: [
            { guard: "cancelWanted", target: "canceling" },
            { guard: "replaceWanted", target: "replacing" },
            { guard: "readWanted", target: "resolving" },
          ],
        },
        canceling: { always: { guard: "cancelOver", target: "resolving" } },
        replacing: {
          always: [
            { guard: "cancelWanted", target: "canceling" },
            { guard: "readWanted", target: "resolving" },
          ],
        },
      },
    },
    COMPLETED: { tags: "terminal", always: { guard: "cameAlive", target: "RECONCILING" } },
    CANCELED: {
      tags: "terminal",
      always: [
        { guard: "cameAlive", target: "RECONCILING" },
        { guard: "filledOrDone", target: "COMPLETED" },
      ],
    },
    FAILED: {
      tags: "terminal",
      always: [
        { guard: "cameAlive", target: "RECONCILING" },
        { guard: "filledOrDone", target: "COMPLETED" },
      ],
    },
  },
});

/** `{ ACTIVE: "open" }` → `ACTIVE.open`, as {@linkcode Phase} writes it. */
export function stateName(value: unknown): string {
  if (typeof value === "string") return value;
  const states = value as Record<string, string>;
  for (const top in states) return `${top}.${states[top]}`;
  return ".";
}

/** `ACTIVE.open` → `{ ACTIVE: "open" }`, as XState takes it. */
export function stateValue(phase: Phase): string | Record<string, string> {
  const [top = "", inner] = phase.split(".");
  return inner === undefined ? top : { [top]: inner };
}
