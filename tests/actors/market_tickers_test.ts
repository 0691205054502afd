import { assertEquals } from "@std/assert";
import { MarketTickers } from "../../actors/market_tickers.ts";
import { decimal } from "../../src/model/decimal.ts";
import type { Ticker } from "../../src/model/market.ts";
import type { TickUpdate } from "../../src/model/market_feed.ts";

const SYMBOL = "BTC/USDT:PERP";
const NONE = { last: null, mark: null, index: null };

function opened(read: Partial<Ticker> = {}) {
  const told: TickUpdate[] = [];
  const tickers = new MarketTickers({
    read: () => Promise.resolve({ kind: "read", value: quotes(read), venueTime: 0 }),
    publish: (news) => told.push(news.present({ depth: 0, dropped: 0 })),
  });
  return { tickers, told };
}

function quotes(fields: Partial<Ticker> = {}): Ticker {
  return {
    symbol: SYMBOL,
    bid: decimal("99"),
    bidSize: decimal("1"),
    ask: decimal("101"),
    askSize: decimal("1"),
    ...NONE,
    venueTime: 1_000,
    receivedAt: 1_005,
    ...fields,
  };
}

Deno.test("tickers: prices from beside wait for quotes, and do not make those look younger", () => {
  const { tickers, told } = opened();
  tickers.pricesBegin(SYMBOL);
  tickers.takePrices(SYMBOL, { ...NONE, last: decimal("100"), venueTime: 900 });
  assertEquals(told, []);
  tickers.take(quotes());
  tickers.takePrices(SYMBOL, { ...NONE, last: decimal("100.5"), venueTime: 1_200 });
  assertEquals(
    told.map((
      { last, bid, venueTime, receivedAt },
    ) => [`${last}`, `${bid}`, venueTime, receivedAt]),
    [["100", "99", 1_000, 1_005], ["100.5", "99", 1_200, 1_005]],
  );
});

Deno.test("tickers: of two sockets the time of a tick is the later one, and never goes back", () => {
  const { tickers, told } = opened();
  tickers.pricesBegin(SYMBOL);
  tickers.take(quotes());
  tickers.takePrices(SYMBOL, { ...NONE, mark: decimal("100"), venueTime: 1_300 });
  tickers.take(quotes({ bid: decimal("98"), venueTime: 1_250 }));
  tickers.take(quotes({ bid: decimal("97"), venueTime: 1_400 }));
  assertEquals(told.map(({ mark, bid, venueTime }) => [mark, bid, venueTime]), [
    [null, "99", 1_000],
    ["100", "99", 1_300],
    ["100", "98", 1_300],
    ["100", "97", 1_400],
  ]);
});

Deno.test("tickers: a price whose socket is down is not known, also where a read told it", async () => {
  const { tickers, told } = opened({ last: decimal("100") });
  const poll = () => tickers.poll(SYMBOL, { isRepeated: true, isWanted: () => true });
  tickers.pricesBegin(SYMBOL);
  await poll();
  tickers.take(quotes());
  tickers.pricesEnd(SYMBOL);
  tickers.takePrices(SYMBOL, { ...NONE, last: decimal("100"), venueTime: 1_100 });
  await poll();
  tickers.take(quotes());
  assertEquals(told.map(({ last, source }) => [last, source]), [
    ["100", "poll"],
    ["100", "stream"],
    [null, "stream"],
    ["100", "poll"],
    [null, "stream"],
  ]);
});
