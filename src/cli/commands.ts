/** What each `xk` command does once its words are understood. */
import { stringify } from "yaml";
import type { Clock } from "../model/clock.ts";
import type { IntentView } from "../model/facade.ts";
import type { ExchangeHealth } from "../model/health.ts";
import { type Client, queryText } from "./client.ts";
import { CommandError, EXIT } from "./exit.ts";
import { EXCHANGE_COLUMNS, type Listing, pathOf, RESOURCES } from "./resources.ts";
import { type Cell, type Column, renderTable } from "./table.ts";

export type Output = "table" | "json" | "yaml";

export interface CommandContext {
  readonly client: Client;
  readonly clock: Clock;
  /** Standard output. */
  readonly print: (text: string) => void;
  /** Standard error. */
  readonly warn: (text: string) => void;
}

export interface GetOptions {
  readonly exchange?: string;
  readonly output: Output;
  readonly selector?: string;
  readonly symbol?: string;
  readonly state?: string;
  readonly all?: boolean;
  readonly external?: boolean;
  readonly limit: number;
}

/** Lists a resource of one exchange, or of all with a column that tells them apart. */
export async function get(
  context: CommandContext,
  name: string,
  options: GetOptions,
): Promise<void> {
  if (name === "exchanges") return await getExchanges(context, options);
  const resource = RESOURCES[name];
  if (resource === undefined) {
    const known = [...Object.keys(RESOURCES), "exchanges"].join(", ");
    throw new CommandError(`there is no resource ${name}: expected one of ${known}`, EXIT.usage);
  }
  const exchanges = await exchangesOf(context, options.exchange);
  const listings: (readonly [string, Listing])[] = [];
  for (const exchange of exchanges) {
    const listing = await resource.list(context.client, exchange, {
      includeTerminal: options.all ?? false,
      external: options.external ?? false,
      limit: options.limit,
      now: context.clock.now(),
      ...(options.selector === undefined ? {} : { labelSelector: options.selector }),
      ...(options.symbol === undefined ? {} : { symbol: options.symbol }),
      ...(options.state === undefined ? {} : { state: options.state }),
    });
    listings.push([exchange, listing]);
  }
  if (options.output === "table") context.print(renderListings(listings));
  else printData(context, options.output, listings.flatMap(([, { items }]) => items));
  if (listings.some(([, { isCut }]) => isCut)) {
    context.warn(`… and more: see them with --limit above ${options.limit}\n`);
  }
}

/** Everything known of one intent. */
export async function describeIntent(
  context: CommandContext,
  intentId: string,
  options: { readonly exchange?: string; readonly output: Output },
): Promise<void> {
  const [, view] = await findIntent(context, intentId, options.exchange);
  context.print(options.output === "json" ? jsonText(view) : stringify(view));
}

export interface PlaceFlags {
  readonly exchange?: string;
  readonly price?: string;
  readonly tif?: string;
  readonly id?: string;
  readonly selector?: string;
  readonly postOnly?: boolean;
  readonly wait?: string;
}

export interface PlaceWords {
  readonly side: string;
  readonly amount: string;
  readonly symbolId: string;
}

export async function place(
  context: CommandContext,
  { side, amount, symbolId }: PlaceWords,
  flags: PlaceFlags,
): Promise<void> {
  const exchange = await oneExchange(context, flags.exchange);
  const { intentId } = await context.client.post<{ readonly intentId: string }>(
    `${pathOf(exchange)}/intents`,
    {
      order: {
        symbolId,
        side: side.toUpperCase(),
        amount,
        ...(flags.price === undefined ? {} : { limitPrice: flags.price }),
        ...(flags.tif === undefined ? {} : { timeInForce: flags.tif }),
        ...(flags.postOnly === undefined ? {} : { postOnly: flags.postOnly }),
      },
      ...(flags.id === undefined ? {} : { intentId: flags.id }),
      ...(flags.selector === undefined ? {} : { labels: labelsOf(flags.selector) }),
      ...(flags.wait === undefined ? {} : { waitFor: flags.wait }),
    },
  );
  context.print(`intent/${intentId} placed on ${exchange}\n`);
}

export interface CancelFlags {
  readonly exchange?: string;
  readonly all?: boolean;
  readonly symbol?: string;
  readonly wait?: string;
}

/** One intent by its id, or with `all` every one, of one exchange or of all. */
export async function cancel(
  context: CommandContext,
  intentId: string | undefined,
  flags: CancelFlags,
): Promise<void> {
  if ((intentId === undefined) === (flags.all !== true)) {
    throw new CommandError("give either the ID of an intent or --all", EXIT.usage);
  }
  if (intentId !== undefined) return await cancelOne(context, intentId, flags);
  for (const exchange of await exchangesOf(context, flags.exchange)) {
    const { canceled } = await context.client.post<{ readonly canceled: number }>(
      `${pathOf(exchange)}/cancel-all`,
      flags.symbol === undefined ? {} : { symbol: flags.symbol },
    );
    context.print(`${canceled} intents of ${exchange} set to CANCELED\n`);
  }
}

async function cancelOne(
  context: CommandContext,
  intentId: string,
  { exchange: given, wait }: CancelFlags,
): Promise<void> {
  const [exchange] = await findIntent(context, intentId, given);
  const query = queryText(wait === undefined ? {} : { waitFor: wait });
  await context.client.delete(
    `${pathOf(exchange)}/intents/${encodeURIComponent(intentId)}${query}`,
  );
  context.print(`intent/${intentId} set to CANCELED\n`);
}

async function getExchanges(context: CommandContext, { output }: GetOptions): Promise<void> {
  const { items } = await context.client.get<{ readonly items: readonly ExchangeHealth[] }>(
    "/v1/exchanges",
  );
  if (output === "table") context.print(renderTable(items, EXCHANGE_COLUMNS));
  else printData(context, output, items);
}

/** @returns the given exchange, or the names of all. */
async function exchangesOf(
  { client }: CommandContext,
  given: string | undefined,
): Promise<readonly string[]> {
  if (given !== undefined) return [given];
  const { items } = await client.get<{ readonly items: readonly ExchangeHealth[] }>(
    "/v1/exchanges",
  );
  return items.map(({ exchangeId }) => exchangeId);
}

async function oneExchange(
  context: CommandContext,
  given: string | undefined,
): Promise<string> {
  const [first, ...others] = await exchangesOf(context, given);
  if (first !== undefined && others.length === 0) return first;
  const names = first === undefined ? "none" : [first, ...others].join(", ");
  throw new CommandError(`name one exchange with --exchange; there are ${names}`, EXIT.usage);
}

/** Intent ids are unique within an exchange only, so a name found twice needs `--exchange`. */
async function findIntent(
  context: CommandContext,
  intentId: string,
  given: string | undefined,
): Promise<readonly [string, IntentView]> {
  const exchanges = await exchangesOf(context, given);
  const found: (readonly [string, IntentView])[] = [];
  let failure: unknown = null;
  for (const exchange of exchanges) {
    const path = `${pathOf(exchange)}/intents/${encodeURIComponent(intentId)}`;
    try {
      found.push([exchange, await context.client.get<IntentView>(path)]);
    } catch (error) {
      failure = error;
    }
  }
  const [first, ...others] = found;
  if (first === undefined) {
    throw failure ?? new CommandError(`there is no intent ${intentId}: there are no exchanges`);
  }
  if (others.length === 0) return first;
  const names = found.map(([exchange]) => exchange).join(", ");
  throw new CommandError(
    `${intentId} is an intent of ${names}: name one with --exchange`,
    EXIT.usage,
  );
}

function renderListings(listings: readonly (readonly [string, Listing])[]): string {
  const [first] = listings;
  if (first === undefined) return "there are no exchanges\n";
  const [, { columns, rows }] = first;
  if (listings.length === 1) return renderTable(rows, columns);
  const withExchange: readonly Column<readonly Cell[]>[] = [
    { title: "exchange", cell: ([exchange]) => exchange },
    ...columns.map((column) => ({
      ...column,
      cell: ([, ...cells]: readonly Cell[]) => column.cell(cells),
    })),
  ];
  const all = listings.flatMap(([exchange, listing]) =>
    listing.rows.map((cells) => [exchange, ...cells])
  );
  return renderTable(all, withExchange);
}

function printData({ print }: CommandContext, output: Output, items: readonly unknown[]): void {
  print(output === "json" ? jsonText({ items }) : stringify({ items }));
}

function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2) + "\n";
}

function labelsOf(selector: string): Readonly<Record<string, string>> {
  const pairs = selector.split(",").map((term) => {
    const [key, value, ...rest] = term.split("=");
    if (!key || value === undefined || rest.length > 0) {
      throw new CommandError(`labels are key=value,…, got ${selector}`, EXIT.usage);
    }
    return [key, value] as const;
  });
  return Object.fromEntries(pairs);
}
