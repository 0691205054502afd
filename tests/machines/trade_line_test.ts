import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { TradeLine } from "../../machines/trade_line.ts";
import { decimal } from "../../src/model/decimal.ts";
import type { Trade } from "../../src/model/market.ts";

function trade(id: number): Trade {
  return {
    tradeId: String(id),
    symbol: "BTC/USDT",
    price: decimal("100"),
    quantity: decimal("1"),
    side: "BUY",
    venueTime: 1_000 + Math.floor(id / 3), // Several of one millisecond.
  };
}

function trades(from: number, to: number): readonly Trade[] {
  return Array.from({ length: to - from + 1 }, (_, i) => trade(from + i));
}

function ids(list: readonly Trade[]): readonly number[] {
  return list.map(({ tradeId }) => Number(tradeId));
}

Deno.test("trades: the stream tells each once", () => {
  const line = new TradeLine();
  assertEquals(ids(line.stream(trades(1, 3)).trades), [1, 2, 3]);
  assertEquals(ids(line.stream(trades(3, 4)).trades), [4]);
});

Deno.test("trades: what a gap left out is told before what came after it", () => {
  const line = new TradeLine();
  line.stream(trades(1, 3));
  line.gap();
  assertEquals(line.stream(trades(7, 8)).trades, []);
  const { told, isWhole } = line.filled(trades(2, 7));
  assertEquals(told.map(({ trades, source }) => [source, ids(trades)]), [
    ["backfill", [4, 5, 6, 7]],
    ["stream", [8]],
  ]);
  assertEquals([isWhole, line.isFilling], [true, false]);
});

Deno.test("trades: a read that does not reach back says so", () => {
  const line = new TradeLine();
  line.stream(trades(1, 3));
  line.gap();
  assertEquals(line.filled(trades(9, 12)).isWhole, false);
});

Deno.test("trades: a gap before the first trade is none", () => {
  const line = new TradeLine();
  line.gap();
  assertEquals(line.isFilling, false);
  assertEquals(ids(line.stream(trades(5, 5)).trades), [5]);
});

Deno.test("trades: when the read fails, what waits is told without what was missed", () => {
  const line = new TradeLine();
  line.stream(trades(1, 1));
  line.gap();
  line.stream(trades(4, 5));
  assertEquals(ids(line.unfilled().trades), [4, 5]);
  assertEquals(ids(line.stream(trades(6, 6)).trades), [6]);
});

Deno.test("trades: polls tell what is new since the last one, and where they do not overlap", () => {
  const line = new TradeLine();
  const first = line.polled(trades(1, 4));
  assertEquals([first.told.source, ids(first.told.trades), first.isWhole], [
    "poll",
    [1, 2, 3, 4],
    true,
  ]);
  assertEquals(ids(line.polled(trades(3, 6)).told.trades), [5, 6]);
  assertEquals(line.polled(trades(9, 10)).isWhole, false);
});

Deno.test("trades: over any gaps everything is told once and in order", () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constant("stream" as const) },
    fc.constant("lose" as const),
    fc.constant("fill" as const),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
    const line = new TradeLine();
    const told: number[] = [...ids(line.stream(trades(0, 0)).trades)];
    let next = 1;
    const fill = () => {
      if (!line.isFilling) return;
      for (const each of line.filled(trades(0, next - 1)).told) told.push(...ids(each.trades));
    };
    for (const each of steps) {
      if (each === "fill") fill();
      else if (each === "lose") {
        line.gap();
        next += 1;
      } else told.push(...ids(line.stream([trade(next++)]).trades));
    }
    fill();
    assertEquals(told, Array.from({ length: next }, (_, i) => i));
  }));
});
