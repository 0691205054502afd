/** Many worlds: one after another in a process, or spread over workers with the same result. */
import { type CrashPoint, nameOf } from "./crash_plan.ts";
import type { Violation } from "./checks.ts";
import { crashRuns, SCENARIO_MS } from "./crash_runs.ts";
import { World } from "./world.ts";

/** What one worker does at a time. */
export type Job =
  | { readonly kind: "seeds"; readonly from: number; readonly count: number }
  /** Crashes at every point of a short scenario, or at pairs of its commits. */
  | { readonly kind: "crashes"; readonly seed: number; readonly pairs: boolean };

/** A run that broke a rule, with what is needed to run it again. */
export interface Failure {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly replay: string;
}

export interface Summary {
  /** Runs: worlds, or crashes of scenarios. */
  readonly seeds: number;
  readonly steps: number;
  /** Runs with at least one. */
  readonly violations: number;
  readonly virtualHours: number;
  readonly orders: number;
  readonly crashes: number;
  readonly faults: number;
}

export interface Outcome {
  readonly summary: Summary;
  /** By seed, lowest first. */
  readonly failures: readonly Failure[];
}

/** How a run is told apart from others of its seed. */
export interface RunName {
  readonly seed: number;
  readonly suppressed?: readonly string[];
  readonly crashAt?: readonly CrashPoint[];
}

/** The one command that shows a run. */
export function replayCommand({ seed, suppressed = [], crashAt }: RunName): string {
  const parts = [`deno task sim --seed ${seed} --trace`];
  if (suppressed.length > 0) parts.push(`--suppress ${suppressed.join(",")}`);
  if (crashAt !== undefined) parts.push(`--crash ${crashAt.map(nameOf).join(",")}`);
  return parts.join(" ");
}

export async function runJob(job: Job): Promise<Outcome> {
  const total = new Total();
  if (job.kind === "seeds") {
    for (let seed = job.from; seed < job.from + job.count; seed++) {
      total.add(await new World({ seed }).run(), { seed });
    }
    return total.outcome();
  }
  const { seed } = job;
  for await (const crashAt of crashRuns(job)) {
    const run = new World({ seed, crashAt, faultyMs: SCENARIO_MS });
    total.add(await run.run(), { seed, crashAt });
  }
  return total.outcome();
}

/** Runs jobs on so many workers; the outcome does not depend on how many. */
export async function runJobs(
  jobs: readonly Job[],
  { workers, onDone }: {
    readonly workers: number;
    /** @returns whether to go on. */
    readonly onDone: (done: number, outcome: Outcome) => boolean;
  },
): Promise<Outcome> {
  const waiting = [...jobs];
  const outcomes: Outcome[] = [];
  const lanes = Array.from({ length: Math.min(workers, jobs.length) }, async () => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    try {
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
        const outcome = await ask(worker, job);
        outcomes.push(outcome);
        if (!onDone(outcomes.length, outcome)) waiting.length = 0;
      }
    } finally {
      worker.terminate();
    }
  });
  await Promise.all(lanes);
  return joined(outcomes);
}

export function joined(outcomes: readonly Outcome[]): Outcome {
  const summaries = outcomes.map(({ summary }) => summary);
  const sum = (key: keyof Summary) => summaries.reduce((all, each) => all + each[key], 0);
  const summary = {
    seeds: sum("seeds"),
    steps: sum("steps"),
    violations: sum("violations"),
    virtualHours: Math.round(sum("virtualHours") * 100) / 100,
    orders: sum("orders"),
    crashes: sum("crashes"),
    faults: sum("faults"),
  };
  const failures = outcomes.flatMap((outcome) => outcome.failures);
  return { summary, failures: failures.toSorted((a, b) => a.seed - b.seed) };
}

function ask(worker: Worker, job: Job): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Outcome>) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`a worker failed: ${event.message}`));
    };
    worker.postMessage(job);
  });
}

class Total {
  #seeds = 0;
  #steps = 0;
  #virtualMs = 0;
  #orders = 0;
  #crashes = 0;
  #faults = 0;
  readonly #failures: Failure[] = [];

  add(result: Awaited<ReturnType<World["run"]>>, name: RunName): void {
    this.#seeds += 1;
    this.#steps += result.steps;
    this.#virtualMs += result.virtualMs;
    this.#orders += result.orders;
    this.#crashes += result.crashes;
    this.#faults += result.faults.length;
    const { violations } = result;
    if (violations.length === 0) return;
    this.#failures.push({ seed: name.seed, violations, replay: replayCommand(name) });
  }

  outcome(): Outcome {
    const summary = {
      seeds: this.#seeds,
      steps: this.#steps,
      violations: this.#failures.length,
      virtualHours: this.#virtualMs / 3_600_000,
      orders: this.#orders,
      crashes: this.#crashes,
      faults: this.#faults,
    };
    return { summary, failures: this.#failures };
  }
}
