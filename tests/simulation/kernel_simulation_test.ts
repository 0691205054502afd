/** The simulator itself: what it reaches, that it repeats itself, and how a run is shown again. */
import { assert, assertEquals, assertGreater, assertNotEquals } from "@std/assert";
import { compareProcesses } from "./determinism.ts";
import { FAULTS } from "./decisions.ts";
import { type Job, joined, replayCommand, runJob } from "./simulate.ts";
import { World } from "./world.ts";

Deno.test("simulation: every kind of fault happens within a hundred seeds", async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 100 && seen.size < FAULTS.length; seed++) {
    const { faults } = await new World({ seed, faultyMs: 20_000 }).run();
    for (const fault of faults) seen.add(fault.slice(0, fault.indexOf("#")));
  }
  assertEquals(FAULTS.filter((kind) => !seen.has(kind)), []);
});

Deno.test("simulation: killed at every port of two scenarios, nothing is lost or doubled", async () => {
  const jobs: readonly Job[] = [1, 2].map((seed) => ({ kind: "crashes", seed, pairs: false }));
  const { summary, failures } = joined(await Promise.all(jobs.map(runJob)));
  const [first] = failures;
  assertEquals(summary.violations, 0, `${first?.replay}: ${first?.violations[0]?.message}`);
  assertGreater(summary.seeds, 100, "the scenarios pass many ports");
  assert(summary.crashes >= summary.seeds, "every run is killed");
});

Deno.test("simulation: the same seed gives the same run, event by event", async () => {
  const hashes = new Set<string>();
  for (const seed of [1, 2, 3, 7, 42]) {
    const once = await new World({ seed }).run();
    const again = await new World({ seed, verbose: true }).run();
    assertEquals(again.traceHash, once.traceHash, `seed ${seed}`);
    assertEquals(again.faults, once.faults);
    assert(again.trace.length > 0);
    hashes.add(once.traceHash);
  }
  assertEquals(hashes.size, 5, "another seed gives another run");
});

Deno.test("simulation: two processes run the same seeds alike", async () => {
  const { differing, steps } = await compareProcesses({ from: 11, count: 10 });
  assertEquals(differing, []);
  assertGreater(steps, 1_000);
});

Deno.test("simulation: a fault that is left out leaves the others where they were", async () => {
  const full = await new World({ seed: 5 }).run();
  const fault = full.faults.at(-1);
  assert(fault !== undefined, "seed 5 has faults");
  const less = await new World({ seed: 5, suppressed: new Set([fault]) }).run();
  assertNotEquals(less.traceHash, full.traceHash);
  assertEquals(less.faults.slice(0, full.faults.length - 1), full.faults.slice(0, -1));
  assertEquals(less.violations, []);
});

Deno.test("simulation: a run has one command that shows it", () => {
  const crashAt = [{ site: "append", index: 3 }] as const;
  assertEquals(
    replayCommand({ seed: 7, suppressed: ["crash#1"], crashAt }),
    "deno task sim --seed 7 --trace --suppress crash#1 --crash append#3",
  );
});
