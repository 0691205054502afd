/**
 * The life of the whole kernel: starting → running → draining → stopped. The façade sends it the
 * commands, the composition what came of them. It goes down last, and never because of one
 * exchange.
 */
import { assign, setup } from "xstate";

export interface KernelContext {
  readonly failure: string | null;
}

export type KernelMachineEvent =
  | { readonly type: "kernel.started" }
  | { readonly type: "kernel.drain" }
  | { readonly type: "kernel.drained" }
  | { readonly type: "kernel.failed"; readonly reason: string };

export const kernelMachine = setup({
  types: {
    context: {} as KernelContext,
    events: {} as KernelMachineEvent,
    tags: {} as "terminal",
  },
  actions: {
    noteFailure: assign(({ context, event }) => ({
      failure: event.type === "kernel.failed" ? event.reason : context.failure,
    })),
  },
}).createMachine({
  id: "kernel",
  version: "1",
  options: { maxIterations: 16 },
  context: { failure: null },
  initial: "starting",
  states: {
    starting: {
      on: {
        "kernel.started": "running",
        "kernel.drain": "draining",
        "kernel.failed": { target: "draining", actions: "noteFailure" },
      },
    },
    running: {
      on: {
        "kernel.drain": "draining",
        "kernel.failed": { target: "draining", actions: "noteFailure" },
      },
    },
    draining: {
      on: {
        "kernel.drained": "stopped",
        "kernel.failed": { actions: "noteFailure" },
      },
    },
    stopped: { tags: "terminal" },
  },
});
