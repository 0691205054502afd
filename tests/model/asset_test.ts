import { assertEquals } from "@std/assert";
import { contractAsset, currencyAsset } from "../../src/model/asset.ts";
import { AssetMetadataSchema, SymbolMetadataSchema } from "../../src/model/instrument.ts";
import { instrumentInput, symbolMetadataInput } from "./builders.ts";

function contract(symbol: string, instrumentType: string, metadata = {}) {
  return SymbolMetadataSchema.parse({
    ...symbolMetadataInput(),
    symbolId: symbol,
    instrument: { ...instrumentInput(), symbol, instrumentType, metadata, settleCurrency: "USDT" },
  });
}

Deno.test("asset: each kind of contract, and when it ends", () => {
  const shown = (market: ReturnType<typeof contract>) => {
    const asset = contractAsset(market);
    assertEquals(AssetMetadataSchema.parse(asset), asset);
    return [asset.assetType, asset.expiryTimestamp];
  };
  assertEquals(shown(contract("BTC/USDT:PERP", "PERPETUAL")), ["PERP", null]);
  // The day is in the name; the hour is the venue's to tell.
  const future = "BTC/USDT:FUT:20261225";
  assertEquals(shown(contract(future, "FUTURES")), ["FUTURE", Date.UTC(2026, 11, 25)]);
  const expiry = Date.UTC(2026, 11, 25, 8);
  assertEquals(shown(contract(future, "FUTURES", { expiry })), ["FUTURE", expiry]);
  const option = "BTC/USDT:OPT:C:1:20261225";
  assertEquals(shown(contract(option, "OPTION", { expiry })), ["OPTION", expiry]);
});

Deno.test("asset: a currency has a name of bounded length", () => {
  const asset = currencyAsset("BTC", "B".repeat(1_000));
  assertEquals(AssetMetadataSchema.parse(asset), asset);
  assertEquals([asset.assetId, asset.name.length], ["BTC", 128]);
  assertEquals(currencyAsset("BTC").name, "BTC");
});
