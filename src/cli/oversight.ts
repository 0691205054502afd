/** `xk drift`, `xk resolve` and `xk adopt`: what a person decides beside orders. */
import { type Command, Option } from "commander";
import type { Drift } from "../model/drift.ts";
import { pathOf } from "./client.ts";
import type { CommandContext } from "./context.ts";
import { CommandError, EXIT } from "./exit.ts";

type ContextOf = () => Promise<CommandContext>;

interface ExchangeFlag {
  readonly exchange?: string;
}

const exchangeOption = () => new Option("-e, --exchange <name>", "needed if there are several");

/** @param contextOf reaches the kernel once a command knows that it needs it. */
export function addOversight(program: Command, contextOf: ContextOf): void {
  addDrift(program, contextOf);
  addResolve(program, contextOf);
  addAdopt(program, contextOf);
}

function addDrift(program: Command, contextOf: ContextOf): void {
  const command = program.command("drift")
    .description("Settles a disagreement with the exchange; `xk get drift` lists them.");
  for (
    const [action, summary] of [
      ["approve", "Accepts what the drift proposes and carries out its fix."],
      ["dismiss", "Closes the drift without acting."],
    ] as const
  ) {
    command.command(action)
      .description(summary)
      .argument("<id>")
      .addOption(exchangeOption())
      .option("-n, --note <text>", "why, for those who read the record")
      .action(async (id: string, { exchange, note }: ExchangeFlag & { readonly note?: string }) => {
        const context = await contextOf();
        const name = await exchangeWith(context, exchange, `drift/${encodeURIComponent(id)}`);
        const { kind, status } = await context.client.put<Drift>(
          `${pathOf(name)}/drift/${encodeURIComponent(id)}`,
          { action, ...(note === undefined ? {} : { note }) },
        );
        context.print(`drift/${id} (${kind}) is ${status}\n`);
      });
  }
}

interface ResolveFlags extends ExchangeFlag {
  readonly filled?: string;
  readonly price?: string;
  readonly note?: string;
}

function addResolve(program: Command, contextOf: ContextOf): void {
  program.command("resolve")
    .description(
      "Says what became of an order that cannot be proven: xk resolve ID canceled --filled 0",
    )
    .argument("<id>")
    .argument("<verdict>", "absent, canceled or filled")
    .addOption(exchangeOption())
    .option("--filled <amount>", "with canceled: filled in all, in base units")
    .option("--price <price>", "average price of what is not booked yet")
    .option("-n, --note <text>", "where it was seen, for those who read the record")
    .action(async (id: string, kind: string, flags: ResolveFlags) => {
      const { exchange, filled, price, note } = flags;
      const context = await contextOf();
      const name = await exchangeWith(context, exchange, `intents/${encodeURIComponent(id)}`);
      const { state } = await context.client.post<{ readonly state: { readonly state: string } }>(
        `${pathOf(name)}/intents/${encodeURIComponent(id)}/resolve`,
        {
          verdict: {
            kind,
            ...(filled === undefined ? {} : { filled }),
            ...(price === undefined ? {} : { price }),
            ...(note === undefined ? {} : { note }),
          },
        },
      );
      context.print(`intent/${id} is ${state.state}\n`);
    });
}

interface AdoptFlags extends ExchangeFlag {
  readonly symbol?: string;
  readonly id?: string;
}

function addAdopt(program: Command, contextOf: ContextOf): void {
  program.command("adopt")
    .description("Makes an open order that somebody else placed an intent; see get orders -x.")
    .argument("<order>", "the exchange's id of the order")
    .addOption(exchangeOption())
    .option("-s, --symbol <symbol>", "needed where two symbols share the id")
    .option("--id <id>", "intent id of your own")
    .action(async (exchangeOrderId: string, { exchange, symbol, id }: AdoptFlags) => {
      const context = await contextOf();
      const name = await exchangeWith(context, exchange, null);
      const { intentId } = await context.client.post<{ readonly intentId: string }>(
        `${pathOf(name)}/adopt`,
        {
          exchangeOrderId,
          ...(symbol === undefined ? {} : { symbolId: symbol }),
          ...(id === undefined ? {} : { intentId: id }),
        },
      );
      context.print(`order ${exchangeOrderId} of ${name} is intent/${intentId} now\n`);
    });
}

/** Only one exchange can be meant: the given one, or the only one there is. */
async function exchangeWith(
  { client }: CommandContext,
  given: string | undefined,
  what: string | null,
): Promise<string> {
  if (given !== undefined) return given;
  const { items } = await client.get<{ readonly items: readonly { exchangeId: string }[] }>(
    "/v1/exchanges",
  );
  const names = items.map(({ exchangeId }) => exchangeId);
  const [only, ...others] = names;
  if (only !== undefined && others.length === 0) return only;
  const of = what === null ? "" : ` of ${what}`;
  const there = only === undefined ? "none" : names.join(", ");
  throw new CommandError(`name the exchange${of} with --exchange; there are ${there}`, EXIT.usage);
}
