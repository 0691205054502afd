import { assertEquals } from "@std/assert";
import {
  lookAtBook,
  lookAtCandles,
  lookAtTicker,
  lookAtTrades,
  type ShownBook,
} from "../../machines/topic_proof.ts";
import { decimal } from "../../src/model/decimal.ts";
import type { Ohlcv } from "../../src/model/market.ts";
import { AT, level, snapshot, tickerAt, trade } from "../actors/market_stage.ts";

const shown = (fields: Partial<ShownBook> = {}): ShownBook => ({ ...snapshot(), ...fields });

Deno.test("proof: a book is behind by its number where both are numbered alike, else by its levels", () => {
  const isAhead = (read: Parameters<typeof snapshot>[0], seen: ShownBook | null) =>
    lookAtBook(snapshot(read), seen, 5).isAhead;
  assertEquals(isAhead({ sequence: 11 }, shown()), true);
  assertEquals(isAhead({ sequence: 10 }, shown()), false);
  assertEquals(isAhead({ sequence: 9, bids: [level(1, 1)] }, shown()), false, "an older read");
  const unnumbered = shown({ sequence: null });
  assertEquals(isAhead({ sequence: 11 }, unnumbered), false);
  assertEquals(isAhead({ bids: [level(99, 1), level(98, 2)] }, unnumbered), true);
  assertEquals(isAhead({ sequence: null, bids: [level(99, 1)] }, shown()), true);
  assertEquals(isAhead({ sequence: 11 }, null), false, "nothing to compare it with");
});

Deno.test("proof: levels below those wanted are not compared", () => {
  const read = snapshot({ bids: [level(99, 1), level(97, 5)] });
  assertEquals(lookAtBook(read, shown({ sequence: null }), 1).isAhead, false);
  assertEquals(lookAtBook(read, shown({ sequence: null }), 2).isAhead, true);
});

Deno.test("proof: a ticker is compared by what its stream tells, and by nothing a read leaves out", () => {
  const moved = { ...tickerAt("100"), bid: decimal("98") };
  assertEquals(lookAtTicker(moved, tickerAt("100")).isAhead, false, "quotes come with trades");
  assertEquals(lookAtTicker(tickerAt("101"), tickerAt("100")).isAhead, true);
  const quotes = { ...tickerAt("100"), last: null };
  assertEquals(lookAtTicker(moved, quotes).isAhead, true);
  assertEquals(lookAtTicker(tickerAt("101"), quotes).isAhead, false);
  assertEquals(lookAtTicker({ ...moved, last: null }, tickerAt("100")).isAhead, false);
  assertEquals(lookAtTicker({ ...moved, bid: null, ask: null }, quotes).isAhead, false);
  assertEquals(lookAtTicker(tickerAt("101"), null).isAhead, false);
});

Deno.test("proof: a state of trades is its newest, and news is what nobody was told", () => {
  assertEquals(lookAtTrades([trade(1), trade(2)], () => false), { state: "2", isAhead: false });
  assertEquals(lookAtTrades([trade(1), trade(2)], ({ tradeId }) => tradeId === "2").isAhead, true);
  assertEquals(lookAtTrades([], () => true), { state: "", isAhead: false });
});

Deno.test("proof: candles are behind where one has grown, or followed, by trades", () => {
  const candle = (minute: number, volume: string): Ohlcv => {
    const price = decimal("1");
    const openTime = AT + minute * 60_000;
    return {
      openTime,
      open: price,
      high: price,
      low: price,
      close: price,
      volume: decimal(volume),
    };
  };
  const isAhead = (read: readonly Ohlcv[], told: Ohlcv | null = candle(1, "5")) =>
    lookAtCandles(read, told).isAhead;
  assertEquals(isAhead([candle(0, "9"), candle(1, "5")]), false);
  assertEquals(isAhead([candle(0, "9"), candle(1, "6")]), true);
  assertEquals(isAhead([candle(1, "5"), candle(2, "1")]), true);
  assertEquals(isAhead([candle(1, "5"), candle(2, "0")]), false, "some tell empty ones by a read");
  assertEquals(isAhead([candle(0, "9")]), false);
  assertEquals(isAhead([candle(2, "1")], null), false);
});
