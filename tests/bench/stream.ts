/**
 * From a frame's text to whoever listens, in process: order books and executions, against ccxt's
 * own `watch*` loop on the same frames. Each side is a process of its own (`stream_process.ts`):
 * ccxt's `watchOrders` keeps every trade, and its collections of garbage would stop ours.
 */
import { Child } from "./child.ts";
import { type Bench, type BenchOptions, compare, type Compared, type Side } from "./harness.ts";
import { type Figure, latencyFigure, rateFigure } from "./harness.ts";
import { quantile, type Sample } from "./stats.ts";
import { type Pace, SUBJECTS } from "./stream_process.ts";
import { startVenue } from "./venue_process.ts";

export const stream: Bench = {
  name: "stream",
  about: "frame → subscriber, books and executions; baseline: ccxt's watch* loop on the frames",
  run: async (options) => {
    await using venue = await startVenue(0);
    const figures: Figure[] = [];
    for (const subject of SUBJECTS) {
      const module = new URL("stream_process.ts", import.meta.url).href;
      const ours = await Child.start<null>(module, [venue.url, "ours", subject]);
      const theirs = await Child.start<null>(module, [venue.url, "baseline", subject]);
      figures.push(...await measured(`stream_${subject}`, { ours, theirs }, options));
      await ours.stop();
      await theirs.stop();
    }
    return figures;
  },
};

async function measured(
  name: string,
  { ours, theirs }: { readonly ours: Child<null>; readonly theirs: Child<null> },
  { blocks }: BenchOptions,
): Promise<readonly Figure[]> {
  const at = (pace: Pace) =>
    compare({ ours: sideOf(ours, pace), baseline: sideOf(theirs, pace) }, blocks);
  const fast = await at("fast");
  const paced = await at("paced");
  const { value, baseline, ratio } = rateFigure(name, fast);
  return [
    // A frame's own latency means nothing while they queue.
    { name, unit: "frames/s", value, p50: null, p99: null, baseline, ratio },
    latencyFigure(`${name}_at_10k`, paced),
    tailFigure(`${name}_at_10k_p99`, paced),
  ];
}

function sideOf(child: Child<null>, pace: Pace): Side {
  return { measure: () => child.ask<Sample>(pace) };
}

/** The slowest hundredth of both sides: on a busy machine only their ratio says something. */
function tailFigure(name: string, { ours, baseline }: Compared): Figure {
  const tail = (samples: readonly Sample[]) =>
    quantile(samples.flatMap(({ latencies }) => latencies), 0.99);
  const value = tail(ours);
  const base = tail(baseline);
  return { name, unit: "us", value, p50: null, p99: null, baseline: base, ratio: value / base };
}
