/** What a request pays for its tokens; baseline: the bucket's arithmetic without the queue. */
import { RequestRunner } from "../../actors/request.ts";
import { RequestBudgets, spendCharges } from "../../machines/budgets.ts";
import { systemClock } from "../../src/system/clock.ts";
import { twoBudgets, twoCosts } from "../budgets.ts";
import { type Bench, compare, latencyFigure, type Side } from "./harness.ts";

const COUNT = 20_000;
const COST = twoCosts({ weight: 1, orders: 1 });
const BUDGET = { capacity: 1e12, intervalMs: 1 };
const LIMITS = twoBudgets({ weight: BUDGET, orders: BUDGET });
const ABOUT = { symbolId: "BTC/USDT" };
const KEYS = { ...ABOUT, endpoint: "submit" };

export const limiter: Bench = {
  name: "limiter",
  about: "ask for a free budget; baseline: the token arithmetic alone",
  run: async ({ blocks }) => {
    const runner = new RequestRunner({ clock: systemClock, limits: LIMITS, cost: () => COST });
    const budgets = new RequestBudgets(LIMITS, systemClock.monotonic());
    await new Promise((resolve) => setTimeout(resolve, 5)); // booted empty
    const onGranted = () => {};
    const ours = side((i) =>
      void runner.ask({
        kind: "submit",
        priority: "submit",
        about: ABOUT,
        key: `submit:${i}`,
        onGranted,
      })
    );
    const baseline = side(() => {
      const now = systemClock.monotonic();
      const charges = budgets.charges(COST, KEYS, now);
      if (budgets.wait(charges, "other", now) === 0) spendCharges(charges);
    });
    const compared = await compare({ ours, baseline }, blocks);
    runner.stop();
    return [latencyFigure("limiter", compared)];
  },
};

/** A single call is too short to be timed: one latency per block, the mean of its calls. */
function side(call: (i: number) => void): Side {
  return {
    measure: () => {
      const started = performance.now();
      for (let i = 0; i < COUNT; i++) call(i);
      const ms = performance.now() - started;
      return Promise.resolve({ latencies: [ms * 1000 / COUNT], perSecond: COUNT / ms * 1000 });
    },
  };
}
