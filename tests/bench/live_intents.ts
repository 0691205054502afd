/**
 * What creating an intent and one durable event of it cost with 1,000, 10,000 and 100,000 live
 * ones, and how much memory they take. Each size is a process of its own; all are measured in turn,
 * block by block, so their ratios to the smallest are of one run.
 */
import { openKernel, registerExchange } from "../../mod.ts";
import { decimal } from "../../src/model/decimal.ts";
import type { VenueOrder } from "../../src/model/venue.ts";
import { answerParent, Child } from "./child.ts";
import type { Bench, Figure } from "./harness.ts";
import { plainFigure } from "./harness.ts";
import { makeScratchDir, NO_CAPS, NO_LIMITS, until } from "./scratch.ts";
import { drive, median, quantile } from "./stats.ts";
import { stillVenue } from "./still_venue.ts";

const SIZES = [1_000, 10_000, 100_000];
/** Facts that arrive together: one commit. */
const GROUP = 64;
const GROUPS = 50;
const ORDER = { symbolId: "BTC/USDT", side: "BUY", amount: "1000", limitPrice: "20000" };

interface Ready {
  readonly createUs: number;
  readonly rssMb: number;
}

export const liveIntents: Bench = {
  name: "live_intents",
  about: "a durable event, creation and memory by live intents; baseline: the smallest size",
  run: async ({ blocks }) => {
    const children: Child<Ready>[] = [];
    for (const size of SIZES) {
      children.push(await Child.start<Ready>(import.meta.url, [String(size)]));
    }
    const events = SIZES.map(() => [] as number[]);
    for (let block = -3; block < blocks; block++) {
      for (const [i, child] of children.entries()) {
        const { perEvent } = await child.ask<{ readonly perEvent: readonly number[] }>("block");
        if (block >= 0) events[i]?.push(...perEvent);
      }
    }
    const smallest = median(events[0] ?? []);
    const figures: Figure[] = [];
    for (const [i, child] of children.entries()) {
      const name = `live_intents_${SIZES[i]}`;
      const p50 = median(events[i] ?? []);
      const p99 = quantile(events[i] ?? [], 0.99);
      const compared = { baseline: smallest, ratio: p50 / smallest };
      figures.push({ name: `${name}_event`, unit: "us", value: p50, p50, p99, ...compared });
      figures.push(plainFigure(`${name}_create`, "us", child.ready.createUs));
      figures.push(plainFigure(`${name}_rss`, "MB", child.ready.rssMb));
      await child.stop();
    }
    return figures;
  },
};

if (import.meta.main) await serve(Number(Deno.args[0]));

async function serve(size: number): Promise<void> {
  const venue = stillVenue();
  registerExchange("still", venue.factory);
  const path = await makeScratchDir();
  const kernel = await openKernel({
    exchanges: { main: { kind: "still", limits: NO_LIMITS } },
    store: { kind: "sqlite", path },
    risk: NO_CAPS,
  });
  const exchange = kernel.exchange("main");
  const created = await drive(
    { count: size, width: GROUP },
    () => exchange.placeOrder(ORDER, { waitFor: "accepted" }),
  );
  const orders = [...venue.orders.values()];
  let told = 0;
  exchange.subscribeEvents(() => told++, { type: "OrderPartiallyFilled" });
  let trade = 0;
  const group = async () => {
    const expected = told + GROUP;
    for (let i = 0; i < GROUP; i++) {
      const order = orders[Math.floor(Math.random() * orders.length)];
      if (order !== undefined) venue.tell(fillOf(order, String(++trade)));
    }
    // The commit is one turn of the event loop away.
    while (told < expected) await new Promise((resolve) => setImmediate(resolve));
  };
  const rssMb = Deno.memoryUsage().rss / 1e6;
  const ready: Ready = { createUs: 1e6 / created.perSecond, rssMb };
  await answerParent(ready, async () => {
    const perEvent: number[] = [];
    for (let i = 0; i < GROUPS; i++) {
      const started = performance.now();
      await group();
      perEvent.push((performance.now() - started) * 1000 / GROUP);
    }
    return { perEvent };
  });
  await until(() => exchange.healthCheck().queued === 0, "end of the queue");
  await kernel.stop();
  await Deno.remove(path, { recursive: true });
}

function fillOf(order: VenueOrder, tradeId: string) {
  const now = Date.now();
  const { exchangeOrderId, clientOrderId, symbolId, side } = order;
  const fill = {
    tradeId,
    intentId: null,
    clientOrderId,
    exchangeOrderId,
    symbolId,
    side,
    price: decimal("20000"),
    quantity: decimal("0.00001"),
    fee: null,
    liquidity: "MAKER",
    venueTime: now,
    receivedAt: now,
  } as const;
  return { kind: "fill", fill, receivedAt: now } as const;
}
