/** Prices that a second socket tells beside the quotes: unknown once nobody would tell they are old. */
import { assertEquals } from "@std/assert";
import {
  MARKET_FRAME_PACE_MS,
  MARKET_SILENCE_SWEEP_MS,
  QUOTES_SILENT_MS,
} from "../../machines/timeouts.ts";
import { decimal } from "../../src/model/decimal.ts";
import type { TickUpdate } from "../../src/model/market_feed.ts";
import { AT, MarketStage, SYMBOL, tickerAt, TICKS } from "./market_stage.ts";

/** A listener whose ticker is told by two sockets: quotes by one, prices by the other. */
async function opened() {
  const on = new MarketStage(undefined, { hasBeside: true });
  const { told, subscription } = on.listen<TickUpdate>(TICKS);
  await on.pass();
  const quotes = () => {
    const ticker = { ...tickerAt("1"), last: null };
    on.market.take({ kind: "ticker", ticker, receivedAt: AT });
  };
  const price = (last: string) => {
    const prices = { last: decimal(last), mark: null, index: null, venueTime: AT };
    on.market.take({ kind: "prices", symbolId: SYMBOL, prices, receivedAt: AT });
  };
  /** Quotes go on, both sockets answer their probes. */
  const pass = async (ms: number, every: () => void = () => {}) => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      quotes();
      every();
      on.socket.probe();
      on.beside.probe();
      await on.pass(1_000);
    }
  };
  quotes();
  price("100");
  return { on, told, subscription, quotes, price, pass };
}

const silences = ({ troubles }: MarketStage) =>
  troubles.filter((what) => what === "market.silent.prices");

Deno.test("beside: prices that are not told any more are not known, and are subscribed to anew", async () => {
  const { on, told, price, pass } = await opened();
  await using _ = on;
  const said = on.said.length;
  await pass(QUOTES_SILENT_MS - MARKET_SILENCE_SWEEP_MS);
  assertEquals([told.at(-1)?.last, silences(on)], [decimal("100"), []]);
  await pass(2 * MARKET_SILENCE_SWEEP_MS);
  assertEquals([told.at(-1)?.last, told.at(-1)?.bid], [null, decimal("99")]);
  assertEquals(silences(on).length, 1);
  assertEquals(on.market.health().topics, { streaming: 0, resyncing: 0, polling: 0, waiting: 1 });
  await pass(MARKET_FRAME_PACE_MS);
  assertEquals(on.said.slice(said), [
    `- ticker:${SYMBOL} beside`,
    `+ ticker:${SYMBOL} beside`,
  ]);
  price("101");
  assertEquals(told.at(-1)?.last, decimal("101"));
  assertEquals(on.market.health().topics.streaming, 1);
});

Deno.test("beside: prices that stay silent make their socket be dialed anew, and no other", async () => {
  const { on, pass } = await opened();
  await using _ = on;
  await pass(3 * QUOTES_SILENT_MS);
  assertEquals([on.socket.opened, on.beside.opened], [1, 2]);
  assertEquals(on.market.health().topics.waiting, 1);
});

Deno.test("beside: prices that are told now and then are not silent", async () => {
  const { on, told, price, pass } = await opened();
  await using _ = on;
  await pass(3 * QUOTES_SILENT_MS, () => price("100"));
  assertEquals([silences(on), told.at(-1)?.last], [[], decimal("100")]);
});

Deno.test("beside: while its socket is down it is not silent, and nothing is swept without a listener", async () => {
  const { on, told, subscription, pass } = await opened();
  await using _ = on;
  on.beside.refuses = true;
  on.beside.lose();
  await pass(2 * QUOTES_SILENT_MS);
  assertEquals([silences(on), told.at(-1)?.last], [[], null]);
  subscription.close();
  await on.pass(2 * QUOTES_SILENT_MS);
  assertEquals(silences(on), []);
});
