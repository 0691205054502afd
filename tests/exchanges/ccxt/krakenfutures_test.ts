import { assert, assertEquals } from "@std/assert";
import { decimal } from "../../../src/model/decimal.ts";
import type { Fill } from "../../../src/model/fill.ts";
import type { StandardOrder } from "../../../src/model/order.ts";
import { gate } from "./fixtures.ts";
import {
  KRAKENFUTURES,
  named,
  openKrakenFutures,
  PERP,
  request,
  resting,
} from "./krakenfutures.ts";
import { LOST, testDoubts } from "./venue_faults.ts";
import { CLIENT_ID, CLOCK_SLACK_MS, openSocket, OTHER_ID, until } from "./venue_stage.ts";

Deno.test("krakenfutures: an order is placed, shown open, canceled and seen ended", async () => {
  await using futures = await openKrakenFutures();
  const { execution } = futures.adapter;
  const placed = await execution.submit(resting(), gate());
  assert(placed.kind === "accepted", JSON.stringify(placed));
  for (const scope of [PERP, undefined]) {
    const open = await execution.openOrders(scope);
    assert(open.kind === "read", JSON.stringify(open));
    assertEquals(open.value.map((order) => [order.clientOrderId, order.limitPrice, order.amount]), [
      [CLIENT_ID, decimal("40000"), decimal("0.01")],
    ]);
  }
  assertEquals(await execution.cancel(named(), gate()), { kind: "accepted", order: null });
  const found = await execution.lookup(named());
  assert(found.kind === "found", JSON.stringify(found));
  assertEquals([found.order.status, found.order.cause], ["CANCELED", null]);
  assertEquals(await execution.cancel(named(), gate()), { kind: "notFound" });
  assertEquals(futures.facts.filter(({ kind }) => kind === "malformed"), []);
});

Deno.test("krakenfutures: an order that was never placed is proven absent", async () => {
  await using futures = await openKrakenFutures();
  const { execution } = futures.adapter;
  await execution.submit(resting({}, OTHER_ID), gate());
  const outcome = await execution.lookup(named());
  assertEquals(outcome.kind, "absent", JSON.stringify(outcome));
});

Deno.test("krakenfutures: orders, fills, balances and positions agree over feeds and reads", async () => {
  await using futures = await openKrakenFutures();
  const { adapter, facts } = futures;
  const { close } = await openSocket(futures.adapter);
  const since = (adapter.venueNow() ?? 0) - CLOCK_SLACK_MS;
  const placed = await adapter.execution.submit(
    request({ limitPrice: null, amount: decimal("1.5") }),
    gate(),
  );
  assert(placed.kind === "accepted", JSON.stringify(placed));
  const orders = () => facts.flatMap((fact) => fact.kind === "order" ? [fact.order] : []);
  await until(() => orders().some(({ status }) => status === "FILLED"));
  const mine = await adapter.execution.fillsOf(named());
  const all = await adapter.execution.fillsSince(PERP, since);
  assert(mine.kind === "read" && all.kind === "read", JSON.stringify([mine, all]));
  const streamed = facts.flatMap((fact) => fact.kind === "fill" ? [fact.fill] : []);
  const keys = (fills: readonly Fill[]) =>
    fills.map(({ tradeId, clientOrderId, side, price, quantity }) =>
      JSON.stringify([tradeId, clientOrderId, side, price, quantity])
    ).toSorted();
  assert(mine.value.length > 0);
  assertEquals(keys(streamed), keys(mine.value));
  assertEquals(keys(all.value), keys(mine.value));
  assertEquals(streamed[0]!.fee?.asset, "USD");
  const held = await adapter.execution.positions();
  assert(held.kind === "read", JSON.stringify(held));
  assertEquals(held.value.map(({ symbolId, asset }) => [symbolId, asset.quantity]), [
    [PERP, decimal("1.5")],
  ]);
  await until(() =>
    facts.some((fact) =>
      fact.kind === "positions" && fact.positions[0]?.asset.quantity === decimal("1.5")
    )
  );
  const balances = await adapter.execution.balances();
  assert(balances.kind === "read");
  const usd = balances.value.find(({ assetId }) => assetId === "USD")!;
  const told = () => facts.flatMap((fact) => fact.kind === "balances" ? fact.balances : []);
  await until(() => told().findLast(({ assetId }) => assetId === "USD")?.total === usd.total);
  assertEquals(facts.filter(({ kind }) => kind === "malformed"), []);
  await close();
});

Deno.test("krakenfutures: a reduce-only order closes a position and never turns it", async () => {
  await using futures = await openKrakenFutures();
  const { adapter: { execution }, facts } = futures;
  const { close } = await openSocket(futures.adapter);
  await execution.submit(request({ side: "SELL", limitPrice: null }), gate());
  const bought = await execution.submit(
    request({ amount: decimal("0.05"), limitPrice: null, reduceOnly: true }, OTHER_ID),
    gate(),
  );
  assert(bought.kind === "accepted", JSON.stringify(bought));
  const after = await execution.positions();
  assert(after.kind === "read");
  assertEquals(after.value, []);
  const told = () =>
    facts.flatMap((fact) => fact.kind === "positions" ? fact.positions : [])
      .map(({ asset }) => asset.quantity);
  await until(() => told().at(-1) === decimal("0"));
  assertEquals(told(), [decimal("-0.01"), decimal("0")]);
  await close();
});

/** [what, fields, balances, our word for it] */
const REFUSED: readonly (readonly [
  string,
  Partial<StandardOrder>,
  Readonly<Record<string, string>> | undefined,
  string,
])[] = [
  ["too little margin", {}, { USD: "1" }, "INSUFFICIENT_FUNDS"],
  ["a price off the tick", { limitPrice: decimal("40000.5") }, undefined, "FILTER"],
  [
    "post-only that would take",
    { postOnly: true, limitPrice: decimal("60000") },
    undefined,
    "POST_ONLY_WOULD_TAKE",
  ],
  ["IOC that does not cross", { timeInForce: "IOC" }, undefined, "TIME_IN_FORCE"],
  ["reduce-only without a position", { reduceOnly: true }, undefined, "REDUCE_ONLY_REJECTED"],
];

for (const [what, fields, balances, code] of REFUSED) {
  Deno.test(`krakenfutures: ${what} is refused inside an answer of success`, async () => {
    await using futures = await openKrakenFutures(balances ? { balances } : {});
    const outcome = await futures.adapter.execution.submit(resting(fields), gate());
    assert(outcome.kind === "refused", JSON.stringify(outcome));
    assertEquals(outcome.reason.code, code);
  });
}

/** [what, fields] */
const UNSENT: readonly (readonly [string, Partial<StandardOrder>])[] = [
  ["fill-or-kill", { timeInForce: "FOK" }],
  ["an iceberg", { icebergQty: decimal("0.005") }],
  ["a leverage", { leverage: decimal("5") }],
  ["a size between two lots", { amount: decimal("0.01005") }],
];

for (const [what, fields] of UNSENT) {
  Deno.test(`krakenfutures: ${what} is not sent`, async () => {
    await using futures = await openKrakenFutures();
    const spy = gate();
    const outcome = await futures.adapter.execution.submit(resting(fields), spy);
    assertEquals([outcome.kind, spy.sentCount], ["notSent", 0], JSON.stringify(outcome));
  });
}

Deno.test("krakenfutures: a second order under one client id is in doubt", async () => {
  await using futures = await openKrakenFutures();
  const { execution } = futures.adapter;
  await execution.submit(resting(), gate());
  const outcome = await execution.submit(resting(), gate());
  assert(outcome.kind === "unknown", JSON.stringify(outcome));
  assertEquals(outcome.cause.code, "DUPLICATE_ID");
  assertEquals(futures.testnet.ledger("krakenfutures").orders.length, 1);
});

testDoubts(KRAKENFUTURES, [
  ...LOST,
  ["backendTimeout", "UNLISTED", "found"],
  ["duplicateRefused", "DUPLICATE_ID", "found"],
]);

Deno.test("krakenfutures: too many requests are refused with a wait", async () => {
  await using futures = await openKrakenFutures({ limits: { derivativesPer10s: 2 } });
  const { execution } = futures.adapter;
  await execution.balances();
  const outcome = await execution.balances();
  assert(outcome.kind === "failed" && outcome.retryAfterMs !== undefined, JSON.stringify(outcome));
  assertEquals(outcome.cause.code, "RATE_LIMITED");
});

Deno.test("krakenfutures: what is posted is in the body, and nothing but the order goes out", async () => {
  await using futures = await openKrakenFutures();
  const before = futures.testnet.heard("krakenfutures").length;
  await futures.adapter.execution.submit(resting(), gate());
  const heard = futures.testnet.heard("krakenfutures").slice(before);
  assertEquals(heard.map(({ operation }) => operation.endpoint), [
    "POST /derivatives/api/v3/sendorder",
  ]);
});

Deno.test("krakenfutures: a socket that is dropped says so, and shows what is open once it is open again", async () => {
  await using futures = await openKrakenFutures();
  const { testnet, adapter, facts } = futures;
  const { ends } = await openSocket(adapter);
  testnet.arm({ exchange: "krakenfutures", fault: "dropSocket" });
  await until(() => ends.length === 1);
  await adapter.execution.submit(resting(), gate());
  const { close } = await openSocket(futures.adapter);
  await until(() =>
    facts.some((fact) =>
      fact.kind === "order" && fact.order.status === "OPEN" &&
      fact.order.clientOrderId === CLIENT_ID
    )
  );
  await close();
});

Deno.test("krakenfutures: a probe is answered, the ticker is read", async () => {
  await using futures = await openKrakenFutures();
  let frames = 0;
  const [socket] = futures.adapter.sockets;
  await socket!.open({ onFrame: () => frames++, onClose() {} }, new AbortController().signal);
  await until(() => frames >= 9); // The challenge, four acknowledgements, four first messages.
  const before = frames;
  socket!.probe();
  await until(() => frames > before);
  await socket!.close();
  const ticker = await futures.adapter.marketData.readTicker!(PERP);
  assert(ticker.kind === "read", JSON.stringify(ticker));
  assertEquals([ticker.value.symbol, `${ticker.value.last}`], [PERP, "50000"]);
});
