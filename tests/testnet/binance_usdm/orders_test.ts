/** Trading rules of the local Binance USDⓈ-M, on a virtual clock. */
import { assert, assertEquals } from "@std/assert";
import { openUsdm } from "./client.ts";

const DAY_MS = 86_400_000;

/** [what, the order, code] */
const REFUSALS: readonly (readonly [string, Record<string, unknown>, number])[] = [
  ["a price off the tick", { price: "49000.05" }, -4014],
  ["a quantity off the step", { quantity: "0.0105" }, -1111],
  ["nothing", { quantity: "0" }, -4003],
  ["more than the largest order", { quantity: "1001" }, -4005],
  ["a notional below the least", { quantity: "0.001" }, -4164],
  ["a price far off the market", { price: "200000" }, -4016],
  ["an unknown time in force", { timeInForce: "DAY" }, -1115],
  ["GTD without a date", { timeInForce: "GTD" }, -1102],
  ["GTD of a minute", { timeInForce: "GTD", goodTillDate: 60_000 }, -5040],
  ["a side of hedge mode", { positionSide: "LONG" }, -4061],
  ["a conditional type", { type: "STOP_MARKET" }, -4120],
  ["an id of forty characters", { newClientOrderId: "x".repeat(40) }, -1100],
  ["a parameter that nobody reads", { icebergQty: "1" }, -1104],
  ["an unknown symbol", { symbol: "NOPE" }, -1121],
];

for (const [what, params, code] of REFUSALS) {
  Deno.test(`testnet usdm: ${what} is refused with ${code}`, async () => {
    const { testnet, place } = openUsdm();
    await using _ = testnet;
    const { status, body } = await place(params);
    assertEquals([status, body.code], [400, code], body.msg);
    assertEquals(testnet.ledger("binanceusdm").orders, []);
  });
}

Deno.test("testnet usdm: keys, signatures and times are checked", async () => {
  const { testnet, clock, client, place } = openUsdm();
  await using _ = testnet;
  assertEquals((await place({ timestamp: clock.now() - 6_000 })).body.code, -1021);
  assertEquals((await place({ timestamp: clock.now() + 2_000 })).body.code, -1021);
  const wrong = `/fapi.binance.com/fapi/v1/order?timestamp=${clock.now()}&signature=00`;
  const headers = { "X-MBX-APIKEY": "0".repeat(64) };
  assertEquals((await client.send(wrong, { method: "POST", headers })).body.code, -2015);
  const known = await client.send(wrong, { method: "POST" });
  assertEquals([known.status, known.body.code], [401, -2014]);
});

Deno.test("testnet usdm: an order ends at its date", async () => {
  const { testnet, clock, place } = openUsdm();
  await using _ = testnet;
  const date = clock.now() + 3_600_000;
  const { body } = await place({ timeInForce: "GTD", goodTillDate: date });
  assertEquals([body.timeInForce, body.goodTillDate], ["GTD", Math.floor(date / 1_000) * 1_000]);
  await clock.advance(3_599_000);
  assertEquals(testnet.ledger("binanceusdm").orders[0]?.status, "NEW");
  await clock.advance(1_000);
  assertEquals(testnet.ledger("binanceusdm").orders[0]?.status, "CANCELED");
});

Deno.test("testnet usdm: the countdown cancels the symbol's orders alone, and 0 stops it", async () => {
  const { testnet, clock, client, place } = openUsdm();
  await using _ = testnet;
  await place();
  await place({ symbol: "ETHUSDT", price: "2900", quantity: "0.1" });
  const arm = (countdownTime: number) =>
    client.futures("POST", "/fapi/v1/countdownCancelAll", { symbol: "BTCUSDT", countdownTime });
  assertEquals((await arm(1_000)).body, { symbol: "BTCUSDT", countdownTime: "1000" });
  await arm(0);
  await clock.advance(2_000);
  const statuses = () => testnet.ledger("binanceusdm").orders.map(({ status }) => status);
  assertEquals(statuses(), ["NEW", "NEW"]);
  await arm(1_000);
  await clock.advance(1_000);
  assertEquals(statuses(), ["CANCELED", "NEW"]);
});

Deno.test("testnet usdm: an order that ended without a trade is forgotten after three days", async () => {
  const { testnet, clock, client, place } = openUsdm();
  await using _ = testnet;
  const { body: { orderId } } = await place();
  const ref = { symbol: "BTCUSDT", orderId };
  await client.futures("DELETE", "/fapi/v1/order", ref);
  await clock.advance(2 * DAY_MS);
  assertEquals((await client.futures("GET", "/fapi/v1/order", ref)).body.status, "CANCELED");
  await clock.advance(DAY_MS + 1);
  assertEquals((await client.futures("GET", "/fapi/v1/order", ref)).body.code, -2013);
});

Deno.test("testnet usdm: trades without times are those of seven days, and no span is longer", async () => {
  const { testnet, clock, client } = openUsdm();
  await using _ = testnet;
  const { body: placed } = await client.futures("POST", "/fapi/v1/order", {
    symbol: "BTCUSDT",
    side: "BUY",
    type: "MARKET",
    quantity: "0.01",
    newOrderRespType: "RESULT",
  });
  assertEquals(placed.status, "FILLED");
  const startTime = clock.now();
  const trades = async (params = {}) =>
    (await client.futures("GET", "/fapi/v1/userTrades", { symbol: "BTCUSDT", ...params })).body;
  assert((await trades()).length > 0);
  await clock.advance(7 * DAY_MS + 1);
  assertEquals(await trades(), []);
  assert((await trades({ startTime: startTime - 1_000 })).length > 0);
  assert((await trades({ fromId: 1 })).length > 0);
  const endTime = startTime + 8 * DAY_MS;
  assertEquals((await trades({ startTime, endTime })).code, -1127);
  assertEquals((await trades({ startTime, fromId: 1 })).code, -1128);
});

Deno.test("testnet usdm: orders are counted by ten seconds and by minute, and told in headers", async () => {
  const { testnet, clock, place } = openUsdm({
    limits: { ordersPer10sMax: 2, ordersPerMinuteMax: 3 },
  });
  await using _ = testnet;
  const first = await place({ newClientOrderId: "a" });
  assertEquals(
    [first.headers.get("x-mbx-order-count-10s"), first.headers.get("x-mbx-order-count-1m")],
    ["1", "1"],
  );
  await place({ newClientOrderId: "b" });
  const third = await place({ newClientOrderId: "c" });
  assertEquals([third.status, third.body.code], [429, -1015]);
  await clock.advance(10_000);
  await place({ newClientOrderId: "d" });
  const fifth = await place({ newClientOrderId: "e" });
  assertEquals(fifth.body.msg, "Too many new orders; current limit is 3 orders per 1 MINUTE.");
});

Deno.test("testnet usdm: the mode is changed on a flat account alone", async () => {
  const { testnet, client, place } = openUsdm();
  await using _ = testnet;
  const dual = (dualSidePosition: string) =>
    client.futures("POST", "/fapi/v1/positionSide/dual", { dualSidePosition });
  assertEquals((await dual("false")).body.code, -4059);
  const { body: { orderId } } = await place();
  assertEquals((await dual("true")).body.code, -4067);
  await client.futures("DELETE", "/fapi/v1/order", { symbol: "BTCUSDT", orderId });
  assertEquals((await dual("true")).body.code, 200);
  assertEquals((await place()).body.code, -4061);
});
