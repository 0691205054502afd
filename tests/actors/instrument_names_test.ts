/** What callers are told of names and assets, by an exchange with contracts and aliases. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { decimal } from "../../src/model/decimal.ts";
import { NotFoundError, ValidationError } from "../../src/model/errors.ts";
import type { SymbolMetadata } from "../../src/model/instrument.ts";
import type { SymbolResolution } from "../../src/model/symbol.ts";
import { openPaperKernel, type PaperKernel, RESTING } from "./paper_kernel.ts";

const NAMES: Readonly<Record<string, SymbolResolution>> = {
  XXBTZUSD: { kind: "listed", symbolId: "BTC/USDT" },
  LUNAUSDT: { kind: "delisted", symbolId: "LUNA/USDT" },
  BTCUSDT: { kind: "ambiguous", candidates: ["BTC/USDT", "BTC/USDT:PERP"] },
};

function names(name: string, run: (k: PaperKernel) => Promise<void> | void): void {
  Deno.test(`instrument names: ${name}`, async () => {
    const k = await openPaperKernel(["a"]);
    try {
      const { instruments } = k.exchange("a").adapter;
      const list = [...instruments.list(), dated(instruments.get("BTC/USDT")!)];
      Object.assign(instruments, {
        list: () => list,
        get: (symbolId: string) => list.find((market) => market.symbolId === symbolId),
        resolve: (name: string) => NAMES[name] ?? { kind: "unknown" },
        currencyName: (code: string) => code === "BTC" ? "Bitcoin" : undefined,
      });
      await run(k);
    } finally {
      await k.close();
    }
  });
}

/** A contract of 0.01 BTC that ends at eight o'clock. */
function dated(spot: SymbolMetadata): SymbolMetadata {
  return {
    ...spot,
    symbolId: "BTC/USD:FUT:20261225@BTC",
    instrument: {
      ...spot.instrument,
      settleCurrency: "XBT",
      instrumentType: "FUTURES",
      contractSize: decimal("0.01"),
      metadata: { expiry: 1_798_185_600_000 },
    },
  };
}

names("another spelling of a market is answered with its canonical one", async (k) => {
  const placed = () => k.kernel.exchange("a").placeOrder({ ...RESTING, symbolId: "XXBTZUSD" });
  const error = await assertRejects(placed, ValidationError);
  assertEquals(
    [error.code, error.message],
    [
      "SYMBOL_UNKNOWN",
      "Cannot place order: symbolId must be listed by a, got XXBTZUSD; " +
      "it is called BTC/USDT here",
    ],
  );
});

names("a name of two instruments is refused with the candidates", async (k) => {
  const placed = () => k.kernel.exchange("a").placeOrder({ ...RESTING, symbolId: "BTCUSDT" });
  const error = await assertRejects(placed, ValidationError);
  assertEquals(
    [error.code, error.message],
    [
      "SYMBOL_AMBIGUOUS",
      "Cannot place order: symbolId must be listed by a, got BTCUSDT; " +
      "the name fits BTC/USDT, BTC/USDT:PERP",
    ],
  );
});

names("a symbol that is gone is told so", (k) => {
  assertThrows(
    () => k.kernel.exchange("a").getSymbolMetadata("LUNAUSDT"),
    NotFoundError,
    "Cannot get symbol: a does not list LUNAUSDT; LUNA/USDT is not tradable any more",
  );
  assertThrows(
    () => k.kernel.exchange("a").getSymbolMetadata("NOPE"),
    NotFoundError,
    "Cannot get symbol: a does not list NOPE",
  );
});

names("a currency is described by its venue's name, else by its code", (k) => {
  const exchange = k.kernel.exchange("a");
  const shown = (assetId: string) => {
    const { name, assetType, contractSize, tickSize } = exchange.getAssetMetadata(assetId);
    return [name, assetType, contractSize, tickSize];
  };
  assertEquals(shown("BTC"), ["Bitcoin", "SPOT", null, null]);
  assertEquals(shown("USDT"), ["USDT", "SPOT", null, null]);
  // Nothing is bought or sold in it, but contracts are settled in it.
  assertEquals(shown("XBT"), ["XBT", "SPOT", null, null]);
  assertThrows(() => exchange.getAssetMetadata("NOPE"), NotFoundError, "trades NOPE");
});

names("a contract is an asset of its own, a spot symbol is none", (k) => {
  const exchange = k.kernel.exchange("a");
  const asset = exchange.getAssetMetadata("BTC/USD:FUT:20261225@BTC");
  assertEquals(asset, {
    assetId: "BTC/USD:FUT:20261225@BTC",
    symbol: "BTC/USD:FUT:20261225@BTC",
    assetType: "FUTURE",
    name: "BTC/USD:FUT:20261225@BTC",
    contractSize: decimal("0.01"),
    settlementAsset: "XBT",
    expiryTimestamp: 1_798_185_600_000,
    tickSize: decimal("0.01"),
    lotSize: decimal("0.00001"),
    initialMarginRate: null,
    maintenanceMarginRate: null,
    metadata: {},
  });
  assertThrows(() => exchange.getAssetMetadata("BTC/USDT"), NotFoundError);
});
