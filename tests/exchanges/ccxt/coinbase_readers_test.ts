/** The readers of the Coinbase profile on payloads the venue itself has sent. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { asRow, RowError } from "../../../src/exchanges/ccxt/rows/fields.ts";
import { coinbase } from "../../../src/exchanges/ccxt/profiles/coinbase.ts";
import { errorOf } from "../../../src/exchanges/ccxt/profiles/coinbase/errors.ts";
import { SequenceCount } from "../../../src/exchanges/ccxt/profiles/coinbase/frames.ts";
import { UUID_CLIENT_ID } from "../../../src/exchanges/ccxt/profiles/coinbase/rows.ts";
import type { RowContext } from "../../../src/exchanges/ccxt/plans/venue_call.ts";
import { decimal } from "../../../src/model/decimal.ts";
import { recorded } from "../../recordings.ts";
import { request } from "./coinbase.ts";

const rest = await recorded("coinbase", "rest");
const ws = await recorded("coinbase", "ws");
const { reads, entry, sockets: [user], market } = coinbase;
const [publicSocket] = market!.sockets;

const CONTEXT: RowContext = {
  symbolOf: (raw) => raw.replace("-", "/"),
  contractSizeOf: () => null,
  receivedAt: 7,
};
const MARKET = { ...CONTEXT, symbolId: "BTC/USD", rawSymbol: "BTC-USD", depth: 50 };
const ID = "0123456789abcdef0123456789abcdef";
const UUID = "01234567-89ab-cdef-0123-456789abcdef";

Deno.test("coinbase: a client id goes out as a UUID and comes back as it was", () => {
  assertEquals(UUID_CLIENT_ID.render(ID), UUID);
  assertEquals(UUID_CLIENT_ID.parse(UUID), ID);
  assertEquals(UUID_CLIENT_ID.parse("ccxt-" + UUID), "ccxt-" + UUID);
});

Deno.test("coinbase recorded: an order is read with what its one configuration says", () => {
  const order = reads.history.read(rest["parseOrder"]![2], CONTEXT);
  assertEquals(
    [order.exchangeOrderId, order.clientOrderId, order.symbolId, order.side, order.status],
    [
      "9bc1eb3b-5b46-4b71-9628-ae2ed0cca75b",
      "e5fe848205bb428fad4ddbc8ce39239c",
      "LTC/BTC",
      "SELL",
      "OPEN",
    ],
  );
  assertEquals([order.amount, order.limitPrice, order.filled].map(String), ["0.2", "0.006", "0"]);
  assertEquals(order.venueTime, Date.UTC(2023, 0, 16, 23, 37, 23, 947));
});

Deno.test("coinbase recorded: an order sized in the quote shows what it got for its amount", () => {
  const [row] = reads.history.rows(rest["fetchOrders"]![0]);
  const order = reads.history.read(row, CONTEXT);
  assertEquals([order.status, order.limitPrice], ["FILLED", null]);
  assertEquals([order.amount, order.filled].map(String), [
    "0.000297920684505",
    "0.000297920684505",
  ]);
});

Deno.test("coinbase: the newest edit says what an order is now, in whichever order edits come", () => {
  const edits = [
    { price: "0.007", size: "0.3", replace_accept_timestamp: "2023-01-17T00:00:02.000000Z" },
    { price: "0.008", size: "0.4", replace_accept_timestamp: "2023-01-17T00:00:01.000000Z" },
  ];
  const row = { ...asRow(rest["parseOrder"]![2]), edit_history: edits };
  const order = reads.history.read(row, CONTEXT);
  assertEquals([order.limitPrice, order.amount].map(String), ["0.007", "0.3"]);
  assertEquals(order.venueTime, Date.UTC(2023, 0, 17, 0, 0, 2));
});

/** [status, other fields, filled, our status, cause] */
const STATUSES = [
  ["PENDING", {}, "0", "OPEN", null],
  ["QUEUED", {}, "0", "OPEN", null],
  ["OPEN", {}, "0.1", "PARTIALLY_FILLED", null],
  ["EDIT_QUEUED", {}, "0", "OPEN", null],
  ["CANCEL_QUEUED", {}, "0.1", "PARTIALLY_FILLED", null],
  ["FILLED", {}, "0.2", "FILLED", null],
  ["CANCELLED", {}, "0.1", "CANCELED", null],
  ["CANCELLED", { time_in_force: "IMMEDIATE_OR_CANCEL" }, "0.1", "EXPIRED", "TIME_IN_FORCE"],
  ["CANCELLED", { time_in_force: "FILL_OR_KILL" }, "0", "EXPIRED", "TIME_IN_FORCE"],
  ["EXPIRED", {}, "0", "EXPIRED", "TIME_IN_FORCE"],
  ["FAILED", { reject_reason: "HOLD_FAILURE" }, "0", "REJECTED", "HOLD_FAILURE"],
  ["FAILED", {}, "0", "REJECTED", null],
  ["UNKNOWN_ORDER_STATUS", {}, "0", "UNKNOWN", null],
  ["SOMETHING_NEWER", {}, "0", "UNKNOWN", null],
] as const;

for (const [told, fields, filled_size, status, cause] of STATUSES) {
  Deno.test(`coinbase: ${told} ${JSON.stringify(fields)} filled ${filled_size} is ${status}`, () => {
    const row = { ...asRow(rest["parseOrder"]![2]), ...fields, status: told, filled_size };
    const order = reads.history.read(row, CONTEXT);
    assertEquals([order.status, order.cause], [status, cause]);
  });
}

Deno.test("coinbase recorded: a fill that is sized in the quote is read in base units", () => {
  const [row] = reads.tradesSince.rows(rest["fetchMyTrades"]![0]);
  const fill = reads.tradesSince.read(row, CONTEXT);
  assertEquals([fill.tradeId, fill.exchangeOrderId, fill.symbolId, fill.side, fill.liquidity], [
    "cdc39e45-bbd3-44ec-bf02-61742dfb16a1",
    "813a53c5-3e39-47bb-863d-2faf685d22d8",
    "BTC/USDT",
    "BUY",
    "UNKNOWN",
  ]);
  // 0.0046830664333996 USDT at 21220.64.
  assertEquals(String(fill.quantity), "0.000000220684504963");
  assertEquals([fill.fee?.asset, String(fill.fee?.amount)], ["USDT", "0.0000280983986004"]);
  assertEquals(fill.venueTime, Date.UTC(2023, 0, 18, 1, 37, 38, 91));
});

Deno.test("coinbase: a reversal or a correction in the list of fills is no fill", () => {
  const answer = asRow(rest["fetchMyTrades"]![0]);
  const [row] = answer["fills"] as readonly unknown[];
  const fills = ["REVERSAL", "CORRECTION", "SYNTHETIC"].map((trade_type) => ({
    ...asRow(row),
    trade_type,
  }));
  assertEquals(reads.tradesSince.rows({ ...answer, fills: [...fills, row] }), [row]);
});

Deno.test("coinbase recorded: accounts without holdings, of vaults and of futures, are no balances", () => {
  const row = asRow(rest["fetchAccountsV3"]![0]);
  assertEquals(reads.balances.read(row, CONTEXT), null);
  const held = {
    ...row,
    currency: "CGLD",
    available_balance: { value: "1.5", currency: "CGLD" },
    hold: { value: "0.5", currency: "CGLD" },
  };
  const balance = reads.balances.read(held, CONTEXT);
  assertEquals(
    [balance?.assetId, balance?.total, balance?.available, balance?.locked].map(String),
    [
      "CELO",
      "2",
      "1.5",
      "0.5",
    ],
  );
  assertEquals(reads.balances.read({ ...held, type: "ACCOUNT_TYPE_VAULT" }, CONTEXT), null);
  for (const platform of ["ACCOUNT_PLATFORM_CFM_CONSUMER", "ACCOUNT_PLATFORM_INTX"]) {
    assertEquals(reads.balances.read({ ...held, platform }, CONTEXT), null);
  }
  const spot = { ...held, platform: "ACCOUNT_PLATFORM_CONSUMER" };
  assertEquals(reads.balances.read(spot, CONTEXT)?.total, decimal("2"));
});

Deno.test("coinbase recorded: an acknowledgement must name the very order that was asked for", () => {
  const asked = {
    ...request({ symbolId: "LTC/BTC", side: "SELL" }),
    clientOrderId: "4d7605806fca4094a70bebcca8626288",
  };
  const answer = rest["createOrder"]![0];
  const order = entry.created(answer, asked, CONTEXT);
  assertEquals([order.exchangeOrderId, order.status, order.amount], [
    "52cfe5e2-0b29-4c19-a245-a6a773de5030",
    "OPEN",
    asked.amount,
  ]);
  for (
    const other of [
      { ...asked, clientOrderId: ID },
      { ...asked, order: { ...asked.order, symbolId: "BTC/USD" } },
      { ...asked, order: { ...asked.order, side: "BUY" as const } },
    ]
  ) {
    assertThrows(() => entry.created(answer, other, CONTEXT), RowError);
  }
});

Deno.test("coinbase recorded: a cancel is taken for the order it names alone", () => {
  const exchangeOrderId = "bb8851a3-4fda-4a2c-aa06-9048db0e0f0d";
  const ref = { symbolId: "BTC/USD", clientOrderId: ID, exchangeOrderId };
  const answer = rest["cancelOrders"]![0];
  assertEquals(entry.canceled(answer, ref, CONTEXT), null);
  assertThrows(() => entry.canceled(answer, { ...ref, exchangeOrderId: "another" }, CONTEXT));
});

Deno.test("coinbase recorded: an edit that was taken says no more than that", () => {
  const asked = { ...request(), symbolId: "BTC/USD", exchangeOrderId: "1" };
  assertEquals(entry.amended!(rest["editOrder"]![0], asked, CONTEXT), null);
  assertEquals(errorOf(asRow(rest["editOrder"]![0]), { action: "amend" }), null);
});

Deno.test("coinbase recorded: the user channel tells orders by their sums", () => {
  const reading = user!.read(ws["handleOrder"]![0], CONTEXT);
  assert(reading.kind === "facts");
  const [fact] = reading.facts;
  assert(fact?.kind === "order");
  assertEquals([fact.order.status, fact.order.symbolId, String(fact.order.amount)], [
    "OPEN",
    "BTC/USD",
    "0.000994",
  ]);
  assertEquals(fact.order.venueTime, Date.UTC(2023, 1, 9, 20, 33, 57, 609));
});

Deno.test("coinbase: an order that cannot be read takes none of its message along", () => {
  const frame = asRow(ws["handleOrder"]![0]);
  const [event] = frame["events"] as readonly unknown[];
  const [row] = asRow(event)["orders"] as readonly unknown[];
  const orders = [{ ...asRow(row), leaves_quantity: "" }, row];
  const reading = user!.read({ ...frame, events: [{ type: "snapshot", orders }] }, CONTEXT);
  assert(reading.kind === "facts");
  assertEquals(reading.facts.map(({ kind }) => kind), ["malformed", "order"]);
});

Deno.test("coinbase: orders of contracts on the user channel are not ours", () => {
  const frame = asRow(ws["handleOrder"]![0]);
  const [event] = frame["events"] as readonly unknown[];
  const [row] = asRow(event)["orders"] as readonly unknown[];
  const orders = [{ ...asRow(row), product_type: "FUTURE" }];
  const reading = user!.read({ ...frame, events: [{ type: "update", orders }] }, CONTEXT);
  assertEquals(reading, { kind: "facts", facts: [] });
});

Deno.test("coinbase: the first message may have any number; a step of more than one is a gap", () => {
  const count = new SequenceCount();
  const kinds = [5, 6, 6, 5, 8, 7, 9].map((sequence) => count.take(sequence).kind);
  assertEquals(kinds, ["next", "next", "late", "late", "gap", "late", "next"]);
});

Deno.test("coinbase: a gap tells the market that everything has to be read anew, then goes on", () => {
  const read = publicSocket!.reader!();
  const frame = asRow(ws["handleOrderBook"]![0]);
  read({ ...frame, sequence_num: 1 }, CONTEXT);
  const reading = read({ ...frame, sequence_num: 3 }, CONTEXT);
  assert(reading.kind === "facts");
  assertEquals(reading.facts.map(({ kind }) => kind), ["marketGap", "bookSnapshot"]);
  assertEquals(read({ ...frame, sequence_num: 2 }, CONTEXT), { kind: "ignored" });
});

Deno.test("coinbase: a market's message that cannot be read is told as a gap", () => {
  const updates = [{ side: "middle", price_level: "21921.74", new_quantity: "1" }];
  const events = [{ type: "update", product_id: "BTC-USD", updates }];
  const frame = { ...asRow(ws["handleOrderBook"]![0]), events, sequence_num: 3 };
  const reading = publicSocket!.read(frame, CONTEXT);
  assert(reading.kind === "facts");
  const [fact] = reading.facts;
  assert(fact?.kind === "marketGap");
  assertEquals(fact.reason, "message 3 of l2_data is not readable: side is not known");
});

Deno.test("coinbase recorded: a book's snapshot and its updates", () => {
  const frame = asRow(ws["handleOrderBook"]![0]);
  const reading = publicSocket!.read(frame, CONTEXT);
  assert(reading.kind === "facts");
  const [fact] = reading.facts;
  assert(fact?.kind === "bookSnapshot");
  assertEquals(fact.book.bids.map(({ price }) => String(price)), ["21921.74", "21921.3"]);
  const [event] = frame["events"] as readonly unknown[];
  const [bid] = asRow(event)["updates"] as readonly unknown[];
  const updates = [{ ...asRow(bid), side: "offer", new_quantity: "0" }];
  const update = { ...frame, events: [{ ...asRow(event), type: "update", updates }] };
  const changed = publicSocket!.read(update, CONTEXT);
  assert(changed.kind === "facts");
  assert(changed.facts[0]?.kind === "bookDelta");
  assertEquals(changed.facts[0].delta.asks.map(({ quantity }) => String(quantity)), ["0"]);
});

Deno.test("coinbase recorded: the side of a trade is its maker's, so the taker's is the other", () => {
  const trade = market!.reads.trades.read(rest["fetchTrades"]![0], MARKET)[0];
  assertEquals([trade?.side, trade?.tradeId, String(trade?.price)], [
    "SELL",
    "10092327",
    "17488.12",
  ]);
});

Deno.test("coinbase recorded: tickers that name nothing are passed over", () => {
  const reading = publicSocket!.read(ws["handleTickers"]![0], CONTEXT);
  assertEquals(reading, { kind: "facts", facts: [] });
});

Deno.test("coinbase recorded: a candle opens at its second", () => {
  const [candle] = market!.reads.ohlcv.read(rest["fetchOHLCV"]![0], MARKET);
  assertEquals([candle?.openTime, String(candle?.open)], [1_673_391_780_000, "17417.74"]);
});

const QUERY = {
  rawSymbol: "BTC-USD",
  ref: { symbolId: "BTC/USD", clientOrderId: ID, exchangeOrderId: null },
  now: 100 * 86_400_000,
  since: 99 * 86_400_000,
};
const LAST = { orders: [], has_next: false, cursor: "" };

Deno.test("coinbase: open orders are listed by statuses, in the order orders go through them", () => {
  const query = { rawSymbol: "BTC-USD" };
  const asked: unknown[] = [];
  for (let call = reads.openOrders.first(query), n = 0; n < 5; n++) {
    asked.push(call.params["order_status"]);
    const next = reads.openOrders.next({ query, call, answer: LAST, values: [] });
    if (next === null) break;
    call = next;
  }
  assertEquals(asked, [["PENDING", "QUEUED"], ["OPEN"], ["EDIT_QUEUED", "CANCEL_QUEUED"]]);
  const call = reads.openOrders.first({ rawSymbol: null });
  const more = { orders: [], has_next: true, cursor: "7" };
  const next = reads.openOrders.next({
    query: { rawSymbol: null },
    call,
    answer: more,
    values: [],
  });
  assertEquals([next?.params["order_status"], next?.params["cursor"]], [
    ["PENDING", "QUEUED"],
    "7",
  ]);
  assertThrows(() => reads.openOrders.rows({ orders: [], has_next: true, cursor: "" }), RowError);
});

Deno.test("coinbase: a look-up lists all that was placed since, and trades of the last hour", () => {
  const { history, newestTrades } = reads;
  const first = history.first(QUERY);
  // An hour more, for clocks.
  assertEquals(first.params["start_date"], new Date(QUERY.since - 3_600_000).toISOString());
  assertEquals(history.next({ query: QUERY, call: first, answer: LAST, values: [] }), null);
  const known = { ...QUERY, ref: { ...QUERY.ref, exchangeOrderId: "one" } };
  const byId = history.first(known);
  assertEquals([byId.params["order_ids"], byId.params["start_date"]], [["one"], undefined]);
  const then = history.next({ query: known, call: byId, answer: LAST, values: [] });
  assertEquals(then, first);
  assertEquals(
    newestTrades.first(QUERY).params["start_sequence_timestamp"],
    new Date(QUERY.now - 3_600_000).toISOString(),
  );
});

Deno.test("coinbase: an order of a pair whose book is another's is sought under either name", () => {
  const { openOrders, history, newestTrades } = reads;
  const query = { ...QUERY, rawSymbol: "BTC-USDC" };
  for (const { first } of [openOrders, history, newestTrades]) {
    assertEquals(first(query).params["product_ids"], undefined);
  }
  const order = { ...reads.openOrders.read(asRow(rest["parseOrder"]![2]), CONTEXT) };
  const fill = reads.newestTrades.read(asRow(rest["fetchMyTrades"]![1]), CONTEXT);
  const kept = ["BTC/USDC", "BTC/USD", "ETH/USDC"].map((symbolId) => [
    openOrders.fits!({ ...order, symbolId }, query, CONTEXT),
    newestTrades.fits!({ ...fill, symbolId }, query, CONTEXT),
  ]);
  assertEquals(kept, [[true, true], [true, true], [false, false]]);
});

Deno.test("coinbase: a key that can transfer can withdraw", () => {
  const { read } = reads.permissions!;
  const key = { can_view: true, can_trade: true, can_transfer: false };
  assertEquals(read(key), { withdraw: false, trade: true });
  assertEquals(read({ ...key, can_transfer: true }), { withdraw: true, trade: true });
  assertThrows(() => read({ can_trade: true }), RowError);
});

Deno.test("coinbase: an order by any rule is one configuration with the digits it was given", () => {
  const context = { market: { id: "BTC-USD" } } as never; // Nothing else is read.
  const [amount, price] = [decimal("0.10"), decimal("40000.10")];
  const terms = (configuration: string, more = {}) =>
    entry.create({
      form: {
        kind: "order",
        type: "limit",
        side: "buy",
        params: { configuration, ...more },
        shape: "",
      },
      clientOrderId: ID,
      amount,
      price,
    }, context).params;
  const body = terms("limit_limit_gtc", { post_only: true });
  assertEquals(body, {
    client_order_id: UUID,
    product_id: "BTC-USD",
    side: "BUY",
    order_configuration: {
      limit_limit_gtc: { base_size: amount, limit_price: price, post_only: true },
    },
  });
  const wire = { url: "", method: "POST", body: JSON.stringify(body) };
  assertEquals(entry.sent(wire, context), { clientOrderId: ID, amount, price });
});
