/** A Kraken Futures account of the local testnet behind the adapter, and builders for its tests. */
import { venueStage } from "./venue_stage.ts";

export const PERP = "BTC/USD:PERP";

export const KRAKENFUTURES = venueStage({ exchange: "krakenfutures", symbolId: PERP });
export const { open: openKrakenFutures, request, resting, named } = KRAKENFUTURES;
