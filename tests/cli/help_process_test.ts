import { assertEquals, assertStringIncludes } from "@std/assert";
import { runTask } from "./started.ts";

Deno.test("xk: help and mistakes are told with no more permissions than the task has", async () => {
  const help = await runTask("xk", ["--help"]);
  assertEquals(help.code, 0);
  assertStringIncludes(help.out, "Usage: xk");
  const mistake = await runTask("xk", ["frobnicate"]);
  assertEquals(mistake.code, 2);
  assertStringIncludes(mistake.err, "unknown command 'frobnicate'");
});
