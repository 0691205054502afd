import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type ExchangeKernel, type OpenedKernel, openKernel } from "../../../mod.ts";
import { decimal } from "../../../src/model/decimal.ts";
import { ConfigError, NotFoundError, ValidationError } from "../../../src/model/errors.ts";
import type { BookUpdate, OhlcvUpdate, TradeUpdate } from "../../../src/model/market_feed.ts";
import { SeededRandom } from "../../../src/system/seeded_random.ts";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";

const SYMBOL = "BTC/USDT";
const FEED = { kind: "synthetic", seed: 5, prices: { [SYMBOL]: "100000" }, intervalMs: 1_000 };

class Stage implements AsyncDisposable {
  readonly clock = new VirtualClock();
  kernel!: OpenedKernel;

  /** Every exchange is a paper one. */
  async open(exchanges: Readonly<Record<string, Readonly<Record<string, unknown>>>>) {
    const sections = Object.fromEntries(
      Object.entries(exchanges).map(([id, fields]) => [id, { kind: "paper", ...fields }]),
    );
    const { clock } = this;
    const random = new SeededRandom(1);
    this.kernel = await this.settle(openKernel({ clock, random, exchanges: sections }));
    return this;
  }

  exchange(id = "paper"): ExchangeKernel {
    return this.kernel.exchange(id);
  }

  /** Time passes until it is done. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    let isDone = false;
    promise.then(() => isDone = true, () => isDone = true);
    for (let turns = 0; !isDone && turns < 1_000; turns++) await this.clock.advanceAsync(10);
    return await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.settle(this.kernel.stop());
  }
}

Deno.test("paper market: trades, book and candles follow the feed, and the reads agree", async () => {
  await using on = await new Stage().open({ paper: { feed: FEED } });
  const { marketData } = on.exchange();
  const trades: TradeUpdate[] = [];
  const books: BookUpdate[] = [];
  const candles: OhlcvUpdate[] = [];
  marketData.subscribeTrades(SYMBOL, { onUpdate: (trade) => trades.push(trade) });
  marketData.subscribeOrderBook(SYMBOL, 3, { onUpdate: (book) => books.push(book) });
  marketData.subscribeOhlcv(SYMBOL, "1m", { onUpdate: (candle) => candles.push(candle) });
  await on.clock.advanceAsync(150_000);
  assert(trades.length >= 149, `${trades.length} trades`);
  const ids = trades.map(({ tradeId }) => Number(tradeId));
  assertEquals(ids, ids.map((_, index) => ids[0]! + index));

  const book = books.at(-1);
  const read = await on.settle(marketData.fetchOrderBook(SYMBOL, 3));
  assertEquals([book?.bids, book?.asks, book?.isStale], [read.bids, read.asks, false]);
  assertEquals([read.bids.length, read.asks.length], [3, 3]);

  const closed = candles.filter(({ isClosed }) => isClosed);
  assertEquals(closed.length, 2);
  const [, ...rest] = await on.settle(marketData.fetchOhlcv(SYMBOL, "1m"));
  assertEquals(rest.at(-1)?.close, trades.at(-1)?.price);
  assertEquals(closed.at(-1)?.close, rest.at(-2)?.close);
  const newest = await on.settle(marketData.fetchTrades(SYMBOL, 3));
  assertEquals(newest.map(({ tradeId }) => tradeId), trades.slice(-3).map((each) => each.tradeId));
});

Deno.test("paper market: an order of ours changes the book that is told", async () => {
  await using on = await new Stage().open({ paper: { feed: { ...FEED, intervalMs: 3_600_000 } } });
  const paper = on.exchange();
  const books: BookUpdate[] = [];
  paper.marketData.subscribeOrderBook(SYMBOL, 1, { onUpdate: (book) => books.push(book) });
  const order = { symbolId: SYMBOL, side: "BUY", amount: "0.01", limitPrice: "99995" };
  await on.settle(paper.placeOrder(order, { waitFor: "accepted" }));
  await on.clock.advanceAsync(0);
  assertEquals(books.at(-1)?.bestBid, decimal("99995"));
});

Deno.test("paper market: what is not listed, or out of range, is refused by name", async () => {
  await using on = await new Stage().open({ paper: { feed: FEED } });
  const { marketData } = on.exchange();
  assertThrows(() => marketData.subscribeTicks("NO/SUCH"), NotFoundError, "NO/SUCH");
  assertThrows(() => marketData.subscribeTicks([]), ValidationError, "at least one");
  assertThrows(() => marketData.subscribeOrderBook(SYMBOL, 0), ValidationError, "depth");
  await assertRejects(() => marketData.fetchTrades(SYMBOL, 1_001), ValidationError, "1000");
  assertThrows(() => marketData.subscribeOhlcv(SYMBOL, "1M"), ValidationError, "timeframe");
});

Deno.test("paper market: subscriptions survive a stop and a start of their exchange", async () => {
  await using on = await new Stage().open({ paper: { feed: FEED } });
  const paper = on.exchange();
  const trades: TradeUpdate[] = [];
  paper.marketData.subscribeTrades(SYMBOL, { onUpdate: (trade) => trades.push(trade) });
  await on.clock.advanceAsync(3_000);
  await on.settle(paper.stop());
  const before = trades.length;
  await on.clock.advanceAsync(3_000);
  assertEquals(trades.length, before);
  await on.settle(paper.start());
  await on.clock.advanceAsync(3_000);
  assert(trades.length > before);
});

Deno.test("paper market: the end of the kernel is the end of what is iterated", async () => {
  const on = await new Stage().open({ paper: { feed: FEED } });
  const ticks = on.exchange().marketData.subscribeTicks(SYMBOL);
  let count = 0;
  const read = (async () => {
    for await (const _ of ticks) count += 1;
  })();
  await on.clock.advanceAsync(3_000);
  await on[Symbol.asyncDispose]();
  await read;
  assert(count >= 3);
});

Deno.test("live feed: another exchange's trades move this one, on its own grid", async () => {
  await using on = await new Stage().open({
    mirror: { feed: { kind: "live", exchange: "source", symbols: [SYMBOL] } },
    source: { feed: FEED },
  });
  await on.clock.advanceAsync(10_000);
  const [mirror, source] = await Promise.all(
    ["mirror", "source"].map((id) => on.exchange(id).marketData.fetchTrades(SYMBOL, 3)),
  );
  const shown = (trades: typeof mirror) =>
    trades?.map(({ price, quantity, side }) => [price, quantity, side]);
  assertEquals(shown(mirror), shown(source));
  const ticker = await on.exchange("mirror").marketData.fetchTicker(SYMBOL);
  assertEquals(ticker.last, source?.at(-1)?.price);

  await on.settle(on.exchange("source").stop());
  await on.clock.advanceAsync(5_000);
  assertEquals((await on.exchange("mirror").marketData.fetchTicker(SYMBOL)).last, ticker.last);
});

Deno.test("live feed: an exchange that is not configured, or itself, is refused by name", async () => {
  const feed = (exchange: string) => ({ feed: { kind: "live", exchange, symbols: [SYMBOL] } });
  for (const name of ["nowhere", "mirror"]) {
    const opened = new Stage().open({ mirror: feed(name), source: {} });
    await assertRejects(() => opened, ConfigError, "exchanges.mirror.feed.exchange");
  }
});
