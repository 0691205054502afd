/** Where the processes of a scenario are killed, one run for each place. */
import { CRASH_SITES, type CrashPoint } from "./crash_plan.ts";
import { World } from "./world.ts";

/** Short, so that every point of it can be tried, and pairs of its commits. */
export const SCENARIO_MS = 14_000;

const COMMITS = ["append", "synced"] as const;

/**
 * Every point at which the undisturbed run can be killed; or every pair of commits, the second
 * counted on in the run that the first has already changed.
 */
export async function* crashRuns(
  { seed, pairs }: { readonly seed: number; readonly pairs: boolean },
): AsyncGenerator<readonly CrashPoint[]> {
  const { sites } = await new World({ seed, crashAt: [], faultyMs: SCENARIO_MS }).run();
  if (!pairs) {
    for (const site of CRASH_SITES) {
      for (let index = 0; index < sites[site]; index++) yield [{ site, index }];
    }
    return;
  }
  const commits = COMMITS.flatMap((site) =>
    Array.from({ length: sites[site] }, (_, index) => ({ site, index }))
  );
  for (const first of commits) {
    for (const second of commits) if (second.index > first.index) yield [first, second];
  }
}
