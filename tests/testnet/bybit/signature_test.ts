import { assertEquals } from "@std/assert";
import { openBybit, type Spoiled } from "./client.ts";

/** [what is wrong, how, the venue's code] */
const WRONG: readonly (readonly [string, (now: number) => Spoiled, number])[] = [
  ["an unknown key", () => ({ apiKey: "someoneElse" }), 10003],
  ["another secret", () => ({ secret: "someoneElse's" }), 10004],
  ["a timestamp before the window", (now) => ({ timestamp: now - 5_001 }), 10002],
  ["a timestamp a second ahead", (now) => ({ timestamp: now + 1_000 }), 10002],
  ["a window that is no number", () => ({ window: "long" }), 10001],
];

for (const [what, spoil, code] of WRONG) {
  for (const method of ["GET", "POST"] as const) {
    Deno.test(`bybit: ${what} is refused on ${method}, with HTTP 200`, async () => {
      const { testnet, clock, client } = openBybit();
      await using _ = testnet;
      const [path, params] = method === "GET"
        ? ["/v5/account/wallet-balance", { accountType: "UNIFIED" }] as const
        : ["/v5/order/create", { category: "spot" }] as const;
      const { status, body } = await client.signed(method, path, params, spoil(clock.now()));
      assertEquals([status, body.retCode], [200, code]);
      assertEquals(testnet.ledger("bybit").orders, []);
    });
  }
}

Deno.test("bybit: what was signed is what was sent, character by character", async () => {
  const { testnet, client } = openBybit();
  await using _ = testnet;
  const path = "/v5/order/realtime";
  const asked = { category: "spot", cursor: "13%3A2%2C13%3A2" };
  assertEquals((await client.signed("GET", path, asked)).body.retCode, 0);
});

Deno.test("bybit: the window's first and last millisecond are taken", async () => {
  const { testnet, clock, client } = openBybit();
  await using _ = testnet;
  const path = "/v5/account/info";
  for (const timestamp of [clock.now() - 5_000, clock.now() + 999]) {
    assertEquals((await client.signed("GET", path, {}, { timestamp })).body.retCode, 0);
  }
});

for (const path of ["/v5/private", "/v5/trade"]) {
  Deno.test(`bybit: ${path} takes a login once, with the right secret`, async () => {
    const { testnet, client } = openBybit();
    await using _ = testnet;
    const socket = await client.socket(path);
    const taken = async (frame: unknown) => {
      socket.send(frame);
      const { success, retCode } = await socket.next();
      return success ?? retCode === 0;
    };
    assertEquals(await taken(client.loginFrame({ secret: "another" })), false);
    assertEquals(await taken(client.loginFrame({ apiKey: "another" })), false);
    assertEquals(await taken(client.loginFrame()), true);
    assertEquals(await taken(client.loginFrame()), false);
    await socket.close();
  });
}

Deno.test("bybit: nobody subscribes or trades over a socket without a login", async () => {
  const { testnet, client } = openBybit();
  await using _ = testnet;
  const stream = await client.socket("/v5/private");
  stream.send({ op: "subscribe", args: ["order"] });
  assertEquals((await stream.next()).success, false);
  await stream.close();
  const trade = await client.socket("/v5/trade");
  const header = { "X-BAPI-TIMESTAMP": "0" };
  trade.send({ reqId: "1", header, op: "order.create", args: [{}] });
  assertEquals((await trade.next()).retCode, 10003);
  await trade.close();
});
