import { assertEquals } from "@std/assert";
import { type Json, limitOrder, open, type Socket } from "../client.ts";

const BTC = { symbol: "BTCUSDT" };

async function reports(socket: Socket, count: number): Promise<readonly Json[]> {
  const events: Json[] = [];
  while (events.length < count) {
    const frame = await socket.next();
    if (frame.event.e === "executionReport") events.push(frame.event);
  }
  return events;
}

Deno.test("binance: an order's life is reported in order with cumulative amounts", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const socket = await client.userStream();
  await client.place({ newClientOrderId: "mine", quantity: "0.02" });
  testnet.setPrice("binance", { symbol: "BTCUSDT", price: "48000", quantity: "0.005" });
  await client.signed("DELETE", "/api/v3/order", {
    ...BTC,
    origClientOrderId: "mine",
    newClientOrderId: "the-cancel",
  });
  const [born, filled, gone] = await reports(socket, 3);
  assertEquals([born!.x, born!.X, born!.z], ["NEW", "NEW", "0.00000000"]);
  assertEquals([filled!.x, filled!.X, filled!.z], ["TRADE", "PARTIALLY_FILLED", "0.00500000"]);
  assertEquals([filled!.m, filled!.N], [true, "BTC"]);
  assertEquals([gone!.x, gone!.X, gone!.c, gone!.C], [
    "CANCELED",
    "CANCELED",
    "the-cancel",
    "mine",
  ]);
  await socket.close();
});

Deno.test("binance: an amendment is reported as REPLACED", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const socket = await client.userStream();
  await client.place({ newClientOrderId: "mine" });
  await client.signed("PUT", "/api/v3/order/amend/keepPriority", {
    ...BTC,
    origClientOrderId: "mine",
    newQty: "0.005",
    newClientOrderId: "renamed",
  });
  const [, replaced] = await reports(socket, 2);
  assertEquals([replaced!.x, replaced!.c, replaced!.C, replaced!.q], [
    "REPLACED",
    "renamed",
    "mine",
    "0.00500000",
  ]);
  await socket.close();
});

Deno.test("binance: balances follow as outboundAccountPosition", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const socket = await client.userStream();
  await client.place();
  const frames = [await socket.next(), await socket.next()].map((frame) => frame.event);
  const position = frames.find((event) => event.e === "outboundAccountPosition");
  assertEquals(position.B.find((b: Json) => b.a === "USDT").l, "490.00000000");
  await socket.close();
});

Deno.test("binance: a listen key's stream carries the same events unwrapped", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const { listenKey } = (await client.signed("POST", "/api/v3/userDataStream")).body;
  const socket = await client.stream(`/ws/${listenKey}`);
  await client.place({ newClientOrderId: "mine" });
  const frame = await socket.next();
  assertEquals([frame.e, frame.c], ["executionReport", "mine"]);
  await socket.close();
});

Deno.test("binance: an unsubscribed connection hears nothing more", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const socket = await client.userStream();
  await socket.ask("userDataStream.unsubscribe", { subscriptionId: 0 });
  await client.place();
  assertEquals((await socket.ask("ping", {})).status, 200);
  assertEquals(socket.waiting, 0);
  await socket.close();
});

Deno.test("binance: orders go over the WebSocket API as over REST", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const socket = await client.wsApi();
  const place = client.signedParams({ ...limitOrder(), newClientOrderId: "mine" });
  assertEquals((await socket.ask("order.place", place)).result.status, "NEW");
  const named = { ...BTC, origClientOrderId: "mine", returnRateLimits: false };
  const status = await socket.ask("order.status", client.signedParams(named));
  assertEquals([status.result.status, status.rateLimits], ["NEW", undefined]);
  const canceled = await socket.ask("order.cancel", client.signedParams(named));
  assertEquals(canceled.result.status, "CANCELED");
  const unknown = await socket.ask("order.cancel", client.signedParams(named));
  assertEquals([unknown.status, unknown.error], [400, { code: -2011, msg: "Unknown order sent." }]);
  await socket.close();
});

Deno.test("binance: what is no request or no method is refused by name", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const socket = await client.wsApi();
  socket.send("{");
  assertEquals((await socket.next()).error, { code: -1135, msg: "Invalid JSON Request" });
  assertEquals((await socket.ask("order.dance", {})).status, 400);
  await socket.close();
});

Deno.test("binance: combined streams wrap each event with its stream", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const socket = await client.stream("/stream?streams=btcusdt@trade/ethusdt@trade");
  testnet.setPrice("binance", { symbol: "ETHUSDT", price: "3100" });
  const frame = await socket.next();
  assertEquals([frame.stream, frame.data.p], ["ethusdt@trade", "3100.00000000"]);
  assertEquals(await socket.ask("UNSUBSCRIBE", ["ethusdt@trade"]), { result: null, id: 1 });
  assertEquals((await socket.ask("LIST_SUBSCRIPTIONS", [])).result, ["btcusdt@trade"]);
  const invalid = await socket.ask("SUBSCRIBE", ["btcusdt@nonsense"]);
  assertEquals(invalid.error, { code: 2, msg: "Invalid request: invalid stream" });
  await socket.close();
});

Deno.test("binance: depth diffs continue a snapshot without a gap", async () => {
  const { testnet, client, clock } = open();
  await using _ = testnet;
  const socket = await client.stream("/ws/btcusdt@depth@100ms");
  await client.place({ price: "49001" });
  clock.advance(100);
  const first = await socket.next();
  await client.place({ price: "49002" });
  const { body } = await client.get("/api/v3/depth?symbol=BTCUSDT&limit=1000");
  const second = await socket.next();
  assertEquals(second.U, first.u + 1);
  assertEquals(body.lastUpdateId, second.u);
  await client.signed("DELETE", "/api/v3/openOrders", BTC);
  clock.advance(100);
  const third = await socket.next();
  assertEquals(third.U, body.lastUpdateId + 1);
  assertEquals(third.b, [["49002.00000000", "0.00000000"], ["49001.00000000", "0.00000000"]]);
  await socket.close();
});
