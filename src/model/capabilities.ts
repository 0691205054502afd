/** What a market can do, told by what it can: whatever is left out is `NO` and so refused. */
import type { MarketCapabilities } from "./instrument.ts";

type Nested = "timeInForce" | "conditional";

/** What is left out is `NO`. */
export type CapabilitiesGiven =
  & Partial<Omit<MarketCapabilities, Nested>>
  & { readonly [K in Nested]?: Partial<MarketCapabilities[K]> };

const NOTHING: MarketCapabilities = {
  sides: ["BUY", "SELL"],
  amountTypes: ["BASE"],
  market: "NO",
  limit: "NO",
  timeInForce: { GTC: "NO", IOC: "NO", FOK: "NO", DAY: "NO", GTD: "NO" },
  conditional: { STOP_LOSS: "NO", TAKE_PROFIT: "NO", TRAILING_STOP: "NO" },
  trailing: "NO",
  postOnly: "NO",
  reduceOnly: "NO",
  iceberg: "NO",
  amendInPlace: "NO",
  cancelAll: "NO",
  deadManSwitch: "NO",
  lookupByClientOrderId: "NO",
};

/** Both sides and amounts in base units, unless given otherwise. */
export function capabilities(given: CapabilitiesGiven): MarketCapabilities {
  return {
    ...NOTHING,
    ...given,
    timeInForce: { ...NOTHING.timeInForce, ...given.timeInForce },
    conditional: { ...NOTHING.conditional, ...given.conditional },
  };
}
