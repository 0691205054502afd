/** `start`: from the words of its command line to a kernel that runs until it is told to stop. */
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { defaultConfig, loadConfig } from "../config/config.ts";
import type { KernelConfig } from "../config/schema.ts";
import { ConfigError } from "../model/errors.ts";
import type { Log } from "../model/log.ts";
import { redactKnown } from "../telemetry/redact.ts";
import { CommandError, EXIT, type ExitCode } from "./exit.ts";
import { notReadyText } from "./not_ready_text.ts";
import { type ServedKernel, serveKernel, type ServePorts } from "./serve.ts";

export interface StartPorts extends Omit<ServePorts, "log"> {
  readonly openLog: (level: KernelConfig["log"]["level"]) => Log;
  readonly env: (name: string) => string | undefined;
  readonly print: (text: string) => void;
  readonly warn: (text: string) => void;
  /** Resolves when the process is asked to end; called once, before anything is opened. */
  readonly untilAsked: () => Promise<string>;
}

interface StartFlags {
  readonly config?: string;
  readonly port?: number;
  readonly data?: string;
}

/** Runs until asked to end, then drains. Never throws. @returns the exit code. */
export async function runStart(args: readonly string[], ports: StartPorts): Promise<ExitCode> {
  try {
    const config = await readConfig(parseFlags(args, ports), ports);
    const log = ports.openLog(config.log.level);
    // Listening from here on: an order may come in the moment the doors are open, and a signal
    // that nobody hears yet would kill the process with that order on its way.
    const asked = ports.untilAsked();
    const served = await serveKernel(config, { ...ports, log });
    ports.print(welcome(config, served));
    const failed = served.kernel.closed.then((failure) => failure ?? "the kernel was stopped");
    const end = await Promise.race([asked, failed]);
    await served.close();
    // A failed store has closed the kernel: the process ends so that whoever runs it notices.
    if (end instanceof Error) throw end;
    log.info("stopped", { reason: end });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const message = error instanceof Error ? error.message : String(error);
    // Mistakes of a file begin their lines with its place: editors and terminals link it there.
    const isOfFile = error instanceof ConfigError && "file" in error.details;
    const head = isOfFile ? "start: the configuration cannot be used:\n" : "start: ";
    ports.warn(redactKnown(`${head}${message}\n`));
    if (error instanceof CommandError) return error.exitCode;
    return error instanceof ConfigError ? EXIT.usage : EXIT.failed;
  }
}

function parseFlags(args: readonly string[], { print, warn }: StartPorts): StartFlags {
  const command = new Command("start")
    .description("Runs the kernel; without a configuration one paper exchange.")
    .option("--config <file>", "kernel.yaml")
    .option("--port <port>", "HTTP and inspector; 0 takes a free one", portOf)
    .option("--data <dir>", "data directory")
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: warn });
  return command.parse([...args], { from: "user" }).opts<StartFlags>();
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError("expected a whole number from 0 to 65535");
}

/** Flags win over the file. */
async function readConfig(flags: StartFlags, { env }: StartPorts): Promise<KernelConfig> {
  const config = flags.config === undefined
    ? defaultConfig()
    : await loadConfig(flags.config, { env });
  return {
    ...config,
    data: flags.data ?? config.data,
    http: { ...config.http, port: flags.port ?? config.http.port },
  };
}

/** The address with the token in its fragment, which no server log sees; and what to try. */
function welcome(config: KernelConfig, { url, token, kernel }: ServedKernel): string {
  const exchanges = kernel.exchanges();
  const names = exchanges.map((exchange) => exchange.id).join(", ");
  const example = exchanges[0];
  const symbol = example?.listSymbols().find((id) => id === "BTC/USDT") ?? "BTC/USDT";
  const troubles = notReadyText(exchanges.map((exchange) => exchange.healthCheck()));
  const data = config.data === "./data" ? "" : ` --data ${config.data}`;
  const order = JSON.stringify({ order: { symbolId: symbol, side: "BUY", amount: "0.01" } });
  return [
    `Exchange Kernel is running: ${names}; data in ${config.data}`,
    "",
    `  inspector  ${url}/inspector#token=${token}`,
    "",
    // A wrong key parks one exchange and stops nobody: whoever starts the kernel is to see it.
    ...(troubles === "" ? [] : [troubles]),
    "Place an order, then look at it:",
    "",
    `  curl -s ${url}/v1/exchanges/${example?.id}/intents \\`,
    `    -H 'authorization: Bearer ${token}' \\`,
    `    -H 'content-type: application/json' -d '${order}'`,
    "",
    `  deno task xk${data} get intents --all`,
    "",
    "Ctrl-C drains and stops; a second one stops at once.",
    "",
  ].join("\n");
}
