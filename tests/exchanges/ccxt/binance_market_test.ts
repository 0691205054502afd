import { assert, assertEquals, assertThrows } from "@std/assert";
import { type ExchangeKernel, type OpenedKernel, openKernel } from "../../../mod.ts";
import { RowError } from "../../../src/exchanges/ccxt/rows/fields.ts";
import { crc32 } from "../../../src/exchanges/ccxt/rows/market_rows.ts";
import { readMessage } from "../../../src/exchanges/ccxt/profiles/binance/market.ts";
import { decimal } from "../../../src/model/decimal.ts";
import type { BookUpdate, TickUpdate, TradeUpdate } from "../../../src/model/market_feed.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { systemRandom } from "../../../src/system/random.ts";
import { TESTNET_API_KEY, TESTNET_API_SECRET } from "../../../src/testnet/credentials.ts";
import { startTestnet, type Testnet } from "../../../src/testnet/server.ts";

const SYMBOL = "BTC/USDT";
/** A subscription that tells nothing would hang the test instead of failing it. */
const PATIENCE_MS = 10_000;

interface Stage extends AsyncDisposable {
  readonly testnet: Testnet;
  readonly exchange: ExchangeKernel;
  move(price: string): void;
}

async function stage(): Promise<Stage> {
  const key = { apiKey: TESTNET_API_KEY, secret: TESTNET_API_SECRET };
  const testnet = startTestnet({
    clock: systemClock,
    random: systemRandom,
    exchanges: ["binance"],
    accounts: [key],
  });
  const kernel: OpenedKernel = await openKernel({
    exchanges: { main: { kind: "binance", ...key, endpoints: testnet.url } },
  });
  return {
    testnet,
    exchange: kernel.exchange("main"),
    move: (price) =>
      testnet.setPrice("binance", {
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

async function until(isSo: () => boolean, what: string): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!isSo()) {
    assert(Date.now() < end, `in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("binance market: a first ticker is read, then the stream tells quotes and prices", async () => {
  await using on = await stage();
  const ticks: TickUpdate[] = [];
  using _ = on.exchange.marketData.subscribeTicks(SYMBOL, { onUpdate: (tick) => ticks.push(tick) });
  await until(() => ticks.length > 0, "a first ticker");
  assertEquals(ticks[0]?.source, "poll");
  assert(ticks[0]?.last !== null && ticks[0]?.bid !== null);
  const streams = () => ticks.filter(({ source }) => source === "stream");
  await until(() => on.exchange.healthCheck().market.topics.streaming === 1, "the stream");
  let price = 100_100;
  await until(() => {
    on.move(`${price++}`);
    return streams().length >= 2;
  }, "quotes of the stream");
  const last = streams().at(-1);
  assert(last?.last !== null && Number(last?.bid) < Number(last?.ask), JSON.stringify(last));
});

Deno.test("binance market: a book of snapshot and diffs is the venue's own", async () => {
  await using on = await stage();
  const books: BookUpdate[] = [];
  using _ = on.exchange.marketData.subscribeOrderBook(SYMBOL, 5, {
    onUpdate: (book) => books.push(book),
  });
  await until(() => books.some(({ isStale }) => !isStale), "a whole book");
  for (let price = 100_100; price < 100_140; price += 10) {
    const before = books.length;
    on.move(`${price}`);
    await until(() => books.length > before, "the diff of a move");
  }
  const { bids, asks } = await on.exchange.marketData.fetchOrderBook(SYMBOL, 5);
  await until(() => books.at(-1)?.bestBid === bids[0]?.price, "the newest state");
  const shown = books.at(-1);
  assertEquals([shown?.bids, shown?.asks, shown?.isStale], [bids, asks, false]);
  assertEquals(on.exchange.healthCheck().errors["market.book.CROSSED"], undefined);
});

Deno.test("binance market: after a cut everything streams again, and lost trades are told first", async () => {
  await using on = await stage();
  const trades: TradeUpdate[] = [];
  const books: BookUpdate[] = [];
  using _trades = on.exchange.marketData.subscribeTrades(SYMBOL, {
    onUpdate: (trade) => trades.push(trade),
  });
  using _books = on.exchange.marketData.subscribeOrderBook(SYMBOL, 5, {
    onUpdate: (book) => books.push(book),
  });
  await until(() => books.some(({ isStale }) => !isStale), "a whole book");
  await until(() => {
    on.move("100100");
    return trades.length > 0;
  }, "a first trade");
  const { market } = on.exchange.healthCheck();
  assertEquals(market.topics, { streaming: 2, resyncing: 0, polling: 0, waiting: 0 });

  on.testnet.arm({
    exchange: "binance",
    fault: "dropSocket",
    match: { operation: "socket.stream" },
  });
  await until(() => books.at(-1)?.isStale === true, "the cut");
  for (const price of ["100200", "100300", "100400"]) on.move(price);
  await until(() => trades.some(({ price }) => price === "100400"), "what was missed");
  await until(() => books.at(-1)?.isStale === false, "a whole book again");
  const ids = trades.map(({ tradeId }) => Number(tradeId));
  assertEquals(ids, ids.map((_, index) => ids[0]! + index)); // Each once, in order, none missing.
  assert(trades.some(({ source }) => source === "backfill"));
});

Deno.test("binance market: candles grow and are read, and a length it has not is refused", async () => {
  await using on = await stage();
  const { marketData } = on.exchange;
  for (const price of ["100100", "100200", "100050"]) on.move(price);
  const candles = await marketData.fetchOhlcv(SYMBOL, "1m");
  assertEquals(candles.at(-1)?.close, decimal("100050"));
  assertEquals(candles.at(-1)?.high, decimal("100200"));
  const trades = await marketData.fetchTrades(SYMBOL, 2);
  assertEquals(trades.map(({ price }) => price), [decimal("100200"), decimal("100050")]);
  assertThrows(() => marketData.subscribeOhlcv(SYMBOL, "7m" as "1m"), Error, "timeframe must be");
});

const context = {
  symbolOf: (raw: string) => raw,
  contractSizeOf: () => null,
  receivedAt: 5,
};

Deno.test("binance market: recorded messages are read with every digit", () => {
  const depth = {
    e: "depthUpdate",
    E: 1577554482280,
    s: "BNBBTC",
    U: 157,
    u: 160,
    b: [["0.0024", "10"]],
    a: [["0.0026", "100"]],
  };
  assertEquals(readMessage(depth, context), {
    kind: "facts",
    facts: [{
      kind: "bookDelta",
      delta: {
        symbolId: "BNBBTC",
        bids: [{ price: decimal("0.0024"), quantity: decimal("10"), numOrders: null }],
        asks: [{ price: decimal("0.0026"), quantity: decimal("100"), numOrders: null }],
        previous: 156,
        last: 160,
        checksum: null,
        venueTime: 1577554482280,
      },
      receivedAt: 5,
    }],
  });
  const quotes = {
    u: 7488717758,
    s: "BTCUSDT",
    b: "28621.74000000",
    B: "1.43278800",
    a: "28621.75000000",
    A: "2.52500800",
  };
  const read = readMessage(quotes, context);
  assert(read.kind === "facts" && read.facts[0]?.kind === "ticker");
  assertEquals([read.facts[0].ticker.bid, read.facts[0].ticker.last], [decimal("28621.74"), null]);
  assertEquals(readMessage({ result: null, id: "1" }, context), { kind: "ignored" });
});

Deno.test("binance market: what is not as documented is refused, and so is a refusal", () => {
  const bad = [
    { e: "depthUpdate", E: 1, s: "BNBBTC", U: "157", u: 160, b: [], a: [] },
    { e: "depthUpdate", E: 1, s: "BNBBTC", U: 157, u: 160, b: [[0.1, 10]], a: [] },
    { e: "trade", s: "ETHBTC", t: 1, p: "1" },
    { e: "kline", s: "ETHBTC", k: { t: 1, i: "9m" } },
    { error: { code: 2, msg: "Invalid request: invalid stream" }, id: "1" },
  ];
  for (const message of bad) assertThrows(() => readMessage(message, context), RowError);
});

Deno.test("market rows: the checksum is CRC-32 as everybody computes it", () => {
  assertEquals(crc32("123456789"), 0xcbf43926); // The check value of the standard.
});
