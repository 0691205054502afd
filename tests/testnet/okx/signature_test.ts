import { assertEquals } from "@std/assert";
import { ACCOUNT, loginFrame, open, type Signing } from "./client.ts";

const PATH = "/api/v5/account/balance?ccy=USDT";

/** [what, how it is signed, status, code] */
const WRONG: readonly (readonly [string, Signing, number, string])[] = [
  ["an unknown key", { account: { apiKey: "another" } }, 401, "50111"],
  ["a wrong passphrase", { account: { password: "wrong" } }, 401, "50105"],
  ["a wrong secret", { account: { secret: "wrong" } }, 401, "50113"],
  ["a wrong signature", { sign: "AAAA" }, 401, "50113"],
  ["no key", { headers: { "OK-ACCESS-KEY": "" } }, 401, "50103"],
  ["no passphrase", { headers: { "OK-ACCESS-PASSPHRASE": "" } }, 401, "50104"],
  ["no signature", { headers: { "OK-ACCESS-SIGN": "" } }, 401, "50106"],
  ["no timestamp", { headers: { "OK-ACCESS-TIMESTAMP": "" } }, 401, "50107"],
  ["a timestamp of another form", { timestamp: "1763000000" }, 401, "50112"],
  ["an old timestamp", { timestamp: "2020-01-01T00:00:00.000Z" }, 401, "50102"],
];

for (const [what, signing, status, code] of WRONG) {
  Deno.test(`okx testnet: ${what} is refused with ${code}`, async () => {
    const { testnet, client } = open();
    await using _ = testnet;
    const answer = await client.signed("GET", PATH, undefined, signing);
    assertEquals([answer.status, answer.body.code, answer.body.data], [status, code, []]);
  });
}

Deno.test("okx testnet: query and body are signed, and a request is fresh for 30 s", async () => {
  const { testnet, client, clock } = open();
  await using _ = testnet;
  const balance = await client.signed("GET", PATH);
  assertEquals([balance.status, balance.body.code], [200, "0"]);
  assertEquals(balance.body.data[0].details[0].ccy, "USDT");
  const timestamp = new Date(clock.now()).toISOString();
  await clock.advance(30_000);
  assertEquals((await client.signed("GET", PATH, undefined, { timestamp })).status, 200);
  await clock.advance(1);
  assertEquals((await client.signed("GET", PATH, undefined, { timestamp })).body.code, "50102");
});

/** [what, the login, code] */
const LOGINS: readonly (readonly [string, (now: number) => unknown, string])[] = [
  ["the right key", (now) => loginFrame(ACCOUNT, now), "0"],
  ["an unknown key", (now) => loginFrame({ ...ACCOUNT, apiKey: "x" }, now), "60005"],
  ["a wrong passphrase", (now) => loginFrame({ ...ACCOUNT, password: "x" }, now), "60024"],
  ["a wrong signature", (now) => loginFrame(ACCOUNT, now, "AAAA"), "60007"],
  ["an old timestamp", (now) => loginFrame(ACCOUNT, now - 31_000), "60006"],
];

for (const [what, frame, code] of LOGINS) {
  Deno.test(`okx testnet: a login with ${what} is answered ${code}`, async () => {
    const { testnet, client, clock } = open();
    await using _ = testnet;
    const socket = await client.socket("private");
    socket.send(frame(clock.now()));
    const answer = await socket.next();
    assertEquals([answer.event, answer.code], [code === "0" ? "login" : "error", code]);
    await socket.close();
  });
}

Deno.test("okx testnet: private channels and orders need a login", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const socket = await client.socket("private");
  socket.send({ op: "subscribe", args: [{ channel: "orders", instType: "ANY" }] });
  assertEquals((await socket.next()).code, "60011");
  socket.send({ id: "1", op: "order", args: [{}] });
  assertEquals((await socket.next()).code, "60011");
  await socket.close();
});
