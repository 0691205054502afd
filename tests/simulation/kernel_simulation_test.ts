/** The real kernel against a faulty venue, a faulty line and a faulty disk, killed now and then. */
import { assert, assertEquals, assertGreater, assertNotEquals } from "@std/assert";
import { replayCommand, simulate } from "./simulate.ts";
import { World, type WorldResult } from "./world.ts";

/** The last lines before a violation: enough to see it, few enough to read. */
const TAIL = 60;

async function report(results: readonly WorldResult[]): Promise<string> {
  const first = results[0];
  if (first === undefined) return "";
  const { trace } = await new World({ seed: first.seed, verbose: true }).run();
  const { seed, violations } = first;
  const what = violations.map(({ rule, message }) => `${rule}: ${message}`);
  const others = results.slice(1).map((result) => result.seed).join(", ");
  return [
    `seed ${seed} violates ${what.join("; ")}`,
    `replay: ${replayCommand(seed)}`,
    ...(others === "" ? [] : [`also seeds ${others}`]),
    ...trace.slice(-TAIL),
  ].join("\n");
}

Deno.test("simulation: 100 seeds with faults and crashes keep every invariant", async () => {
  const bad: WorldResult[] = [];
  const summary = await simulate({
    from: 1,
    seeds: 100,
    onViolation: (result) => void bad.push(result),
  });
  assertEquals(summary.violations, 0, await report(bad));
  assertGreater(summary.crashes, 50, "the worlds crash");
  assertGreater(summary.faults, 1_000, "the worlds have faults");
  assertGreater(summary.orders, 1_000, "the worlds place orders");
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

Deno.test("simulation: another process runs a seed alike", async () => {
  const { traceHash, steps } = await new World({ seed: 11 }).run();
  const path = new URL("./replay.ts", import.meta.url).pathname;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const args = ["run", "--no-prompt", "--allow-env", "--config", config, path];
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args, "--seed", "11", "--quiet"],
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await child.output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  const told = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals([told.traceHash, told.steps], [traceHash, steps]);
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
