/** Rows of contracts that are not listed, among others: left out and told, and nothing else. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { RowContext } from "../../../src/exchanges/ccxt/plans/venue_call.ts";
import { krakenFuturesReads } from "../../../src/exchanges/ccxt/profiles/krakenfutures/reads.ts";
import { FeedReader } from "../../../src/exchanges/ccxt/profiles/krakenfutures/stream.ts";
import { okxReads } from "../../../src/exchanges/ccxt/profiles/okx/reads.ts";
import { readFrame } from "../../../src/exchanges/ccxt/profiles/okx/stream.ts";
import type { StreamReading } from "../../../src/exchanges/ccxt/plans/socket_plan.ts";
import { asRow, textOf } from "../../../src/exchanges/ccxt/rows/fields.ts";
import {
  listedRows,
  listedSize,
  UnlistedError,
  unlistedFacts,
} from "../../../src/exchanges/ccxt/rows/unlisted.ts";
import { decimal } from "../../../src/model/decimal.ts";

const GONE = "BTC-USD-261120-50000-C";
const context: RowContext = {
  symbolOf: (raw) => raw,
  contractSizeOf: (raw) => raw === GONE ? null : decimal("0.01"),
  receivedAt: 7,
};

const sizeIn = (row: unknown) => listedSize(textOf(asRow(row), "instId"), context);

function factsOf(reading: StreamReading) {
  assert(reading.kind === "facts");
  return reading.facts;
}

Deno.test("unlisted rows: what is left out is counted by contract, the rest is read", () => {
  const rows = [{ instId: GONE }, { instId: "A" }, { instId: GONE }];
  const { values, leftOut } = listedRows(rows, sizeIn);
  assertEquals([values, leftOut], [[decimal("0.01")], [GONE, GONE]]);
  assertEquals(unlistedFacts(leftOut, "fills"), [
    { kind: "unlisted", where: "fills", message: `2 rows of ${GONE}` },
  ]);
  assertEquals(unlistedFacts([], "fills"), []);
});

Deno.test("unlisted rows: an answer about the very contract is not shown without its rows", () => {
  const isSought = (raw: string) => raw === GONE;
  assertThrows(() => listedRows([{ instId: GONE }], sizeIn, isSought), UnlistedError);
  assertEquals(listedRows([{ instId: GONE }], sizeIn, () => false).leftOut, [GONE]);
});

Deno.test("unlisted rows: whatever else is wrong with a row is wrong with the answer", () => {
  assertThrows(() => listedRows([{ instId: "A" }, {}], sizeIn), Error, "instId is missing");
});

Deno.test("unlisted rows: a page is full by its rows, not by those that were read", () => {
  const fills = Array.from({ length: 100 }, () => ({ fillTime: "2026-11-20T08:00:00.000Z" }));
  const query = { rawSymbol: "PF_XBTUSD", since: 0, now: 1 };
  const call = krakenFuturesReads.tradesSince.first(query);
  const page = { query, call, answer: { fills }, values: [] };
  assertEquals(krakenFuturesReads.tradesSince.next(page)?.params, {
    lastFillTime: "2026-11-20T08:00:00.001Z",
  });
  const recent = { ...query, since: Date.parse("2026-11-21T00:00:00Z") };
  assertEquals(krakenFuturesReads.tradesSince.next({ ...page, query: recent }), null);
  const orders = Array.from({ length: 100 }, (_, at) => ({ ordId: String(500 - at) }));
  const all = { rawSymbol: null };
  const next = okxReads.openOrders.next({
    query: all,
    call: okxReads.openOrders.first(all),
    answer: { data: orders },
    values: [],
  });
  assertEquals(next?.params["after"], "401");
});

Deno.test("okx: positions of a frame are told beside one that is not listed", () => {
  const row = (instId: string) => ({
    instId,
    instType: "OPTION",
    posId: "1",
    posSide: "net",
    pos: "2",
    uTime: "5",
    mgnRatio: "1.1",
  });
  const frame = { arg: { channel: "positions" }, data: [row(GONE), row("BTC-USD-SWAP")] };
  const facts = factsOf(readFrame(frame, context));
  assertEquals(facts.map(({ kind }) => kind), ["positions", "unlisted", "marginCall"]);
  assert(facts[0]?.kind === "positions");
  assertEquals(facts[0].positions.map(({ symbolId }) => symbolId), ["BTC-USD-SWAP"]);
});

Deno.test("okx: an order of a contract that is not listed is told as such, not as malformed", () => {
  const frame = { arg: { channel: "orders" }, data: [{ instId: GONE, accFillSz: "0" }] };
  assertEquals(factsOf(readFrame(frame, context)), [
    { kind: "unlisted", where: "orders", message: `1 rows of ${GONE}` },
  ]);
});

Deno.test("krakenfutures: positions and fills of a frame are told beside those not listed", () => {
  const reader = new FeedReader();
  const held = (instrument: string) => ({ instrument, balance: "2", pnl: "0" });
  const positions = factsOf(
    reader.read({ feed: "open_positions", positions: [held(GONE), held("PF_XBTUSD")] }, context),
  );
  assert(positions[0]?.kind === "positions");
  assertEquals(positions[0].positions.map(({ symbolId }) => symbolId), ["PF_XBTUSD"]);
  assertEquals(positions[1]?.kind, "unlisted");
  const fill = (instrument: string) => ({
    instrument,
    fill_id: "f",
    order_id: "o",
    buy: true,
    price: "50000",
    qty: "1",
    time: 5,
  });
  const fills = factsOf(
    reader.read({ feed: "fills", fills: [fill(GONE), fill("PF_XBTUSD")] }, context),
  );
  assertEquals(fills.map(({ kind }) => kind), ["fill", "unlisted"]);
});
