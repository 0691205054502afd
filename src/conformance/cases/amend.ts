/** Changes of live orders in place. */
import { add, compare, decimal, multiply } from "../../model/decimal.ts";
import { roundToGrid } from "../../model/price_grid.ts";
import type { ConformanceCase } from "../case.ts";
import { holds, only, same } from "../expect.ts";
import type { Accepted, Stage } from "../stage.ts";

export const AMEND_CASES: readonly ConformanceCase[] = [
  {
    name: "price and amount change in place",
    theme: "amend",
    capability: "amend",
    run: async (stage) => {
      const placed = await stage.place();
      const limitPrice = roundToGrid(
        multiply(stage.price, decimal("0.75")),
        stage.metadata.price,
        "FLOOR",
      );
      const { outcome, gate } = await amend(stage, placed, { limitPrice, times: 2 });
      holds(outcome.kind === "accepted" || outcome.kind === "unknown", "amend is taken", outcome);
      same([gate.checks.length, gate.sentCount], [1, 1], "the gate is asked and told once");
      await shows(stage, placed, { limitPrice, amount: stage.amount(2) });
    },
    without: async (stage) => {
      const placed = await stage.place();
      const { outcome, gate } = await amend(stage, placed, { limitPrice: stage.low, times: 2 });
      only(outcome, "notSent", "an amend where there is none");
      same(gate.sentCount, 0, "requests sent");
      same((await stage.reads(placed.ref, "OPEN")).amount, placed.request.amount, "the amount");
    },
  },
  {
    name: "an amend of what has ended is not accepted",
    theme: "amend",
    capability: "amend",
    run: async (stage) => {
      const placed = await stage.place();
      await stage.adapter.execution.cancel(placed.both, stage.gate());
      await stage.reads(placed.ref, "CANCELED");
      const { outcome } = await amend(stage, placed, { limitPrice: stage.low, times: 2 });
      holds(outcome.kind !== "accepted", "a canceled order cannot be changed", outcome);
      await stage.reads(placed.ref, "CANCELED");
    },
  },
  {
    name: "what has filled counts against the new amount",
    theme: "amend",
    capability: "amend",
    needs: ["market"],
    run: async (stage) => {
      const placed = await stage.place({ amount: stage.amount(2) });
      await stage.fill(stage.amount());
      same((await stage.reads(placed.ref, "PARTIALLY_FILLED")).filled, stage.amount(), "filled");
      await amend(stage, placed, { limitPrice: stage.low, times: 3 });
      const { filled } = await shows(stage, placed, {
        limitPrice: stage.low,
        amount: stage.amount(3),
      });
      same(filled, stage.amount(), "what had filled");
      holds(compare(add(filled, stage.amount(2)), stage.amount(3)) === 0, "total of the order");
    },
  },
];

interface Changed {
  readonly limitPrice: Accepted["request"]["amount"];
  readonly times: number;
}

async function amend(stage: Stage, { request, both }: Accepted, { limitPrice, times }: Changed) {
  const gate = stage.gate();
  const amount = stage.amount(times);
  const order = { ...request.order, limitPrice, amount };
  const { deadline } = request;
  const asked = { ...both, order, amount, deadline };
  return { outcome: await stage.adapter.execution.amend(asked, gate), gate };
}

/** The order once it is read as changed. */
function shows(
  stage: Stage,
  { ref }: Accepted,
  { amount, limitPrice }: Pick<Accepted["request"], "amount"> & Pick<Changed, "limitPrice">,
) {
  return stage.sees(
    ref,
    (order) => order.amount === amount && order.limitPrice === limitPrice,
    `${amount} at ${limitPrice}`,
  );
}
