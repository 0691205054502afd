/** `xk`: the command line of a running kernel, with kubectl's habits. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { Clock } from "../model/clock.ts";
import { systemClock } from "../system/clock.ts";
import { Client, findEndpoint } from "./client.ts";
import {
  cancel,
  type CancelFlags,
  describeIntent,
  get,
  type GetOptions,
  place,
  type PlaceFlags,
} from "./commands.ts";
import type { CommandContext, Output } from "./context.ts";
import { addEvents } from "./events.ts";
import { CommandError, EXIT, type ExitCode } from "./exit.ts";
import { addKeys } from "./keys.ts";
import { addKillSwitch } from "./kill_switch.ts";
import { addModify } from "./modify.ts";
import { addOversight } from "./oversight.ts";
import { writeText } from "./output.ts";
import type { SecretStream } from "./secret_input.ts";

/** The world as a command sees it. */
export interface Terminal {
  readonly clock: Clock;
  readonly print: (text: string) => void;
  readonly warn: (text: string) => void;
  readonly env: (name: string) => string | undefined;
  /** Where keys are typed or piped in. */
  readonly stdin: SecretStream;
  /** Ends what would go on for ever, such as `events -f`. */
  readonly signal: AbortSignal;
}

interface GlobalFlags {
  readonly url?: string;
  readonly token?: string;
  readonly data: string;
}

/** Runs one command. Never throws: what went wrong is printed. @returns the exit code. */
export async function runXk(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    await commandLine(terminal).parseAsync([...args], { from: "user" });
    return EXIT.done;
  } catch (error) {
    // Commander has printed its own message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const isExpected = error instanceof CommandError;
    const message = error instanceof Error ? error.message : String(error);
    terminal.warn(`xk: ${message}\n`);
    return isExpected ? error.exitCode : EXIT.failed;
  }
}

function commandLine(terminal: Terminal): Command {
  const program = new Command("xk")
    .description("Talks to a running exchange kernel.")
    .option("--url <url>", "address of the kernel (or XK_URL)", terminal.env("XK_URL"))
    .option("--data <dir>", "data directory whose kernel is meant", "./data")
    .option("--token <token>", "the kernel's token (or XK_TOKEN, which ps does not show)")
    .exitOverride()
    .configureOutput({
      writeOut: terminal.print,
      writeErr: terminal.warn,
      // Nothing here is colored; finding out whether it could be takes more of the environment
      // than this process may see.
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showHelpAfterError("(xk --help tells more)");
  const contextOf = async (): Promise<CommandContext> => {
    const { url, data, token = terminal.env("XK_TOKEN") } = program.opts<GlobalFlags>();
    const reopen = async () =>
      new Client(
        await findEndpoint({
          data,
          ...(url === undefined ? {} : { url }),
          ...(token === undefined ? {} : { token }),
        }),
      );
    const { clock, print, warn, signal } = terminal;
    return { client: await reopen(), reopen, clock, print, warn, signal };
  };
  addReading(program, contextOf);
  addWriting(program, contextOf);
  addModify(program, contextOf);
  addEvents(program, contextOf);
  addKillSwitch(program, contextOf);
  addOversight(program, contextOf);
  addKeys(program, terminal);
  return program;
}

type ContextOf = () => Promise<CommandContext>;

const exchangeOption = () => new Option("-e, --exchange <name>", "one exchange instead of all");

const outputOption = (initial: Output) =>
  new Option("-o, --output <form>", "form of the answer")
    .choices(["table", "json", "yaml"])
    .default(initial);

const waitOption = () =>
  new Option("--wait <until>", "answers only then").choices(["accepted", "final"]);

/** As many as a terminal scrolls; more on demand. */
const ROWS_DEFAULT = 500;
const ROWS_MAX = 100_000;

function addReading(program: Command, contextOf: ContextOf): void {
  program.command("get")
    .description("Lists intents, orders, fills, balances, positions, drift, symbols or exchanges.")
    .argument("<resource>")
    .addOption(exchangeOption())
    .addOption(outputOption("table"))
    .option("-l, --selector <labels>", "only with these labels, e.g. app=grid,env=live")
    .option("-s, --symbol <symbol>", "only of this symbol")
    .option("--state <states>", "only in these states, e.g. ACTIVE,FAILED")
    .option("-a, --all", "finished intents and settled drift too")
    .option("-x, --external", "with orders: open orders that somebody else placed too")
    .option("-w, --watch", "goes on with the rows that change, until Ctrl-C")
    .option("--limit <rows>", "rows of each exchange at most", rowLimit, ROWS_DEFAULT)
    .action(async (name: string, options: GetOptions) => {
      await get(await contextOf(), name, options);
    });
  program.command("describe")
    .description("Shows everything known of one intent.")
    .addCommand(
      childCommand(program, "intent")
        .argument("<id>")
        .addOption(exchangeOption())
        .addOption(outputOption("yaml"))
        .action(async (id: string, options: { exchange?: string; output: Output }) => {
          await describeIntent(await contextOf(), id, options);
        }),
    );
}

function addWriting(program: Command, contextOf: ContextOf): void {
  program.command("place")
    .description("Places an order: xk place buy 0.01 BTC/USDT --price 50000")
    .argument("<side>")
    .argument("<amount>", "in base units, a decimal")
    .argument("<symbol>")
    .addOption(exchangeOption())
    .option("-p, --price <price>", "limit price; without it a market order")
    .option("--tif <time>", "time in force: GTC, IOC, FOK, DAY, GTD")
    .option("--post-only", "refused by the exchange rather than taking")
    .option("--id <id>", "intent id of your own: placing it again places nothing twice")
    .option("-l, --selector <labels>", "labels to attach, e.g. app=grid")
    .addOption(waitOption())
    .action(async (side: string, amount: string, symbolId: string, flags: PlaceFlags) => {
      await place(await contextOf(), { side, amount, symbolId }, flags);
    });
  program.command("cancel")
    .description("Cancels one intent, or all of them.")
    .argument("[id]")
    .addOption(exchangeOption())
    .option("-a, --all", "every intent of the exchange, or of all exchanges")
    .option("-s, --symbol <symbol>", "with --all: of this symbol only")
    .addOption(waitOption())
    .action(async (id: string | undefined, flags: CancelFlags) => {
      await cancel(await contextOf(), id, flags);
    });
}

function childCommand(parent: Command, name: string): Command {
  return new Command(name).copyInheritedSettings(parent);
}

function rowLimit(text: string): number {
  const rows = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (rows >= 1 && rows <= ROWS_MAX) return rows;
  throw new InvalidArgumentError(`expected a whole number from 1 to ${ROWS_MAX}`);
}

if (import.meta.main) {
  const reader = new AbortController();
  const code = await runXk(Deno.args, {
    clock: systemClock,
    print: (text) => {
      if (writeText(Deno.stdout, text) === "unread") reader.abort();
    },
    warn: (text) => void writeText(Deno.stderr, text),
    env: (name) => Deno.env.get(name),
    stdin: Deno.stdin,
    signal: reader.signal,
  });
  Deno.exit(code);
}
