/**
 * An order from `placeOrder` to the venue's parsed answer, durable before it leaves, against raw
 * ccxt `createOrder` over REST at the same testnet; ours over REST and over a WebSocket.
 */
import { type Bench, type BenchOptions, compare, type Compared } from "./harness.ts";
import { latencyFigure, rateFigure } from "./harness.ts";
import { openRawCcxt } from "./raw_ccxt.ts";
import { openScratch, quiet } from "./scratch.ts";
import { drive } from "./stats.ts";
import { BASELINE_KEYS, KERNEL_KEYS, startVenue } from "./venue_process.ts";

const SYMBOL = "BTC/USDT";
/** Rests far below the market, so that nothing ever fills. */
const ORDER = { symbolId: SYMBOL, side: "BUY", amount: "0.001", limitPrice: "20000" };

type OrderEntry = "rest" | "auto";

/** How our side sends; ccxt's `createOrder` is REST in each. */
const WAYS = [["", "rest"], ["_websocket", "auto"]] as const;

export const submitBenches: readonly Bench[] = WAYS.flatMap(([suffix, orderEntry]) => [
  latency(`submit_latency${suffix}`, orderEntry),
  throughput(`submit_throughput${suffix}`, orderEntry),
]);

function latency(name: string, orderEntry: OrderEntry): Bench {
  return {
    name,
    about: "placeOrder until accepted, one at a time; baseline: ccxt createOrder over REST",
    run: async (options) => {
      const compared = await submit(options, { count: 150, width: 1, orderEntry });
      return [latencyFigure(name, compared)];
    },
  };
}

function throughput(name: string, orderEntry: OrderEntry): Bench {
  return {
    name,
    about: "placeOrder until accepted, 50 at once; baseline: ccxt createOrder over REST",
    run: async (options) => {
      const compared = await submit(options, { count: 1000, width: 50, orderEntry });
      return [rateFigure(name, compared)];
    },
  };
}

async function submit(
  { latencyMs, blocks }: BenchOptions,
  { orderEntry, ...load }: {
    readonly count: number;
    readonly width: number;
    readonly orderEntry: OrderEntry;
  },
): Promise<Compared> {
  await using venue = await startVenue(latencyMs);
  await using scratch = await openScratch({
    kind: "binance",
    ...KERNEL_KEYS,
    endpoints: venue.url,
    orderEntry,
  });
  const exchange = scratch.kernel.exchange("main");
  const ccxt = await openRawCcxt(venue.url, BASELINE_KEYS);
  const { amount, limitPrice } = ORDER;
  const ours = () => exchange.placeOrder(ORDER, { waitFor: "accepted" });
  const theirs = () => ccxt.createOrder(SYMBOL, "limit", "buy", Number(amount), Number(limitPrice));
  return await compare({
    ours: {
      measure: () => drive(load, ours),
      restore: async () => {
        await exchange.cancelAllOrders();
        await quiet(scratch.kernel);
      },
    },
    baseline: {
      measure: () => drive(load, theirs),
      restore: async () => {
        await ccxt.cancelAllOrders(SYMBOL);
      },
    },
  }, blocks);
}
