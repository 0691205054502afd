import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type CanonicalSymbol,
  CanonicalSymbolSchema,
  formatSymbol,
  parseSymbol,
} from "../../src/model/symbol.ts";

Deno.test("symbol: the kinds of instruments", () => {
  const pair = { base: "BTC", quote: "USDT" };
  const symbols: readonly (readonly [string, unknown])[] = [
    ["BTC/USDT", { kind: "SPOT", ...pair }],
    ["BTC/USDT:PERP", { kind: "PERP", ...pair, settle: "USDT" }],
    ["BTC/USDT:FUT:20280229", { kind: "FUT", ...pair, settle: "USDT", expiry: "20280229" }],
    ["BTC/USD:PERP@BTC", { kind: "PERP", base: "BTC", quote: "USD", settle: "BTC" }],
    ["ETH/USD:OPT:P:1500.5:20261225@ETH", {
      kind: "OPT",
      base: "ETH",
      quote: "USD",
      settle: "ETH",
      right: "P",
      strike: "1500.5",
      expiry: "20261225",
    }],
    ["1000PEPE/USDT", { kind: "SPOT", base: "1000PEPE", quote: "USDT" }],
    ["币安人生/USDT", { kind: "SPOT", base: "币安人生", quote: "USDT" }],
  ];
  for (const [text, symbol] of symbols) assertEquals<unknown>(parseSymbol(text), symbol);
});

Deno.test("symbol: any other spelling is refused", () => {
  const others = [
    "",
    "BTC",
    "BTCUSDT",
    "BTC/",
    "/USDT",
    "BTC/USDT/EUR",
    "BTC /USDT",
    "BTC/USDT:",
    "BTC/USDT:SWAP",
    "BTC/USDT:USDT",
    "BTC/USDT:PERP:20261225",
    "BTC/USDT:PERP@USDT",
    "BTC/USDT@BTC",
    "BTC/USDT:FUT",
    "BTC/USDT:FUT:20270229",
    "BTC/USDT:FUT:20261301",
    "BTC/USDT:FUT:261225",
    "BTC/USDT:OPT:X:1:20261225",
    "BTC/USDT:OPT:C:0:20261225",
    "BTC/USDT:OPT:C:1.50:20261225",
    "BTC/USDT:OPT:C:1.:20261225",
    "BTC/USDT:OPT:C:20261225",
    "BTC/USDT:PERP\n",
    "A".repeat(49) + "/USDT",
    "A".repeat(10_000),
  ];
  for (const text of others) assertEquals(parseSymbol(text), null, text.slice(0, 60));
});

Deno.test("symbol: writing and reading again give the same symbol", () => {
  const asset = fc.stringMatching(/^[A-Z0-9]{1,10}$/);
  const expiry = fc.constantFrom("20261225", "20280229", "19700101");
  const strike = fc.constantFrom("1", "0.005", "65000", "1500.25");
  const kind = fc.constantFrom("SPOT", "PERP", "FUT", "OPT");
  const right = fc.constantFrom("C", "P");
  fc.assert(
    fc.property(
      asset,
      asset,
      asset,
      expiry,
      strike,
      kind,
      right,
      (base, quote, settle, ...rest) => {
        const [day, price, which, side] = rest;
        const fields = {
          SPOT: { base, quote },
          PERP: { base, quote, settle },
          FUT: { base, quote, settle, expiry: day },
          OPT: { base, quote, settle, right: side, strike: price, expiry: day },
        }[which as "SPOT"];
        const symbol = { kind: which, ...fields } as unknown as CanonicalSymbol;
        const text = formatSymbol(symbol);
        assertEquals(parseSymbol(text), symbol);
        assertEquals(CanonicalSymbolSchema.parse(text), text);
      },
    ),
    { seed: 20260101, numRuns: 500 },
  );
});
