/** `deno task bench [--only NAME] [--json] [--latency MS] [--blocks N]`: see docs/BENCHMARKS.md. */
import { Command } from "commander";
import { cancelPriority } from "./cancel_priority.ts";
import { durableIntents } from "./durable_intents.ts";
import { exchangeMemory } from "./exchange_memory.ts";
import { type Bench, type Figure, toLine } from "./harness.ts";
import { limiter } from "./limiter.ts";
import { liveIntents } from "./live_intents.ts";
import { reconnect } from "./reconnect.ts";
import { recovery } from "./recovery.ts";
import { startSix } from "./start_six.ts";
import { steps } from "./steps.ts";
import { stream } from "./stream.ts";
import { submitBenches } from "./submit.ts";

const BENCHES: readonly Bench[] = [
  ...submitBenches,
  steps,
  durableIntents,
  liveIntents,
  recovery,
  limiter,
  cancelPriority,
  stream,
  exchangeMemory,
  startSix,
  reconnect,
];

interface Flags {
  readonly only?: string;
  readonly json?: boolean;
  readonly latency: string;
  readonly blocks: string;
}

if (import.meta.main) {
  const command = new Command("bench")
    .description(BENCHES.map(({ name, about }) => `${name.padEnd(28)} ${about}`).join("\n"))
    .option("--only <name>", "run one bench")
    .option("--json", "nothing but JSON lines")
    .option("--latency <ms>", "what every answer of the testnet waits", "0")
    .option("--blocks <n>", "how often ours and the baseline take turns", "20")
    .parse([...Deno.args], { from: "user" });
  const { only, json, latency, blocks } = command.opts<Flags>();
  const chosen = BENCHES.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0) {
    const known = BENCHES.map(({ name }) => name).join(", ");
    console.error(`--only: expected one of ${known}, got ${only}`);
    Deno.exit(2);
  }
  for (const bench of chosen) {
    if (json !== true) console.log(`# ${bench.name}: ${bench.about}`);
    const figures = await bench.run({ latencyMs: Number(latency), blocks: Number(blocks) });
    for (const figure of figures) console.log(json === true ? toLine(figure) : toText(figure));
  }
}

function toText(figure: Figure): string {
  const shown = JSON.parse(toLine(figure)) as Figure;
  const { name, unit, value, p50, p99, baseline, ratio } = shown;
  const tail = p50 === null ? "" : `  p50 ${p50}  p99 ${p99}`;
  const against = baseline === null ? "" : `  baseline ${baseline}  ratio ${ratio}`;
  return `${name.padEnd(28)} ${value} ${unit}${tail}${against}`;
}
