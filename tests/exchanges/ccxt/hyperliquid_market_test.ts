import { assert, assertEquals } from "@std/assert";
import { hyperliquidMarket } from "../../../src/exchanges/ccxt/profiles/hyperliquid/market.ts";
import { decimal } from "../../../src/model/decimal.ts";
import type { Topic } from "../../../src/model/market_feed.ts";
import { gate } from "./fixtures.ts";
import { openHyperliquid, PERP, resting, SPOT } from "./hyperliquid.ts";
import { heard, listen, told } from "./market_stage.ts";
import { type Opened, openSocket, until } from "./venue_stage.ts";

const MARKETS = [["perp", PERP, "BTC"], ["spot", SPOT, "@1"]] as const;

for (const [market, symbolId, symbol] of MARKETS) {
  Deno.test(`hyperliquid market: the book of ${symbolId} is read, and streamed whole`, async () => {
    await using hyperliquid = await openHyperliquid({ adapter: { market } });
    const close = await subscribed(hyperliquid, [{ channel: "book", symbolId, depth: 20 }]);
    const read = await hyperliquid.adapter.marketData.readBook?.(symbolId, 20);
    assert(read?.kind === "read", JSON.stringify(read));
    assertEquals([read.value.bids.length, read.value.asks.length, read.value.levelsMax], [
      5,
      5,
      20,
    ]);
    assert(Number(read.value.bids[0]!.price) < Number(read.value.asks[0]!.price));
    await hyperliquid.adapter.execution.submit(
      resting({ symbolId, limitPrice: decimal("49000") }),
      gate(),
    );
    const own = () =>
      told(hyperliquid, "bookSnapshot").filter(({ book }) =>
        book.bids.some(({ price }) => price === decimal("49000"))
      );
    await until(() => own().length > 0);
    assertEquals([own()[0]!.book.symbolId, own()[0]!.book.sequence], [symbolId, null]);
    assertEquals(
      hyperliquid.adapter.marketData.stream!.bookRules({
        channel: "book",
        symbolId,
        depth: 20,
      }),
      { snapshot: "stream", window: 20 },
    );
    await close();
  });

  Deno.test(`hyperliquid market: prints of ${symbolId} come as trades, candles and tickers, and are read`, async () => {
    await using hyperliquid = await openHyperliquid({ adapter: { market } });
    const close = await subscribed(hyperliquid, [
      { channel: "trades", symbolId },
      { channel: "ticker", symbolId },
      { channel: "ohlcv", symbolId, timeframe: "1m" },
    ]);
    hyperliquid.testnet.setPrice("hyperliquid", { symbol, price: "50100", quantity: "0.5" });
    const printed = () =>
      told(hyperliquid, "trades").flatMap(({ trades }) => trades)
        .filter(({ price }) => price === decimal("50100"));
    await until(() => printed().length > 0);
    const [trade] = printed();
    assertEquals([trade?.symbol, trade?.quantity, trade?.side], [symbolId, decimal("0.5"), "BUY"]);
    await until(() =>
      told(hyperliquid, "candle").some(({ candle }) => candle.close === decimal("50100"))
    );
    const valued = () =>
      told(hyperliquid, "ticker").find(({ ticker }) => ticker.mark === decimal("50100"));
    await until(() => valued() !== undefined);
    const { ticker } = valued()!;
    assert(ticker.bid !== null && ticker.ask !== null);
    assertEquals(ticker.index === null, market === "spot");
    const trades = await hyperliquid.adapter.marketData.readTrades?.(symbolId, 10);
    assert(trades?.kind === "read", JSON.stringify(trades));
    assertEquals(trades.value.at(-1)?.tradeId, trade?.tradeId);
    for (const since of [null, Date.now() - 600_000]) {
      const candles = await hyperliquid.adapter.marketData.readOhlcv?.(symbolId, {
        timeframe: "1m",
        since,
        limit: 100,
      });
      assert(candles?.kind === "read", JSON.stringify(candles));
      assertEquals(candles.value.at(-1)?.close, decimal("50100"));
    }
    const quotes = await hyperliquid.adapter.marketData.readTicker?.(symbolId);
    assert(quotes?.kind === "read", JSON.stringify(quotes));
    const { ticker: newest } = told(hyperliquid, "ticker").at(-1)!;
    assertEquals([quotes.value.bid, quotes.value.ask], [newest.bid, newest.ask]);
    assertEquals(hyperliquid.facts.filter(({ kind }) => kind === "malformed"), []);
    await close();
  });
}

Deno.test("hyperliquid market: both sockets have one address, and neither disturbs the other", async () => {
  await using hyperliquid = await openHyperliquid();
  const { socket, ends } = await openSocket(hyperliquid.adapter);
  const close = await subscribed(hyperliquid, [{ channel: "trades", symbolId: PERP }]);
  await close();
  await hyperliquid.adapter.execution.submit(resting(), gate());
  await until(() => told(hyperliquid, "order").length > 0);
  assertEquals(ends, []);
  await socket.close();
});

Deno.test("hyperliquid market: what is no longer subscribed to is not told", async () => {
  await using hyperliquid = await openHyperliquid();
  const topics: readonly Topic[] = [{ channel: "trades", symbolId: PERP }];
  const close = await subscribed(hyperliquid, topics);
  const prints = () => told(hyperliquid, "trades").flatMap(({ trades }) => trades);
  hyperliquid.testnet.setPrice("hyperliquid", { symbol: "BTC", price: "50100", quantity: "0.1" });
  await until(() => prints().some(({ price }) => price === decimal("50100")));
  hyperliquid.adapter.marketData.stream!.unsubscribe(topics);
  await until(() => heard(hyperliquid, "hyperliquid", "general.unsubscribe") > 0);
  hyperliquid.testnet.setPrice("hyperliquid", { symbol: "BTC", price: "50200", quantity: "0.1" });
  await hyperliquid.adapter.syncClock(); // Whatever was sent before has come.
  assertEquals(prints().filter(({ price }) => price === decimal("50200")), []);
  await close();
});

const context = { symbolOf: () => PERP, contractSizeOf: () => null, receivedAt: 1 };

Deno.test("hyperliquid market: a subscription that is refused names the topic", () => {
  const refused = (subscription: unknown) => {
    const data = `Invalid subscription ${JSON.stringify(subscription)}`;
    const reading = hyperliquidMarket.sockets[0]!.read({ channel: "error", data }, context);
    assert(reading.kind === "facts");
    const [fact] = reading.facts;
    assert(fact?.kind === "topicRefused");
    return fact.topic;
  };
  assertEquals(refused({ type: "bbo", coin: "X" }), { channel: "ticker", symbolId: PERP });
  assertEquals(refused({ type: "trades", coin: "X" }), { channel: "trades", symbolId: PERP });
  assertEquals(refused({ type: "l2Book", coin: "X" }), {
    channel: "book",
    symbolId: PERP,
    depth: 20,
  });
  assertEquals(refused({ type: "candle", coin: "X", interval: "1h" }), {
    channel: "ohlcv",
    symbolId: PERP,
    timeframe: "1h",
  });
});

Deno.test("hyperliquid market: a candle is closed when the next one begins", () => {
  const read = hyperliquidMarket.sockets[0]!.reader!();
  const candle = (t: number, c: string) => {
    const data = { t, T: t + 1, s: "BTC", i: "1m", o: "1", c, h: "2", l: "1", v: "3", n: 1 };
    const reading = read({ channel: "candle", data }, context);
    assert(reading.kind === "facts");
    return reading.facts.map((fact) =>
      fact.kind === "candle" ? [fact.candle.openTime, fact.candle.close, fact.isClosed] : []
    );
  };
  assertEquals(candle(60_000, "1.5"), [[60_000, decimal("1.5"), false]]);
  assertEquals(candle(60_000, "1.6"), [[60_000, decimal("1.6"), false]]);
  assertEquals(candle(120_000, "1.7"), [
    [60_000, decimal("1.6"), true],
    [120_000, decimal("1.7"), false],
  ]);
});

/** Opens the public socket and subscribes. */
function subscribed(opened: Opened, topics: readonly Topic[]): Promise<() => Promise<void>> {
  return listen(opened, topics, {
    exchange: "hyperliquid",
    operation: "general.subscribe",
    requests: topics.length,
  });
}
