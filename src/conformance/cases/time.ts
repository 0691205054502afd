/** For how long orders work, and orders that never take. */
import type { ConformanceCase } from "../case.ts";
import { same } from "../expect.ts";
import type { Stage } from "../stage.ts";
import { enders, refusedOrEnded, refusesShape } from "./shapes.ts";

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
