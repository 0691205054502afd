/** The demo as a process of its own: its last line is a verdict, and it can be a bad one. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import type { Summary } from "../../src/cli/demo_summary.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("demo: with a lost response and a dropped socket nothing is doubled, lost or adrift", async () => {
  const { code, summary, err } = await runDemo("--seconds", "6");
  const { intents, completed, canceled, failed, ...wrong } = summary;
  assertEquals(wrong, { duplicates: 0, lost: 0, drift: 0 }, err);
  assertGreater(completed, 0);
  assertEquals(completed + canceled + failed, intents);
  assertEquals(code, 0);
});

Deno.test("demo: an order that the exchange took twice shows as 1", async () => {
  const { code, summary, err } = await runDemo("--seconds", "6", "--fault", "duplicateDelivery");
  assertEquals([summary.duplicates, code], [1, 1], err);
});

Deno.test("demo: Ctrl-C ends it with the summary", async () => {
  const child = spawnDemo();
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  child.kill("SIGINT");
  const { code, summary, err } = await ended(child);
  assert(summary.intents > 0, err);
  assertEquals([summary.duplicates, summary.lost, summary.drift, code], [0, 0, 0, 0], err);
});

interface Ended {
  readonly code: number;
  readonly summary: Summary;
  readonly err: string;
}

function runDemo(...args: readonly string[]): Promise<Ended> {
  return ended(spawnDemo(...args));
}

function spawnDemo(...args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-P=demo", "src/cli/demo.ts", "--headless", ...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function ended(child: Deno.ChildProcess): Promise<Ended> {
  const { code, stdout, stderr } = await child.output();
  const err = new TextDecoder().decode(stderr);
  const line = new TextDecoder().decode(stdout).trimEnd().split("\n").at(-1) ?? "";
  assert(line.startsWith("{"), `no summary: ${line} ${err}`);
  return { code, err, summary: JSON.parse(line) as Summary };
}
