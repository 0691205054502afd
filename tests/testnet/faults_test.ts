import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { TESTNET_API_KEY } from "../../src/testnet/credentials.ts";
import { FAULT_NAMES, type FaultName } from "../../src/testnet/fault_catalogue.ts";
import { limitOrder, open } from "./client.ts";
import type { Testnet } from "../../src/testnet/server.ts";

const BTC = { symbol: "BTCUSDT" };
const tested = new Set<FaultName>();

/** Opens a testnet with one fault armed for the next new order. */
function armed(fault: FaultName, options: Readonly<Record<string, unknown>> = {}) {
  tested.add(fault);
  const opened = open();
  opened.testnet.arm({ exchange: "binance", fault, match: "order.place", ...options });
  return opened;
}

function outcome(processed: boolean): string {
  return processed ? "the order is there" : "the order is not there";
}

function orders(testnet: Testnet): number {
  return testnet.ledger("binance").orders.length;
}

/** The faults after which the client has no answer at all. */
for (
  const [fault, processed] of [
    ["responseLost", true],
    ["requestLost", false],
    ["resetMidBody", true],
  ] as const
) {
  Deno.test(`fault ${fault}: the connection breaks, ${outcome(processed)}`, async () => {
    const { testnet, client } = armed(fault);
    await using _ = testnet;
    await assertRejects(() => client.place(), TypeError);
    assertEquals(orders(testnet), processed ? 1 : 0);
    assertEquals((await client.place()).status, 200);
  });
}

for (
  const [fault, processed] of [
    ["neverAnswers", true],
    ["blackHole", false],
    ["stalledBody", true],
  ] as const
) {
  Deno.test(`fault ${fault}: silence, ${outcome(processed)}`, async () => {
    const { testnet, client, clock } = armed(fault);
    await using _ = testnet;
    const controller = new AbortController();
    const body = client.sign({ ...limitOrder(), timestamp: clock.now() });
    const asked = fetch(`${testnet.url}/api.binance.com/api/v3/order`, {
      method: "POST",
      headers: { "X-MBX-APIKEY": TESTNET_API_KEY },
      body,
      signal: controller.signal,
    }).then((response) => response.text());
    // Another connection shows that the server has taken the request and goes on.
    while ((await client.control("GET", "faults")).body.armed.length > 0);
    controller.abort();
    await assertRejects(() => asked, DOMException);
    assertEquals(orders(testnet), processed ? 1 : 0);
  });
}

for (
  const [fault, status, code, processed] of [
    ["unavailableAfter", 503, -1000, true],
    ["unavailableBefore", 503, -1000, false],
    ["unexpectedResponse", 400, -1006, true],
    ["unexpectedResponseBefore", 400, -1006, false],
    ["backendTimeout", 400, -1007, true],
    ["backendTimeoutBefore", 400, -1007, false],
    ["halfDone", 409, -2021, true],
    ["unauthorized", 401, -2015, false],
    ["filterRefused", 400, -1013, false],
    ["delisted", 400, -1121, false],
    ["timestampOutside", 400, -1021, false],
    ["timestampOutsideAfter", 400, -1021, true],
    ["tooManyRequests", 429, -1003, false],
    ["banned", 418, -1003, false],
  ] as const
) {
  Deno.test(`fault ${fault}: ${status} ${code}, ${outcome(processed)}`, async () => {
    const { testnet, client } = armed(fault);
    await using _ = testnet;
    const answer = await client.place();
    assertEquals([answer.status, answer.body.code], [status, code]);
    assertEquals(answer.headers.has("retry-after"), status === 429 || status === 418);
    assertEquals(orders(testnet), processed ? 1 : 0);
  });
}

for (
  const [fault, status, processed] of [
    ["htmlAnswer", 200, true],
    ["truncatedJson", 200, true],
    ["emptyAnswer", 200, true],
    ["forbidden", 403, false],
    ["maintenance", 200, false],
    ["requestTimeout", 408, true],
    ["requestTimeoutBefore", 408, false],
  ] as const
) {
  Deno.test(`fault ${fault}: ${status} without JSON, ${outcome(processed)}`, async () => {
    const { testnet, client } = armed(fault);
    await using _ = testnet;
    const answer = await client.place();
    assertEquals([answer.status, typeof answer.body], [status, "string"]);
    assertEquals(orders(testnet), processed ? 1 : 0);
  });
}

Deno.test("fault duplicateDelivery: two orders share one client order id", async () => {
  const { testnet, client } = armed("duplicateDelivery");
  await using _ = testnet;
  const socket = await client.userStream();
  assertEquals((await client.place({ newClientOrderId: "mine" })).status, 200);
  const ids = testnet.ledger("binance").orders.map((order) => order.clientOrderId);
  assertEquals(ids, ["mine", "mine"]);
  const open = await client.signed("GET", "/api/v3/openOrders", BTC);
  assertEquals(open.body.map((o: { clientOrderId: string }) => o.clientOrderId), ["mine", "mine"]);
  const reports = [await socket.next(), await socket.next(), await socket.next()]
    .filter((frame) => frame.event.e === "executionReport");
  assertEquals(reports.map((frame) => frame.event.c), ["mine", "mine"]);
  await socket.close();
});

Deno.test("fault duplicateLost: two orders and no answer", async () => {
  const { testnet, client } = armed("duplicateLost");
  await using _ = testnet;
  await assertRejects(() => client.place({ newClientOrderId: "mine" }), TypeError);
  const ids = testnet.ledger("binance").orders.map((order) => order.clientOrderId);
  assertEquals(ids, ["mine", "mine"]);
});

Deno.test("fault duplicateRefused: the order is there, its answer is the copy's refusal", async () => {
  const { testnet, client } = armed("duplicateRefused");
  await using _ = testnet;
  const { status, body } = await client.place({ newClientOrderId: "mine" });
  assertEquals([status, body.code, body.msg], [400, -2010, "Duplicate order sent."]);
  assertEquals(orders(testnet), 1);
});

Deno.test("fault oversizeAnswer: the order is there, the answer is 9 MiB of JSON", async () => {
  const { testnet, client, clock } = armed("oversizeAnswer");
  await using _ = testnet;
  const response = await fetch(`${testnet.url}/api.binance.com/api/v3/order`, {
    method: "POST",
    headers: { "X-MBX-APIKEY": TESTNET_API_KEY },
    body: client.sign({ ...limitOrder(), timestamp: clock.now() }),
  });
  const text = await response.text();
  assert(text.length > 9 * 1024 * 1024);
  assertEquals(JSON.parse(text).status, "NEW");
  assertEquals(orders(testnet), 1);
});

Deno.test("fault lostAndStale: no answer, and reads do not show the order for a while", async () => {
  const { testnet, client, clock } = armed("lostAndStale", { delayMs: 5_000 });
  await using _ = testnet;
  await assertRejects(() => client.place({ newClientOrderId: "mine" }), TypeError);
  assertEquals(orders(testnet), 1);
  const read = { ...BTC, origClientOrderId: "mine" };
  assertEquals((await client.signed("GET", "/api/v3/order", read)).body.code, -2013);
  clock.advance(5_000);
  assertEquals((await client.signed("GET", "/api/v3/order", read)).body.status, "NEW");
});

Deno.test("fault delayedRequest: a request that arrives too late is refused as stale", async () => {
  const { testnet, client, clock } = armed("delayedRequest", { delayMs: 6_000, count: 2 });
  await using _ = testnet;
  await assertRejects(() => client.place({ recvWindow: 5_000 }), TypeError);
  await assertRejects(() => client.place({ recvWindow: 10_000 }), TypeError);
  assertEquals(orders(testnet), 0);
  clock.advance(6_000);
  assertEquals(orders(testnet), 1);
});

Deno.test("fault delayedProcessing: an admitted request takes effect late", async () => {
  const { testnet, client, clock } = armed("delayedProcessing", { delayMs: 6_000 });
  await using _ = testnet;
  await assertRejects(() => client.place({ recvWindow: 5_000 }), TypeError);
  assertEquals(orders(testnet), 0);
  clock.advance(6_000);
  assertEquals(orders(testnet), 1);
});

Deno.test("fault slowAnswer: the order is there long before its answer", async () => {
  const { testnet, client, clock } = armed("slowAnswer", { delayMs: 1_000 });
  await using _ = testnet;
  let answered = false;
  const answer = client.place().then((value) => {
    answered = true;
    return value;
  });
  while (orders(testnet) === 0) await client.get("/api/v3/ping");
  assertEquals(answered, false);
  clock.advance(1_000);
  assertEquals((await answer).status, 200);
});

Deno.test("fault fillBeforeAck: account events arrive before the answer", async () => {
  const { testnet, client, clock } = armed("fillBeforeAck", { delayMs: 1_000 });
  await using _ = testnet;
  const socket = await client.userStream();
  const answer = client.place({ price: "60000", newClientOrderId: "mine" });
  assertEquals((await socket.next()).event.x, "NEW");
  assertEquals((await socket.next()).event.x, "TRADE");
  clock.advance(1_000);
  assertEquals((await answer).body.status, "FILLED");
  await socket.close();
});

Deno.test("without a fault account events follow in the order of the requests", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const socket = await client.userStream();
  await client.place({ newClientOrderId: "a" });
  await client.place({ newClientOrderId: "b" });
  const names: string[] = [];
  while (names.length < 2) {
    const { event } = await socket.next();
    if (event.e === "executionReport") names.push(event.c);
  }
  assertEquals(names, ["a", "b"]);
  await socket.close();
});

Deno.test("fault staleReads: no read shows the order until the delay has passed", async () => {
  const { testnet, client, clock } = armed("staleReads", { delayMs: 2_000 });
  await using _ = testnet;
  await client.place({ newClientOrderId: "mine", price: "60000" });
  const reads = async () => [
    (await client.signed("GET", "/api/v3/order", { ...BTC, origClientOrderId: "mine" })).status,
    (await client.signed("GET", "/api/v3/allOrders", BTC)).body.length,
    (await client.signed("GET", "/api/v3/myTrades", BTC)).body.length,
  ];
  assertEquals(await reads(), [400, 0, 0]);
  clock.advance(2_000);
  assertEquals(await reads(), [200, 1, 1]);
});

Deno.test("fault duplicateFrame: an account event comes twice", async () => {
  tested.add("duplicateFrame");
  const { testnet, client } = open();
  await using _ = testnet;
  const socket = await client.userStream();
  testnet.arm({ exchange: "binance", fault: "duplicateFrame", match: "executionReport" });
  await client.place({ newClientOrderId: "mine" });
  const [first, second] = [await socket.next(), await socket.next()];
  assertEquals(first, second);
  await socket.close();
});

Deno.test("fault dropFrame: an account event does not come", async () => {
  tested.add("dropFrame");
  const { testnet, client } = open();
  await using _ = testnet;
  const socket = await client.userStream();
  testnet.arm({ exchange: "binance", fault: "dropFrame", match: { clientOrderId: "lost" } });
  await client.place({ newClientOrderId: "lost" });
  await client.place({ newClientOrderId: "kept" });
  let frame = await socket.next();
  while (frame.event.e !== "executionReport") frame = await socket.next();
  assertEquals(frame.event.c, "kept");
  await socket.close();
});

Deno.test("fault reorderFrames: an account event comes after the next one", async () => {
  tested.add("reorderFrames");
  const { testnet, client } = open();
  await using _ = testnet;
  const socket = await client.userStream();
  testnet.arm({ exchange: "binance", fault: "reorderFrames", match: "executionReport" });
  await client.place({ price: "60000" });
  assertEquals((await socket.next()).event.x, "TRADE");
  assertEquals((await socket.next()).event.x, "NEW");
  await socket.close();
});

Deno.test("fault muteSocket: the socket is silent, requests over it still work", async () => {
  tested.add("muteSocket");
  const { testnet, client, clock } = open();
  await using _ = testnet;
  const socket = await client.wsApi();
  const hit = testnet.arm({ exchange: "binance", fault: "muteSocket", match: "ws-api" });
  assertEquals((hit as { hits: number }).hits, 1);
  const params = client.signedParams(limitOrder());
  socket.send({ id: 1, method: "order.place", params });
  while (orders(testnet) === 0) await client.get("/api/v3/ping");
  clock.advance(60_000);
  await client.get("/api/v3/ping");
  assertEquals(socket.waiting, 0);
  testnet.arm({ exchange: "binance", fault: "dropSocket" });
  await socket.closed;
});

Deno.test("fault dropSocket: matching sockets break, others do not", async () => {
  tested.add("dropSocket");
  const { testnet, client } = open();
  await using _ = testnet;
  const api = await client.wsApi();
  const stream = await client.stream("/ws/btcusdt@trade");
  testnet.arm({ exchange: "binance", fault: "dropSocket", match: "socket.ws-api" });
  await api.closed;
  testnet.setPrice("binance", { symbol: "BTCUSDT", price: "50100" });
  assertEquals((await stream.next()).e, "trade");
  await stream.close();
});

Deno.test("fault refuseSocket: the next dial fails, the one after succeeds", async () => {
  tested.add("refuseSocket");
  const { testnet, client } = open();
  await using _ = testnet;
  testnet.arm({ exchange: "binance", fault: "refuseSocket", match: "ws-api" });
  await assertRejects(() => client.wsApi());
  await (await client.wsApi()).close();
});

/**
 * Deno's fetch repeats a request, POST too, when a pooled connection closes without an answer and
 * the body can be replayed. Whoever sends orders must not let it: a stream cannot be replayed.
 */
for (
  const [intent, body, deliveries] of [
    ["a text body is sent again by fetch itself", (text: string) => text, 2],
    ["a streamed body is sent once", (text: string) => new Blob([text]).stream(), 1],
  ] as const
) {
  Deno.test(`fault responseLost on a pooled connection: ${intent}`, async () => {
    const { testnet, client, clock } = armed("responseLost", { count: 2 });
    await using _ = testnet;
    await client.get("/api/v3/ping");
    const order = limitOrder({ price: "60000", newClientOrderId: "mine", timestamp: clock.now() });
    const sent = client.send("/api.binance.com/api/v3/order", {
      method: "POST",
      headers: { "X-MBX-APIKEY": TESTNET_API_KEY },
      body: body(client.sign(order)),
    });
    await assertRejects(() => sent, TypeError);
    // Each delivery fills at once, so the exchange's duplicate check does not catch the second.
    assertEquals(orders(testnet), deliveries);
  });
}

Deno.test("fault responseLost over the WebSocket API: processed, then cut", async () => {
  const { testnet, client } = armed("responseLost");
  await using _ = testnet;
  const socket = await client.wsApi();
  socket.send({ id: 1, method: "order.place", params: client.signedParams(limitOrder()) });
  await socket.closed;
  assertEquals([orders(testnet), socket.waiting], [1, 0]);
});

Deno.test("fault clockSkew: the exchange's clock and its judgement of time move", async () => {
  tested.add("clockSkew");
  const { testnet, client, clock } = open();
  await using _ = testnet;
  testnet.arm({ exchange: "binance", fault: "clockSkew", offsetMs: 7_000 });
  const { body } = await client.get("/api/v3/time");
  assertEquals(body.serverTime, clock.now() + 7_000);
  assertEquals((await client.place()).body.code, -1021);
  testnet.clearFaults();
  assertEquals((await client.place()).status, 200);
});

Deno.test("faults: match, skip and count choose whom they strike", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  testnet.arm({
    exchange: "binance",
    fault: "unavailableBefore",
    match: { endpoint: "POST /api/v3/order", symbol: "ETH", clientOrderId: "x" },
    skip: 1,
    count: 2,
  });
  const eth = { symbol: "ETHUSDT", price: "2900", quantity: "1" };
  const statuses: number[] = [(await client.place({ newClientOrderId: "x0" })).status];
  for (const id of ["x1", "x2", "y", "x3", "x4"]) {
    statuses.push((await client.place({ ...eth, newClientOrderId: id })).status);
  }
  assertEquals(statuses, [200, 200, 503, 200, 503, 200]);
});

Deno.test("faults: every one is described and has a test here", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const { body } = await client.control("GET", "faults");
  for (const { fault, scope, description } of body.faults) {
    assert(["request", "frame", "socket", "clock"].includes(scope), fault);
    assertStringIncludes(description, ".");
  }
  assertEquals([...tested].sort(), [...FAULT_NAMES].sort());
});
