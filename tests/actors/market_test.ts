import { assert, assertEquals } from "@std/assert";
import {
  BOOK_SNAPSHOT_WAIT_MS,
  MARKET_FRAME_PACE_MS,
  MARKET_LINGER_MS,
  MARKET_POLL_AFTER_MS,
  MARKET_POLL_EVERY_MS,
  MARKET_SETTLE_MS,
} from "../../machines/timeouts.ts";
import type {
  BookUpdate,
  OhlcvUpdate,
  TickUpdate,
  Topic,
  TradeUpdate,
} from "../../src/model/market_feed.ts";
import { decimal } from "../../src/model/decimal.ts";
import {
  AT,
  BOOK,
  CANDLES,
  delta,
  level,
  MarketStage,
  snapshot,
  SYMBOL,
  tickerAt,
  TICKS,
  trade,
  TRADES,
} from "./market_stage.ts";

/** Longer than the first pause before a socket is dialed again. */
const REDIAL_MS = 1_500;

Deno.test("market: nobody listens, no socket is opened", async () => {
  await using on = new MarketStage();
  await on.pass(10_000);
  assertEquals([on.socket.opened, on.said, on.asked], [0, [], []]);
});

Deno.test("market: two listeners are one subscription, and the last one to leave ends it", async () => {
  await using on = new MarketStage();
  const first = on.listen<TickUpdate>(TICKS);
  await on.pass();
  const second = on.listen<TickUpdate>(TICKS);
  await on.pass(MARKET_FRAME_PACE_MS);
  assertEquals(on.said, [`+ ticker:${SYMBOL}`]);
  on.market.take({ kind: "ticker", ticker: tickerAt("105"), receivedAt: AT });
  assertEquals([first.told.at(-1)?.last, second.told.at(-1)?.last], [decimal(105), decimal(105)]);
  first.subscription.close();
  await on.pass(MARKET_FRAME_PACE_MS);
  assertEquals(on.said.length, 1);
  second.subscription.close();
  await on.pass(MARKET_FRAME_PACE_MS);
  assertEquals(on.said, [`+ ticker:${SYMBOL}`, `- ticker:${SYMBOL}`]);
  assertEquals(on.socket.isOpen, true);
  await on.pass(MARKET_LINGER_MS);
  assertEquals(on.socket.isOpen, false);
});

Deno.test("market: who comes back before the end was said begins anew at the venue", async () => {
  await using on = new MarketStage();
  on.listen<TickUpdate>(TICKS).subscription.close();
  const { subscription } = on.listen<TickUpdate>(TICKS);
  await on.pass();
  assertEquals(on.said, [`+ ticker:${SYMBOL}`]);
  subscription.close(); // Within the pace: it waits
  on.listen<TickUpdate>(TICKS);
  await on.pass(3 * MARKET_FRAME_PACE_MS);
  assertEquals(on.said.slice(1), [`- ticker:${SYMBOL}`, `+ ticker:${SYMBOL}`]);
});

Deno.test("market: the first ticker is read, later ones keep the last price known", async () => {
  await using on = new MarketStage();
  const { told } = on.listen<TickUpdate>(TICKS);
  await on.pass();
  assertEquals(told.map(({ source, last }) => [source, last]), [["poll", decimal(100)]]);
  on.market.take({
    kind: "ticker",
    ticker: { ...tickerAt("1"), last: null, bid: decimal("98") },
    receivedAt: AT,
  });
  assertEquals([told[1]?.source, told[1]?.last, told[1]?.bid], [
    "stream",
    decimal(100),
    decimal(98),
  ]);
});

Deno.test("market: a book of snapshot and deltas, stale over a gap, whole again after a read", async () => {
  await using on = new MarketStage();
  const { told } = on.listen<BookUpdate>(BOOK);
  await on.pass();
  assertEquals(on.asked, ["book 50"]);
  on.market.take({
    kind: "bookDelta",
    delta: delta(10, 11, { bids: [level(100, 2)] }),
    receivedAt: AT,
  });
  assertEquals(told.map(({ bestBid, isStale }) => [bestBid, isStale]), [
    [decimal(99), false],
    [decimal(100), false],
  ]);
  on.book = snapshot({ sequence: 20, bids: [level(97, 1)] });
  on.market.take({ kind: "bookDelta", delta: delta(12, 13), receivedAt: AT });
  assertEquals([told.at(-1)?.isStale, told.at(-1)?.bestBid], [true, decimal(100)]);
  assertEquals(on.market.health().topics.resyncing, 1);
  await on.pass(1_000);
  assertEquals([told.at(-1)?.isStale, told.at(-1)?.bestBid], [false, decimal(97)]);
  assertEquals(on.market.health().resyncs, 1);
  assertEquals(on.troubles, ["market.book.GAP"]);
});

Deno.test("market: a book that keeps breaking is asked for with growing pauses", async () => {
  await using on = new MarketStage();
  on.listen<BookUpdate>(BOOK);
  on.book = null;
  await on.pass(10_000);
  const reads = on.asked.length;
  assert(reads >= 5 && reads <= 8, `${reads} reads in 10 s`);
  on.book = snapshot();
  await on.pass(30_000);
  assertEquals(on.market.health().topics.streaming, 1);
});

Deno.test("market: a stream that sends no snapshot is asked for one anew", async () => {
  await using on = new MarketStage({ snapshot: "stream", window: 5 });
  const { told } = on.listen<BookUpdate>(BOOK);
  await on.pass(BOOK_SNAPSHOT_WAIT_MS + 1_000);
  assertEquals(on.said, [`+ book:${SYMBOL}`, `- book:${SYMBOL}`, `+ book:${SYMBOL}`]);
  on.market.take({ kind: "bookSnapshot", book: snapshot(), receivedAt: AT });
  assertEquals(told.at(-1)?.isStale, false);
  await on.pass(60_000);
  assertEquals(on.said.length, 3);
});

Deno.test("market: a deeper listener gets a deeper book, the other keeps its depth", async () => {
  await using on = new MarketStage();
  const shallow = on.listen<BookUpdate>({ ...BOOK, depth: 1 }, 1);
  await on.pass();
  const deep = on.listen<BookUpdate>({ ...BOOK, depth: 2 }, 2);
  await on.pass(1_000);
  assertEquals(on.asked, ["book 10", "book 20"]);
  assertEquals([shallow.told.at(-1)?.bids.length, deep.told.at(-1)?.bids.length], [1, 2]);
  assertEquals(deep.told.at(-1)?.isStale, false);
});

Deno.test("market: while the stream is down it is polled and says so; then it streams again", async () => {
  await using on = new MarketStage();
  const ticks = on.listen<TickUpdate>(TICKS);
  const books = on.listen<BookUpdate>(BOOK);
  await on.pass();
  on.socket.refuses = true;
  on.socket.lose();
  assertEquals(books.told.at(-1)?.isStale, true);
  on.ticker = tickerAt("107");
  on.book = snapshot({ sequence: 30, bids: [level(96, 1)] });
  await on.pass(MARKET_POLL_AFTER_MS + MARKET_POLL_EVERY_MS);
  assertEquals([ticks.told.at(-1)?.source, ticks.told.at(-1)?.last], ["poll", decimal(107)]);
  const polled = books.told.at(-1);
  assertEquals([polled?.source, polled?.isStale, polled?.bestBid], ["poll", false, decimal(96)]);
  assertEquals(on.market.health().topics.polling, 2);
  on.book = null;
  await on.pass(2 * MARKET_POLL_EVERY_MS);
  assertEquals([books.told.at(-1)?.source, books.told.at(-1)?.isStale], ["poll", true]);

  on.socket.refuses = false;
  on.book = snapshot({ sequence: 40 });
  await on.pass(60_000);
  assertEquals(on.market.health().topics, { streaming: 2, resyncing: 0, polling: 0, waiting: 0 });
  assertEquals([books.told.at(-1)?.source, books.told.at(-1)?.isStale], ["stream", false]);
  assertEquals(on.said.slice(-2), [`+ ticker:${SYMBOL}`, `+ book:${SYMBOL}`]);
  const asked = on.asked.length;
  await on.pass(10 * MARKET_POLL_EVERY_MS);
  assertEquals(on.asked.length, asked);
});

Deno.test("market: trades of a gap are read and told before those that came after it", async () => {
  await using on = new MarketStage();
  const { told } = on.listen<TradeUpdate>(TRADES);
  await on.pass();
  on.market.take({ kind: "trades", trades: [trade(1), trade(2)], receivedAt: AT });
  on.socket.lose();
  await on.pass(REDIAL_MS - MARKET_SETTLE_MS);
  on.trades = [trade(2), trade(3), trade(4), trade(5)];
  on.market.take({ kind: "trades", trades: [trade(5), trade(6)], receivedAt: AT });
  await on.pass(MARKET_SETTLE_MS);
  assertEquals(told.map(({ tradeId, source }) => [tradeId, source]), [
    ["1", "stream"],
    ["2", "stream"],
    ["3", "backfill"],
    ["4", "backfill"],
    ["5", "backfill"],
    ["6", "stream"],
  ]);
  assertEquals(on.market.health().incompleteBackfills, 0);
});

Deno.test("market: trades that cannot be read are told as missing, and the stream goes on", async () => {
  await using on = new MarketStage();
  const { told } = on.listen<TradeUpdate>(TRADES);
  await on.pass();
  on.market.take({ kind: "trades", trades: [trade(1)], receivedAt: AT });
  on.trades = null;
  on.market.take({ kind: "marketGap", socketId: "market", symbolId: null, reason: "sequence" });
  on.market.take({ kind: "trades", trades: [trade(9)], receivedAt: AT });
  await on.pass(10_000);
  assertEquals(told.map(({ tradeId }) => tradeId), ["1", "9"]);
  assertEquals(on.market.health().incompleteBackfills, 1);
});

Deno.test("market: candles that closed during a gap are read", async () => {
  await using on = new MarketStage();
  const { told } = on.listen<OhlcvUpdate>(CANDLES);
  await on.pass(MARKET_SETTLE_MS);
  const candle = (minute: number) => {
    const price = decimal(String(minute + 1));
    const openTime = AT + minute * 60_000;
    return { openTime, open: price, high: price, low: price, close: price, volume: price };
  };
  on.market.take({
    kind: "candle",
    symbolId: SYMBOL,
    timeframe: "1m",
    candle: candle(0),
    isClosed: false,
    receivedAt: AT,
  });
  on.candles = [candle(0), candle(1), candle(2)];
  on.socket.lose();
  await on.pass(REDIAL_MS);
  const shown = told.map(({ openTime, isClosed, source }) => [
    (openTime - AT) / 60_000,
    isClosed,
    source,
  ]);
  assertEquals(shown.slice(0, 4), [
    [0, false, "stream"],
    [0, true, "backfill"],
    [1, true, "backfill"],
    [2, false, "backfill"],
  ]);
  assert(on.asked.includes("candles 0"));
});

Deno.test("market: a topic the venue refuses is polled", async () => {
  await using on = new MarketStage();
  const { told } = on.listen<TickUpdate>(TICKS);
  await on.pass();
  on.market.take({ kind: "topicRefused", topic: TICKS, message: "no such stream" });
  await on.pass(2 * MARKET_POLL_EVERY_MS);
  assert(told.length >= 3 && told.every(({ source }) => source === "poll"));
  assertEquals(on.market.health().topics.polling, 1);
});

Deno.test("market: what listeners wait for survives the life of an exchange", async () => {
  const on = new MarketStage();
  const { told } = on.listen<BookUpdate>(BOOK);
  await on.pass();
  assertEquals(told.at(-1)?.isStale, false);
  await on.market.stop();
  assertEquals(told.at(-1)?.isStale, true);
  assertEquals(on.clock.pending, 0);
  const wanted: Topic[] = [];
  const detach = on.hub.attach({ want: (topics) => wanted.push(...topics), drop: () => {} });
  assertEquals(wanted, [BOOK]);
  detach();
  on.hub.close();
});
