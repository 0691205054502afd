/** A Coinbase account of the local testnet behind the adapter, and builders for its tests. */
import { UUID_CLIENT_ID } from "../../../src/exchanges/ccxt/profiles/coinbase/rows.ts";
import { venueStage } from "./venue_stage.ts";

export const SYMBOL = "BTC/USD";

export const COINBASE = venueStage({
  exchange: "coinbase",
  symbolId: SYMBOL,
  idAtVenue: UUID_CLIENT_ID.render,
});
export const { open: openCoinbase, request, resting, named } = COINBASE;
