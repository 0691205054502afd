/** `xk modify`: some fields of an order, the others as they are. */
import { type Command, Option } from "commander";
import { pathOf } from "./client.ts";
import { type CommandContext, findIntent } from "./context.ts";
import { CommandError, EXIT } from "./exit.ts";

interface ModifyFlags {
  readonly exchange?: string;
  readonly amount?: string;
  readonly price?: string;
  readonly tif?: string;
  readonly wait?: string;
}

/** @param contextOf reaches the kernel once the command knows that it needs it. */
export function addModify(program: Command, contextOf: () => Promise<CommandContext>): void {
  program.command("modify")
    .description("Changes an order: xk modify ID --price 51000 --amount 0.02")
    .argument("<id>")
    .option("-e, --exchange <name>", "where the intent is")
    .option("-a, --amount <amount>", "in all, filled or not, in the units it was placed in")
    .option("-p, --price <price>", "limit price")
    .option("--tif <time>", "time in force: GTC, IOC, FOK, DAY, GTD")
    .addOption(new Option("--wait <until>", "answers only then").choices(["accepted", "final"]))
    .action(async (id: string, flags: ModifyFlags) => {
      await modify(await contextOf(), id, flags);
    });
}

async function modify(context: CommandContext, id: string, flags: ModifyFlags): Promise<void> {
  const { amount, price, tif, wait } = flags;
  const changes = {
    ...(amount === undefined ? {} : { amount }),
    ...(price === undefined ? {} : { limitPrice: price }),
    ...(tif === undefined ? {} : { timeInForce: tif }),
  };
  if (Object.keys(changes).length === 0) {
    throw new CommandError("give what is to change: --amount, --price or --tif", EXIT.usage);
  }
  const [exchange, { intent }] = await findIntent(context, id, flags.exchange);
  await context.client.put(
    `${pathOf(exchange)}/intents/${encodeURIComponent(id)}`,
    {
      order: { ...intent.order, ...changes },
      ...(wait === undefined ? {} : { waitFor: wait }),
    },
    // Nobody's change in between is undone: it is refused then.
    { "if-match": String(intent.resourceVersion) },
  );
  const told = Object.entries(changes).map(([name, value]) => `${name} ${value}`).join(", ");
  context.print(`intent/${id} modified: ${told}\n`);
}
