/**
 * The simulator. Exits 1 on a violation; the last line is JSON.
 *
 * - `--seeds N [--seed S]`: N worlds from S on (default 100 from 1), on all cores
 * - `--seed S [--trace] [--shrink] [--suppress a#1,b#2] [--crash append#3]`: one world
 * - `--crashes N`: kills N short scenarios at every port they pass; `--crash-pairs N`: at every
 *   pair of commits
 * - `--determinism N`: runs N worlds in two processes and compares their traces
 * - `--first`: stops at the first world that breaks a rule
 * - `--jobs J`: so many workers; `--json`: the last line alone
 */
import { type CrashPoint, pointOf } from "./crash_plan.ts";
import { SCENARIO_MS } from "./crash_runs.ts";
import { compareProcesses } from "./determinism.ts";
import { type Failure, type Job, type Outcome, replayCommand, runJobs } from "./simulate.ts";
import { shrink } from "./shrink.ts";
import { World } from "./world.ts";

/** Small enough to keep all cores busy to the end, large enough not to wait for messages. */
const CHUNK = 25;
/** More would only repeat what the first ones say. */
const SHRUNK_MAX = 3;
const BROKEN_TOLD_MAX = 10;

const isJson = has("--json");

if (import.meta.main) Deno.exit(await main() ? 0 : 1);

/** @returns whether nothing was violated. */
async function main(): Promise<boolean> {
  if (option("--determinism") !== undefined) return await determinism();
  if (option("--crashes") !== undefined || option("--crash-pairs") !== undefined) {
    return await many([...crashJobs("--crashes", false), ...crashJobs("--crash-pairs", true)]);
  }
  if (option("--seed") !== undefined && option("--seeds") === undefined) return await one();
  const from = number("--seed", 1);
  const seeds = number("--seeds", 100);
  const chunk = has("--first") ? 1 : CHUNK;
  const jobs: Job[] = [];
  for (let at = 0; at < seeds; at += chunk) {
    jobs.push({ kind: "seeds", from: from + at, count: Math.min(chunk, seeds - at) });
  }
  return await many(jobs);
}

async function one(): Promise<boolean> {
  const seed = number("--seed", 1);
  const crashAt = (option("--crash") ?? "").split(",").map(pointOf).filter((p) => p !== null);
  const planned: { crashAt?: readonly CrashPoint[]; faultyMs?: number } = option("--crash") ===
      undefined
    ? {}
    : { crashAt, faultyMs: SCENARIO_MS };
  const suppressed = new Set((option("--suppress") ?? "").split(",").filter(Boolean));
  const options = { seed, suppressed, ...planned };
  const result = await new World({ ...options, verbose: has("--trace") }).run();
  if (!isJson) { for (const line of result.trace) console.log(line); }
  if (has("--shrink")) await tellShrunk({ ...options, suppressed: [...suppressed] });
  const { violations, traceHash, steps, orders, crashes, virtualMs, faults } = result;
  const virtualHours = Math.round(virtualMs / 36_000) / 100;
  const counts = { seed, seeds: 1, steps, orders, crashes, faults: faults.length, virtualHours };
  const broken = violations.map(({ rule, message }) => `${rule}: ${message}`);
  console.log(JSON.stringify({ ...counts, traceHash, violations: violations.length, broken }));
  return violations.length === 0;
}

async function many(jobs: readonly Job[]): Promise<boolean> {
  const workers = number("--jobs", navigator.hardwareConcurrency);
  let shown = 0;
  const onDone = (done: number, { failures }: Outcome) => {
    for (const failure of failures) {
      tell(failure);
      shown += 1;
    }
    if (!isJson && done % 20 === 0) console.error(`${done} of ${jobs.length} parts, ${shown} bad`);
    return shown === 0 || !has("--first");
  };
  const { summary, failures } = await runJobs(jobs, { workers, onDone });
  if (has("--shrink")) {
    for (const { seed } of failures.slice(0, SHRUNK_MAX)) await tellShrunk({ seed });
  }
  const broken = failures.slice(0, BROKEN_TOLD_MAX).map(({ seed, violations: [first] }) => {
    return { seed, rule: first?.rule, message: first?.message };
  });
  console.log(JSON.stringify({ ...summary, broken }));
  return summary.violations === 0;
}

function tell({ seed, violations, replay }: Failure): void {
  if (isJson) return;
  for (const { rule, message } of violations) console.log(`seed ${seed}  ${rule}: ${message}`);
  console.log(`  ${replay}`);
}

async function tellShrunk(options: Parameters<typeof shrink>[0]): Promise<void> {
  const shrunk = await shrink(options);
  if (shrunk === null || isJson) return;
  const { suppressed, result, runs } = shrunk;
  const before = result.faults.length + suppressed.length;
  console.log(`shrunk in ${runs} runs from ${before} to ${result.faults.length} faults:`);
  for (const fault of result.faults) console.log(`  ${fault}`);
  const [first] = result.violations;
  console.log(`  ${first?.rule}: ${first?.message}`);
  console.log(`  ${replayCommand({ ...options, suppressed })}`);
}

async function determinism(): Promise<boolean> {
  const count = number("--determinism", 200);
  const { differing, steps } = await compareProcesses({ from: number("--seed", 1), count });
  for (const seed of differing) console.log(`seed ${seed} runs differently in another process`);
  const violations = differing.length;
  console.log(JSON.stringify({ seeds: count, steps, violations, processes: 2 }));
  return violations === 0;
}

function crashJobs(name: string, pairs: boolean): readonly Job[] {
  if (option(name) === undefined) return [];
  const from = number("--seed", 1);
  const seeds = Array.from({ length: number(name, 1) }, (_, i) => from + i);
  return seeds.map((seed) => ({ kind: "crashes", seed, pairs }));
}

function has(name: string): boolean {
  return Deno.args.includes(name);
}

function option(name: string): string | undefined {
  const at = Deno.args.indexOf(name);
  return at < 0 ? undefined : Deno.args[at + 1] ?? "";
}

function number(name: string, otherwise: number): number {
  const text = option(name);
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (text !== "" && Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`${name} must be a whole number, got ${text}`);
  Deno.exit(2);
}
