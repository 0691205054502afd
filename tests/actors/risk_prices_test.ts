import { assertEquals } from "@std/assert";
import { Prices } from "../../actors/prices.ts";
import type { MarketData } from "../../src/exchanges/exchange.ts";
import { decimal } from "../../src/model/decimal.ts";
import type { Ticker } from "../../src/model/market.ts";
import { RISK_PRICES_MAX } from "../../src/model/limits.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { CAPABILITIES } from "./fakes.ts";
import { RequestRunner } from "../../actors/request.ts";

const LIMITS = { priceCollarPercent: decimal("10"), priceMaxAgeMs: 1_000 };

function aTicker(symbol: string, receivedAt: number, changes: Partial<Ticker> = {}): Ticker {
  const none = { bid: null, bidSize: null, ask: null, askSize: null, mark: null, index: null };
  return {
    symbol,
    ...none,
    last: decimal("100"),
    venueTime: receivedAt,
    receivedAt,
    ...changes,
  };
}

interface Stand {
  readonly clock: VirtualClock;
  readonly prices: Prices;
  readonly tickers: Map<string, Ticker>;
  /** Symbols that were read. */
  readonly reads: string[];
  /** What the next reads answer; a failure without one. */
  readonly answers: Ticker[];
}

const LISTED = ["BTC/USDT", "ETH/BTC", "USDT/TRY", "SOL/XYZ"];

function stand(): Stand {
  const clock = new VirtualClock();
  clock.advance(120_000);
  const tickers = new Map<string, Ticker>();
  const reads: string[] = [];
  const answers: Ticker[] = [];
  const { rateLimits: limits, cost } = CAPABILITIES;
  const runner = new RequestRunner({ clock, limits, cost });
  clock.advance(120_000);
  const marketData: MarketData = {
    ticker: () => undefined,
    readTicker: (symbolId) => {
      reads.push(symbolId);
      const value = answers.shift();
      const cause = { code: "FORBIDDEN", message: "no" };
      return Promise.resolve(
        value === undefined
          ? { kind: "failed", cause, retry: "never" }
          : { kind: "read", value, venueTime: 0 },
      );
    },
  };
  const get = (symbolId: string) => LISTED.includes(symbolId) ? ({} as never) : undefined;
  const instruments = { get, list: () => [], load: () => Promise.reject() };
  const adapter = { marketData, instruments };
  const prices = new Prices({ clock, limits: LIMITS, adapter, runner, tickers });
  return { clock, prices, tickers, reads, answers };
}

Deno.test("prices: a trade that the book has left behind counts as the book's nearest offer", () => {
  const { prices, tickers, clock } = stand();
  const price = (last: string) => {
    const quotes = { bid: decimal("60"), ask: decimal("61"), last: decimal(last) };
    tickers.set("BTC/USDT", aTicker("BTC/USDT", clock.now(), quotes));
    return prices.fresh("BTC/USDT")?.price;
  };
  assertEquals([price("100"), price("50"), price("60.5")].map(String), ["61", "60", "60.5"]);
});

Deno.test("prices: the newest trade, with its collar both ways", () => {
  const { prices, tickers, clock } = stand();
  tickers.set("BTC/USDT", aTicker("BTC/USDT", clock.now()));
  assertEquals<unknown>(prices.fresh("BTC/USDT"), {
    price: "100",
    buyMax: "110",
    sellMin: "90",
    bid: null,
    ask: null,
  });
});

Deno.test("prices: without a trade the middle of the book, or its one side", () => {
  const { prices, tickers, clock } = stand();
  const put = (changes: Partial<Ticker>) => {
    tickers.set("BTC/USDT", aTicker("BTC/USDT", clock.now(), { last: null, ...changes }));
    return prices.fresh("BTC/USDT")?.price ?? null;
  };
  assertEquals<unknown>(
    [put({ bid: decimal("99"), ask: decimal("102") }), put({ ask: decimal("102") }), put({})],
    ["100.5", "102", null],
  );
});

Deno.test("prices: one that is older than allowed is none, to the millisecond", () => {
  const { prices, tickers, clock } = stand();
  tickers.set("BTC/USDT", aTicker("BTC/USDT", clock.now()));
  clock.advance(1_000);
  assertEquals(prices.fresh("BTC/USDT")?.price, decimal("100"));
  clock.advance(1);
  assertEquals(prices.fresh("BTC/USDT"), null);
});

Deno.test("prices: a clock that was set back does not keep a price young", () => {
  const { prices, tickers, clock } = stand();
  tickers.set("BTC/USDT", aTicker("BTC/USDT", clock.now() + 1_001));
  assertEquals(prices.fresh("BTC/USDT"), null);
});

Deno.test("prices: quote assets are valued directly, inversely, or not at all", () => {
  const { prices, tickers, clock } = stand();
  assertEquals(prices.dollars("USDC"), decimal("1"));
  assertEquals(prices.dollars("BTC"), null);
  tickers.set("BTC/USDT", aTicker("BTC/USDT", clock.now(), { last: decimal("50000") }));
  tickers.set("USDT/TRY", aTicker("USDT/TRY", clock.now(), { last: decimal("40") }));
  assertEquals<unknown>([prices.dollars("BTC"), prices.dollars("TRY")], ["50000", "0.025"]);
  assertEquals(prices.dollars("XYZ"), null);
});

Deno.test("prices: what is missing is read once for all who ask, and its quote's price with it", async () => {
  const { prices, reads, answers, clock } = stand();
  answers.push(aTicker("ETH/BTC", clock.now()), aTicker("BTC/USDT", clock.now()));
  const first = prices.want("ETH/BTC", "BTC");
  const second = prices.want("ETH/BTC", "BTC");
  await Promise.all([first, second]);
  assertEquals(reads, ["ETH/BTC", "BTC/USDT"]);
  assertEquals(prices.want("ETH/BTC", "BTC"), null, "now nothing has to be waited for");
});

Deno.test("prices: one past half its age is read again while it still counts", async () => {
  const { prices, reads, answers, tickers, clock } = stand();
  tickers.set("BTC/USDT", aTicker("BTC/USDT", clock.now()));
  clock.advance(500);
  assertEquals([prices.want("BTC/USDT", "USDT"), reads], [null, []]);
  clock.advance(1);
  answers.push(aTicker("BTC/USDT", clock.now(), { last: decimal("101") }));
  assertEquals(prices.want("BTC/USDT", "USDT"), null, "nobody waits");
  await clock.advanceAsync(0);
  assertEquals([reads, prices.fresh("BTC/USDT")?.price], [["BTC/USDT"], decimal("101")]);
});

Deno.test("prices: a read that fails leaves no price, and the next one asks again", async () => {
  const { prices, reads, clock } = stand();
  const waiting = prices.want("BTC/USDT", "USDT");
  await clock.advanceAsync(60_000);
  await waiting;
  assertEquals(prices.fresh("BTC/USDT"), null);
  const before = reads.length;
  void prices.want("BTC/USDT", "USDT");
  await clock.advanceAsync(60_000);
  assertEquals(reads.length > before, true);
});

Deno.test("prices: what is not listed is not read, and what was read is bounded", async () => {
  const { prices, reads, answers, tickers, clock } = stand();
  assertEquals([prices.want("NOPE/USDT", "USDT"), reads], [null, []]);
  for (let i = 0; i < RISK_PRICES_MAX; i++) tickers.set(`T${i}/USDT`, aTicker("x", 0));
  answers.push(aTicker("BTC/USDT", clock.now()));
  await prices.want("BTC/USDT", "USDT");
  assertEquals([tickers.size, tickers.has("T0/USDT")], [RISK_PRICES_MAX, false]);
});
