import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { Client, limitOrder, open } from "../client.ts";

const BTC = { symbol: "BTCUSDT" };

for (
  const [intent, params, code, message] of [
    ["off the tick", { price: "49000.001" }, -1013, "Filter failure: PRICE_FILTER"],
    ["above the highest price", { price: "1000001" }, -1013, "Filter failure: PRICE_FILTER"],
    ["off the step", { quantity: "0.000015" }, -1013, "Filter failure: LOT_SIZE"],
    ["above the largest size", { quantity: "9001" }, -1013, "Filter failure: LOT_SIZE"],
    ["far from the market", { price: "9999" }, -1013, "Filter failure: PERCENT_PRICE_BY_SIDE"],
    ["below the notional", { quantity: "0.0001" }, -1013, "Filter failure: NOTIONAL"],
    ["above the notional", { quantity: "900" }, -1013, "Filter failure: NOTIONAL"],
    ["of a symbol unknown here", { symbol: "XXXYYY" }, -1121, "Invalid symbol."],
    ["of an unknown side", { side: "LONG" }, -1117, "Invalid side."],
    ["of an unknown type", { type: "ICE" }, -1116, "Invalid orderType."],
    ["of an unknown time in force", { timeInForce: "GTX" }, -1115, "Invalid timeInForce."],
    [
      "with nine decimals",
      { quantity: "0.010000001" },
      -1111,
      "Parameter 'quantity' has too much precision.",
    ],
    [
      "without a price",
      { price: "" },
      -1105,
      "Parameter 'price' was empty.",
    ],
    [
      "with an exponent",
      { quantity: "1e-2" },
      -1100,
      "Illegal characters found in parameter 'quantity'; " +
      "legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'.",
    ],
    [
      "with a client order id of 37 characters",
      { newClientOrderId: "c".repeat(37) },
      -1100,
      "Illegal characters found in parameter 'newClientOrderId'; " +
      "legal range is '^[\\.A-Z\\:/a-z0-9_-]{1,36}$'.",
    ],
    [
      "with a parameter nobody reads",
      { reduceOnly: "true" },
      -1104,
      "Not all sent parameters were read; read '8' parameter(s) but was sent '9'.",
    ],
    [
      "that would take although post-only",
      { type: "LIMIT_MAKER", timeInForce: undefined, price: "51000" },
      -2010,
      "Order would immediately match and take.",
    ],
    [
      "beyond the balance",
      { side: "SELL", price: "60000", quantity: "5", symbol: "BTCUSDT" },
      -2010,
      "Account has insufficient balance for requested action.",
    ],
  ] as const
) {
  Deno.test(`binance: an order ${intent} is refused: ${message}`, async () => {
    const account = {
      apiKey: "k".repeat(64),
      secret: "s",
      balances: { USDT: "1000000", BTC: "1" },
    };
    const { testnet, clock } = open({ accounts: [account] });
    await using _ = testnet;
    const client = new Client(testnet.url, clock, account);
    const order = Object.fromEntries(
      Object.entries(limitOrder(params)).filter(([, value]) => value !== undefined),
    );
    const answer = await client.signed("POST", "/api/v3/order", order);
    assertEquals([answer.status, answer.body], [400, { code, msg: message }]);
    assertEquals(testnet.ledger("binance").orders, []);
  });
}

Deno.test("binance: a mandatory parameter left out is refused with -1102", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  for (const name of ["symbol", "side", "type", "timeInForce", "quantity", "price"]) {
    const { [name]: _left, ...rest } = limitOrder();
    const { body } = await client.signed("POST", "/api/v3/order", rest);
    assertEquals(body, {
      code: -1102,
      msg: `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`,
    });
  }
});

Deno.test("binance: MAX_NUM_ORDERS refuses one open order too many", async () => {
  const { testnet, client } = open({ openOrdersMax: 2 });
  await using _ = testnet;
  await client.place();
  await client.place({ newClientOrderId: "second" });
  assertEquals((await client.place()).body.msg, "Filter failure: MAX_NUM_ORDERS");
  await client.signed("DELETE", "/api/v3/order", { ...BTC, origClientOrderId: "second" });
  assertEquals((await client.place()).status, 200);
});

Deno.test("binance: a client order id is refused while open, free once closed", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const id = { newClientOrderId: "same" };
  assertEquals((await client.place(id)).status, 200);
  assertEquals((await client.place(id)).body, { code: -2010, msg: "Duplicate order sent." });
  await client.signed("DELETE", "/api/v3/order", { ...BTC, origClientOrderId: "same" });
  assertEquals((await client.place(id)).status, 200);
});

Deno.test("binance: newOrderRespType decides how much is answered", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const ack = await client.place({ newOrderRespType: "ACK" });
  assertEquals(Object.keys(ack.body), [
    "symbol",
    "orderId",
    "orderListId",
    "clientOrderId",
    "transactTime",
  ]);
  const result = await client.place({ newOrderRespType: "RESULT" });
  assertEquals([result.body.status, result.body.fills], ["NEW", undefined]);
  const full = await client.place({ newOrderRespType: "FULL", price: "60000" });
  assertEquals([full.body.status, full.body.fills.length], ["FILLED", 1]);
});

Deno.test("binance: a cancel answers with its own id and the order's", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  await client.place({ newClientOrderId: "mine" });
  const { body } = await client.signed("DELETE", "/api/v3/order", {
    ...BTC,
    origClientOrderId: "mine",
  });
  assertEquals([body.origClientOrderId, body.status], ["mine", "CANCELED"]);
  assertNotEquals(body.clientOrderId, "mine");
  assertMatch(body.clientOrderId, /^[A-Za-z0-9]{22}$/);
  const read = await client.signed("GET", "/api/v3/order", { ...BTC, origClientOrderId: "mine" });
  assertEquals([read.body.clientOrderId, read.body.status], ["mine", "CANCELED"]);
});

Deno.test("binance: an unknown order is -2011 to a cancel and -2013 to a query", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const nobody = { ...BTC, origClientOrderId: "nobody" };
  assertEquals((await client.signed("DELETE", "/api/v3/order", nobody)).body, {
    code: -2011,
    msg: "Unknown order sent.",
  });
  assertEquals((await client.signed("GET", "/api/v3/order", nobody)).body, {
    code: -2013,
    msg: "Order does not exist.",
  });
  assertEquals((await client.signed("GET", "/api/v3/order", BTC)).body, {
    code: -1102,
    msg: "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
  });
});

Deno.test("binance: cancel-replace that fails by half is 409 and says which half", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  await client.place({ newClientOrderId: "old" });
  await client.place({ newClientOrderId: "taken" });
  const { status, body } = await client.signed("POST", "/api/v3/order/cancelReplace", {
    ...limitOrder({ newClientOrderId: "taken" }),
    cancelReplaceMode: "STOP_ON_FAILURE",
    cancelOrigClientOrderId: "old",
  });
  assertEquals([status, body.code], [409, -2021]);
  assertEquals([body.data.cancelResult, body.data.newOrderResult], ["SUCCESS", "FAILURE"]);
  assertEquals(body.data.newOrderResponse, { code: -2010, msg: "Duplicate order sent." });
});

Deno.test("binance: cancel-replace of an unknown order attempts nothing", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const { status, body } = await client.signed("POST", "/api/v3/order/cancelReplace", {
    ...limitOrder(),
    cancelReplaceMode: "STOP_ON_FAILURE",
    cancelOrigClientOrderId: "nobody",
  });
  assertEquals([status, body.code, body.data.newOrderResult], [400, -2022, "NOT_ATTEMPTED"]);
  assertEquals(testnet.ledger("binance").orders, []);
});

Deno.test("binance: keep-priority amends the quantity down, and nothing else", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const amend = (newQty: string, id = "mine") =>
    client.signed("PUT", "/api/v3/order/amend/keepPriority", {
      ...BTC,
      origClientOrderId: id,
      newQty,
    });
  await client.place({ newClientOrderId: "mine" });
  assertEquals((await amend("0.02")).body.code, -2038);
  assertEquals((await amend("0.01")).body, {
    code: -2038,
    msg: "The requested action would change no state; rejecting.",
  });
  const { body } = await amend("0.005");
  assertEquals([body.amendedOrder.qty, body.amendedOrder.origClientOrderId], [
    "0.00500000",
    "mine",
  ]);
  assertEquals((await amend("0.004", "nobody")).body.code, -2013);
});

Deno.test("binance: trades and orders are listed from where they are asked", async () => {
  const { testnet, clock, client } = open();
  await using _ = testnet;
  for (const id of ["a", "b", "c"]) {
    await client.place({ newClientOrderId: id, price: "60000" });
    clock.advance(1_000);
  }
  const trades = await client.signed("GET", "/api/v3/myTrades", BTC);
  assertEquals(trades.body.length, 3);
  const [first, second] = trades.body;
  const from = await client.signed("GET", "/api/v3/myTrades", { ...BTC, fromId: second.id });
  assertEquals(from.body.map((t: { id: number }) => t.id), [second.id, second.id + 1]);
  const since = await client.signed("GET", "/api/v3/myTrades", {
    ...BTC,
    startTime: first.time + 1,
    limit: 1,
  });
  assertEquals(since.body.map((t: { id: number }) => t.id), [second.id]);
  const ofOrder = await client.signed("GET", "/api/v3/myTrades", {
    ...BTC,
    orderId: first.orderId,
  });
  assertEquals(ofOrder.body.length, 1);
  const orders = await client.signed("GET", "/api/v3/allOrders", { ...BTC, limit: 2 });
  assertEquals(orders.body.map((o: { clientOrderId: string }) => o.clientOrderId), ["b", "c"]);
});
