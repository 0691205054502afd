/** Driving an operation and reading its latencies. */

export interface Sample {
  /** Microseconds, one per operation. */
  readonly latencies: readonly number[];
  readonly perSecond: number;
}

/** Runs `operation` `count` times with `width` in flight. */
export async function drive(
  { count, width }: { readonly count: number; readonly width: number },
  operation: () => Promise<unknown>,
): Promise<Sample> {
  const latencies: number[] = [];
  let left = count;
  const lane = async () => {
    while (left-- > 0) {
      const started = performance.now();
      await operation();
      latencies.push((performance.now() - started) * 1000);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: width }, lane));
  return { latencies, perSecond: count / (performance.now() - started) * 1000 };
}

/** @param p from 0 to 1. @returns NaN for no values. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
