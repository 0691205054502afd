/**
 * OKX: spot, swaps and dated futures, linear and inverse, and options. One profile
 * serves all of them, since instrument ids are unique over types. What is quoted here and in the
 * files beside it is the OKX API guide v5 (okx.com/docs-v5/en) as read on 2026-11-21.
 */
import type { CcxtExchange } from "../ccxt.ts";
import { fillHostname } from "../wire/endpoints.ts";
import type { VenueProfile } from "../plans/profile.ts";
import { PLAIN_CLIENT_ID } from "../plans/venue_call.ts";
import { loadVenueCode } from "../venue_code.ts";
import { okxEntry } from "./okx/entry.ts";
import { errorOf, OKX_ERRORS } from "./okx/errors.ts";
import { keptInfo, readOkxInstrument } from "./okx/instruments.ts";
import { okxLimited } from "./okx/limited.ts";
import { OKX_RATE_LIMITS, okxCost } from "./okx/limits.ts";
import { okxMarket } from "./okx/market.ts";
import { okxReads } from "./okx/reads.ts";
import { okxPrivateSocket } from "./okx/stream.ts";

export const okx: VenueProfile = {
  kind: "okx",
  type: "CEX",
  credentials: ["apiKey", "secret", "password"],
  timing: {
    // Ours, told with every order by the `expTime` header: "the request will not be processed if
    // the current system time of the server is after the expTime". A cancel is admitted for the
    // venue's own 30 s after its timestamp, which does no harm: it names one order for ever.
    validityMs: 5_000,
    // No documented value. That what was admitted is in the books or dead after 10 s is an
    // assumption of ours.
    engineBoundMs: 10_000,
    // No documented value. Placing is answered before the engine has matched ("only that the
    // request was accepted"); 2 s until reads show it is an assumption of ours.
    settleMs: 2_000,
    // "Order history": "The incomplete orders that have been canceled are only reserved for 2
    // hours."
    retentionMs: 2 * 3_600_000,
  },
  rateLimits: OKX_RATE_LIMITS,
  cost: okxCost,
  usage: () => null,
  cancelByClientOrderId: true,
  amendInPlace: true,
  // "Cancel All After": 0, or 10 to 120 s, for all trading symbols of the account.
  deadMansSwitch: { kind: "timer", minMs: 10_000, maxMs: 120_000, scope: "account" },
  // "A combination of case-sensitive alphanumerics … of up to 32 characters."
  clientId: PLAIN_CLIENT_ID,
  nonce: "time",
  oneByOne: false,
  load: () => loadVenueCode("okx"),
  ccxtOptions: {
    options: { defaultType: "spot", fetchMarkets: { types: ["spot", "swap", "future", "option"] } },
  },
  configure(exchange: CcxtExchange) {
    exchange.has["fetchCurrencies"] = false; // It is private and of the funding account.
    fillHostname(exchange);
    keepSandboxHeader(exchange);
  },
  instrumentParams: {},
  marketRows: ["data"],
  // Announced instruments come without most of their fields.
  serves: (market) => market.base !== "" && market.quote !== "",
  instrument: readOkxInstrument,
  keptInfo,
  entry: okxEntry,
  reads: okxReads,
  sockets: [okxPrivateSocket],
  market: okxMarket,
  answers: {
    errorOf,
    errors: OKX_ERRORS,
    // 429 is the gateway's own (50011, 50013) and of the edge in front of it, which also blocks an
    // address with 403.
    banStatuses: new Set([403, 429]),
    limited: okxLimited,
    // The window of every endpoint used.
    retryAfterDefaultMs: 2_000,
  },
};

/** ccxt adds `x-simulated-trading` where it fetches; we send what its `sign` returns. */
function keepSandboxHeader(exchange: CcxtExchange): void {
  if (exchange.options["sandboxMode"] !== true) return;
  const sign = exchange.sign.bind(exchange);
  exchange.sign = (...call) => {
    const signed = sign(...call);
    return { ...signed, headers: { ...signed.headers, "x-simulated-trading": "1" } };
  };
}
