/** The table of kinds says what ccxt's own classes and our profiles say. */
import { assertEquals } from "@std/assert";
import { VENUES } from "../../../src/exchanges/ccxt/profiles/registry.ts";
import { CCXT_KINDS, CCXT_VENUES } from "../../../src/model/exchange_kinds.ts";

interface Described {
  readonly urls: { readonly test?: unknown };
  readonly requiredCredentials: Readonly<Record<string, boolean>>;
}

async function described(kind: string): Promise<Described> {
  const { default: Exchange } = await import(`ccxt/${kind}.js`);
  return new Exchange() as Described; // ccxt's classes describe themselves so
}

for (const kind of CCXT_KINDS) {
  Deno.test(`kinds: ${kind}: keys and sandbox are those of ccxt's class`, async () => {
    const { urls, requiredCredentials } = await described(kind);
    const required = Object.keys(requiredCredentials).filter((name) => requiredCredentials[name]);
    const { keys, sandbox } = CCXT_VENUES[kind];
    assertEquals([...keys].sort(), required.sort());
    assertEquals(sandbox, urls.test !== undefined && urls.test !== null);
  });
}

for (const [kind, { credentials, markets }] of Object.entries(VENUES)) {
  Deno.test(`kinds: ${kind}: its profile asks for the keys and markets that a configuration may give`, () => {
    const known = CCXT_KINDS.find((each) => each === kind);
    assertEquals(known, kind);
    const venue = CCXT_VENUES[known!];
    assertEquals([...credentials].sort(), [...venue.keys].sort());
    // An only market needs no option.
    assertEquals(venue.markets, markets.length > 1 || venue.markets.length > 0 ? markets : []);
  });
}
