/**
 * Every recorded payload against every reader of its venue, and again with a field spoilt: each is
 * read, or refused by name. None may end in an error nobody thought of.
 */
import { assert, assertEquals } from "@std/assert";
import type { EntryPlan } from "../../../src/exchanges/ccxt/entry_plan.ts";
import { RowError } from "../../../src/exchanges/ccxt/fields.ts";
import type { VenueProfile } from "../../../src/exchanges/ccxt/profile.ts";
import { VENUES } from "../../../src/exchanges/ccxt/profiles/registry.ts";
import type { ListPlan } from "../../../src/exchanges/ccxt/read_plan.ts";
import type { OrderRef, SubmitRequest } from "../../../src/exchanges/exchange.ts";
import { submitRequest } from "./fixtures.ts";

const REQUEST: SubmitRequest = submitRequest();
const REF: OrderRef = {
  symbolId: REQUEST.order.symbolId,
  clientOrderId: REQUEST.clientOrderId,
  exchangeOrderId: "1",
};
const CONTEXT = {
  symbolOf: (rawSymbol: string) => rawSymbol,
  contractSizeOf: () => null,
  symbolId: "BTC/USDT",
  rawSymbol: "BTCUSDT",
  depth: 100,
  receivedAt: 7,
};
/** What may stand where something else belongs. */
const JUNK: readonly unknown[] = [null, "x", -1.5, {}, []];

type Read = (payload: unknown) => unknown;

for (const [kind, venue] of Object.entries(VENUES)) {
  for (const market of venue.markets) {
    Deno.test(`payloads: ${kind} ${market}: each is read or refused by name`, async () => {
      const payloads = await recorded(kind);
      assert(payloads.length > 20, `${payloads.length} payloads`);
      const readers = readersOf(await venue.load(market));
      const counts = { read: 0, refused: 0 };
      for (const payload of payloads.flatMap(enveloped)) {
        for (const [name, read] of readers) counts[judged(name, read, payload)]++;
      }
      assert(counts.read > 0 && counts.refused > 0, JSON.stringify(counts));
    });

    Deno.test(`payloads: ${kind} ${market}: a spoilt field is refused by name`, async () => {
      const readers = readersOf(await venue.load(market));
      for (const payload of await recorded(kind)) {
        for (const spoilt of spoiltOf(payload)) {
          for (const [name, read] of readers) judged(name, read, spoilt);
        }
      }
    });
  }
}

function judged(name: string, read: Read, payload: unknown): "read" | "refused" {
  try {
    read(payload);
    return "read";
  } catch (error) {
    if ((error instanceof RowError || error instanceof RangeError) && error.message !== "") {
      return "refused";
    }
    const shown = JSON.stringify(payload).slice(0, 600);
    throw new Error(`${name} of ${shown}: ${error}`, { cause: error });
  }
}

/** The payloads of krakenfutures are not among them: its own lie with the venue's tests. */
async function recorded(kind: string): Promise<readonly unknown[]> {
  const venue = kind === "krakenfutures" ? "kraken" : kind;
  const files = [`${venue}.rest.json`, `${venue}.ws.json`];
  const found: unknown[] = [];
  for (const file of files) {
    const url = new URL(`../../fixtures/ccxt_comments/${file}`, import.meta.url);
    const byParser = JSON.parse(await Deno.readTextFile(url)) as Record<string, unknown[]>;
    for (const payloads of Object.values(byParser)) found.push(...payloads);
  }
  return found;
}

Deno.test("payloads: all that were recorded are there", async () => {
  const venues = ["binance", "bybit", "coinbase", "hyperliquid", "kraken", "okx"];
  const counts = await Promise.all(venues.map(async (venue) => (await recorded(venue)).length));
  assertEquals(counts.reduce((sum, count) => sum + count, 0), 1_371);
});

function readersOf(profile: VenueProfile): readonly (readonly [string, Read])[] {
  const { reads, entry, answers, market } = profile;
  const lists: readonly (readonly [string, ListPlan<never, unknown> | null])[] = [
    ["openOrders", reads.openOrders],
    ["history", reads.history],
    ["newestTrades", reads.newestTrades],
    ["tradesSince", reads.tradesSince],
    ["tradesOfOrder", reads.tradesOfOrder],
    ["balances", reads.balances],
    ["positions", reads.positions],
  ];
  return [
    ["serverTime", reads.serverTime.read],
    ["ticker", (payload) => reads.ticker.read(payload, CONTEXT)],
    ["order", (payload) => reads.order?.read(payload, CONTEXT)],
    ["permissions", (payload) => reads.permissions?.read(payload)],
    ...lists.flatMap(([name, plan]) => plan === null ? [] : [listReader(name, plan)]),
    ...entryReaders(entry),
    ["errorOf", (payload) => errorsOf(answers, payload)],
    ...profile.sockets.map((plan): readonly [string, Read] => [
      `socket ${plan.id}`,
      (payload) => (plan.reader?.() ?? plan.read)(payload, CONTEXT),
    ]),
    ...(market?.sockets ?? []).map((plan): readonly [string, Read] => [
      `socket ${plan.id}`,
      (payload) => (plan.reader?.() ?? plan.read)(payload, CONTEXT),
    ]),
    ["book", (payload) => market?.reads.book.read(payload, CONTEXT)],
    ["trades", (payload) => market?.reads.trades.read(payload, CONTEXT)],
    ["ohlcv", (payload) => market?.reads.ohlcv.read(payload, CONTEXT)],
  ];
}

function listReader(name: string, plan: ListPlan<never, unknown>): readonly [string, Read] {
  return [name, (payload) => plan.rows(payload).map((row) => plan.read(row, CONTEXT))];
}

/** Some are recorded without the envelope they come in. */
function enveloped(payload: unknown): readonly unknown[] {
  const rows = [payload];
  const byId = { "OQCLML-BW3P3-BUCMWZ": payload };
  return [
    payload,
    rows,
    { code: "0", msg: "", data: rows },
    { retCode: 0, retMsg: "OK", result: { category: "linear", list: rows } },
    { error: [], result: { open: byId, closed: byId, trades: byId } },
    { orders: rows, fills: rows, accounts: rows },
    { channel: "user", data: payload },
  ];
}

function entryReaders(entry: EntryPlan): readonly (readonly [string, Read])[] {
  return [
    ["created", (payload) => entry.created(payload, REQUEST, CONTEXT)],
    ["canceled", (payload) => entry.canceled(payload, REF, CONTEXT)],
    [
      "amended",
      (payload) =>
        entry.amended?.(
          payload,
          { ...REF, order: REQUEST.order, amount: REQUEST.amount, deadline: REQUEST.deadline },
          CONTEXT,
        ),
    ],
  ];
}

/** Must not throw at all: it judges what nothing else has read. */
function errorsOf({ errorOf }: VenueProfile["answers"], payload: unknown): void {
  if (typeof payload !== "object" || payload === null) throw new RowError("not an object");
  try {
    for (const status of [200, 400]) errorOf(payload, { status, action: "submit" });
  } catch (error) {
    throw new TypeError(`errorOf threw ${error}`, { cause: error });
  }
}

/** The payload with one field after the other spoilt, three levels deep, each with other junk. */
function spoiltOf(payload: unknown): readonly unknown[] {
  const spoilt: unknown[] = [...JUNK];
  let turn = 0;
  const walk = (value: unknown, depth: number, put: (value: unknown) => unknown) => {
    if (typeof value !== "object" || value === null || depth > 3) return;
    for (const [key, inner] of Object.entries(value).slice(0, 40)) {
      const within = (changed: unknown) =>
        put(
          Array.isArray(value)
            ? value.map((each, at) => String(at) === key ? changed : each)
            : { ...value, [key]: changed },
        );
      spoilt.push(within(JUNK[turn++ % JUNK.length]));
      walk(inner, depth + 1, within);
    }
  };
  walk(payload, 0, (value) => value);
  return spoilt;
}
