/** What a request pays for its tokens; baseline: the bucket's arithmetic without the queue. */
import { RequestRunner } from "../../actors/request.ts";
import {
  advanceTokens,
  newTokenBucket,
  spendTokens,
  waitForTokens,
} from "../../machines/token_bucket.ts";
import { systemClock } from "../../src/system/clock.ts";
import { type Bench, compare, latencyFigure, type Side } from "./harness.ts";

const COUNT = 20_000;
const COST = { weight: 1, orders: 1 };
const BUDGET = { capacity: 1e12, intervalMs: 1 };
const LIMITS = { weight: BUDGET, orders: BUDGET };

export const limiter: Bench = {
  name: "limiter",
  about: "acquire of a free budget; baseline: the token arithmetic alone",
  run: async ({ blocks }) => {
    const runner = new RequestRunner({ clock: systemClock, limits: LIMITS, cost: () => COST });
    const bucket = newTokenBucket(LIMITS, systemClock.monotonic());
    await new Promise((resolve) => setTimeout(resolve, 5)); // booted empty
    const granted = () => {};
    const ours = side((i) =>
      void runner.acquire("submit", COST, `submit:${i}`, granted, "BTC/USDT")
    );
    const baseline = side(() => {
      advanceTokens(bucket, systemClock.monotonic());
      if (waitForTokens(bucket, COST, "other") === 0) spendTokens(bucket, COST);
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
