/**
 * `deno task demo`: the kernel through the real ccxt Binance class on the local testnet, where
 * recorded trades move the price, with a sample strategy and faults, all live in the inspector.
 * With `--seconds` it ends by itself and prints one JSON line with the verdict.
 */
import { Command, InvalidArgumentError } from "commander";
import { openKernel } from "../../mod.ts";
import { defaultConfig } from "../config/config.ts";
import { inspectorHandler } from "../inspector/handler.ts";
import type { Clock } from "../model/clock.ts";
import type { ExchangeKernel, Kernel } from "../model/facade.ts";
import { systemClock } from "../system/clock.ts";
import { systemRandom } from "../system/random.ts";
import { openLog } from "../telemetry/log.ts";
import { DemoStrategy } from "./demo_strategy.ts";
import { summarize, type Summary } from "./demo_summary.ts";
import { serveKernel } from "./serve.ts";
import { startTestnetProcess, type TestnetProcess } from "./testnet_process.ts";

interface Flags {
  readonly seconds?: number;
  readonly headless: boolean;
  readonly port: number;
  readonly fault?: string;
}

const TRADES = new URL("../../tests/fixtures/trades/BTCUSDT-trades.csv", import.meta.url);
/** The recording has a trade every 25 s: at this speed prices move eight times a second. */
const SPEED = "200";
const EXCHANGE = "binance";
const SETTLE_MS = 40_000;

if (import.meta.main) await main(Deno.args);

async function main(args: readonly string[]): Promise<void> {
  const flags = parseFlags(args);
  const summary = await runDemo(flags);
  console.log(JSON.stringify(summary));
  Deno.exit(summary.duplicates + summary.lost + summary.drift === 0 ? 0 : 1);
}

function parseFlags(args: readonly string[]): Flags {
  const whole = (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new InvalidArgumentError(`expected a whole number, got ${text}`);
    }
    return value;
  };
  return new Command("demo")
    .description("The kernel on a local Binance, with a strategy and faults to watch")
    .option("--seconds <n>", "stop after so long and print a summary", whole)
    .option("--headless", "no HTTP and no inspector", false)
    .option("--port <n>", "HTTP and inspector; 0 takes a free one", whole, 7070)
    .option("--fault <name>", "arm this testnet fault once for a submit, e.g. duplicateDelivery")
    .parse([...args], { from: "user" })
    .opts<Flags>();
}

async function runDemo(flags: Flags): Promise<Summary> {
  const stop = new AbortController();
  // From the start: an interrupt while things open must not leave the testnet and the data behind.
  if (flags.seconds === undefined) Deno.addSignalListener("SIGINT", () => stop.abort());
  const data = await Deno.makeTempDir({ prefix: "exchange-kernel-demo-" });
  await using testnet = await startTestnetProcess({
    args: ["--feed", "replay", "--feed-file", TRADES.pathname, "--feed-speed", SPEED],
  });
  const exchanges = {
    [EXCHANGE]: { kind: "binance", testnet: "local", endpoints: testnet.url },
  } as const;
  try {
    return flags.headless
      ? await headless(data, { exchanges, testnet, flags, stop })
      : await served(data, { exchanges, testnet, flags, stop });
  } finally {
    await Deno.remove(data, { recursive: true });
  }
}

interface Stage {
  readonly exchanges: Parameters<typeof openKernel>[0]["exchanges"];
  readonly testnet: TestnetProcess;
  readonly flags: Flags;
  /** Aborted when the strategy is to end. */
  readonly stop: AbortController;
}

async function headless(data: string, stage: Stage): Promise<Summary> {
  const store = { kind: "sqlite", path: data } as const;
  await using kernel = await openKernel({ exchanges: stage.exchanges, store });
  return await trade(kernel, stage);
}

async function served(data: string, stage: Stage): Promise<Summary> {
  const { exchanges, flags } = stage;
  const opened = await serveKernel(
    {
      ...defaultConfig(),
      data,
      http: { port: flags.port, host: "127.0.0.1", auth: "token" },
    },
    {
      openKernel: ({ clock, random, log }) =>
        openKernel({ exchanges, store: { kind: "sqlite", path: data }, clock, random, log }),
      openInspector: inspectorHandler,
      clock: systemClock,
      random: systemRandom,
      log: openLog({ clock: systemClock, level: "warn" }),
    },
  );
  console.log(`Inspector: ${opened.url}/inspector#token=${opened.token}`);
  if (flags.seconds === undefined) console.log("Ctrl-C stops it and prints the summary.");
  try {
    return await trade(opened.kernel, stage);
  } finally {
    await opened.close();
  }
}

async function trade(kernel: Kernel, { testnet, flags, stop }: Stage): Promise<Summary> {
  const exchange = kernel.exchange(EXCHANGE);
  const strategy = new DemoStrategy({
    exchange,
    clock: systemClock,
    random: systemRandom,
    price: () => lastPrice(testnet.url),
    signal: stop.signal,
  });
  const cancelTimers = schedule(systemClock, stop, testnet, flags);
  try {
    await strategy.run();
  } finally {
    for (const cancel of cancelTimers) cancel();
  }
  await settled(exchange);
  const { acknowledged } = strategy;
  return summarize({ kernel, exchangeId: EXCHANGE, ledger: await testnet.ledger(), acknowledged });
}

/** A lost response and a dropped connection a third and two thirds through; then the end. */
function schedule(
  clock: Clock,
  stop: AbortController,
  testnet: TestnetProcess,
  { seconds, fault }: Flags,
): readonly (() => void)[] {
  const span = (seconds ?? 60) * 1000;
  const arm = (name: string, match?: object) => () =>
    void testnet.arm({ fault: name, ...(match ?? {}), count: 1 });
  const submit = { match: { operation: "order.place" } };
  const timers = [
    clock.setTimer(arm("responseLost", submit), span / 3),
    clock.setTimer(arm("dropSocket"), (span * 2) / 3),
  ];
  if (fault !== undefined) timers.push(clock.setTimer(arm(fault, submit), span / 2));
  if (seconds !== undefined) timers.push(clock.setTimer(() => stop.abort(), span));
  return timers;
}

async function lastPrice(url: string): Promise<string | null> {
  const response = await fetch(`${url}/api.binance.com/api/v3/ticker/price?symbol=BTCUSDT`);
  if (!response.ok) {
    await response.body?.cancel();
    return null;
  }
  const { price } = await response.json() as { readonly price: string };
  return price;
}

/** Every intent has ended, or time is up and the summary shows what did not. */
async function settled(exchange: ExchangeKernel): Promise<void> {
  const until = systemClock.monotonic() + SETTLE_MS;
  while (exchange.getAllIntents({ limit: 1 }).items.length > 0) {
    if (systemClock.monotonic() > until) return;
    await exchange.cancelAllOrders();
    await new Promise<void>((resolve) => void systemClock.setTimer(resolve, 100));
  }
}
