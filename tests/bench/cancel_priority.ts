/**
 * How long a cancel takes behind a hundred reads that wait for their turn, against raw ccxt with
 * its own rate limiter, where everything stands in one line. Both keep to the limits the venue
 * publishes. The bar is one token interval of ours, which is shown beside.
 */
import { type ExchangeKernel, openKernel } from "../../mod.ts";
import { REFILL_SHARE } from "../../machines/token_bucket.ts";
import { binanceSpot } from "../../src/exchanges/ccxt/profiles/binance.ts";
import { windowOf } from "../budgets.ts";
import { type Bench, compare, latencyFigure, plainFigure, type Side } from "./harness.ts";
import { openRawCcxt, type RawCcxt } from "./raw_ccxt.ts";
import { makeScratchDir, NO_CAPS, until } from "./scratch.ts";
import { median, type Sample } from "./stats.ts";
import { BASELINE_KEYS, KERNEL_KEYS, startVenue } from "./venue_process.ts";

const SYMBOL = "BTC/USDT";
/** Rests far below the market, so that nothing ever fills. */
const ORDER = { symbolId: SYMBOL, side: "BUY", amount: "0.001", limitPrice: "20000" };
const READS = 100;
/** So many are asked for: the first of them find the budget full and go at once. */
const READ_ORDERS = 150;
/** A block of the baseline takes some four seconds: it works off all its reads first. */
const BLOCKS_MAX = 5;
const CANCELS_A_BLOCK = 5;
const CANCELS_ALONE = 30;

export const cancelPriority: Bench = {
  name: "cancel_priority",
  about: `cancel until final behind ${READS} queued reads; baseline: ccxt, enableRateLimit: true`,
  run: async ({ latencyMs, blocks }) => {
    await using venue = await startVenue(latencyMs);
    const path = await makeScratchDir();
    const kernel = await openKernel({
      exchanges: {
        main: {
          kind: "binance",
          ...KERNEL_KEYS,
          endpoints: venue.url,
        },
      },
      store: { kind: "sqlite", path },
      risk: NO_CAPS,
    });
    try {
      const exchange = kernel.exchange("main");
      const alone: number[] = [];
      while (alone.length < CANCELS_ALONE) alone.push(await canceled(exchange));
      const ours = await oursOf(exchange);
      const raw = await openRawCcxt(venue.url, BASELINE_KEYS, { enableRateLimit: true });
      const compared = await compare(
        { ours, baseline: await baselineOf(raw) },
        Math.min(blocks, BLOCKS_MAX),
      );
      return [
        latencyFigure("cancel_priority", compared),
        plainFigure("cancel_priority: nothing queued", "us", median(alone)),
        plainFigure("cancel_priority: one token interval", "us", tokenIntervalUs()),
      ];
    } finally {
      await kernel.stop();
      await Deno.remove(path, { recursive: true });
    }
  },
};

/** What a cancel costs, at the rate at which the weight budget is refilled. */
function tokenIntervalUs(): number {
  const { capacity, intervalMs } = windowOf(binanceSpot.rateLimits.budgets["weight"]);
  const weight = binanceSpot.cost("cancel", {}).find(({ budget }) => budget === "weight");
  return (weight?.amount ?? 0) * intervalMs * 1_000 / (capacity * REFILL_SHARE);
}

/** Every read is a look-up of an order of its own. */
async function oursOf(exchange: ExchangeKernel): Promise<Side> {
  const read: string[] = [];
  while (read.length < READ_ORDERS) read.push(await placed(exchange));
  return {
    measure: async () => {
      const latencies: number[] = [];
      for (let i = 0; i < CANCELS_A_BLOCK; i++) {
        await Promise.all(read.map((each) => exchange.forceReconciliation(each)));
        await until(() => exchange.healthCheck().queued >= READS, "full queue of reads");
        latencies.push(await canceled(exchange));
      }
      return sample(latencies);
    },
  };
}

/** Places one and cancels it. @returns how long the cancel took, microseconds */
async function canceled(exchange: ExchangeKernel): Promise<number> {
  const id = await placed(exchange);
  return await microseconds(exchange.cancelOrder(id, { waitFor: "final" }));
}

function placed(exchange: ExchangeKernel): Promise<string> {
  return exchange.placeOrder(ORDER, { waitFor: "accepted" });
}

async function baselineOf(ccxt: RawCcxt): Promise<Side> {
  const { amount, limitPrice } = ORDER;
  const place = () => ccxt.createOrder(SYMBOL, "limit", "buy", Number(amount), Number(limitPrice));
  const read = await place();
  return {
    measure: async () => {
      const { id } = await place();
      const reads = Array.from({ length: READS }, () => ccxt.fetchOrder(read.id, SYMBOL));
      const latency = await microseconds(ccxt.cancelOrder(id, SYMBOL));
      await Promise.all(reads);
      return sample([latency]);
    },
  };
}

async function microseconds(operation: Promise<unknown>): Promise<number> {
  const started = performance.now();
  await operation;
  return (performance.now() - started) * 1_000;
}

function sample(latencies: readonly number[]): Sample {
  const total = latencies.reduce((sum, each) => sum + each, 0);
  return { latencies, perSecond: latencies.length * 1e6 / total };
}
