/**
 * Bybit, unified account, API v5: spot pairs or linear contracts (USDT and USDC perpetuals and
 * dated futures), one category per exchange. Inverse contracts and options are not listed. What is
 * quoted here and in the files beside it is the venue's own documentation
 * (bybit-exchange.github.io/docs/v5) as read on 2026-11-21.
 */
import type { CcxtExchange, CcxtSigned } from "../ccxt.ts";
import type { VenueProfile } from "../plans/profile.ts";
import { PLAIN_CLIENT_ID } from "../plans/venue_call.ts";
import { loadVenueCode } from "../venue_code.ts";
import { type BybitCategory, bybitEntry } from "./bybit/entry.ts";
import { BYBIT_ERRORS, errorOf } from "./bybit/errors.ts";
import { readBybitInstrument } from "./bybit/instruments.ts";
import { bybitRateLimits, cost, limited, retryAfterMs, usage } from "./bybit/limits.ts";
import { bybitMarket } from "./bybit/market.ts";
import { bybitReads } from "./bybit/reads.ts";
import { bybitPrivateSocket } from "./bybit/stream.ts";
import { bybitTradeSocket } from "./bybit/trade.ts";

export function bybitProfile(category: BybitCategory): VenueProfile {
  return {
    kind: "bybit",
    type: "CEX",
    credentials: ["apiKey", "secret"],
    timing: {
      // guide, "Authentication": recv_window is 5,000 ms unless said otherwise, and a request is
      // refused once server_time - recv_window > timestamp.
      validityMs: 5_000,
      // No documented value: creation is asynchronous and its own bound is not told. What was
      // acknowledged is in the books or rejected by then: an assumption of ours.
      engineBoundMs: 10_000,
      // order-list: "As order creation/cancellation is asynchronous, the data returned from this
      // endpoint may delay"; by how much is not said. 5 s is our choice.
      settleMs: 5_000,
      // order-list: canceled orders without fills and rejected ones can be queried for 24 hours.
      retentionMs: 24 * 3_600_000,
    },
    rateLimits: bybitRateLimits(category),
    cost,
    usage,
    cancelByClientOrderId: true,
    amendInPlace: true,
    // Disconnect-cancel-all (docs/v5/order/dcp) is set on the account, works by sockets that have
    // subscribed to it, and cancels what others placed, too: it stays the account's owner's.
    deadMansSwitch: { kind: "none" },
    // create-order: up to 36 letters, digits, dashes and underscores, "always unique".
    clientId: PLAIN_CLIENT_ID,
    nonce: "time",
    oneByOne: false,
    load: () => loadVenueCode("bybit"),
    ccxtOptions: {
      number: String,
      options: {
        defaultType: category === "spot" ? "spot" : "swap",
        defaultSubType: "linear",
        fetchMarkets: { types: [category] },
        // Else the first order asks query-api and account/info first. An account that is not
        // unified is refused by the venue itself (10028, 110088).
        enableUnifiedMargin: false,
        enableUnifiedAccount: true,
      },
    },
    configure,
    instrumentParams: {},
    marketRows: ["result", "list"],
    serves: (market) => category === "spot" ? market.spot === true : market.linear === true,
    instrument: readBybitInstrument,
    keptInfo: () => ({}), // ccxt builds orders from its own fields.
    entry: bybitEntry(category),
    reads: bybitReads(category),
    sockets: [bybitPrivateSocket(category), bybitTradeSocket],
    market: bybitMarket(category),
    answers: {
      errorOf,
      errors: BYBIT_ERRORS,
      // error, "HTTP Code": 403 is the IP limit (or a forbidden place), 429 "system level frequency
      // protection". Neither lets the request through.
      banStatuses: new Set([403, 429]),
      limited,
      // Limits are counted by the second.
      retryAfterDefaultMs: 1_000,
      retryAfterMs,
    },
  };
}

function configure(exchange: CcxtExchange): void {
  exchange.has["fetchCurrencies"] = false; // It is private and of the wallet API.
  // URLs have a place for the host's name, which is filled in at each call: the hosts that may be
  // reached, and the sockets' addresses, must be known before.
  const { hostname } = exchange as CcxtExchange & { readonly hostname: string };
  exchange.urls.api = filled(exchange.urls.api, hostname);
  // ccxt credits orders to a broker programme of its own by this header.
  const sign = exchange.sign.bind(exchange);
  exchange.sign = (...call) => withoutReferer(sign(...call));
}

function filled(urls: Record<string, unknown>, hostname: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(urls).map(([name, value]) => [
      name,
      typeof value === "string"
        ? value.replace("{hostname}", hostname)
        : filled(value as Record<string, unknown>, hostname), // ccxt's URLs are texts in objects.
    ]),
  );
}

function withoutReferer(signed: CcxtSigned): CcxtSigned {
  if (signed.headers === undefined) return signed;
  const { Referer: _broker, ...headers } = signed.headers;
  return { ...signed, headers };
}
