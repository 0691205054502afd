import { assert, assertEquals } from "@std/assert";
import { type ExchangeKernel, openKernel } from "../../../mod.ts";
import { decimal } from "../../../src/model/decimal.ts";
import type { BookUpdate, TickUpdate, TradeUpdate } from "../../../src/model/market_feed.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { systemRandom } from "../../../src/system/random.ts";
import { startTestnet, type Testnet } from "../../../src/testnet/server.ts";
import { PERP } from "./binance_usdm.ts";
import { until } from "./venue_stage.ts";

interface Stage extends AsyncDisposable {
  readonly testnet: Testnet;
  readonly exchange: ExchangeKernel;
  move(price: string): void;
}

async function stage(): Promise<Stage> {
  const testnet = startTestnet({
    clock: systemClock,
    random: systemRandom,
    exchanges: ["binanceusdm", "binance"],
  });
  const kernel = await openKernel({
    exchanges: {
      main: { kind: "binance", market: "usdm", testnet: "local", endpoints: testnet.url },
    },
  });
  return {
    testnet,
    exchange: kernel.exchange("main"),
    move: (price) =>
      testnet.setPrice("binanceusdm", {
        symbol: "BTCUSDT",
        price: decimal(price),
        quantity: decimal("0.5"),
      }),
    [Symbol.asyncDispose]: async () => {
      await kernel.stop();
      await testnet.close();
    },
  };
}

Deno.test("binance usdm market: quotes are read, then streamed", async () => {
  await using on = await stage();
  const ticks: TickUpdate[] = [];
  using _ = on.exchange.marketData.subscribeTicks(PERP, { onUpdate: (tick) => ticks.push(tick) });
  await until(() => ticks.length > 0);
  assert(ticks[0]?.bid !== null && ticks[0]?.ask !== null);
  await until(() => on.exchange.healthCheck().market.topics.streaming === 1);
  on.move("50100");
  await until(() => ticks.some(({ source }) => source === "stream"));
  const streamed = ticks.findLast(({ source }) => source === "stream");
  assert(Number(streamed?.bid) < Number(streamed?.ask), JSON.stringify(streamed));
});

/** Resolves with the newest tick that is so. */
async function tickThat(
  ticks: readonly TickUpdate[],
  isIt: (tick: TickUpdate) => boolean,
): Promise<TickUpdate> {
  await until(() => ticks.some(isIt));
  return ticks.findLast(isIt)!;
}

Deno.test("binance usdm market: a tick has quotes, last price, mark and index, polled and streamed", async () => {
  await using on = await stage();
  const ticks: TickUpdate[] = [];
  using _ = on.exchange.marketData.subscribeTicks(PERP, { onUpdate: (tick) => ticks.push(tick) });
  const polled = await tickThat(ticks, ({ last }) => last !== null);
  assert(polled.bid !== null && polled.ask !== null);
  await until(() => on.exchange.healthCheck().market.topics.streaming === 1);
  on.move("50100");
  const whole = await tickThat(ticks, ({ last, mark }) => last === "50100" && mark === "50100");
  assertEquals([whole.index, whole.source], [decimal("50100"), "stream"]);
  assert(Number(whole.bid) < Number(whole.ask), JSON.stringify(whole));
  const times = ticks.map(({ venueTime }) => venueTime);
  assertEquals(times, times.toSorted((a, b) => a - b));
});

Deno.test("binance usdm market: while the socket of the last price is down a tick has none, and then again", async () => {
  await using on = await stage();
  const ticks: TickUpdate[] = [];
  const subscription = on.exchange.marketData.subscribeTicks(PERP, {
    onUpdate: (tick) => ticks.push(tick),
  });
  await until(() => on.exchange.healthCheck().market.topics.streaming === 1);
  on.move("50100");
  await tickThat(ticks, ({ last }) => last === "50100");
  on.testnet.arm({
    exchange: "binanceusdm",
    fault: "dropSocket",
    match: { endpoint: "/market/" },
  });
  const lost = await tickThat(ticks, ({ last, mark }) => last === null && mark === null);
  assert(lost.bid !== null && lost.ask !== null);
  await until(() => {
    on.move("50200");
    return ticks.at(-1)?.last === "50200";
  });
  subscription.close();
  assertEquals(on.exchange.healthCheck().market.subscriptions, 0);
});

Deno.test("binance usdm market: a tick's end leaves the trades of its second socket alone", async () => {
  await using on = await stage();
  const ticks = on.exchange.marketData.subscribeTicks(PERP, { onUpdate: () => {} });
  const trades: TradeUpdate[] = [];
  using _ = on.exchange.marketData.subscribeTrades(PERP, {
    onUpdate: (trade) => trades.push(trade),
  });
  await until(() => on.exchange.healthCheck().market.topics.streaming === 2);
  ticks.close();
  await until(() => {
    on.move("50300");
    return trades.some(({ source, price }) => source === "stream" && price === "50300");
  });
  const { market } = on.exchange.healthCheck();
  assertEquals(market.topics, { streaming: 1, resyncing: 0, polling: 0, waiting: 0 });
});

Deno.test("binance usdm market: a book of snapshot and diffs is the venue's own", async () => {
  await using on = await stage();
  const books: BookUpdate[] = [];
  using _ = on.exchange.marketData.subscribeOrderBook(PERP, 5, {
    onUpdate: (book) => books.push(book),
  });
  await until(() => books.some(({ isStale }) => !isStale));
  for (let price = 50_100; price < 50_140; price += 10) {
    const before = books.length;
    on.move(`${price}`);
    await until(() => books.length > before);
  }
  const { bids, asks } = await on.exchange.marketData.fetchOrderBook(PERP, 5);
  await until(() => books.at(-1)?.bestBid === bids[0]?.price);
  const shown = books.at(-1);
  assertEquals([shown?.bids, shown?.asks, shown?.isStale], [bids, asks, false]);
});

Deno.test("binance usdm market: after a cut everything streams again, and lost trades are told first", async () => {
  await using on = await stage();
  const trades: TradeUpdate[] = [];
  const books: BookUpdate[] = [];
  using _trades = on.exchange.marketData.subscribeTrades(PERP, {
    onUpdate: (trade) => trades.push(trade),
  });
  using _books = on.exchange.marketData.subscribeOrderBook(PERP, 5, {
    onUpdate: (book) => books.push(book),
  });
  await until(() => books.some(({ isStale }) => !isStale));
  await until(() => {
    on.move("50100");
    return trades.length > 0;
  });
  // Books and trades are of two sockets.
  const { market } = on.exchange.healthCheck();
  assertEquals(market.topics, { streaming: 2, resyncing: 0, polling: 0, waiting: 0 });
  on.testnet.arm({
    exchange: "binanceusdm",
    fault: "dropSocket",
    match: { operation: "socket.public" },
  });
  await until(() => books.at(-1)?.isStale === true);
  for (const price of ["50200", "50300", "50400"]) on.move(price);
  await until(() => trades.some(({ price }) => price === "50400"));
  await until(() => books.at(-1)?.isStale === false);
  const ids = trades.map(({ tradeId }) => Number(tradeId));
  assertEquals(ids, ids.map((_, index) => ids[0]! + index)); // Each once, in order, none missing.
  assert(trades.some(({ source }) => source === "backfill"));
});

Deno.test("binance usdm market: candles and trades are read", async () => {
  await using on = await stage();
  const { marketData } = on.exchange;
  for (const price of ["50100", "50200", "50050"]) on.move(price);
  const candles = await marketData.fetchOhlcv(PERP, "1m");
  assertEquals([candles.at(-1)?.close, candles.at(-1)?.high], [decimal("50050"), decimal("50200")]);
  const trades = await marketData.fetchTrades(PERP, 2);
  assertEquals(trades.map(({ price }) => price), [decimal("50200"), decimal("50050")]);
});
