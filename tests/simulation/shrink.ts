/**
 * Takes faults out of a failing run, one by one and in chunks, as long as the same rule still
 * breaks. Each decision has its own counter, so that the others stay where they were.
 */
import type { CrashPoint } from "./crash_plan.ts";
import { World, type WorldResult } from "./world.ts";

/** Enough for a hundred faults; a world takes some milliseconds. */
const RUNS_MAX = 600;

export interface Shrunk {
  readonly result: WorldResult;
  readonly suppressed: readonly string[];
  readonly runs: number;
}

export interface ShrinkOptions {
  readonly seed: number;
  readonly crashAt?: readonly CrashPoint[];
  readonly faultyMs?: number;
  readonly suppressed?: readonly string[];
}

/** @returns null when the run breaks no rule. */
export async function shrink(options: ShrinkOptions): Promise<Shrunk | null> {
  const run = (suppressed: ReadonlySet<string>) => new World({ ...options, suppressed }).run();
  let suppressed: ReadonlySet<string> = new Set(options.suppressed ?? []);
  let result = await run(suppressed);
  const rule = result.violations[0]?.rule;
  if (rule === undefined) return null;
  let runs = 1;
  let size = Math.ceil(result.faults.length / 2);
  while (size >= 1 && runs < RUNS_MAX) {
    let isSmaller = false;
    for (let at = 0; at < result.faults.length && runs < RUNS_MAX;) {
      const without = new Set([...suppressed, ...result.faults.slice(at, at + size)]);
      const next = await run(without);
      runs += 1;
      const stillBreaks = next.violations.some((violation) => violation.rule === rule);
      if (stillBreaks && next.faults.length < result.faults.length) {
        suppressed = without;
        result = next;
        isSmaller = true;
      } else at += size;
    }
    if (size === 1 && !isSmaller) break;
    size = size === 1 ? 1 : Math.floor(size / 2);
  }
  return { result, suppressed: [...suppressed], runs };
}
