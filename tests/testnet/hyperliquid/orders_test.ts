import { assert, assertEquals, assertMatch } from "@std/assert";
import { CLOID, open, order, statusOf } from "./client.ts";

/** [what, order, the venue's words] */
const REFUSED: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ["six significant digits", { p: "40000.1" }, "Price must be divisible by tick size. asset=0"],
  ["more decimals than there are", { a: 2, p: "100.00001" }, "Price must be divisible by tick"],
  ["a size off the step", { s: "0.000001" }, "Order has invalid size. asset=0"],
  ["no size", { s: "0" }, "Order has zero size. asset=0"],
  ["less than ten dollars", { s: "0.0001" }, "Order must have minimum value of $10. asset=0"],
  [
    "less than ten of the quote",
    { a: 10_001, s: "0.0001" },
    "Order must have minimum value of 10 USDC. asset=10001",
  ],
  ["too little margin", { s: "90000" }, "Insufficient margin to place order. asset=0"],
  [
    "too little of a token",
    { a: 10_001, b: false, p: "60000", s: "9000" },
    "Insufficient spot balance asset=10001",
  ],
  ["nothing to reduce", { r: true }, "Reduce only order would increase position. asset=0"],
  [
    "post-only that would take",
    { p: "51000", t: { limit: { tif: "Alo" } } },
    "Post only order would have immediately matched, bbo was 49995@50005. asset=0",
  ],
  [
    "an IOC that finds nothing",
    { t: { limit: { tif: "Ioc" } } },
    "Order could not immediately match against any resting orders. asset=0",
  ],
];

for (const [what, fields, words] of REFUSED) {
  Deno.test(`hyperliquid testnet: an order with ${what} is refused inside an answer that says ok`, async () => {
    const { testnet, client } = open();
    await using _ = testnet;
    const answer = await client.place(fields);
    assertEquals([answer.status, answer.body.status], [200, "ok"]);
    assert(String(statusOf(answer)["error"]).startsWith(words), JSON.stringify(answer.body));
    const open_ = await client.own("frontendOpenOrders");
    assertEquals(open_.body, []);
  });
}

Deno.test("hyperliquid testnet: integer prices of more than five digits are taken", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  assert("resting" in statusOf(await client.place({ b: false, p: "123456" })));
});

Deno.test("hyperliquid testnet: a client id names every order it was sent with, the newest first", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  await client.place({ c: CLOID, p: "40000" });
  await client.place({ c: CLOID, p: "41000" });
  const { body } = await client.own("orderStatus", { oid: CLOID });
  assertEquals([body.status, body.order.order.limitPx], ["order", "41000.0"]);
  assertEquals((await client.own("frontendOpenOrders")).body.length, 2);
  const unknown = await client.own("orderStatus", { oid: 1 });
  assertEquals(unknown.body, { status: "unknownOid" });
});

Deno.test("hyperliquid testnet: an order is canceled by either id, once", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const { resting } = statusOf(await client.place()) as { readonly resting: { oid: number } };
  const cancel = { type: "cancel", cancels: [{ a: 0, o: resting.oid }] };
  assertEquals((await client.act(cancel)).body.response, {
    type: "cancel",
    data: { statuses: ["success"] },
  });
  const again = await client.act(cancel);
  assertMatch(String(statusOf(again)["error"]), /^Order was never placed, already canceled, or/);
  await client.place({ c: CLOID });
  const byCloid = { type: "cancelByCloid", cancels: [{ asset: 0, cloid: CLOID }] };
  assertEquals((await client.act(byCloid)).body.response.data.statuses, ["success"]);
});

Deno.test("hyperliquid testnet: modify cancels the order and places another of the whole size given", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const { resting } = statusOf(await client.place({ c: CLOID })) as {
    readonly resting: { oid: number };
  };
  testnet.setPrice("hyperliquid", { symbol: "BTC", price: "39999", quantity: "0.004" });
  const changed = order({ c: CLOID, p: "39000" });
  const modify = { type: "batchModify", modifies: [{ oid: resting.oid, order: changed }] };
  const status = statusOf(await client.act(modify)) as { readonly resting: { oid: number } };
  assert(status.resting.oid !== resting.oid);
  const { orders } = testnet.ledger("hyperliquid");
  assertEquals(orders.map(({ status, origQty, executedQty }) => [status, origQty, executedQty]), [
    ["CANCELED", "0.01", "0.004"],
    ["NEW", "0.01", "0"], // What was filled does not count against it.
  ]);
  const late = await client.act(modify);
  assertEquals(statusOf(late)["error"], "Cannot modify canceled or filled order");
});

Deno.test("hyperliquid testnet: several orders in one action each have a status", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const orders = [order(), order({ p: "40000.1" }), order({ p: "51000" })];
  const { body } = await client.act({ type: "order", orders, grouping: "na" });
  const kinds = body.response.data.statuses.map((status: object) => Object.keys(status)[0]);
  assertEquals(kinds, ["resting", "error", "filled"]);
});

Deno.test("hyperliquid testnet: an order against one's own cancels the resting one", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  await client.place({ p: "49999", c: CLOID });
  await client.place({ b: false, p: "49999" });
  const { body } = await client.own("orderStatus", { oid: CLOID });
  assertEquals(body.order.status, "selfTradeCanceled");
});

Deno.test("hyperliquid testnet: the weight of a minute is bounded, by each request's own", async () => {
  const { testnet, client, clock } = open({ limits: { ipWeightMax: 45 } });
  await using _ = testnet;
  assertEquals((await client.info("meta")).status, 200);
  assertEquals((await client.info("meta")).status, 200);
  assertEquals((await client.info("l2Book", { coin: "BTC" })).status, 200);
  assertEquals((await client.info("meta")).status, 429);
  assertEquals((await client.place()).status, 200);
  await clock.advance(60_001);
  assertEquals((await client.info("meta")).status, 200);
});

Deno.test("hyperliquid testnet: an address has so many actions, one in ten seconds after, and more by trading", async () => {
  const { testnet, client, clock } = open({ limits: { addressRequestsInitial: 1 } });
  await using _ = testnet;
  assertEquals((await client.place({ p: "51000" })).body.status, "ok");
  const { body } = await client.own("userRateLimit");
  assertEquals([body.cumVlm, body.nRequestsUsed, body.nRequestsCap], ["500.0", 1, 501]);
  await client.act({ type: "noop" });
  testnet.reset();
  await clock.advance(10_000);
  await client.place();
  assertEquals((await client.place()).body.status, "ok");
  assertMatch((await client.place()).body.response, /^Too many cumulative requests sent \(3 > 1\)/);
  await clock.advance(10_000);
  assertEquals((await client.place()).body.status, "ok");
});

Deno.test("hyperliquid testnet: leverage is set by asset and told with the position", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const set = (leverage: number) =>
    client.act({ type: "updateLeverage", asset: 0, isCross: true, leverage });
  assertEquals((await set(20)).body, { status: "ok", response: { type: "default" } });
  assertEquals((await set(1_000)).body.status, "err");
  await client.place({ p: "51000" });
  const { body } = await client.own("clearinghouseState");
  const [{ position }] = body.assetPositions;
  assertEquals([position.coin, position.szi, position.leverage.value], ["BTC", "0.01", 20]);
  assertEquals(body.marginSummary.totalMarginUsed, position.marginUsed);
});

Deno.test("hyperliquid testnet: who an address is", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const wallet = await client.own("userRole");
  assertEquals(wallet.body, { role: "user" });
  const agent = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
  const { body } = await client.info("userRole", { user: agent });
  assertEquals(body.role, "agent");
  const nobody = await client.info("userRole", { user: `0x${"0".repeat(40)}` });
  assertEquals(nobody.body, { role: "missing" });
});
