import { assert, assertEquals } from "@std/assert";
import { compare, latencyFigure, plainFigure, rateFigure, toLine } from "./harness.ts";
import type { Sample } from "./stats.ts";

const FIELDS = ["name", "unit", "value", "p50", "p99", "baseline", "ratio"];

function sample(...latencies: number[]): Sample {
  return { latencies, perSecond: 1_000_000 / (latencies[0] ?? 1) };
}

Deno.test("bench: a line is one JSON object with the agreed fields", () => {
  const compared = { ours: [sample(300, 300, 900)], baseline: [sample(100, 100, 100)] };
  for (
    const figure of [
      latencyFigure("a", compared),
      rateFigure("b", compared),
      plainFigure("c", "MB", 12.345678),
    ]
  ) {
    const line = toLine(figure);
    assert(!line.includes("\n"), "one line");
    assertEquals(Object.keys(JSON.parse(line)), FIELDS);
  }
});

Deno.test("bench: a ratio is ours divided by the baseline, for durations and for rates", () => {
  const compared = { ours: [sample(300)], baseline: [sample(100)] };
  assertEquals(latencyFigure("a", compared).ratio, 3);
  assertEquals(JSON.parse(toLine(rateFigure("b", compared))).ratio, 0.3333);
});

Deno.test("bench: both sides take turns, and the first blocks do not count", async () => {
  const order: string[] = [];
  const side = (name: string) => ({
    measure: () => {
      order.push(name);
      return Promise.resolve(sample(1));
    },
  });
  const { ours, baseline } = await compare({ ours: side("o"), baseline: side("b") }, 2);
  assertEquals([ours.length, baseline.length], [2, 2]);
  assertEquals(order.join(""), "bo" + "ob" + "bo" + "ob" + "bo");
});
