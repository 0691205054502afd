/** A Bybit account of the local testnet behind the adapter, and builders for its tests. */
import { type Opened, type OpenOptions, venueStage } from "./venue_stage.ts";

export const SPOT = "BTC/USDT";
export const PERP = "BTC/USDT:PERP";

export const BYBIT = venueStage({
  exchange: "bybit",
  symbolId: SPOT,
  adapter: { market: "spot" },
});
export const { request, resting, named } = BYBIT;

export function openBybit(
  { market = "spot", adapter, ...options }: OpenOptions & {
    readonly market?: "spot" | "linear";
  } = {},
): Promise<Opened> {
  return BYBIT.open({ ...options, adapter: { market, ...adapter } });
}
