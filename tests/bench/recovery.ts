/**
 * A restart with 20,000 open intents: from `openKernel` until new orders may leave. The venue
 * answers at once, so what is measured is the kernel's own part. Each round is a fresh process;
 * baseline: opening the same store and reading the rows, in the same process.
 */
import { openKernel, registerExchange } from "../../mod.ts";
import { openSqliteStore } from "../../src/stores/sqlite.ts";
import type { VenueOrder } from "../../src/model/venue.ts";
import type { Bench } from "./harness.ts";
import { KERNEL_FLAGS, makeScratchDir, NO_CAPS, NO_LIMITS, until } from "./scratch.ts";
import { drive, median, quantile } from "./stats.ts";
import { stillVenue } from "./still_venue.ts";

const INTENTS = 20_000;
const ROUNDS = 5;
const ORDER = { symbolId: "BTC/USDT", side: "BUY", amount: "0.001", limitPrice: "20000" };
const VENUE_FILE = "venue.json";

interface Round {
  readonly readMs: number;
  readonly readyMs: number;
  readonly live: number;
}

export const recovery: Bench = {
  name: "recovery",
  about: "restart with 20,000 open intents until the gate opens; baseline: reading the rows",
  run: async () => {
    const path = await makeScratchDir();
    await child("seed", path);
    const rounds: Round[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      const round: Round = JSON.parse(await child("restart", path));
      if (round.live !== INTENTS) throw new Error(`recovery: ${round.live} intents came back`);
      rounds.push(round);
    }
    await Deno.remove(path, { recursive: true });
    const ready = rounds.map(({ readyMs }) => readyMs);
    const baseline = median(rounds.map(({ readMs }) => readMs));
    const p50 = median(ready);
    const ratio = p50 / baseline;
    const p99 = quantile(ready, 0.99);
    return [{ name: "recovery", unit: "ms", value: p50, p50, p99, baseline, ratio }];
  },
};

async function child(task: "seed" | "restart", path: string): Promise<string> {
  const flags = ["--no-lock", KERNEL_FLAGS, "-A"];
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, import.meta.url, task, path],
    stderr: "inherit",
  });
  return new TextDecoder().decode((await command.output()).stdout);
}

if (import.meta.main) {
  const [task, path = ""] = Deno.args;
  if (task === "seed") await seed(path);
  else console.log(JSON.stringify(await restart(path)));
}

async function seed(path: string): Promise<void> {
  const venue = stillVenue();
  const kernel = await open(path, venue);
  const exchange = kernel.exchange("main");
  const place = () => exchange.placeOrder(ORDER, { waitFor: "accepted" });
  await drive({ count: INTENTS, width: 64 }, place);
  await kernel.stop();
  await Deno.writeTextFile(`${path}/${VENUE_FILE}`, JSON.stringify([...venue.orders.values()]));
}

async function restart(path: string): Promise<Round> {
  const orders: VenueOrder[] = JSON.parse(await Deno.readTextFile(`${path}/${VENUE_FILE}`));
  const readMs = await readRows(path);
  const venue = stillVenue(orders);
  const started = performance.now();
  const kernel = await open(path, venue);
  const exchange = kernel.exchange("main");
  await until(() => exchange.healthCheck().ready, "open gate");
  const readyMs = performance.now() - started;
  // Every one was listed by the venue, so none may be left to look up.
  const { resolving, inDoubt } = exchange.getReconciliationMetrics();
  const live = venue.orders.size - resolving - inDoubt;
  await kernel.stop();
  return { readMs, readyMs, live };
}

async function readRows(path: string): Promise<number> {
  const started = performance.now();
  const store = await openSqliteStore({ path });
  for (const { context } of store.live("main")) JSON.parse(context);
  const took = performance.now() - started;
  await store.close();
  return took;
}

function open(path: string, venue: ReturnType<typeof stillVenue>) {
  registerExchange("still", venue.factory);
  return openKernel({
    exchanges: { main: { kind: "still", limits: NO_LIMITS } },
    risk: NO_CAPS,
    store: { kind: "sqlite", path },
  });
}
