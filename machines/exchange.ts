/**
 * The life of one exchange instance. Its supervisor (`actors/exchange.ts`) sends it what happened
 * to the adapter, the sockets and the sync; its entry actions tell the supervisor what to do.
 *
 * I1 The gate is open in `ready` only: new submits wait everywhere else, cancels never do.
 * I2 Every way back to `ready` leads through `syncing`.
 *
 * ```text
 * connecting → syncing → ready ⇄ degraded → parked        draining → stopped from anywhere
 * ```
 */
import { assign, setup } from "xstate";

export interface ExchangeContext {
  readonly exchangeId: string;
  readonly lastError: string | null;
  readonly syncs: number;
  readonly failures: number;
}

export type ExchangeEvent =
  | { readonly type: "exchange.connected" }
  | { readonly type: "exchange.failed"; readonly reason: string }
  | { readonly type: "connect.refused"; readonly reason: string }
  | { readonly type: "sync.done" }
  | { readonly type: "sync.failed"; readonly reason: string }
  | { readonly type: "sync.requested" }
  | { readonly type: "socket.down"; readonly reason: string }
  | { readonly type: "sockets.up" }
  | { readonly type: "retry.due" }
  | { readonly type: "budget.exhausted"; readonly reason: string }
  | { readonly type: "exchange.drain" }
  | { readonly type: "exchange.stop" };

export const exchangeMachine = setup({
  types: {
    context: {} as ExchangeContext,
    events: {} as ExchangeEvent,
    input: {} as { readonly exchangeId: string },
    tags: {} as "open" | "held" | "terminal",
  },
  actions: {
    /** Provided by the supervisor. */
    connect: () => {},
    sync: () => {},
    openGate: () => {},
    holdGate: () => {},
    scheduleRetry: () => {},
    refuseSubmits: () => {},
    release: () => {},
    tellParked: () => {},
    noteError: assign(({ event }) => "reason" in event ? { lastError: event.reason } : {}),
    countSync: assign(({ context }) => ({
      syncs: context.syncs + 1,
      failures: 0,
      lastError: null,
    })),
    countFailure: assign(({ context }) => ({ failures: context.failures + 1 })),
  },
}).createMachine({
  id: "exchange",
  version: "1",
  options: { maxIterations: 16 },
  context: ({ input }) => ({
    exchangeId: input.exchangeId,
    lastError: null,
    syncs: 0,
    failures: 0,
  }),
  initial: "connecting",
  on: {
    "exchange.drain": ".draining",
    "exchange.stop": ".stopped",
    "budget.exhausted": { target: ".parked", actions: "noteError" },
  },
  states: {
    connecting: {
      tags: "held",
      entry: ["holdGate", "connect"],
      on: {
        "exchange.connected": "syncing",
        "exchange.failed": { actions: ["noteError", "countFailure", "scheduleRetry"] },
        // Trying again would find the same: a person has to change something first.
        "connect.refused": { target: "parked", actions: "noteError" },
        "retry.due": { target: "connecting", reenter: true },
      },
    },
    syncing: {
      tags: "held",
      entry: ["holdGate", "sync"],
      on: {
        "sync.done": { target: "ready", actions: "countSync" },
        "sync.failed": { actions: ["noteError", "countFailure", "scheduleRetry"] },
        "retry.due": { target: "syncing", reenter: true },
        "socket.down": { target: "degraded", actions: "noteError" },
      },
    },
    ready: {
      tags: "open",
      entry: "openGate",
      exit: "holdGate",
      on: {
        "socket.down": { target: "degraded", actions: "noteError" },
        "sync.requested": "syncing",
      },
    },
    degraded: {
      tags: "held",
      on: { "sockets.up": "syncing" },
    },
    parked: { tags: "held", entry: ["holdGate", "tellParked"] },
    draining: {
      tags: "held",
      entry: "refuseSubmits",
      on: { "exchange.drain": undefined, "budget.exhausted": undefined },
    },
    stopped: {
      tags: "terminal",
      entry: "release",
      on: {
        "exchange.drain": undefined,
        "exchange.stop": undefined,
        "budget.exhausted": undefined,
      },
    },
  },
});

export type ExchangeStateName =
  | "connecting"
  | "syncing"
  | "ready"
  | "degraded"
  | "parked"
  | "draining"
  | "stopped";
