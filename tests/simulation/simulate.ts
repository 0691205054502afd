/** Many worlds, one after another. */
import { World, type WorldResult } from "./world.ts";

export interface SimulateOptions {
  readonly from: number;
  readonly seeds: number;
  readonly onViolation: (result: WorldResult) => void;
}

export interface Summary {
  readonly seeds: number;
  readonly steps: number;
  /** Worlds with at least one. */
  readonly violations: number;
  readonly virtualHours: number;
  readonly orders: number;
  readonly crashes: number;
  readonly faults: number;
}

export async function simulate({ from, seeds, onViolation }: SimulateOptions): Promise<Summary> {
  const total = { steps: 0, violations: 0, virtualMs: 0, orders: 0, crashes: 0, faults: 0 };
  for (let seed = from; seed < from + seeds; seed++) {
    const result = await new World({ seed }).run();
    total.steps += result.steps;
    total.virtualMs += result.virtualMs;
    total.orders += result.orders;
    total.crashes += result.crashes;
    total.faults += result.faults.length;
    if (result.violations.length === 0) continue;
    total.violations += 1;
    onViolation(result);
  }
  const { virtualMs, ...counts } = total;
  return { seeds, virtualHours: Math.round(virtualMs / 36_000) / 100, ...counts };
}

/** The one command that shows a seed's run. */
export function replayCommand(seed: number): string {
  return `deno run --allow-env tests/simulation/replay.ts --seed ${seed}`;
}
