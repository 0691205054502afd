import { assert, assertEquals } from "@std/assert";
import { decimal } from "../../../src/model/decimal.ts";
import type { Topic } from "../../../src/model/market_feed.ts";
import type { BookLevel } from "../../../src/model/market.ts";
import { gate } from "./fixtures.ts";
import { openKraken, request, SYMBOL } from "./kraken.ts";
import { heard, listen, told } from "./market_stage.ts";
import { type Opened, OTHER_ID, until } from "./venue_stage.ts";

const PAIR = "XXBTZUSD";

Deno.test("kraken market: a book from the stream has the venue's checksum after every change", async () => {
  await using opened = await openKraken();
  const topic = { channel: "book", symbolId: SYMBOL, depth: 10 } as const;
  const close = await subscribed(opened, [topic]);
  await until(() => told(opened, "bookSnapshot").length > 0);
  const { book } = told(opened, "bookSnapshot")[0]!;
  const rules = opened.adapter.marketData.stream!.bookRules(topic);
  assertEquals([rules.snapshot, rules.window], ["stream", 10]);
  assertEquals(rules.checksum!(book), book.checksum);
  const best = book.bids[0]!.price;
  await opened.adapter.execution.submit(request({ limitPrice: best }, OTHER_ID), gate());
  await until(() => told(opened, "bookDelta").length > 0);
  const { delta } = told(opened, "bookDelta")[0]!;
  assertEquals([delta.previous, delta.last], [null, null]);
  const joined = {
    bids: joinedSide(book.bids, delta.bids, -1),
    asks: joinedSide(book.asks, delta.asks, 1),
  };
  assertEquals(rules.checksum!(joined), delta.checksum);
  assert(rules.checksum!(book) !== delta.checksum);
  await close();
});

Deno.test("kraken market: the checksum is the one of the venue's documents", async () => {
  await using opened = await openKraken();
  const topic = { channel: "book", symbolId: SYMBOL, depth: 10 } as const;
  const { checksum } = opened.adapter.marketData.stream!.bookRules(topic);
  // guides/websockets/book-checksum-v2: BTC/USD with one and eight decimals.
  const asks = levels([
    ["45285.2", "0.00100000"],
    ["45286.4", "1.54571953"],
    ["45286.6", "1.54571109"],
    ["45289.6", "1.54560911"],
    ["45290.2", "0.15890660"],
    ["45291.8", "1.54553491"],
    ["45294.7", "0.04454749"],
    ["45296.1", "0.35380000"],
    ["45297.5", "0.09945542"],
    ["45299.5", "0.18772827"],
  ]);
  const bids = levels([
    ["45283.5", "0.10000000"],
    ["45283.4", "1.54582015"],
    ["45282.1", "0.10000000"],
    ["45281.0", "0.10000000"],
    ["45280.3", "1.54592586"],
    ["45279.0", "0.07990000"],
    ["45277.6", "0.03310103"],
    ["45277.5", "0.30000000"],
    ["45277.3", "1.54602737"],
    ["45276.6", "0.15445238"],
  ]);
  assertEquals(checksum!({ asks, bids }), "3310070434");
});

Deno.test("kraken market: prints come as trades, candles and tickers", async () => {
  await using opened = await openKraken();
  const close = await subscribed(opened, [
    { channel: "trades", symbolId: SYMBOL },
    { channel: "ticker", symbolId: SYMBOL },
    { channel: "ohlcv", symbolId: SYMBOL, timeframe: "1m" },
  ]);
  await until(() => told(opened, "ticker").length > 0);
  opened.testnet.setPrice("kraken", { symbol: PAIR, price: "50100", quantity: "0.5" });
  await until(() => told(opened, "trades").length > 0 && told(opened, "candle").length > 0);
  const [trade] = told(opened, "trades")[0]!.trades;
  assertEquals([trade?.symbol, trade?.price, trade?.quantity, trade?.side], [
    SYMBOL,
    decimal("50100"),
    decimal("0.5"),
    "BUY",
  ]);
  assertEquals(`${told(opened, "candle").at(-1)?.candle.close}`, "50100");
  await until(() =>
    told(opened, "ticker").some(({ ticker }) =>
      ticker.bid !== null && ticker.ask !== null && ticker.last === decimal("50100")
    )
  );
  const read = await opened.adapter.marketData.readTrades?.(SYMBOL, 10);
  assert(read?.kind === "read", JSON.stringify(read));
  assertEquals(read.value.at(-1)?.tradeId, trade?.tradeId);
  assertEquals(opened.facts.filter(({ kind }) => kind === "malformed"), []);
  await close();
});

Deno.test("kraken market: book, trades, candles and ticker are read, oldest first", async () => {
  await using opened = await openKraken();
  const { marketData } = opened.adapter;
  for (const price of ["50100", "50200"]) {
    opened.testnet.setPrice("kraken", { symbol: PAIR, price, quantity: "0.1" });
  }
  const book = await marketData.readBook?.(SYMBOL, 20);
  assert(book?.kind === "read", JSON.stringify(book));
  assertEquals([book.value.levelsMax, book.value.bids.length > 0], [25, true]);
  const trades = await marketData.readTrades?.(SYMBOL, 2);
  assert(trades?.kind === "read", JSON.stringify(trades));
  assertEquals(trades.value.map(({ price }) => String(price)), ["50100", "50200"]);
  const candles = await marketData.readOhlcv?.(SYMBOL, { timeframe: "1m", since: 0, limit: 5 });
  assert(candles?.kind === "read", JSON.stringify(candles));
  assertEquals(`${candles.value.at(-1)?.close}`, "50200");
  const ticker = await marketData.readTicker?.(SYMBOL);
  assert(ticker?.kind === "read", JSON.stringify(ticker));
  assertEquals([ticker.value.symbol, `${ticker.value.last}`], [SYMBOL, "50200"]);
});

Deno.test("kraken market: what is no longer subscribed to is not told", async () => {
  await using opened = await openKraken();
  const topics: readonly Topic[] = [{ channel: "trades", symbolId: SYMBOL }];
  const close = await subscribed(opened, topics);
  opened.testnet.setPrice("kraken", { symbol: PAIR, price: "50100", quantity: "0.1" });
  await until(() => told(opened, "trades").length === 1);
  const before = heard(opened, "kraken", "stream.request");
  opened.adapter.marketData.stream!.unsubscribe(topics);
  await until(() => heard(opened, "kraken", "stream.request") > before);
  opened.testnet.setPrice("kraken", { symbol: PAIR, price: "50200", quantity: "0.1" });
  await opened.adapter.execution.balances();
  assertEquals(told(opened, "trades").length, 1);
  await close();
});

Deno.test("kraken market: a pair has its tick size, its steps and four names", async () => {
  await using opened = await openKraken();
  const { instruments } = opened.adapter;
  const instrument = instruments.get(SYMBOL);
  assertEquals([instrument?.price.tickSize, instrument?.amount.step].map(String), [
    "0.1",
    "0.00000001",
  ]);
  assertEquals([instrument?.amount.min, instrument?.amount.minNotional].map(String), [
    "0.00005",
    "0.5",
  ]);
  for (const name of ["XXBTZUSD", "XBTUSD", "XBT/USD", "BTC/USD"]) {
    assertEquals(instruments.resolve!(name), { kind: "listed", symbolId: SYMBOL });
  }
});

function levels(rows: readonly (readonly [string, string])[]): readonly BookLevel[] {
  return rows.map(([price, quantity]) => ({
    price: decimal(price),
    quantity: decimal(quantity),
    numOrders: null,
  }));
}

function joinedSide(
  before: readonly BookLevel[],
  changed: readonly BookLevel[],
  direction: 1 | -1,
): readonly BookLevel[] {
  const byPrice = new Map([...before, ...changed].map((level) => [level.price, level]));
  return [...byPrice.values()].filter(({ quantity }) => Number(quantity) > 0)
    .sort((a, b) => direction * (Number(a.price) - Number(b.price))).slice(0, 10);
}

function subscribed(opened: Opened, topics: readonly Topic[]): Promise<() => Promise<void>> {
  return listen(opened, topics, {
    exchange: "kraken",
    operation: "stream.request",
    requests: topics.length,
  });
}
