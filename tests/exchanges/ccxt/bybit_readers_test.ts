/** The readers of the Bybit profile on payloads the venue itself has sent, and its error table. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { asRow, RowError } from "../../../src/exchanges/ccxt/rows/fields.ts";
import { bybitProfile } from "../../../src/exchanges/ccxt/profiles/bybit.ts";
import { BYBIT_ERRORS, errorOf } from "../../../src/exchanges/ccxt/profiles/bybit/errors.ts";
import { readFrame } from "../../../src/exchanges/ccxt/profiles/bybit/stream.ts";
import { retryAfterMs, usage } from "../../../src/exchanges/ccxt/profiles/bybit/limits.ts";
import type { RowContext } from "../../../src/exchanges/ccxt/plans/venue_call.ts";
import type { Action } from "../../../src/exchanges/ccxt/plans/answer_plan.ts";
import { recorded } from "../../recordings.ts";

const rest = await recorded("bybit", "rest");
const ws = await recorded("bybit", "ws");

/** As the catalogue would say it; what it does not list stands for itself. */
const SYMBOLS: Readonly<Record<string, string>> = {
  BTCUSDT: "BTC/USDT:PERP",
  ETHPERP: "ETH/USDC:PERP",
  XRPUSDT: "XRP/USDT:PERP",
};
const CONTEXT: RowContext = {
  symbolOf: (raw) => SYMBOLS[raw] ?? raw,
  contractSizeOf: () => null,
  receivedAt: 7,
};
const SPOT: RowContext = { ...CONTEXT, symbolOf: (raw) => raw === "BTCUSDT" ? "BTC/USDT" : raw };
const linear = bybitProfile("linear");
const { reads } = linear;

Deno.test("bybit recorded: a market order of a contract is read without the price it is given", () => {
  const order = reads.history.read(rest["parseOrder"]![1], CONTEXT);
  assertEquals(
    [order.exchangeOrderId, order.clientOrderId, order.status, order.side, order.limitPrice],
    ["f5f2d355-9a11-4af3-9b83-aa1d6ab6ddfe", null, "FILLED", "SELL", null],
  );
  assertEquals([order.symbolId, `${order.filled}`, order.venueTime], [
    "BTC/USDT:PERP",
    "0.001",
    1757837618909,
  ]);
});

Deno.test("bybit recorded: a look-up shows the order of its answer, and none in an empty one", () => {
  const answer = asRow(rest["fetchOrder"]![0]);
  const order = reads.order!.read(answer, CONTEXT);
  assertEquals([order?.clientOrderId, order?.status, `${order?.limitPrice}`], [
    "1672217748277652",
    "CANCELED",
    "1000",
  ]);
  assertEquals(reads.order!.read({ ...answer, result: { list: [] } }, CONTEXT), null);
});

Deno.test("bybit recorded: a look-up that was not filtered is refused, not read as its first row", () => {
  const answer = asRow(rest["fetchOrder"]![0]);
  const [row] = asRow(answer["result"])["list"] as readonly unknown[];
  const list = [row, { ...asRow(row), orderLinkId: "another" }];
  assertThrows(() => reads.order!.read({ ...answer, result: { list } }, CONTEXT), RowError);
});

Deno.test("bybit recorded: an execution is read with its fee in what the contract settles in", () => {
  const answer = rest["fetchMyTrades"]![0];
  const [row] = reads.tradesSince.rows(answer);
  const fill = reads.tradesSince.read(row, CONTEXT);
  assertEquals(
    [fill.tradeId, fill.exchangeOrderId, fill.side, fill.price, fill.quantity, fill.liquidity],
    [
      "e0cbe81d-0f18-5866-9415-cf319b5dab3b",
      "8c065341-7b52-4ca9-ac2c-37e31ac55c94",
      "BUY",
      "1190.15",
      "0.1",
      "TAKER",
    ],
  );
  assertEquals(fill.fee, { asset: "USDC", amount: "0.071409" } as unknown as typeof fill.fee);
});

Deno.test("bybit: funding in the list of executions is no fill", () => {
  const answer = asRow(rest["fetchMyTrades"]![0]);
  const [row] = asRow(answer["result"])["list"] as readonly unknown[];
  const list = [{ ...asRow(row), execType: "Funding" }, row];
  assertEquals(reads.tradesSince.rows({ ...answer, result: { list } }), [row]);
});

/** [side, maker, fee rate, the asset] */
const FEES = [
  ["Buy", false, "0.001", "BTC"],
  ["Sell", false, "0.001", "USDT"],
  ["Buy", true, "0.0001", "BTC"],
  ["Buy", true, "-0.0001", "USDT"],
  ["Sell", true, "-0.0001", "BTC"],
] as const;

for (const [side, isMaker, feeRate, asset] of FEES) {
  Deno.test(`bybit: a spot fee of ${side}, maker ${isMaker}, at ${feeRate} is in ${asset}`, () => {
    const row = { ...asRow(rest["fetchMyTrades"]![1]), symbol: "BTCUSDT", side, isMaker, feeRate };
    assertEquals(reads.tradesSince.read(row, SPOT).fee?.asset, asset);
    const told = { ...row, feeCurrency: "MNT" };
    assertEquals(reads.tradesSince.read(told, SPOT).fee?.asset, "MNT");
  });
}

Deno.test("bybit recorded: the wallet of a unified account is read", () => {
  const answer = rest["parseBalance"]!.find((each) =>
    JSON.stringify(each).includes('"accountType":"UNIFIED"')
  );
  const [row, ...more] = reads.balances.rows(answer);
  assertEquals(more, []);
  const btc = reads.balances.read(row, CONTEXT);
  assertEquals([btc?.assetId, btc?.total, btc?.available, btc?.updatedAt].map(String), [
    "BTC",
    "0.805994",
    "0.805994",
    "1672125441042",
  ]);
});

Deno.test("bybit recorded: what orders and positions hold is not available", () => {
  const coin = { coin: "USDT", walletBalance: "100", locked: "10", totalOrderIM: "5" };
  const account = { accountType: "UNIFIED", coin: [{ ...coin, totalPositionIM: "2.5" }] };
  const [row] = reads.balances.rows({ time: 1, result: { list: [account] } });
  const usdt = reads.balances.read(row, CONTEXT);
  assertEquals([usdt?.available, usdt?.locked].map(String), ["82.5", "17.5"]);
});

Deno.test("bybit recorded: a position of the list and of the stream is read", () => {
  const [, position] = rest["fetchPosition"]!;
  const read = reads.positions!.read(position, CONTEXT);
  assert(read !== null);
  assertEquals(read.asset.assetId, read.symbolId);
  const frame = ws["handlePositions"]![0];
  const reading = readFrame(frame, { category: "linear", context: CONTEXT });
  assertEquals(reading, {
    kind: "facts",
    facts: [{ kind: "positions", positions: [], receivedAt: 7 }],
  }, "an inverse contract is not ours");
});

Deno.test("bybit recorded: executions of the stream are fills, by category", () => {
  const frame = ws["handleMyTrades"]![2];
  const reading = readFrame(frame, { category: "linear", context: CONTEXT });
  assert(reading.kind === "facts");
  const [fact] = reading.facts;
  assert(fact?.kind === "fill");
  assertEquals([fact.fill.tradeId, `${fact.fill.fee?.amount}`, fact.fill.fee?.asset], [
    "7e2ae69c-4edf-5800-a352-893d52b446aa",
    "0.005061",
    "USDT",
  ]);
  assertEquals(readFrame(frame, { category: "spot", context: CONTEXT }), {
    kind: "facts",
    facts: [],
  });
});

Deno.test("bybit: an execution that cannot be read takes none of its message along", () => {
  const frame = asRow(ws["handleMyTrades"]![2]);
  const [row] = frame["data"] as readonly unknown[];
  const data = [{ ...asRow(row), execQty: "a lot" }, row];
  const reading = readFrame({ ...frame, data }, { category: "linear", context: CONTEXT });
  assert(reading.kind === "facts");
  assertEquals(reading.facts.map(({ kind }) => kind), ["malformed", "fill"]);
});

/** [orderStatus, other fields, filled, our status, cause] */
const STATUSES = [
  ["New", {}, "0", "OPEN", null],
  ["Untriggered", {}, "0", "PENDING_TRIGGER", null],
  ["PartiallyFilled", {}, "0.1", "PARTIALLY_FILLED", null],
  ["Cancelled", { cancelType: "CancelByUser", timeInForce: "IOC" }, "0", "CANCELED", null],
  ["Cancelled", { cancelType: "CancelBySmp" }, "0", "CANCELED", "SELF_TRADE_PREVENTION"],
  ["Cancelled", { cancelType: "CancelByPrepareLiq" }, "0.1", "CANCELED", "LIQUIDATION"],
  ["Cancelled", { timeInForce: "IOC" }, "0.1", "EXPIRED", "TIME_IN_FORCE"],
  ["Cancelled", { rejectReason: "EC_NoImmediateQtyToFill" }, "0", "EXPIRED", "TIME_IN_FORCE"],
  [
    "Cancelled",
    { rejectReason: "EC_PostOnlyWillTakeLiquidity" },
    "0",
    "REJECTED",
    "POST_ONLY_WOULD_TAKE",
  ],
  [
    "Rejected",
    { rejectReason: "EC_PostOnlyWillTakeLiquidity" },
    "0",
    "REJECTED",
    "POST_ONLY_WOULD_TAKE",
  ],
  [
    "Rejected",
    { rejectReason: "EC_InvalidSymbolStatus" },
    "0",
    "REJECTED",
    "EC_InvalidSymbolStatus",
  ],
  ["PartiallyFilledCanceled", {}, "0.1", "CANCELED", null],
  ["Deactivated", {}, "0", "CANCELED", null],
  ["SomethingNewer", {}, "0", "UNKNOWN", null],
] as const;

for (const [orderStatus, fields, cumExecQty, status, cause] of STATUSES) {
  Deno.test(`bybit: ${orderStatus} ${JSON.stringify(fields)} is ${status}`, () => {
    const row = {
      ...asRow(rest["fetchOrder"]![1]),
      timeInForce: "GTC",
      rejectReason: "EC_NoError",
      ...fields,
      orderStatus,
      cumExecQty,
    };
    const order = reads.history.read(row, CONTEXT);
    assertEquals([order.status, order.cause], [status, cause]);
  });
}

Deno.test("bybit: a market order that spends quote units shows what it got for its amount", () => {
  const row = {
    ...asRow(rest["parseOrder"]![1]),
    marketUnit: "quoteCoin",
    qty: "100",
    cumExecQty: "0.002",
  };
  assertEquals(`${reads.history.read(row, SPOT).amount}`, "0.002");
});

Deno.test("bybit: a cursor is followed until a page is empty", () => {
  const query = { rawSymbol: "BTCUSDT" };
  const call = reads.openOrders.first(query);
  const answer = rest["fetchOpenOrders"]![0];
  const next = reads.openOrders.next({ query, call, answer, values: [] });
  assert(next !== null);
  assertEquals(next.params["cursor"], asRow(asRow(answer)["result"])["nextPageCursor"]);
  const empty = { result: { list: [], nextPageCursor: "1%3A2" } };
  assertEquals(reads.openOrders.next({ query, call: next, answer: empty, values: [] }), null);
});

Deno.test("bybit: trades are read in windows of seven days, up to now", () => {
  const [since, week] = [1_000, 7 * 86_400_000];
  const query = { rawSymbol: "BTCUSDT", since, now: since + week + 5 };
  const first = reads.tradesSince.first(query);
  assertEquals([first.params["startTime"], first.params["endTime"]], [since, since + week - 1]);
  const answer = { result: { list: [], nextPageCursor: "" } };
  const second = reads.tradesSince.next({ query, call: first, answer, values: [] });
  assert(second !== null);
  assertEquals(second.params["startTime"], since + week);
  assertEquals(reads.tradesSince.next({ query, call: second, answer, values: [] }), null);
});

Deno.test("bybit: an error is told by its code, under either name, and success is none", () => {
  assertEquals(errorOf({ retCode: 0, retMsg: "OK" }), null);
  assertEquals(errorOf({ retCode: "0" }), null);
  assertEquals(errorOf({ result: {} }), null);
  assertEquals(errorOf({ retCode: 110007, retMsg: "ab not enough" }), {
    code: "110007",
    message: "ab not enough",
  });
  assertEquals(errorOf({ ret_code: 10006, ret_msg: "Too many visits!" }), {
    code: "10006",
    message: "Too many visits!",
  });
});

/** [code, verdict, reason] of what tests and orders meet most; the whole table is checked below. */
const VERDICTS = [
  ["10002", "refused", "INVALID_TIMESTAMP"],
  ["10004", "refused", "INVALID_SIGNATURE"],
  ["10006", "refused", "RATE_LIMITED"],
  ["110007", "refused", "INSUFFICIENT_FUNDS"],
  ["170131", "refused", "INSUFFICIENT_FUNDS"],
  ["110017", "refused", "REDUCE_ONLY_REJECTED"],
  ["170140", "refused", "FILTER"],
  ["110072", "duplicate", "DUPLICATE_ID"],
  ["170141", "duplicate", "DUPLICATE_ID"],
  ["10014", "duplicate", "DUPLICATE_ID"],
  ["110001", "notFound", "UNKNOWN_ORDER"],
  ["170213", "notFound", "UNKNOWN_ORDER"],
] as const;

for (const [code, verdict, reason] of VERDICTS) {
  Deno.test(`bybit: ${code} is ${verdict}, ${reason}`, () => {
    const rules = BYBIT_ERRORS.filter((rule) => rule.code === code);
    assertEquals(rules.map((rule) => [rule.verdict, rule.reason]), [[verdict, reason]]);
  });
}

/** The documentation leaves their execution open. */
const OPEN = [
  ...["10000", "10016", "170001", "170007", "170032", "170035", "170146", "170147", "170149"],
  ...["170150", "170191", "170212", "170234", "170310", "170311"],
];

Deno.test("bybit: every code stands in the allow list once, and none that leaves it open", () => {
  const codes = BYBIT_ERRORS.map(({ code }) => code);
  assertEquals(codes.length, new Set(codes).size);
  assertEquals(codes.filter((code) => code !== null && OPEN.includes(code)), []);
  const later = BYBIT_ERRORS.filter((rule) => rule.later === true).map(({ reason }) => reason);
  assertEquals(new Set(later), new Set(["RATE_LIMITED", "RESTARTING", "ORDER_BUSY"]));
  const actions: readonly Action[] = ["submit", "cancel", "amend", "read"];
  assert(BYBIT_ERRORS.every(({ on }) => on === undefined || actions.includes(on)));
});

Deno.test("bybit: what is left of an endpoint's limit is told under its budget", () => {
  const headers = new Headers({ "x-bapi-limit-status": "7" });
  const url = "https://api.bybit.com/v5/order/realtime?category=spot";
  const answer = { status: 200, headers, method: "GET", url };
  assertEquals(usage(answer), { budgets: { realtime: { remaining: 7 } } });
  assertEquals(usage({ ...answer, headers: new Headers() }), null);
  assertEquals(usage({ ...answer, url: "https://api.bybit.com/v5/market/time" }), null);
});

Deno.test("bybit: the wait is until the limit resets, by the venue's clock, or ten minutes for 403", () => {
  const headers = new Headers({ "x-bapi-limit-reset-timestamp": "1500", timenow: "1100" });
  assertEquals(retryAfterMs({ status: 200, headers }), 400);
  const now = new Headers({ "x-bapi-limit-reset-timestamp": "1100", timenow: "1100" });
  assertEquals(retryAfterMs({ status: 200, headers: now }), null);
  assertEquals(retryAfterMs({ status: 403, headers: now }), 600_000);
});

Deno.test("bybit: a key that may withdraw is told apart from one that moves funds within", () => {
  const key = (wallet: readonly string[], readOnly = 0) => ({
    result: {
      readOnly,
      permissions: { ContractTrade: ["Order", "Position"], Spot: ["SpotTrade"], Wallet: wallet },
    },
  });
  const { read } = reads.permissions!;
  assertEquals(read(key(["AccountTransfer", "SubMemberTransfer"])), {
    withdraw: false,
    trade: true,
  });
  assertEquals(read(key(["AccountTransfer", "Withdraw"])), { withdraw: true, trade: true });
  assertEquals(read(key([], 1)), { withdraw: false, trade: false });
});
