/** What docs/CONFIGURATION.md shows can be used as it stands. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseConfig } from "../../src/config/config.ts";
import { ConfigError } from "../../src/model/errors.ts";
import { CCXT_KINDS, CCXT_VENUES } from "../../src/model/exchange_kinds.ts";
import { xk } from "../cli/terminal.ts";

const PAGE = await Deno.readTextFile(new URL("../../docs/CONFIGURATION.md", import.meta.url));

function blocks(language: string): readonly string[] {
  return [...PAGE.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language).map(([, , text = ""]) => text);
}

Deno.test("configuration page: its file is one, with every variable it names set", () => {
  const [text = ""] = blocks("yaml");
  const { exchanges } = parseConfig(text, {
    file: "kernel.yaml",
    env: (name) => name === "WITH_OTHER" ? undefined : `value-of-${name}`,
  });
  const { okx_main: okx, binance_futures: futures, binance_other: other, kraken_here: kraken } =
    exchanges;
  assertEquals([okx?.mode, other?.enabled], ["observe", false]);
  assertEquals(futures?.kind === "binance" && futures.market, "usdm");
  assertEquals(kraken?.kind === "kraken" && kraken.testnet, "local");
});

Deno.test("configuration page: each kind stands beside its keys", () => {
  for (const kind of CCXT_KINDS) {
    const row = PAGE.split("\n").find((line) =>
      line.startsWith("|") && line.includes(`\`${kind}\``)
    );
    const [, , keys = ""] = (row ?? "").split("|");
    const told = [...keys.matchAll(/`(\w+)`/g)].map(([, key]) => key);
    assertEquals(told, [...CCXT_VENUES[kind].keys], kind);
  }
});

Deno.test("configuration page: the commands of its shell blocks are there", async () => {
  const commands = blocks("sh").join("").matchAll(/deno task xk (keys \w+)/g);
  for (const [, command = ""] of commands) {
    const { code, out } = await xk([...command.split(" "), "--help"]);
    assertEquals(code, 0, command);
    assertStringIncludes(out, "--dir");
  }
});

Deno.test("configuration page: a mistake reads as it says", () => {
  const shown = (blocks("text")[0] ?? "").split("\n").slice(1, 3);
  const text = "exchanges:\n  okx_main: { kind: okx, testnet: locla }\n" +
    "  hl: { kind: hyperliquid, testnet: local, martket: spot }\n";
  const { message } = assertThrows(() => parseConfig(text, { file: "kernel.yaml" }), ConfigError);
  const words = (line: string) => line.replace(/^kernel\.yaml:\d+:\d+ /, "");
  const told = message.split("\n").map(words);
  for (const line of shown) assert(told.includes(words(line)), line);
});
