/**
 * Kraken spot. Margin, the venue's xStocks and pairs whose names its WebSocket uses for others are
 * not served; perpetuals are the kind `krakenfutures`. What is quoted here and in the files beside
 * it is the venue's own documentation (docs.kraken.com) as read on 2026-11-21.
 */
import type { CcxtExchange } from "../ccxt.ts";
import type { VenueProfile } from "../plans/profile.ts";
import { loadVenueCode } from "../venue_code.ts";
import { krakenEntry } from "./kraken/entry.ts";
import { errorOf, KRAKEN_ERRORS } from "./kraken/errors.ts";
import { isServed, keptInfo, namesOf, readKrakenInstrument } from "./kraken/instruments.ts";
import { KRAKEN_RATE_LIMITS, krakenCost } from "./kraken/limits.ts";
import { krakenMarket } from "./kraken/market.ts";
import { krakenReads } from "./kraken/reads.ts";
import { KRAKEN_CLIENT_ID } from "./kraken/rows.ts";
import { krakenPrivateSocket } from "./kraken/stream.ts";

export const kraken: VenueProfile = {
  kind: "kraken",
  type: "CEX",
  credentials: ["apiKey", "secret"],
  timing: {
    // Ours, said with every order and amendment as `deadline`, "after which the matching engine
    // should reject the new order request"; 2 to 60 s are taken. The venue's clock is read in whole
    // seconds, so up to a second of it is lost.
    validityMs: 5_000,
    // No documented value. That what was admitted is in the books or dead after 10 s is an
    // assumption of ours.
    engineBoundMs: 10_000,
    // No documented value: 5 s until reads show what was taken is an assumption of ours.
    settleMs: 5_000,
    // No documented end of `ClosedOrders`; a day is an assumption of ours.
    retentionMs: 24 * 3_600_000,
  },
  rateLimits: KRAKEN_RATE_LIMITS,
  cost: krakenCost,
  usage: () => null,
  // cancel-order: "txid or cl_ord_id".
  cancelByClientOrderId: true,
  amendInPlace: true,
  // cancel-all-orders-after: seconds, 0 disarms; "recommended … every 15 to 30 seconds, providing a
  // timeout of 60 seconds". Bounds are not documented: these are ours.
  deadMansSwitch: { kind: "timer", minMs: 5_000, maxMs: 3_600_000, scope: "account" },
  clientId: KRAKEN_CLIENT_ID,
  // authentication: "an always increasing, unsigned 64-bit integer" by key, refused when it is not
  // above the last one that arrived.
  nonce: "increasing",
  oneByOne: true,
  load: () => loadVenueCode("kraken"),
  ccxtOptions: {},
  configure,
  instrumentParams: {},
  marketRows: ["result"],
  serves: isServed,
  instrument: readKrakenInstrument,
  names: namesOf,
  keptInfo,
  entry: krakenEntry,
  reads: krakenReads,
  sockets: [krakenPrivateSocket],
  market: krakenMarket,
  answers: {
    errorOf,
    errors: KRAKEN_ERRORS,
    // Of the edge in front of the API, which says all its own refusals with HTTP 200.
    banStatuses: new Set([403, 429]),
    // A Starter's counter falls by one in three seconds.
    retryAfterDefaultMs: 3_000,
  },
};

function configure(exchange: CcxtExchange): void {
  // It only rounds quantities by asset and names assets, both of which is done here.
  exchange.has["fetchCurrencies"] = false;
  // All markets with all they came with, once more; nothing here asks ccxt by that name.
  Object.defineProperty(exchange.options, "marketsByAltname", { get: () => ({}), set() {} });
}
