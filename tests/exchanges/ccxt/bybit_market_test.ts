import { assert, assertEquals } from "@std/assert";
import { decimal } from "../../../src/model/decimal.ts";
import type { Topic } from "../../../src/model/market_feed.ts";
import { openBybit, PERP, request, resting, SPOT } from "./bybit.ts";
import { gate } from "./fixtures.ts";
import { heard, listen, told } from "./market_stage.ts";
import { type Opened, OTHER_ID, until } from "./venue_stage.ts";

const MARKETS = [["spot", SPOT, "BTCUSDT"], ["linear", PERP, "linear:BTCUSDT"]] as const;

for (const [market, symbolId, symbol] of MARKETS) {
  Deno.test(`bybit market ${market}: the stream opens a book and goes on from it without a gap`, async () => {
    await using opened = await openBybit({ market });
    const close = await subscribed(opened, [{ channel: "book", symbolId, depth: 50 }]);
    await until(() => told(opened, "bookSnapshot").length > 0);
    const [first] = told(opened, "bookSnapshot");
    assertEquals([first?.book.symbolId, first?.book.levelsMax], [symbolId, 50]);
    const best = first!.book.bids[0]!.price;
    const resting = request({ symbolId, limitPrice: best }, OTHER_ID);
    for (const side of ["submit", "cancel"] as const) {
      const before = told(opened, "bookDelta").length;
      if (side === "submit") await opened.adapter.execution.submit(resting, gate());
      else {
        const ref = { symbolId, clientOrderId: OTHER_ID, exchangeOrderId: null };
        await opened.adapter.execution.cancel(ref, gate());
      }
      await until(() => told(opened, "bookDelta").length > before);
    }
    let sequence = first!.book.sequence;
    for (const { delta } of told(opened, "bookDelta")) {
      assertEquals(delta.previous, sequence);
      sequence = delta.last;
    }
    const level = told(opened, "bookDelta")[0]!.delta.bids.find(({ price }) => price === best);
    assert(Number(level?.quantity) > Number(first!.book.bids[0]!.quantity));
    await close();
  });

  Deno.test(`bybit market ${market}: prints come as trades, candles and tickers that are whole`, async () => {
    await using opened = await openBybit({ market });
    const close = await subscribed(opened, [
      { channel: "trades", symbolId },
      { channel: "ticker", symbolId },
      { channel: "ohlcv", symbolId, timeframe: "1m" },
    ]);
    await until(() => told(opened, "ticker").length > 0);
    opened.testnet.setPrice("bybit", { symbol, price: "50100", quantity: "0.5" });
    await until(() => told(opened, "trades").length > 0 && told(opened, "candle").length > 0);
    const [trade] = told(opened, "trades")[0]!.trades;
    assertEquals([trade?.symbol, trade?.price, trade?.quantity, trade?.side], [
      symbolId,
      decimal("50100"),
      decimal("0.5"),
      "BUY",
    ]);
    assertEquals(`${told(opened, "candle").at(-1)?.candle.close}`, "50100");
    const whole = () =>
      told(opened, "ticker").some(({ ticker }) =>
        ticker.bid !== null && ticker.ask !== null && ticker.last === decimal("50100") &&
        (market === "spot" || ticker.mark !== null)
      );
    await until(whole);
    // Quotes and prices come apart: no tick says that nobody quotes before the quotes have come.
    assertEquals(told(opened, "ticker").filter(({ ticker: { bid, ask } }) => !bid || !ask), []);
    const read = await opened.adapter.marketData.readTrades?.(symbolId, 10);
    assert(read?.kind === "read", JSON.stringify(read));
    assertEquals(read.value.at(-1)?.tradeId, trade?.tradeId);
    assertEquals(opened.facts.filter(({ kind }) => kind === "malformed"), []);
    await close();
  });

  Deno.test(`bybit market ${market}: book, trades and candles are read, oldest first`, async () => {
    await using opened = await openBybit({ market });
    const { marketData } = opened.adapter;
    for (const price of ["50100", "50200"]) {
      opened.testnet.setPrice("bybit", { symbol, price, quantity: "0.1" });
    }
    const book = await marketData.readBook?.(symbolId, 20);
    assert(book?.kind === "read", JSON.stringify(book));
    assertEquals([book.value.levelsMax, book.value.bids.length > 0], [50, true]);
    const trades = await marketData.readTrades?.(symbolId, 2);
    assert(trades?.kind === "read");
    assertEquals(trades.value.map(({ price }) => String(price)), ["50100", "50200"]);
    const candles = await marketData.readOhlcv?.(symbolId, {
      timeframe: "1m",
      since: 0,
      limit: 5,
    });
    assert(candles?.kind === "read", JSON.stringify(candles));
    const ticker = await marketData.readTicker?.(symbolId);
    assert(ticker?.kind === "read", JSON.stringify(ticker));
    assertEquals([ticker.value.symbol, `${ticker.value.last}`], [symbolId, "50200"]);
  });
}

Deno.test("bybit market: what is no longer subscribed to is not told", async () => {
  await using opened = await openBybit();
  const topics: readonly Topic[] = [{ channel: "trades", symbolId: SPOT }];
  const close = await subscribed(opened, topics);
  const trade = (price: string) =>
    opened.testnet.setPrice("bybit", { symbol: "BTCUSDT", price, quantity: "0.1" });
  await heardRequests(opened, 1);
  trade("50100");
  await until(() => told(opened, "trades").length === 1);
  opened.adapter.marketData.stream!.unsubscribe(topics);
  await heardRequests(opened, 2);
  trade("50200");
  await opened.adapter.execution.submit(resting(), gate());
  assertEquals(told(opened, "trades").length, 1);
  await close();
});

Deno.test("bybit market: inverse contracts and options are not listed, spot and linear apart", async () => {
  for (
    const [market, kinds] of [["spot", ["SPOT"]], ["linear", ["FUTURES", "PERPETUAL"]]] as const
  ) {
    await using opened = await openBybit({ market });
    const listed = opened.adapter.instruments.list();
    assertEquals(
      [...new Set(listed.map(({ instrument }) => instrument.instrumentType))].toSorted(),
      [
        ...kinds,
      ],
    );
    const symbolId = market === "spot" ? SPOT : "BTC/USDT:FUT:20270326";
    const instrument = opened.adapter.instruments.get(symbolId);
    assertEquals(instrument?.amount.minNotional, decimal("5"));
    assertEquals(
      [instrument?.capabilities.reduceOnly, instrument?.capabilities.amendInPlace],
      [market === "spot" ? "NO" : "NATIVE", "NATIVE"],
    );
  }
});

function subscribed(opened: Opened, topics: readonly Topic[]): Promise<() => Promise<void>> {
  return listen(opened, topics, { exchange: "bybit", operation: "stream.request" });
}

function heardRequests(opened: Opened, count: number): Promise<void> {
  return until(() => heard(opened, "bybit", "stream.request") >= count);
}
