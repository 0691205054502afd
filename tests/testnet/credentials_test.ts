import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CCXT_KINDS, CCXT_VENUES } from "../../src/model/exchange_kinds.ts";
import { ConfigError } from "../../src/model/errors.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import {
  credentialOptions,
  defaultCredentials,
  isLocalExchange,
} from "../../src/testnet/credentials.ts";
import { EXCHANGE_NAMES } from "../../src/testnet/dialects.ts";
import { resolveLocalTestnet } from "../../src/testnet/local.ts";
import { startTestnet } from "../../src/testnet/server.ts";
import { open } from "./client.ts";

for (const kind of CCXT_KINDS.filter(isLocalExchange)) {
  Deno.test(`local testnet: ${kind} is given the keys of its own kind`, async () => {
    await using testnet = open().testnet;
    const given = { testnet: "local", endpoints: testnet.url };
    const options = await resolveLocalTestnet(given, { kind, path: "exchanges.main" });
    const { endpoints, timing: _timing, ...keys } = options;
    assertEquals(endpoints, testnet.url);
    assertEquals(Object.keys(keys).sort(), [...CCXT_VENUES[kind].keys].sort());
    assertEquals(keys, { ...credentialOptions(defaultCredentials(kind)) });
  });
}

Deno.test("local testnet: every exchange it speaks has keys that are known", () => {
  assertEquals(EXCHANGE_NAMES.filter((name) => !isLocalExchange(name)), []);
});

Deno.test("local testnet: keys that were given are kept, and an alias means its kind", async () => {
  await using testnet = open().testnet;
  const given = { testnet: "local", endpoints: testnet.url, apiKey: "mine" };
  const options = await resolveLocalTestnet(given, { kind: "okex", path: "exchanges.main" });
  assertEquals(options["apiKey"], "mine");
  assertEquals(options["password"], defaultCredentials("okx").password);
});

Deno.test("local testnet: a kind without one is refused by name", async () => {
  await assertRejects(
    () => resolveLocalTestnet({ testnet: "local" }, { kind: "cme", path: "exchanges.main" }),
    ConfigError,
    "exchanges.main.testnet: must not be local, since no local testnet is cme",
  );
  const text = 'krakenfutures, hyperliquid, got "cme"';
  assertThrows(() => defaultCredentials("cme"), RangeError, text);
});

Deno.test("testnet: a limit that no dialect has is refused by name", () => {
  const ports = { clock: new VirtualClock(), random: new SeededRandom(1) };
  assertThrows(
    () => startTestnet({ ...ports, exchanges: ["binance"], limits: { weightMaxx: 1 } }),
    RangeError,
    "limits: must be of weightMax, ordersPer10sMax, ordersPerDayMax, warningsMax, banMs, " +
      "got weightMaxx",
  );
});
