/**
 * Hyperliquid: perpetuals of the venue's own dex, or spot pairs, one of the two per exchange. Not
 * listed: perpetuals of other dexes (HIP-3), whose orders the venue drops silently when they have a
 * client id (hyperliquid-python-sdk issue 251), so that none could be proven. What is quoted here
 * and in the files beside it is the venue's own documentation (hyperliquid.gitbook.io,
 * /hyperliquid-docs/for-developers/api) as read on 2026-11-21.
 */
import type { VenueProfile } from "../plans/profile.ts";
import { loadVenueCode } from "../venue_code.ts";
import { hyperliquidEntry } from "./hyperliquid/entry.ts";
import { errorOf, HYPERLIQUID_ERRORS } from "./hyperliquid/errors.ts";
import {
  coinOf,
  type HyperliquidMarket,
  isServed,
  readHyperliquidInstrument,
} from "./hyperliquid/instruments.ts";
import { cost, hyperliquidRateLimits } from "./hyperliquid/limits.ts";
import { hyperliquidMarket } from "./hyperliquid/market.ts";
import { hyperliquidReads } from "./hyperliquid/reads.ts";
import { CLOID } from "./hyperliquid/rows.ts";
import { configure, listMid } from "./hyperliquid/session.ts";
import { hyperliquidPrivateSocket } from "./hyperliquid/stream.ts";

export const hyperliquidPerp: VenueProfile = profileOf("perp");
export const hyperliquidSpot: VenueProfile = profileOf("spot");

function profileOf(market: HyperliquidMarket): VenueProfile {
  return {
    kind: "hyperliquid",
    type: "DEX",
    credentials: ["walletAddress", "privateKey"],
    timing: {
      // Ours, told with every action by `expiresAfter`, "after which the action will be rejected".
      // Short ones cost: a stale action counts five times.
      validityMs: 5_000,
      // No documented value. That what was admitted is in a block or void 10 s after is an
      // assumption of ours.
      engineBoundMs: 10_000,
      // No documented value: reads come from nodes that follow the chain. 2 s is an assumption.
      settleMs: 2_000,
      // No documented value: `orderStatus` names no end, lists have the 2,000 newest orders. A day
      // is an assumption of ours.
      retentionMs: 24 * 3_600_000,
    },
    rateLimits: hyperliquidRateLimits,
    cost,
    usage: () => null, // Answers have no headers that tell; the private socket asks.
    cancelByClientOrderId: true,
    // `modify` is a cancel and a new order of the size given, whatever was filled of the old one
    // (nautilus_trader issues 3986 and 4154): the two may fill more than was asked for.
    amendInPlace: false,
    // `scheduleCancel` needs $1,000,000 of volume and fires ten times a day at most.
    deadMansSwitch: { kind: "none" },
    clientId: CLOID,
    // "The 100 highest nonces are stored per address. Every new transaction must have nonce larger
    // than the smallest nonce in this set and also never have been used before": a hundred may
    // overtake each other.
    nonce: "increasing",
    oneByOne: false,
    load: () => loadVenueCode("hyperliquid"),
    ccxtOptions: {
      options: {
        defaultType: market === "spot" ? "spot" : "swap",
        fetchMarkets: { types: [market === "spot" ? "spot" : "swap"] },
      },
    },
    isRead: ({ url }) => url.endsWith("/info"),
    configure,
    instrumentParams: {},
    serves: (each) => isServed(each, market),
    instrument(each, exchange) {
      const read = readHyperliquidInstrument(each, exchange);
      listMid(exchange, each);
      return read;
    },
    names: (each) => [coinOf(each)],
    keptInfo: () => ({}), // ccxt builds orders from its own fields.
    entry: hyperliquidEntry,
    reads: hyperliquidReads(market),
    sockets: [hyperliquidPrivateSocket(market)],
    market: hyperliquidMarket,
    answers: {
      errorOf,
      errors: HYPERLIQUID_ERRORS,
      banStatuses: new Set([429]),
      // The weight is counted by the minute, and no answer says when it is free again. Ours.
      retryAfterDefaultMs: 10_000,
    },
  };
}
