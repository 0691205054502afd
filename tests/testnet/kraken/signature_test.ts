import { assertEquals } from "@std/assert";
import { openKraken, type Signing } from "./client.ts";

/** [what, how it is signed, the venue's words] */
const WRONG: readonly (readonly [string, Signing, string])[] = [
  ["an unknown key", { account: { apiKey: "another" } }, "EAPI:Invalid key"],
  ["a wrong secret", { account: { secret: btoa("wrong") } }, "EAPI:Invalid signature"],
  ["a wrong signature", { sign: "AAAA" }, "EAPI:Invalid signature"],
  ["no nonce", { nonce: "" }, "EAPI:Invalid nonce"],
  ["a nonce that is no number", { nonce: "1.5" }, "EAPI:Invalid nonce"],
];

for (const [what, signing, text] of WRONG) {
  Deno.test(`kraken testnet: ${what} is refused with HTTP 200 and ${text}`, async () => {
    const { testnet, client } = openKraken();
    await using _ = testnet;
    const { status, body } = await client.signed("BalanceEx", {}, signing);
    assertEquals([status, body], [200, { error: [text] }]);
  });
}

Deno.test("kraken testnet: a nonce is taken once, and none below it; one refused is not used up", async () => {
  const { testnet, client } = openKraken();
  await using _ = testnet;
  const errors: unknown[] = [];
  for (const nonce of ["5000", "5000", "4999", "5001"]) {
    errors.push((await client.signed("BalanceEx", {}, { nonce })).body.error);
  }
  const refused = ["EAPI:Invalid nonce"];
  assertEquals(errors, [[], refused, refused, []]);
  const forged = await client.signed("BalanceEx", {}, { nonce: "9000", sign: "AAAA" });
  assertEquals(forged.body.error, ["EAPI:Invalid signature"]);
  assertEquals((await client.signed("BalanceEx", {}, { nonce: "6000" })).body.error, []);
});

Deno.test("kraken testnet: a socket is refused without a token, and with one that has expired", async () => {
  const { testnet, client, clock } = openKraken();
  await using _ = testnet;
  const socket = await client.socket("ws-auth.kraken.com");
  const params = { channel: "executions", token: "none" };
  const refused = await socket.ask("subscribe", params);
  assertEquals([refused.success, refused.error], [false, "ESession:Invalid session"]);
  const token = await client.token();
  await clock.advance(900_000);
  const late = await socket.ask("subscribe", { ...params, token });
  assertEquals(late.error, "ESession:Invalid session");
  await socket.close();
});
