import { assert, assertEquals, assertRejects } from "@std/assert";
import { Catalogue } from "../../../src/exchanges/ccxt/instruments/catalogue.ts";
import type { CcxtExchange, CcxtMarket } from "../../../src/exchanges/ccxt/ccxt.ts";
import { LIST_PART_CHARS_MAX } from "../../../src/exchanges/ccxt/limits.ts";
import { VENUES as PROFILES } from "../../../src/exchanges/ccxt/profiles/registry.ts";
import {
  exchangeOf,
  profileOf,
  recorded,
  type RecordedAnswer,
  type Venue,
} from "./market_lists.ts";

type Rows = Record<string, unknown>;

/** So long that every row is a part of its own; no reader knows the field. */
const PADDING = '[{"'.padEnd(LIST_PART_CHARS_MAX, "x");

function padded(value: unknown, path: readonly string[]): unknown {
  const [name, ...rest] = path;
  const fields = value as Rows;
  if (name !== undefined) {
    return name in fields ? { ...fields, [name]: padded(fields[name], rest) } : fields;
  }
  const longer = (row: unknown) => ({ ...(row as Rows), padding: PADDING });
  if (Array.isArray(value)) return value.map(longer);
  return Object.fromEntries(Object.entries(fields).map(([key, row]) => [key, longer(row)]));
}

interface Load {
  readonly exchange: CcxtExchange;
  readonly catalogue: Catalogue;
  readonly load: () => Promise<unknown>;
  /** URLs asked for. */
  readonly requests: string[];
  /** Ids in the order in which they were read. */
  readonly reads: string[];
}

async function loading(venue: Venue, answers: readonly RecordedAnswer[]): Promise<Load> {
  const { marketRows } = await profileNamed(venue);
  assert(marketRows !== undefined);
  const exchange = await exchangeOf(
    venue,
    () => answers.map((one) => ({ ...one, answer: padded(one.answer, marketRows) })),
  );
  const requests: string[] = [];
  const reads: string[] = [];
  const fetch = exchange.fetchImplementation!;
  exchange.fetchImplementation = (url, init) => {
    requests.push(url);
    return fetch(url, init);
  };
  const catalogue = new Catalogue();
  const profile = profileOf(venue);
  const load = () =>
    catalogue.load(exchange, {
      ...profile,
      marketRows,
      instrument: (market, given) => {
        reads.push(market.id);
        return profile.instrument(market, given);
      },
    });
  return { exchange, catalogue, load, requests, reads };
}

async function profileNamed(venue: Venue) {
  const { load, markets } = PROFILES[venue]!;
  return await load(markets[0]!);
}

/** As the catalogue keeps them. */
function slim(market: CcxtMarket): unknown {
  const fields = Object.entries({ ...market, info: {} });
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

for (const venue of ["bybit", "coinbase", "kraken", "krakenfutures", "okx"] as const) {
  Deno.test(`market list: read row by row, ${venue}'s is what ccxt loads at once`, async () => {
    const answers = await recorded(venue);
    const whole = await exchangeOf(venue, () => answers);
    await whole.loadMarkets(true, {});
    const { exchange, load, requests, reads } = await loading(venue, answers);
    await load();
    for (const market of Object.values(whole.markets!)) {
      assertEquals<unknown>(exchange.markets![market.symbol], slim(market));
    }
    assertEquals([exchange.symbols, exchange.ids], [whole.symbols, whole.ids]);
    for (const [id, sharing] of Object.entries(whole.markets_by_id!)) {
      const symbols = (exchange.markets_by_id![id] ?? []).map(({ symbol }) => symbol);
      assertEquals(symbols, sharing.map(({ symbol }) => symbol));
    }
    // Nothing was asked for or read twice.
    assertEquals(new Set(requests).size, requests.length);
    assertEquals(reads.length, Object.values(whole.markets_by_id!).flat().length);
  });
}

Deno.test("market list: an answer that has no rows where they should be has all read whole", async () => {
  // Options are listed under another name than the rest.
  const answers = await recorded("binance");
  const { catalogue, load, requests } = await loading("binance", answers);
  await load();
  const whole = new Catalogue();
  await whole.load(await exchangeOf("binance", () => answers), profileOf("binance"));
  assertEquals(catalogue.list(), whole.list());
  assertEquals(requests.length, 4);
});

/** Bybit's linear contracts on pages; ccxt asks for no further one after one without rows. */
async function paged(pages: readonly (readonly string[])[], last = ""): Promise<Load> {
  const answers = await recorded("bybit");
  const linear = answers.find(({ url }) => url === "category=linear")!.answer as {
    readonly result: { readonly list: readonly Rows[] };
  };
  const [row] = linear.result.list;
  const pageOf = (bases: readonly string[], at: number): RecordedAnswer => ({
    url: at === 0 ? "category=linear" : `cursor=page-${at}-`,
    answer: {
      ...linear,
      result: {
        ...linear.result,
        list: bases.map((base) => ({ ...row, symbol: `${base}USDT`, baseCoin: base })),
        nextPageCursor: at + 1 < pages.length ? `page-${at + 1}-` : last,
      },
    },
  });
  const all = pages.map(pageOf);
  const none = answers.find(({ url }) => url === "status=PreLaunch")!;
  const made = await loading("bybit", [none, ...all.slice(1), all[0]!]);
  made.exchange.options["fetchMarkets"] = { types: ["linear"] };
  return made;
}

Deno.test("market list: pages are read in parts, too", async () => {
  const { catalogue, load, reads } = await paged([["A", "B", "C"], ["D", "E"]]);
  await load();
  assertEquals(catalogue.list().map(({ instrument }) => instrument.baseCurrency).sort(), [
    ..."ABCDE",
  ]);
  assertEquals(reads.length, 5);
});

Deno.test("market list: a short page does not hide the pages after it", async () => {
  const { catalogue, load, requests } = await paged([["A", "B", "C"], ["D"], ["E", "F"]]);
  await load();
  assertEquals(catalogue.list().map(({ instrument }) => instrument.baseCurrency).sort(), [
    ..."ABCDEF",
  ]);
  assertEquals(new Set(requests).size, requests.length);
});

for (
  const [what, count, last] of [
    ["pages without end", 120, ""],
    ["pages that lead back to an earlier one", 3, "page-1-"],
  ] as const
) {
  Deno.test(`market list: ${what} are refused`, async () => {
    const { load } = await paged(Array.from({ length: count }, (_, at) => [`A${at}`]), last);
    await assertRejects(load, RangeError, "Cannot list instruments: more than 100 answers");
  });
}

Deno.test("market list: rows that are no JSON cost the load, and the list stays as it was", async () => {
  const { exchange, catalogue, load } = await loading("okx", await recorded("okx"));
  await load();
  const before = catalogue.list();
  const { fetchImplementation, parseJson } = exchange;
  const fetch = fetchImplementation!;
  const spoiled: typeof fetch = async (url, init) => {
    const response = await fetch(url, init);
    const text = (await response.text()).replace('"instId":"BTC-USDT"', '"instId" "BTC-USDT"');
    return { ...response, headers: response.headers, text: () => Promise.resolve(text) };
  };
  exchange.fetchImplementation = spoiled;
  await assertRejects(load, TypeError, "a list that is no JSON");
  assertEquals(catalogue.list(), before);
  assert(exchange.fetchImplementation === spoiled && exchange.parseJson === parseJson);
});
