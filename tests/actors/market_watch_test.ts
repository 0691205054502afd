/** A topic whose subscription is lost on a socket that is alive is noticed, stale meanwhile, mended. */
import { assert, assertEquals } from "@std/assert";
import {
  MARKET_FRAME_PACE_MS,
  MARKET_LOOK_PACE_MS,
  MARKET_POLL_EVERY_MS,
  MARKET_SETTLE_MS,
  MARKET_SILENCE_SWEEP_MS,
  MARKET_SILENT_CAP_MS,
  QUOTES_SILENT_MS,
  SOCKET_REDIAL_PAUSE_MS,
  TRADES_SILENT_MS,
} from "../../machines/timeouts.ts";
import { decimal } from "../../src/model/decimal.ts";
import type {
  BookUpdate,
  OhlcvUpdate,
  TickUpdate,
  TradeUpdate,
} from "../../src/model/market_feed.ts";
import {
  AT,
  BOOK,
  CANDLES,
  delta,
  level,
  MarketStage,
  snapshot,
  SYMBOL,
  tickerAt,
  TICKS,
  trade,
  TRADES,
} from "./market_stage.ts";

const OTHER = "ETH/USDT";
/** A silent topic is looked at, and the look has settled, within this after its span. */
const NOTICED_MS = 2 * MARKET_SILENCE_SWEEP_MS + MARKET_SETTLE_MS;
const silences = (on: MarketStage) =>
  on.troubles.filter((what) => what.startsWith("market.silent"));

/** The socket lives on: it answers its probes, and another symbol's ticker keeps coming. */
async function others(on: MarketStage, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1_000) {
    const ticker = { ...tickerAt(String(passed + 1)), symbol: OTHER };
    on.market.take({ kind: "ticker", ticker, receivedAt: AT });
    on.socket.probe();
    await on.pass(1_000);
  }
}

const tick = (on: MarketStage, last: string) =>
  on.market.take({ kind: "ticker", ticker: tickerAt(last), receivedAt: AT });

Deno.test("watch: a book that went mute on a living socket is stale, polled, and subscribed anew", async () => {
  await using on = new MarketStage();
  const { told } = on.listen<BookUpdate>(BOOK);
  on.listen<TickUpdate>({ channel: "ticker", symbolId: OTHER });
  await on.pass();
  on.market.take({ kind: "bookDelta", delta: delta(10, 11), receivedAt: AT });
  await others(on, 1_000);
  const said = on.said.length;
  on.book = snapshot({ sequence: 500, bids: [level(97, 1)] });
  await others(on, QUOTES_SILENT_MS + NOTICED_MS);
  assertEquals(silences(on), ["market.silent.book"]);
  assert(told.some(({ source, isStale }) => source === "stream" && isStale));
  await on.pass(MARKET_POLL_EVERY_MS + MARKET_FRAME_PACE_MS);
  const shown = told.at(-1);
  assertEquals([shown?.source, shown?.isStale, shown?.bestBid], ["poll", false, decimal(97)]);
  assertEquals(on.market.health().topics.polling, 1);
  assertEquals(on.said.slice(said), [`- book:${SYMBOL}`, `+ book:${SYMBOL}`]);
  assertEquals(on.socket.opened, 1, "the others keep their socket");

  on.market.take({ kind: "bookDelta", delta: delta(500, 501), receivedAt: AT });
  assertEquals([told.at(-1)?.source, told.at(-1)?.isStale], ["stream", false]);
  await others(on, MARKET_SILENCE_SWEEP_MS);
  assertEquals(on.market.health().topics, { streaming: 2, resyncing: 0, polling: 0, waiting: 0 });
});

Deno.test("watch: a book that streams its snapshots is whole again only by one", async () => {
  await using on = new MarketStage({ snapshot: "stream", window: 5 });
  const { told } = on.listen<BookUpdate>(BOOK);
  await on.pass();
  on.market.take({ kind: "bookSnapshot", book: snapshot({ sequence: null }), receivedAt: AT });
  on.book = snapshot({ sequence: null, bids: [level(97, 1)] });
  await on.pass(QUOTES_SILENT_MS + NOTICED_MS);
  assertEquals(silences(on), ["market.silent.book"]);
  const unnumbered = { ...delta(0, 0), previous: null, last: null };
  on.market.take({ kind: "bookDelta", delta: unnumbered, receivedAt: AT });
  const last = told.at(-1);
  assert(last?.isStale === true || last?.source === "poll", "a delta alone makes no state");
  on.market.take({ kind: "bookSnapshot", book: snapshot(), receivedAt: AT });
  assertEquals([told.at(-1)?.source, told.at(-1)?.isStale], ["stream", false]);
});

Deno.test("watch: a quiet market is read now and then, ever more rarely, and nothing is dialed", async () => {
  await using on = new MarketStage();
  const { told } = on.listen<BookUpdate>(BOOK);
  on.listen<TickUpdate>(TICKS);
  on.listen<TradeUpdate>(TRADES);
  await on.pass();
  on.trades = [trade(1), trade(2)];
  on.market.take({ kind: "trades", trades: [trade(1), trade(2)], receivedAt: AT });
  tick(on, "100");
  const [asked, said] = [on.asked.length, on.said.length];
  await on.pass(3_600_000);
  assertEquals([silences(on), on.socket.opened, on.said.length], [[], 1, said]);
  assertEquals(told.filter(({ isStale }) => isStale), []);
  const looks = on.asked.length - asked;
  const most = 3 * (3_600_000 / MARKET_SILENT_CAP_MS + 4);
  assert(looks > 30 && looks <= most, `${looks} reads in an hour, at most ${most}`);
});

Deno.test("watch: a read that merely overtook the stream condemns nothing", async () => {
  await using on = new MarketStage();
  on.listen<BookUpdate>(BOOK);
  await on.pass();
  on.market.take({ kind: "bookDelta", delta: delta(10, 11), receivedAt: AT });
  on.book = snapshot({ sequence: 12 });
  const asked = on.asked.length;
  while (on.asked.length === asked) await on.pass(100);
  on.market.take({ kind: "bookDelta", delta: delta(11, 12), receivedAt: AT });
  await on.pass(NOTICED_MS);
  assertEquals(silences(on), []);
});

Deno.test("watch: trades that a mute topic left out are told before those that follow", async () => {
  await using on = new MarketStage();
  const { told } = on.listen<TradeUpdate>(TRADES);
  await on.pass();
  on.market.take({ kind: "trades", trades: [trade(1), trade(2)], receivedAt: AT });
  on.trades = [trade(1), trade(2), trade(3), trade(4)];
  await on.pass(TRADES_SILENT_MS + NOTICED_MS);
  assertEquals(silences(on), ["market.silent.trades"]);
  on.market.take({ kind: "trades", trades: [trade(4), trade(5)], receivedAt: AT });
  await on.pass(MARKET_SILENCE_SWEEP_MS);
  assertEquals(told.map(({ tradeId, source }) => `${tradeId} ${source}`), [
    "1 stream",
    "2 stream",
    "3 backfill",
    "4 backfill",
    "5 stream",
  ]);
});

Deno.test("watch: tickers and candles are compared with what the stream told, not with a poll", async () => {
  await using on = new MarketStage();
  on.listen<TickUpdate>(TICKS);
  on.listen<OhlcvUpdate>(CANDLES);
  await on.pass(MARKET_SETTLE_MS);
  const candle = (volume: string) => {
    const price = decimal("1");
    return {
      openTime: AT,
      open: price,
      high: price,
      low: price,
      close: price,
      volume: decimal(volume),
    };
  };
  tick(on, "100");
  const first = {
    symbolId: SYMBOL,
    timeframe: "1m",
    candle: candle("5"),
    isClosed: false,
  } as const;
  on.market.take({ kind: "candle", ...first, receivedAt: AT });
  on.candles = [candle("5")];
  await on.pass(2 * TRADES_SILENT_MS);
  assertEquals(silences(on), [], "nothing was traded");
  on.ticker = tickerAt("101");
  on.candles = [candle("6")];
  await on.pass(2 * MARKET_SILENT_CAP_MS);
  assertEquals(new Set(silences(on)), new Set(["market.silent.ticker", "market.silent.ohlcv"]));
});

Deno.test("watch: a topic that never spoke is compared with the read before", async () => {
  await using on = new MarketStage();
  const { told } = on.listen<TradeUpdate>(TRADES);
  on.trades = [trade(1)];
  await on.pass(TRADES_SILENT_MS + NOTICED_MS);
  assertEquals(silences(on), []);
  on.trades = [trade(1), trade(2)];
  await on.pass(2 * TRADES_SILENT_MS + NOTICED_MS);
  assertEquals(silences(on), ["market.silent.trades"]);
  await on.pass(MARKET_POLL_EVERY_MS);
  assertEquals(told.at(-1)?.tradeId, "2");
});

Deno.test("watch: what stays mute after subscribing anew has its socket dialed anew, and rarely", async () => {
  await using on = new MarketStage();
  const { told } = on.listen<TickUpdate>(TICKS);
  await on.pass();
  tick(on, "100");
  const moving = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      on.ticker = tickerAt(String(200 + passed));
      await on.pass(1_000);
    }
  };
  await moving(QUOTES_SILENT_MS + NOTICED_MS);
  assertEquals([silences(on).length, on.socket.opened], [1, 1]);
  await moving(QUOTES_SILENT_MS + NOTICED_MS);
  assertEquals([silences(on).length, on.socket.opened], [2, 2]);
  const before = told.length;
  await moving(SOCKET_REDIAL_PAUSE_MS - MARKET_SILENT_CAP_MS);
  assertEquals(on.socket.opened, 2);
  assert(told.slice(before).every(({ source }) => source === "poll"), "polled all the while");
  assert(told.length - before >= 100, `${told.length - before} polls`);
  await moving(3 * SOCKET_REDIAL_PAUSE_MS);
  assert(on.socket.opened >= 3 && on.socket.opened <= 5, `${on.socket.opened} dials`);
  tick(on, "1000");
  await on.pass(MARKET_SILENCE_SWEEP_MS);
  assertEquals(on.market.health().topics.streaming, 1);
});

Deno.test("watch: a thousand quiet topics take turns: one read a second at most", async () => {
  await using on = new MarketStage();
  for (let i = 0; i < 1_000; i++) {
    on.listen<TickUpdate>({ channel: "ticker", symbolId: `C${i}/USDT` });
  }
  await on.pass(MARKET_SILENCE_SWEEP_MS);
  const asked = on.asked.length;
  await on.pass(600_000);
  const reads = on.asked.length - asked;
  assert(reads <= 600_000 / MARKET_LOOK_PACE_MS && reads > 500, `${reads} reads`);
});

Deno.test("watch: no timer is left once nobody listens", async () => {
  await using on = new MarketStage();
  const { subscription } = on.listen<TickUpdate>(TICKS);
  await on.pass(QUOTES_SILENT_MS + MARKET_SILENCE_SWEEP_MS);
  subscription.close();
  await on.pass(60_000);
  assertEquals(on.clock.pending, 0);
});
