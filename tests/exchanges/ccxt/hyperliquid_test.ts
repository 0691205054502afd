import { assert, assertEquals, assertRejects } from "@std/assert";
import { hyperliquidPerp } from "../../../src/exchanges/ccxt/profiles/hyperliquid.ts";
import { credentialOptions, defaultCredentials } from "../../../src/testnet/credentials.ts";
import type { StandardOrder } from "../../../src/model/order.ts";
import { decimal } from "../../../src/model/decimal.ts";
import type { Fill } from "../../../src/model/fill.ts";
import { gate } from "./fixtures.ts";
import { named, openHyperliquid, PERP, request, resting, SPOT } from "./hyperliquid.ts";
import { CLIENT_ID, idOf, openSocket, until } from "./venue_stage.ts";

const MARKETS = [["perp", PERP], ["spot", SPOT]] as const;

for (const [market, symbolId] of MARKETS) {
  Deno.test(`hyperliquid ${market}: an order is placed, canceled and seen ended`, async () => {
    await using hyperliquid = await openHyperliquid({ adapter: { market } });
    const { execution } = hyperliquid.adapter;
    const placed = await execution.submit(resting({ symbolId }), gate());
    assert(placed.kind === "accepted", JSON.stringify(placed));
    assertEquals([placed.order.status, placed.order.filled], ["OPEN", "0"]);
    const open = await execution.openOrders(symbolId);
    assert(open.kind === "read", JSON.stringify(open));
    assertEquals(open.value.map(({ clientOrderId, limitPrice }) => [clientOrderId, limitPrice]), [
      [CLIENT_ID, decimal("40000")],
    ]);
    const { exchangeOrderId } = placed.order;
    const ref = named({ symbolId, exchangeOrderId });
    assertEquals(await execution.cancel(ref, gate()), { kind: "accepted", order: null });
    const found = await execution.lookup(named({ symbolId }));
    assert(found.kind === "found", JSON.stringify(found));
    assertEquals([found.order.status, found.order.cause, found.order.exchangeOrderId], [
      "CANCELED",
      null,
      exchangeOrderId,
    ]);
    assertEquals(await execution.cancel(named({ symbolId }), gate()), { kind: "notFound" });
  });

  Deno.test(`hyperliquid ${market}: fills agree in reads and stream, in base units`, async () => {
    await using hyperliquid = await openHyperliquid({ adapter: { market } });
    const { adapter, facts } = hyperliquid;
    const { socket } = await openSocket(adapter);
    const since = (adapter.venueNow() ?? 0) - 1_000;
    const placed = await adapter.execution.submit(request({ symbolId }), gate());
    assert(placed.kind === "accepted", JSON.stringify(placed));
    assertEquals([placed.order.status, placed.order.limitPrice], ["FILLED", null]);
    await until(() =>
      facts.some((fact) => fact.kind === "order" && fact.order.status === "FILLED") &&
      facts.some((fact) => fact.kind === "fill")
    );
    const mine = await adapter.execution.fillsOf(named({ symbolId }));
    const all = await adapter.execution.fillsSince(symbolId, since);
    assert(mine.kind === "read" && all.kind === "read", JSON.stringify([mine, all]));
    assertEquals(mine.value.map(({ quantity }) => quantity), [decimal("0.01")]);
    assertEquals(mine.value[0]!.fee?.asset, market === "perp" ? "USDC" : "BTC");
    const streamed = facts.flatMap((fact) => fact.kind === "fill" ? [fact.fill] : []);
    const keys = (fills: readonly Fill[]) =>
      fills.map((
        { tradeId, price, quantity, fee, liquidity, clientOrderId, symbolId },
      ) => [tradeId, price, quantity, fee, liquidity, clientOrderId, symbolId]);
    assertEquals(keys(streamed), keys(mine.value));
    assertEquals(keys(all.value), keys(mine.value));
    assert(facts.some(({ kind }) => kind === "balances"));
    assert(facts.some(({ kind }) => kind === "usage"));
    assertEquals(facts.filter(({ kind }) => kind === "malformed"), []);
    await socket.close();
  });
}

Deno.test("hyperliquid: a position is opened, read, and told closed by its absence", async () => {
  await using hyperliquid = await openHyperliquid();
  const { adapter: { execution }, adapter, facts } = hyperliquid;
  const { socket } = await openSocket(adapter);
  await execution.submit(request({ side: "SELL" }, idOf(1)), gate());
  const held = await execution.positions();
  assert(held.kind === "read", JSON.stringify(held));
  assertEquals(
    held.value.map(({ symbolId, asset, leverage }) => [symbolId, asset.quantity, leverage]),
    [[PERP, decimal("-0.01"), decimal("10")]],
  );
  const balances = await execution.balances();
  assert(balances.kind === "read", JSON.stringify(balances));
  assertEquals(balances.value.map(({ assetId }) => assetId), ["USDC"]);
  assert(balances.value[0]!.locked !== "0");
  const closed = await execution.submit(request({ reduceOnly: true }, idOf(2)), gate());
  assertEquals(closed.kind, "accepted", JSON.stringify(closed));
  const quantities = () =>
    facts.flatMap((fact) => fact.kind === "positions" ? fact.positions : [])
      .map(({ asset }) => asset.quantity);
  await until(() => quantities().at(-1) === "0");
  assert(quantities().includes(decimal("-0.01")));
  const none = await execution.positions();
  assertEquals(none.kind === "read" ? none.value : none, []);
  await socket.close();
});

Deno.test("hyperliquid: spot balances have the names that pairs have", async () => {
  await using hyperliquid = await openHyperliquid({ adapter: { market: "spot" } });
  const balances = await hyperliquid.adapter.execution.balances();
  assert(balances.kind === "read", JSON.stringify(balances));
  assertEquals(balances.value.map(({ assetId }) => assetId).sort(), ["BTC", "ETH", "PURR", "USDC"]);
  const ids = hyperliquid.adapter.instruments.list().map(({ symbolId }) => symbolId);
  assertEquals([...ids].sort(), ["BTC/USDC", "ETH/USDC", "PURR/USDC"]);
  assertEquals((await hyperliquid.adapter.execution.positions()).kind, "read");
});

Deno.test("hyperliquid: prices are by significant digits, not by the tick of the moment", async () => {
  await using hyperliquid = await openHyperliquid();
  const { price, amount, instrument } = hyperliquid.adapter.instruments.get(PERP)!;
  assertEquals([price.spacing, price.significantDigits, price.tickSize], ["DYNAMIC", 5, "0.1"]);
  assertEquals([amount.step, amount.minNotional], ["0.00001", "10"]);
  assertEquals([instrument.rawSymbol, instrument.contractSize], ["BTC", "1"]);
});

/** [what, order, status of the order or our word for the refusal] */
const ORDERS: readonly (readonly [string, Partial<StandardOrder>, string])[] = [
  ["IOC that takes", { timeInForce: "IOC", limitPrice: decimal("51000") }, "FILLED"],
  ["IOC that finds nothing", { timeInForce: "IOC", limitPrice: decimal("40000") }, "NO_LIQUIDITY"],
  ["post-only that rests", { postOnly: true, limitPrice: decimal("40000") }, "OPEN"],
  [
    "post-only that would take",
    { postOnly: true, limitPrice: decimal("51000") },
    "POST_ONLY_WOULD_TAKE",
  ],
  [
    "reduce-only without a position",
    { reduceOnly: true, limitPrice: decimal("40000") },
    "REDUCE_ONLY_REJECTED",
  ],
  ["GTD, which the kernel ends", { timeInForce: "GTD", limitPrice: decimal("40000") }, "OPEN"],
  ["too small", { amount: decimal("0.0001"), limitPrice: decimal("40000") }, "FILTER"],
  [
    "beyond the margin",
    { amount: decimal("90000"), limitPrice: decimal("40000") },
    "INSUFFICIENT_FUNDS",
  ],
];

for (const [what, fields, expected] of ORDERS) {
  Deno.test(`hyperliquid: an order that is ${what}: ${expected}`, async () => {
    await using hyperliquid = await openHyperliquid();
    const outcome = await hyperliquid.adapter.execution.submit(request(fields), gate());
    const told = outcome.kind === "accepted"
      ? outcome.order.status
      : outcome.kind === "refused"
      ? outcome.reason.code
      : JSON.stringify(outcome);
    assertEquals(told, expected);
  });
}

Deno.test("hyperliquid: an IOC that fills in part is told expired, with what it filled", async () => {
  await using hyperliquid = await openHyperliquid();
  const { execution } = hyperliquid.adapter;
  const fields = {
    timeInForce: "IOC",
    limitPrice: decimal("50005"),
    amount: decimal("100"),
  } as const;
  const outcome = await execution.submit(request(fields), gate());
  assert(outcome.kind === "accepted", JSON.stringify(outcome));
  assertEquals([outcome.order.status, outcome.order.cause], ["EXPIRED", "TIME_IN_FORCE"]);
  const found = await execution.lookup(named());
  assert(found.kind === "found", JSON.stringify(found));
  assertEquals([found.order.status, found.order.filled], ["EXPIRED", outcome.order.filled]);
});

/** What the venue has no way to say is not sent. */
const UNSUPPORTED: readonly (readonly [string, Partial<StandardOrder>])[] = [
  ["FOK", { timeInForce: "FOK" }],
  ["iceberg", { icebergQty: decimal("0.001") }],
  ["hedge mode", { positionSide: "LONG" }],
  ["leverage", { leverage: decimal("3") }],
  ["another self-trade prevention", { selfTradePrevention: "EXPIRE_TAKER" }],
];

for (const [what, fields] of UNSUPPORTED) {
  Deno.test(`hyperliquid: ${what} is not sent`, async () => {
    await using hyperliquid = await openHyperliquid();
    const outcome = await hyperliquid.adapter.execution.submit(resting(fields), gate());
    assertEquals(outcome.kind, "notSent", JSON.stringify(outcome));
    assertEquals(hyperliquid.testnet.ledger("hyperliquid").orders, []);
  });
}

/** ccxt rounds both silently. */
const CUT: readonly (readonly [string, Partial<StandardOrder>, string])[] = [
  ["a price of six digits", { limitPrice: decimal("40000.1") }, "ccxt would send price 40000 for"],
  ["a quantity off the step", { amount: decimal("0.010001") }, "ccxt would send quantity 0.01 for"],
];

for (const [what, fields, reason] of CUT) {
  Deno.test(`hyperliquid: ${what} is not sent as another one`, async () => {
    await using hyperliquid = await openHyperliquid();
    const outcome = await hyperliquid.adapter.execution.submit(resting(fields), gate());
    assert(outcome.kind === "notSent", JSON.stringify(outcome));
    assert(outcome.reason.startsWith(reason), outcome.reason);
  });
}

Deno.test("hyperliquid: an order without a price is an IOC 5 % beside the middle price", async () => {
  await using hyperliquid = await openHyperliquid();
  const { adapter: { execution }, testnet } = hyperliquid;
  await execution.submit(request({}, idOf(1)), gate());
  await execution.submit(request({ side: "SELL" }, idOf(2)), gate());
  const { orders } = testnet.ledger("hyperliquid");
  assertEquals(orders.map(({ price, status }) => [price, status]), [
    ["52500", "FILLED"],
    ["47500", "FILLED"],
  ]);
});

Deno.test("hyperliquid: the stream's middle price bounds orders without one", async () => {
  await using hyperliquid = await openHyperliquid();
  const { adapter, testnet } = hyperliquid;
  testnet.setPrice("hyperliquid", { symbol: "BTC", price: "60000" });
  await openSocket(adapter);
  await until(() => hyperliquid.facts.some(({ kind }) => kind === "usage"));
  await adapter.execution.submit(request(), gate());
  assertEquals(testnet.ledger("hyperliquid").orders.map(({ price }) => price), ["63000"]);
});

Deno.test("hyperliquid: nothing but the order is sent when the first one goes out", async () => {
  await using hyperliquid = await openHyperliquid();
  const { testnet, adapter } = hyperliquid;
  await adapter.execution.submit(resting(), gate());
  const heard = testnet.heard("hyperliquid").map(({ operation }) =>
    `${operation.name} ${operation.endpoint}`
  );
  assertEquals(heard, [
    "account.role POST /info",
    "market.instruments POST /info",
    "general.time POST /info",
    "order.place POST /exchange",
  ]);
});

Deno.test("hyperliquid: ccxt's own way to place an order signs nothing else either", async () => {
  const { Exchange } = await hyperliquidPerp.load();
  const { walletAddress, privateKey } = credentialOptions(defaultCredentials("hyperliquid"));
  const exchange = new Exchange({ ...hyperliquidPerp.ccxtOptions, walletAddress, privateKey });
  hyperliquidPerp.configure(exchange);
  const sent: unknown[] = [];
  exchange.fetchImplementation = (_url, { body = "" }) => {
    const { type, action } = JSON.parse(body);
    sent.push(type ?? action);
    const universe = [{ name: "BTC", szDecimals: 5, maxLeverage: 50 }];
    const answer = type === "userRole"
      ? { role: "agent", data: { user: walletAddress } }
      : type === undefined
      ? { status: "ok", response: { type: "order", data: { statuses: [{ resting: { oid: 1 } }] } } }
      : [{ universe }, [{ markPx: "50000.0", midPx: "50000.0" }]];
    return Promise.resolve({
      status: 200,
      statusText: "",
      headers: new Headers({ "content-type": "application/json" }),
      text: () => Promise.resolve(JSON.stringify(answer)),
    });
  };
  const { createOrder } = exchange as unknown as {
    createOrder: (...order: readonly unknown[]) => Promise<unknown>;
  };
  await createOrder.call(exchange, "BTC/USDC:USDC", "limit", "buy", 0.01, 40_000);
  assertEquals(sent, ["userRole", "metaAndAssetCtxs", {
    type: "order",
    orders: [{ a: 0, b: true, p: "40000", s: "0.01", r: false, t: { limit: { tif: "Gtc" } } }],
    grouping: "na",
  }]);
});

Deno.test("hyperliquid: a key of another wallet does not connect", async () => {
  const strangers = "0x00000000000000000000000000000000000000aa";
  const opening = openHyperliquid({ adapter: { walletAddress: strangers } });
  await assertRejects(() => opening, Error, "neither of walletAddress nor of an API wallet");
});

Deno.test("hyperliquid: in the venue's sandbox actions are signed for the test network", async () => {
  await using hyperliquid = await openHyperliquid({ adapter: { testnet: true } });
  const { adapter, testnet } = hyperliquid;
  assertEquals((await adapter.execution.submit(resting(), gate())).kind, "accepted");
  const hosts = testnet.heard("hyperliquid").map(({ operation }) => operation.host);
  assertEquals([...new Set(hosts)], ["api.hyperliquid-testnet.xyz"]);
});

Deno.test("hyperliquid: an API wallet trades and cannot withdraw", async () => {
  await using hyperliquid = await openHyperliquid();
  const told = await hyperliquid.adapter.permissions?.();
  assert(told?.kind === "read", JSON.stringify(told));
  assertEquals(told.value, { withdraw: false, trade: true });
});

Deno.test("hyperliquid: the account's budget is told by the private socket", async () => {
  await using hyperliquid = await openHyperliquid({ limits: { addressRequestsInitial: 7 } });
  await openSocket(hyperliquid.adapter);
  await until(() => hyperliquid.facts.some(({ kind }) => kind === "usage"));
  const usage = hyperliquid.facts.find((fact) => fact.kind === "usage");
  assertEquals(usage, {
    kind: "usage",
    budgets: { actions: { remaining: 7 }, cancels: { remaining: 14 } },
  });
});

Deno.test("hyperliquid: a socket that dropped is opened again and tells on", async () => {
  await using hyperliquid = await openHyperliquid();
  const { adapter, testnet, facts } = hyperliquid;
  const { ends } = await openSocket(adapter);
  testnet.arm({ exchange: "hyperliquid", fault: "dropSocket", count: 1 });
  await until(() => ends.length === 1);
  await openSocket(adapter);
  await adapter.execution.submit(resting(), gate());
  await until(() => facts.some(({ kind }) => kind === "order"));
  assertEquals(ends.length, 1);
});

Deno.test("hyperliquid: pages of fills overlap by a millisecond, and each fill is told once", async () => {
  await using hyperliquid = await openHyperliquid();
  const fill = (tid: number, time: number) => ({
    ...{ coin: "BTC", px: "50000.0", sz: "0.1", side: "B", oid: tid, crossed: true },
    ...{ fee: "0.1", feeToken: "USDC", tid, time },
  });
  // Two to a millisecond, so that the second page begins with what the first one ended with.
  const all = Array.from({ length: 2_500 }, (_, n) => fill(n, 1_000 + Math.floor(n / 2)));
  using _ = answering(
    "userFillsByTime",
    ({ startTime }) => all.filter(({ time }) => time >= Number(startTime)).slice(0, 2_000),
  );
  const fills = await hyperliquid.adapter.execution.fillsSince(PERP, 1_000);
  assert(fills.kind === "read", JSON.stringify(fills));
  assertEquals(
    fills.value.map(({ tradeId }) => tradeId),
    all.map(({ tid }) => String(tid)),
  );
});

/** Stands in for the venue's answer to one type of read. */
function answering(
  type: string,
  answer: (asked: Readonly<Record<string, unknown>>) => unknown,
): Disposable {
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) => {
    const body = typeof init?.body === "string" ? init.body : "{}";
    const asked = JSON.parse(body) as Readonly<Record<string, unknown>>;
    return asked["type"] === type
      ? Promise.resolve(Response.json(answer(asked)))
      : fetch(input, init);
  };
  return {
    [Symbol.dispose]() {
      globalThis.fetch = fetch;
    },
  };
}
