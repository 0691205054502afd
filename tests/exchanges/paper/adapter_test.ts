import { assert, assertEquals, assertRejects } from "@std/assert";
import { PaperAdapter } from "../../../src/exchanges/paper/adapter.ts";
import { createPaperAdapter } from "../../../src/exchanges/paper/factory.ts";
import { decimal } from "../../../src/model/decimal.ts";
import { ConfigError } from "../../../src/model/errors.ts";
import { SeededRandom } from "../../../src/system/seeded_random.ts";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";
import { move, ref, request, stage, standardOrder } from "./adapter_builders.ts";
import { accepted, BTC_USDT, buy, scene } from "./builders.ts";

Deno.test("adapter: an accepted order is answered with its venue id and its fills", async () => {
  await using on = await stage();
  const outcome = await on.adapter.execution.submit(
    request(on, "a1", { limitPrice: null, amount: decimal("0.1") }),
    on.gate,
  );
  assert(outcome.kind === "accepted");
  const { order } = outcome;
  assertEquals([order.clientOrderId, order.exchangeOrderId, order.status, order.filled], [
    "a1",
    "1",
    "FILLED",
    decimal("0.1"),
  ]);
  assertEquals(order.fills.map((fill) => [fill.tradeId, fill.price, fill.liquidity]), [
    ["1", decimal("100010"), "TAKER"],
  ]);
});

Deno.test("adapter: the gate is asked before the request leaves and told after", async () => {
  await using on = await stage();
  const pending = on.adapter.execution.submit(request(on, "a1"), on.gate);
  assertEquals(on.gateCalls, ["check 0 5000", "sent"]);
  await pending;
});

Deno.test("adapter: the validity shown to the gate ends with the deadline", async () => {
  await using on = await stage();
  const late = { ...request(on, "a1"), deadline: on.clock.now() + 300 };
  await on.adapter.execution.submit(late, on.gate);
  assertEquals(on.gateCalls[0], "check 0 300");
});

Deno.test("adapter: what the gate stops is not sent and leaves no trace at the venue", async () => {
  await using on = await stage();
  on.stop = "KILL_SWITCH";
  const { execution } = on.adapter;
  const outcomes = [
    await execution.submit(request(on, "a1"), on.gate),
    await execution.amend({ ...request(on, "a1"), ...ref("a1") }, on.gate),
    await execution.cancel(ref("a1"), on.gate),
  ];
  assertEquals(outcomes, Array(3).fill({ kind: "notSent", reason: "KILL_SWITCH" }));
  assert(!on.gateCalls.includes("sent"));
  assertEquals(on.adapter.engine.orders(on.adapter.accountId), []);
});

Deno.test("adapter: a duplicate client id is unknown, for a first copy may live", async () => {
  await using on = await stage();
  await on.adapter.execution.submit(request(on, "a1"), on.gate);
  const second = await on.adapter.execution.submit(request(on, "a1"), on.gate);
  assert(second.kind === "unknown");
  assertEquals(second.cause.code, "DUPLICATE_ID");
});

Deno.test("adapter: a refusal keeps the venue's own code", async () => {
  await using on = await stage();
  const poor = await on.adapter.execution.submit(
    request(on, "a1", { amount: decimal("1000") }),
    on.gate,
  );
  assert(poor.kind === "refused");
  assertEquals([poor.reason.code, poor.reason.venueCode], [
    "INSUFFICIENT_FUNDS",
    "INSUFFICIENT_FUNDS",
  ]);
  const off = await on.adapter.execution.submit(
    request(on, "a2", { limitPrice: decimal("90000.001") }),
    on.gate,
  );
  assert(off.kind === "refused");
  assertEquals([off.reason.code, off.reason.venueCode], ["FILTER", "FILTER_PRICE"]);
});

Deno.test("adapter: an order is found by either id, a strange one is absent", async () => {
  await using on = await stage();
  await on.adapter.execution.submit(request(on, "a1"), on.gate);
  const byClient = await on.adapter.execution.lookup(ref("a1"));
  const byVenue = await on.adapter.execution.lookup(ref("a1", "1"));
  assertEquals(byClient, byVenue);
  assert(byClient.kind === "found");
  assertEquals(await on.adapter.execution.lookup(ref("a2")), {
    kind: "absent",
    venueTime: on.clock.now(),
  });
});

Deno.test("adapter: absence is not claimed once the history has overflowed", async () => {
  const { engine, clock } = scene({ history: { finalOrdersMax: 1 } });
  const adapter = new PaperAdapter({ id: "paper", clock, engine, accountId: "alice" });
  await adapter.connect(new AbortController().signal);
  const lookups: string[] = [];
  for (let nth = 0; nth < 2; nth++) {
    accepted(engine.submit("alice", buy({ price: "50" })));
    engine.cancelAll("alice");
    lookups.push((await adapter.execution.lookup(ref("strange"))).kind);
  }
  clock.advance(adapter.capabilities.timing.retentionMs + 1);
  lookups.push((await adapter.execution.lookup(ref("strange"))).kind);
  assertEquals(lookups, ["absent", "failed", "absent"]);
  await adapter.disconnect();
});

Deno.test("adapter: a cancel is accepted once; afterwards the order is not found", async () => {
  await using on = await stage();
  await on.adapter.execution.submit(request(on, "a1"), on.gate);
  const first = await on.adapter.execution.cancel(ref("a1"), on.gate);
  assert(first.kind === "accepted");
  assertEquals([first.order?.status, first.order?.cause], ["CANCELED", "USER"]);
  assertEquals(await on.adapter.execution.cancel(ref("a1"), on.gate), { kind: "notFound" });
});

Deno.test("adapter: an amend changes price and total quantity of the same order", async () => {
  await using on = await stage();
  await on.adapter.execution.submit(request(on, "a1"), on.gate);
  const outcome = await on.adapter.execution.amend({
    ...ref("a1", "1"),
    order: standardOrder({ limitPrice: decimal("91000") }),
    amount: decimal("2"),
    deadline: on.clock.now() + 1_000,
  }, on.gate);
  assert(outcome.kind === "accepted");
  const { exchangeOrderId, amount, limitPrice } = outcome.order;
  assertEquals([exchangeOrderId, amount, limitPrice], ["1", decimal("2"), decimal("91000")]);
});

Deno.test("adapter: fills are read by order and by time, balances with locks", async () => {
  await using on = await stage();
  const { execution } = on.adapter;
  await execution.submit(request(on, "a1"), on.gate);
  move(on.adapter, "89000", "0.4");
  const fills = await execution.fillsOf(ref("a1"));
  assert(fills.kind === "read");
  assertEquals(fills.value.map((fill) => [fill.clientOrderId, fill.quantity, fill.liquidity]), [
    ["a1", decimal("0.4"), "MAKER"],
  ]);
  assertEquals(await execution.fillsSince(BTC_USDT, on.clock.now()), fills);
  const later = await execution.fillsSince(BTC_USDT, on.clock.now() + 1);
  assert(later.kind === "read");
  assertEquals(later.value, []);
  const balances = await execution.balances();
  assert(balances.kind === "read");
  const usdt = balances.value.find((balance) => balance.assetId === "USDT")!;
  assertEquals([usdt.total, usdt.available, usdt.locked], [
    decimal("964000"),
    decimal("910000"),
    decimal("54000"),
  ]);
});

Deno.test("adapter: the stream tells orders with their fills, and balances, in order", async () => {
  await using on = await stage();
  await on.adapter.execution.submit(request(on, "a1"), on.gate);
  move(on.adapter, "89000", "0.4");
  await Promise.resolve();
  const told = on.facts.map((fact) =>
    fact.kind === "order"
      ? [fact.order.status, fact.order.fills.map((fill) => fill.quantity)]
      : fact.kind
  );
  assertEquals(told, [
    ["OPEN", []],
    "balances",
    ["PARTIALLY_FILLED", [decimal("0.4")]],
    "balances",
  ]);
});

Deno.test("adapter: nothing is told while the socket is closed", async () => {
  await using on = await stage();
  await on.adapter.sockets[0]!.close();
  await on.adapter.execution.submit(request(on, "a1"), on.gate);
  assertEquals(on.facts, []);
});

Deno.test("adapter: a probe is answered with a frame", async () => {
  await using on = await stage();
  const [socket] = on.adapter.sockets;
  let frames = 0;
  const { signal } = new AbortController();
  await socket!.open({ onFrame: () => void frames++, onClose: () => {} }, signal);
  socket!.probe();
  await Promise.resolve();
  assertEquals(frames, 1);
});

Deno.test("adapter: subscribed symbols tick with every print", async () => {
  await using on = await stage();
  on.adapter.marketData.stream.subscribe([{ channel: "ticker", symbolId: BTC_USDT }]);
  move(on.adapter, "101000");
  await Promise.resolve();
  const lasts = on.facts.map((fact) => fact.kind === "ticker" ? fact.ticker.last : fact.kind);
  assertEquals(lasts, [decimal("100000"), decimal("101000")]);
  assertEquals(on.adapter.marketData.ticker(BTC_USDT)?.ask, decimal("101010.1"));
});

Deno.test("latency: half of it passes on the way there, half on the way back", async () => {
  await using on = await stage({ latencyMs: 100 });
  const answers: string[] = [];
  const submitted = on.adapter.execution.submit(request(on, "a1"), on.gate)
    .then((outcome) => void answers.push(outcome.kind));
  assertEquals(on.gateCalls.at(-1), "sent");
  await on.clock.advanceAsync(49);
  assertEquals(on.adapter.engine.openOrders(on.adapter.accountId).length, 0);
  await on.clock.advanceAsync(1);
  assertEquals(on.adapter.engine.openOrders(on.adapter.accountId).length, 1);
  assertEquals(answers, []);
  await on.clock.advanceAsync(50);
  assertEquals(answers, ["accepted"]);
  assertEquals(on.facts.map((fact) => fact.kind), ["order", "balances"]);
  await submitted;
});

Deno.test("latency: a request that arrives after its validity is refused", async () => {
  await using on = await stage({ latencyMs: 100 });
  const late = { ...request(on, "a1"), deadline: on.clock.now() + 49 };
  const pending = on.adapter.execution.submit(late, on.gate);
  await on.clock.advanceAsync(100);
  const outcome = await pending;
  assert(outcome.kind === "refused");
  assertEquals(outcome.reason.code, "INVALID_TIMESTAMP");
});

Deno.test("latency: a connection cut under way leaves the outcome unknown", async () => {
  await using on = await stage({ latencyMs: 100 });
  const closed: string[] = [];
  const { signal } = new AbortController();
  const [socket] = on.adapter.sockets;
  await socket!.open({ onFrame: () => {}, onClose: (reason) => void closed.push(reason) }, signal);
  const pending = on.adapter.execution.submit(request(on, "a1"), on.gate);
  await on.adapter.disconnect();
  const outcome = await pending;
  assert(outcome.kind === "unknown");
  assertEquals(outcome.cause.code, "CONNECTION_RESET");
  assertEquals([closed.length, on.clock.pending], [1, 0]);
});

Deno.test("adapter: a venue that fails while it works leaves the outcome unknown", async () => {
  await using on = await stage();
  on.adapter.engine.onChange(() => {
    throw new Error("disk full");
  });
  const outcome = await on.adapter.execution.submit(request(on, "a1"), on.gate);
  assert(outcome.kind === "unknown");
  assertEquals(outcome.cause, { code: "SERVER_ERROR", message: "disk full" });
});

Deno.test("adapter: disconnected, it sends and reads nothing", async () => {
  await using on = await stage();
  assertEquals(on.adapter.venueNow(), on.clock.now());
  await on.adapter.disconnect();
  assertEquals(await on.adapter.execution.submit(request(on, "a1"), on.gate), {
    kind: "notSent",
    reason: "NOT_CONNECTED",
  });
  assertEquals((await on.adapter.execution.lookup(ref("a1"))).kind, "failed");
  assertEquals((await on.adapter.execution.openOrders()).kind, "failed");
  assertEquals((await on.adapter.instruments.load()).kind, "failed");
  assertEquals(on.adapter.venueNow(), null);
});

Deno.test("factory: with no options a lively market of well-known symbols opens", async () => {
  const clock = new VirtualClock();
  const random = new SeededRandom(3);
  const adapter = await createPaperAdapter({ id: "paper", clock, random, options: {} });
  await adapter.connect(new AbortController().signal);
  assertEquals(adapter.marketData.ticker("ETH/USDT")?.last, decimal("4000"));
  clock.advance(10_000);
  assert(adapter.marketData.ticker("ETH/USDT")?.last !== decimal("4000"));
  await adapter.disconnect();
  assertEquals(clock.pending, 0);
});

for (
  const [path, options] of [
    ["exchanges.paper: Unrecognized key", { nonsense: 1 }],
    ["exchanges.paper.fees.maker: must be below 1", { fees: { maker: "1", taker: "0" } }],
    ["exchanges.paper.balances.BTC: must not be negative", { balances: { BTC: "-1" } }],
    ["exchanges.paper.latencyMs: ", { latencyMs: -1 }],
    ["exchanges.paper.feed.prices: expected one of BTC/USDT", {
      feed: { kind: "synthetic", prices: { "X/Y": "1" } },
    }],
    ["no-such.csv: cannot read", {
      feed: { kind: "replay", file: "no-such.csv", symbolId: BTC_USDT },
    }],
  ] as const
) {
  Deno.test(`factory: refuses with "${path}…"`, async () => {
    const clock = new VirtualClock();
    const context = { id: "paper", clock, random: new SeededRandom(1), options };
    await assertRejects(() => createPaperAdapter(context), ConfigError, path);
  });
}
