/** What the local Hyperliquid lists: perpetuals of its own dex, and spot pairs under both names. */
import { type Decimal, decimal } from "../../model/decimal.ts";
import { type Listing, metadataOf } from "../kit/listing.ts";

export interface HyperliquidListing extends Listing {
  readonly isSpot: boolean;
  /** The number orders name it by: the place in its list, from 10,000 on for spot pairs. */
  readonly asset: number;
  /** The venue's token or coin, e.g. `UBTC`. */
  readonly base: string;
  readonly quote: string;
  readonly szDecimals: number;
}

export interface Token {
  readonly name: string;
  readonly szDecimals: number;
  readonly weiDecimals: number;
}

const FIRST_SPOT_ASSET = 10_000;

/** `tokens` of the spot list; its pairs name them by their place. */
export const TOKENS: readonly Token[] = [
  { name: "USDC", szDecimals: 8, weiDecimals: 8 },
  { name: "PURR", szDecimals: 0, weiDecimals: 5 },
  { name: "UBTC", szDecimals: 5, weiDecimals: 10 },
  { name: "UETH", szDecimals: 4, weiDecimals: 9 },
];

/** What the engine's assets are called there, where it is not the same. */
const TOKEN_OF: Readonly<Record<string, string>> = { BTC: "UBTC", ETH: "UETH" };

export function tokenOf(asset: string): string {
  return TOKEN_OF[asset] ?? asset;
}

/** [coin, szDecimals, start]. */
const PERPS: readonly (readonly [string, number, string])[] = [
  ["BTC", 5, "50000"],
  ["ETH", 4, "3000"],
  ["SOL", 2, "150"],
];
/** [name, base asset, szDecimals, start]. */
const PAIRS: readonly (readonly [string, string, number, string])[] = [
  ["PURR/USDC", "PURR", 0, "0.2"],
  ["@1", "BTC", 5, "50000"],
  ["@2", "ETH", 4, "3000"],
];

export const LISTINGS: readonly HyperliquidListing[] = [
  ...PERPS.map(([coin, szDecimals, start], asset): HyperliquidListing => ({
    symbol: coin,
    symbolId: `${coin}/USDC:PERP`,
    metadata: metadataOf({
      symbol: coin,
      symbolId: `${coin}/USDC:PERP`,
      base: coin,
      quote: "USDC",
      settle: "USDC",
      instrumentType: "PERPETUAL",
      contractSize: decimal("1"),
      ...rulesOf(szDecimals, 6),
    }),
    startPrice: decimal(start),
    isSpot: false,
    asset,
    base: coin,
    quote: "USDC",
    szDecimals,
  })),
  ...PAIRS.map(([name, base, szDecimals, start], index): HyperliquidListing => ({
    symbol: name,
    symbolId: `${base}/USDC`,
    metadata: metadataOf({
      symbol: name,
      symbolId: `${base}/USDC`,
      base,
      quote: "USDC",
      ...rulesOf(szDecimals, 8),
    }),
    startPrice: decimal(start),
    isSpot: true,
    asset: FIRST_SPOT_ASSET + index,
    base: tokenOf(base),
    quote: "USDC",
    szDecimals,
  })),
];

/** "Tick and lot size": `decimalsMax - szDecimals` decimals, and five significant digits. */
function rulesOf(szDecimals: number, decimalsMax: number) {
  return {
    tickSize: powerOfTen(decimalsMax - szDecimals),
    stepSize: powerOfTen(szDecimals),
    minNotional: decimal("10"),
    significantDigits: 5,
  };
}

function powerOfTen(decimals: number): Decimal {
  return decimal(decimals === 0 ? "1" : `0.${"0".repeat(decimals - 1)}1`);
}
