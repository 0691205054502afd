/**
 * The readers of the Kraken Futures profile on payloads in the exchange's own form, which are those
 * noted in the comments of ccxt 4.5.84 (MIT, copyright (c) ccxt contributors), and its error table.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Action } from "../../../src/exchanges/ccxt/plans/answer_plan.ts";
import { RowError } from "../../../src/exchanges/ccxt/rows/fields.ts";
import { krakenFutures } from "../../../src/exchanges/ccxt/profiles/krakenfutures.ts";
import {
  errorOf,
  KRAKENFUTURES_ERRORS,
} from "../../../src/exchanges/ccxt/profiles/krakenfutures/errors.ts";
import { FeedReader } from "../../../src/exchanges/ccxt/profiles/krakenfutures/stream.ts";
import type { RowContext } from "../../../src/exchanges/ccxt/plans/venue_call.ts";
import { decimal } from "../../../src/model/decimal.ts";
import { named } from "./krakenfutures.ts";

const CONTEXT: RowContext = {
  symbolOf: (raw) => raw.toUpperCase() === "PF_XBTUSD" ? "BTC/USD:PERP" : raw,
  contractSizeOf: (raw) => raw === "UNLISTED" ? null : decimal("1"),
  receivedAt: 7,
};
const { reads } = krakenFutures;

Deno.test("krakenfutures: an open order is what is filled and what is not", () => {
  const order = reads.openOrders.read({
    order_id: "59302619-41d2-4f0b-941f-7e7914760ad3",
    symbol: "PF_XBTUSD",
    side: "sell",
    orderType: "lmt",
    limitPrice: 10640,
    unfilledSize: 304,
    receivedTime: "2019-09-05T17:01:17.410Z",
    status: "partiallyFilled",
    filledSize: 4.5,
    reduceOnly: true,
    lastUpdateTime: "2019-09-05T17:01:17.410Z",
  }, CONTEXT);
  assertEquals([order.symbolId, order.side, order.status, order.clientOrderId], [
    "BTC/USD:PERP",
    "SELL",
    "PARTIALLY_FILLED",
    null,
  ]);
  assertEquals([order.amount, order.filled, order.limitPrice].map(String), [
    "308.5",
    "4.5",
    "10640",
  ]);
});

Deno.test("krakenfutures: a fill names its client id and tells no fee", () => {
  const fill = reads.tradesSince.read({
    fillTime: "2016-02-25T09:47:01.000Z",
    order_id: "c18f0c17-9971-40e6-8e5b-10df05d422f0",
    fill_id: "522d4e08-96e7-4b44-9694-bfaea8fe215e",
    cliOrdId: "d427f920-ec55-4c18-ba95-5fe241513b30",
    symbol: "pf_xbtusd",
    side: "buy",
    size: 2000,
    price: 4255,
    fillType: "maker",
  }, CONTEXT);
  assertEquals([fill.symbolId, fill.clientOrderId, fill.liquidity, fill.fee], [
    "BTC/USD:PERP",
    "d427f920-ec55-4c18-ba95-5fe241513b30",
    "MAKER",
    null,
  ]);
});

Deno.test("krakenfutures: a contract that is not listed is refused, since it cannot be counted", () => {
  const row = { order_id: "1", symbol: "UNLISTED", side: "buy", filledSize: 0, unfilledSize: 1 };
  assertThrows(() => reads.openOrders.read(row, CONTEXT), RowError, "not listed");
});

Deno.test("krakenfutures: a short position is below zero", () => {
  const position = reads.positions!.read({
    side: "short",
    symbol: "pf_xbtusd",
    price: "0.7533",
    fillTime: "2022-03-03T22:51:16.566Z",
    size: "230",
    unrealizedPnl: "-607250.006654067",
    unrealizedFunding: "-0.001878596918214635",
  }, CONTEXT);
  assertEquals([position?.asset.quantity, position?.asset.unrealizedPnl].map(String), [
    "-230",
    "-607250.006654067",
  ]);
});

Deno.test("krakenfutures: the end of an order is read by what was told of it before", () => {
  const reader = new FeedReader();
  const order = {
    instrument: "PF_XBTUSD",
    time: 1567702877410,
    last_update_time: 1567702877410,
    qty: "304.5",
    filled: 0,
    limit_price: 10640,
    stop_price: 0,
    type: "limit",
    order_id: "59302619-41d2-4f0b-941f-7e7914760ad3",
    direction: 1,
    reduce_only: true,
  };
  const { order_id } = order;
  const placed = {
    feed: "open_orders",
    order,
    is_cancel: false,
    reason: "new_placed_order_by_user",
  };
  const canceled = { feed: "open_orders", order_id, is_cancel: true, reason: "cancelled_by_user" };
  assertThrows(() => reader.read(canceled, CONTEXT), RowError, "never told");
  const shown = [placed, canceled].map((frame) => {
    const reading = reader.read(frame, CONTEXT);
    assert(reading.kind === "facts");
    const [fact] = reading.facts;
    assert(fact?.kind === "order");
    return [fact.order.status, fact.order.cause, String(fact.order.amount), fact.order.side];
  });
  assertEquals(shown, [["OPEN", null, "304.5", "SELL"], ["CANCELED", null, "304.5", "SELL"]]);
});

Deno.test("krakenfutures: what a frame calls qty is left of the order, which is filled whole at last", () => {
  const reader = new FeedReader();
  const order_id = "59302619-41d2-4f0b-941f-7e7914760ad3";
  const frame = (qty: string, filled: string) => ({
    feed: "open_orders",
    order: {
      instrument: "PF_XBTUSD",
      time: 1,
      last_update_time: 1,
      qty,
      filled,
      limit_price: 96,
      order_id,
      direction: 0,
    },
    is_cancel: false,
    reason: "partial_fill",
  });
  const end = { feed: "open_orders", order_id, is_cancel: true };
  const shown = [
    frame("10", "0"),
    frame("7.92", "2.08"),
    { ...end, reason: "partial_fill" }, // Of a last fill that is not told here.
    frame("1.68", "8.32"),
    { ...end, reason: "full_fill" },
  ].map((told) => {
    const reading = reader.read(told, CONTEXT);
    assert(reading.kind === "facts");
    const [fact] = reading.facts;
    assert(fact?.kind === "order");
    return [fact.order.status, String(fact.order.amount), String(fact.order.filled)];
  });
  assertEquals(shown, [
    ["OPEN", "10", "0"],
    ["PARTIALLY_FILLED", "10", "2.08"],
    ["UNKNOWN", "10", "2.08"],
    ["PARTIALLY_FILLED", "10", "8.32"],
    ["FILLED", "10", "10"],
  ]);
});

Deno.test("krakenfutures: an order half filled is live, by its status as by its history", () => {
  const half = { quantity: "5", filled: "5", limitPrice: "96" };
  const status = reads.order!.read({
    orders: [{
      order: {
        ...half,
        orderId: "1",
        symbol: "PF_XBTUSD",
        side: "buy",
        lastUpdateTimestamp: "2026-03-21T07:32:21.555Z",
      },
      status: "ENTERED_BOOK",
    }],
  }, CONTEXT);
  const ofEvent = (reason: string, terms = half) =>
    reads.history.read({
      timestamp: 9,
      event: {
        OrderUpdated: {
          newOrder: {
            ...terms,
            uid: "1",
            clientId: "a",
            tradeable: "PF_XBTUSD",
            direction: "Buy",
            lastUpdateTimestamp: 9,
          },
          reason,
        },
      },
    }, CONTEXT);
  for (const order of [status, ofEvent("partial_fill")]) {
    assertEquals([order?.status, order?.amount, order?.filled].map(String), [
      "PARTIALLY_FILLED",
      "10",
      "5",
    ]);
  }
  const whole = ofEvent("full_fill", { ...half, quantity: "0", filled: "10" });
  assertEquals([whole.status, String(whole.amount)], ["FILLED", "10"]);
});

Deno.test("krakenfutures: a status names its reasons in capitals", () => {
  const order = {
    orderId: "a159faef-6a0f-4651-af78-eafa4c71ac7e",
    cliOrdId: null,
    symbol: "PF_XBTUSD",
    side: "buy",
    quantity: "0.0022",
    filled: 0,
    limitPrice: 68000,
    lastUpdateTimestamp: "2026-03-21T07:32:21.555Z",
  };
  const read = reads.order!.read({
    orders: [{ order, status: "CANCELLED", updateReason: "CANCELLED_BY_USER" }],
  }, CONTEXT);
  assertEquals([read?.status, read?.cause], ["CANCELED", null]);
});

Deno.test("krakenfutures: pages of the history end by the time of events, not of the orders in them", () => {
  const { history } = reads;
  const query = { rawSymbol: "PF_XBTUSD", ref: named(), now: 10_000, since: 5_000 };
  const event = (timestamp: number, name: string) => ({ timestamp, event: { [name]: {} } });
  const after = (rows: readonly object[], more = true) =>
    history.next({
      query,
      call: history.first(query),
      answer: { elements: rows, ...(more ? { continuationToken: "c" } : {}) },
      values: [],
    })?.params["continuation_token"] ?? null;
  // Of orders that are older than the window, and of triggers alone.
  assertEquals(after([event(9_000, "OrderCancelled")]), "c");
  assertEquals(after([event(9_000, "OrderTriggerPlaced")]), "c");
  assertEquals(after([event(9_000, "OrderPlaced"), event(4_999, "OrderPlaced")]), null);
  assertEquals(after([event(9_000, "OrderPlaced")], false), null);
  assertEquals(after([]), null);
});

Deno.test("krakenfutures: a further page of fills tells the last one's last millisecond again", () => {
  const { tradesSince } = reads;
  const row = {
    fillTime: "2020-07-21T12:41:52.790Z",
    order_id: "1",
    fill_id: "2",
    symbol: "PF_XBTUSD",
    side: "buy",
    size: 1,
    price: 1,
    fillType: "taker",
  };
  const rows = Array.from({ length: 100 }, () => row);
  const query = { rawSymbol: "PF_XBTUSD", since: 0, now: 1 };
  const next = tradesSince.next({
    query,
    call: tradesSince.first(query),
    answer: { fills: rows },
    values: rows.map((each) => tradesSince.read(each, CONTEXT)),
  });
  assertEquals(next?.params, { lastFillTime: "2020-07-21T12:41:52.791Z" });
});

/** As ccxt 4.5.84 notes an answer of `accounts` (MIT), with amounts. */
const ACCOUNTS = {
  fi_xbtusd: {
    auxiliary: { usd: "0", pv: "1.1", pnl: "0.1", af: "0.9", funding: "0.0" },
    balances: { xbt: "1.0" },
    currency: "xbt",
    type: "marginAccount",
  },
  fi_ethusd: {
    auxiliary: { usd: "0", pv: "0.0", pnl: "0.0", af: "0.0", funding: "0.0" },
    balances: { eth: "0.0" },
    currency: "eth",
    type: "marginAccount",
  },
  fv_xrpxbt: {
    auxiliary: { usd: "0", pv: "7.0", pnl: "0.0", af: "7.0", funding: "0.0" },
    balances: { xbt: "7.0" },
    currency: "xbt",
    type: "marginAccount",
  },
  cash: { balances: { xbt: "5.0", usd: "0.0" }, type: "cashAccount" },
};

function balancesOf(currencies: object) {
  const answer = { accounts: { ...ACCOUNTS, flex: { currencies } } };
  return reads.balances.rows(answer).map((row) => {
    const { assetId, total, available, locked } = reads.balances.read(row, CONTEXT)!;
    return [assetId, total, available, locked].join(" ");
  });
}

const FLEX = (quantity: string, available: string) => ({ quantity, available, value: quantity });

Deno.test("krakenfutures: a currency that is owed is a balance below zero", () => {
  assertEquals(balancesOf({ USD: FLEX("-12.5", "0") }), ["USD -12.5 -12.5 0", "BTC 1 0.9 0.1"]);
});

Deno.test("krakenfutures: a coin is what both its wallets hold, and the inverse one says what is free", () => {
  assertEquals(balancesOf({ XBT: FLEX("2", "2"), ETH: FLEX("3", "2.5") }), [
    "BTC 3 0.9 2.1",
    "ETH 3 2.5 0.5",
  ]);
});

Deno.test("krakenfutures: a coin that its two wallets name differently is one balance", () => {
  assertEquals(balancesOf({ BTC: FLEX("2", "2") }), ["BTC 3 0.9 2.1"]);
  const reading = new FeedReader().read({
    feed: "balances",
    flex_futures: { currencies: { BTC: FLEX("2", "2") } },
    futures: { "F-XBT:USD": { name: "F-XBT:USD", unit: "XBT", balance: "1", available: "0.9" } },
  }, CONTEXT);
  assert(reading.kind === "facts");
  const told = reading.facts.flatMap((fact) => fact.kind === "balances" ? fact.balances : []);
  assertEquals(told.map(({ assetId, total }) => `${assetId} ${total}`), ["BTC 3"]);
});

Deno.test("krakenfutures: frames tell the wallets that changed, the others stay as they were", () => {
  const reader = new FeedReader();
  const wallet = (unit: string, balance: number, available: number) => ({
    [`F-${unit}:USD`]: { name: `F-${unit}:USD`, unit, balance: String(balance), available },
  });
  const told = (frame: object) => {
    const reading = reader.read({ feed: "balances", ...frame }, CONTEXT);
    assert(reading.kind === "facts");
    return reading.facts.flatMap((fact) =>
      fact.kind === "balances"
        ? fact.balances.map(({ assetId, total, available }) => `${assetId} ${total} ${available}`)
        : []
    );
  };
  const currencies = { XBT: FLEX("2", "2"), USD: FLEX("10", "9") };
  assertEquals(told({ flex_futures: { currencies }, futures: wallet("XBT", 0, 0) }), [
    "BTC 2 2",
    "USD 10 9",
  ]);
  assertEquals(told({ futures: { ...wallet("XBT", 1, 0.5), ...wallet("ETH", 0, 0) } }), [
    "BTC 3 0.5",
  ]);
  assertEquals(told({ flex_futures: { currencies: { XBT: FLEX("4", "4") } } }), ["BTC 5 0.5"]);
  const euro = { "F-ETH:EUR": { name: "F-ETH:EUR", unit: "EUR", balance: "1", available: "1" } };
  assertEquals(told({ futures: euro }), []);
});

/** [answer, action, verdict, reason]; null: unlisted, so unknown; undefined: no error. */
const ERRORS: readonly (readonly [object, Action, string | null | undefined, string | null])[] = [
  [{ result: "success", sendStatus: { status: "placed" } }, "submit", undefined, null],
  [{ result: "success", sendStatus: { status: "invalidSize" } }, "submit", "refused", "FILTER"],
  [
    { result: "success", sendStatus: { status: "clientOrderIdAlreadyExist" } },
    "submit",
    "duplicate",
    "DUPLICATE_ID",
  ],
  [{ result: "success", sendStatus: { status: "somethingNew" } }, "submit", null, null],
  [
    { result: "success", cancelStatus: { status: "notFound" } },
    "cancel",
    "notFound",
    "UNKNOWN_ORDER",
  ],
  [
    { result: "success", cancelStatus: { status: "filled" } },
    "cancel",
    "notFound",
    "UNKNOWN_ORDER",
  ],
  [{ result: "error", error: "apiLimitExceeded" }, "read", "refused", "RATE_LIMITED"],
  [{ result: "error", error: "invalidArgument: size" }, "submit", "refused", "INVALID_REQUEST"],
  [{ result: "error", error: "Server Error" }, "submit", null, null],
  [{ result: "error", error: "unknownError" }, "submit", null, null],
  [
    { result: "error", errors: [{ code: 92, message: "INSUFFICIENT_MARGIN" }] },
    "submit",
    "refused",
    "INSUFFICIENT_FUNDS",
  ],
];

for (const [answer, action, verdict, reason] of ERRORS) {
  Deno.test(`krakenfutures: ${JSON.stringify(answer)} of ${action} proves ${verdict}`, () => {
    const error = errorOf(answer, { action });
    if (verdict === undefined) return assertEquals(error, null);
    assert(error !== null);
    const rule = KRAKENFUTURES_ERRORS.find(({ code, on }) =>
      code === error.code && (on ?? action) === action
    );
    assertEquals([rule?.verdict ?? null, rule?.reason ?? null], [verdict, reason]);
  });
}
