/** A Hyperliquid account of the local testnet behind the adapter, and builders for its tests. */
import { venueStage } from "./venue_stage.ts";

export const PERP = "BTC/USDC:PERP";
export const SPOT = "BTC/USDC";

export const HYPERLIQUID = venueStage({
  exchange: "hyperliquid",
  symbolId: PERP,
  order: { limitPrice: null },
  // Part of the time goes into the curve that checks signatures.
  adapter: { orderEntry: "rest", requestTimeoutMs: 300 },
  idAtVenue: (id) => `0x${id}`,
});
export const { open: openHyperliquid, request, resting, named } = HYPERLIQUID;
