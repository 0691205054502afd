/** The README's table of exchanges says what the registry says. */
import { assertEquals } from "@std/assert";
import { VENUES } from "../../src/exchanges/ccxt/profiles/registry.ts";
import { CCXT_VENUES, type CcxtKind } from "../../src/model/exchange_kinds.ts";

const ROOT = new URL("../../", import.meta.url);
const README = await Deno.readTextFile(new URL("README.md", ROOT));

/** Kinds with the values of their option `market`, the default first. */
function told(): readonly (readonly [string, readonly string[]])[] {
  const rows = README.matchAll(/^\| `([a-z]+)` +\| ([^|]*)\|.*\|$/gm);
  return [...rows].map(([, kind = "", markets = ""]) => [
    kind,
    [...markets.matchAll(/`([a-z]+)`/g)].map(([, market = ""]) => market),
  ]);
}

Deno.test("readme: its exchanges and their markets are those of the registry", () => {
  const known = Object.keys(VENUES).map((kind): readonly [string, readonly string[]] => [
    kind,
    CCXT_VENUES[kind as CcxtKind].markets, // kinds_test.ts sees to it that the kind is one
  ]);
  assertEquals(
    sorted(told()),
    sorted(known.map(([kind, all]) => [kind, all.length > 1 ? all : []])),
  );
});

Deno.test("readme: every page that its exchanges are described by is there", async () => {
  for (const [, path = ""] of README.matchAll(/\]\((docs\/[A-Za-z_/]+\.md)\)/g)) {
    await Deno.stat(new URL(path, ROOT));
  }
});

function sorted<T>(rows: readonly (readonly [string, T])[]): readonly (readonly [string, T])[] {
  return rows.toSorted(([a], [b]) => a.localeCompare(b));
}
