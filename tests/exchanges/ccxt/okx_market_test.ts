import { assert, assertEquals } from "@std/assert";
import { readMessage } from "../../../src/exchanges/ccxt/profiles/okx/market.ts";
import { decimal } from "../../../src/model/decimal.ts";
import type { Topic } from "../../../src/model/market_feed.ts";
import { gate } from "./fixtures.ts";
import { heard, listen, told } from "./market_stage.ts";
import { openOkx, resting, SWAP } from "./okx.ts";
import { type Opened, until } from "./venue_stage.ts";

const MARKETS = [["BTC/USDT", "BTC-USDT", "0.5"], [SWAP, "BTC-USDT-SWAP", "0.5"]] as const;

for (const [symbolId, symbol, quantity] of MARKETS) {
  Deno.test(`okx market: the book of ${symbolId} is read and goes on by the stream without a gap`, async () => {
    await using okx = await openOkx();
    const close = await subscribed(okx, [{ channel: "book", symbolId, depth: 50 }]);
    const read = await okx.adapter.marketData.readBook?.(symbolId, 50);
    assert(read?.kind === "read", JSON.stringify(read));
    const { bids, asks, sequence, levelsMax } = read.value;
    assertEquals([bids.length, asks.length, levelsMax], [5, 5, 50]);
    assert(Number(bids[0]!.price) < Number(asks[0]!.price));
    await okx.adapter.execution.submit(
      resting({ symbolId, limitPrice: decimal("49000") }),
      gate(),
    );
    await until(() => told(okx, "bookDelta").length > 0);
    const [first] = told(okx, "bookDelta");
    assertEquals(first!.delta.symbolId, symbolId);
    assert(first!.delta.previous! <= sequence! && sequence! < first!.delta.last!);
    assertEquals(first!.delta.bids.map(({ price, quantity }) => [price, quantity]), [
      [decimal("49000"), decimal("0.01")],
    ]);
    assertEquals(told(okx, "bookSnapshot"), []); // The stream's own is not what deltas go on from.
    await close();
  });

  Deno.test(`okx market: prints of ${symbolId} come as trades, candles and tickers, and are read`, async () => {
    await using okx = await openOkx();
    const close = await subscribed(okx, [
      { channel: "trades", symbolId },
      { channel: "ticker", symbolId },
      { channel: "ohlcv", symbolId, timeframe: "1m" },
    ]);
    okx.testnet.setPrice("okx", { symbol, price: "50100", quantity });
    await until(() => told(okx, "trades").length > 0 && told(okx, "candle").length > 0);
    const [trade] = told(okx, "trades")[0]!.trades;
    assertEquals([trade?.symbol, trade?.price, trade?.quantity, trade?.side], [
      symbolId,
      decimal("50100"),
      decimal(quantity),
      "BUY",
    ]);
    assertEquals(told(okx, "candle")[0]!.candle.close, decimal("50100"));
    assertEquals(told(okx, "candle")[0]!.isClosed, false);
    await until(() => told(okx, "ticker").some(({ ticker }) => ticker.last === decimal("50100")));
    const trades = await okx.adapter.marketData.readTrades?.(symbolId, 10);
    assert(trades?.kind === "read", JSON.stringify(trades));
    assertEquals(trades.value.at(-1)?.tradeId, trade?.tradeId);
    assertEquals(trades.value.at(-1)?.quantity, decimal(quantity));
    for (const since of [null, Date.now() - 600_000]) {
      const candles = await okx.adapter.marketData.readOhlcv?.(symbolId, {
        timeframe: "1m",
        since,
        limit: 100,
      });
      assert(candles?.kind === "read", JSON.stringify(candles));
      assertEquals(candles.value.at(-1)?.close, decimal("50100"));
      const times = candles.value.map(({ openTime }) => openTime);
      assertEquals(times, times.toSorted((a, b) => a - b));
    }
    assertEquals(okx.facts.filter(({ kind }) => kind === "malformed"), []);
    await close();
  });
}

Deno.test("okx market: what is no longer subscribed to is not told", async () => {
  await using okx = await openOkx();
  const topics: readonly Topic[] = [{ channel: "trades", symbolId: "BTC/USDT" }];
  const close = await subscribed(okx, topics);
  okx.testnet.setPrice("okx", { symbol: "BTC-USDT", price: "50100", quantity: "0.1" });
  await until(() => told(okx, "trades").length === 1);
  okx.adapter.marketData.stream!.unsubscribe(topics);
  await until(() => heard(okx, "okx", "general.unsubscribe") > 0);
  okx.testnet.setPrice("okx", { symbol: "BTC-USDT", price: "50200", quantity: "0.1" });
  await okx.adapter.syncClock();
  assertEquals(told(okx, "trades").length, 1);
  await close();
});

Deno.test("okx market: a channel that is refused names the topic", () => {
  const context = { symbolOf: () => SWAP, contractSizeOf: () => null, receivedAt: 1 };
  const refused = (channel: string) => {
    const msg = `Wrong URL or channel:${channel},instId:BTC-USDT-SWAP doesn't exist.`;
    const reading = readMessage({ event: "error", code: "60018", msg }, context);
    assert(reading.kind === "facts");
    const [fact] = reading.facts;
    assert(fact?.kind === "topicRefused");
    return fact.topic;
  };
  assertEquals(refused("tickers"), { channel: "ticker", symbolId: SWAP });
  assertEquals(refused("trades-all"), { channel: "trades", symbolId: SWAP });
  assertEquals(refused("books"), { channel: "book", symbolId: SWAP, depth: 400 });
  assertEquals(refused("candle1Dutc"), { channel: "ohlcv", symbolId: SWAP, timeframe: "1d" });
});

/** Opens every socket a topic needs and subscribes. */
function subscribed(opened: Opened, topics: readonly Topic[]): Promise<() => Promise<void>> {
  return listen(opened, topics, { exchange: "okx", operation: "general.subscribe" });
}
