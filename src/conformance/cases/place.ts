/** Orders that are taken: resting and filling. */
import { compare } from "../../model/decimal.ts";
import type { ConformanceCase } from "../case.ts";
import { holds, same } from "../expect.ts";
import { totalOf } from "../stage.ts";
import { refusesShape } from "./shapes.ts";

export const PLACE_CASES: readonly ConformanceCase[] = [
  {
    name: "a limit order rests as it was asked for",
    theme: "place",
    capability: "limit",
    run: async (stage) => {
      const { request, order, gate, ref } = await stage.place();
      same([gate.checks.length, gate.sentCount], [1, 1], "the gate is asked and told once");
      same(order.clientOrderId, request.clientOrderId, "the answer's client order id");
      same(order.symbolId, stage.target.symbolId, "the answer's symbol");
      const found = await stage.reads(ref, "OPEN");
      same(
        [found.side, found.amount, found.limitPrice, found.filled],
        ["BUY", request.amount, request.order.limitPrice, "0"],
        "the order as it is read back",
      );
    },
  },
  {
    name: "a limit order to sell rests",
    theme: "place",
    capability: "limit",
    run: async (stage) => {
      if (stage.metadata.instrument.instrumentType === "SPOT") await stage.buy(3);
      const { ref } = await stage.place({ side: "SELL", limitPrice: stage.high });
      same((await stage.reads(ref, "OPEN")).side, "SELL", "the side read back");
    },
  },
  {
    name: "a market order fills",
    theme: "place",
    capability: "market",
    run: async (stage) => {
      const { filled, ref, request } = await stage.buy();
      same(filled.filled, request.amount, "the filled quantity");
      const fills = await stage.fillsOf(ref, request.amount);
      holds(fills.every(({ side }) => side === "BUY"), "the trades are on the order's side", fills);
    },
    without: (stage) => refusesShape(stage, { limitPrice: null }),
  },
  {
    name: "a limit order across the market takes",
    theme: "place",
    capability: "limit",
    run: async (stage) => {
      const { ref, request } = await stage.place({ limitPrice: stage.high });
      const found = await stage.reads(ref, "FILLED");
      const fills = await stage.fillsOf(ref, request.amount);
      same(totalOf(fills), found.filled, "the sum of the trades");
      const worst = fills.find(({ price }) => compare(price, stage.high) > 0);
      holds(worst === undefined, "no trade is worse than the limit", worst);
    },
  },
];
