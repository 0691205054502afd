import { assert, assertEquals } from "@std/assert";
import { decimal } from "../../../src/model/decimal.ts";
import type { Topic } from "../../../src/model/market_feed.ts";
import { gate } from "./fixtures.ts";
import { openKrakenFutures, PERP, request } from "./krakenfutures.ts";
import { listen, told } from "./market_stage.ts";
import { type Opened, OTHER_ID, until } from "./venue_stage.ts";

const SYMBOL = "PF_XBTUSD";

Deno.test("krakenfutures market: the stream opens a book and goes on from it without a gap", async () => {
  await using futures = await openKrakenFutures();
  const close = await subscribed(futures, [{ channel: "book", symbolId: PERP, depth: 10 }]);
  await until(() => told(futures, "bookSnapshot").length > 0);
  const { book } = told(futures, "bookSnapshot")[0]!;
  assertEquals([book.symbolId, book.levelsMax], [PERP, null]);
  const best = book.bids[0]!;
  const resting = request({ limitPrice: best.price }, OTHER_ID);
  await futures.adapter.execution.submit(resting, gate());
  const ref = { symbolId: PERP, clientOrderId: OTHER_ID, exchangeOrderId: null };
  await until(() => told(futures, "bookDelta").length > 0);
  const raised = told(futures, "bookDelta")[0]!.delta.bids[0]!;
  assertEquals(raised.price, best.price);
  assert(Number(raised.quantity) > Number(best.quantity));
  const before = told(futures, "bookDelta").length;
  await futures.adapter.execution.cancel(ref, gate());
  await until(() => told(futures, "bookDelta").length > before);
  let { sequence } = book;
  for (const { delta } of told(futures, "bookDelta")) {
    assertEquals(delta.previous, sequence);
    sequence = delta.last;
  }
  await close();
});

Deno.test("krakenfutures market: prints come as trades and tickers with mark and index", async () => {
  await using futures = await openKrakenFutures();
  const close = await subscribed(futures, [
    { channel: "trades", symbolId: PERP },
    { channel: "ticker", symbolId: PERP },
  ]);
  await until(() => told(futures, "ticker").length > 0);
  futures.testnet.setPrice("krakenfutures", { symbol: SYMBOL, price: "50100", quantity: "0.5" });
  await until(() => told(futures, "trades").length > 0);
  const [trade] = told(futures, "trades")[0]!.trades;
  assertEquals([trade?.symbol, trade?.price, trade?.quantity, trade?.side], [
    PERP,
    decimal("50100"),
    decimal("0.5"),
    "BUY",
  ]);
  await until(() =>
    told(futures, "ticker").some(({ ticker }) =>
      ticker.bid !== null && ticker.ask !== null && ticker.last === decimal("50100") &&
      ticker.mark !== null && ticker.index !== null
    )
  );
  const read = await futures.adapter.marketData.readTrades?.(PERP, 10);
  assert(read?.kind === "read", JSON.stringify(read));
  assertEquals(read.value.at(-1)?.tradeId, trade?.tradeId);
  assertEquals(futures.facts.filter(({ kind }) => kind === "malformed"), []);
  await close();
});

Deno.test("krakenfutures market: candles are polled, for the venue streams none", async () => {
  await using futures = await openKrakenFutures();
  const { stream } = futures.adapter.marketData;
  const route = stream!.route({ channel: "ohlcv", symbolId: PERP, timeframe: "1m" });
  assertEquals(route, { kind: "none" });
});

Deno.test("krakenfutures market: book, trades and candles are read, oldest first", async () => {
  await using futures = await openKrakenFutures();
  const { marketData } = futures.adapter;
  for (const price of ["50100", "50200"]) {
    futures.testnet.setPrice("krakenfutures", { symbol: SYMBOL, price, quantity: "0.1" });
  }
  const book = await marketData.readBook?.(PERP, 20);
  assert(book?.kind === "read", JSON.stringify(book));
  assert(book.value.bids.length > 0 && book.value.asks.length > 0);
  const trades = await marketData.readTrades?.(PERP, 2);
  assert(trades?.kind === "read", JSON.stringify(trades));
  assertEquals(trades.value.slice(-2).map(({ price }) => String(price)), ["50100", "50200"]);
  const candles = await marketData.readOhlcv?.(PERP, { timeframe: "1m", since: 0, limit: 5 });
  assert(candles?.kind === "read", JSON.stringify(candles));
  assertEquals(`${candles.value.at(-1)?.close}`, "50200");
});

function subscribed(opened: Opened, topics: readonly Topic[]): Promise<() => Promise<void>> {
  return listen(opened, topics, { exchange: "krakenfutures", operation: "stream.request" });
}
