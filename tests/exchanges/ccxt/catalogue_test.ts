import { assert, assertEquals, assertRejects } from "@std/assert";
import { Catalogue } from "../../../src/exchanges/ccxt/instruments/catalogue.ts";
import type { CcxtExchange } from "../../../src/exchanges/ccxt/ccxt.ts";
import {
  CAPABILITIES,
  exchangeOf,
  loaded,
  profileOf,
  recorded,
  type RecordedAnswer,
} from "./market_lists.ts";

interface Rows {
  readonly symbols: readonly { readonly symbol: string }[];
}

/** Binance's spot list alone, with the rows the test wants. */
async function spotList(): Promise<
  {
    readonly catalogue: Catalogue;
    readonly exchange: CcxtExchange;
    readonly load: () => Promise<unknown>;
    answer: readonly RecordedAnswer[];
    keep(symbols: readonly string[]): void;
  }
> {
  const all = (await recorded("binance")).filter(({ url }) => url === "/api/v3/exchangeInfo");
  const rows = all[0]!.answer as Rows;
  const list = { answer: all };
  const exchange = await exchangeOf("binance", () => list.answer);
  (exchange.options["fetchMarkets"] as { types: unknown }).types = ["spot"];
  const catalogue = new Catalogue();
  const profile = profileOf("binance");
  return Object.assign(list, {
    catalogue,
    exchange,
    load: () => catalogue.load(exchange, profile),
    keep: (symbols: readonly string[]) => {
      const kept = rows.symbols.filter(({ symbol }) => symbols.includes(symbol));
      list.answer = [{ ...all[0]!, answer: { ...rows, symbols: kept } }];
    },
  });
}

Deno.test("catalogue: a raw name of a spot market and a contract needs to be told apart", async () => {
  const { catalogue } = await loaded("bybit");
  assertEquals(catalogue.symbolOf("BTCUSDT"), "BTCUSDT");
  assertEquals(catalogue.symbolOf("BTCUSDT", "spot"), "BTC/USDT");
  assertEquals(catalogue.symbolOf("BTCUSDT", "contract"), "BTC/USDT:PERP");
  assertEquals<unknown>(catalogue.resolve("BTCUSDT"), {
    kind: "ambiguous",
    candidates: ["BTC/USDT", "BTC/USDT:PERP"],
  });
  assertEquals(catalogue.contractSizeOf("BTCUSDT"), null);
});

Deno.test("catalogue: two contracts of one canonical name are refused by each of their names", async () => {
  const { catalogue } = await loaded("coinbase");
  const candidates = ["BIT-26APR24-CDE", "BTI-26APR24-CDE"];
  const canonical = "BTC/USD:FUT:20240426";
  for (const name of [canonical, "BTC/USD:USD-240426"]) {
    assertEquals<unknown>(catalogue.resolve(name), { kind: "ambiguous", candidates });
  }
  assertEquals<unknown>(catalogue.resolve("BIT-26APR24-CDE").kind, "ambiguous");
  assertEquals(catalogue.get(canonical), undefined);
  assertEquals(catalogue.marketOf(canonical), undefined);
  // Their rows stay apart, and are counted by their own size.
  assertEquals(candidates.map((name) => catalogue.symbolOf(name)), candidates);
  const sizes = candidates.map((name) => catalogue.contractSizeOf(name));
  assertEquals<unknown>(sizes, ["0.01", "1"]);
});

Deno.test("catalogue: every spelling of a market leads to it", async () => {
  const { catalogue } = await loaded("kraken");
  for (const name of ["XXBTZUSD", "XBTUSD", "XBT/USD", "BTC/USD"]) {
    assertEquals<unknown>(catalogue.resolve(name), { kind: "listed", symbolId: "BTC/USD" });
    assertEquals(catalogue.symbolOf(name), "BTC/USD");
  }
  assertEquals(catalogue.rawOf("BTC/USD"), "XXBTZUSD");
});

Deno.test("catalogue: a name that nothing has is unknown, and stands for itself in a row", async () => {
  const { catalogue } = await loaded("kraken");
  assertEquals(catalogue.resolve("NOPE"), { kind: "unknown" });
  assertEquals(catalogue.symbolOf("NOPE"), "NOPE");
  assertEquals(catalogue.contractSizeOf("NOPE"), null);
  assertEquals(catalogue.rawOf("NOPE"), undefined);
});

Deno.test("catalogue: the names of a delisted symbol stay, its constraints do not", async () => {
  const list = await spotList();
  await list.load();
  list.keep(["BTCUSDT"]);
  await list.load();
  const { catalogue } = list;
  assertEquals(catalogue.list().map(({ symbolId }) => symbolId), ["BTC/USDT"]);
  assertEquals(catalogue.get("ETH/BTC"), undefined);
  assertEquals<unknown>(catalogue.resolve("ETHBTC"), { kind: "delisted", symbolId: "ETH/BTC" });
  assertEquals<unknown>(catalogue.resolve("ETH/BTC"), { kind: "delisted", symbolId: "ETH/BTC" });
  assertEquals(catalogue.symbolOf("ETHBTC"), "ETH/BTC");
  assertEquals(catalogue.rawOf("ETH/BTC"), "ETHBTC");
  assertEquals(catalogue.marketOf("ETH/BTC")?.id, "ETHBTC");
});

for (
  const [what, answers] of [
    ["fails", []],
    ["is empty", [{ url: "/api/v3/exchangeInfo", answer: { symbols: [] } }]],
  ] as const
) {
  Deno.test(`catalogue: a reload that ${what} keeps the list as it was`, async () => {
    const list = await spotList();
    await list.load();
    const before = list.catalogue.list();
    const market = list.catalogue.marketOf("BTC/USDT");
    list.answer = answers;
    await assertRejects(list.load);
    assertEquals(list.catalogue.list(), before);
    assert(list.catalogue.marketOf("BTC/USDT") === market);
    assert(list.exchange.markets?.["BTC/USDT"] === market);
    // ccxt's sockets ask for the markets by themselves, and must get those that are there.
    assert(await list.exchange.loadMarkets(false, {}) === list.exchange.markets);
    list.keep(["BTCUSDT"]);
    await list.load();
    assertEquals(list.catalogue.list().length, 1);
  });
}

Deno.test("catalogue: two loads at once are one request, and every market is read once", async () => {
  const { catalogue, exchange, keep } = await spotList();
  const profile = profileOf("binance");
  let reads = 0;
  const load = () =>
    catalogue.load(exchange, {
      ...profile,
      instrument: (...market) => {
        reads += 1;
        return profile.instrument(...market);
      },
    });
  let requests = 0;
  const fetch = exchange.fetchImplementation!;
  exchange.fetchImplementation = (...call) => {
    requests += 1;
    return fetch(...call);
  };
  await Promise.all([load(), load()]);
  assertEquals([requests, reads], [1, 7]);
  keep(["BTCUSDT"]);
  await load();
  assertEquals([requests, reads, catalogue.list().length], [2, 8, 1]);
});

Deno.test("catalogue: what cannot be read is told and costs no other market", async () => {
  const list = await spotList();
  const profile = profileOf("binance", {
    metadata: ({ id }) => {
      if (id === "ETHBTC") throw new Error("no such field");
      return {};
    },
  });
  const bad = await list.catalogue.load(list.exchange, profile);
  assertEquals(bad, [{ rawSymbol: "ETHBTC", message: "no such field" }]);
  assertEquals(list.catalogue.get("ETH/BTC"), undefined);
  assertEquals(list.catalogue.list().length, 6);
  // Its orders are still named.
  assertEquals(list.catalogue.symbolOf("ETHBTC"), "ETH/BTC");
  assertEquals(list.catalogue.resolve("ETHBTC").kind, "delisted");
});

Deno.test("catalogue: markets with too many names are refused", async () => {
  const list = await spotList();
  const names = () => Array.from({ length: 9 }, (_, index) => `N${index}`);
  const bad = await list.catalogue.load(list.exchange, { ...profileOf("binance"), names });
  assertEquals(bad.length, 7);
  assertEquals(bad[0]?.message, "10 names are more than 8");
});

Deno.test("catalogue: a market that the profile does not serve is not there at all", async () => {
  const { catalogue, exchange } = await loaded("bybit");
  assert(catalogue.get("BTC/USDT:PERP") !== undefined);
  const serves = ({ spot }: { readonly spot?: boolean | undefined }) => spot === true;
  const bad = await catalogue.load(exchange, { ...profileOf("bybit"), serves });
  assertEquals(bad, []);
  assertEquals(catalogue.list().every(({ symbolId }) => !symbolId.includes(":")), true);
  assertEquals(exchange.markets?.["BTC/USDT:USDT"], undefined);
  assertEquals(catalogue.symbolOf("BTCUSDT"), "BTC/USDT");
});

Deno.test("catalogue: of the venue's rows nothing is kept but what the profile keeps", async () => {
  const list = await spotList();
  const profile = { ...profileOf("binance"), keptInfo: () => ({ kept: true }) };
  await list.catalogue.load(list.exchange, profile);
  const { markets, markets_by_id } = list.exchange;
  for (const market of Object.values(markets ?? {})) {
    assertEquals(market.info, { kept: true });
    assert(Object.values(market).every((value) => value !== undefined));
  }
  for (const [market] of Object.values(markets_by_id ?? {})) {
    assert(market === markets?.[market!.symbol]);
  }
});

Deno.test("catalogue: markets that can do the same share one object", async () => {
  const { catalogue } = await loaded("binance", {
    capabilities: () => structuredClone(CAPABILITIES),
  });
  const [first, ...others] = catalogue.list();
  assert(others.every(({ capabilities }) => capabilities === first!.capabilities));
});

Deno.test("catalogue: a currency has the name its venue gives it", async () => {
  const list = await spotList();
  await list.load();
  assertEquals(list.catalogue.currencyName("BTC"), undefined);
  list.exchange.has["fetchCurrencies"] = true;
  Object.assign(list.exchange, {
    fetchCurrencies: () =>
      Promise.resolve({ BTC: { id: "BTC", code: "BTC", name: "Bitcoin", info: { much: 1 } } }),
  });
  await list.load();
  assertEquals(list.catalogue.currencyName("BTC"), "Bitcoin");
  assertEquals(list.exchange.currencies?.["BTC"], undefined);
});
