import { assertEquals, assertGreater } from "@std/assert";
import { runKills } from "./kill_run.ts";

Deno.test("a kernel that is killed while it trades loses, doubles and misjudges nothing", async () => {
  const violations: string[] = [];
  const report = await runKills({ kills: 5, seed: 7, onViolation: (v) => violations.push(v) });
  assertEquals(violations, []);
  const { kills, acknowledged, ...wrong } = report;
  assertEquals(wrong, { lost: 0, duplicates: 0, disagreements: 0 });
  assertEquals(kills, 5);
  assertGreater(acknowledged, 0);
});
