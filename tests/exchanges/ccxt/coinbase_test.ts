import { assert, assertEquals } from "@std/assert";
import { decimal } from "../../../src/model/decimal.ts";
import type { StandardOrder } from "../../../src/model/order.ts";
import { named, openCoinbase, request, resting, SYMBOL } from "./coinbase.ts";
import { gate } from "./fixtures.ts";
import { CLIENT_ID, CLOCK_SLACK_MS, openSocket, OTHER_ID, until } from "./venue_stage.ts";

Deno.test("coinbase: connecting asks for products and the time, and for nothing else", async () => {
  await using opened = await openCoinbase();
  assertEquals(opened.testnet.heard("coinbase").map(({ operation }) => operation.endpoint), [
    "GET /api/v3/brokerage/market/products",
    "GET /api/v3/brokerage/time",
  ]);
  const market = opened.adapter.instruments.get(SYMBOL);
  assertEquals(market?.instrument.rawSymbol, "BTC-USD");
  assertEquals(market?.price.tickSize, decimal("0.01"));
  assertEquals(market?.amount.step, decimal("0.00000001"));
});

Deno.test("coinbase: an order is acknowledged, shown open, canceled by its id and seen ended", async () => {
  await using opened = await openCoinbase();
  const { execution } = opened.adapter;
  const placed = await execution.submit(resting(), gate());
  assert(placed.kind === "accepted", JSON.stringify(placed));
  assertEquals([placed.order.status, placed.order.clientOrderId], ["OPEN", CLIENT_ID]);
  for (const scope of [SYMBOL, undefined]) {
    const open = await execution.openOrders(scope);
    assert(open.kind === "read", JSON.stringify(open));
    assertEquals(open.value.map((order) => [order.clientOrderId, order.limitPrice]), [
      [CLIENT_ID, decimal("40000")],
    ]);
  }
  const { exchangeOrderId } = placed.order;
  const canceled = await execution.cancel(named({ exchangeOrderId }), gate());
  assertEquals(canceled, { kind: "accepted", order: null });
  for (const ref of [named(), named({ exchangeOrderId })]) {
    const found = await execution.lookup(ref);
    assert(found.kind === "found", JSON.stringify(found));
    assertEquals([found.order.status, found.order.exchangeOrderId], ["CANCELED", exchangeOrderId]);
  }
  assertEquals(await execution.cancel(named({ exchangeOrderId }), gate()), { kind: "notFound" });
  assertEquals(opened.facts.filter(({ kind }) => kind === "malformed"), []);
});

Deno.test("coinbase: the client id goes out as a UUID, and no other order with it", async () => {
  await using opened = await openCoinbase();
  const before = opened.testnet.heard("coinbase").length;
  await opened.adapter.execution.submit(resting(), gate());
  const heard = opened.testnet.heard("coinbase").slice(before);
  assertEquals(heard.map(({ operation }) => [operation.endpoint, operation.clientOrderId]), [
    ["POST /api/v3/brokerage/orders", "01234567-89ab-cdef-0123-456789abcdef"],
  ]);
});

Deno.test("coinbase: an order whose id is not known yet cannot be canceled, and nothing is sent", async () => {
  await using opened = await openCoinbase();
  const spy = gate();
  const outcome = await opened.adapter.execution.cancel(named(), spy);
  assertEquals([outcome.kind, spy.sentCount], ["notSent", 0]);
  assertEquals(opened.adapter.capabilities.cancelByClientOrderId, false);
});

Deno.test("coinbase: an order that was never placed is proven absent", async () => {
  await using opened = await openCoinbase();
  const { execution } = opened.adapter;
  await execution.submit(resting({}, OTHER_ID), gate());
  await execution.submit(request({ limitPrice: null }, OTHER_ID.replace("f", "0")), gate());
  const outcome = await execution.lookup(named());
  assertEquals(outcome.kind, "absent", JSON.stringify(outcome));
});

Deno.test("coinbase: an edit is only acknowledged, and the history of edits shows it", async () => {
  await using opened = await openCoinbase();
  const { execution } = opened.adapter;
  const asked = resting();
  const placed = await execution.submit(asked, gate());
  assert(placed.kind === "accepted");
  const { exchangeOrderId } = placed.order;
  const edit = async (price: string, amount: string) => {
    const order = { ...asked.order, limitPrice: decimal(price), amount: decimal(amount) };
    const deadline = Number.MAX_SAFE_INTEGER;
    return await execution.amend(
      { ...named({ exchangeOrderId }), order, amount: order.amount, deadline },
      gate(),
    );
  };
  for (const [price, amount] of [["41000", "0.02"], ["41000", "0.005"]] as const) {
    const amended = await edit(price, amount);
    assert(amended.kind === "unknown", JSON.stringify(amended));
    assertEquals(amended.cause.code, "ACKNOWLEDGED");
    const found = await execution.lookup(named({ exchangeOrderId }));
    assert(found.kind === "found", JSON.stringify(found));
    assertEquals([found.order.limitPrice, found.order.amount], [decimal(price), decimal(amount)]);
  }
  const same = await edit("41000", "0.005");
  assert(same.kind === "refused", JSON.stringify(same));
  assertEquals(same.reason.code, "AMEND_REFUSED");
  const offTick = await edit("41000.001", "0.005");
  assert(offTick.kind === "refused", JSON.stringify(offTick));
  assertEquals(offTick.reason.code, "FILTER");
  await execution.cancel(named({ exchangeOrderId }), gate());
  assertEquals((await edit("42000", "0.005")).kind, "unknown");
  assertEquals(opened.facts.filter(({ kind }) => kind === "malformed"), []);
});

Deno.test("coinbase: the stream tells orders; their fills and balances are read", async () => {
  await using opened = await openCoinbase();
  const { adapter, facts } = opened;
  const { close } = await openSocket(adapter);
  const since = (adapter.venueNow() ?? 0) - CLOCK_SLACK_MS;
  const placed = await adapter.execution.submit(request({ limitPrice: null }), gate());
  assert(placed.kind === "accepted", JSON.stringify(placed));
  const shown = () => facts.flatMap((fact) => fact.kind === "order" ? [fact.order] : []);
  await until(() => shown().some(({ status }) => status === "FILLED"));
  const last = shown().at(-1)!;
  assertEquals([last.filled, last.clientOrderId, last.symbolId], [
    decimal("0.01"),
    CLIENT_ID,
    SYMBOL,
  ]);
  const mine = await adapter.execution.fillsOf(named());
  const all = await adapter.execution.fillsSince(SYMBOL, since);
  assert(mine.kind === "read" && all.kind === "read");
  assertEquals(
    all.value.map(({ tradeId }) => tradeId),
    mine.value.map(({ tradeId }) => tradeId),
  );
  const [fill] = mine.value;
  assertEquals([fill?.exchangeOrderId, fill?.clientOrderId, fill?.liquidity, fill?.fee], [
    placed.order.exchangeOrderId,
    CLIENT_ID,
    "TAKER",
    { asset: "USD", amount: decimal("0") },
  ]);
  const balances = await adapter.execution.balances();
  assert(balances.kind === "read");
  const bitcoin = balances.value.find(({ assetId }) => assetId === "BTC");
  assertEquals(bitcoin?.available, decimal("2.01"));
  assertEquals(facts.filter(({ kind }) => !["order", "usage"].includes(kind)), []);
  await close();
});

Deno.test("coinbase: open orders are told at once when the stream begins", async () => {
  await using opened = await openCoinbase();
  const { adapter, facts } = opened;
  await adapter.execution.submit(resting(), gate());
  const { close } = await openSocket(adapter);
  await until(() => facts.some(({ kind }) => kind === "order"));
  const [order] = facts.flatMap((fact) => fact.kind === "order" ? [fact.order] : []);
  assertEquals([order?.status, order?.amount, order?.limitPrice], [
    "OPEN",
    decimal("0.01"),
    decimal("40000"),
  ]);
  await close();
});

Deno.test("coinbase: a probe is answered", async () => {
  await using opened = await openCoinbase();
  const [socket] = opened.adapter.sockets;
  let frames = 0;
  await socket!.open({ onFrame: () => frames++, onClose() {} }, new AbortController().signal);
  await until(() => frames >= 4); // Heartbeat, snapshot, and both subscriptions.
  const before = frames;
  socket!.probe();
  await until(() => frames > before);
  await socket!.close();
});

/** [what, the order, the status and cause that a look-up shows] */
const RULES: readonly (readonly [string, Partial<StandardOrder>, string, string | null])[] = [
  ["a market order", { limitPrice: null }, "FILLED", null],
  ["a market order to sell", { limitPrice: null, side: "SELL" }, "FILLED", null],
  ["IOC that crosses", { timeInForce: "IOC", limitPrice: decimal("60000") }, "FILLED", null],
  [
    "IOC that does not",
    { timeInForce: "IOC", limitPrice: decimal("40000") },
    "EXPIRED",
    "TIME_IN_FORCE",
  ],
  ["FOK that fills", { timeInForce: "FOK", limitPrice: decimal("60000") }, "FILLED", null],
  [
    "FOK that cannot fill",
    { timeInForce: "FOK", limitPrice: decimal("40000") },
    "EXPIRED",
    "TIME_IN_FORCE",
  ],
  ["post-only that rests", { postOnly: true, limitPrice: decimal("40000") }, "OPEN", null],
  ["a day order", { timeInForce: "DAY", limitPrice: decimal("40000") }, "OPEN", null],
];

for (const [what, fields, status, cause] of RULES) {
  Deno.test(`coinbase: ${what} is acknowledged like any other and then ${status}`, async () => {
    await using opened = await openCoinbase();
    const { execution } = opened.adapter;
    const placed = await execution.submit(request(fields), gate());
    assert(placed.kind === "accepted", JSON.stringify(placed));
    assertEquals(placed.order.status, "OPEN");
    const found = await execution.lookup(named());
    assert(found.kind === "found", JSON.stringify(found));
    assertEquals([found.order.status, found.order.cause], [status, cause]);
    assertEquals(found.order.exchangeOrderId, placed.order.exchangeOrderId);
  });
}

/** [what, fields, balances, our word for it] */
const REFUSED: readonly (readonly [
  string,
  Partial<StandardOrder>,
  Readonly<Record<string, string>> | undefined,
  string,
])[] = [
  ["too little money", {}, { USD: "10" }, "INSUFFICIENT_FUNDS"],
  ["too small a value", { amount: decimal("0.00000001") }, undefined, "FILTER"],
  ["too large a size", { amount: decimal("4000") }, undefined, "FILTER"],
  ["a price off the tick", { limitPrice: decimal("40000.001") }, undefined, "FILTER"],
  ["a size off the step", { amount: decimal("0.010000001") }, undefined, "FILTER"],
  [
    "post-only that would take",
    { postOnly: true, limitPrice: decimal("60000") },
    undefined,
    "POST_ONLY_WOULD_TAKE",
  ],
];

for (const [what, fields, balances, code] of REFUSED) {
  Deno.test(`coinbase: ${what} is refused inside an answer of success`, async () => {
    await using opened = await openCoinbase(balances ? { balances } : {});
    const outcome = await opened.adapter.execution.submit(resting(fields), gate());
    assert(outcome.kind === "refused", JSON.stringify(outcome));
    assertEquals(outcome.reason.code, code);
    assertEquals(opened.testnet.ledger("coinbase").orders, []);
  });
}

/** [what, fields] */
const UNSUPPORTED: readonly (readonly [string, Partial<StandardOrder>])[] = [
  ["a reduce-only order", { reduceOnly: true }],
  ["an iceberg", { icebergQty: decimal("0.005") }],
  ["a leverage", { leverage: decimal("5") }],
  ["a chosen self-trade prevention", { selfTradePrevention: "EXPIRE_TAKER" }],
  ["post-only at once", { postOnly: true, timeInForce: "IOC" }],
  ["a market order that is FOK", { limitPrice: null, timeInForce: "FOK" }],
];

for (const [what, fields] of UNSUPPORTED) {
  Deno.test(`coinbase: ${what} is not sent`, async () => {
    await using opened = await openCoinbase();
    const spy = gate();
    const outcome = await opened.adapter.execution.submit(resting(fields), spy);
    assertEquals([outcome.kind, spy.sentCount], ["notSent", 0], JSON.stringify(outcome));
  });
}

Deno.test("coinbase: one client id makes one order, also after that has ended", async () => {
  await using opened = await openCoinbase();
  const { testnet, adapter: { execution } } = opened;
  const placed = await execution.submit(resting(), gate());
  assert(placed.kind === "accepted");
  const { exchangeOrderId } = placed.order;
  for (const state of ["open", "ended"]) {
    const again = await execution.submit(resting(), gate());
    assert(again.kind === "accepted", `${state}: ${JSON.stringify(again)}`);
    assertEquals(again.order.exchangeOrderId, exchangeOrderId);
    const other = await execution.submit(resting({ side: "SELL" }), gate());
    assert(other.kind === "unknown", `${state}: ${JSON.stringify(other)}`);
    assertEquals(other.cause.code, "DUPLICATE_ID");
    await execution.cancel(named({ exchangeOrderId }), gate());
  }
  assertEquals(testnet.ledger("coinbase").orders.length, 1);
});

Deno.test("coinbase: lists are read to their last page", async () => {
  await using opened = await openCoinbase({ limits: "none" });
  const { adapter: { execution } } = opened;
  const since = (opened.adapter.venueNow() ?? 0) - CLOCK_SLACK_MS;
  for (let n = 0; n < 260; n++) {
    const id = String(n).padStart(32, "0");
    const placed = await execution.submit(request({ limitPrice: null }, id), gate());
    assert(placed.kind === "accepted", JSON.stringify(placed));
  }
  const fills = await execution.fillsSince(SYMBOL, since);
  assert(fills.kind === "read", JSON.stringify(fills));
  const { trades } = opened.testnet.ledger("coinbase");
  assert(fills.value.length > 250, "they must not fit on one page");
  assertEquals(
    new Set(fills.value.map(({ tradeId }) => tradeId)),
    new Set(trades.map(({ tradeId }) => tradeId)),
  );
  const first = await execution.lookup(named({ clientOrderId: "0".repeat(32) }));
  assertEquals(first.kind, "found", JSON.stringify(first));
});

Deno.test("coinbase: a key tells that it cannot withdraw", async () => {
  await using opened = await openCoinbase();
  const permissions = await opened.adapter.permissions!();
  assert(permissions.kind === "read", JSON.stringify(permissions));
  assertEquals(permissions.value, { withdraw: false, trade: true });
});
