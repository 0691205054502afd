import { assert, assertEquals } from "@std/assert";
import { KernelObservation } from "../../src/kernel_observation.ts";
import { createPaperAdapter } from "../../src/exchanges/paper/factory.ts";
import type { ExchangeKernel } from "../../src/model/facade.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { HeldStore } from "../actors/fakes.ts";
import { openPaperKernel, type PaperKernel, RESTING } from "../actors/paper_kernel.ts";
import { heapBytes } from "./heap.ts";
import { LineTo } from "./lines.ts";
import { MarketVenue } from "./market_venue.ts";

const HOUR_MS = 3_600_000;
const SYMBOLS = ["BTC/USDT", "ETH/USDT"];
const TROUBLE_EVERY_MS = 240_000;
/** Until whatever was broken is whole again and what has ended is forgotten. */
const CALM_MS = 600_000;
/** The store keeps what happened, which is in memory here; a leak of 10 kB a reconnect is more. */
const HEAP_GROWTH_MAX = 5_000_000;

/** What must be the same whenever the same is going on. */
interface Counts {
  readonly timers: number;
  readonly actors: number;
  readonly sockets: number;
  readonly openLines: number;
  readonly listeners: number;
  readonly topics: number;
  readonly streamed: number;
  readonly queued: number;
}

interface Day {
  readonly clock: VirtualClock;
  readonly held: HeldStore;
  readonly on: PaperKernel;
  readonly venue: MarketVenue;
  readonly line: LineTo;
}

async function begin(): Promise<Day> {
  const random = new SeededRandom(21);
  const clock = new VirtualClock();
  const held = new HeldStore();
  const options = { feed: { kind: "none" } };
  const paper = await createPaperAdapter({ id: "a", clock, random, options });
  const tell = (fact: Parameters<PaperKernel["tell"]>[1]) => on.tell("a", fact);
  const venue = new MarketVenue({ clock, random, symbols: SYMBOLS, tell });
  let line: LineTo | null = null;
  const world = { clock, held, exchangeEngine: () => paper };
  const on: PaperKernel = await openPaperKernel(["a"], world, (adapter) => {
    line = new LineTo(adapter.sockets[0]!, { clock, random, everyMs: TROUBLE_EVERY_MS });
    Object.assign(adapter, { sockets: [line], marketData: venue.marketData });
  });
  venue.start();
  return { clock, held, on, venue, line: line! };
}

/** Nothing is under way: all lines are mended, and nobody but the two who stay listens. */
function countsOf({ clock, on, venue, line }: Day): Counts {
  const { market, queued } = on.kernel.exchange("a").healthCheck();
  const observation = new KernelObservation(on.kernel, clock);
  return {
    timers: clock.pending,
    actors: observation.actors({ offset: 0, limit: 0 }).total,
    sockets: on.exchange("a").connections.length + market.sockets.length,
    openLines: line.openNow + venue.sockets.reduce((sum, { openNow }) => sum + openNow, 0),
    listeners: market.subscriptions,
    topics: market.topics.streaming + market.topics.polling + market.topics.waiting,
    streamed: venue.subscribed,
    queued,
  };
}

/** Listeners that stay, of everything there is. */
function listen({ marketData }: ExchangeKernel): { readonly told: number } {
  const seen = { told: 0 };
  const onUpdate = () => void seen.told++;
  marketData.subscribeTicks(SYMBOLS, { onUpdate });
  marketData.subscribeTrades(SYMBOLS, { onUpdate });
  marketData.subscribeOrderBook(SYMBOLS, 10, { onUpdate });
  marketData.subscribeOhlcv("BTC/USDT", "1m", { onUpdate });
  return seen;
}

/** A strategy at work: it looks at the market for a while, and places what it then takes back. */
async function hour({ on, clock, held }: Day): Promise<void> {
  const exchange = on.kernel.exchange("a");
  const end = clock.monotonic() + HOUR_MS - CALM_MS;
  while (clock.monotonic() < end) {
    const slow = exchange.marketData.subscribeOhlcv("ETH/USDT", "5m");
    const reader = slow[Symbol.asyncIterator]();
    const first = reader.next();
    using _deep = exchange.marketData.subscribeOrderBook("BTC/USDT", 25, { onUpdate: () => {} });
    const events = new AbortController();
    const cursor = on.kernel.events({}, { signal: events.signal })[Symbol.asyncIterator]();
    const event = cursor.next();
    const placing = exchange.placeOrder(RESTING, { waitFor: "durable" });
    await on.run(300_000);
    const canceling = exchange.cancelOrder(await placing);
    await on.run(1_000);
    await canceling;
    slow.close();
    events.abort();
    await on.run(0);
    await Promise.all([first, event]);
    await Promise.all([reader.return?.(), cursor.return?.()]);
  }
  held.batches.length = 0; // The fake's own record.
}

/** The lines keep failing meanwhile, so it waits for a moment in which none is broken. */
async function calm(day: Day): Promise<void> {
  await day.on.run(CALM_MS);
  const isCalm = () => {
    const { market, ready } = day.on.kernel.exchange("a").healthCheck();
    return ready && market.sockets.length === 2 && day.line.carries &&
      day.venue.sockets.every(({ carries }) => carries) &&
      market.topics.resyncing + market.topics.polling + market.topics.waiting === 0 &&
      market.sockets.every(({ state }) => state === "open") &&
      day.on.exchange("a").connections.every(({ state }) => state === "open");
  };
  for (let waited = 0; !isCalm(); waited += 1_000) {
    assert(waited < HOUR_MS, "nothing was whole at once for an hour");
    await day.on.run(1_000);
  }
}

Deno.test("soak: 24 hours of streams that drop leave no timer, socket, listener or heap behind", async () => {
  const day = await begin();
  const exchange = day.on.kernel.exchange("a");
  const seen = listen(exchange);
  await hour(day);
  await calm(day);
  const first = { counts: countsOf(day), heap: heapBytes() };
  for (let passed = 1; passed < 24; passed++) {
    await hour(day);
    await calm(day);
  }
  const heap = heapBytes();
  assertEquals(countsOf(day), first.counts);
  assert(heap - first.heap < HEAP_GROWTH_MAX, `${heap - first.heap} bytes more after a day`);

  // It was a day worth the name: every line broke in both ways, and all of it came back.
  for (const { id, cuts, mutes } of [day.line, ...day.venue.sockets]) {
    assert(cuts > 100 && mutes > 100, `${id}: ${cuts} cuts, ${mutes} silences`);
  }
  const { market, errors } = exchange.healthCheck();
  assert(
    market.resyncs > 100 && seen.told > 50_000,
    `${market.resyncs} resyncs, ${seen.told} told`,
  );
  assertEquals(Object.keys(errors).filter((key) => key.startsWith("crash")), []);
  await day.on.close();
});
