/** The readers of the Kraken profile on payloads the venue itself has sent, and its error table. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { asRow, RowError } from "../../../src/exchanges/ccxt/rows/fields.ts";
import { kraken } from "../../../src/exchanges/ccxt/profiles/kraken.ts";
import { errorOf, KRAKEN_ERRORS } from "../../../src/exchanges/ccxt/profiles/kraken/errors.ts";
import { PrivateReader } from "../../../src/exchanges/ccxt/profiles/kraken/executions.ts";
import { keepDigits } from "../../../src/exchanges/ccxt/profiles/kraken/frames.ts";
import { krakenCost } from "../../../src/exchanges/ccxt/profiles/kraken/limits.ts";
import { krakenSocketEntry } from "../../../src/exchanges/ccxt/profiles/kraken/socket_entry.ts";
import type { RowContext } from "../../../src/exchanges/ccxt/plans/venue_call.ts";
import type { Action } from "../../../src/exchanges/ccxt/plans/answer_plan.ts";
import type { CcxtClient } from "../../../src/exchanges/ccxt/ccxt.ts";
import type { VenueOrder } from "../../../src/model/venue.ts";
import { recorded } from "../../recordings.ts";

const rest = await recorded("kraken", "rest");
const ws = await recorded("kraken", "ws");

/** As the catalogue would say it; what it does not list stands for itself. */
const SYMBOLS: Readonly<Record<string, string>> = {
  XBTUSD: "BTC/USD",
  XBTUSDT: "BTC/USDT",
  ETHUSDT: "ETH/USDT",
  USDCUSDT: "USDC/USDT",
};
const CONTEXT: RowContext = {
  symbolOf: (raw) => SYMBOLS[raw] ?? raw,
  contractSizeOf: () => null,
  receivedAt: 7,
};
const { reads } = kraken;

Deno.test("kraken recorded: an open order is read with its times of a microsecond", () => {
  const [row] = reads.openOrders.rows(rest["fetchOpenOrders"]![0]);
  const order = reads.openOrders.read(row, CONTEXT);
  assertEquals(
    [order.exchangeOrderId, order.clientOrderId, order.symbolId, order.side, order.status],
    ["O45M52-BFD5S-YXKQOU", "1234", "BTC/USD", "BUY", "OPEN"],
  );
  assertEquals([order.amount, order.limitPrice, order.filled, order.venueTime].map(String), [
    "0.0001",
    "70000",
    "0",
    "1733815269370",
  ]);
});

Deno.test("kraken recorded: a closed order is read with the time it ended; a market order has no price", () => {
  const [row] = reads.history.rows(rest["fetchClosedOrders"]![0]);
  const canceled = reads.history.read(row, CONTEXT);
  assertEquals([canceled.status, canceled.cause, canceled.venueTime], [
    "CANCELED",
    null,
    1601489346550,
  ]);
  const filled = reads.order!.read(rest["fetchOrder"]![0], CONTEXT);
  assertEquals([filled?.status, filled?.limitPrice, String(filled?.filled)], [
    "FILLED",
    null,
    "0.21804",
  ]);
});

Deno.test("kraken recorded: a trade is read with its fee in the quote", () => {
  const answer = rest["fetchOrderTrades"]![0];
  const [row] = reads.tradesOfOrder.rows(answer);
  const fill = reads.tradesOfOrder.read(row, CONTEXT);
  assertEquals(
    [fill.tradeId, fill.exchangeOrderId, fill.symbolId, fill.side, fill.venueTime],
    ["TIMIRG-WUNNE-RRJ6GT", "OQRPN2-LRHFY-HIFA7D", "USDC/USDT", "SELL", 1586340086457],
  );
  assertEquals([fill.fee?.asset, String(fill.fee?.amount)], ["USDT", "0.04433784"]);
});

Deno.test("kraken: trades are asked for one by one, as the stream tells them", () => {
  const ref = { symbolId: "BTC/USD", clientOrderId: "0".repeat(32), exchangeOrderId: "OA" };
  const query = { rawSymbol: "XXBTZUSD", since: 5_000, now: 9_000, ref, exchangeOrderId: "OA" };
  for (const { first } of [reads.newestTrades, reads.tradesSince, reads.tradesOfOrder]) {
    assertEquals(first(query).params["consolidate_taker"], "false");
  }
});

/** [trades on the page, offset of it, trades there are, offset of the next] */
const PAGES = [
  [3, 0, 3, null],
  [50, 0, 51, 50],
  [20, 50, 90, 70],
  [50, 0, 12, 50],
  [0, 50, 12, null],
] as const;

for (const [shown, ofs, count, next] of PAGES) {
  Deno.test(`kraken: after ${shown} trades from ${ofs} of ${count} come those from ${next ?? "nowhere"}`, () => {
    assertEquals(nextOffset({ shown, ofs, count }), next);
  });
}

Deno.test("kraken: trades that are counted and not shown make a read fail", () => {
  assertThrows(() => nextOffset({ shown: 0, ofs: 50, count: 80 }), RowError, "80 trades");
});

function nextOffset(page: { shown: number; ofs: number; count: number }): unknown {
  const query = { rawSymbol: "XXBTZUSD", since: 5_000, now: 9_000 };
  const { read, rows, first, next } = reads.tradesSince;
  const [row] = reads.tradesOfOrder.rows(rest["fetchOrderTrades"]![0]) as [string, object][];
  const trades = Object.fromEntries(
    Array.from({ length: page.shown }, (_, index) => [`T${index}`, row![1]]),
  );
  const answer = { error: [], result: { trades, count: page.count } };
  const values = rows(answer).map((each) => read(each, CONTEXT));
  const call = first(query);
  const asked = { ...call, params: { ...call.params, ofs: page.ofs } };
  return next({ query, call: asked, answer, values })?.params["ofs"] ?? null;
}

Deno.test("kraken recorded: balances are by our codes, what is held taken off", () => {
  const rows = reads.balances.rows(rest["fetchBalance"]![0]);
  const balances = rows.map((row) => reads.balances.read(row, CONTEXT));
  assertEquals(balances.map((each) => [each?.assetId, each?.available, each?.locked].map(String)), [
    ["USD", "17185.45", "8249.76"],
    ["BTC", "0.4012", "0.8423"],
  ]);
});

/** [reason, nothing filled, status, cause] */
const ENDS = [
  ["User requested", true, "CANCELED", null],
  ["Post only order", true, "REJECTED", "POST_ONLY_WOULD_TAKE"],
  ["Post only order", false, "CANCELED", "Post only order"],
  ["Insufficient funds", true, "CANCELED", "Insufficient funds"],
  [null, true, "CANCELED", null],
] as const;

for (const [reason, isEmpty, status, cause] of ENDS) {
  Deno.test(`kraken: an order canceled for ${reason}, ${isEmpty ? "not " : ""}filled, is ${status}`, () => {
    const [[id, row] = []] = reads.history.rows(rest["fetchClosedOrders"]![0]) as [
      string,
      object,
    ][];
    const read = reads.history.read(
      [id, { ...row, reason, vol_exec: isEmpty ? "0" : "0.01" }],
      CONTEXT,
    );
    assertEquals([read.status, read.cause], [status, cause]);
  });
}

Deno.test("kraken: a status that is newer than this is unknown", () => {
  const [[id, row] = []] = reads.history.rows(rest["fetchClosedOrders"]![0]) as [string, object][];
  assertEquals(reads.history.read([id, { ...row, status: "new" }], CONTEXT).status, "UNKNOWN");
});

Deno.test("kraken recorded: every item of a message is read, each by what the connection was told", () => {
  const reader = new PrivateReader();
  const pending = told(ws["handleOrders"]![0]);
  const id = "OK4GJX-KSTLS-7DZZO5";
  assertEquals(shown(reader, { ...pending, sequence: 1 }), [[id, "OPEN", "0"]]);
  const timestamp = "2023-09-22T10:33:06.000000Z";
  const trade = {
    ...asRow((told(ws["handleMyTrades"]![0])["data"] as readonly unknown[])[0]),
    order_id: id,
    last_qty: "0.002",
    symbol: "BTC/USD",
    order_status: "partially_filled",
    timestamp,
  };
  const canceled = { ...asRow(ws["parseWsOrder"]![1]), order_id: id, cum_qty: "0.002" };
  const data = [trade, canceled];
  const reading = reader.read(
    { channel: "executions", type: "update", data, sequence: 2 },
    CONTEXT,
  );
  assert(reading.kind === "facts");
  const orders = reading.facts.flatMap((fact) => fact.kind === "order" ? [fact.order] : []);
  assertEquals(
    orders.map(({ status, filled, symbolId, amount, limitPrice }) =>
      [status, filled, symbolId, amount, limitPrice].map(String)
    ),
    [
      ["PARTIALLY_FILLED", "0.002", "BTC/USD", "0.005", "26500"],
      ["CANCELED", "0.002", "BTC/USD", "0.005", "26500"],
    ],
  );
  assertEquals(orders[0]!.fills.map(({ tradeId }) => tradeId), ["T5DIUI-5N4KO-Z5BPXK"]);
});

Deno.test("kraken: a change of an order that was never told is refused, not guessed", () => {
  const frame = { channel: "executions", type: "update", data: [ws["parseWsOrder"]![1]] };
  const reading = new PrivateReader().read(frame, CONTEXT);
  assert(reading.kind === "facts");
  assertEquals(reading.facts, [{
    kind: "malformed",
    where: "executions",
    message: "an order is told of whose terms were never told",
  }]);
});

Deno.test("kraken: an item that cannot be read takes none of its message along", () => {
  const reader = new PrivateReader();
  const [item] = told(ws["handleOrders"]![0])["data"] as readonly object[];
  // Sized in the quote by hand: it has no quantity.
  const byCost = { ...asRow(item), order_id: "OBYHAN-DBYHA-NDBYHA", order_qty: undefined };
  const data = [byCost, item];
  const frame = { channel: "executions", type: "snapshot", data, sequence: 1 };
  assertEquals(shown(reader, frame), [["OK4GJX-KSTLS-7DZZO5", "OPEN", "0"]]);
});

Deno.test("kraken: a trade of an order that was never told is a fill of it", () => {
  const [trade] = told(ws["handleMyTrades"]![0])["data"] as readonly object[];
  const timestamp = "2023-09-22T10:33:06.000000Z";
  const data = [{ ...trade, timestamp }];
  const reading = new PrivateReader().read(
    { channel: "executions", type: "update", data },
    CONTEXT,
  );
  assert(reading.kind === "facts");
  const [fact] = reading.facts;
  assert(fact?.kind === "fill");
  const { tradeId, exchangeOrderId, side, price, quantity } = fact.fill;
  assertEquals([tradeId, exchangeOrderId, side, price, quantity].map(String), [
    "T5DIUI-5N4KO-Z5BPXK",
    "O6NTZC-K6FRH-ATWBCK",
    "SELL",
    "1.0002",
    "15.44",
  ]);
});

Deno.test("kraken: an order that rests is still known after 10,000 others have ended", () => {
  const reader = new PrivateReader();
  const [resting] = told(ws["handleOrders"]![0])["data"] as readonly object[];
  const item = { ...asRow(resting), timestamp: "2023-09-22T10:33:06.000000Z" };
  const read = (data: readonly unknown[]) =>
    reader.read({ channel: "executions", type: "update", data }, CONTEXT);
  read([item]);
  const others = Array.from({ length: 10_000 }, (_, index) => ({
    ...item,
    order_id: `O${index}`,
    order_status: "canceled",
  }));
  read(others);
  const amended = {
    order_id: "OK4GJX-KSTLS-7DZZO5",
    order_status: "new",
    timestamp: item.timestamp,
  };
  const reading = read([amended]);
  assert(reading.kind === "facts");
  assertEquals(reading.facts.map(({ kind }) => kind), ["order"]);
});

Deno.test("kraken: balances told by the stream leave out what its open orders bind", () => {
  const reader = new PrivateReader();
  reader.read({ ...told(ws["handleOrders"]![0]), sequence: 1 }, CONTEXT);
  const reading = reader.read(ws["handleBalance"]![0], CONTEXT);
  assert(reading.kind === "facts");
  const [fact] = reading.facts;
  assert(fact?.kind === "balances");
  assertEquals(
    fact.balances.map(({ assetId, total, locked }) => [assetId, total, locked].map(String)),
    [
      ["BTC", "1.2", "0.005"],
    ],
  );
});

Deno.test("kraken: numbers keep their digits, texts stay as they are", () => {
  const heard: unknown[] = [];
  const client = { onMessage: ({ data }: { data: unknown }) => heard.push(data) };
  keepDigits(client as unknown as CcxtClient); // All it needs of one.
  const text = String
    .raw`{"qty":123456789.123456789,"n":5,"s":"a\":1.5,","e":-1e-8,"l":[{"p":0.10}]}`;
  client.onMessage({ data: text });
  assertEquals(heard, [
    String.raw`{"qty":"123456789.123456789","n":5,"s":"a\":1.5,","e":"-1e-8","l":[{"p":"0.10"}]}`,
  ]);
});

/** [error texts, action, verdict, reason]; null: unlisted, so unknown. */
const ERRORS: readonly (readonly [readonly string[], Action, string | null, string | null])[] = [
  [["EOrder:Insufficient funds"], "submit", "refused", "INSUFFICIENT_FUNDS"],
  [
    ["EOrder:Insufficient funds (insufficient user funds)"],
    "submit",
    "refused",
    "INSUFFICIENT_FUNDS",
  ],
  [["EGeneral:Invalid arguments:volume"], "submit", "refused", "INVALID_REQUEST"],
  [["EGeneral:Invalid arguments:cl_ord_id"], "submit", "duplicate", "DUPLICATE_ID"],
  [["EOrder:Duplicate order"], "submit", "duplicate", "DUPLICATE_ID"],
  [["EOrder:Unknown order"], "cancel", "notFound", "UNKNOWN_ORDER"],
  [["EAPI:Rate limit exceeded"], "submit", "refused", "RATE_LIMITED"],
  [["EService:Market in post_only mode"], "submit", "refused", "MARKET_CLOSED"],
  [["EAPI:Invalid nonce"], "submit", null, null],
  [["EService:Deadline elapsed"], "submit", null, null],
  [["EService:Unavailable"], "submit", null, null],
  [["EService:Busy"], "submit", null, null],
  [["EGeneral:Internal error"], "submit", null, null],
  [["EGeneral:Internal error:32"], "submit", null, null],
  [["EOrder:Insufficient funds", "EGeneral:Internal error"], "submit", null, null],
  [["WGeneral:Danger", "EOrder:Insufficient funds"], "submit", "refused", "INSUFFICIENT_FUNDS"],
];

for (const [texts, action, verdict, reason] of ERRORS) {
  Deno.test(`kraken: ${texts.join(" and ")} proves ${verdict ?? "nothing"}`, () => {
    const error = errorOf({ error: texts });
    assert(error !== null);
    const rule = KRAKEN_ERRORS.find(({ code, on, message }) =>
      code === error.code && (on ?? action) === action && error.message.startsWith(message ?? "")
    );
    assertEquals([rule?.verdict ?? null, rule?.reason ?? null], [verdict, reason]);
  });
}

Deno.test("kraken: warnings alone, and an empty list, are no error", () => {
  for (const error of [[], ["WGeneral:Danger"]]) assertEquals(errorOf({ error }), null);
});

Deno.test("kraken: a cancel costs by the order's age, of an unknown one the most", () => {
  const costs = [undefined, 0, 5_000, 12_000, 20_000, 60_000, 200_000, 300_000].map((ageMs) => {
    const [cost] = krakenCost("cancel", ageMs === undefined ? {} : { ageMs });
    return cost?.amount ?? 0;
  });
  assertEquals(costs, [8, 8, 6, 5, 4, 2, 1, 0]);
});

Deno.test("kraken recorded: answers to orders over the socket are those of REST", () => {
  const [add, amend] = ws["handleCreateEditOrder"]!;
  assertEquals(krakenSocketEntry.answer(add as object), {
    id: "1",
    status: 200,
    value: { error: [], result: { txid: ["OXM2QD-EALR2-YBAVEU"] } },
  });
  const changed = krakenSocketEntry.answer(amend as object)?.value;
  assertEquals(asRow(asRow(changed)["result"])["amend_id"], "TYDLSQ-OYNYU-3MNRER");
  const error = "EOrder:Unknown order";
  const refused = { method: "cancel_order", req_id: 3, success: false, error };
  assertEquals(krakenSocketEntry.answer(refused)?.value, { error: [error], result: {} });
  assertEquals(krakenSocketEntry.answer(ws["handleTicker"]![0] as object), null);
});

function told(frame: unknown): Readonly<Record<string, unknown>> {
  return asRow(frame);
}

function shown(reader: PrivateReader, frame: unknown): readonly unknown[] {
  const reading = reader.read(frame, CONTEXT);
  assert(reading.kind === "facts");
  return reading.facts.flatMap((fact) => fact.kind === "order" ? [brief(fact.order)] : []);
}

function brief({ exchangeOrderId, status, filled }: VenueOrder): readonly string[] {
  return [exchangeOrderId, status, String(filled)];
}
