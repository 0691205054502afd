/** What each `xk` command does once its words are understood. */
import { didYouMean } from "../config/suggestion.ts";
import type { ExchangeHealth } from "../model/health.ts";
import { type Client, pathOf, queryText } from "./client.ts";
import {
  type CommandContext,
  exchangesOf,
  findIntent,
  oneExchange,
  type Output,
} from "./context.ts";
import { CommandError, EXIT } from "./exit.ts";
import { dataText, type Listings, renderListings } from "./listing_text.ts";
import { exchangeColumns, type ListOptions, type Resource, RESOURCES } from "./resources.ts";
import { notReadyText } from "./not_ready_text.ts";
import { renderTable } from "./table.ts";
import { watchListing } from "./watch_listing.ts";

export interface GetOptions {
  readonly exchange?: string;
  readonly output: Output;
  readonly selector?: string;
  readonly symbol?: string;
  readonly state?: string;
  readonly all?: boolean;
  readonly external?: boolean;
  readonly limit: number;
  readonly watch?: boolean;
}

/** Lists a resource of one exchange, or of all with a column that tells them apart. */
export async function get(
  context: CommandContext,
  name: string,
  options: GetOptions,
): Promise<void> {
  const resource = RESOURCES[name];
  if (resource === undefined && name !== "exchanges") {
    const known = [...Object.keys(RESOURCES), "exchanges"];
    const rule = `expected one of ${known.join(", ")}${didYouMean(name, known)}`;
    throw new CommandError(`there is no resource ${name}: ${rule}`, EXIT.usage);
  }
  if (options.watch === true) return await watch(context, name, options);
  if (resource === undefined) return await getExchanges(context, options);
  const exchanges = await exchangesOf(context, options.exchange);
  const listings = await listAll(context.client, resource, {
    exchanges,
    list: listOptions(context, options),
  });
  if (options.output === "table") context.print(renderListings(listings));
  else {context.print(dataText(options.output, {
      items: listings.flatMap(([, { items }]) => items),
    }));}
  warnIfCut(context, listings, options.limit);
}

async function watch(context: CommandContext, name: string, options: GetOptions): Promise<void> {
  const resource = RESOURCES[name];
  if (resource === undefined || resource.changed === null) {
    const known = Object.keys(RESOURCES).filter((each) => RESOURCES[each]?.changed);
    throw new CommandError(`cannot watch ${name}: only ${known.join(", ")}`, EXIT.usage);
  }
  const exchanges = await exchangesOf(context, options.exchange);
  const { exchange, symbol, selector } = options;
  await watchListing(context, {
    changed: resource.changed,
    list: async (client) => {
      const list = listOptions(context, options);
      const listings = await listAll(client, resource, { exchanges, list });
      warnIfCut(context, listings, options.limit);
      return listings;
    },
    options: () => listOptions(context, options),
    query: {
      ...(exchange === undefined ? {} : { exchange }),
      ...(symbol === undefined ? {} : { symbol }),
      ...(selector === undefined ? {} : { labelSelector: selector }),
    },
    output: options.output,
  });
}

function listOptions({ clock }: CommandContext, options: GetOptions): ListOptions {
  return {
    includeTerminal: options.all ?? false,
    external: options.external ?? false,
    limit: options.limit,
    now: clock.now(),
    ...(options.selector === undefined ? {} : { labelSelector: options.selector }),
    ...(options.symbol === undefined ? {} : { symbol: options.symbol }),
    ...(options.state === undefined ? {} : { state: options.state }),
  };
}

async function listAll(
  client: Client,
  resource: Resource,
  { exchanges, list }: { readonly exchanges: readonly string[]; readonly list: ListOptions },
): Promise<Listings> {
  const listings: Listings[number][] = [];
  for (const exchange of exchanges) {
    listings.push([exchange, await resource.list(client, exchange, list)]);
  }
  return listings;
}

function warnIfCut({ warn }: CommandContext, listings: Listings, limit: number): void {
  if (listings.some(([, { isCut }]) => isCut)) {
    warn(`… and more: see them with --limit above ${limit}\n`);
  }
}

/** Everything known of one intent. */
export async function describeIntent(
  context: CommandContext,
  intentId: string,
  options: { readonly exchange?: string; readonly output: Output },
): Promise<void> {
  const [, view] = await findIntent(context, intentId, options.exchange);
  context.print(dataText(options.output, view));
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

async function getExchanges(context: CommandContext, options: GetOptions): Promise<void> {
  const { output, exchange } = options;
  const { items } = exchange === undefined
    ? await context.client.get<{ readonly items: readonly ExchangeHealth[] }>("/v1/exchanges")
    : { items: [await context.client.get<ExchangeHealth>(pathOf(exchange))] };
  if (output !== "table") return context.print(dataText(output, { items }));
  context.print(renderTable(items, exchangeColumns(context.clock.now())));
  const troubles = notReadyText(items);
  // Too long for a column, and the same for several.
  if (troubles !== "") context.print(`\n${troubles}`);
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
