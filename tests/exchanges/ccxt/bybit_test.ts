import { assert, assertEquals } from "@std/assert";
import { bybitProfile } from "../../../src/exchanges/ccxt/profiles/bybit.ts";
import { decimal } from "../../../src/model/decimal.ts";
import type { Fill } from "../../../src/model/fill.ts";
import type { StandardOrder } from "../../../src/model/order.ts";
import { named, openBybit, PERP, request, resting, SPOT } from "./bybit.ts";
import { gate } from "./fixtures.ts";
import { CLIENT_ID, CLOCK_SLACK_MS, openSocket, OTHER_ID, until } from "./venue_stage.ts";

const MARKETS = [["spot", SPOT], ["linear", PERP]] as const;

for (const [market, symbolId] of MARKETS) {
  Deno.test(`bybit ${market}: an order is acknowledged, shown open, canceled and seen ended`, async () => {
    await using opened = await openBybit({ market });
    const { execution } = opened.adapter;
    const placed = await execution.submit(resting({ symbolId }), gate());
    assert(placed.kind === "accepted", JSON.stringify(placed));
    assertEquals([placed.order.status, placed.order.clientOrderId], ["OPEN", CLIENT_ID]);
    for (const scope of [symbolId, undefined]) {
      const open = await execution.openOrders(scope);
      assert(open.kind === "read", JSON.stringify(open));
      assertEquals(open.value.map((order) => [order.clientOrderId, order.limitPrice]), [
        [CLIENT_ID, decimal("40000")],
      ]);
    }
    const canceled = await execution.cancel(named({ symbolId }), gate());
    assertEquals(canceled, { kind: "accepted", order: null });
    const found = await execution.lookup(named({ symbolId }));
    assert(found.kind === "found", JSON.stringify(found));
    assertEquals(found.order.status, "CANCELED");
    assertEquals(await execution.cancel(named({ symbolId }), gate()), { kind: "notFound" });
  });

  Deno.test(`bybit ${market}: an order that was never placed is proven absent`, async () => {
    await using opened = await openBybit({ market });
    await opened.adapter.execution.submit(resting({ symbolId }, OTHER_ID), gate());
    const outcome = await opened.adapter.execution.lookup(named({ symbolId }));
    assertEquals(outcome.kind, "absent", JSON.stringify(outcome));
  });

  Deno.test(`bybit ${market}: an amendment is only acknowledged, and a read shows it`, async () => {
    await using opened = await openBybit({ market });
    const { execution } = opened.adapter;
    const asked = resting({ symbolId });
    const placed = await execution.submit(asked, gate());
    assert(placed.kind === "accepted");
    const order = { ...asked.order, limitPrice: decimal("41000"), amount: decimal("0.02") };
    const { exchangeOrderId } = placed.order;
    const amended = await execution.amend({
      ...named({ symbolId, exchangeOrderId }),
      order,
      amount: order.amount,
      deadline: Number.MAX_SAFE_INTEGER,
    }, gate());
    assert(amended.kind === "unknown", JSON.stringify(amended));
    assertEquals(amended.cause.code, "ACKNOWLEDGED");
    const found = await execution.lookup(named({ symbolId, exchangeOrderId }));
    assert(found.kind === "found");
    assertEquals([found.order.limitPrice, found.order.amount], [order.limitPrice, order.amount]);
    assertEquals(opened.facts.filter(({ kind }) => kind === "malformed"), []);
  });

  Deno.test(`bybit ${market}: fills agree in trades of the order, of the symbol, and on the stream`, async () => {
    await using opened = await openBybit({ market });
    const { adapter, facts } = opened;
    const { close } = await openSocket(adapter);
    const since = (adapter.venueNow() ?? 0) - CLOCK_SLACK_MS;
    const placed = await adapter.execution.submit(request({ symbolId, limitPrice: null }), gate());
    assert(placed.kind === "accepted", JSON.stringify(placed));
    const shown = () => facts.flatMap((fact) => fact.kind === "order" ? [fact.order.status] : []);
    await until(() => shown().includes("FILLED"));
    await until(() => facts.some(({ kind }) => kind === "balances"));
    const mine = await adapter.execution.fillsOf(named({ symbolId }));
    const all = await adapter.execution.fillsSince(symbolId, since);
    assert(mine.kind === "read" && all.kind === "read");
    const streamed = facts.flatMap((fact) => fact.kind === "fill" ? [fact.fill] : []);
    const keys = (fills: readonly Fill[]) =>
      fills.map(({ tradeId, clientOrderId, price, quantity, fee }) =>
        JSON.stringify([tradeId, clientOrderId, price, quantity, fee])
      ).toSorted();
    assert(mine.value.length > 0);
    assertEquals(keys(streamed), keys(mine.value));
    assertEquals(keys(all.value), keys(mine.value));
    assertEquals(mine.value[0]!.fee?.asset, market === "spot" ? "BTC" : "USDT");
    assertEquals(facts.filter(({ kind }) => kind === "malformed"), []);
    await close();
  });

  Deno.test(`bybit ${market}: a second order under one link id is in doubt, also after the first ended`, async () => {
    await using opened = await openBybit({ market });
    const { execution } = opened.adapter;
    await execution.submit(resting({ symbolId }), gate());
    for (const state of ["open", "ended"]) {
      const outcome = await execution.submit(resting({ symbolId }), gate());
      assert(outcome.kind === "unknown", `${state}: ${JSON.stringify(outcome)}`);
      assertEquals(outcome.cause.code, "DUPLICATE_ID");
      await execution.cancel(named({ symbolId }), gate());
    }
    assertEquals(opened.testnet.ledger("bybit").orders.length, 1);
  });
}

/** [what, the order, the statuses that a look-up may show, what became of it] */
const RULES: readonly (readonly [string, Partial<StandardOrder>, string, string | null])[] = [
  ["a market order", { limitPrice: null }, "FILLED", null],
  ["IOC that crosses", { timeInForce: "IOC", limitPrice: decimal("60000") }, "FILLED", null],
  [
    "IOC that does not",
    { timeInForce: "IOC", limitPrice: decimal("40000") },
    "EXPIRED",
    "TIME_IN_FORCE",
  ],
  [
    "FOK that cannot fill",
    { timeInForce: "FOK", limitPrice: decimal("40000") },
    "EXPIRED",
    "TIME_IN_FORCE",
  ],
  ["post-only that rests", { postOnly: true, limitPrice: decimal("40000") }, "OPEN", null],
  [
    "post-only that would take",
    { postOnly: true, limitPrice: decimal("60000") },
    "REJECTED",
    "POST_ONLY_WOULD_TAKE",
  ],
];

for (const [market, symbolId] of MARKETS) {
  for (const [what, fields, status, cause] of RULES) {
    Deno.test(`bybit ${market}: ${what} is acknowledged like any other and then ${status}`, async () => {
      await using opened = await openBybit({ market });
      const { adapter, facts } = opened;
      const { close } = await openSocket(adapter);
      const placed = await adapter.execution.submit(request({ symbolId, ...fields }), gate());
      assert(placed.kind === "accepted", JSON.stringify(placed));
      assertEquals(placed.order.status, "OPEN");
      const found = await adapter.execution.lookup(named({ symbolId }));
      assert(found.kind === "found", JSON.stringify(found));
      assertEquals([found.order.status, found.order.cause], [status, cause]);
      assertEquals(found.order.exchangeOrderId, placed.order.exchangeOrderId);
      await until(() =>
        facts.some((fact) => fact.kind === "order" && fact.order.status === status)
      );
      await close();
    });
  }
}

/** [what, market, fields, balances, our word for it] */
const REFUSED: readonly (readonly [
  string,
  "spot" | "linear",
  Partial<StandardOrder>,
  Readonly<Record<string, string>> | undefined,
  string,
])[] = [
  ["too little money", "spot", {}, { USDT: "10" }, "INSUFFICIENT_FUNDS"],
  ["too little margin", "linear", {}, { USDT: "1" }, "INSUFFICIENT_FUNDS"],
  ["too small a value", "spot", { amount: decimal("0.00002") }, undefined, "FILTER"],
  [
    "too small a value of contracts",
    "linear",
    {
      amount: decimal("0.001"),
      limitPrice: decimal("100"),
    },
    undefined,
    "FILTER",
  ],
  [
    "reduce-only without a position",
    "linear",
    { reduceOnly: true },
    undefined,
    "REDUCE_ONLY_REJECTED",
  ],
];

for (const [what, market, fields, balances, code] of REFUSED) {
  Deno.test(`bybit ${market}: ${what} is refused inside an answer of success`, async () => {
    await using opened = await openBybit({ market, ...(balances ? { balances } : {}) });
    const symbolId = market === "spot" ? SPOT : PERP;
    const outcome = await opened.adapter.execution.submit(resting({ symbolId, ...fields }), gate());
    assert(outcome.kind === "refused", JSON.stringify(outcome));
    assertEquals(outcome.reason.code, code);
    assertEquals(opened.testnet.ledger("bybit").orders, []);
  });
}

Deno.test("bybit: what ccxt would cut to the venue's precision is not sent", async () => {
  await using opened = await openBybit();
  const spy = gate();
  const outcome = await opened.adapter.execution.submit(
    resting({ amount: decimal("0.0100001") }),
    spy,
  );
  assert(outcome.kind === "notSent", JSON.stringify(outcome));
  assertEquals(spy.sentCount, 0);
});

/** [what, market, fields] */
const UNSUPPORTED: readonly (readonly [string, "spot" | "linear", Partial<StandardOrder>])[] = [
  ["a reduce-only spot order", "spot", { reduceOnly: true }],
  ["an iceberg", "spot", { icebergQty: decimal("0.005") }],
  ["a side of a hedged position", "linear", { positionSide: "LONG" }],
  ["a leverage", "linear", { leverage: decimal("5") }],
];

for (const [what, market, fields] of UNSUPPORTED) {
  Deno.test(`bybit ${market}: ${what} is not sent`, async () => {
    await using opened = await openBybit({ market });
    const symbolId = market === "spot" ? SPOT : PERP;
    const outcome = await opened.adapter.execution.submit(resting({ symbolId, ...fields }), gate());
    assertEquals(outcome.kind, "notSent", JSON.stringify(outcome));
  });
}

Deno.test("bybit linear: a reduce-only order closes a position and never turns it", async () => {
  await using opened = await openBybit({ market: "linear" });
  const { adapter: { execution }, facts, adapter } = opened;
  const { close } = await openSocket(adapter);
  await execution.submit(request({ symbolId: PERP, side: "SELL", limitPrice: null }), gate());
  const held = await execution.positions();
  assert(held.kind === "read", JSON.stringify(held));
  assertEquals(held.value.map(({ symbolId, asset }) => [symbolId, asset.quantity]), [
    [PERP, decimal("-0.01")],
  ]);
  assertEquals(held.value[0]!.metadata.settlementAsset, "USDT");
  const closing = request(
    { symbolId: PERP, amount: decimal("0.05"), limitPrice: null, reduceOnly: true },
    OTHER_ID,
  );
  const bought = await execution.submit(closing, gate());
  assert(bought.kind === "accepted", JSON.stringify(bought));
  const after = await execution.positions();
  assert(after.kind === "read");
  assertEquals(after.value, []);
  const told = () =>
    facts.flatMap((fact) => fact.kind === "positions" ? fact.positions : [])
      .map(({ asset }) => asset.quantity);
  await until(() => told().length === 2);
  assertEquals(told(), [decimal("-0.01"), decimal("0")]);
  await close();
});

Deno.test("bybit: nothing but the order goes out", async () => {
  await using opened = await openBybit({ market: "linear" });
  const before = opened.testnet.heard("bybit").length;
  await opened.adapter.execution.submit(resting({ symbolId: PERP }), gate());
  const heard = opened.testnet.heard("bybit").slice(before);
  assertEquals(heard.map(({ operation }) => operation.endpoint), ["POST /v5/order/create"]);
});

Deno.test("bybit: what is signed has the window in it and credits nobody's broker programme", async () => {
  const profile = bybitProfile("spot");
  const { Exchange } = await profile.load();
  const exchange = new Exchange({ ...profile.ccxtOptions, apiKey: "key", secret: "secret" });
  profile.configure(exchange);
  exchange.options["recvWindow"] = 1_234;
  const { url, headers } = exchange.sign("v5/order/create", "private", "POST", { qty: "1" });
  assertEquals(url, "https://api.bybit.com/v5/order/create");
  assertEquals(Object.keys(headers ?? {}).sort(), [
    "Content-Type",
    "X-BAPI-API-KEY",
    "X-BAPI-RECV-WINDOW",
    "X-BAPI-SIGN",
    "X-BAPI-TIMESTAMP",
  ]);
  assertEquals(headers?.["X-BAPI-RECV-WINDOW"], "1234");
});
