/**
 * Every recorded payload against every reader of its venue, and again with a field spoilt: each is
 * read, or refused by name. None may end in an error nobody thought of.
 */
import { assert, assertEquals } from "@std/assert";
import type { Action } from "../../../src/exchanges/ccxt/plans/answer_plan.ts";
import type { EntryPlan } from "../../../src/exchanges/ccxt/plans/entry_plan.ts";
import { RowError } from "../../../src/exchanges/ccxt/rows/fields.ts";
import type { MarketContext } from "../../../src/exchanges/ccxt/plans/market_plan.ts";
import type { VenueProfile } from "../../../src/exchanges/ccxt/plans/profile.ts";
import { VENUES } from "../../../src/exchanges/ccxt/profiles/registry.ts";
import type { ListPlan } from "../../../src/exchanges/ccxt/plans/read_plan.ts";
import type { SocketEntryPlan } from "../../../src/exchanges/ccxt/plans/socket_entry_plan.ts";
import type { OrderRef, SubmitRequest } from "../../../src/exchanges/exchange.ts";
import { decimal } from "../../../src/model/decimal.ts";
import { recorded } from "../../recordings.ts";
import { submitRequest } from "./fixtures.ts";

/** Every reader finds in it what it needs. */
type Context = MarketContext & { readonly depth: number };

const REQUEST: SubmitRequest = submitRequest();
const REF: OrderRef = {
  symbolId: REQUEST.order.symbolId,
  clientOrderId: REQUEST.clientOrderId,
  exchangeOrderId: "1",
};
const CONTEXT: Context = {
  symbolOf: (rawSymbol: string) => rawSymbol,
  contractSizeOf: () => null,
  symbolId: "BTC/USDT",
  rawSymbol: "BTCUSDT",
  depth: 100,
  receivedAt: 7,
};
const CONTRACTS: Context = { ...CONTEXT, contractSizeOf: () => decimal("0.1") };
/** What may stand where something else belongs. */
const JUNK: readonly unknown[] = [null, "x", -1.5, {}, []];

const ACTIONS: readonly Action[] = ["submit", "cancel", "amend", "read"];

type Read = (payload: unknown) => unknown;

for (const [kind, venue] of Object.entries(VENUES)) {
  for (const market of venue.markets) {
    Deno.test(`payloads: ${kind} ${market}: each is read or refused by name`, async () => {
      const payloads = await allOf(kind);
      assert(payloads.length > 20, `${payloads.length} payloads`);
      const profile = await venue.load(market);
      const readers = [CONTEXT, CONTRACTS].flatMap((context) => readersOf(profile, context));
      const counts = { read: 0, refused: 0 };
      for (const payload of payloads.flatMap(enveloped)) {
        for (const [name, read] of readers) counts[judged(name, read, payload)]++;
      }
      assert(counts.read > 0 && counts.refused > 0, JSON.stringify(counts));
    });

    Deno.test(`payloads: ${kind} ${market}: a spoilt field is refused by name`, async () => {
      const readers = readersOf(await venue.load(market), CONTEXT);
      for (const payload of await allOf(kind)) {
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
async function allOf(kind: string): Promise<readonly unknown[]> {
  const venue = kind === "krakenfutures" ? "kraken" : kind;
  const files = [await recorded(venue, "rest"), await recorded(venue, "ws")];
  return files.flatMap((byParser) => Object.values(byParser)).flat();
}

Deno.test("payloads: all that were recorded are there", async () => {
  const venues = ["binance", "bybit", "coinbase", "hyperliquid", "kraken", "okx"];
  const counts = await Promise.all(venues.map(async (venue) => (await allOf(venue)).length));
  assertEquals(counts.reduce((sum, count) => sum + count, 0), 1_371);
});

function readersOf(profile: VenueProfile, context: Context): readonly (readonly [string, Read])[] {
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
    ["ticker", (payload) => reads.ticker.read(payload, context)],
    ["order", (payload) => reads.order?.read(payload, context)],
    ["permissions", (payload) => reads.permissions?.read(payload)],
    ...lists.flatMap(([name, plan]) => plan === null ? [] : [listReader(name, plan, context)]),
    ...entryReaders(entry, context),
    ["errorOf", (payload) => errorsOf(answers, payload)],
    ...profile.sockets.map((plan): readonly [string, Read] => [
      `socket ${plan.id}`,
      (payload) => (plan.reader?.() ?? plan.read)(payload, context),
    ]),
    ...(market?.sockets ?? []).map((plan): readonly [string, Read] => [
      `socket ${plan.id}`,
      (payload) => (plan.reader?.() ?? plan.read)(payload, context),
    ]),
    ...profile.sockets.flatMap(({ id, entry }): readonly (readonly [string, Read])[] =>
      entry === undefined
        ? []
        : [[`orders over socket ${id}`, (payload) => answerOf(entry, payload)]]
    ),
    ["book", (payload) => market?.reads.book.read(payload, context)],
    ["trades", (payload) => market?.reads.trades.read(payload, context)],
    ["ohlcv", (payload) => market?.reads.ohlcv.read(payload, context)],
  ];
}

function listReader(
  name: string,
  plan: ListPlan<never, unknown>,
  context: Context,
): readonly [string, Read] {
  return [name, (payload) => plan.rows(payload).map((row) => plan.read(row, context))];
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

function entryReaders(entry: EntryPlan, context: Context): readonly (readonly [string, Read])[] {
  return [
    ["created", (payload) => entry.created(payload, REQUEST, context)],
    ["canceled", (payload) => entry.canceled(payload, REF, context)],
    [
      "amended",
      (payload) =>
        entry.amended?.(
          payload,
          { ...REF, order: REQUEST.order, amount: REQUEST.amount, deadline: REQUEST.deadline },
          context,
        ),
    ],
  ];
}

/** Must not throw at all: it judges what nothing else has read. */
function errorsOf({ errorOf }: VenueProfile["answers"], payload: unknown): void {
  const answer = objectOf(payload);
  mustNotThrow("errorOf", () => {
    for (const action of ACTIONS) {
      for (const status of [200, 400]) errorOf(answer, { status, action });
    }
  });
}

/** Must not throw at all, like `errorOf`. */
function answerOf(entry: SocketEntryPlan, payload: unknown): void {
  const message = objectOf(payload);
  mustNotThrow("answer", () => entry.answer(message));
}

function objectOf(payload: unknown): object {
  if (typeof payload === "object" && payload !== null) return payload;
  throw new RowError("not an object");
}

/** A `RowError` of it would pass for a refusal. */
function mustNotThrow(name: string, run: () => unknown): void {
  try {
    run();
  } catch (error) {
    throw new TypeError(`${name} threw ${error}`, { cause: error });
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
