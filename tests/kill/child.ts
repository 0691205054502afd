/** The process that is killed: a kernel on a data directory, with the demo strategy when asked. */
import { openKernel } from "../../mod.ts";
import { DemoStrategy } from "../../src/cli/demo_strategy.ts";
import { readRecord } from "../../src/cli/kernel_record.ts";
import { systemClock } from "../../src/system/clock.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { EXCHANGE, lines, type Order, type Word } from "./protocol.ts";

/** As fast as loopback takes it: a kill then always meets something in flight. */
const STEP_MS = 5;
/** Loopback takes no longer, and a lost request is then proven absent within three seconds. */
const TIMING = { validityMs: 300, engineBoundMs: 50, settleMs: 50 };
/** The testnet runs without limits; the kernel's own budgets boot empty and must fill at once. */
const LIMITS = { budgets: { weight: { capacity: 10_000_000 }, orders: { capacity: 100_000 } } };

const ENCODER = new TextEncoder();

if (import.meta.main) {
  const [path, endpoints, seed] = Deno.args as [string, string, string];
  await run({ path, endpoints, seed: Number(seed) });
}

interface Run {
  readonly path: string;
  readonly endpoints: string;
  readonly seed: number;
}

async function run({ path, endpoints, seed }: Run): Promise<void> {
  const kernel = await openKernel({
    exchanges: {
      [EXCHANGE]: {
        kind: "binance",
        testnet: "local",
        endpoints,
        limits: LIMITS,
        timing: TIMING,
      },
    },
    store: { kind: "sqlite", path },
  });
  const strategy = new DemoStrategy({
    exchange: kernel.exchange(EXCHANGE),
    clock: systemClock,
    random: new SeededRandom(seed),
    price: () => priceAt(endpoints),
    signal: new AbortController().signal,
    stepMs: STEP_MS,
    onAcknowledged: (id) => say({ type: "acknowledged", id }),
  });
  say({ type: "opened" });
  for await (const line of lines(Deno.stdin.readable)) {
    const order = JSON.parse(line) as Order;
    if (order.type === "trade") void strategy.run();
    else say({ type: "record", record: readRecord(kernel, EXCHANGE) });
  }
}

/** Written before it returns: what was said is said, whenever the kill comes. */
function say(word: Word): void {
  const bytes = ENCODER.encode(JSON.stringify(word) + "\n");
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

async function priceAt(url: string): Promise<string> {
  const response = await fetch(`${url}/api.binance.com/api/v3/ticker/price?symbol=BTCUSDT`);
  return (await response.json() as { readonly price: string }).price;
}
