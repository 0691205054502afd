/**
 * The venues reached through ccxt, by kind. Adding one is a profile beside this file and a line
 * here; a profile's code is loaded when an exchange of its kind is opened.
 */
import type { Credential, VenueProfile } from "../plans/profile.ts";

export interface VenueEntry {
  readonly credentials: readonly Credential[];
  /** Values of the option `market`; the first is the default. */
  readonly markets: readonly string[];
  load(market: string): Promise<VenueProfile>;
}

const KEY_AND_SECRET: readonly Credential[] = ["apiKey", "secret"];

/** By kind. */
export const VENUES: Readonly<Record<string, VenueEntry>> = {
  binance: {
    credentials: KEY_AND_SECRET,
    markets: ["spot", "usdm"],
    load: async (market) =>
      market === "usdm"
        ? (await import("./binance_usdm.ts")).binanceUsdm
        : (await import("./binance.ts")).binanceSpot,
  },
  bybit: {
    credentials: KEY_AND_SECRET,
    markets: ["spot", "linear"],
    load: async (market) =>
      (await import("./bybit.ts")).bybitProfile(market === "linear" ? "linear" : "spot"),
  },
  coinbase: {
    credentials: KEY_AND_SECRET,
    markets: ["spot"],
    load: async () => (await import("./coinbase.ts")).coinbase,
  },
  hyperliquid: {
    credentials: ["walletAddress", "privateKey"],
    markets: ["perp", "spot"],
    load: async (market) => {
      const { hyperliquidPerp, hyperliquidSpot } = await import("./hyperliquid.ts");
      return market === "spot" ? hyperliquidSpot : hyperliquidPerp;
    },
  },
  okx: {
    credentials: [...KEY_AND_SECRET, "password"],
    markets: ["all"],
    load: async () => (await import("./okx.ts")).okx,
  },
  kraken: {
    credentials: KEY_AND_SECRET,
    markets: ["spot"],
    load: async () => (await import("./kraken.ts")).kraken,
  },
  krakenfutures: {
    credentials: KEY_AND_SECRET,
    markets: ["perp"],
    load: async () => (await import("./krakenfutures.ts")).krakenFutures,
  },
};
