import { assert, assertEquals, assertRejects } from "@std/assert";
import { REQUEST_KINDS } from "../../../src/exchanges/exchange.ts";
import { okx as profile } from "../../../src/exchanges/ccxt/profiles/okx.ts";
import { decimal } from "../../../src/model/decimal.ts";
import type { StandardOrder } from "../../../src/model/order.ts";
import type { Fill } from "../../../src/model/fill.ts";
import { ExchangeError } from "../../../src/model/errors.ts";
import { gate } from "./fixtures.ts";
import { named, openOkx, request, resting, SWAP } from "./okx.ts";
import { CLIENT_ID, CLOCK_SLACK_MS, idOf, openSocket, until } from "./venue_stage.ts";

Deno.test("okx: an order is placed, canceled and seen ended", async () => {
  await using okx = await openOkx();
  const { execution } = okx.adapter;
  const placed = await execution.submit(resting(), gate());
  assert(placed.kind === "accepted", JSON.stringify(placed));
  assertEquals([placed.order.status, placed.order.filled], ["OPEN", "0"]);
  const open = await execution.openOrders("BTC/USDT");
  assert(open.kind === "read", JSON.stringify(open));
  assertEquals(open.value.map(({ clientOrderId }) => clientOrderId), [CLIENT_ID]);
  const canceled = await execution.cancel(
    named({ exchangeOrderId: placed.order.exchangeOrderId }),
    gate(),
  );
  assertEquals(canceled, { kind: "accepted", order: null });
  const found = await execution.lookup(named());
  assert(found.kind === "found", JSON.stringify(found));
  assertEquals([found.order.status, found.order.cause], ["CANCELED", null]);
  assertEquals(await execution.cancel(named(), gate()), { kind: "notFound" });
});

Deno.test("okx: fills agree in trades and stream, on spot and on a swap in base units", async () => {
  await using okx = await openOkx();
  const { adapter, facts } = okx;
  const { socket } = await openSocket(adapter);
  for (const symbolId of ["BTC/USDT", SWAP]) {
    const since = (adapter.venueNow() ?? 0) - CLOCK_SLACK_MS;
    const clientOrderId = CLIENT_ID.replace(/^0/, symbolId === SWAP ? "b" : "a");
    const placed = await adapter.execution.submit(request({ symbolId }, clientOrderId), gate());
    assert(placed.kind === "accepted", JSON.stringify(placed));
    await until(() =>
      facts.some((fact) =>
        fact.kind === "order" && fact.order.status === "FILLED" &&
        fact.order.symbolId === symbolId
      )
    );
    const mine = await adapter.execution.fillsOf(named({ symbolId, clientOrderId }));
    const all = await adapter.execution.fillsSince(symbolId, since);
    assert(mine.kind === "read" && all.kind === "read", JSON.stringify([mine, all]));
    assertEquals(mine.value.map(({ quantity }) => quantity), [decimal("0.01")]);
    const streamed = facts.flatMap((fact) =>
      fact.kind === "order" && fact.order.symbolId === symbolId ? fact.order.fills : []
    );
    const keys = (fills: readonly Fill[]) =>
      fills.map((
        { tradeId, price, quantity, fee, liquidity },
      ) => [tradeId, price, quantity, fee, liquidity]);
    assertEquals(keys(streamed), keys(mine.value));
    assertEquals(keys(all.value), keys(mine.value));
  }
  assert(facts.some(({ kind }) => kind === "balances"));
  const positions = facts.flatMap((fact) => fact.kind === "positions" ? fact.positions : []);
  assertEquals(positions.map(({ symbolId, asset }) => [symbolId, asset.quantity]).at(-1), [
    SWAP,
    decimal("0.01"),
  ]);
  assertEquals(facts.filter(({ kind }) => kind === "malformed"), []);
  await socket.close();
});

/** [what, the order, where the look-up finds it] */
const KINDS: readonly (readonly [string, Partial<StandardOrder>, string, string | null])[] = [
  ["market", {}, "FILLED", null],
  ["limit", { limitPrice: decimal("40000") }, "OPEN", null],
  ["limit that takes", { limitPrice: decimal("60000") }, "FILLED", null],
  ["IOC", { limitPrice: decimal("40000"), timeInForce: "IOC" }, "EXPIRED", "TIME_IN_FORCE"],
  ["FOK", { limitPrice: decimal("40000"), timeInForce: "FOK" }, "EXPIRED", "TIME_IN_FORCE"],
  ["FOK that fills", { limitPrice: decimal("60000"), timeInForce: "FOK" }, "FILLED", null],
  ["GTD", { limitPrice: decimal("40000"), timeInForce: "GTD", goodTillTime: 1 }, "OPEN", null],
  ["post-only", { limitPrice: decimal("40000"), postOnly: true }, "OPEN", null],
  [
    "post-only that would take",
    { limitPrice: decimal("60000"), postOnly: true },
    "REJECTED",
    "POST_ONLY_WOULD_TAKE",
  ],
];

for (const symbolId of ["BTC/USDT", SWAP, "BTC/USDT:FUT:20270326"]) {
  for (const [what, fields, status, cause] of KINDS) {
    Deno.test(`okx: ${symbolId}, ${what}: placed once and found ${status}`, async () => {
      await using okx = await openOkx();
      const { execution } = okx.adapter;
      const placed = await execution.submit(request({ symbolId, ...fields }), gate());
      assert(placed.kind === "accepted", JSON.stringify(placed));
      const found = await execution.lookup(named({ symbolId }));
      assert(found.kind === "found", JSON.stringify(found));
      const { order } = found;
      assertEquals([order.status, order.cause], [status, cause]);
      assertEquals(order.exchangeOrderId, placed.order.exchangeOrderId);
      assertEquals(order.amount, decimal("0.01"));
      assertEquals(order.limitPrice, fields.limitPrice ?? null);
      const asked = okx.testnet.heard("okx").filter(({ operation }) =>
        operation.name === "order.place"
      );
      assertEquals(asked.length, 1);
    });
  }
}

Deno.test("okx: nothing but the order goes out", async () => {
  await using okx = await openOkx();
  const before = okx.testnet.heard("okx").length;
  await okx.adapter.execution.submit(resting(), gate());
  const heard = okx.testnet.heard("okx").slice(before);
  assertEquals(heard.map(({ operation }) => operation.endpoint), ["POST /api/v5/trade/order"]);
});

Deno.test("okx: a reduce-only order closes a position and never turns it", async () => {
  await using okx = await openOkx();
  const { execution } = okx.adapter;
  const nothing = await execution.submit(
    request({ symbolId: SWAP, side: "SELL", reduceOnly: true }, idOf(1)),
    gate(),
  );
  assert(nothing.kind === "refused", JSON.stringify(nothing));
  assertEquals(nothing.reason.code, "REDUCE_ONLY_REJECTED");
  await execution.submit(request({ symbolId: SWAP }, idOf(2)), gate());
  const closing = { symbolId: SWAP, side: "SELL", reduceOnly: true } as const;
  await execution.submit(request({ ...closing, amount: decimal("0.03") }, idOf(3)), gate());
  const positions = await execution.positions();
  assert(positions.kind === "read", JSON.stringify(positions));
  assertEquals(positions.value, []);
});

Deno.test("okx: a short position is read in base units, with what it is worth", async () => {
  await using okx = await openOkx();
  const { execution } = okx.adapter;
  await execution.submit(request({ symbolId: SWAP, side: "SELL" }), gate());
  const positions = await execution.positions();
  assert(positions.kind === "read", JSON.stringify(positions));
  const [position] = positions.value;
  assertEquals(positions.value.length, 1);
  assertEquals([position!.symbolId, position!.side, position!.asset.quantity], [
    SWAP,
    null,
    decimal("-0.01"),
  ]);
  assert(position!.asset.entryPrice !== null && position!.leverage === decimal("10"));
});

Deno.test("okx: an amended order is read back, since taking the change proves nothing", async () => {
  await using okx = await openOkx();
  const { execution, capabilities } = okx.adapter;
  assertEquals(capabilities.amendInPlace, true);
  for (const symbolId of ["BTC/USDT", SWAP]) {
    const id = idOf(symbolId === SWAP ? 1 : 2);
    const placed = await execution.submit(resting({ symbolId }, id), gate());
    assert(placed.kind === "accepted");
    const changed = resting({ symbolId, limitPrice: decimal("41000") }, id);
    const outcome = await execution.amend({
      ...named({ symbolId, clientOrderId: id, exchangeOrderId: placed.order.exchangeOrderId }),
      order: changed.order,
      amount: decimal("0.02"),
      deadline: Number.MAX_SAFE_INTEGER,
    }, gate());
    assertEquals(outcome.kind, "unknown", JSON.stringify(outcome));
    const found = await execution.lookup(named({ symbolId, clientOrderId: id }));
    assert(found.kind === "found");
    assertEquals([found.order.amount, found.order.limitPrice], ["0.02", "41000"]);
  }
  assertEquals(okx.facts.filter(({ kind }) => kind === "malformed"), []);
});

Deno.test("okx: changing an order that is gone proves nothing", async () => {
  await using okx = await openOkx();
  const { execution } = okx.adapter;
  const outcome = await execution.amend({
    ...named(),
    order: resting().order,
    amount: decimal("0.02"),
    deadline: Number.MAX_SAFE_INTEGER,
  }, gate());
  assertEquals(outcome.kind, "unknown", JSON.stringify(outcome));
});

Deno.test("okx: an order that was never placed is proven absent", async () => {
  await using okx = await openOkx();
  const { execution } = okx.adapter;
  await execution.submit(resting({}, idOf(7)), gate());
  await execution.submit(request({}, idOf(8)), gate());
  const outcome = await execution.lookup(named());
  assertEquals(outcome.kind, "absent", JSON.stringify(outcome));
});

Deno.test("okx: a second order under a live id is in doubt, under an ended one it is another", async () => {
  await using okx = await openOkx();
  const { execution } = okx.adapter;
  await execution.submit(resting(), gate());
  const second = await execution.submit(resting(), gate());
  assert(second.kind === "unknown", JSON.stringify(second));
  assertEquals(second.cause.code, "DUPLICATE_ID");
  await execution.cancel(named(), gate());
  assertEquals((await execution.submit(resting(), gate())).kind, "accepted");
});

/** [what, the order, our word] */
const REFUSED: readonly (readonly [string, Partial<StandardOrder>, string])[] = [
  ["too little money", { limitPrice: decimal("40000") }, "INSUFFICIENT_FUNDS"],
  ["too little margin", { symbolId: SWAP, limitPrice: decimal("40000") }, "INSUFFICIENT_FUNDS"],
  ["a price off the tick", { limitPrice: decimal("40000.05") }, "FILTER"],
  ["too small an amount", { limitPrice: decimal("0.1"), amount: decimal("0.000001") }, "FILTER"],
];

for (const [what, fields, code] of REFUSED) {
  Deno.test(`okx: ${what} is refused, inside an answer of success`, async () => {
    await using okx = await openOkx({ balances: { USDT: "10" } });
    const outcome = await okx.adapter.execution.submit(request(fields), gate());
    assert(outcome.kind === "refused", JSON.stringify(outcome));
    assertEquals(outcome.reason.code, code, JSON.stringify(outcome.reason));
  });
}

/** [what, the order] */
const UNSAID: readonly (readonly [string, Partial<StandardOrder>])[] = [
  ["part of an inverse contract", { symbolId: "BTC/USD:PERP@BTC", amount: decimal("150") }],
  ["a market order of an option", { symbolId: "BTC/USD:OPT:C:100000:20270326@BTC" }],
  [
    "reduceOnly on an option",
    {
      symbolId: "BTC/USD:OPT:C:100000:20270326@BTC",
      limitPrice: decimal("0.05"),
      reduceOnly: true,
    },
  ],
  ["reduceOnly on spot", { reduceOnly: true }],
  ["isolated margin", { symbolId: SWAP, marginMode: "ISOLATED" }],
  ["a market order that is FOK", { timeInForce: "FOK" }],
  ["part of a lot", { symbolId: SWAP, amount: decimal("0.00005"), limitPrice: decimal("40000") }],
];

for (const [what, fields] of UNSAID) {
  Deno.test(`okx: ${what} is not sent`, async () => {
    await using okx = await openOkx();
    const before = okx.testnet.heard("okx").length;
    const outcome = await okx.adapter.execution.submit(request(fields), gate());
    assertEquals(outcome.kind, "notSent", JSON.stringify(outcome));
    assertEquals(okx.testnet.heard("okx").length, before);
  });
}

Deno.test("okx: all its markets are listed", async () => {
  await using okx = await openOkx();
  const list = okx.adapter.instruments.list();
  assertEquals(list.map(({ symbolId }) => symbolId).toSorted(), [
    "ADA/USDT",
    "BTC/USD:FUT:20270326@BTC",
    "BTC/USD:OPT:C:100000:20270326@BTC",
    "BTC/USD:OPT:P:40000:20270326@BTC",
    "BTC/USD:PERP@BTC",
    "BTC/USDT",
    "BTC/USDT:FUT:20270326",
    "BTC/USDT:PERP",
    "ETH/BTC",
    "ETH/USDT",
    "ETH/USDT:PERP",
    "SOL/USDT",
  ]);
  const swap = okx.adapter.instruments.get(SWAP)!;
  assertEquals([swap.amount.step, swap.amount.min, swap.instrument.contractSize], [
    decimal("0.0001"),
    decimal("0.0001"),
    decimal("0.01"),
  ]);
  const option = okx.adapter.instruments.get("BTC/USD:OPT:C:100000:20270326@BTC")!;
  const { limit, market, reduceOnly, amendInPlace } = option.capabilities;
  assertEquals([option.instrument.contractSize, option.amount.step], ["0.01", "0.01"]);
  assertEquals([limit, market, reduceOnly, amendInPlace], ["NATIVE", "NO", "NO", "NATIVE"]);
  const inverse = okx.adapter.instruments.get("BTC/USD:PERP@BTC")!;
  assertEquals([inverse.instrument.contractSize, inverse.amount.step], ["100", "100"]);
});

Deno.test("okx: balances, prices and the key's permissions are read", async () => {
  await using okx = await openOkx();
  const { adapter } = okx;
  const balances = await adapter.execution.balances();
  assert(balances.kind === "read", JSON.stringify(balances));
  const usdt = balances.value.find(({ assetId }) => assetId === "USDT");
  assertEquals([usdt!.total, usdt!.available, usdt!.locked], ["100000000", "100000000", "0"]);
  await adapter.execution.submit(resting(), gate());
  const after = await adapter.execution.balances();
  assert(after.kind === "read");
  assertEquals(after.value.find(({ assetId }) => assetId === "USDT")!.locked, "400");
  for (const symbolId of ["BTC/USDT", SWAP]) {
    const read = await adapter.marketData.readTicker?.(symbolId);
    assert(read?.kind === "read", JSON.stringify(read));
    const { symbol, last, bid, ask } = read.value;
    assertEquals(symbol, symbolId);
    assert(last !== null && Number(bid) <= Number(last) && Number(last) <= Number(ask));
  }
  const permissions = await adapter.permissions?.();
  assert(permissions?.kind === "read", JSON.stringify(permissions));
  assertEquals(permissions.value, { withdraw: false, trade: true });
});

Deno.test("okx: the dead man's switch is armed in seconds, and disarmed", async () => {
  await using okx = await openOkx();
  const { execution, capabilities } = okx.adapter;
  assertEquals(capabilities.deadMansSwitch, {
    kind: "timer",
    minMs: 10_000,
    maxMs: 120_000,
    scope: "account",
  });
  const armed = await execution.armDeadMansSwitch?.(30_000);
  assert(armed?.kind === "armed" && armed.firesAt !== null, JSON.stringify(armed));
  assertEquals(await execution.armDeadMansSwitch?.(null), { kind: "armed", firesAt: null });
});

Deno.test("okx: fills are read page by page, each once, oldest first", async () => {
  await using okx = await openOkx({ limits: "none" });
  const { execution } = okx.adapter;
  const since = okx.adapter.venueNow()! - CLOCK_SLACK_MS;
  for (let n = 0; n < 130; n++) {
    const placed = await execution.submit(request({ amount: decimal("0.0001") }, idOf(n)), gate());
    assertEquals(placed.kind, "accepted");
  }
  const fills = await execution.fillsSince("BTC/USDT", since);
  assert(fills.kind === "read", JSON.stringify(fills));
  assertEquals(new Set(fills.value.map(({ tradeId }) => tradeId)).size, 130);
  assertEquals(fills.value.length, 130);
  const times = fills.value.map(({ venueTime }) => venueTime);
  assertEquals(times, times.toSorted((a, b) => a - b));
  for (let n = 0; n < 120; n++) await execution.submit(resting({}, idOf(1_000 + n)), gate());
  const open = await execution.openOrders();
  assert(open.kind === "read", JSON.stringify(open));
  assertEquals(new Set(open.value.map(({ clientOrderId }) => clientOrderId)).size, 120);
});

Deno.test("okx: a socket that is dropped says so, and tells what happens once it is open again", async () => {
  await using okx = await openOkx();
  const { adapter, testnet, facts } = okx;
  const first = await openSocket(adapter);
  testnet.arm({ exchange: "okx", fault: "dropSocket" });
  await until(() => first.ends.length === 1);
  const again = await openSocket(adapter);
  const before = facts.length;
  await adapter.execution.submit(resting(), gate());
  await until(() =>
    facts.slice(before).some((fact) =>
      fact.kind === "order" && fact.order.clientOrderId === CLIENT_ID
    )
  );
  assertEquals(first.ends.length, 1);
  await again.socket.close();
});

Deno.test("okx: a wrong passphrase refuses the account, before a socket is opened", async () => {
  const opening = openOkx({ adapter: { password: "wrong" } });
  const error = await assertRejects(() => opening, ExchangeError, "50105");
  assertEquals(error.code, "AUTHENTICATION");
});

Deno.test("okx: every kind of request costs what its budgets know", () => {
  for (const kind of REQUEST_KINDS) {
    const cost = profile.cost(kind, {});
    assert(cost.length > 0, kind);
    for (const { budget, amount } of cost) {
      assert(profile.rateLimits.budgets[budget] !== undefined, budget);
      assert(amount > 0);
    }
  }
});
