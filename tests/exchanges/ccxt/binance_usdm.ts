/** A Binance USDⓈ-M account of the local testnet behind the adapter, and builders for its tests. */
import { defaultCredentials } from "../../../src/testnet/credentials.ts";
import { venueStage } from "./venue_stage.ts";

export const PERP = "BTC/USDT:PERP";
export const ACCOUNT = defaultCredentials("binanceusdm");

/** A key's rights are read from the wallet's API, which is on spot's hosts. */
export const USDM = venueStage({
  exchange: "binanceusdm",
  symbolId: PERP,
  adapter: { kind: "binance", market: "usdm" },
  testnet: { exchanges: ["binanceusdm", "binance"] },
});
export const { open: openUsdm, request, resting, named } = USDM;
