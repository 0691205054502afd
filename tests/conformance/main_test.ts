/** The command line refuses whatever could send an order by mistake, and says what is missing. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { keyVariables, liveTarget } from "../../src/conformance/live.ts";
import { readScorecard } from "../../src/conformance/mod.ts";
import { systemClock } from "../../src/system/clock.ts";
import { systemRandom } from "../../src/system/random.ts";

const MAIN = new URL("../../src/conformance/main.ts", import.meta.url).pathname;

/** [arguments, exit code, what it says] */
const REFUSED: readonly (readonly [string, number, string])[] = [
  ["--exchange binance --symbol BTC/USDT", 2, "Nothing was sent: add --live"],
  ["--exchange binance --symbol BTC/USDT --live", 2, "BINANCE_API_KEY, BINANCE_SECRET must be set"],
  ["--exchange kraken --symbol BTC/USD --live", 2, "Kraken has no sandbox"],
  ["--exchange nowhere --symbol BTC/USDT --live", 1, "expected one of binance"],
  ["--exchange binance --live", 1, "--symbol"],
  ["--exchange binance --symbol BTC/USDT --themes colour", 1, "expected some of place"],
];

for (const [args, code, says] of REFUSED) {
  Deno.test(`conformance command: ${args}: ${says}`, async () => {
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--allow-env", "--allow-read", MAIN, ...args.split(" ")],
      clearEnv: true,
      env: { PATH: Deno.env.get("PATH") ?? "", HOME: Deno.env.get("HOME") ?? "", NO_COLOR: "1" },
    });
    const { code: ended, stdout, stderr } = await command.output();
    const text = new TextDecoder().decode(stderr);
    assert(text.includes(says), text);
    assertEquals([ended, stdout.length], [code, 0]);
  });
}

Deno.test("conformance command: keys are read from variables named for the exchange", () => {
  assertEquals([...keyVariables("okx")], [
    ["OKX_API_KEY", "apiKey"],
    ["OKX_SECRET", "secret"],
    ["OKX_PASSWORD", "password"],
  ]);
  assertEquals([...keyVariables("hyperliquid").keys()], [
    "HYPERLIQUID_WALLET_ADDRESS",
    "HYPERLIQUID_PRIVATE_KEY",
  ]);
});

Deno.test("conformance command: the target is the sandbox, and nothing else", () => {
  const by = { clock: systemClock, random: systemRandom };
  const choice = { kind: "bybit", market: "linear", keys: {} } as const;
  const target = liveTarget({ ...choice, symbolId: "BTC/USDT:PERP" }, by);
  assertEquals([target.name, target.marketType], ["bybit sandbox, BTC/USDT:PERP", "PERPETUAL"]);
  assertEquals([target.reset, target.faults, target.market], [undefined, undefined, undefined]);
  assertThrows(() => liveTarget({ ...choice, symbolId: "BTCUSDT" }, by), RangeError, "--symbol");
});

Deno.test("conformance: a scorecard that is none is refused by field", () => {
  const card = {
    target: "x",
    version: "",
    at: 0,
    capabilities: {},
    results: [],
    passed: 1,
    failed: 0,
    unsupported: 0,
    notRun: 0,
  };
  assertThrows(() => readScorecard({ ...card, at: "now" }), TypeError, "at:");
  assertThrows(() => readScorecard(card), TypeError, "must add up");
  assertEquals(readScorecard({ ...card, passed: 0 }).target, "x");
});
