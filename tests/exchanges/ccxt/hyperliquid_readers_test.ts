import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Action } from "../../../src/exchanges/ccxt/plans/answer_plan.ts";
import { Catalogue } from "../../../src/exchanges/ccxt/instruments/catalogue.ts";
import { RowError } from "../../../src/exchanges/ccxt/rows/fields.ts";
import { budgetsLeft } from "../../../src/exchanges/ccxt/profiles/hyperliquid/limits.ts";
import {
  CLOID,
  readFill,
  readOrder,
} from "../../../src/exchanges/ccxt/profiles/hyperliquid/rows.ts";
import {
  hyperliquidPerp,
  hyperliquidSpot,
} from "../../../src/exchanges/ccxt/profiles/hyperliquid.ts";
import type { RowContext } from "../../../src/exchanges/ccxt/plans/venue_call.ts";
import { judge } from "../../../src/exchanges/ccxt/wire/verdict.ts";
import { decimal } from "../../../src/model/decimal.ts";
import type { StandardOrder } from "../../../src/model/order.ts";
import { recorded } from "../../recordings.ts";
import { named, request } from "./hyperliquid.ts";
import { exchangeOf, recorded as recordedList } from "./market_lists.ts";

const NOW = 1_763_000_000_000;
const context: RowContext = {
  symbolOf: (coin) => coin,
  contractSizeOf: () => decimal("1"),
  receivedAt: NOW,
};

for (const profile of [hyperliquidPerp, hyperliquidSpot]) {
  const market = profile === hyperliquidPerp ? "perp" : "spot";
  Deno.test(`hyperliquid ${market}: every market of the recorded list is an instrument`, async () => {
    const answers = await recordedList("hyperliquid");
    const exchange = await exchangeOf("hyperliquid", () => answers);
    const catalogue = new Catalogue();
    assertEquals(await catalogue.load(exchange, profile), []);
    const listed = catalogue.list();
    assert(listed.length > 0);
    for (const { price, instrument } of listed) {
      assertEquals([price.spacing, price.significantDigits], ["DYNAMIC", 5]);
      assert(!instrument.rawSymbol.includes(":"), instrument.rawSymbol); // HIP-3
    }
  });
}

Deno.test("hyperliquid: a recorded order is read with its exact digits", async () => {
  const { fetchOrder } = await recorded("hyperliquid", "rest");
  assertEquals(hyperliquidPerp.reads.order!.read(fetchOrder![0], context), {
    exchangeOrderId: "3991946565",
    clientOrderId: null,
    symbolId: "ETH",
    side: "BUY",
    amount: decimal("0.1"),
    limitPrice: decimal("2000"),
    filled: decimal("0"),
    venueTime: 1704346468838,
    status: "OPEN",
    cause: null,
    fills: [],
  });
});

Deno.test("hyperliquid: a recorded trade is read, its fee in USDC where no token is named", async () => {
  const { fetchTrades, fetchMyTrades } = await recorded("hyperliquid", "rest");
  const [older, newer] = [fetchTrades![1], fetchMyTrades![1]].map((row) => readFill(row, context));
  for (const fill of [older!, newer!]) {
    assertEquals([fill.tradeId, fill.exchangeOrderId, fill.side, fill.liquidity], [
      "128423918764978",
      "3929354691",
      "SELL",
      "TAKER",
    ]);
    assertEquals([fill.quantity, fill.price, fill.fee], [
      decimal("0.0841"),
      decimal("2381.1"),
      { asset: "USDC", amount: decimal("0.050062") },
    ]);
  }
});

Deno.test("hyperliquid: a recorded position and wallet are read", async () => {
  const { fetchPositions, fetchBalance } = await recorded("hyperliquid", "rest");
  const { positions, balances } = hyperliquidPerp.reads;
  const [row] = positions!.rows(fetchPositions![0]);
  const position = positions!.read(row, context);
  assertEquals([position?.asset.quantity, position?.asset.entryPrice, position?.leverage], [
    decimal("0.2259"),
    decimal("2213.9"),
    decimal("20"),
  ]);
  assertEquals(position?.asset.liquidationPrice, decimal("2125.00856238"));
  const [wallet] = balances.rows(fetchBalance![0]);
  assertEquals(balances.read(wallet, context)?.total, decimal("100"));
  const purr = hyperliquidSpot.reads.balances.read(fetchBalance![2], context);
  assertEquals([purr?.assetId, purr?.total, purr?.available], [
    "PURR",
    decimal("999.65004"),
    decimal("999.65004"),
  ]);
});

/** [status, what is left of 1, our status, cause, `tif`]; the stream names no `tif`. */
const STATUSES: readonly (readonly [string, string, string, string | null, string?])[] = [
  ["open", "1", "OPEN", null],
  ["open", "0.4", "PARTIALLY_FILLED", null],
  ["filled", "0", "FILLED", null],
  ["filled", "0.4", "EXPIRED", "TIME_IN_FORCE", "Ioc"],
  ["filled", "0.4", "UNKNOWN", null],
  ["filled", "1", "UNKNOWN", null, "Ioc"],
  ["filled", "1", "FILLED", null, "Gtc"],
  ["filled", "0.4", "FILLED", null, "Alo"],
  ["canceled", "0.4", "CANCELED", null],
  ["triggered", "1", "OPEN", null],
  ["marginCanceled", "1", "CANCELED", "marginCanceled"],
  ["selfTradeCanceled", "1", "CANCELED", "SELF_TRADE_PREVENTION"],
  ["liquidatedCanceled", "1", "CANCELED", "LIQUIDATION"],
  ["scheduledCancel", "1", "CANCELED", "scheduledCancel"],
  ["iocCancelRejected", "1", "EXPIRED", "TIME_IN_FORCE"],
  ["badAloPxRejected", "1", "REJECTED", "badAloPxRejected"],
  ["rejected", "1", "REJECTED", null],
  ["somethingNewCanceled", "1", "UNKNOWN", null],
];

for (const [status, sz, expected, cause, tif] of STATUSES) {
  const name = tif === undefined ? "" : ` of an ${tif} order`;
  Deno.test(`hyperliquid: status ${status}${name} with ${sz} left is ${expected}`, () => {
    const order = {
      coin: "BTC",
      side: "B",
      limitPx: "1.0",
      sz,
      oid: 1,
      timestamp: NOW,
      origSz: "1",
      ...(tif === undefined ? {} : { tif }),
    };
    const read = readOrder({ order, status, statusTimestamp: NOW }, context);
    assertEquals([read.status, read.cause], [expected, cause]);
    if (read.status === "FILLED") assertEquals(read.filled, read.amount);
  });
}

for (const channel of ["orderUpdates", "userFills"] as const) {
  Deno.test(`hyperliquid: a row of ${channel} that cannot be read takes no other along`, () => {
    const order = { side: "B", limitPx: "1", sz: "1", oid: 1, timestamp: NOW, origSz: "1" };
    const fill = {
      side: "B",
      px: "1",
      sz: "1",
      oid: 1,
      tid: 1,
      time: NOW,
      crossed: true,
      fee: "0",
    };
    const rowOf = (coin: string | undefined) =>
      channel === "userFills"
        ? { ...fill, coin }
        : { order: { ...order, coin }, status: "open", statusTimestamp: NOW };
    const rows = ["BTC", undefined, "BTC", "@1"].map(rowOf); // The last is of spot.
    const data = channel === "userFills" ? { user: "0x", fills: rows } : rows;
    const [socket] = hyperliquidPerp.sockets;
    const reading = socket!.read({ channel, data }, context);
    assert(reading.kind === "facts", reading.kind);
    const kind = channel === "userFills" ? "fill" : "order";
    assertEquals(reading.facts.map((fact) => fact.kind), [kind, "malformed", kind]);
  });
}

Deno.test("hyperliquid: client ids go out as 0x and 32 digits and come back as ours", () => {
  const id = "0123456789abcdef0123456789abcdef";
  assertEquals(CLOID.render(id), `0x${id}`);
  assertEquals(CLOID.parse(CLOID.render(id)), id);
  assertEquals(CLOID.parse("0xABC"), "0xABC");
});

Deno.test("hyperliquid: of an order listed once for each status it had, the newest is read", () => {
  const order = {
    coin: "BTC",
    side: "B",
    limitPx: "1.0",
    sz: "1",
    oid: 1,
    timestamp: 1,
    origSz: "1",
  };
  const { history } = hyperliquidPerp.reads;
  const rows = history.rows([
    { order, status: "open", statusTimestamp: 1 },
    { order, status: "canceled", statusTimestamp: 3 },
    { order: { ...order, coin: "@107" }, status: "canceled", statusTimestamp: 4 },
    { order: { ...order, coin: "xyz:TSLA" }, status: "canceled", statusTimestamp: 5 },
  ]);
  assertEquals(rows.map((row) => history.read(row, context).status), ["CANCELED"]);
  // Placed and done in one block: both rows are of one time.
  const [open, done] = ["open", "filled"].map((status) => ({
    order: { ...order, sz: status === "open" ? "1" : "0" },
    status,
    statusTimestamp: 1,
  }));
  for (const both of [[open, done], [done, open]]) {
    const statuses = history.rows(both).map((row) => history.read(row, context).status);
    assertEquals(statuses, ["FILLED"]);
  }
});

/** [what the answer tells as filled of 1, how the order is held, our status] */
const PLACED: readonly (readonly [string, Partial<StandardOrder>, string])[] = [
  ["1", {}, "FILLED"],
  ["0.4", { timeInForce: "IOC" }, "EXPIRED"],
  ["0.4", { limitPrice: null }, "EXPIRED"],
  ["0.4", {}, "PARTIALLY_FILLED"],
];

for (const [totalSz, order, expected] of PLACED) {
  Deno.test(`hyperliquid: ${totalSz} of 1 filled at once of ${JSON.stringify(order)} is ${expected}`, () => {
    const asked = request({ limitPrice: decimal("50000"), amount: decimal("1"), ...order });
    const filled = { totalSz, avgPx: "50000", oid: 77747314 };
    const answer = { status: "ok", response: { type: "order", data: { statuses: [{ filled }] } } };
    const placed = hyperliquidPerp.entry.created(answer, asked, context);
    assertEquals([placed.status, String(placed.filled)], [expected, totalSz]);
  });
}

Deno.test("hyperliquid: a trade that names another order's client id is none of the one sought", () => {
  const { newestTrades } = hyperliquidPerp.reads;
  const query = { rawSymbol: "BTC", ref: named({ exchangeOrderId: "9" }), now: NOW, since: 0 };
  const trade = (fields: object) =>
    readFill({
      coin: "BTC",
      px: "1",
      sz: "1",
      side: "B",
      time: NOW,
      oid: 8,
      crossed: true,
      fee: "0",
      tid: 1,
      ...fields,
    }, context);
  const shown = [
    { cloid: CLOID.render("f".repeat(32)) },
    { cloid: CLOID.render("f".repeat(32)), oid: 9 },
    { cloid: CLOID.render(query.ref.clientOrderId) },
    {},
    { coin: "ETH" },
  ].map((fields) => newestTrades.fits?.(trade(fields), query, context));
  assertEquals(shown, [false, true, true, true, false]);
});

Deno.test("hyperliquid: a full page of fills goes on where it ended, and the newest list by time", () => {
  const { tradesSince, tradesOfOrder } = hyperliquidPerp.reads;
  const rows = Array.from({ length: 2_000 }, (_, n) => ({ coin: "BTC", time: 1_000 + n }));
  const query = { rawSymbol: "BTC", since: 5, now: NOW };
  const call = tradesSince.first(query);
  assertEquals(call.params["startTime"], 5);
  const page = { query, call, answer: rows, values: [] };
  assertEquals(tradesSince.next(page)?.params["startTime"], 2_999);
  assertEquals(tradesSince.next({ ...page, answer: rows.slice(1) }), null);
  const ofOrder = { rawSymbol: "BTC", ref: named(), exchangeOrderId: "1" };
  const newest = tradesOfOrder.first(ofOrder);
  const next = tradesOfOrder.next({ query: ofOrder, call: newest, answer: rows, values: [] });
  assertEquals([next?.params["type"], next?.params["startTime"]], ["userFillsByTime", 0]);
});

Deno.test("hyperliquid: what is left of the address's budgets, by its own count", () => {
  assertEquals(budgetsLeft({ nRequestsUsed: 2890, nRequestsCap: 12_000, nRequestsSurplus: 0 }), {
    budgets: { actions: { remaining: 9_110 }, cancels: { remaining: 21_110 } },
  });
  assertThrows(() => budgetsLeft({ nRequestsUsed: "2", nRequestsCap: 1 }), RowError);
});

/** [action, message, verdict, our word] */
const ERRORS: readonly (readonly [Action, string, string, string | null])[] = [
  ["submit", "Price must be divisible by tick size. asset=4", "refused", "FILTER"],
  ["submit", "Order must have minimum value of $10. asset=0", "refused", "FILTER"],
  ["submit", "Order must have minimum value of 10 USDC. asset=10000", "refused", "FILTER"],
  ["submit", "Order has invalid size.", "refused", "FILTER"],
  ["submit", "Order has zero size.", "refused", "FILTER"],
  [
    "submit",
    "Order price cannot be more than 80% away from the reference price",
    "refused",
    "FILTER",
  ],
  ["submit", "Price too far from oracle asset=3", "refused", "FILTER"],
  ["submit", "Insufficient margin to place order. asset=4", "refused", "INSUFFICIENT_FUNDS"],
  ["submit", "Insufficient spot balance asset=10001", "refused", "INSUFFICIENT_FUNDS"],
  [
    "submit",
    "Reduce only order would increase position. asset=1",
    "refused",
    "REDUCE_ONLY_REJECTED",
  ],
  [
    "submit",
    "Post only order would have immediately matched, bbo was 1@2. asset=0",
    "refused",
    "POST_ONLY_WOULD_TAKE",
  ],
  [
    "submit",
    "Order could not immediately match against any resting orders. asset=0",
    "refused",
    "NO_LIQUIDITY",
  ],
  [
    "submit",
    "Order would increase open interest while open interest is capped",
    "refused",
    "RISK_LIMIT",
  ],
  ["submit", "User or API Wallet 0xb8a6 does not exist.", "refused", "AUTHENTICATION"],
  ["submit", "Must deposit before performing actions. User: 0x1", "refused", "AUTHENTICATION"],
  ["submit", "Unable to recover signer.", "refused", "INVALID_SIGNATURE"],
  ["submit", "Too many cumulative requests sent (3 > 2) for …", "refused", "RATE_LIMITED"],
  ["submit", "Invalid nonce: duplicate nonce 1741107452532", "unknown", "DUPLICATE_NONCE"],
  ["submit", "Invalid nonce: nonce too low 1 < 2", "unknown", "UNLISTED"],
  ["submit", "Something new went wrong", "unknown", "UNLISTED"],
  // Of a cancel only: to an order it would say nothing.
  ["submit", "Order was never placed, already canceled, or filled.", "unknown", "UNLISTED"],
  ["cancel", "Order was never placed, already canceled, or filled. asset=1", "notFound", null],
];

for (const [action, message, verdict, code] of ERRORS) {
  for (const where of ["action", "order"] as const) {
    Deno.test(`hyperliquid: ${action}, ${where}: "${message}" is ${verdict}`, () => {
      const value = where === "action"
        ? { status: "err", response: message }
        : { status: "ok", response: { type: "order", data: { statuses: [{ error: message }] } } };
      const judged = judge(
        { kind: "answered", status: 200, headers: new Headers(), text: JSON.stringify(value) },
        action,
        { profile: hyperliquidPerp, redact: (text) => text },
      );
      assertEquals(judged.kind, verdict);
      if (judged.kind === "refused") assertEquals(judged.reason.code, code);
      if (judged.kind === "unknown") assertEquals(judged.cause.code, code);
    });
  }
}
