/** A venue of the kit with one spot pair and one perpetual, and nobody listening. */
import { decimal } from "../../../src/model/decimal.ts";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";
import type { TestnetAccount } from "../../../src/testnet/credentials.ts";
import { KeyRing } from "../../../src/testnet/kit/key_ring.ts";
import { type Listing, Listings, metadataOf } from "../../../src/testnet/kit/listing.ts";
import type { MarketListener } from "../../../src/testnet/kit/market.ts";
import type { OrderRules } from "../../../src/testnet/kit/orders.ts";
import { Venue } from "../../../src/testnet/kit/venue.ts";
import type { NewOrder } from "../../../src/exchanges/paper/messages.ts";

export const ALICE: TestnetAccount = { apiKey: "alice", secret: "a" };
export const BOB: TestnetAccount = { apiKey: "bob", secret: "b", balances: { USDT: "7" } };
export const SPOT = "BTC/USDT";
export const PERPETUAL = "BTC/USDT:PERP";
/** How a request that meets no fault is processed. */
export const PLAIN = { receivedAt: 0 };

const SILENT: MarketListener<Listing> = { onTrade() {}, onTouch() {}, onDiff() {} };
const PAIR = {
  base: "BTC",
  quote: "USDT",
  tickSize: decimal("0.1"),
  stepSize: decimal("0.001"),
};

export const LISTINGS: readonly Listing[] = [
  {
    symbol: "XXBTZUSDT",
    aliases: ["XBT/USDT"],
    symbolId: SPOT,
    metadata: metadataOf({ ...PAIR, symbol: "XXBTZUSDT", symbolId: SPOT }),
    startPrice: decimal("50000"),
  },
  {
    symbol: "PF_XBTUSDT",
    symbolId: PERPETUAL,
    metadata: metadataOf({
      ...PAIR,
      symbol: "PF_XBTUSDT",
      symbolId: PERPETUAL,
      instrumentType: "PERPETUAL",
      settle: "USDT",
    }),
    startPrice: decimal("50000"),
  },
];

export function openVenue(
  given: {
    readonly orders?: OrderRules;
    readonly listener?: MarketListener<Listing>;
    readonly clock?: VirtualClock;
  } = {},
): { readonly venue: Venue<Listing>; readonly clock: VirtualClock } {
  const clock = given.clock ?? new VirtualClock();
  const venue = new Venue({
    exchange: "somewhere",
    clock,
    listings: new Listings(LISTINGS),
    keys: new KeyRing([ALICE, BOB]),
    defaultBalances: { USDT: "1000000", BTC: "10" },
    fees: { maker: decimal("0.001"), taker: decimal("0.001") },
    listener: given.listener ?? SILENT,
    ...(given.orders === undefined ? {} : { orders: given.orders }),
  });
  return { venue, clock };
}

/** Far below the market, so that it rests. */
export function resting(order: Partial<NewOrder> = {}): NewOrder {
  return {
    symbolId: SPOT,
    side: "BUY",
    type: "LIMIT",
    price: decimal("40000"),
    quantity: decimal("0.01"),
    ...order,
  };
}
