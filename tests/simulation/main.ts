/**
 * Runs many worlds: `--seeds N` of them from `--seed S` on, `--json` for the last line alone. The
 * last line is `{"seeds":…,"steps":…,"violations":…,"virtualHours":…}`; exits 1 on a violation.
 */
import { replayCommand, simulate } from "./simulate.ts";

if (import.meta.main) {
  const isJson = Deno.args.includes("--json");
  const summary = await simulate({
    from: number("--seed", 1),
    seeds: number("--seeds", 100),
    onViolation: ({ seed, violations }) => {
      if (isJson) return;
      for (const { rule, message } of violations) console.log(`seed ${seed}  ${rule}: ${message}`);
      console.log(`  ${replayCommand(seed)}`);
    },
  });
  console.log(JSON.stringify(summary));
  if (summary.violations > 0) Deno.exit(1);
}

function number(name: string, otherwise: number): number {
  const at = Deno.args.indexOf(name);
  if (at < 0) return otherwise;
  const value = Number(Deno.args[at + 1]);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`${name} must be a whole number, got ${Deno.args[at + 1]}`);
  Deno.exit(2);
}
