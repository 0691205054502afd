/**
 * `deno task demo`: the kernel through the real ccxt classes on the local testnet, where recorded
 * trades move the price, with a sample strategy and faults, all live in the inspector. Binance alone
 * unless `--exchanges` names more; one strategy then trades on all of them at once. With `--seconds`
 * it ends by itself and prints one JSON line with the verdict.
 */
import { Command, InvalidArgumentError } from "commander";
import { openKernel } from "../../mod.ts";
import { defaultConfig } from "../config/config.ts";
import { inspectorHandler } from "../inspector/handler.ts";
import type { Clock } from "../model/clock.ts";
import { KernelError } from "../model/errors.ts";
import type { ExchangeKernel, Kernel } from "../model/facade.ts";
import { EXCHANGE_NAMES, type ExchangeName } from "../testnet/dialects.ts";
import { systemClock } from "../system/clock.ts";
import { systemRandom } from "../system/random.ts";
import { openLog } from "../telemetry/log.ts";
import { demoMarket, demoSymbols } from "./demo_market.ts";
import { DemoStrategy } from "./demo_strategy.ts";
import { summarize, type Summary, together } from "./demo_summary.ts";
import { serveKernel } from "./serve.ts";
import { startTestnetProcess, type TestnetProcess } from "./testnet_process.ts";

interface Flags {
  readonly seconds?: number;
  readonly headless: boolean;
  readonly port: number;
  readonly fault?: string;
  readonly exchanges: readonly ExchangeName[];
}

const TRADES = new URL("../../tests/fixtures/trades/BTCUSDT-trades.csv", import.meta.url);
/** The recording has a trade every 25 s: at this speed prices move eight times a second. */
const SPEED = "200";
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
  const names = (text: string): readonly ExchangeName[] =>
    [...new Set(text.split(","))].map((name) => {
      const known = EXCHANGE_NAMES.find((each) => each === name.trim());
      if (known !== undefined) return known;
      throw new InvalidArgumentError(`expected some of ${EXCHANGE_NAMES.join(", ")}, got ${name}`);
    });
  return new Command("demo")
    .description("The kernel on local exchanges, with a strategy and faults to watch")
    .option("--exchanges <a,b>", `of ${EXCHANGE_NAMES.join(", ")}`, names, ["binance"])
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
  const symbols = demoSymbols(flags.exchanges).join(",");
  const feed = ["--feed", "replay", "--feed-file", TRADES.pathname, "--feed-speed", SPEED];
  await using testnet = await startTestnetProcess({
    args: [...feed, "--feed-symbol", symbols, "--exchanges", flags.exchanges.join(",")],
  });
  const exchanges = Object.fromEntries(flags.exchanges.map((name) => {
    const { options } = demoMarket(name);
    return [name, { ...options, testnet: "local" as const, endpoints: testnet.url }];
  }));
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

async function trade(kernel: Kernel, stage: Stage): Promise<Summary> {
  return together(
    await Promise.all(stage.flags.exchanges.map((name) => tradeOn(name, kernel, stage))),
  );
}

async function tradeOn(
  name: ExchangeName,
  kernel: Kernel,
  { testnet, flags, stop }: Stage,
): Promise<Summary> {
  const exchange = kernel.exchange(name);
  const { symbolId } = demoMarket(name);
  const strategy = new DemoStrategy({
    exchange,
    symbolId,
    clock: systemClock,
    random: systemRandom,
    price: () => lastPrice(exchange, symbolId),
    signal: stop.signal,
  });
  const arm = (fault: object) => void testnet.arm({ exchange: name, ...fault, count: 1 });
  const cancelTimers = schedule(systemClock, stop, arm, flags);
  try {
    await strategy.run();
  } finally {
    for (const cancel of cancelTimers) cancel();
  }
  await settled(exchange);
  const { acknowledged } = strategy;
  const ledger = await testnet.ledger(name);
  return summarize({ kernel, exchangeId: name, ledger, acknowledged });
}

/** A lost response and a dropped connection a third and two thirds through; then the end. */
function schedule(
  clock: Clock,
  stop: AbortController,
  arm: (fault: object) => void,
  { seconds, fault }: Flags,
): readonly (() => void)[] {
  const span = (seconds ?? 60) * 1000;
  const submit = { match: { operation: "order.place" } };
  const timers = [
    clock.setTimer(() => arm({ fault: "responseLost", ...submit }), span / 3),
    clock.setTimer(() => arm({ fault: "dropSocket" }), (span * 2) / 3),
  ];
  if (fault !== undefined) timers.push(clock.setTimer(() => arm({ fault, ...submit }), span / 2));
  if (seconds !== undefined) timers.push(clock.setTimer(() => stop.abort(), span));
  return timers;
}

/** Null while the venue does not answer: the strategy then waits. */
async function lastPrice(exchange: ExchangeKernel, symbolId: string): Promise<string | null> {
  try {
    return (await exchange.marketData.fetchTicker(symbolId)).last;
  } catch (error) {
    if (error instanceof KernelError) return null;
    throw error;
  }
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
