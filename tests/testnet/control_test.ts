import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { TESTNET_API_KEY } from "../../src/testnet/credentials.ts";
import { EXCHANGE_NAMES } from "../../src/testnet/dialects.ts";
import { limitOrder, open } from "./client.ts";

Deno.test("control: the ledger is the exchange's own truth", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  await client.place({ newClientOrderId: "mine", price: "60000" });
  const { status, body } = await client.control("GET", "ledger?exchange=binance");
  assertEquals(status, 200);
  const [order] = body.orders;
  assertEquals(
    [order.clientOrderId, order.symbol, order.side, order.status, order.price, order.origQty],
    ["mine", "BTCUSDT", "BUY", "FILLED", "60000.00000000", "0.01000000"],
  );
  assertEquals(order.executedQty, "0.01000000");
  assertEquals([body.trades[0].orderId, body.trades[0].qty], [order.orderId, "0.01000000"]);
  const btc = body.balances.find((b: { asset: string }) => b.asset === "BTC");
  assertEquals(btc.free, "2.00999000");
});

Deno.test("control: a price set by hand fills what rests behind it", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  await client.place();
  const change = { exchange: "binance", symbol: "BTCUSDT", price: 48_000 };
  assertEquals((await client.control("PUT", "market", change)).status, 200);
  assertEquals(testnet.ledger("binance").orders[0]!.status, "FILLED");
  const { body } = await client.get("/api/v3/ticker/price?symbol=BTCUSDT");
  assertEquals(body.price, "48000.00000000");
});

Deno.test("control: a held symbol is left alone by the feed until released", async () => {
  const { testnet, client, clock } = open({ feed: { kind: "synthetic", intervalMs: 100 } });
  await using _ = testnet;
  const price = async () => (await client.get("/api/v3/ticker/price?symbol=BTCUSDT")).body.price;
  testnet.setPrice("binance", { symbol: "BTCUSDT", price: "12345" });
  clock.advance(1_000);
  assertEquals(await price(), "12345.00000000");
  testnet.setPrice("binance", { symbol: "BTCUSDT", price: "12345", hold: false });
  clock.advance(1_000);
  assertEquals(await price() === "12345.00000000", false);
});

Deno.test("control: reset forgets orders, balances, limits and faults", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const socket = await client.userStream();
  await client.place({ price: "60000" });
  testnet.arm({ exchange: "binance", fault: "unavailableBefore" });
  assertEquals((await client.control("POST", "reset")).status, 200);
  const { orders, trades } = testnet.ledger("binance");
  assertEquals([orders, trades], [[], []]);
  const answer = await client.place({ newClientOrderId: "again" });
  assertEquals([answer.status, answer.headers.get("x-mbx-order-count-1d")], [200, "1"]);
  // The subscription outlives the reset, as its socket does.
  const names: string[] = [];
  while (!names.includes("again")) {
    const { event } = await socket.next();
    if (event.e === "executionReport") names.push(event.c);
  }
  await socket.close();
});

Deno.test("control: armed faults are listed and can be removed", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const fault = { exchange: "binance", fault: "responseLost", match: "order.place", count: 3 };
  assertEquals((await client.control("PUT", "faults", fault)).status, 200);
  const { body } = await client.control("GET", "faults");
  assertEquals(body.armed, [{ ...fault, id: 1, remaining: 3, hits: 0 }]);
  await client.control("DELETE", "faults");
  assertEquals((await client.control("GET", "faults")).body.armed, []);
});

for (
  const [intent, method, path, body, expected] of [
    ["an unknown fault", "PUT", "faults", { exchange: "binance", fault: "gremlin" }, "fault: "],
    [
      "an unknown field",
      "PUT",
      "faults",
      { exchange: "binance", fault: "banned", often: true },
      'Unrecognized key: "often"',
    ],
    [
      "a count of none",
      "PUT",
      "faults",
      { exchange: "binance", fault: "banned", count: 0 },
      "count: Too small: expected number to be >=1, got 0",
    ],
    [
      "an unknown exchange",
      "PUT",
      "faults",
      { exchange: "mtgox", fault: "banned" },
      `exchange: must be one of ${EXCHANGE_NAMES.join(", ")}, got "mtgox"`,
    ],
    [
      "a price that is none",
      "PUT",
      "market",
      { exchange: "binance", symbol: "BTCUSDT", price: "-1" },
      'price: must be a positive plain decimal, got "-1"',
    ],
    [
      "a symbol unknown here",
      "PUT",
      "market",
      { exchange: "binance", symbol: "BTCEUR", price: "1" },
      "symbol: must be one of BTCUSDT",
    ],
    ["a ledger of nobody", "GET", "ledger", undefined, "exchange: required in the query"],
  ] as const
) {
  Deno.test(`control: ${intent} is refused by field, rule and value`, async () => {
    const { testnet, client } = open();
    await using _ = testnet;
    const answer = await client.control(method, path, body);
    assertEquals(answer.status, 400);
    assertStringIncludes(answer.body.error, expected);
  });
}

Deno.test("control: unknown paths and foreign host names are refused", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  assertEquals((await client.control("GET", "nothing")).status, 404);
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: testnet.port });
  const request = "GET /_control/health HTTP/1.1\r\nhost: evil.example\r\n\r\n";
  await connection.write(new TextEncoder().encode(request));
  const bytes = new Uint8Array(4096);
  const read = await connection.read(bytes);
  assertStringIncludes(new TextDecoder().decode(bytes.subarray(0, read ?? 0)), "HTTP/1.1 403");
  connection.close();
});

Deno.test("control: health shows the exchanges and no mistakes", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const { body } = await client.control("GET", "health");
  assertEquals([body.ok, body.exchanges[0].exchange, body.errors], [true, "binance", []]);
});

Deno.test("routing: an unknown host is named, with those there are", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const { status, body } = await client.send("/api.nowhere.example/x", { method: "GET" });
  assertEquals(status, 404);
  assertStringIncludes(body.error, "got api.nowhere.example");
});

Deno.test("routing: a path the exchange does not have is its own 404", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  assertEquals((await client.get("/api/v3/nothing")).status, 404);
});

Deno.test("wire: requests in pieces and several in one packet are all answered", async () => {
  const { testnet, client, clock } = open();
  await using _ = testnet;
  const body = client.sign({ ...limitOrder(), timestamp: clock.now() });
  const order = `POST /api.binance.com/api/v3/order HTTP/1.1\r\nhost: h\r\n` +
    `x-mbx-apikey: ${
      "testnetKey".padEnd(62, "0")
    }AA\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const ping = "GET /api.binance.com/api/v3/ping HTTP/1.1\r\nhost: h\r\n\r\n";
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: testnet.port });
  const encoder = new TextEncoder();
  await connection.write(encoder.encode(order.slice(0, 150)));
  await client.get("/api/v3/ping");
  await connection.write(encoder.encode(order.slice(150) + ping + ping));
  let text = "";
  const bytes = new Uint8Array(8192);
  while (text.split("HTTP/1.1 200").length < 4) {
    const read = await connection.read(bytes);
    text += new TextDecoder().decode(bytes.subarray(0, read ?? 0));
  }
  connection.close();
  assertEquals(testnet.ledger("binance").orders.length, 1);
});

for (
  const [intent, request, status] of [
    ["no HTTP", "hello\r\n\r\n", 400],
    ["a compressed body", "POST / HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n", 411],
    ["a huge body", "POST / HTTP/1.1\r\ncontent-length: 999999999\r\n\r\n", 413],
  ] as const
) {
  Deno.test(`wire: ${intent} is answered ${status} and closed`, async () => {
    const { testnet } = open();
    await using _ = testnet;
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: testnet.port });
    await connection.write(new TextEncoder().encode(request));
    const bytes = new Uint8Array(4096);
    const read = await connection.read(bytes);
    assertStringIncludes(new TextDecoder().decode(bytes.subarray(0, read ?? 0)), `1.1 ${status} `);
    assertEquals(await connection.read(bytes), null);
    connection.close();
  });
}

Deno.test("wire: a body of unknown length is read chunk by chunk", async () => {
  const { testnet, client, clock } = open();
  await using _ = testnet;
  const body = client.sign({ ...limitOrder(), timestamp: clock.now() });
  const answer = await client.send("/api.binance.com/api/v3/order", {
    method: "POST",
    headers: { "X-MBX-APIKEY": TESTNET_API_KEY },
    body: new Blob([body]).stream(),
  });
  assertEquals(answer.status, 200);
});

Deno.test("control: the requests that arrived are kept, also those a fault has swallowed", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  testnet.arm({ exchange: "binance", fault: "requestLost", match: "order.place" });
  await assertRejects(() => client.place(), TypeError);
  await client.get("/api/v3/time");
  const names = testnet.heard("binance").map(({ operation }) => operation.name);
  assertEquals(names, ["order.place", "general.time"]);
});
