import { assert, assertEquals } from "@std/assert";
import { decimal } from "../../../src/model/decimal.ts";
import type { Fill } from "../../../src/model/fill.ts";
import type { StandardOrder } from "../../../src/model/order.ts";
import { gate } from "./fixtures.ts";
import { named, openKraken, request, resting, SYMBOL } from "./kraken.ts";
import { CLIENT_ID, CLOCK_SLACK_MS, openSocket, OTHER_ID, until } from "./venue_stage.ts";

/** Orders go over REST while no socket is open, and over the socket while one is. */
const WAYS = ["rest", "socket"] as const;

for (const way of WAYS) {
  Deno.test(`kraken ${way}: an order is acknowledged, shown open, canceled and seen ended`, async () => {
    await using opened = await openKraken();
    const close = way === "socket"
      ? (await openSocket(opened.adapter)).close
      : () => Promise.resolve();
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
      assertEquals(open.value[0]!.exchangeOrderId, placed.order.exchangeOrderId);
    }
    const canceled = await execution.cancel(named(), gate());
    assertEquals(canceled, { kind: "accepted", order: null });
    const found = await execution.lookup(named());
    assert(found.kind === "found", JSON.stringify(found));
    assertEquals(found.order.status, "CANCELED");
    assertEquals(await execution.cancel(named(), gate()), { kind: "notFound" });
    const heard = opened.testnet.heard("kraken").map(({ operation }) => operation.endpoint);
    assertEquals(heard.includes("POST /0/private/AddOrder"), way === "rest");
    assertEquals(opened.facts.filter(({ kind }) => kind === "malformed"), []);
    await close();
  });
}

Deno.test("kraken: an order that was never placed is proven absent, also beside others and their trades", async () => {
  await using opened = await openKraken();
  const { execution } = opened.adapter;
  await execution.submit(resting({}, OTHER_ID), gate());
  await execution.submit(request({ limitPrice: null }, "1".repeat(32)), gate());
  const outcome = await execution.lookup(named());
  assertEquals(outcome.kind, "absent", JSON.stringify(outcome));
});

Deno.test("kraken: another pair's open orders and trades are not shown for this one", async () => {
  await using opened = await openKraken();
  const { execution } = opened.adapter;
  const other = { symbolId: "ETH/USD", amount: decimal("0.1") };
  await execution.submit(resting({ ...other, limitPrice: decimal("2000") }), gate());
  await execution.submit(request({ ...other, limitPrice: null }, OTHER_ID), gate());
  const open = await execution.openOrders(SYMBOL);
  const fills = await execution.fillsSince(SYMBOL, 0);
  assert(open.kind === "read" && fills.kind === "read");
  assertEquals([open.value, fills.value], [[], []]);
});

for (const way of WAYS) {
  Deno.test(`kraken ${way}: an amendment is only acknowledged, and a read shows it`, async () => {
    await using opened = await openKraken();
    const close = way === "socket"
      ? (await openSocket(opened.adapter)).close
      : () => Promise.resolve();
    const { execution } = opened.adapter;
    const asked = resting();
    const placed = await execution.submit(asked, gate());
    assert(placed.kind === "accepted");
    const order = { ...asked.order, limitPrice: decimal("41000"), amount: decimal("0.02") };
    const { exchangeOrderId } = placed.order;
    const amended = await execution.amend({
      ...named({ exchangeOrderId }),
      order,
      amount: order.amount,
      deadline: Number.MAX_SAFE_INTEGER,
    }, gate());
    assert(amended.kind === "unknown", JSON.stringify(amended));
    assertEquals(amended.cause.code, "ACKNOWLEDGED");
    const found = await execution.lookup(named({ exchangeOrderId }));
    assert(found.kind === "found", JSON.stringify(found));
    assertEquals([found.order.limitPrice, found.order.amount], [order.limitPrice, order.amount]);
    if (way === "socket") {
      await until(() =>
        opened.facts.some((fact) =>
          fact.kind === "order" && fact.order.limitPrice === decimal("41000") &&
          fact.order.clientOrderId === CLIENT_ID && fact.order.symbolId === SYMBOL
        )
      );
    }
    assertEquals(opened.facts.filter(({ kind }) => kind === "malformed"), []);
    await close();
  });

  for (const side of ["BUY", "SELL"] as const) {
    Deno.test(`kraken ${way}: fills of a ${side} agree in trades of the order, of the pair, and on the stream`, async () => {
      const orderEntry = way === "rest" ? "rest" : "auto";
      await using opened = await openKraken({ adapter: { orderEntry } });
      const { adapter, facts } = opened;
      const { close } = await openSocket(opened.adapter);
      const since = (adapter.venueNow() ?? 0) - CLOCK_SLACK_MS;
      const limitPrice = side === "BUY" ? decimal("60000") : decimal("40000");
      const placed = await adapter.execution.submit(
        request({ side, limitPrice, amount: decimal("1.5") }),
        gate(),
      );
      assert(placed.kind === "accepted", JSON.stringify(placed));
      const orders = () => facts.flatMap((fact) => fact.kind === "order" ? [fact.order] : []);
      await until(() => orders().some(({ status }) => status === "FILLED"));
      const mine = await adapter.execution.fillsOf(named());
      const all = await adapter.execution.fillsSince(SYMBOL, since);
      assert(mine.kind === "read" && all.kind === "read", JSON.stringify([mine, all]));
      const keys = (fills: readonly Fill[]) =>
        fills.map(({ tradeId, side, price, quantity, fee }) =>
          JSON.stringify([tradeId, side, price, quantity, fee])
        ).toSorted();
      assert(mine.value.length > 0);
      assertEquals(keys(orders().flatMap(({ fills }) => fills)), keys(mine.value));
      assertEquals(keys(all.value), keys(mine.value));
      assertEquals(mine.value[0]!.fee?.asset, "USD");
      const last = orders().at(-1)!;
      assertEquals([last.clientOrderId, last.filled, last.symbolId], [
        CLIENT_ID,
        decimal("1.5"),
        SYMBOL,
      ]);
      const told = () => facts.flatMap((fact) => fact.kind === "balances" ? fact.balances : []);
      const held = await adapter.execution.balances();
      assert(held.kind === "read");
      for (const assetId of ["BTC", "USD"]) {
        const read = held.value.find((balance) => balance.assetId === assetId)!;
        await until(() =>
          told().findLast((balance) => balance.assetId === assetId)?.total === read.total
        );
      }
      assertEquals(facts.filter(({ kind }) => kind === "malformed"), []);
      await close();
    });
  }
}

/** [what, the order, the status that a look-up shows, what became of it] */
const RULES: readonly (readonly [string, Partial<StandardOrder>, string, string | null])[] = [
  ["a market order", { limitPrice: null }, "FILLED", null],
  ["IOC that crosses", { timeInForce: "IOC", limitPrice: decimal("60000") }, "FILLED", null],
  [
    "IOC that does not",
    { timeInForce: "IOC", limitPrice: decimal("40000") },
    "EXPIRED",
    "TIME_IN_FORCE",
  ],
  ["FOK that crosses", { timeInForce: "FOK", limitPrice: decimal("60000") }, "FILLED", null],
  [
    "FOK that finds nobody",
    { timeInForce: "FOK", limitPrice: decimal("40000") },
    "EXPIRED",
    "TIME_IN_FORCE",
  ],
  ["post-only that rests", { postOnly: true, limitPrice: decimal("40000") }, "OPEN", null],
];

for (const way of WAYS) {
  for (const [what, fields, status, cause] of RULES) {
    Deno.test(`kraken ${way}: ${what} is acknowledged like any other and then ${status}`, async () => {
      await using opened = await openKraken({
        adapter: { orderEntry: way === "rest" ? way : "auto" },
      });
      const { adapter, facts } = opened;
      const { close } = await openSocket(opened.adapter);
      const placed = await adapter.execution.submit(request(fields), gate());
      assert(placed.kind === "accepted", JSON.stringify(placed));
      const found = await adapter.execution.lookup(named());
      assert(found.kind === "found", JSON.stringify(found));
      assertEquals([found.order.status, found.order.cause], [status, cause]);
      await until(() =>
        facts.some((fact) => fact.kind === "order" && fact.order.status === status)
      );
      assertEquals(facts.filter(({ kind }) => kind === "malformed"), []);
      await close();
    });
  }
}

/** [what, fields, balances, our word for it] */
const REFUSED: readonly (readonly [
  string,
  Partial<StandardOrder>,
  Readonly<Record<string, string>> | undefined,
  string,
])[] = [
  ["too little money", {}, { USD: "10" }, "INSUFFICIENT_FUNDS"],
  ["too small a quantity", { amount: decimal("0.00002") }, undefined, "FILTER"],
  ["a price off the tick", { limitPrice: decimal("40000.05") }, undefined, "FILTER"],
  [
    "post-only that would take",
    { postOnly: true, limitPrice: decimal("60000") },
    undefined,
    "POST_ONLY_WOULD_TAKE",
  ],
];

for (const way of WAYS) {
  for (const [what, fields, balances, code] of REFUSED) {
    Deno.test(`kraken ${way}: ${what} is refused inside an answer of success`, async () => {
      await using opened = await openKraken(balances ? { balances } : {});
      const close = way === "socket"
        ? (await openSocket(opened.adapter)).close
        : () => Promise.resolve();
      const outcome = await opened.adapter.execution.submit(resting(fields), gate());
      assert(outcome.kind === "refused", JSON.stringify(outcome));
      assertEquals(outcome.reason.code, code);
      assertEquals(opened.testnet.ledger("kraken").orders, []);
      await close();
    });
  }
}

Deno.test("kraken: a filter breach keeps its digits until the venue refuses it", async () => {
  await using opened = await openKraken();
  const outcome = await opened.adapter.execution.submit(
    resting({ amount: decimal("0.010000001") }),
    gate(),
  );
  assert(outcome.kind === "refused", JSON.stringify(outcome));
  assertEquals(outcome.reason.venueCode, "EGeneral:Invalid arguments");
});

/** [what, fields] */
const UNSUPPORTED: readonly (readonly [string, Partial<StandardOrder>])[] = [
  ["a market order that is fill-or-kill", { timeInForce: "FOK", limitPrice: null }],
  ["a reduce-only order", { reduceOnly: true }],
  ["an iceberg", { icebergQty: decimal("0.005") }],
  ["a leverage", { leverage: decimal("5") }],
  ["no self-trade prevention", { selfTradePrevention: "NONE" }],
];

for (const [what, fields] of UNSUPPORTED) {
  Deno.test(`kraken: ${what} is not sent`, async () => {
    await using opened = await openKraken();
    const spy = gate();
    const outcome = await opened.adapter.execution.submit(resting(fields), spy);
    assertEquals([outcome.kind, spy.sentCount], ["notSent", 0], JSON.stringify(outcome));
  });
}

Deno.test("kraken: a second order under an open one's id is in doubt; under an ended one's it is new", async () => {
  await using opened = await openKraken();
  const { execution } = opened.adapter;
  await execution.submit(resting(), gate());
  const second = await execution.submit(resting(), gate());
  assert(second.kind === "unknown", JSON.stringify(second));
  assertEquals(second.cause.code, "DUPLICATE_ID");
  await execution.cancel(named(), gate());
  assertEquals((await execution.submit(resting(), gate())).kind, "accepted");
  assertEquals(opened.testnet.ledger("kraken").orders.length, 2);
});

Deno.test("kraken: nothing but the order goes out, with a deadline, and fees in the quote", async () => {
  await using opened = await openKraken();
  const before = opened.testnet.heard("kraken").length;
  await opened.adapter.execution.submit(resting(), gate());
  const heard = opened.testnet.heard("kraken").slice(before);
  assertEquals(heard.map(({ operation }) => operation.endpoint), ["POST /0/private/AddOrder"]);
});

Deno.test("kraken: an order that comes after its deadline is not placed", async () => {
  await using opened = await openKraken();
  const { testnet, adapter: { execution } } = opened;
  const late = { ...resting(), deadline: (opened.adapter.venueNow() ?? 0) - 5_000 };
  const outcome = await execution.submit(late, gate());
  assert(outcome.kind === "unknown", JSON.stringify(outcome));
  assert(outcome.cause.message.includes("EService:Deadline elapsed"), outcome.cause.message);
  assertEquals(testnet.ledger("kraken").orders, []);
});

Deno.test("kraken: private requests go one by one, so that no nonce arrives after a higher one", async () => {
  await using opened = await openKraken();
  const { testnet, adapter: { execution } } = opened;
  const match = { operation: "account.status" };
  testnet.arm({ exchange: "kraken", fault: "slowAnswer", match, count: 1, delayMs: 50 });
  const heard = (name: string) =>
    testnet.heard("kraken").filter(({ operation }) => operation.name === name).length;
  let isAnswered = false;
  const first = execution.balances().finally(() => isAnswered = true);
  const second = execution.openOrders();
  await until(() => heard("openOrders.status") === 1);
  assertEquals(isAnswered, true); // The second was not even sent before.
  assertEquals([(await first).kind, (await second).kind], ["read", "read"]);
});

Deno.test("kraken: too many reads are refused with a wait, and nothing is said of the order", async () => {
  await using opened = await openKraken({ limits: { restCounterMax: 2 } });
  const { execution } = opened.adapter;
  await execution.balances();
  await execution.balances();
  const outcome = await execution.balances();
  assert(outcome.kind === "failed", JSON.stringify(outcome));
  assertEquals(outcome.cause.code, "RATE_LIMITED");
  assert((outcome.retryAfterMs ?? 0) > 0);
});

Deno.test("kraken: too many orders of a pair are refused with a wait; other pairs go on", async () => {
  await using opened = await openKraken({ limits: { tradingCounterMax: 1 } });
  const { execution } = opened.adapter;
  await execution.submit(resting(), gate());
  const outcome = await execution.submit(resting({}, OTHER_ID), gate());
  assert(outcome.kind === "refused", JSON.stringify(outcome));
  assertEquals([outcome.reason.code, outcome.reason.venueCode], [
    "RATE_LIMITED",
    "EOrder:Rate limit exceeded",
  ]);
  const other = { symbolId: "ETH/USD", amount: decimal("0.1"), limitPrice: decimal("2000") };
  const elsewhere = await execution.submit(resting(other, OTHER_ID), gate());
  assertEquals(elsewhere.kind, "accepted", JSON.stringify(elsewhere));
});

Deno.test("kraken: HTTP 403 of the edge is a ban", async () => {
  await using opened = await openKraken();
  const { testnet, adapter, facts } = opened;
  testnet.arm({
    exchange: "kraken",
    fault: "banned",
    match: { operation: "order.place" },
    count: 1,
  });
  const outcome = await adapter.execution.submit(resting(), gate());
  assert(outcome.kind === "refused", JSON.stringify(outcome));
  assertEquals(outcome.reason.code, "RATE_LIMITED");
  assertEquals(facts.filter(({ kind }) => kind === "banned").length, 1);
});

Deno.test("kraken: a key that may not withdraw is told so", async () => {
  await using opened = await openKraken();
  const told = await opened.adapter.permissions!();
  assert(told.kind === "read", JSON.stringify(told));
  assertEquals(told.value, { withdraw: false, trade: true });
});

Deno.test("kraken: the dead-man's switch is wound up and disarmed", async () => {
  await using opened = await openKraken();
  const { execution } = opened.adapter;
  const armed = await execution.armDeadMansSwitch!(60_000);
  assert(armed.kind === "armed" && armed.firesAt !== null, JSON.stringify(armed));
  assertEquals(await execution.armDeadMansSwitch!(null), { kind: "armed", firesAt: null });
});

Deno.test("kraken: a probe is answered", async () => {
  await using opened = await openKraken();
  let frames = 0;
  const [socket] = opened.adapter.sockets;
  await socket!.open({ onFrame: () => frames++, onClose() {} }, new AbortController().signal);
  await until(() => frames >= 4); // Two acknowledgements and two snapshots.
  const before = frames;
  socket!.probe();
  await until(() => frames > before);
  await socket!.close();
});

Deno.test("kraken: balances are by our codes, with what open orders hold", async () => {
  await using opened = await openKraken({ balances: { USD: "1000", BTC: "1" } });
  const { execution } = opened.adapter;
  await execution.submit(resting(), gate());
  const read = await execution.balances();
  assert(read.kind === "read", JSON.stringify(read));
  assertEquals(
    read.value.map(({ assetId, total, available, locked }) => [assetId, total, available, locked])
      .toSorted(),
    [["BTC", "1", "1", "0"], ["USD", "1000", "600", "400"]].map(([id, ...amounts]) => [
      id,
      ...amounts.map((amount) => decimal(amount!)),
    ]),
  );
});
