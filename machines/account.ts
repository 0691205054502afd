/**
 * How well the account is known. Its actor (`actors/account.ts`) sends it what became of its reads;
 * frames of the stream update balances in every state and move none.
 *
 * ```text
 * unknown → reading → fresh ⇄ reading → stale
 * ```
 */
import { assign, setup } from "xstate";
import type { EpochMs } from "../src/model/scalars.ts";

export interface AccountContext {
  readonly reads: number;
  readonly lastReadAt: EpochMs | null;
  readonly lastError: string | null;
}

export type AccountEvent =
  | { readonly type: "account.read" }
  | { readonly type: "account.answered"; readonly at: EpochMs }
  | { readonly type: "account.failed"; readonly reason: string };

export const accountMachine = setup({
  types: { context: {} as AccountContext, events: {} as AccountEvent },
  actions: {
    noteRead: assign(({ context, event }) =>
      event.type === "account.answered"
        ? { reads: context.reads + 1, lastReadAt: event.at, lastError: null }
        : {}
    ),
    noteError: assign(({ event }) =>
      event.type === "account.failed" ? { lastError: event.reason } : {}
    ),
  },
}).createMachine({
  id: "account",
  version: "1",
  options: { maxIterations: 16 },
  context: { reads: 0, lastReadAt: null, lastError: null },
  initial: "unknown",
  states: {
    unknown: { on: { "account.read": "reading" } },
    reading: {
      on: {
        "account.answered": { target: "fresh", actions: "noteRead" },
        "account.failed": { target: "stale", actions: "noteError" },
      },
    },
    fresh: { on: { "account.read": "reading" } },
    stale: { on: { "account.read": "reading" } },
  },
});
