/** Digits that must not be lost. */
import { add } from "../../model/decimal.ts";
import { tickSizeAt } from "../../model/price_grid.ts";
import type { ConformanceCase } from "../case.ts";
import { same, valueOf } from "../expect.ts";

const PRECISION = { theme: "precision", capability: "limit" } as const;

export const PRECISION_CASES: readonly ConformanceCase[] = [
  {
    ...PRECISION,
    name: "every digit of price and amount survives the round trip",
    run: async (stage) => {
      const tick = tickSizeAt(stage.low, stage.metadata.price) ?? stage.metadata.price.tickSize;
      const limitPrice = add(stage.low, tick);
      const amount = add(stage.amount(2), stage.metadata.amount.step);
      const { order, ref } = await stage.place({ limitPrice, amount });
      const read = await stage.reads(ref, "OPEN");
      const open = valueOf(
        await stage.adapter.execution.openOrders(stage.target.symbolId),
        "open orders",
      );
      const listed = open.find(({ clientOrderId }) => clientOrderId === ref.clientOrderId);
      for (const seen of [order, read, listed]) {
        same([seen?.limitPrice, seen?.amount], [limitPrice, amount], "price and amount");
      }
    },
  },
  {
    ...PRECISION,
    name: "the least amount is taken whole",
    run: async (stage) => {
      const { ref, request } = await stage.place();
      same((await stage.reads(ref, "OPEN")).amount, request.amount, "the amount");
    },
  },
  {
    ...PRECISION,
    name: "an order that fills in parts adds up exactly",
    needs: ["market"],
    run: async (stage) => {
      const { step } = stage.metadata.amount;
      const amount = add(stage.amount(2), step);
      const { ref } = await stage.place({ amount });
      await stage.fill(stage.amount());
      await stage.fill(add(stage.amount(), step));
      same((await stage.reads(ref, "FILLED")).filled, amount, "the filled quantity");
      await stage.fillsOf(ref, amount);
    },
  },
];
