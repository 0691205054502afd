/** Orders found by the id we gave them, and proof that there is none. */
import type { ConformanceCase } from "../case.ts";
import { holds, only, same, valueOf } from "../expect.ts";
import type { Stage } from "../stage.ts";

const LOOK_UP = { theme: "look-up", capability: "look-up by client id" } as const;

export const LOOKUP_CASES: readonly ConformanceCase[] = [
  {
    ...LOOK_UP,
    name: "an open order is found by client order id",
    run: async (stage) => {
      const { ref, order } = await stage.place();
      same((await stage.reads(ref, "OPEN")).exchangeOrderId, order.exchangeOrderId, "its id");
    },
  },
  {
    ...LOOK_UP,
    name: "a filled order is found by client order id",
    run: async (stage) => {
      const { filled, order } = await stage.buy();
      same(filled.exchangeOrderId, order.exchangeOrderId, "its id");
    },
  },
  {
    ...LOOK_UP,
    name: "a canceled order is found by client order id",
    run: async (stage) => {
      const { ref, both, order } = await stage.place();
      await stage.adapter.execution.cancel(both, stage.gate());
      const found = await stage.reads(ref, "CANCELED");
      same(found.exchangeOrderId, order.exchangeOrderId, "its id");
    },
  },
  {
    ...LOOK_UP,
    name: "what was never placed is proven absent",
    run: async (stage) => {
      await stage.place();
      const outcome = await looked(stage, stage.nextId());
      const now = stage.adapter.venueNow();
      const { venueTime } = only(outcome, "absent", "look-up of an id never sent");
      holds(now !== null && venueTime <= now, "absence is no younger than its answer", venueTime);
    },
  },
  {
    ...LOOK_UP,
    name: "another's order is never taken for ours",
    run: async (stage) => {
      const one = await stage.place();
      const two = await stage.place();
      const [first, second] = [
        await stage.reads(one.ref, "OPEN"),
        await stage.reads(two.ref, "OPEN"),
      ];
      holds(first.exchangeOrderId !== second.exchangeOrderId, "two orders, two ids");
      same(first.clientOrderId, one.ref.clientOrderId, "the client order id found");
      same(second.clientOrderId, two.ref.clientOrderId, "the client order id found");
    },
  },
  {
    ...LOOK_UP,
    name: "an order that reads do not show yet is not proven absent",
    needs: ["faults"],
    faults: ["staleReads"],
    run: async (stage) => {
      await stage.arm("staleReads", "submit");
      const { ref, gate } = await stage.place();
      const { engineBoundMs, settleMs } = stage.adapter.capabilities.timing;
      const [wire] = gate.checks;
      holds(wire !== undefined, "the gate is asked");
      const provenAt = wire.signedAt + wire.validForMs + engineBoundMs + settleMs;
      let proof: unknown = null;
      let found = false;
      while (!found) {
        const outcome = await stage.adapter.execution.lookup(ref);
        found = outcome.kind === "found";
        if (outcome.kind === "absent" && outcome.venueTime >= provenAt) proof = outcome;
        holds(proof === null, "no absence that counts as proof while the order is hidden", proof);
        await stage.sleep(HIDDEN_POLL_MS);
      }
    },
  },
  {
    name: "open orders show what rests, and nothing that has ended",
    theme: "look-up",
    capability: null,
    run: async (stage) => {
      const [kept, gone] = [await stage.place(), await stage.place({ amount: stage.amount(2) })];
      await stage.adapter.execution.cancel(gone.both, stage.gate());
      await stage.reads(gone.ref, "CANCELED");
      for (const symbolId of [stage.target.symbolId, undefined]) {
        const open = valueOf(await stage.adapter.execution.openOrders(symbolId), "open orders");
        const ids = open.map(({ clientOrderId }) => clientOrderId);
        holds(ids.includes(kept.ref.clientOrderId), "what rests is listed", ids);
        holds(!ids.includes(gone.ref.clientOrderId), "what has ended is not listed", ids);
        const mine = open.find(({ clientOrderId }) => clientOrderId === kept.ref.clientOrderId);
        same(
          [mine?.symbolId, mine?.side, mine?.amount, mine?.limitPrice, mine?.status],
          [stage.target.symbolId, "BUY", kept.request.amount, stage.low, "OPEN"],
          "the order in the list",
        );
      }
    },
  },
];

const HIDDEN_POLL_MS = 40;

function looked(stage: Stage, clientOrderId: string) {
  const { symbolId } = stage.target;
  return stage.adapter.execution.lookup({ symbolId, clientOrderId, exchangeOrderId: null });
}
