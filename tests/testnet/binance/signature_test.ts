import { assertEquals } from "@std/assert";
import { Client, hmac, limitOrder, open } from "../client.ts";
import { TESTNET_API_KEY, TESTNET_API_SECRET } from "../../../src/testnet/credentials.ts";

const ORDER = "/api.binance.com/api/v3/order";

Deno.test("binance: a signature over other characters is refused with -1022", async () => {
  const { testnet, clock, client } = open();
  await using _ = testnet;
  const body = client.sign({ ...limitOrder(), timestamp: clock.now() })
    .replace("price=49000", "price=49001");
  const answer = await client.send(ORDER, {
    method: "POST",
    headers: { "X-MBX-APIKEY": TESTNET_API_KEY },
    body,
  });
  assertEquals(answer.status, 400);
  assertEquals(answer.body, { code: -1022, msg: "Signature for this request is not valid." });
  assertEquals(testnet.ledger("binance").orders, []);
});

Deno.test("binance: query and body may share parameters; the signature covers both", async () => {
  const { testnet, clock, client } = open();
  await using _ = testnet;
  const query = "symbol=BTCUSDT&side=BUY&type=LIMIT";
  const rest = `timeInForce=GTC&quantity=0.01&price=49000&timestamp=${clock.now()}`;
  // The two are joined without a separator.
  const signature = hmac(query + rest, TESTNET_API_SECRET);
  const answer = await client.send(`${ORDER}?${query}`, {
    method: "POST",
    headers: { "X-MBX-APIKEY": TESTNET_API_KEY },
    body: `${rest}&signature=${signature}`,
  });
  assertEquals(answer.status, 200);
});

for (
  const [intent, key, expected] of [
    ["an ill-formed key", "short", { code: -2014, msg: "API-key format invalid." }],
    ["no key", null, { code: -2014, msg: "API-key format invalid." }],
    [
      "an unknown key",
      "x".repeat(64),
      { code: -2015, msg: "Invalid API-key, IP, or permissions for action." },
    ],
  ] as const
) {
  Deno.test(`binance: ${intent} is refused with ${expected.code} and 401`, async () => {
    const { testnet, clock, client } = open();
    await using _ = testnet;
    const answer = await client.send(ORDER, {
      method: "POST",
      headers: key === null ? {} : { "X-MBX-APIKEY": key },
      body: client.sign({ ...limitOrder(), timestamp: clock.now() }),
    });
    assertEquals([answer.status, answer.body], [401, expected]);
  });
}

for (
  const [intent, params, code, message] of [
    [
      "older than the receive window",
      (now: number) => ({ timestamp: now - 5_001 }),
      -1021,
      "Timestamp for this request is outside of the recvWindow.",
    ],
    [
      "a second ahead",
      (now: number) => ({ timestamp: now + 1_000 }),
      -1021,
      "Timestamp for this request was 1000ms ahead of the server's time.",
    ],
    [
      "with a window over a minute",
      (now: number) => ({ timestamp: now, recvWindow: 60_001 }),
      -1131,
      "recvWindow must be less than 60000",
    ],
    [
      "without a timestamp",
      () => ({ timestamp: "" }),
      -1102,
      "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed.",
    ],
  ] as const
) {
  Deno.test(`binance: a request ${intent} is refused with ${code}`, async () => {
    const { testnet, clock, client } = open();
    await using _ = testnet;
    const answer = await client.signed("GET", "/api/v3/account", params(clock.now()));
    assertEquals([answer.status, answer.body], [400, { code, msg: message }]);
  });
}

Deno.test("binance: a receive window of its own is honoured", async () => {
  const { testnet, clock, client } = open();
  await using _ = testnet;
  const params = { timestamp: clock.now() - 30_000, recvWindow: 60_000 };
  assertEquals((await client.signed("GET", "/api/v3/account", params)).status, 200);
});

Deno.test("binance: the WebSocket API checks key, time and signature alike", async () => {
  const { testnet, clock, client } = open();
  await using _ = testnet;
  const socket = await client.wsApi();
  const tampered = { ...client.signedParams(), recvWindow: 4_000 };
  assertEquals((await socket.ask("account.status", tampered)).error.code, -1022);
  const late = client.signedParams({ timestamp: clock.now() - 5_001 });
  const answer = await socket.ask("account.status", late);
  assertEquals([answer.status, answer.error.code], [400, -1021]);
  const unknown = client.signedParams({ apiKey: "x".repeat(64) });
  assertEquals((await socket.ask("account.status", unknown)).status, 401);
  await socket.close();
});

Deno.test("binance: every key has an account of its own", async () => {
  const second = { apiKey: "k".repeat(64), secret: "s".repeat(64), balances: { USDT: "1000" } };
  const first = { apiKey: TESTNET_API_KEY, secret: "t".repeat(64), balances: { USDT: "7" } };
  const { testnet, clock } = open({ accounts: [first, second] });
  await using _ = testnet;
  const client = new Client(testnet.url, clock, second);
  assertEquals((await client.place()).status, 200);
  const other = new Client(testnet.url, clock, first);
  assertEquals((await other.signed("GET", "/api/v3/openOrders")).body, []);
  assertEquals((await other.place()).body, {
    code: -2010,
    msg: "Account has insufficient balance for requested action.",
  });
});
