/**
 * Coinbase Advanced Trade, spot, with a key of the developer platform (ES256). Futures are not
 * listed. What is quoted here and in the files beside it is the venue's own documentation
 * (docs.cdp.coinbase.com, Advanced Trade API) as read on 2026-11-21.
 */
import type { RateLimits, RequestCost } from "../../../model/rate_limits.ts";
import type { RequestKind } from "../../exchange.ts";
import type { VenueProfile } from "../plans/profile.ts";
import { loadVenueCode } from "../venue_code.ts";
import { coinbaseEntry } from "./coinbase/entry.ts";
import { COINBASE_ERRORS, errorOf } from "./coinbase/errors.ts";
import { readCoinbaseInstrument } from "./coinbase/instruments.ts";
import { coinbaseMarket } from "./coinbase/market.ts";
import { coinbaseReads } from "./coinbase/reads.ts";
import { UUID_CLIENT_ID } from "./coinbase/rows.ts";
import { configure } from "./coinbase/session.ts";
import { coinbaseUserSocket } from "./coinbase/stream.ts";

export const coinbase: VenueProfile = {
  kind: "coinbase",
  type: "CEX",
  credentials: ["apiKey", "secret"],
  timing: {
    // A token is good for two minutes at most; ours says an earlier end (`exp`), after 10 s.
    validityMs: 10_000,
    // No documented value: what was taken is in the lists or declined by then, by our assumption.
    engineBoundMs: 10_000,
    // list-orders says nothing of how far it may lag. 5 s is our choice.
    settleMs: 5_000,
    // Orders are kept without a bound that is told; a look-up lists this much of them, by choice.
    retentionMs: 24 * 3_600_000,
  },
  rateLimits: rateLimits(),
  cost,
  usage: () => null, // Advanced Trade tells no use in its headers.
  cancelByClientOrderId: false, // cancel-orders takes `order_ids` alone.
  amendInPlace: true, // edit-order; every resting order here is limit GTC, which it takes.
  deadMansSwitch: { kind: "none" },
  clientId: UUID_CLIENT_ID,
  nonce: "time",
  oneByOne: false,
  load: () => loadVenueCode("coinbase"),
  ccxtOptions: { number: String },
  configure,
  instrumentParams: {},
  marketRows: ["products"],
  serves: (market) => market.spot === true,
  instrument: readCoinbaseInstrument,
  keptInfo: () => ({}), // Nothing of ccxt builds orders.
  entry: coinbaseEntry,
  reads: coinbaseReads,
  sockets: [coinbaseUserSocket],
  market: coinbaseMarket,
  answers: {
    errorOf,
    errors: COINBASE_ERRORS,
    // "HTTP 429" is all that is said of it; the request goes no further.
    banStatuses: new Set([429]),
    // Limits are counted by the second.
    retryAfterDefaultMs: 1_000,
  },
};

/**
 * rest-api-rate-limits of Advanced Trade, as ccxt 4.5.84 quotes it: 30 private requests a second
 * for an account, 10 public ones for an IP.
 */
function rateLimits(): RateLimits {
  return {
    budgets: {
      private: { kind: "window", scope: "account", capacity: 30, intervalMs: 1_000 },
      public: { kind: "window", scope: "ip", capacity: 10, intervalMs: 1_000 },
    },
  };
}

const ONE: RequestCost = [{ budget: "private", amount: 1 }];
/** First pages of the open orders, the history and the trades; further ones ask by themselves. */
const LOOKUP: RequestCost = [{ budget: "private", amount: 3 }];
const PUBLIC: RequestCost = [{ budget: "public", amount: 1 }];
const NOTHING: RequestCost = [];

function cost(kind: RequestKind): RequestCost {
  switch (kind) {
    case "lookup":
      return LOOKUP;
    case "instruments":
    case "ticker":
    case "serverTime":
      return PUBLIC;
    case "positions": // There are none.
    case "deadMansSwitch":
      return NOTHING;
    default:
      return ONE;
  }
}
