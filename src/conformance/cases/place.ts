/** Orders that are taken: resting, filling, and for as long as they are to work. */
import { compare } from "../../model/decimal.ts";
import type { ConformanceCase } from "../case.ts";
import { holds, same } from "../expect.ts";
import { type Stage, totalOf } from "../stage.ts";
import { enders, refusedOrEnded, refusesShape } from "./shapes.ts";

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

export const TIME_CASES: readonly ConformanceCase[] = [
  {
    name: "GTC rests",
    theme: "time in force",
    capability: "GTC",
    run: async (stage) => {
      const { ref } = await stage.place({ timeInForce: "GTC" });
      await stage.reads(ref, "OPEN");
    },
    without: (stage) => refusesShape(stage, { timeInForce: "GTC" }),
  },
  {
    name: "IOC that finds nobody ends unfilled",
    theme: "time in force",
    capability: "IOC",
    run: (stage) => endsUnfilled(stage, "IOC"),
    without: (stage) => refusesShape(stage, { timeInForce: "IOC" }),
  },
  {
    name: "IOC across the market fills",
    theme: "time in force",
    capability: "IOC",
    run: async (stage) => {
      const { ref } = await stage.place({ timeInForce: "IOC", limitPrice: stage.high });
      await stage.reads(ref, "FILLED");
    },
  },
  {
    name: "FOK that finds nobody ends unfilled",
    theme: "time in force",
    capability: "FOK",
    run: (stage) => endsUnfilled(stage, "FOK"),
    without: (stage) => refusesShape(stage, { timeInForce: "FOK" }),
  },
  {
    name: "FOK across the market fills whole",
    theme: "time in force",
    capability: "FOK",
    run: async (stage) => {
      const fields = { timeInForce: "FOK", limitPrice: stage.high };
      const { ref, request } = await stage.place(fields);
      same((await stage.reads(ref, "FILLED")).filled, request.amount, "the filled quantity");
    },
  },
  ...(["DAY", "GTD"] as const).map((timeInForce): ConformanceCase => ({
    name: `${timeInForce} rests until its end`,
    theme: "time in force",
    capability: timeInForce,
    run: async (stage) => {
      const { ref } = await stage.place(timed(stage, timeInForce));
      await stage.reads(ref, "OPEN");
    },
    without: (stage) => refusesShape(stage, timed(stage, timeInForce)),
  })),
  {
    name: "post-only rests",
    theme: "post-only",
    capability: "post-only",
    run: async (stage) => {
      const { ref } = await stage.place({ postOnly: true });
      await stage.reads(ref, "OPEN");
    },
  },
  {
    name: "post-only never takes",
    theme: "post-only",
    capability: "post-only",
    run: async (stage) => {
      const fields = { postOnly: true, limitPrice: stage.high };
      const ended = await refusedOrEnded(stage, await stage.submit(stage.request(fields)));
      same(ended?.filled ?? "0", "0", "the filled quantity");
    },
    without: (stage) => refusesShape(stage, { postOnly: true }),
  },
];

const HOUR_MS = 3_600_000;

function timed(stage: Stage, timeInForce: "DAY" | "GTD") {
  if (timeInForce === "DAY") return { timeInForce };
  const now = stage.adapter.venueNow() ?? stage.clock.now();
  return { timeInForce, goodTillTime: now + HOUR_MS };
}

async function endsUnfilled(stage: Stage, timeInForce: "IOC" | "FOK"): Promise<void> {
  const placed = await stage.submit(stage.request({ timeInForce }));
  const ended = await refusedOrEnded(stage, placed);
  if (ended === null) return;
  same([ended.filled, enders.has(ended.status)], ["0", true], "filled, and ended");
}
