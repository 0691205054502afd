/** What a bench answers, and how it is printed: one JSON line for each figure. */
import { median, quantile, type Sample } from "./stats.ts";

/** `ratio` is ours divided by the baseline, whatever the unit: below 1 is good for a duration. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** Of the single operations, in microseconds unless the unit says otherwise. */
  readonly p50: number | null;
  readonly p99: number | null;
  readonly baseline: number | null;
  readonly ratio: number | null;
}

export interface BenchOptions {
  /** What every answer of the local testnet waits. */
  readonly latencyMs: number;
  /** How often ours and the baseline take turns. */
  readonly blocks: number;
}

export interface Bench {
  readonly name: string;
  readonly about: string;
  run(options: BenchOptions): Promise<readonly Figure[]>;
}

/** One side of a comparison. */
export interface Side {
  /** One block of measured work. */
  measure(): Promise<Sample>;
  /** What is put right between blocks, unmeasured. */
  restore?(): Promise<void>;
}

export interface Compared {
  readonly ours: readonly Sample[];
  readonly baseline: readonly Sample[];
}

/** Blocks thrown away before the first that counts: compilation and cold caches. */
const WARM_UP_BLOCKS = 3;

/**
 * Measures both sides block by block in turn, so that whatever else the machine does hits both
 * alike; who goes first alternates.
 */
export async function compare(
  { ours, baseline }: { readonly ours: Side; readonly baseline: Side },
  blocks: number,
): Promise<Compared> {
  const samples = { ours: [] as Sample[], baseline: [] as Sample[] };
  for (let block = -WARM_UP_BLOCKS; block < blocks; block++) {
    const names = block % 2 === 0 ? ["ours", "baseline"] as const : ["baseline", "ours"] as const;
    for (const name of names) {
      const side = name === "ours" ? ours : baseline;
      const sample = await side.measure();
      if (block >= 0) samples[name].push(sample);
      await side.restore?.();
    }
  }
  return samples;
}

/** Median latency of both sides. */
export function latencyFigure(name: string, { ours, baseline }: Compared): Figure {
  const p50 = median(ours.flatMap((sample) => sample.latencies));
  const p99 = quantile(ours.flatMap((sample) => sample.latencies), 0.99);
  const base = median(baseline.flatMap((sample) => sample.latencies));
  return { name, unit: "us", value: p50, p50, p99, baseline: base, ratio: p50 / base };
}

/** Median of the blocks' operations a second. */
export function rateFigure(name: string, { ours, baseline }: Compared): Figure {
  const value = median(ours.map((sample) => sample.perSecond));
  const base = median(baseline.map((sample) => sample.perSecond));
  const latencies = ours.flatMap((sample) => sample.latencies);
  return {
    name,
    unit: "op/s",
    value,
    p50: median(latencies),
    p99: quantile(latencies, 0.99),
    baseline: base,
    ratio: value / base,
  };
}

/** A figure with nothing to compare it to. */
export function plainFigure(name: string, unit: string, value: number): Figure {
  return { name, unit, value, p50: null, p99: null, baseline: null, ratio: null };
}

/** Digits beyond the third significant one are noise. */
export function toLine(figure: Figure): string {
  return JSON.stringify(figure, (_key, value) => {
    if (typeof value !== "number" || !Number.isFinite(value)) return value;
    return Number(value.toPrecision(4));
  });
}
