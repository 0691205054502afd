/**
 * Kraken Futures: linear multi-collateral contracts (`PF_…`) and inverse ones (`PI_…`, `FI_…`), which
 * are counted in dollars and margined by a wallet of their coin. What is
 * quoted here and in the files beside it is the venue's own documentation (docs.kraken.com) as read
 * on 2026-11-21.
 */
import { capabilities } from "../../../model/capabilities.ts";
import type { MarketCapabilities, Support } from "../../../model/instrument.ts";
import type { RateLimits, RequestCost } from "../../../model/rate_limits.ts";
import type { CcxtExchange, CcxtMarket, CcxtSigned } from "../ccxt.ts";
import { readInstrument } from "../instruments/instrument.ts";
import type { VenueProfile } from "../plans/profile.ts";
import type { RequestKind } from "../../exchange.ts";
import { PLAIN_CLIENT_ID } from "../plans/venue_call.ts";
import { loadVenueCode } from "../venue_code.ts";
import { isTraded, krakenFuturesEntry } from "./krakenfutures/entry.ts";
import { errorOf, KRAKENFUTURES_ERRORS } from "./krakenfutures/errors.ts";
import { krakenFuturesMarket } from "./krakenfutures/market.ts";
import { krakenFuturesReads } from "./krakenfutures/reads.ts";
import { krakenFuturesPrivateSocket } from "./krakenfutures/stream.ts";

/** "/derivatives endpoints: 500 every 10 seconds"; "/history endpoints: 100 every 10 minutes". */
const RATE_LIMITS: RateLimits = {
  budgets: {
    derivatives: { kind: "window", scope: "account", capacity: 500, intervalMs: 10_000 },
    history: { kind: "window", scope: "account", capacity: 100, intervalMs: 600_000 },
    public: { kind: "window", scope: "ip", capacity: 100, intervalMs: 10_000 },
  },
};
const PUBLIC: RequestCost = [{ budget: "public", amount: 1 }];
const COSTS: Readonly<Record<string, RequestCost>> = {
  submit: derivatives(10),
  cancel: derivatives(10),
  // The order, and where it is not among the newest, open orders, fills and the history.
  lookup: [...derivatives(5), { budget: "history", amount: 1 }],
  openOrders: derivatives(2),
  // "fills: 2, with lastFillTime 25".
  fillsSince: derivatives(2),
  fillsOf: derivatives(5),
  balances: derivatives(2),
  positions: derivatives(2),
  deadMansSwitch: derivatives(25),
};

export const krakenFutures: VenueProfile = {
  kind: "krakenfutures",
  type: "CEX",
  credentials: ["apiKey", "secret"],
  timing: {
    // Ours, said with every order as `processBefore`.
    validityMs: 5_000,
    // No documented value: an assumption of ours, and so is the next.
    engineBoundMs: 10_000,
    settleMs: 5_000,
    // The history goes back further; so far every look-up reads it to prove an absence.
    retentionMs: 3_600_000,
  },
  rateLimits: RATE_LIMITS,
  cost: (kind: RequestKind) => COSTS[kind] ?? PUBLIC,
  usage: () => null,
  cancelByClientOrderId: true,
  // `editorder` exists. Whether its size is the total or what is left depends on a mode whose name
  // the documentation did not show: the kernel cancels and places anew instead.
  amendInPlace: false,
  // cancel-all-orders-after: seconds, 0 disarms; bounds are not documented, these are ours.
  deadMansSwitch: { kind: "timer", minMs: 5_000, maxMs: 3_600_000, scope: "account" },
  // send-order: "cliOrdId … maximum 100 characters".
  clientId: PLAIN_CLIENT_ID,
  // Requests carry no nonce: it is optional, and ccxt sends none.
  nonce: "time",
  oneByOne: false,
  load: () => loadVenueCode("krakenfutures"),
  ccxtOptions: {},
  configure,
  instrumentParams: {},
  marketRows: ["instruments"],
  serves: (market) => market.swap === true || market.future === true,
  instrument: (market, { precisionMode }) =>
    readInstrument(market, {
      precisionMode,
      extras: { capabilities: capabilitiesOf },
    }),
  // Some rows write them in small letters.
  names: ({ id }) => [id.toLowerCase()],
  keptInfo: () => ({}), // ccxt builds orders from its own fields.
  entry: krakenFuturesEntry,
  reads: krakenFuturesReads,
  sockets: [krakenFuturesPrivateSocket],
  market: krakenFuturesMarket,
  answers: {
    errorOf,
    errors: KRAKENFUTURES_ERRORS,
    // Of the edge in front of the API.
    banStatuses: new Set([403, 429]),
    // "500 every 10 seconds".
    retryAfterDefaultMs: 10_000,
  },
};

/**
 * ccxt puts what is posted into the URL. A request without a body may be sent a second time by the
 * platform when a connection breaks; what is signed is the same in a body.
 */
function configure(exchange: CcxtExchange): void {
  const sign = exchange.sign.bind(exchange);
  exchange.sign = (...call) => inBody(sign(...call));
}

function inBody(signed: CcxtSigned): CcxtSigned {
  const [url = "", query] = signed.url.split("?", 2);
  if (signed.method !== "POST" || query === undefined) return signed;
  return { ...signed, url, body: query };
}

function capabilitiesOf(market: CcxtMarket): MarketCapabilities {
  const traded: Support = isTraded(market) ? "NATIVE" : "NO";
  const emulated: Support = isTraded(market) ? "EMULATED" : "NO";
  return capabilities({
    market: traded,
    limit: traded,
    timeInForce: { GTC: traded, IOC: traded, DAY: emulated, GTD: emulated },
    postOnly: traded,
    reduceOnly: traded,
    deadManSwitch: traded,
    lookupByClientOrderId: "NATIVE",
  });
}

function derivatives(amount: number): RequestCost {
  return [{ budget: "derivatives", amount }];
}
