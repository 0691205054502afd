import { assert, assertEquals } from "@std/assert";
import type { Answer } from "../client.ts";
import { type BybitClient, contractOrder, openBybit, spotOrder } from "./client.ts";

/** [what, the order, the venue's code] */
const REFUSED: readonly (readonly [string, Record<string, unknown>, number])[] = [
  ["an unknown pair", spotOrder({ symbol: "NOPE" }), 170121],
  ["an unknown contract", contractOrder({ symbol: "NOPE" }), 10001],
  ["a category that is not traded", spotOrder({ category: "inverse" }), 10001],
  ["a link id with a space", spotOrder({ orderLinkId: "a b" }), 10001],
  ["a link id that is too long", spotOrder({ orderLinkId: "a".repeat(37) }), 10001],
  ["a price off the tick", spotOrder({ price: "40000.05" }), 170134],
  ["a quantity off the step", spotOrder({ qty: "0.0100001" }), 170137],
  ["a quantity below the least", spotOrder({ qty: "0.00001" }), 170136],
  ["a quantity above the most", spotOrder({ qty: "500" }), 170135],
  ["a value below the least", spotOrder({ qty: "0.00002", price: "40000" }), 170140],
  ["more than is there", spotOrder({ qty: "200", price: "900000" }), 170131],
  ["a number that is no text", spotOrder({ qty: 0.01 }), 10001],
  ["a hedged position's side", contractOrder({ positionIdx: 1 }), 10001],
  ["reduce-only with nothing held", contractOrder({ reduceOnly: true }), 110017],
  ["a contract's value below the least", contractOrder({ qty: "0.001", price: "100" }), 110094],
];

for (const [what, order, code] of REFUSED) {
  Deno.test(`bybit: ${what} is refused with ${code}`, async () => {
    const { testnet, client } = openBybit();
    await using _ = testnet;
    const { status, body } = await client.signed("POST", "/v5/order/create", order);
    assertEquals([status, body.retCode], [200, code], body.retMsg);
    assertEquals(testnet.ledger("bybit").orders, []);
  });
}

Deno.test("bybit: a link id is used once for ever, also by an order that was turned away", async () => {
  const { testnet, client } = openBybit();
  await using _ = testnet;
  const place = async (params: Record<string, unknown>) =>
    (await client.signed("POST", "/v5/order/create", params)).body.retCode;
  assertEquals(await place(spotOrder({ orderLinkId: "a" })), 0);
  assertEquals(await place(spotOrder({ orderLinkId: "a" })), 170141);
  await client.signed("POST", "/v5/order/cancel", {
    category: "spot",
    symbol: "BTCUSDT",
    orderLinkId: "a",
  });
  assertEquals(await place(spotOrder({ orderLinkId: "a" })), 170141);
  const taking = { orderLinkId: "b", price: "60000", timeInForce: "PostOnly" };
  assertEquals(await place(contractOrder(taking)), 0);
  assertEquals(await place(contractOrder({ orderLinkId: "b" })), 110072);
});

for (const [category, order] of [["spot", spotOrder], ["linear", contractOrder]] as const) {
  Deno.test(`bybit ${category}: a post-only order that would take is acknowledged, then turned away`, async () => {
    const { testnet, client } = openBybit();
    await using _ = testnet;
    const taking = order({ orderLinkId: "a", price: "60000", timeInForce: "PostOnly" });
    const placed = await client.signed("POST", "/v5/order/create", taking);
    assertEquals(placed.body.retCode, 0);
    const row = await lookedUp(client, { category, orderLinkId: "a" });
    assertEquals([row.orderId, row.orderStatus, row.rejectReason, row.cumExecQty], [
      placed.body.result.orderId,
      category === "spot" ? "Rejected" : "Cancelled",
      "EC_PostOnlyWillTakeLiquidity",
      "0",
    ]);
  });
}

Deno.test("bybit: a spot market buy spends quote units unless told otherwise", async () => {
  const { testnet, client } = openBybit();
  await using _ = testnet;
  const market = spotOrder({ orderType: "Market", price: undefined });
  await client.signed("POST", "/v5/order/create", { ...market, qty: "500", orderLinkId: "a" });
  await client.signed("POST", "/v5/order/create", {
    ...market,
    qty: "0.02",
    marketUnit: "baseCoin",
    orderLinkId: "b",
  });
  const byValue = await lookedUp(client, { category: "spot", orderLinkId: "a" });
  assertEquals([byValue.marketUnit, byValue.qty], ["quoteCoin", "500"]);
  assert(Number(byValue.cumExecValue) <= 500 && Number(byValue.cumExecValue) > 490);
  const byBase = await lookedUp(client, { category: "spot", orderLinkId: "b" });
  assertEquals([byBase.marketUnit, byBase.cumExecQty, byBase.timeInForce], [
    "baseCoin",
    "0.02",
    "IOC",
  ]);
});

Deno.test("bybit: an order id goes before a link id, and both before a symbol", async () => {
  const { testnet, client } = openBybit();
  await using _ = testnet;
  const first = await client.create({ orderLinkId: "a" });
  await client.create({ orderLinkId: "b" });
  const { orderId } = first.body.result;
  const row = await lookedUp(client, { category: "spot", orderId, orderLinkId: "b" });
  assertEquals(row.orderLinkId, "a");
});

Deno.test("bybit: open orders of contracts need a symbol or a coin they settle in", async () => {
  const { testnet, client } = openBybit();
  await using _ = testnet;
  await client.signed("POST", "/v5/order/create", contractOrder({ orderLinkId: "a" }));
  await client.signed(
    "POST",
    "/v5/order/create",
    contractOrder({ symbol: "BTCPERP", orderLinkId: "b" }),
  );
  const open = async (params: Record<string, unknown>) =>
    (await client.signed("GET", "/v5/order/realtime", { category: "linear", ...params })).body;
  assertEquals((await open({})).retCode, 10001);
  const links = (body: { result: { list: { orderLinkId: string }[] } }) =>
    body.result.list.map(({ orderLinkId }) => orderLinkId);
  assertEquals(links(await open({ settleCoin: "USDT" })), ["a"]);
  assertEquals(links(await open({ settleCoin: "USDC" })), ["b"]);
  assertEquals(links(await open({ symbol: "BTCUSDT" })), ["a"]);
});

Deno.test("bybit: pages have a cursor each, also the last, and each row comes once", async () => {
  const { testnet, client } = openBybit({ limits: "none" });
  await using _ = testnet;
  for (let i = 0; i < 5; i++) await client.create({ orderLinkId: `o${i}` });
  const seen: string[] = [];
  let cursor = "";
  for (let page = 0; page < 4; page++) {
    const asked = { category: "spot", limit: 2, ...(cursor === "" ? {} : { cursor }) };
    const { result } = (await client.signed("GET", "/v5/order/realtime", asked)).body;
    seen.push(...result.list.map((row: { orderLinkId: string }) => row.orderLinkId));
    cursor = result.nextPageCursor;
    assertEquals(cursor === "", page === 3);
  }
  assertEquals(seen, ["o4", "o3", "o2", "o1", "o0"]);
});

Deno.test("bybit: no list reaches further than seven days in one request", async () => {
  const { testnet, clock, client } = openBybit();
  await using _ = testnet;
  const week = 7 * 86_400_000;
  const ask = async (startTime: number, endTime: number) => {
    const asked = { category: "spot", startTime, endTime };
    return (await client.signed("GET", "/v5/execution/list", asked)).body.retCode;
  };
  assertEquals(await ask(clock.now() - week, clock.now()), 0);
  assertEquals(await ask(clock.now() - week - 1, clock.now()), 10001);
});

Deno.test("bybit: an amendment keeps the order, a cancel ends it, and neither twice", async () => {
  const { testnet, client } = openBybit();
  await using _ = testnet;
  await client.create({ orderLinkId: "a" });
  const named = { category: "spot", symbol: "BTCUSDT", orderLinkId: "a" };
  const post = async (action: string, params: Record<string, unknown> = {}) =>
    (await client.signed("POST", `/v5/order/${action}`, { ...named, ...params })).body.retCode;
  assertEquals(await post("amend", { price: "41000", qty: "0.02" }), 0);
  const row = await lookedUp(client, named);
  assertEquals([row.price, row.qty, row.orderStatus], ["41000", "0.02", "New"]);
  assertEquals(await post("amend"), 10001);
  assertEquals(await post("cancel"), 0);
  assertEquals(await post("cancel"), 170213);
  assertEquals(await post("amend", { price: "42000" }), 170213);
});

Deno.test("bybit: over a limit the answer is 10006 with the time it resets, over the IP's 403", async () => {
  const { testnet, clock, client } = openBybit({
    limits: { spotOrdersPerSecond: 2, ipRequestsPer5s: 6 },
  });
  await using _ = testnet;
  const answers: Answer[] = [];
  for (let i = 0; i < 3; i++) answers.push(await client.create({ orderLinkId: `o${i}` }));
  assertEquals(answers.map(({ body }) => body.retCode), [0, 0, 10006]);
  const headers = (name: string) => answers.map((each) => each.headers.get(`x-bapi-${name}`));
  assertEquals(headers("limit"), ["2", "2", "2"]);
  assertEquals(headers("limit-status"), ["1", "0", "0"]);
  const [, , reset] = headers("limit-reset-timestamp");
  assert(Number(reset) > clock.now() && Number(reset) <= clock.now() + 1_000);
  for (let i = 0; i < 3; i++) await client.get("/v5/market/time");
  assertEquals((await client.get("/v5/market/time")).status, 403);
  clock.advance(599_999);
  assertEquals((await client.get("/v5/market/time")).status, 403);
  clock.advance(1);
  assertEquals((await client.get("/v5/market/time")).status, 200);
});

async function lookedUp(client: BybitClient, params: Record<string, unknown>) {
  const { body } = await client.signed("GET", "/v5/order/realtime", params);
  assertEquals(body.result.list.length, 1, JSON.stringify(body));
  return body.result.list[0];
}
