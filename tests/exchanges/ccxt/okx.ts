/** An OKX account of the local testnet behind the adapter, and builders for its tests. */
import { venueStage } from "./venue_stage.ts";

export const SWAP = "BTC/USDT:PERP";

export const OKX = venueStage({
  exchange: "okx",
  symbolId: "BTC/USDT",
  order: { limitPrice: null },
  adapter: { orderEntry: "rest" },
});
export const { open: openOkx, request, resting, named } = OKX;
