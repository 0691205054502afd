/**
 * A program with six exchanges on the local testnet, from the start of its process: until every
 * socket is open, and until every exchange is synced and takes orders. Each round is a fresh
 * process; the first, which fills the code cache, does not count.
 *
 * `start_six` opens them with `testnet: "local"`, whose budgets are known to be untouched;
 * `start_six_as_venues` as real venues, whose budgets fill up from empty before the first reads.
 */
import { openKernel } from "../../mod.ts";
import { startTestnetProcess } from "../../src/cli/testnet_process.ts";
import { type Bench, type Figure, plainFigure } from "./harness.ts";
import { KERNEL_FLAGS } from "./scratch.ts";
import { localExchanges, venueExchanges } from "./six_exchanges.ts";
import { median, quantile } from "./stats.ts";

const ROUNDS = 5;
const WAYS = ["local", "venue"] as const;
type Way = typeof WAYS[number];
const LOOK_EVERY_MS = 2;
const PATIENCE_MS = 60_000;

/** Milliseconds since the process began. */
interface Start {
  readonly connectedMs: number;
  /** By exchange. */
  readonly readyMs: Readonly<Record<string, number>>;
}

export const startSix: Bench = {
  name: "start_six",
  about: "a process with six exchanges, until all sockets are open and until all are synced",
  run: async () => {
    const starts = { local: [] as Start[], venue: [] as Start[] };
    for (let round = -1; round < ROUNDS; round++) {
      for (const way of WAYS) {
        await using venue = await startTestnetProcess({ args: ["--feed", "none"] });
        const start = await started(venue.url, way);
        if (round >= 0) starts[way].push(start);
      }
    }
    return [
      ...figuresOf("start_six", starts.local),
      ...figuresOf("start_six_as_venues", starts.venue),
    ];
  },
};

function figuresOf(name: string, starts: readonly Start[]): readonly Figure[] {
  const kinds = Object.keys(starts[0]?.readyMs ?? {});
  const slowest = starts.map(({ readyMs }) => Math.max(...Object.values(readyMs)));
  return [
    durations(`${name}_connected`, starts.map(({ connectedMs }) => connectedMs)),
    durations(`${name}_ready`, slowest),
    ...kinds.map((kind) => {
      const ready = starts.map(({ readyMs }) => readyMs[kind] ?? NaN);
      return plainFigure(`${name}_ready_${kind}`, "ms", median(ready));
    }),
  ];
}

function durations(name: string, values: readonly number[]): Figure {
  const p50 = median(values);
  const p99 = quantile(values, 0.99);
  return { name, unit: "ms", value: p50, p50, p99, baseline: null, ratio: null };
}

async function started(url: string, way: Way): Promise<Start> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", "--no-check", KERNEL_FLAGS, "-A", import.meta.url, url, way],
    stderr: "inherit",
  });
  const { stdout, success } = await command.output();
  if (!success) throw new Error("start_six: a measured process failed");
  return JSON.parse(new TextDecoder().decode(stdout));
}

if (import.meta.main) {
  console.log(JSON.stringify(await measure(Deno.args[0] ?? "", Deno.args[1])));
}

async function measure(url: string, way: string | undefined): Promise<Start> {
  const opened = way === "venue" ? venueExchanges(url) : localExchanges(url);
  const kernel = await openKernel({ exchanges: opened, autoStart: false });
  const exchanges = kernel.exchanges();
  const readyMs: Record<string, number> = {};
  let connectedMs: number | null = null;
  const starting = kernel.start();
  while (connectedMs === null || Object.keys(readyMs).length < exchanges.length) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const now = performance.now();
    if (now > PATIENCE_MS) throw new Error(`start_six: only ${Object.keys(readyMs)} are ready`);
    const healths = exchanges.map((exchange) => exchange.healthCheck());
    const isOpen = healths.every(({ sockets }) =>
      sockets.length > 0 && sockets.every(({ state }) => state === "open")
    );
    if (isOpen) connectedMs ??= now;
    for (const [at, { id }] of exchanges.entries()) if (healths[at]?.ready) readyMs[id] ??= now;
  }
  await starting;
  await kernel.stop();
  return { connectedMs, readyMs };
}
