/**
 * Runs one seed and prints what happened: `--seed N [--suppress a#1,b#2]`. Exits 1 on a violation.
 */
import { World } from "./world.ts";

if (import.meta.main) {
  const seed = Number(option("--seed") ?? "1");
  const suppressed = new Set((option("--suppress") ?? "").split(",").filter(Boolean));
  const result = await new World({ seed, suppressed, verbose: true }).run();
  if (!Deno.args.includes("--quiet")) { for (const line of result.trace) console.log(line); }
  const { violations, traceHash, steps, orders, crashes } = result;
  console.log(JSON.stringify({ seed, traceHash, steps, orders, crashes, violations }));
  if (violations.length > 0) Deno.exit(1);
}

function option(name: string): string | undefined {
  const at = Deno.args.indexOf(name);
  return at < 0 ? undefined : Deno.args[at + 1];
}
