/** Orders that may only shrink a position. */
import { isNegative, isZero, ZERO } from "../../model/decimal.ts";
import type { ConformanceCase } from "../case.ts";
import { holds, same, valueOf } from "../expect.ts";
import type { Stage } from "../stage.ts";
import { enders, refusedOrEnded, refusesShape } from "./shapes.ts";

export const REDUCE_ONLY_CASES: readonly ConformanceCase[] = [
  {
    name: "reduce-only with nothing to reduce opens nothing",
    theme: "reduce-only",
    capability: "reduce-only",
    run: async (stage) => {
      const fields = { reduceOnly: true, side: "SELL", limitPrice: null };
      const ended = await refusedOrEnded(stage, await stage.submit(stage.request(fields)));
      same(ended?.filled ?? "0", "0", "the filled quantity");
      same(await held(stage), "0", "the position");
    },
    without: (stage) => refusesShape(stage, { reduceOnly: true }),
  },
  {
    name: "reduce-only closes a position",
    theme: "reduce-only",
    capability: "reduce-only",
    needs: ["contract"],
    run: async (stage) => {
      await stage.buy();
      same(await held(stage), stage.amount(), "the position that was opened");
      const { ref } = await stage.place({ reduceOnly: true, side: "SELL", limitPrice: null });
      await stage.reads(ref, "FILLED");
      same(await held(stage), "0", "the position");
    },
  },
  {
    name: "reduce-only never turns a position",
    theme: "reduce-only",
    capability: "reduce-only",
    needs: ["contract"],
    run: async (stage) => {
      await stage.buy();
      const fields = { reduceOnly: true, side: "SELL", limitPrice: null, amount: stage.amount(2) };
      const { outcome, ref } = await stage.submit(stage.request(fields));
      holds(outcome.kind !== "unknown", "it is taken or refused", outcome);
      if (outcome.kind === "accepted") await stage.reads(ref, ...enders, "FILLED");
      const left = await held(stage);
      holds(!isNegative(left), "the position is not turned", left);
    },
  },
];

/** Signed, base units, of the symbol that is traded. */
async function held(stage: Stage) {
  const positions = valueOf(await stage.adapter.execution.positions(), "positions");
  const open = positions.filter(({ symbolId, asset }) =>
    symbolId === stage.target.symbolId && !isZero(asset.quantity)
  );
  holds(open.length <= 1, "one position of a contract in one-way mode", open);
  return open[0]?.asset.quantity ?? ZERO;
}
