/**
 * Binance USDⓈ-M futures: linear perpetuals and dated futures in one-way mode. What is quoted here
 * and in the files beside it is the venue's own documentation (developers.binance.com, Derivatives,
 * USDⓈ-M Futures: "General Info", "Trade", "Account", "Market Data", "User Data Streams",
 * "WebSocket API", "Error Codes") as read on 2026-11-21. Signing, ids and the form of requests are spot's.
 */
import type { CcxtExchange } from "../ccxt.ts";
import { errorOf } from "./binance/errors.ts";
import type { VenueProfile } from "../plans/profile.ts";
import { PLAIN_CLIENT_ID } from "../plans/venue_call.ts";
import { loadVenueCode } from "../venue_code.ts";
import { binanceUsdmEntry } from "./binance_usdm/entry.ts";
import { BINANCE_USDM_ERRORS } from "./binance_usdm/errors.ts";
import { keptInfo } from "./binance/instruments.ts";
import { readUsdmInstrument } from "./binance_usdm/instruments.ts";
import { BINANCE_USDM_LIMITS, cost, usage } from "./binance_usdm/limits.ts";
import { binanceUsdmMarket } from "./binance_usdm/market.ts";
import { binanceUsdmReads } from "./binance_usdm/reads.ts";
import { binanceUsdmOrderSocket, binanceUsdmPrivateSocket } from "./binance_usdm/stream.ts";

export const binanceUsdm: VenueProfile = {
  kind: "binance",
  type: "CEX",
  credentials: ["apiKey", "secret"],
  timing: {
    // "Timing security": recvWindow is 5,000 ms unless said otherwise, "5000 or less" recommended.
    // The matching engine keeps it too: -5028, "outside of the ME recvWindow".
    validityMs: 5_000,
    // No documented value: -1007, "Timeout waiting for response from backend server", says only
    // that the execution is unknown. An assumption of ours, as on spot.
    engineBoundMs: 10_000,
    // No documented value either. 2 s is our choice, as on spot.
    settleMs: 2_000,
    // "Query Order": an order that ended CANCELED or EXPIRED without a trade is not found once
    // "created time + 3 days < current time".
    retentionMs: 3 * 24 * 3_600_000,
  },
  rateLimits: BINANCE_USDM_LIMITS,
  cost,
  usage,
  cancelByClientOrderId: true,
  amendInPlace: true,
  // "Auto-Cancel All Open Orders": of one symbol, checked "approximately every 10 milliseconds".
  // No bounds are documented; below 5 s a few lost requests would fire it, and nobody needs a day.
  deadMansSwitch: { kind: "timer", minMs: 5_000, maxMs: 24 * 3_600_000, scope: "symbol" },
  // `^[\.A-Z\:/a-z0-9_-]{1,36}$`, "a unique id among open orders".
  clientId: PLAIN_CLIENT_ID,
  nonce: "time",
  oneByOne: false,
  load: () => loadVenueCode("binanceusdm"),
  ccxtOptions: {
    options: {
      defaultType: "swap",
      defaultSubType: "linear",
      fetchMarkets: { types: ["linear"] },
      fetchMargins: false,
      // ccxt warns by refusing to sign; the venue's sandbox is there all the same.
      disableFuturesSandboxWarning: true,
    },
  },
  configure(exchange: CcxtExchange) {
    exchange.has["fetchCurrencies"] = false; // It is private and of the wallet API.
  },
  instrumentParams: {},
  marketRows: ["symbols"],
  serves: (market) => market.linear === true && (market.swap === true || market.future === true),
  instrument: readUsdmInstrument,
  keptInfo,
  entry: binanceUsdmEntry,
  reads: binanceUsdmReads,
  sockets: [binanceUsdmPrivateSocket, binanceUsdmOrderSocket],
  market: binanceUsdmMarket,
  answers: {
    errorOf,
    errors: BINANCE_USDM_ERRORS,
    // "HTTP Return Codes": 429 and 418.
    banStatuses: new Set([429, 418]),
    // The shortest interval of the order limits.
    retryAfterDefaultMs: 10_000,
  },
};
