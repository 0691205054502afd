/** What is known of an asset, made of what a venue lists. */
import type { AssetMetadata, AssetType, InstrumentType, SymbolMetadata } from "./instrument.ts";
import { parseSymbol } from "./symbol.ts";

/** A contract as an asset: a position in it is a holding of it. */
export function contractAsset(market: SymbolMetadata): AssetMetadata {
  const { instrument, amount, price, symbolId } = market;
  return {
    ...currencyAsset(symbolId),
    assetType: ASSET_TYPES[instrument.instrumentType],
    contractSize: instrument.contractSize,
    settlementAsset: instrument.settleCurrency,
    expiryTimestamp: expiryOf(market),
    tickSize: price.tickSize,
    lotSize: amount.step,
  };
}

/** @param name for people; the code where the venue has none. */
export function currencyAsset(code: string, name: string = code): AssetMetadata {
  return {
    assetId: code,
    symbol: code,
    assetType: "SPOT",
    name: name.slice(0, NAME_MAX),
    contractSize: null,
    settlementAsset: null,
    expiryTimestamp: null,
    tickSize: null,
    lotSize: null,
    initialMarginRate: null,
    maintenanceMarginRate: null,
    metadata: {},
  };
}

/** The venue's own time; where it tells none, the beginning of the day that is in the name. */
function expiryOf({ symbolId, instrument }: SymbolMetadata): number | null {
  const { expiry } = instrument.metadata;
  if (typeof expiry === "number") return expiry;
  const symbol = parseSymbol(symbolId);
  if (symbol === null || !("expiry" in symbol)) return null;
  const number = (from: number, to: number) => Number(symbol.expiry.slice(from, to));
  return Date.UTC(number(0, 4), number(4, 6) - 1, number(6, 8));
}

/**
 * From when on a dated contract is surely over, by the venue's clock: its own time, where it tells
 * none the end of the day that is in the name; null for what does not end.
 */
export function endOf(market: SymbolMetadata): number | null {
  const expiry = expiryOf(market);
  if (expiry === null || expiry === market.instrument.metadata["expiry"]) return expiry;
  return expiry + DAY_MS;
}

const DAY_MS = 24 * 3_600_000;

const ASSET_TYPES: Readonly<Record<InstrumentType, AssetType>> = {
  SPOT: "SPOT",
  MARGIN: "MARGIN",
  PERPETUAL: "PERP",
  FUTURES: "FUTURE",
  OPTION: "OPTION",
  SYNTHETIC: "SYNTHETIC",
};

/** As `AssetMetadataSchema` bounds it. */
const NAME_MAX = 128;
