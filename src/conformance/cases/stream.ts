/** What the account's sockets tell, and that it agrees with what is read. */
import type { ConformanceCase } from "../case.ts";
import type { VenueOrder } from "../../model/venue.ts";
import { holds, same } from "../expect.ts";
import { type Stage, totalOf } from "../stage.ts";

const STREAM = { theme: "stream", capability: null } as const;
const TRADES = { theme: "stream", capability: "trades streamed" } as const;
const ACCOUNT = { theme: "stream", capability: "account streamed" } as const;

export const STREAM_CASES: readonly ConformanceCase[] = [
  {
    ...STREAM,
    name: "an order is told when it rests, and when it is canceled",
    run: async (stage) => {
      await stage.listen();
      const { ref, order, both } = await stage.place();
      const told = () => stage.told(ref.clientOrderId);
      await stage.until(() => told().some(({ status }) => status === "OPEN"), "it is told open");
      await stage.adapter.execution.cancel(both, stage.gate());
      await stage.until(
        () => told().some(({ status }) => status === "CANCELED"),
        "it is told canceled",
      );
      for (const { exchangeOrderId, symbolId } of told()) {
        same([exchangeOrderId, symbolId], [order.exchangeOrderId, stage.target.symbolId], "ids");
      }
    },
  },
  {
    ...STREAM,
    name: "an order is told when it has filled, with its sum",
    run: async (stage) => {
      await stage.listen();
      const { ref, request } = await stage.buy();
      const isIt = ({ status, filled }: VenueOrder) =>
        status === "FILLED" && filled === request.amount;
      await stage.until(() => stage.told(ref.clientOrderId).some(isIt), "it is told filled");
    },
  },
  {
    ...TRADES,
    name: "trades are told as they are read",
    run: async (stage) => {
      await stage.listen();
      const { order, ref, request } = await stage.buy();
      const read = await stage.fillsOf(ref, request.amount);
      const told = () => stage.toldFills(order.exchangeOrderId);
      await stage.until(() => totalOf(told()) === request.amount, "all trades are told");
      same(keys(told()), keys(read), "the trades told, beside those read");
    },
  },
  {
    ...TRADES,
    name: "a fill in parts is told part by part",
    needs: ["market"],
    run: async (stage) => {
      await stage.listen();
      const { order, ref } = await stage.place({ amount: stage.amount(2) });
      await stage.fill(stage.amount());
      const told = () => stage.toldFills(order.exchangeOrderId);
      await stage.until(() => totalOf(told()) === stage.amount(), "the first part is told");
      await stage.fill(stage.amount());
      await stage.until(() => totalOf(told()) === stage.amount(2), "the second part is told");
      const parts = stage.told(ref.clientOrderId).map(({ filled }) => filled);
      holds(!parts.includes(stage.amount(3)), "sums are the order's, not added twice", parts);
    },
  },
  {
    ...ACCOUNT,
    name: "what the account holds is told when it changes",
    run: async (stage) => {
      await stage.listen();
      await stage.buy();
      const kind = stage.target.marketType === "SPOT" ? "balances" : "positions";
      await stage.until(() => stage.facts.some((fact) => fact.kind === kind), `${kind} are told`);
    },
  },
  {
    ...STREAM,
    name: "nothing that is told is malformed",
    run: async (stage) => {
      await stage.listen();
      const { both, ref } = await stage.place();
      await stage.buy();
      await stage.adapter.execution.cancel(both, stage.gate());
      await stage.reads(ref, "CANCELED");
      same(stage.facts.filter(({ kind }) => kind === "malformed"), [], "malformed frames");
    },
  },
  ...(["duplicateFrame", "reorderFrames"] as const).map((fault): ConformanceCase => ({
    ...TRADES,
    name: `${fault}: no trade counts twice`,
    needs: ["faults"],
    faults: [fault],
    run: (stage) => tellsOnce(stage, fault),
  })),
  {
    ...STREAM,
    name: "dropFrame: reads make up for it",
    needs: ["faults"],
    faults: ["dropFrame"],
    run: async (stage) => {
      await stage.listen();
      for (let frame = 0; frame < FRAMES; frame++) await stage.arm("dropFrame", "frame");
      const { ref, request } = await stage.buy();
      await stage.fillsOf(ref, request.amount);
    },
  },
];

/** Order, trade, balance and position, each on a frame of its own. */
const FRAMES = 4;

async function tellsOnce(stage: Stage, fault: string): Promise<void> {
  await stage.listen();
  for (let frame = 0; frame < FRAMES; frame++) await stage.arm(fault, "frame");
  const { order, ref, request } = await stage.buy();
  const read = await stage.fillsOf(ref, request.amount);
  await stage.buy();
  const told = () => stage.toldFills(order.exchangeOrderId);
  await stage.until(() => told().length >= read.length, "all trades are told");
  same(keys(told()), keys(read), "the trades told, beside those read");
}

function keys(fills: ReturnType<Stage["toldFills"]>): readonly string[] {
  return fills.map(({ tradeId, price, quantity, side }) =>
    `${tradeId} ${side} ${quantity} at ${price}`
  ).sort();
}
