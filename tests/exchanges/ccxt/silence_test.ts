/**
 * What a read shows of a topic is what its stream has told, at every venue, while nothing is lost:
 * else a quiet market would look like a subscription that was. And a lost one shows.
 */
import { assert, assertEquals } from "@std/assert";
import { MarketBooks } from "../../../actors/market_books.ts";
import { MarketCandles } from "../../../actors/market_candles.ts";
import { MarketLooks } from "../../../actors/market_looks.ts";
import { MarketReads } from "../../../actors/market_reads.ts";
import { MarketTickers } from "../../../actors/market_tickers.ts";
import { MarketTrades } from "../../../actors/market_trades.ts";
import type { VenueFact } from "../../../src/exchanges/exchange.ts";
import { MARKET_SETTLE_MS } from "../../../machines/timeouts.ts";
import { decimal, multiply } from "../../../src/model/decimal.ts";
import type { Topic } from "../../../src/model/market_feed.ts";
import { roundToGrid } from "../../../src/model/price_grid.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { type MarketName, MARKETS } from "../../conformance/markets.ts";
import { CcxtWork } from "../../soak/ccxt_work.ts";

function keepers({ stage: { adapter } }: CcxtWork) {
  const none = () => {};
  const reads = new MarketReads({ adapter, runner: { run: (_kind, _priority, read) => read() } });
  const { stream } = adapter.marketData;
  assert(stream !== undefined);
  const tickers = new MarketTickers({ read: (symbolId) => reads.ticker(symbolId), publish: none });
  const books = new MarketBooks({
    exchangeId: adapter.id,
    clock: systemClock,
    rulesOf: (topic) => stream.bookRules(topic),
    read: (symbolId, depth) => reads.book(symbolId, depth),
    resubscribe: (topic) => {
      stream.unsubscribe([topic]);
      stream.subscribe([topic]);
    },
    publish: none,
    trouble: none,
  });
  const trades = new MarketTrades({
    clock: systemClock,
    read: (symbolId, limit) => reads.trades(symbolId, limit),
    publish: none,
    incomplete: none,
  });
  const candles = new MarketCandles({
    read: (symbolId, query) => reads.ohlcv(symbolId, query),
    publish: none,
  });
  const looks = new MarketLooks({ reads, tickers, books, trades, candles });
  const take = (fact: VenueFact): void => {
    if (fact.kind === "ticker") tickers.take(fact.ticker);
    if (fact.kind === "trades") trades.take(fact.trades);
    if (fact.kind === "bookSnapshot") books.snapshot(fact.book);
    if (fact.kind === "bookDelta") books.delta(fact.delta);
  };
  return { looks, books, trades, take };
}

for (const name of Object.keys(MARKETS) as MarketName[]) {
  Deno.test(`silence: ${name}: a read agrees with a stream that is heard, and is ahead of one that is not`, async () => {
    await using work = await CcxtWork.open(name, MARKETS[name]);
    const { stage } = work;
    const { adapter, target: { symbolId, market }, metadata } = stage;
    const { looks, books, trades, take } = keepers(work);
    let isHeard = true;
    adapter.onFact((fact) => {
      if (isHeard) take(fact);
    });
    const topics: readonly Topic[] = [
      { channel: "ticker", symbolId },
      { channel: "trades", symbolId },
      { channel: "book", symbolId, depth: 10 },
    ];
    books.add({ channel: "book", symbolId, depth: 10 });
    trades.add(symbolId);
    books.up(symbolId);
    await work.listen();
    const move = async (factor: string) => {
      const price = roundToGrid(multiply(stage.price, decimal(factor)), metadata.price, "FLOOR");
      await market?.trade(price, decimal("0.01"));
    };
    await move("1.01");
    await move("1.02");
    await stage.until(
      () => books.isWhole(symbolId) && topics.every((topic) => looks.heard(topic) > 0),
      "every topic streams",
    );
    await stage.sleep(MARKET_SETTLE_MS); // What is on its way arrives.
    await stage.until(
      () => books.isWhole(symbolId),
      "a book that a jump has crossed is whole again",
    );
    for (const topic of topics) {
      const look = await looks.look(topic);
      assertEquals(look?.isAhead, false, `${topic.channel}: ${JSON.stringify(look)}`);
    }
    isHeard = false;
    await stage.sleep(5); // Some venues date trades by the millisecond.
    await move("1.04");
    await stage.sleep(MARKET_SETTLE_MS);
    for (const topic of topics) {
      const look = await looks.look(topic);
      assertEquals(look?.isAhead, true, `${topic.channel}: ${JSON.stringify(look)}`);
    }
    books.stop();
    trades.stop();
  });
}
