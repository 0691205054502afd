import { assert, assertEquals } from "@std/assert";
import { CLIENT_ID, connect, gate, ref } from "./fixtures.ts";
import { type Json, orderRow, tradeRow } from "./stub_data.ts";
import { startStubVenue, STUB_AHEAD_MS, type StubRequest, type StubVenue } from "./stub_venue.ts";

const DAY_MS = 24 * 3_600_000;

Deno.test("ccxt: open orders of one symbol, and of all", async () => {
  await using venue = startStubVenue();
  venue.on(({ path }) =>
    path === "/api/v3/openOrders"
      ? { json: [orderRow({ symbol: "ETHBTC", status: "PARTIALLY_FILLED" })] }
      : undefined
  );
  await using connected = await connect(venue.endpoints);
  const one = await connected.adapter.execution.openOrders("ETH/BTC");
  const all = await connected.adapter.execution.openOrders();
  assert(one.kind === "read" && all.kind === "read");
  assertEquals(one.value.map(({ symbolId, status }) => [symbolId, status]), [
    ["ETH/BTC", "PARTIALLY_FILLED"],
  ]);
  assertEquals(venue.requests.slice(-2).map(({ params }) => params.get("symbol")), [
    "ETHBTC",
    null,
  ]);
});

Deno.test("ccxt: an order of a symbol that is not listed is not lost", async () => {
  await using venue = startStubVenue();
  venue.on(({ path }) =>
    path === "/api/v3/openOrders" ? { json: [orderRow({ symbol: "OLDUSDT" })] } : undefined
  );
  await using connected = await connect(venue.endpoints);
  const open = await connected.adapter.execution.openOrders();
  assert(open.kind === "read");
  assertEquals(open.value[0]?.symbolId, "OLDUSDT");
});

Deno.test("ccxt: a cancel's answer names the order, not the cancel", async () => {
  await using venue = startStubVenue();
  venue.on(({ method }) =>
    method === "DELETE"
      ? {
        json: {
          ...orderRow({ status: "CANCELED", clientOrderId: "cancel-1" }),
          origClientOrderId: CLIENT_ID,
          transactTime: 5,
        },
      }
      : undefined
  );
  await using connected = await connect(venue.endpoints);
  const outcome = await connected.adapter.execution.cancel(ref(), gate());
  assert(outcome.kind === "accepted");
  assertEquals(outcome.order?.clientOrderId, CLIENT_ID);
  assertEquals(outcome.order?.status, "CANCELED");
  assertEquals(venue.requests.at(-1)?.params.get("origClientOrderId"), CLIENT_ID);
});

Deno.test("ccxt: a cancel stopped at the gate is not sent", async () => {
  await using venue = startStubVenue();
  await using connected = await connect(venue.endpoints);
  const outcome = await connected.adapter.execution.cancel(ref(), gate("no lease"));
  assertEquals(outcome, { kind: "notSent", reason: "no lease" });
  assertEquals(venue.sent("DELETE /api/v3/order"), []);
});

Deno.test("ccxt: fills since a moment within a day take one request", async () => {
  await using venue = startStubVenue();
  serveTrades(venue, [tradeRow({ id: 1, time: now() - 1_000 })]);
  await using connected = await connect(venue.endpoints);
  const fills = await connected.adapter.execution.fillsSince("BTC/USDT", now() - 60_000);
  assert(fills.kind === "read");
  assertEquals<unknown>(
    fills.value.map(({ tradeId, quantity, fee, liquidity }) => [
      tradeId,
      quantity,
      fee,
      liquidity,
    ]),
    [["1", "0.001", { asset: "BTC", amount: "0.000001" }, "TAKER"]],
  );
  assertEquals(venue.sent("GET /api/v3/myTrades").length, 1);
});

Deno.test("ccxt: fills since long ago are paged to the end, each once", async () => {
  await using venue = startStubVenue();
  const since = now() - 3 * DAY_MS;
  // The first two days are empty; then three pages, many trades in the very same millisecond.
  const trades = Array.from(
    { length: 2_500 },
    (_, at) => tradeRow({ id: 100 + at, time: since + 2 * DAY_MS + Math.floor(at / 900) }),
  );
  serveTrades(venue, trades);
  await using connected = await connect(venue.endpoints);
  const fills = await connected.adapter.execution.fillsSince("BTC/USDT", since);
  assert(fills.kind === "read");
  assertEquals(
    fills.value.map(({ tradeId }) => tradeId),
    trades.map(({ id }) => String(id)),
  );
});

Deno.test("ccxt: no window of trades is longer than the venue allows", async () => {
  await using venue = startStubVenue();
  serveTrades(venue, []);
  await using connected = await connect(venue.endpoints);
  await connected.adapter.execution.fillsSince("BTC/USDT", now() - 3 * DAY_MS);
  for (const { params } of venue.sent("GET /api/v3/myTrades")) {
    const span = Number(params.get("endTime")) - Number(params.get("startTime"));
    assert(span > 0 && span < DAY_MS, String(span));
  }
});

Deno.test("ccxt: fills fail as a whole when one page fails", async () => {
  await using venue = startStubVenue();
  const trades = Array.from({ length: 1_500 }, (_, at) => tradeRow({ id: at, time: now() }));
  serveTrades(venue, trades);
  venue.on(({ path, params }) =>
    path === "/api/v3/myTrades" && params.has("fromId") ? { status: 502, text: "x" } : undefined
  );
  await using connected = await connect(venue.endpoints);
  const fills = await connected.adapter.execution.fillsSince("BTC/USDT", now() - 1_000);
  assertEquals(fills.kind, "failed");
});

Deno.test("ccxt: fills of an order carry its client id and all its pages", async () => {
  await using venue = startStubVenue();
  const trades = Array.from({ length: 1_200 }, (_, at) => tradeRow({ id: at, orderId: 9 }));
  serveTrades(venue, [...trades, tradeRow({ id: 5_000, orderId: 8 })]);
  await using connected = await connect(venue.endpoints);
  const fills = await connected.adapter.execution.fillsOf(ref({ exchangeOrderId: "9" }));
  assert(fills.kind === "read");
  assertEquals(fills.value.length, 1_200);
  assertEquals(
    new Set(fills.value.map(({ clientOrderId }) => clientOrderId)),
    new Set([CLIENT_ID]),
  );
});

Deno.test("ccxt: fills of an order without an exchange id are found by its own", async () => {
  await using venue = startStubVenue();
  serveTrades(venue, [tradeRow({ id: 1, orderId: 9 })]);
  venue.on(({ path }) => path === "/api/v3/order" ? { json: orderRow({ orderId: 9 }) } : undefined);
  await using connected = await connect(venue.endpoints);
  const fills = await connected.adapter.execution.fillsOf(ref());
  assert(fills.kind === "read");
  assertEquals(fills.value.length, 1);
});

Deno.test("ccxt: balances are exact and stamped by the venue", async () => {
  await using venue = startStubVenue();
  venue.on(({ path }) =>
    path === "/api/v3/account"
      ? {
        json: {
          updateTime: 123,
          balances: [{ asset: "BTC", free: "4723846.89208129", locked: "0.00000001" }],
        },
      }
      : undefined
  );
  await using connected = await connect(venue.endpoints);
  const balances = await connected.adapter.execution.balances();
  assert(balances.kind === "read");
  assertEquals<unknown>(balances.value, [{
    assetId: "BTC",
    total: "4723846.8920813",
    available: "4723846.89208129",
    locked: "0.00000001",
    borrowed: "0",
    interest: "0",
    updatedAt: 123,
  }]);
});

Deno.test("ccxt: the market's prices are exact, and a price of 0 is none", async () => {
  await using venue = startStubVenue();
  let symbol = "";
  venue.on(({ path, params }) => {
    if (path !== "/api/v3/ticker/24hr") return undefined;
    symbol = params.get("symbol") ?? "";
    return {
      json: {
        symbol,
        lastPrice: "50000.01000000",
        bidPrice: "49999.99000000",
        bidQty: "1.50000000",
        askPrice: "0.00000000",
        askQty: "0.00000000",
        closeTime: 123,
      },
    };
  });
  await using connected = await connect(venue.endpoints);
  const { marketData } = connected.adapter;
  const read = await marketData.readTicker?.("BTC/USDT");
  assert(read?.kind === "read", JSON.stringify(read));
  const { receivedAt: _at, ...ticker } = read.value;
  assertEquals<unknown>([symbol, ticker], ["BTCUSDT", {
    symbol: "BTC/USDT",
    last: "50000.01",
    bid: "49999.99",
    bidSize: "1.5",
    ask: null,
    askSize: "0",
    mark: null,
    index: null,
    venueTime: 123,
  }]);
  const unlisted = await marketData.readTicker?.("NO/SUCH");
  assertEquals(unlisted?.kind === "failed" ? unlisted.cause.code : "", "UNLISTED_SYMBOL");
});

Deno.test("ccxt: a spot account has no positions, and no amending in place", async () => {
  await using venue = startStubVenue();
  await using connected = await connect(venue.endpoints);
  const positions = await connected.adapter.execution.positions();
  assert(positions.kind === "read");
  assertEquals(positions.value, []);
  for (const { capabilities } of connected.adapter.instruments.list()) {
    assertEquals(capabilities.amendInPlace, "NO");
  }
});

Deno.test("ccxt: reads of an adapter that is not connected fail as values", async () => {
  await using venue = startStubVenue();
  const connected = await connect(venue.endpoints);
  await connected[Symbol.asyncDispose]();
  const { execution } = connected.adapter;
  for (
    const outcome of [
      await execution.openOrders(),
      await execution.balances(),
      await execution.lookup(ref()),
      await execution.fillsSince("BTC/USDT", 0),
    ]
  ) assertEquals(outcome.kind, "failed");
});

function now(): number {
  return Date.now() + STUB_AHEAD_MS;
}

/** The venue's rules for GET myTrades: ascending, 1,000 a page, by window, trade id or order. */
function serveTrades(venue: StubVenue, trades: readonly ReturnType<typeof tradeRow>[]): void {
  venue.on(({ path, params }: StubRequest) => {
    if (path !== "/api/v3/myTrades") return undefined;
    const bound = (name: string, otherwise: number) => Number(params.get(name) ?? otherwise);
    const page = trades.filter((trade) =>
      trade.id >= bound("fromId", 0) &&
      trade.time >= bound("startTime", 0) && trade.time <= bound("endTime", Infinity) &&
      (!params.has("orderId") || trade.orderId === Number(params.get("orderId")))
    ).slice(0, bound("limit", 500));
    return { json: page as Json };
  });
}
