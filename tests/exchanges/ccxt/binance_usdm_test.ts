import { assert, assertEquals, assertRejects } from "@std/assert";
import { ExchangeError } from "../../../src/model/errors.ts";
import { decimal } from "../../../src/model/decimal.ts";
import type { Fill } from "../../../src/model/fill.ts";
import type { StandardOrder } from "../../../src/model/order.ts";
import { systemClock } from "../../../src/system/clock.ts";
import type { Testnet } from "../../../src/testnet/server.ts";
import { Client } from "../../testnet/client.ts";
import { ACCOUNT, named, openUsdm, PERP, request, resting } from "./binance_usdm.ts";
import { gate } from "./fixtures.ts";
import { CLIENT_ID, CLOCK_SLACK_MS, openSocket, OTHER_ID, until } from "./venue_stage.ts";

for (const entry of ["rest", "auto"] as const) {
  const over = entry === "rest" ? "REST" : "the socket";

  Deno.test(`binance usdm over ${over}: an order is placed, changed in place and canceled`, async () => {
    await using opened = await openUsdm({ adapter: { orderEntry: entry } });
    const { adapter, testnet } = opened;
    const { execution } = adapter;
    const { close } = await openSocket(adapter, "orders");
    const asked = resting();
    const placed = await execution.submit(asked, gate());
    assert(placed.kind === "accepted", JSON.stringify(placed));
    assertEquals(
      [placed.order.status, placed.order.clientOrderId, placed.order.symbolId],
      ["OPEN", CLIENT_ID, PERP],
    );
    const { exchangeOrderId } = placed.order;
    const order = { ...asked.order, limitPrice: decimal("41000"), amount: decimal("0.02") };
    const amended = await execution.amend({
      ...named({ exchangeOrderId }),
      order,
      amount: order.amount,
      deadline: Number.MAX_SAFE_INTEGER,
    }, gate());
    assert(amended.kind === "accepted", JSON.stringify(amended));
    assertEquals(
      [amended.order.exchangeOrderId, amended.order.limitPrice, amended.order.amount],
      [exchangeOrderId, order.limitPrice, order.amount],
    );
    for (const scope of [PERP, undefined]) {
      const open = await execution.openOrders(scope);
      assert(open.kind === "read", JSON.stringify(open));
      assertEquals(open.value.map(({ limitPrice }) => limitPrice), [order.limitPrice]);
    }
    const canceled = await execution.cancel(named({ exchangeOrderId }), gate());
    assert(canceled.kind === "accepted", JSON.stringify(canceled));
    assertEquals(canceled.order?.status, "CANCELED");
    const found = await execution.lookup(named());
    assert(found.kind === "found", JSON.stringify(found));
    assertEquals([found.order.status, found.order.exchangeOrderId], ["CANCELED", exchangeOrderId]);
    assertEquals(await execution.cancel(named(), gate()), { kind: "notFound" });
    const sent = testnet.heard("binanceusdm").map(({ operation }) => operation)
      .filter(({ name }) => /^order\.(place|amend|cancel)$/.test(name))
      .map(({ name, endpoint }) => `${name} ${endpoint.startsWith("WS") ? "socket" : "REST"}`);
    const way = entry === "rest" ? "REST" : "socket";
    assertEquals(
      sent,
      ["place", "amend", "cancel", "cancel"].map((each) => `order.${each} ${way}`),
    );
    assertEquals(opened.facts.filter(({ kind }) => kind === "malformed"), []);
    await close();
  });
}

Deno.test("binance usdm: before the first order nothing but reads goes out", async () => {
  await using opened = await openUsdm();
  await opened.adapter.execution.submit(resting(), gate());
  const names = opened.testnet.heard("binanceusdm").map(({ operation }) => operation.name);
  assertEquals(names, [
    "general.exchangeInfo",
    "general.time",
    "account.config",
    "order.place",
  ]);
});

Deno.test("binance usdm: an order that was never placed is proven absent, others or not", async () => {
  await using opened = await openUsdm();
  const { execution } = opened.adapter;
  assertEquals((await execution.lookup(named())).kind, "absent");
  await execution.submit(request({ limitPrice: null }, OTHER_ID), gate());
  const outcome = await execution.lookup(named());
  assertEquals(outcome.kind, "absent", JSON.stringify(outcome));
});

/** [what, the order, what becomes of it, its cause] */
const RULES: readonly (readonly [string, Partial<StandardOrder>, string, string | null])[] = [
  ["a market order", { limitPrice: null }, "FILLED", null],
  ["IOC that crosses", { timeInForce: "IOC", limitPrice: decimal("60000") }, "FILLED", null],
  ["IOC that does not", { timeInForce: "IOC" }, "EXPIRED", "TIME_IN_FORCE"],
  ["FOK that crosses", { timeInForce: "FOK", limitPrice: decimal("60000") }, "FILLED", null],
  ["post-only that rests", { postOnly: true }, "OPEN", null],
  [
    "GTD",
    { timeInForce: "GTD", goodTillTime: systemClock.now() + 3_600_000 },
    "OPEN",
    null,
  ],
];

for (const [what, fields, status, cause] of RULES) {
  Deno.test(`binance usdm: ${what} is answered ${status}`, async () => {
    await using opened = await openUsdm();
    const { execution } = opened.adapter;
    const placed = await execution.submit(resting(fields), gate());
    assert(placed.kind === "accepted", JSON.stringify(placed));
    assertEquals([placed.order.status, placed.order.cause], [status, cause]);
    const found = await execution.lookup(named());
    assert(found.kind === "found", JSON.stringify(found));
    assertEquals([found.order.status, found.order.cause], [status, cause]);
  });
}

/** [what, the order, our word for the refusal] */
const REFUSALS: readonly (readonly [string, Partial<StandardOrder>, string])[] = [
  [
    "post-only that would take",
    { postOnly: true, limitPrice: decimal("60000") },
    "POST_ONLY_WOULD_TAKE",
  ],
  ["FOK that cannot fill", { timeInForce: "FOK" }, "FOK_NOT_FILLABLE"],
  ["reduce-only without a position", { reduceOnly: true }, "REDUCE_ONLY"],
  ["more than the margin", { amount: decimal("500") }, "INSUFFICIENT_FUNDS"],
  ["below the least notional", { amount: decimal("0.001") }, "FILTER"],
  ["a price off the band", { limitPrice: decimal("20000") }, "FILTER"],
  [
    "GTD of less than ten minutes",
    { timeInForce: "GTD", goodTillTime: systemClock.now() + 60_000 },
    "GOOD_TILL_TIME",
  ],
];

for (const [what, fields, code] of REFUSALS) {
  Deno.test(`binance usdm: ${what} is refused, and no order is there`, async () => {
    await using opened = await openUsdm({ balances: { USDT: "10000" } });
    const { adapter, testnet } = opened;
    const outcome = await adapter.execution.submit(resting(fields), gate());
    assert(outcome.kind === "refused", JSON.stringify(outcome));
    assertEquals(outcome.reason.code, code);
    assertEquals(testnet.ledger("binanceusdm").orders, []);
  });
}

Deno.test("binance usdm: hedge mode is refused at the connect and with an order, by name", async () => {
  const connecting = openUsdm({ before: hedge });
  await assertRejects(
    () => connecting,
    ExchangeError,
    "Cannot connect to binanceusdm_main: the account is in hedge mode",
  );
  await using opened = await openUsdm();
  const { execution } = opened.adapter;
  const sided = await execution.submit(resting({ positionSide: "LONG" }), gate());
  assert(sided.kind === "notSent");
  assert(sided.reason.startsWith("hedge mode is not supported"), sided.reason);
  await hedge(opened.testnet);
  const outcome = await execution.submit(resting(), gate());
  assert(outcome.kind === "refused", JSON.stringify(outcome));
  assertEquals(outcome.reason.code, "HEDGE_MODE");
});

async function hedge(testnet: Testnet): Promise<void> {
  const { status } = await new Client(testnet.url, systemClock, ACCOUNT).futures(
    "POST",
    "/fapi/v1/positionSide/dual",
    { dualSidePosition: "true" },
  );
  assertEquals(status, 200);
}

Deno.test("binance usdm: a change that changes nothing, or of an order that ended, does nothing", async () => {
  await using opened = await openUsdm();
  const { execution } = opened.adapter;
  const asked = resting();
  await execution.submit(asked, gate());
  const same = { ...asked, ...named() };
  const unchanged = await execution.amend(same, gate());
  assert(unchanged.kind === "refused", JSON.stringify(unchanged));
  assertEquals(unchanged.reason.code, "NOT_AMENDABLE");
  await execution.cancel(named(), gate());
  const ended = await execution.amend({ ...same, amount: decimal("0.02") }, gate());
  assertEquals(ended.kind, "unknown", JSON.stringify(ended));
});

Deno.test("binance usdm: an order with self-trade prevention is not changed: it would lose it", async () => {
  await using opened = await openUsdm();
  const { execution } = opened.adapter;
  const asked = resting({ selfTradePrevention: "EXPIRE_TAKER" });
  await execution.submit(asked, gate());
  const order = { ...asked.order, limitPrice: decimal("41000") };
  const amended = await execution.amend({ ...asked, ...named(), order }, gate());
  assert(amended.kind === "notSent", JSON.stringify(amended));
  assertEquals(
    opened.testnet.heard("binanceusdm").map(({ operation }) => operation.name)
      .filter((name) => name === "order.amend"),
    [],
  );
});

Deno.test("binance usdm: a post-only order moved onto the market is canceled, and said to be", async () => {
  await using opened = await openUsdm();
  const { execution } = opened.adapter;
  const asked = resting({ postOnly: true });
  await execution.submit(asked, gate());
  const order = { ...asked.order, limitPrice: decimal("60000") };
  const moved = await execution.amend({ ...asked, ...named(), order }, gate());
  assert(moved.kind === "accepted", JSON.stringify(moved));
  assertEquals(moved.order.status, "CANCELED");
});

Deno.test("binance usdm: fills agree in trades of the order, of the symbol, and on the stream", async () => {
  await using opened = await openUsdm();
  const { adapter, facts } = opened;
  const { execution } = adapter;
  const { close } = await openSocket(adapter);
  const since = (adapter.venueNow() ?? 0) - CLOCK_SLACK_MS;
  const placed = await execution.submit(request({ limitPrice: null }), gate());
  assert(placed.kind === "accepted", JSON.stringify(placed));
  assertEquals([placed.order.status, placed.order.filled], ["FILLED", decimal("0.01")]);
  const orders = () => facts.flatMap((fact) => fact.kind === "order" ? [fact.order] : []);
  await until(() => orders().some(({ status }) => status === "FILLED"));
  await until(() => facts.some(({ kind }) => kind === "positions"));
  const mine = await execution.fillsOf(named());
  const all = await execution.fillsSince(PERP, since - 20 * 86_400_000);
  assert(mine.kind === "read" && all.kind === "read", JSON.stringify([mine, all]));
  const keys = (fills: readonly Fill[]) =>
    fills.map(({ tradeId, exchangeOrderId, price, quantity, fee, liquidity }) =>
      JSON.stringify([tradeId, exchangeOrderId, price, quantity, fee, liquidity])
    ).toSorted();
  assert(mine.value.length > 0);
  assertEquals(keys(orders().flatMap(({ fills }) => fills)), keys(mine.value));
  assertEquals(keys(all.value), keys(mine.value));
  assertEquals(mine.value[0]?.fee?.asset, "USDT");
  assertEquals(mine.value[0]?.clientOrderId, CLIENT_ID);
  assertEquals(facts.filter(({ kind }) => kind === "malformed"), []);
  await close();
});

Deno.test("binance usdm: a cancel is told under the order's own id", async () => {
  await using opened = await openUsdm();
  const { adapter, facts } = opened;
  const { close } = await openSocket(adapter);
  await adapter.execution.submit(resting(), gate());
  await adapter.execution.cancel(named(), gate());
  const told = () => facts.flatMap((fact) => fact.kind === "order" ? [fact.order] : []);
  await until(() => told().some(({ status }) => status === "CANCELED"));
  assertEquals(told().map(({ clientOrderId }) => clientOrderId), [CLIENT_ID, CLIENT_ID]);
  await close();
});

Deno.test("binance usdm: a position is read and streamed with its leverage, and flat ones with theirs", async () => {
  await using opened = await openUsdm();
  const { adapter, facts, testnet } = opened;
  const { execution } = adapter;
  const { close } = await openSocket(adapter);
  const client = new Client(testnet.url, systemClock, ACCOUNT);
  await client.futures("POST", "/fapi/v1/leverage", { symbol: "BTCUSDT", leverage: 7 });
  await execution.submit(request({ side: "SELL", limitPrice: null }), gate());
  const read = await execution.positions();
  assert(read.kind === "read", JSON.stringify(read));
  const held = read.value.filter(({ symbolId }) => symbolId === PERP);
  assertEquals(held.map(({ asset, leverage, side }) => [asset.quantity, leverage, side]), [
    [decimal("-0.01"), decimal("7"), null],
  ]);
  assertEquals(held[0]?.metadata.settlementAsset, "USDT");
  const flat = read.value.find(({ symbolId }) => symbolId === "ETH/USDT:PERP");
  assertEquals([flat?.asset.quantity, flat?.leverage], [decimal("0"), decimal("20")]);
  const streamed = () => facts.flatMap((fact) => fact.kind === "positions" ? fact.positions : []);
  await until(() => streamed().length > 0);
  assertEquals(streamed()[0]?.asset.quantity, decimal("-0.01"));
  const balances = await execution.balances();
  assert(balances.kind === "read", JSON.stringify(balances));
  const usdt = balances.value.find(({ assetId }) => assetId === "USDT");
  assert(usdt !== undefined && Number(usdt.locked) > 60, JSON.stringify(usdt)); // 500 / 7
  await execution.submit(
    request({ limitPrice: null, reduceOnly: true }, OTHER_ID),
    gate(),
  );
  await until(() => streamed().at(-1)?.asset.quantity === decimal("0"));
  await close();
});

Deno.test("binance usdm: a second order under one id is in doubt while the first is open", async () => {
  await using opened = await openUsdm();
  const { execution } = opened.adapter;
  await execution.submit(resting(), gate());
  const outcome = await execution.submit(resting(), gate());
  assert(outcome.kind === "unknown", JSON.stringify(outcome));
  assertEquals(outcome.cause.code, "DUPLICATE_ID");
  assertEquals(opened.testnet.ledger("binanceusdm").orders.length, 1);
});

Deno.test("binance usdm: too many orders are refused for now, and usage is told of each window", async () => {
  await using opened = await openUsdm({ limits: { ordersPer10sMax: 2 } });
  const { adapter, facts } = opened;
  for (const id of ["a", "b"]) {
    await adapter.execution.submit(resting({}, id.repeat(32)), gate());
  }
  const outcome = await adapter.execution.submit(resting(), gate());
  assert(outcome.kind === "refused", JSON.stringify(outcome));
  assertEquals(outcome.reason.code, "RATE_LIMITED");
  assert(facts.some(({ kind }) => kind === "banned"));
  const used = facts.flatMap((fact) => fact.kind === "usage" ? [fact.budgets] : []);
  assert(used.some(({ orders, ordersMinute }) => orders?.used === 2 && ordersMinute?.used === 2));
});

for (const [fault, status] of [["tooManyRequests", 429], ["banned", 418]] as const) {
  for (const entry of ["rest", "auto"] as const) {
    Deno.test(`binance usdm over ${entry}: ${fault} places nothing, and says when to come back`, async () => {
      await using opened = await openUsdm({ adapter: { orderEntry: entry } });
      const { adapter, testnet, facts } = opened;
      const { close } = await openSocket(adapter, "orders");
      testnet.arm({ exchange: "binanceusdm", fault, match: "order.place", count: 1 });
      const outcome = await adapter.execution.submit(resting(), gate());
      assert(outcome.kind === "refused", JSON.stringify(outcome));
      assertEquals(outcome.reason.code, "RATE_LIMITED");
      const banned = facts.find((fact) => fact.kind === "banned");
      assert(banned?.kind === "banned" && banned.retryAfterMs > 0, JSON.stringify(banned));
      assertEquals(banned.status, status);
      assertEquals(testnet.ledger("binanceusdm").orders, []);
      await close();
    });
  }
}

Deno.test("binance usdm: the dead-man's switch guards each symbol, and is disarmed where none is left", async () => {
  await using opened = await openUsdm();
  const { execution } = opened.adapter;
  const symbols = ["BTC/USDT:PERP", "ETH/USDT:PERP"];
  const armed = await execution.armDeadMansSwitch?.(30_000, symbols);
  assert(armed?.kind === "armed" && armed.firesAt !== null, JSON.stringify(armed));
  await execution.armDeadMansSwitch?.(30_000, symbols.slice(0, 1));
  assertEquals(await execution.armDeadMansSwitch?.(null, []), { kind: "armed", firesAt: null });
  const asked = opened.testnet.heard("binanceusdm").map(({ operation }) => operation)
    .filter(({ name }) => name === "openOrders.countdown").map(({ symbol }) => symbol);
  assertEquals(asked, ["BTCUSDT", "ETHUSDT", "BTCUSDT", "ETHUSDT", "BTCUSDT"]);
});

Deno.test("binance usdm: the switch fires where it is not wound up again", async () => {
  await using opened = await openUsdm();
  const { execution } = opened.adapter;
  await execution.submit(resting(), gate());
  await execution.armDeadMansSwitch?.(20, [PERP]);
  const isCanceled = () => opened.testnet.ledger("binanceusdm").orders[0]?.status === "CANCELED";
  await until(isCanceled);
});

Deno.test("binance usdm: the key's rights are those for futures", async () => {
  await using opened = await openUsdm();
  const outcome = await opened.adapter.permissions?.();
  assert(outcome?.kind === "read", JSON.stringify(outcome));
  assertEquals(outcome.value, { withdraw: false, trade: true });
});
