/** Cancels of live orders. */
import type { ConformanceCase } from "../case.ts";
import { holds, NotShown, only, same } from "../expect.ts";

export const CANCEL_CASES: readonly ConformanceCase[] = [
  {
    name: "canceled by client order id alone",
    theme: "cancel",
    capability: "cancel by client id",
    run: async (stage) => {
      const { ref } = await stage.place();
      const gate = stage.gate();
      only(await stage.adapter.execution.cancel(ref, gate), "accepted", "cancel");
      same([gate.checks.length, gate.sentCount], [1, 1], "the gate is asked and told once");
      await stage.reads(ref, "CANCELED");
    },
    without: async (stage) => {
      const { ref } = await stage.place();
      const outcome = await stage.adapter.execution.cancel(ref, stage.gate());
      holds(outcome.kind === "notSent", "a cancel without the venue's id is not sent", outcome);
    },
  },
  {
    name: "canceled by both ids",
    theme: "cancel",
    capability: null,
    run: async (stage) => {
      const { both, ref } = await stage.place();
      only(await stage.adapter.execution.cancel(both, stage.gate()), "accepted", "cancel");
      same((await stage.reads(ref, "CANCELED")).filled, "0", "the filled quantity");
    },
  },
  {
    name: "a second cancel changes nothing",
    theme: "cancel",
    capability: null,
    run: async (stage) => {
      const { both, ref } = await stage.place();
      await stage.adapter.execution.cancel(both, stage.gate());
      await stage.reads(ref, "CANCELED");
      const again = await stage.adapter.execution.cancel(both, stage.gate());
      holds(again.kind !== "notSent", "it is sent", again);
      await stage.reads(ref, "CANCELED");
    },
  },
  {
    name: "a cancel of what was never placed is not found",
    theme: "cancel",
    capability: "cancel by client id",
    run: async (stage) => {
      const ref = { symbolId: stage.target.symbolId, clientOrderId: stage.nextId() };
      const named = { ...ref, exchangeOrderId: null };
      only(await stage.adapter.execution.cancel(named, stage.gate()), "notFound", "cancel");
    },
  },
  {
    name: "a cancel of a filled order is not accepted as one",
    theme: "cancel",
    capability: "limit",
    run: async (stage) => {
      const { both, ref } = await stage.buy();
      const outcome = await stage.adapter.execution.cancel(both, stage.gate());
      const isCanceled = outcome.kind === "accepted" && outcome.order?.status === "CANCELED";
      holds(!isCanceled, "a filled order is not shown as canceled", outcome);
      await stage.reads(ref, "FILLED");
    },
  },
  {
    name: "the dead man's switch is armed, wound up and disarmed",
    theme: "cancel",
    capability: "dead man's switch",
    run: async ({ adapter }) => {
      const { deadMansSwitch } = adapter.capabilities;
      if (deadMansSwitch?.kind !== "timer") throw new NotShown("needs a switch with a timer");
      const { execution } = adapter;
      holds(execution.armDeadMansSwitch !== undefined, "what is claimed can be armed");
      for (const timeoutMs of [deadMansSwitch.maxMs, deadMansSwitch.maxMs, null]) {
        const armed = only(await execution.armDeadMansSwitch(timeoutMs), "armed", "the switch");
        same(armed.firesAt === null, timeoutMs === null, "whether it is disarmed");
      }
    },
  },
];
