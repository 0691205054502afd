/** `xk get … -w`: the list, then each row again whenever an event has changed it. */
import { dataText, GrowingTable } from "./listing_text.ts";
import type { CommandContext, Output } from "./context.ts";
import { watchEvents } from "./event_stream.ts";
import { CommandError, EXIT } from "./exit.ts";
import type { Listing, ListOptions, Resource } from "./resources.ts";
import type { Client } from "./client.ts";

/** As many rows as a list can have; beyond it one may be shown again that has not changed. */
const SEEN_MAX = 100_000;

export interface ListingWatch {
  readonly changed: NonNullable<Resource["changed"]>;
  readonly list: (client: Client) => Promise<readonly (readonly [string, Listing])[]>;
  readonly options: () => ListOptions;
  /** The filter of events. */
  readonly query: Readonly<Record<string, string>>;
  readonly output: Output;
}

/**
 * Reads the whole list at each opening of the stream, so that nothing is missed, and shows what is
 * new or different; then what each event is about.
 */
export async function watchListing(context: CommandContext, watch: ListingWatch): Promise<void> {
  const rows = new ChangedRows(context, watch.output);
  let { client } = context;
  let exchanges = 0;
  for await (const watched of watchEvents(context, { query: watch.query, since: null })) {
    if (watched.kind === "gap") continue; // the list that follows tells what it hid
    if (watched.kind === "open") {
      client = watched.client;
      const listings = await readable(context, watch.list(client));
      exchanges = listings?.length ?? exchanges;
      rows.show(listings ?? []);
      continue;
    }
    const { event } = watched;
    const listing = await readable(context, watch.changed(client, event, watch.options()));
    if (listing === null) continue;
    // A table of several exchanges has a column more, which `show` gives to two listings or more.
    const empty = { ...listing, items: [], rows: [], keys: [], marks: [] };
    rows.show([[event.exchangeId, listing], ...exchanges > 1 ? [["", empty] as const] : []]);
  }
}

/** A kernel that is gone breaks the stream too, and all is read again; else it is told. */
async function readable<T>({ warn, signal }: CommandContext, reading: Promise<T>) {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (error.exitCode !== EXIT.noKernel && !signal.aborted) warn(`xk: ${error.message}\n`);
    return null;
  }
}

class ChangedRows {
  readonly #context: CommandContext;
  readonly #output: Output;
  readonly #table = new GrowingTable();
  readonly #seen = new Map<string, string>();

  constructor(context: CommandContext, output: Output) {
    this.#context = context;
    this.#output = output;
  }

  show(listings: readonly (readonly [string, Listing])[]): void {
    const changed = listings.map(([exchange, listing]) =>
      [exchange, this.#changed(exchange, listing)] as const
    );
    const { print } = this.#context;
    if (this.#output === "table") return print(this.#table.rows(changed));
    for (const item of changed.flatMap(([, { items }]) => items)) {
      print(
        this.#output === "json" ? JSON.stringify(item) + "\n" : "---\n" + dataText("yaml", item),
      );
    }
  }

  #changed(exchange: string, listing: Listing): Listing {
    const at = listing.keys.flatMap((key, index) =>
      this.#isNew(`${exchange} ${key}`, this.#markOf(listing, index)) ? [index] : []
    );
    return {
      ...listing,
      items: at.map((index) => listing.items[index]!),
      rows: at.map((index) => listing.rows[index]!),
      keys: at.map((index) => listing.keys[index]!),
      marks: at.map((index) => listing.marks[index]!),
    };
  }

  #markOf({ items, marks }: Listing, index: number): string {
    return this.#output === "table" ? marks[index]! : JSON.stringify(items[index]);
  }

  #isNew(key: string, mark: string): boolean {
    if (this.#seen.get(key) === mark) return false;
    this.#seen.delete(key); // to the end: the oldest go first
    this.#seen.set(key, mark);
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= SEEN_MAX) break;
      this.#seen.delete(oldest);
    }
    return true;
  }
}
