/** The real kernel against a faulty venue, a faulty line and a faulty disk, killed now and then. */
import { assertEquals, assertGreater } from "@std/assert";
import { type Failure, runJob } from "./simulate.ts";
import { World } from "./world.ts";

/** The last lines before a violation: enough to see it, few enough to read. */
const TAIL = 60;

async function report(failures: readonly Failure[]): Promise<string> {
  const first = failures[0];
  if (first === undefined) return "";
  const { trace } = await new World({ seed: first.seed, verbose: true }).run();
  const { seed, violations, replay } = first;
  const what = violations.map(({ rule, message }) => `${rule}: ${message}`);
  const others = failures.slice(1).map((failure) => failure.seed).join(", ");
  return [
    `seed ${seed} violates ${what.join("; ")}`,
    `replay: ${replay}`,
    `shrink: deno task sim --seed ${seed} --shrink`,
    ...(others === "" ? [] : [`also seeds ${others}`]),
    ...trace.slice(-TAIL),
  ].join("\n");
}

for (const from of [1, 101, 201]) {
  Deno.test(`simulation: seeds ${from} to ${from + 99} keep every invariant`, async () => {
    const { summary, failures } = await runJob({ kind: "seeds", from, count: 100 });
    assertEquals(summary.violations, 0, await report(failures));
    assertGreater(summary.crashes, 50, "the worlds crash");
    assertGreater(summary.faults, 1_000, "the worlds have faults");
    assertGreater(summary.orders, 1_000, "the worlds place orders");
  });
}
