import { generateKeyPairSync } from "node:crypto";
import { assertEquals } from "@std/assert";
import { messageOf, newOrder, openCoinbase, type Spoiled } from "./client.ts";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const OTHER_KEY = privateKey.export({ type: "sec1", format: "pem" }).toString();
const OTHER_URI = "GET api.coinbase.com/api/v3/brokerage/accounts/one";

/** [what is wrong, how] */
const WRONG: readonly (readonly [string, (seconds: number) => Spoiled])[] = [
  ["an unknown key", () => ({ header: { kid: "another" }, claims: { sub: "another" } })],
  ["a key id that is not the subject", () => ({ claims: { sub: "another" } })],
  ["another key's signature", () => ({ secret: OTHER_KEY })],
  ["an algorithm that proves nothing", () => ({ header: { alg: "none" } })],
  ["no nonce", () => ({ header: { nonce: "" } })],
  ["another issuer", () => ({ claims: { iss: "somebody" } })],
  ["another request's token", () => ({ claims: { uri: OTHER_URI } })],
  ["a token that has ended", (now) => ({ claims: { nbf: now - 120, exp: now } })],
  ["a token that has not begun", (now) => ({ claims: { nbf: now + 1, exp: now + 60 } })],
  ["a token for too long", (now) => ({ claims: { exp: now + 121 } })],
  ["a token without times", () => ({ claims: { exp: "soon" } })],
  ["no token", () => ({ authorization: "" })],
  ["what is no token", () => ({ authorization: "Bearer one.two" })],
];

for (const [what, spoil] of WRONG) {
  for (const method of ["GET", "POST"] as const) {
    Deno.test(`coinbase: ${what} is refused on ${method}, without a word why`, async () => {
      const { testnet, clock, client } = openCoinbase();
      await using _ = testnet;
      const spoiled = spoil(Math.floor(clock.now() / 1_000));
      const { status, body } = method === "GET"
        ? await client.signed("GET", "/accounts", null, spoiled)
        : await client.signed("POST", "/orders", newOrder(), spoiled);
      assertEquals([status, body], [401, "Unauthorized\n"]);
      assertEquals(testnet.ledger("coinbase").orders, []);
    });
  }
}

Deno.test("coinbase: a token is good for its request with any query, until its last second", async () => {
  const { testnet, clock, client } = openCoinbase();
  await using _ = testnet;
  const now = Math.floor(clock.now() / 1_000);
  for (const claims of [{}, { nbf: now - 119, exp: now + 1 }, { iss: "coinbase-cloud" }]) {
    const { status } = await client.signed("GET", "/accounts?limit=1", null, { claims });
    assertEquals(status, 200);
  }
});

Deno.test("coinbase: public endpoints need no token", async () => {
  const { testnet, client } = openCoinbase();
  await using _ = testnet;
  for (const path of ["/time", "/market/products", "/market/products/BTC-USD/ticker"]) {
    assertEquals((await client.get(path)).status, 200, path);
  }
  assertEquals((await client.get("/accounts")).status, 401);
});

Deno.test("coinbase: the user channel takes a token of its own, the others none", async () => {
  const { testnet, clock, client } = openCoinbase();
  await using _ = testnet;
  const socket = await client.socket("advanced-trade-ws-user.coinbase.com");
  const now = Math.floor(clock.now() / 1_000);
  const ended = client.token(null, { claims: { nbf: now - 120, exp: now } });
  for (const jwt of ["", "one.two.three", ended, client.token(null, { secret: OTHER_KEY })]) {
    socket.send({ type: "subscribe", channel: "user", jwt });
    assertEquals(await socket.next(), { type: "error", message: "authentication failure" });
  }
  socket.send({ type: "subscribe", channel: "heartbeats" });
  assertEquals((await messageOf(socket, "subscriptions")).sequence_num, 0);
  socket.send({ type: "subscribe", channel: "user", jwt: client.token(null) });
  const { events: [event] } = await messageOf(socket, "subscriptions");
  assertEquals(Object.keys(event.subscriptions).sort(), ["heartbeats", "user"]);
  assertEquals((await messageOf(socket, "user")).events[0].type, "snapshot");
  await socket.close();
});
