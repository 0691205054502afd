/**
 * `deno task testnet`: the local testnet as a process of its own, so that it outlives a killed
 * kernel. Prints one JSON line with its port, then a line for people.
 */
import { Command, InvalidArgumentError } from "commander";
import { systemClock } from "../system/clock.ts";
import { systemRandom } from "../system/random.ts";
import { SeededRandom } from "../system/seeded_random.ts";
import { ConfigError } from "../model/errors.ts";
import { parseSymbol } from "../model/symbol.ts";
import { EXCHANGE_NAMES, type ExchangeName } from "./dialects.ts";
import { startTestnet, type Testnet, type TestnetOptions } from "./server.ts";

interface Flags {
  readonly port: number;
  readonly exchanges: readonly ExchangeName[];
  readonly feed: "synthetic" | "replay" | "none";
  readonly feedFile?: string;
  readonly feedSymbol: readonly [string, ...string[]];
  readonly feedInterval: number;
  readonly feedSpeed: number;
  readonly seed?: number;
  readonly latency: number;
  /** Commander's spelling of `--no-limits`. */
  readonly limits: boolean;
}

const STOP_SIGNALS = ["SIGTERM", "SIGINT"] as const;
const DEFAULT_PORT = 7171;
const DELAY_MS_MAX = 600_000;
const INTERVAL_MS = 250;
const SPEED_MAX = 100_000;

if (import.meta.main) await main(Deno.args);

async function main(args: readonly string[]): Promise<void> {
  const command = commandLine();
  command.parse([...args], { from: "user" });
  const testnet = opened(command.opts<Flags>());
  if (testnet === null) return;
  // Before the port is told: whoever reads it may end the process at once.
  const stopped = stopSignal();
  console.log(JSON.stringify({ port: testnet.port }));
  console.log(`Local testnet on ${testnet.url}, e.g. ${testnet.url}/api.binance.com/api/v3/time`);
  await stopped;
  await testnet.close();
}

/** Null, with the reason told, when the port is taken or the recording cannot be read. */
function opened(flags: Flags): Testnet | null {
  try {
    return startTestnet(toOptions(flags));
  } catch (error) {
    const reason = error instanceof Deno.errors.AddrInUse
      ? `port ${flags.port} is in use; choose another with --port, 0 picks a free one`
      : error instanceof RangeError || error instanceof ConfigError
      ? error.message
      : null;
    if (reason === null) throw error;
    console.error(`Cannot start the testnet: ${reason}`);
    Deno.exitCode = 1;
    return null;
  }
}

function commandLine(): Command {
  return new Command("testnet")
    .description("Local servers with the exchanges' wire protocols, on one loopback port")
    .option(
      "--port <n>",
      "port; 0 picks a free one",
      integer({ min: 0, max: 65_535 }),
      DEFAULT_PORT,
    )
    .option("--exchanges <a,b>", `of ${EXCHANGE_NAMES.join(", ")}`, exchangeList, EXCHANGE_NAMES)
    .option("--feed <kind>", "synthetic, replay or none", feedKind, "synthetic")
    .option("--feed-file <path>", "recorded trades (CSV) for --feed replay")
    .option("--feed-symbol <a,b>", "what the recording moves", symbolList, ["BTC/USDT"])
    .option("--feed-speed <n>", "1 plays as recorded", integer({ min: 1, max: SPEED_MAX }), 1)
    .option("--feed-interval <ms>", "pace of --feed synthetic", integer({ min: 1 }), INTERVAL_MS)
    .option("--seed <n>", "makes ids and the synthetic feed repeatable", integer({ min: 0 }))
    .option(
      "--latency <ms>",
      "every answer waits so long",
      integer({ min: 0, max: DELAY_MS_MAX }),
      0,
    )
    .option("--no-limits", "no rate limits and no limit of open orders, for benchmarks");
}

function toOptions(flags: Flags): TestnetOptions {
  return {
    clock: systemClock,
    random: flags.seed === undefined ? systemRandom : new SeededRandom(flags.seed),
    port: flags.port,
    exchanges: flags.exchanges,
    latencyMs: flags.latency,
    ...(flags.limits ? {} : { limits: "none" as const }),
    ...feedOptions(flags),
  };
}

function feedOptions(flags: Flags): Pick<TestnetOptions, "feed"> {
  if (flags.feed === "none") return {};
  if (flags.feed === "synthetic") {
    return { feed: { kind: "synthetic", intervalMs: flags.feedInterval } };
  }
  if (flags.feedFile === undefined) {
    throw new RangeError("--feed replay needs --feed-file");
  }
  const { feedFile: file, feedSymbol: symbolIds, feedSpeed: speed } = flags;
  return { feed: { kind: "replay", file, symbolIds, speed } };
}

/** SIGTERM by whoever started it, SIGINT by hand. A listener left behind would hold the process. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      for (const signal of STOP_SIGNALS) Deno.removeSignalListener(signal, stop);
      resolve();
    };
    for (const signal of STOP_SIGNALS) Deno.addSignalListener(signal, stop);
  });
}

function integer(bounds: { readonly min: number; readonly max?: number }) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < bounds.min || value > (bounds.max ?? Infinity)) {
      throw new InvalidArgumentError(
        `must be an integer from ${bounds.min} to ${bounds.max ?? "2^53"}, got ${text}`,
      );
    }
    return value;
  };
}

function exchangeList(text: string): readonly ExchangeName[] {
  return text.split(",").map((name) => {
    const known = EXCHANGE_NAMES.find((candidate) => candidate === name);
    if (known === undefined) {
      throw new InvalidArgumentError(`must be of ${EXCHANGE_NAMES.join(", ")}, got ${name}`);
    }
    return known;
  });
}

function symbolList(text: string): readonly [string, ...string[]] {
  const [first = "", ...more] = text.split(",");
  for (const symbol of [first, ...more]) {
    if (parseSymbol(symbol) !== null) continue;
    throw new InvalidArgumentError(`must be canonical symbols such as BTC/USDT, got ${text}`);
  }
  return [first, ...more];
}

function feedKind(text: string): Flags["feed"] {
  if (text === "synthetic" || text === "replay" || text === "none") return text;
  throw new InvalidArgumentError(`must be synthetic, replay or none, got ${text}`);
}
