/** Market data of Coinbase through the adapter, on the local testnet. */
import { assert, assertEquals } from "@std/assert";
import type { VenueFact } from "../../../src/exchanges/exchange.ts";
import { decimal } from "../../../src/model/decimal.ts";
import type { Topic } from "../../../src/model/market_feed.ts";
import { openCoinbase, resting, SYMBOL } from "./coinbase.ts";
import { gate } from "./fixtures.ts";
import { until } from "./venue_stage.ts";

const TOPICS: readonly Topic[] = [
  { channel: "ticker", symbolId: SYMBOL },
  { channel: "trades", symbolId: SYMBOL },
  { channel: "book", symbolId: SYMBOL, depth: 50 },
  { channel: "ohlcv", symbolId: SYMBOL, timeframe: "5m" },
];

Deno.test("coinbase market: ticker, book, trades and candles are read", async () => {
  await using opened = await openCoinbase();
  const { testnet, adapter: { marketData } } = opened;
  testnet.setPrice("coinbase", { symbol: "BTC-USD", price: "50100" });
  const ticker = await marketData.readTicker!(SYMBOL);
  assert(ticker.kind === "read", JSON.stringify(ticker));
  assertEquals([ticker.value.symbol, ticker.value.last], [SYMBOL, decimal("50100")]);
  const book = await marketData.readBook!(SYMBOL, 10);
  assert(book.kind === "read", JSON.stringify(book));
  assertEquals([book.value.levelsMax, book.value.sequence], [50, null]);
  assert(Number(book.value.bids[0]?.price) < Number(book.value.asks[0]?.price));
  const trades = await marketData.readTrades!(SYMBOL, 10);
  assert(trades.kind === "read", JSON.stringify(trades));
  const [last] = trades.value.toReversed();
  assertEquals([last?.price, last?.side], [decimal("50100"), "BUY"]);
  assert(
    trades.value.every(({ venueTime }, i) =>
      venueTime >= trades.value[Math.max(0, i - 1)]!.venueTime
    ),
  );
  for (const since of [null, (opened.adapter.venueNow() ?? 0) - 120_000]) {
    const candles = await marketData.readOhlcv!(SYMBOL, { timeframe: "1m", since, limit: 10 });
    assert(candles.kind === "read", JSON.stringify(candles));
    assertEquals(candles.value.at(-1)?.close, decimal("50100"), `since ${since}`);
  }
  assertEquals(opened.facts.filter(({ kind }) => kind === "malformed"), []);
});

Deno.test("coinbase market: topics are streamed until they are given up", async () => {
  await using opened = await openCoinbase();
  const { testnet, adapter, facts } = opened;
  const stream = adapter.marketData.stream!;
  const [socket] = stream.sockets;
  for (const topic of TOPICS) {
    assertEquals(stream.route(topic), { kind: "socket", socketId: "market" });
  }
  await socket!.open({ onFrame() {}, onClose() {} }, new AbortController().signal);
  stream.subscribe(TOPICS);
  const kinds = (list: readonly VenueFact[]) => new Set(list.map(({ kind }) => kind));
  await until(() => kinds(facts).has("bookSnapshot"));
  testnet.setPrice("coinbase", { symbol: "BTC-USD", price: "50100" });
  await until(() => ["trades", "bookDelta"].every((kind) => kinds(facts).has(kind as "trades")));
  await until(() =>
    facts.some((fact) => fact.kind === "ticker" && fact.ticker.last === decimal("50100"))
  );
  const trades = facts.flatMap((fact) => fact.kind === "trades" ? fact.trades : []);
  assertEquals(trades.map(({ price, side }) => [price, side]), [[decimal("50100"), "BUY"]]);
  const candles = facts.flatMap((fact) => fact.kind === "candle" ? [fact] : []);
  assertEquals(candles.at(-1)?.candle.close, decimal("50100"));
  assertEquals(candles.at(-1)?.timeframe, "5m");
  stream.unsubscribe(TOPICS);
  await adapter.marketData.readTicker!(SYMBOL);
  const before = facts.length;
  testnet.setPrice("coinbase", { symbol: "BTC-USD", price: "50200" });
  await adapter.marketData.readTicker!(SYMBOL);
  const later = facts.slice(before).filter(({ kind }) => kind !== "usage");
  assertEquals(later, []);
  assertEquals(facts.filter(({ kind }) => kind === "malformed" || kind === "marketGap"), []);
  await socket!.close();
});

Deno.test("coinbase market: snapshot and changes of a book add up to what is read", async () => {
  await using opened = await openCoinbase();
  const { adapter, facts } = opened;
  const stream = adapter.marketData.stream!;
  const [socket] = stream.sockets;
  await socket!.open({ onFrame() {}, onClose() {} }, new AbortController().signal);
  stream.subscribe([{ channel: "book", symbolId: SYMBOL, depth: 50 }]);
  await until(() => facts.some(({ kind }) => kind === "bookSnapshot"));
  await adapter.execution.submit(resting({ limitPrice: decimal("49999") }), gate());
  await until(() => facts.some(({ kind }) => kind === "bookDelta"));
  const bids = new Map<string, string>();
  for (const fact of facts) {
    const levels = fact.kind === "bookSnapshot"
      ? fact.book.bids
      : fact.kind === "bookDelta"
      ? fact.delta.bids
      : [];
    for (const { price, quantity } of levels) bids.set(price, quantity);
  }
  const read = await adapter.marketData.readBook!(SYMBOL, 500);
  assert(read.kind === "read", JSON.stringify(read));
  assert(read.value.bids.some(({ price }) => price === decimal("49999")));
  for (const { price, quantity } of read.value.bids) assertEquals(bids.get(price), quantity, price);
  await socket!.close();
});

Deno.test("coinbase market: what the venue does not stream under its own name is polled", async () => {
  await using opened = await openCoinbase();
  const stream = opened.adapter.marketData.stream!;
  const minute: Topic = { channel: "ohlcv", symbolId: SYMBOL, timeframe: "1m" };
  assertEquals(stream.route(minute), { kind: "none" });
  assertEquals(stream.bookRules({ channel: "book", symbolId: SYMBOL, depth: 5 }), {
    snapshot: "stream",
    window: null,
  });
  const week = await opened.adapter.marketData.readOhlcv!(SYMBOL, {
    timeframe: "1w",
    since: null,
    limit: 1,
  });
  assert(week.kind === "failed");
  assertEquals(week.cause.code, "UNSUPPORTED");
});
