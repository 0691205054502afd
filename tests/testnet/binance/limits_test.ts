import { assertEquals, assertStringIncludes } from "@std/assert";
import { open } from "../client.ts";

Deno.test("binance: every answer counts the used weight in its headers", async () => {
  const { testnet, client, clock } = open();
  await using _ = testnet;
  await client.get("/api/v3/ping");
  const answer = await client.get("/api/v3/depth?symbol=BTCUSDT&limit=500");
  assertEquals(answer.headers.get("x-mbx-used-weight-1m"), "26");
  clock.advance(60_000);
  const later = await client.get("/api/v3/ping");
  assertEquals(later.headers.get("x-mbx-used-weight-1m"), "1");
});

Deno.test("binance: new orders are counted per account in ten seconds and a day", async () => {
  const { testnet, client, clock } = open();
  await using _ = testnet;
  await client.place();
  const second = await client.place();
  assertEquals(second.headers.get("x-mbx-order-count-10s"), "2");
  assertEquals(second.headers.get("x-mbx-order-count-1d"), "2");
  clock.advance(10_000);
  const third = await client.place();
  assertEquals(third.headers.get("x-mbx-order-count-10s"), "1");
  assertEquals(third.headers.get("x-mbx-order-count-1d"), "3");
});

Deno.test("binance: an order over the count is refused with -1015 and 429", async () => {
  const { testnet, client } = open({ limits: { ordersPer10sMax: 1 } });
  await using _ = testnet;
  await client.place();
  const { status, body, headers } = await client.place();
  assertEquals([status, body], [429, {
    code: -1015,
    msg: "Too many new orders; current limit is 1 orders per 10 SECOND.",
  }]);
  assertEquals(headers.get("retry-after"), null);
  assertEquals(testnet.ledger("binance").orders.length, 1);
});

Deno.test("binance: over the weight everything is 429 until the minute turns", async () => {
  const { testnet, client, clock } = open({ limits: { weightMax: 5 } });
  await using _ = testnet;
  clock.advance(12_000);
  await client.get("/api/v3/depth?symbol=BTCUSDT");
  const { status, body, headers } = await client.place();
  assertEquals([status, body.code, headers.get("retry-after")], [429, -1003, "48"]);
  assertEquals(testnet.ledger("binance").orders, []);
  clock.advance(48_000);
  assertEquals((await client.place()).status, 200);
});

Deno.test("binance: whoever goes on after 429 is banned with 418, longer each time", async () => {
  const limits = { weightMax: 1, warningsMax: 2, banMs: 120_000 };
  const { testnet, client, clock } = open({ limits });
  await using _ = testnet;
  const statuses = async (count: number) => {
    const seen: number[] = [];
    for (let i = 0; i < count; i++) seen.push((await client.get("/api/v3/ping")).status);
    return seen;
  };
  assertEquals(await statuses(5), [200, 429, 429, 418, 418]);
  const { body, headers } = await client.get("/api/v3/ping");
  assertStringIncludes(body.msg, `IP banned until ${clock.now() + 120_000}`);
  assertEquals(headers.get("retry-after"), "120");
  clock.advance(60_000);
  assertEquals(await statuses(1), [418]);
  clock.advance(60_000);
  assertEquals(await statuses(4), [200, 429, 429, 418]);
  assertEquals((await client.get("/api/v3/ping")).headers.get("retry-after"), "240");
});

Deno.test("binance: the WebSocket API spends from the same budget and shows it", async () => {
  const { testnet, client } = open({ limits: { weightMax: 21 } });
  await using _ = testnet;
  await client.get("/api/v3/ping");
  const socket = await client.wsApi();
  const answer = await socket.ask("account.status", client.signedParams());
  assertEquals(answer.rateLimits[0].count, 21);
  const refused = await socket.ask("ping", {});
  assertEquals([refused.status, refused.error.code], [429, -1003]);
  assertEquals(typeof refused.error.data.retryAfter, "number");
  await socket.close();
});
