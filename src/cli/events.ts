/** `xk events`: what happened, from the log; with -f also what happens. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { KernelEvent } from "../model/event.ts";
import { type Client, queryText } from "./client.ts";
import type { CommandContext, Output } from "./context.ts";
import { watchEvents } from "./event_stream.ts";
import { dataText } from "./listing_text.ts";
import { type Column, renderRows, renderTitles, widthsOf } from "./table.ts";

/** A screen or two. */
const ROWS_DEFAULT = 100;
const ROWS_MAX = 100_000;

/** What the server gives at most. */
const PAGE_ROWS = 1_000;

/** A line of a terminal; -o json has all of it. */
const DETAIL_LENGTH_MAX = 120;

/** Rows come one by one, so the widths are those of usual ids, and a longer one pushes. */
const WIDTHS = [8, 24, 20, 8, 36, 10, 0];

interface EventFlags {
  readonly exchange?: string;
  readonly type?: string;
  readonly symbol?: string;
  readonly intent?: string;
  readonly group?: string;
  readonly selector?: string;
  readonly since?: number;
  readonly follow?: boolean;
  readonly limit: number;
  readonly output: Output;
}

interface EventPage {
  readonly items: readonly KernelEvent[];
  readonly next: number;
  readonly oldest: number;
  readonly newest: number;
}

/** @param contextOf reaches the kernel once the command knows that it needs it. */
export function addEvents(program: Command, contextOf: () => Promise<CommandContext>): void {
  program.command("events")
    .description("Shows the newest events; with -f those that come, until Ctrl-C.")
    .option("-e, --exchange <name>", "of one exchange")
    .option("-t, --type <types>", "of these types, e.g. OrderFilled,OrderRejected")
    .option("-s, --symbol <symbol>", "of this symbol")
    .option("-i, --intent <id>", "of this intent")
    .option("-g, --group <id>", "of this group")
    .option("-l, --selector <labels>", "of intents with these labels, e.g. app=grid")
    .option("--since <id>", "after this event, oldest first; 0 is the beginning", wholeNumber)
    .option("-f, --follow", "goes on with what happens, over lost connections and restarts")
    .option("--limit <rows>", "events at most, without -f", rowLimit, ROWS_DEFAULT)
    .addOption(
      new Option("-o, --output <form>", "form of the answer").choices(["table", "json", "yaml"])
        .default("table"),
    )
    .action(async (flags: EventFlags) => {
      const context = await contextOf();
      await (flags.follow === true ? follow(context, flags) : showStored(context, flags));
    });
}

async function showStored(context: CommandContext, flags: EventFlags): Promise<void> {
  const { items, isCut } = flags.since === undefined
    ? { items: await newestEvents(context.client, flags), isCut: false }
    : await eventsAfter(context.client, flags, flags.since);
  const { print, warn } = context;
  if (flags.output !== "table") print(dataText(flags.output, { items }));
  else {
    const widths = widthsOf(items, COLUMNS);
    print(renderTitles(COLUMNS, widths) + renderRows(items, COLUMNS, widths));
  }
  if (isCut) warn(`… and more: see them with --since ${items.at(-1)?.eventId}\n`);
}

async function follow(context: CommandContext, flags: EventFlags): Promise<void> {
  const { print, warn, client } = context;
  const isTable = flags.output === "table";
  // Named, so that nothing between two connections is missed, not even before the first event.
  const since = flags.since ?? (await readPage(client, { limit: "1" })).newest;
  if (isTable) print(renderTitles(COLUMNS, WIDTHS));
  for await (const watched of watchEvents(context, { query: queryOf(flags), since })) {
    if (watched.kind === "gap") {
      warn(`events ${watched.since + 1} to ${watched.newest} are not all kept: left out\n`);
    } else if (watched.kind === "event") {
      const { event } = watched;
      if (isTable) print(renderRows([event], COLUMNS, WIDTHS));
      else if (flags.output === "json") print(JSON.stringify(event) + "\n");
      else print("---\n" + dataText("yaml", event));
    }
  }
}

/** The last `limit` that match. Without a filter the log is entered near its end. */
async function newestEvents(client: Client, flags: EventFlags): Promise<readonly KernelEvent[]> {
  const query = queryOf(flags);
  const { oldest, newest } = await readPage(client, { limit: "1" });
  const isFiltered = Object.keys(query).length > 0;
  let since = Math.max(oldest - 1, isFiltered ? 0 : newest - flags.limit);
  let last: readonly KernelEvent[] = [];
  while (since < newest) {
    const page = await readPage(client, {
      ...query,
      since: String(since),
      limit: String(PAGE_ROWS),
    });
    last = [...last, ...page.items].slice(-flags.limit);
    since = page.next;
  }
  return last;
}

async function eventsAfter(client: Client, flags: EventFlags, given: number) {
  const items: KernelEvent[] = [];
  let since = given;
  for (;;) {
    const limit = Math.min(flags.limit - items.length, PAGE_ROWS);
    const query = { ...queryOf(flags), since: String(since), limit: String(limit) };
    const page = await readPage(client, query);
    items.push(...page.items);
    since = page.next;
    if (since >= page.newest) return { items, isCut: false };
    if (items.length >= flags.limit) return { items, isCut: true };
  }
}

function readPage(
  client: Client,
  query: Readonly<Record<string, string>>,
): Promise<EventPage> {
  return client.get(`/v1/events${queryText(query)}`);
}

function queryOf(flags: EventFlags): Readonly<Record<string, string>> {
  const { exchange, type, symbol, intent, group, selector } = flags;
  return {
    ...(exchange === undefined ? {} : { exchange }),
    ...(type === undefined ? {} : { type }),
    ...(symbol === undefined ? {} : { symbol }),
    ...(intent === undefined ? {} : { intentId: intent }),
    ...(group === undefined ? {} : { groupId: group }),
    ...(selector === undefined ? {} : { labelSelector: selector }),
  };
}

const COLUMNS: readonly Column<KernelEvent>[] = [
  { title: "event", align: "right", cell: ({ eventId }) => eventId },
  { title: "at", cell: ({ at }) => new Date(at).toISOString() },
  { title: "type", cell: ({ type }) => type },
  { title: "exchange", cell: ({ exchangeId }) => exchangeId },
  { title: "intent", cell: ({ intentId }) => intentId },
  { title: "symbol", cell: ({ symbolId }) => symbolId },
  { title: "detail", cell: ({ payload }) => detailOf(payload) },
];

/** `price=50000 quantity=0.01 …`: what is not null, as the event has it. */
function detailOf(payload: KernelEvent["payload"]): string {
  const text = Object.entries(payload).filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
  return text.length <= DETAIL_LENGTH_MAX ? text : `${text.slice(0, DETAIL_LENGTH_MAX)}…`;
}

function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("expected the number of an event");
}

function rowLimit(text: string): number {
  const rows = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (rows >= 1 && rows <= ROWS_MAX) return rows;
  throw new InvalidArgumentError(`expected a whole number from 1 to ${ROWS_MAX}`);
}
