/** Every market of the recorded lists: what it becomes, and that its names lead back to it. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { CcxtMarket } from "../../../src/exchanges/ccxt/ccxt.ts";
import { readInstrument } from "../../../src/exchanges/ccxt/instruments/instrument.ts";
import { decimal } from "../../../src/model/decimal.ts";
import { SymbolMetadataSchema } from "../../../src/model/instrument.ts";
import { formatSymbol, parseSymbol } from "../../../src/model/symbol.ts";
import { CAPABILITIES, loaded, type Venue, VENUES } from "./market_lists.ts";

/** Rows that stand for no instrument, and the reason told. */
const REFUSED: Partial<Record<Venue, Readonly<Record<string, string>>>> = {
  coinbase: {
    "BIT-26APR24-CDE":
      "BTC/USD:FUT:20240426 would name 2 instruments: BIT-26APR24-CDE, BTI-26APR24-CDE",
    "BTI-26APR24-CDE":
      "BTC/USD:FUT:20240426 would name 2 instruments: BIT-26APR24-CDE, BTI-26APR24-CDE",
  },
  kraken: { "XBTUSD:BTNL": "ccxt's symbol XBTUSD:BTNL does not name BTC/USD" },
  krakenfutures: {
    fi_ethusd_180928: "precision.amount is missing",
    in_xbtusd: "it is neither spot nor a contract",
  },
  okx: { "ETH-USD_UM-SWAP": "base is missing" },
};

const LISTED: Readonly<Record<Venue, number>> = {
  binance: 22,
  bybit: 15,
  coinbase: 10,
  hyperliquid: 13,
  kraken: 8,
  krakenfutures: 7,
  okx: 17,
};

for (const venue of VENUES) {
  Deno.test(`instruments: ${venue} lists every market of its recorded list`, async () => {
    const { catalogue, bad } = await loaded(venue);
    const told = Object.fromEntries(bad.map(({ rawSymbol, message }) => [rawSymbol, message]));
    assertEquals(told, { ...REFUSED[venue] });
    assertEquals(catalogue.list().length, LISTED[venue]);
    for (const market of catalogue.list()) assertEquals(SymbolMetadataSchema.parse(market), market);
  });

  Deno.test(`instruments: ${venue}'s names lead to each market and back`, async () => {
    const { catalogue } = await loaded(venue);
    for (const { symbolId, instrument } of catalogue.list()) {
      const parsed = parseSymbol(symbolId);
      assert(parsed !== null, symbolId);
      assertEquals(formatSymbol(parsed), symbolId);
      const scope = parsed.kind === "SPOT" ? "spot" : "contract";
      const { rawSymbol } = instrument;
      assertEquals(catalogue.rawOf(symbolId), rawSymbol);
      assertEquals(catalogue.symbolOf(rawSymbol, scope), symbolId);
      assertEquals(catalogue.contractSizeOf(rawSymbol, scope), instrument.contractSize);
      const market = catalogue.marketOf(symbolId);
      assertEquals(market?.id, rawSymbol);
      const listed = { kind: "listed", symbolId };
      assertEquals<unknown>(catalogue.resolve(market!.symbol), listed);
      assertEquals<unknown>(catalogue.resolve(symbolId), listed);
    }
  });
}

/** Tick, step, least and largest quantity, least notional, contract size: the texts of the row. */
const EXACT: readonly (readonly [Venue, string, string, readonly (string | null)[]])[] = [
  ["binance", "ETH/BTC", "ETHBTC", ["0.000001", "0.001", "0.001", "100000", "0.0001", null]],
  ["binance", "BTC/USDT:PERP", "BTCUSDT", ["0.1", "0.001", "0.001", "1000", "100", "1"]],
  // 100 USD a contract: quantities of inverse contracts are quote units.
  ["binance", "BTC/USD:PERP@BTC", "BTCUSD_PERP", ["0.1", "100", "100", "10000000", null, "100"]],
  ["binance", "XRP/USDT:OPT:P:2.5:20261225", "XRP-261225-2.5-P", [
    "0.1",
    "1",
    "1",
    "100100",
    null,
    "100",
  ]],
  ["bybit", "BTC/USDT", "BTCUSDT", ["0.01", "0.000001", "0.00004", "63.01197227", "1", null]],
  ["bybit", "BTC/USD:FUT:20261225@BTC", "BTCUSDZ26", ["0.5", "1", "1", "100", null, "1"]],
  ["bybit", "BTC/USD:OPT:C:80000:20231229@USDC", "BTC-29DEC23-80000-C", [
    "5",
    "0.01",
    "0.01",
    "500",
    null,
    "1",
  ]],
  ["coinbase", "TONE/USD", "TONE-USD", [
    "0.00001",
    "1",
    "26.7187147229469674",
    "267187147.2294696735908216",
    "1",
    null,
  ]],
  ["coinbase", "BTC/USD:FUT:20261231", "BIT-31DEC26-CDE", [
    "5",
    "0.01",
    "0.01",
    "1000000",
    null,
    "0.01",
  ]],
  ["kraken", "PEPE/USD", "PEPEUSD", ["0.000000001", "0.00001", "250000", null, "0.5", null]],
  // 1e-10 and 10^3 in the row.
  ["krakenfutures", "PEPE/USD:PERP", "PF_PEPEUSD", [
    "0.0000000001",
    "1000",
    "1000",
    null,
    null,
    "1",
  ]],
  // Lots of 0.01 contracts of 0.01 BTC.
  ["okx", "BTC/USDT:PERP", "BTC-USDT-SWAP", ["0.1", "0.0001", "0.0001", "1000000", null, "0.01"]],
  ["okx", "PEPE/USDT:PERP", "PEPE-USDT-SWAP", [
    "0.000000001",
    "1000000",
    "1000000",
    "1000000000000000",
    null,
    "10000000",
  ]],
];

for (const [venue, symbolId, rawSymbol, texts] of EXACT) {
  Deno.test(`instruments: ${symbolId} of ${venue} has the venue's own texts`, async () => {
    const { catalogue } = await loaded(venue);
    const found = catalogue.get(symbolId);
    assert(found !== undefined);
    const { instrument, amount, price } = found;
    assertEquals(instrument.rawSymbol, rawSymbol);
    assertEquals<readonly (string | null)[]>(
      [
        price.tickSize,
        amount.step,
        amount.min,
        amount.max,
        amount.minNotional,
        instrument.contractSize,
      ],
      texts,
    );
  });
}

Deno.test("instruments: kinds, settlement and expiry", async () => {
  const { catalogue } = await loaded("okx");
  const shown = (symbolId: string) => {
    const { instrumentType, settleCurrency, metadata } = catalogue.get(symbolId)!.instrument;
    return [instrumentType, settleCurrency, metadata["expiry"] ?? null];
  };
  assertEquals(shown("BTC/USDT"), ["SPOT", null, null]);
  assertEquals(shown("BTC/USDT:PERP"), ["PERPETUAL", "USDT", null]);
  assertEquals(shown("BTC/USD:PERP@BTC"), ["PERPETUAL", "BTC", null]);
  assertEquals(shown("BTC/USDT:FUT:20261225"), ["FUTURES", "USDT", 1_798_185_600_000]);
  assertEquals(shown("ETH/USD:OPT:P:2500.5:20261225@ETH"), ["OPTION", "ETH", 1_798_185_600_000]);
});

Deno.test("instruments: what a profile knows prevails over ccxt's market", async () => {
  const { catalogue } = await loaded("okx", {
    // ccxt leaves out the multiplier of options, and takes a bound of market orders for one of all.
    contractSize: ({ info, contractSize }) => {
      const { ctVal, ctMult } = info as { readonly ctVal: string; readonly ctMult: string };
      return ctMult === "0.01" ? decimal("0.01") : decimal(String(contractSize ?? ctVal));
    },
    amount: () => ({ maxNotional: null }),
    metadata: ({ info }) => ({ state: (info as { readonly state: string }).state }),
  });
  const option = catalogue.get("BTC/USD:OPT:C:92000:20261225@BTC")!;
  assertEquals<unknown>([option.instrument.contractSize, option.amount.step], ["0.01", "0.01"]);
  const spot = catalogue.get("ETH/USDT")!;
  assertEquals(spot.amount.maxNotional, null);
  assertEquals(catalogue.get("SHIB/USDT")!.instrument.metadata, {
    active: false,
    state: "suspend",
  });
});

Deno.test("instruments: significant digits replace the tick of the moment's price", async () => {
  const { catalogue } = await loaded("hyperliquid", {
    price: ({ info, spot }) => {
      const decimals = (spot === true ? 8 : 6) - Number((info as Szd).szDecimals ?? 0);
      return {
        spacing: "DYNAMIC",
        significantDigits: 5,
        tickSize: decimal(`0.${"0".repeat(decimals - 1)}1`),
      };
    },
  });
  const { price, instrument } = catalogue.get("ETH/USDC:PERP")!;
  assertEquals<unknown>([price.spacing, price.significantDigits, price.tickSize], [
    "DYNAMIC",
    5,
    "0.01",
  ]);
  assertEquals(instrument.pricePrecision, 2);
});

interface Szd {
  readonly szDecimals?: number;
}

const MARKET: CcxtMarket = {
  id: "BTCUSDT",
  symbol: "BTC/USDT",
  base: "BTC",
  quote: "USDT",
  spot: true,
  precision: { amount: "0.001", price: "0.5" },
  limits: {},
  info: {},
};
const EXTRAS = { capabilities: () => CAPABILITIES };

function read(fields: Partial<CcxtMarket>, precisionMode = 4) {
  return readInstrument({ ...MARKET, ...fields }, { extras: EXTRAS, precisionMode });
}

Deno.test("instruments: precision in decimal places and in significant digits", () => {
  const places = read({ precision: { amount: 3, price: "-1" } }, 2);
  assertEquals<unknown>([places.amount.step, places.price.tickSize], ["0.001", "10"]);
  assertEquals([places.instrument.quantityPrecision, places.instrument.pricePrecision], [3, -1]);
  const extras = { ...EXTRAS, amount: () => ({ step: decimal("0.00000001") }) };
  const market = { ...MARKET, precision: { amount: 8, price: 5 } };
  const { price } = readInstrument(market, { extras, precisionMode: 3 });
  assertEquals([price.spacing, price.significantDigits], ["DYNAMIC", 5]);
  assertThrows(() => read({ precision: { amount: 8, price: 5 } }, 3), Error, "tells no step");
});

/** What is wrong, and what the refusal says of it. */
const NONSENSE: readonly (readonly [Partial<CcxtMarket>, string])[] = [
  [{ precision: { amount: "0.001" } }, "precision.price is missing"],
  [{ precision: { amount: "0", price: "1" } }, "precision.amount is missing"],
  [{ precision: { amount: "0.001", price: "abc" } }, 'precision.price is "abc", not a number'],
  [{ precision: { amount: "0.001", price: "-0.1" } }, "precision.price is -0.1, below zero"],
  [{ precision: { amount: true, price: "1" } }, "precision.amount is a boolean, not a number"],
  [{ precision: { amount: "1e-19", price: "1" } }, "at most 18 decimals"],
  [{ limits: { amount: { min: NaN } } }, "must be finite"],
  [{ base: "BT/C" }, "BT/C/USDT is not a canonical symbol"],
  [{ symbol: "BTC/USDC" }, "ccxt's symbol BTC/USDC does not name BTC/USDT"],
  [{ spot: false }, "it is neither spot nor a contract"],
  [{ spot: false, swap: true }, "settle is missing"],
  [{ spot: false, swap: true, settle: "USDT", symbol: "BTC/USDT:USDT" }, "a contract without a"],
  [{ spot: false, future: true, settle: "USDT" }, "a dated contract without a time of expiry"],
  [{ spot: false, option: true, settle: "USDT", expiry: 0 }, "an option without a strike"],
  [
    { spot: false, option: true, settle: "USDT", expiry: 0, strike: "1" },
    "an option that is neither call nor put",
  ],
];

for (const [fields, message] of NONSENSE) {
  Deno.test(`instruments: ${JSON.stringify(fields)} is refused`, () => {
    assertThrows(() => read(fields), Error, message);
  });
}

Deno.test("instruments: a strike that the name and the field tell differently is refused", () => {
  const option: Partial<CcxtMarket> = {
    spot: false,
    option: true,
    settle: "USDT",
    expiry: 1_798_185_600_000,
    contractSize: "1",
    optionType: "call",
  };
  const symbol = "BTC/USDT:USDT-261225-1e5-C";
  const { symbolId } = read({ ...option, symbol, strike: 100_000 });
  assertEquals(symbolId, "BTC/USDT:OPT:C:100000:20261225");
  assertThrows(() => read({ ...option, symbol, strike: 10_000 }), Error, "does not name");
});
