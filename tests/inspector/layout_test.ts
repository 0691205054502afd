import { assert, assertEquals } from "@std/assert";
import { toChart } from "../../src/inspector/chart.ts";
import { Charts } from "../../src/inspector/charts.ts";
import { type LaidBox, type Layout, layoutBoth, type Rect } from "../../src/inspector/layout.ts";
import { sketch } from "../../src/inspector/sketch.ts";
import { connectionMachine } from "../../machines/connection.ts";
import { exchangeMachine } from "../../machines/exchange.ts";
import { intentMachine } from "../../machines/intent.ts";
import { sampleMachine } from "./sample_machine.ts";

const machines = {
  intent: intentMachine,
  exchange: exchangeMachine,
  connection: connectionMachine,
  sample: sampleMachine,
};

const isInside = (box: LaidBox, other: LaidBox) => box.id.startsWith(`${other.id}.`);

function overlap(one: Rect, other: Rect): boolean {
  return one.x < other.x + other.w && other.x < one.x + one.w &&
    one.y < other.y + other.h && other.y < one.y + one.h;
}

function eachLayout(layouts: { tall: Layout; wide: Layout }, check: (laid: Layout) => void): void {
  check(layouts.tall);
  check(layouts.wide);
}

for (const [name, machine] of Object.entries(machines)) {
  Deno.test(`layout: states of ${name} do not overlap, and children lie inside`, async () => {
    const layouts = await layoutBoth(sketch(toChart(name, machine)));
    eachLayout(layouts, ({ boxes }) => {
      for (const one of boxes) {
        for (const other of boxes) {
          if (one.id >= other.id || isInside(one, other)) continue;
          if (isInside(other, one)) {
            assert(
              other.x >= one.x && other.x + other.w <= one.x + one.w,
              `${other.id} sticks out`,
            );
            assert(
              other.y >= one.y && other.y + other.h <= one.y + one.h,
              `${other.id} sticks out`,
            );
          } else assert(!overlap(one, other), `${one.id} covers ${other.id}`);
        }
      }
    });
  });

  Deno.test(`layout: every wire of ${name} has a way and its label covers no leaf`, async () => {
    const layouts = await layoutBoth(sketch(toChart(name, machine)));
    eachLayout(layouts, ({ boxes, wires }) => {
      for (const { id, points, label } of wires) {
        assert(points.length >= 2, `${id} has no way`);
        assert(label !== null, `${id} has no label`);
        for (const box of boxes) {
          assert(!box.leaf || !overlap(box, label), `the label of ${id} covers ${box.id}`);
        }
      }
    });
  });
}

Deno.test("layout: the intent machine is legible in its pane at 1280×720", async () => {
  const { tall } = await layoutBoth(sketch(toChart("intent", intentMachine)));
  // The pane is 552×614 there; at 0.8 of their size the words are nine pixels high.
  assert(Math.min(552 / tall.width, 614 / tall.height) >= 0.8, `${tall.width}×${tall.height}`);
});

Deno.test("charts: a worker lays out as the thread would, once per machine", async () => {
  const charts = new Charts({ intent: intentMachine });
  const drawn = charts.get("intent");
  assertEquals(charts.get("intent"), drawn);
  assertEquals((await drawn)?.layouts, await layoutBoth(sketch(toChart("intent", intentMachine))));
  charts.close();
});

Deno.test("charts: a name of an object's own is no machine", () => {
  const charts = new Charts({ intent: intentMachine });
  assertEquals(charts.get("constructor"), undefined);
  assertEquals(charts.get("ghost"), undefined);
});
