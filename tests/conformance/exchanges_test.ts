/** The document as a whole, and that no market is left out of it. */
import { assert, assertEquals } from "@std/assert";
import { EXCHANGE_NAMES } from "../../src/testnet/dialects.ts";
import { VENUES } from "../../src/exchanges/ccxt/profiles/registry.ts";
import { documented } from "../faults/document.ts";
import { MARKETS, TARGETS } from "./markets.ts";
import { DOCUMENT } from "./subject.ts";
import type { TestnetMarket } from "./testnet_target.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("docs/EXCHANGES.md: every table has every target, and no other", async () => {
  for (const table of ["capabilities", "cases"]) {
    const [, ...rows] = await documented(table, DOCUMENT);
    assertEquals(rows.map(([name]) => name), [...TARGETS], table);
  }
  const [, ...rows] = await documented("fault matrix", DOCUMENT);
  assertEquals(
    rows.map((row) => row.slice(0, 2).join(" ")),
    Object.keys(MARKETS).flatMap((name) => [`${name} submit`, `${name} cancel`]),
  );
});

Deno.test("docs/EXCHANGES.md: every target has its test file", async () => {
  for (const name of TARGETS) {
    const file = `tests/conformance/${name.replaceAll(" ", "_")}_test.ts`;
    assert((await Deno.readTextFile(new URL(file, ROOT))).includes(`"${name}"`), file);
  }
});

Deno.test("conformance: every exchange that is traded and played locally is put through it", () => {
  const played = new Set<string>(Object.values(MARKETS).map(({ exchange }) => exchange));
  assertEquals(EXCHANGE_NAMES.filter((name) => !played.has(name)), []);
  const rows: readonly TestnetMarket[] = Object.values(MARKETS);
  const markets = new Set(
    rows.map(({ exchange, kind, market }) => `${kind ?? exchange} ${market}`),
  );
  const missing = Object.entries(VENUES).flatMap(([kind, { markets: names }]) =>
    names.length < 2 ? [] : names.map((name) => `${kind} ${name}`)
  ).filter((each) => !markets.has(each) && !markets.has(`${each.split(" ")[0]} undefined`));
  assertEquals(missing, []);
});

Deno.test("docs/EXCHANGES.md: every venue's page is linked", async () => {
  const text = await Deno.readTextFile(new URL(DOCUMENT, ROOT));
  for await (const { name } of Deno.readDir(new URL("docs/venues", ROOT))) {
    assert(text.includes(`(venues/${name})`), name);
  }
});
