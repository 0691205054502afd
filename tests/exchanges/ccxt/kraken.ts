/** A Kraken account of the local testnet behind the adapter, and builders for its tests. */
import { venueStage } from "./venue_stage.ts";

export const SYMBOL = "BTC/USD";

export const KRAKEN = venueStage({
  exchange: "kraken",
  symbolId: SYMBOL,
  testnet: { limits: "none" },
});
export const { open: openKraken, request, resting, named } = KRAKEN;
