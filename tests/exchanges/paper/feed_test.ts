import { assert, assertEquals, assertThrows } from "@std/assert";
import type { FeedHandlers, FeedPrint } from "../../../src/exchanges/paper/feed.ts";
import { printsOf, rowsOf } from "../../../src/exchanges/paper/recording.ts";
import { ReplayFeed } from "../../../src/exchanges/paper/replay_feed.ts";
import { SyntheticFeed } from "../../../src/exchanges/paper/synthetic_feed.ts";
import { decimal, isMultipleOf } from "../../../src/model/decimal.ts";
import { ConfigError } from "../../../src/model/errors.ts";
import { SeededRandom } from "../../../src/system/seeded_random.ts";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";
import { BTC, BTC_USDT, buy, scene } from "./builders.ts";

const RECORDING = new URL("../../fixtures/trades/BTCUSDT-trades.csv", import.meta.url).pathname;

interface Heard extends FeedHandlers {
  readonly prints: FeedPrint[];
  readonly ends: (Error | null)[];
}

function heard(): Heard {
  const prints: FeedPrint[] = [];
  const ends: (Error | null)[] = [];
  return {
    prints,
    ends,
    onPrint: (print) => void prints.push(print),
    onEnd: (failure) => void ends.push(failure),
  };
}

function cells(text: string, line = 2) {
  return { file: "f.csv", line, cells: text.split(",") };
}

async function withFile(text: string, use: (file: string) => void): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".csv" });
  try {
    await Deno.writeTextFile(file, text);
    use(file);
  } finally {
    await Deno.remove(file);
  }
}

function walk(seed: number): readonly FeedPrint[] {
  const clock = new VirtualClock();
  const to = heard();
  const feed = new SyntheticFeed({
    clock,
    random: new SeededRandom(seed),
    symbols: [{ metadata: BTC, start: decimal("100000") }],
    intervalMs: 1_000,
  });
  feed.start(to);
  clock.advance(50_000);
  feed.stop();
  assertEquals(clock.pending, 0);
  return to.prints;
}

Deno.test("synthetic feed: prints at once, then once per interval, on tick and step", () => {
  const prints = walk(1);
  assertEquals(prints.length, 51);
  assertEquals(prints[0]!.price, decimal("100000"));
  assert(prints.every((print) => isMultipleOf(print.price, decimal("0.01"))));
  assert(prints.every((print) => isMultipleOf(print.quantity, decimal("0.001"))));
});

Deno.test("synthetic feed: the same seed gives the same prints, another seed others", () => {
  assertEquals(walk(1), walk(1));
  assert(JSON.stringify(walk(1)) !== JSON.stringify(walk(2)));
});

Deno.test("synthetic feed: the same seed gives the same trades of an account", () => {
  const play = () => {
    const { engine, clock } = scene();
    const feed = new SyntheticFeed({
      clock,
      random: new SeededRandom(9),
      symbols: [{ metadata: BTC, start: decimal("100000") }],
      intervalMs: 100,
    });
    engine.submit("alice", buy({ price: "99990", quantity: "5" }));
    feed.start({ onPrint: (print) => engine.trade(print.symbolId, print), onEnd: () => {} });
    clock.advance(60_000);
    feed.stop();
    return engine.trades("alice");
  };
  assert(play().length > 0);
  assertEquals(play(), play());
});

Deno.test("replay: every row of a dump is printed in its own rhythm, times the speed", () => {
  const clock = new VirtualClock();
  const to = heard();
  const feed = new ReplayFeed({ clock, file: RECORDING, symbolId: BTC_USDT, speed: 60 });
  feed.start(to);
  assertEquals(to.prints.length, 1);
  assertEquals(to.prints[0], {
    symbolId: BTC_USDT,
    price: decimal("105433.6"),
    quantity: decimal("0.00027625"),
    takerSide: "BUY",
    time: 1_762_795_433_971,
  });
  clock.advance((1_762_795_473_937 - 1_762_795_433_971) / 60);
  assertEquals(to.prints.length, 4);
  clock.advance(3_600_000);
  assertEquals([to.prints.length, to.ends], [1_000, [null]]);
});

Deno.test("replay: a looped recording starts again until it is stopped", async () => {
  await withFile("1,100,1,100,1700000000000,true,true\n", (file) => {
    const clock = new VirtualClock();
    const to = heard();
    const feed = new ReplayFeed({ clock, file, symbolId: BTC_USDT, speed: 1, loop: true });
    feed.start(to);
    clock.advance(2_500);
    assertEquals(to.prints.length, 3);
    feed.stop();
    clock.advance(10_000);
    assertEquals([to.prints.length, to.ends], [3, []]);
  });
});

Deno.test("replay: a malformed row ends the feed and names its place and value", async () => {
  const rows = "1,100,1,100,1700000000000,true,true\n2,oops,1,100,1700000000001,true,true\n";
  await withFile(rows, (file) => {
    const clock = new VirtualClock();
    const to = heard();
    new ReplayFeed({ clock, file, symbolId: BTC_USDT, speed: 1 }).start(to);
    clock.advance(1_000);
    assertEquals(to.prints.length, 1);
    assertEquals(to.ends.map((end) => end?.message), [
      `${file}:2 price must be a decimal number, got "oops"`,
    ]);
  });
});

Deno.test("replay: a missing or empty file is refused before anything starts", async () => {
  const options = { clock: new VirtualClock(), symbolId: BTC_USDT, speed: 1 };
  assertThrows(() => new ReplayFeed({ ...options, file: "no-such.csv" }), ConfigError, "no-such");
  await withFile("id,price,qty,quoteQty,time,isBuyerMaker,isBestMatch\n", (file) => {
    assertThrows(() => new ReplayFeed({ ...options, file }), ConfigError, "no rows");
  });
});

Deno.test("recording: microseconds become milliseconds", () => {
  const [print] = printsOf(cells("1,100,1,100,1735689600123456,False,True"));
  assertEquals([print!.time, print!.takerSide], [1_735_689_600_123, "BUY"]);
});

Deno.test("recording: an aggregate trade has its time two columns later", () => {
  const [print] = printsOf(cells("1,100.5,2,7,9,1700000000000,true,true"));
  assertEquals(print, {
    price: decimal("100.5"),
    quantity: decimal("2"),
    takerSide: "SELL",
    time: 1_700_000_000_000,
  });
});

Deno.test("recording: a kline is walked from its open over its extremes to its close", () => {
  const row = "1700000000000,100,120,90,110,8,1700000059999,800,20,4,400,0";
  const prints = printsOf(cells(row));
  assertEquals(prints.map((print) => print.price), ["100", "90", "120", "110"].map(decimal));
  assertEquals(prints.map((print) => print.quantity), Array(4).fill(decimal("2")));
  assertEquals([prints[0]!.time, prints[3]!.time], [1_700_000_000_000, 1_700_000_059_999]);
});

Deno.test("recording: a header row is passed over, on the first line only", () => {
  const header = "id,price,qty,quote_qty,time,is_buyer_maker,is_best_match";
  assertEquals(printsOf(cells(header, 1)), []);
  assertThrows(() => printsOf(cells(header, 2)), ConfigError, "f.csv:2 price must be a decimal");
});

for (
  const [rule, row] of [
    ["price must be positive", "1,0,1,100,1700000000000,true,true"],
    ["qty must not be negative", "1,1,-1,100,1700000000000,true,true"],
    ["time must be a time in ms or µs", "1,1,1,100,yesterday,true,true"],
    ["isBuyerMaker must be true or false", "1,1,1,100,1700000000000,maybe,true"],
    ["row must have 7 (trades), 8 (aggTrades) or 12 (klines) columns", "1,2,3"],
  ] as const
) {
  Deno.test(`recording: ${rule}`, () => {
    assertThrows(() => printsOf(cells(row)), ConfigError, `f.csv:2 ${rule}`);
  });
}

Deno.test("recording: rows longer than a block of reading arrive whole", async () => {
  const row = "1,100,1,100,1700000000000,true,true";
  const count = 4_000;
  await withFile(`${row}\r\n`.repeat(count) + row, (file) => {
    const rows = [...rowsOf(file)];
    assertEquals([rows.length, rows.at(-1)!.line], [count + 1, count + 1]);
    assert(rows.every((each) => each.cells.join(",") === row));
  });
});
