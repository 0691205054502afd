/**
 * `deno task killtest`: a trading kernel is killed at random moments. Prints one JSON line; exit 1
 * when an acknowledged intent is lost, an order exists twice, or kernel and exchange disagree.
 */
import { Command, InvalidArgumentError } from "commander";
import { runKills } from "./kill_run.ts";

if (import.meta.main) {
  const flags = new Command("killtest")
    .description("kill -9 at random moments while the demo strategy trades")
    .option("--kills <n>", "how often", whole, 100)
    .option("--seed <n>", "decides the moments and the strategy", whole, 1)
    .option("--verbose", "a line a kill", false)
    .parse(Deno.args, { from: "user" })
    .opts<{ readonly kills: number; readonly seed: number; readonly verbose: boolean }>();
  const report = await runKills({
    kills: flags.kills,
    seed: flags.seed,
    onViolation: (text) => console.error(text),
    ...(flags.verbose
      ? { onKill: (kill, tookMs) => console.error(`kill ${kill} after ${tookMs} ms`) }
      : {}),
  });
  console.log(JSON.stringify(report));
  const wrong = report.lost + report.duplicates + report.disagreements;
  if (wrong > 0) {
    console.error(`replay: deno task killtest --kills ${flags.kills} --seed ${flags.seed}`);
  }
  Deno.exit(wrong > 0 || report.acknowledged === 0 ? 1 : 0);
}

function whole(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`expected a whole number, got ${text}`);
}
