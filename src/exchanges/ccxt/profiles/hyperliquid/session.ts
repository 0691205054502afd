/**
 * What ccxt's class is kept from, and what one connection has to remember: whose key it signs with,
 * and the middle prices the venue told last.
 */
import { type Decimal, decimal, multiply } from "../../../../model/decimal.ts";
import { roundToGrid } from "../../../../model/price_grid.ts";
import type { CcxtClient, CcxtExchange, CcxtMarket, CcxtSigned } from "../../ccxt.ts";
import { fillHostname } from "../../wire/endpoints.ts";
import { coinOf, priceRule, TOKEN_NAMES } from "./instruments.ts";

/** Stand in parameters of calls for the two addresses, which a call does not know. */
export const OWNER = "{owner}";
export const SIGNER = "{signer}";
/** Stands for the venue's time. */
export const NOW = "{now}";

/** Members of `hyperliquid.js` that not every ccxt class has. */
export interface CcxtHyperliquid extends CcxtExchange {
  readonly walletAddress: string;
  readonly privateKey: string;
  ethGetAddressFromPrivateKey(privateKey: string): string;
  publicPostInfo(params: Readonly<Record<string, unknown>>): Promise<unknown>;
  initializeClient: () => Promise<boolean>;
  handleBuilderFeeApproval: () => Promise<boolean>;
  setRef: () => Promise<never>;
  approveBuilderFee: () => Promise<never>;
  isUnifiedEnabled: (
    method: string,
    address?: string,
    shouldRefresh?: boolean,
    params?: Readonly<Record<string, unknown>>,
  ) => Promise<readonly [boolean, unknown]>;
  signL1Action(
    action: unknown,
    nonce: number,
    vaultAddress: undefined,
    expiresAfter: number,
  ): unknown;
}

export function configure(given: CcxtExchange): void {
  const exchange = given as CcxtHyperliquid; // the class that the profile loads
  fillHostname(exchange);
  exchange.has["fetchCurrencies"] = false; // Tokens are in the list of spot pairs, too.
  exchange.options["spotCurrencyMapping"] = TOKEN_NAMES;
  sendNothingElse(exchange);
  const signer = exchange.ethGetAddressFromPrivateKey(exchange.privateKey).toLowerCase();
  const owner = exchange.walletAddress.toLowerCase();
  const addresses = new Map([[OWNER, owner], [SIGNER, signer]]);
  const sign = exchange.sign.bind(exchange);
  exchange.sign = (path, api, method, params): CcxtSigned => {
    midsOf(exchange).dateBy(exchange.milliseconds());
    return sign(path, api, method, filled(exchange, params, addresses));
  };
  const fetchMarkets = exchange.fetchMarkets.bind(exchange);
  let isChecked = false;
  exchange.fetchMarkets = async (params) => {
    if (!isChecked) await checkSigner(exchange, { signer, owner });
    isChecked = true;
    return await fetchMarkets(params);
  };
  // Only what the private socket's plan hands on comes here; ccxt's own caches stay empty.
  exchange.handleMessage = (client, message) => hear(exchange, client, message);
}

/**
 * ccxt signs a builder-fee approval and a referral before the first order, whatever its options
 * say, and asks for the account's abstraction mode.
 */
function sendNothingElse(exchange: CcxtHyperliquid): void {
  const never = () => Promise.reject(new Error("nothing but orders is signed"));
  exchange.initializeClient = () => Promise.resolve(true);
  exchange.handleBuilderFeeApproval = () => Promise.resolve(true);
  exchange.setRef = never;
  exchange.approveBuilderFee = never;
  exchange.isUnifiedEnabled = (_method, _address, _refresh, params = {}) =>
    Promise.resolve([false, params] as const);
  exchange.options["builderFee"] = false;
  exchange.options["approvedBuilderFee"] = false;
  exchange.options["enableUnifiedMargin"] = false;
}

function filled(
  exchange: CcxtExchange,
  params: Readonly<Record<string, unknown>>,
  addresses: ReadonlyMap<unknown, string>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, addresses.get(value) ?? value]).map(
      ([name, value]) => name === "req" ? [name, windowOf(exchange, value)] : [name, value],
    ),
  );
}

/** The window of a request for candles that is counted back from now. */
function windowOf(exchange: CcxtExchange, given: unknown): unknown {
  const window = given as Readonly<Record<string, unknown>>; // our own, or ccxt's, always an object
  if (window["endTime"] !== NOW) return window;
  const now = exchange.milliseconds();
  return { ...window, startTime: Math.max(0, now - Number(window["startTime"])), endTime: now };
}

/**
 * Orders act for whoever the signing key is of, while reads tell of `walletAddress`: were these two
 * accounts, orders would be taken for lost and sent again.
 */
async function checkSigner(
  exchange: CcxtHyperliquid,
  { signer, owner }: { readonly signer: string; readonly owner: string },
): Promise<void> {
  if (signer === owner) return;
  const answer = await exchange.publicPostInfo({ type: "userRole", user: signer });
  const { role, data } = (answer ?? {}) as {
    readonly role?: unknown;
    readonly data?: { readonly user?: unknown };
  };
  if (role === "agent" && String(data?.user).toLowerCase() === owner) return;
  throw new Error("privateKey is neither of walletAddress nor of an API wallet approved by it");
}

/** How far from the middle price an order without a price may fill: ccxt's and the SDK's 5 %. */
const SLIPPAGE_BOUNDS = { buy: decimal("1.05"), sell: decimal("0.95") } as const;
/** Prices come about every second; older ones would bound nothing. */
export const MIDS_AGE_MAX_MS = 60_000;
/** How often the venue is asked what is left of the address's budget. */
const BUDGET_EVERY_MS = 60_000;
/** Beyond those of requests for orders, which count from 1 on each connection. */
export const BUDGET_REQUEST_ID = 1_000_000_000;

class Mids {
  /** By coin, as they came. */
  #prices: Readonly<Record<string, unknown>> = {};
  readonly #listed = new Map<string, Decimal>();
  /** By the venue's clock; null: from the list of markets, which comes before the clock is known. */
  #at: number | null = null;
  askedAt = 0;

  list(coin: string, price: Decimal): void {
    this.#listed.set(coin, price);
  }

  /** The first request after the list tells when it was, within one round trip. */
  dateBy(now: number): void {
    if (this.#at === null && now > 0 && this.#listed.size > 0) this.#at = now;
  }

  tell(prices: Readonly<Record<string, unknown>>, now: number): void {
    this.#prices = prices;
    this.#at = now;
  }

  /** Null where none is known that is recent enough. */
  of(coin: string, now: number): Decimal | null {
    this.dateBy(now);
    if (this.#at === null || now - this.#at > MIDS_AGE_MAX_MS) return null;
    const told = this.#prices[coin];
    if (typeof told === "string") return decimal(told);
    return this.#listed.get(coin) ?? null;
  }
}

/** Gone with ccxt's instance, which lives as long as a connection. */
const MIDS = new WeakMap<CcxtExchange, Mids>();

function midsOf(exchange: CcxtExchange): Mids {
  const known = MIDS.get(exchange);
  if (known !== undefined) return known;
  const mids = new Mids();
  MIDS.set(exchange, mids);
  return mids;
}

/** What the list of markets says, until the stream tells. */
export function listMid(exchange: CcxtExchange, market: CcxtMarket): void {
  const { midPx, markPx } = market.info as Readonly<Record<string, unknown>>; // read before
  const price = typeof midPx === "string" ? midPx : markPx;
  if (typeof price === "string") midsOf(exchange).list(coinOf(market), decimal(price));
}

/**
 * The worst price an order without one may fill at.
 *
 * @throws {Error} when no recent middle price is known: the order is then not sent.
 */
export function marketBound(
  exchange: CcxtExchange,
  market: CcxtMarket,
  side: "buy" | "sell",
): Decimal {
  const mid = midsOf(exchange).of(coinOf(market), exchange.milliseconds());
  if (mid === null) throw new Error("no middle price of the last minute is known");
  const bound = multiply(mid, SLIPPAGE_BOUNDS[side]);
  return roundToGrid(bound, priceRule(market), side === "buy" ? "FLOOR" : "CEIL");
}

/** `{"channel":"allMids","data":{"mids":{"BTC":"68674.5",…}}}` */
function hear(exchange: CcxtHyperliquid, client: CcxtClient, message: unknown): void {
  const { data } = message as { readonly data?: { readonly mids?: unknown } };
  const told = data?.mids;
  if (typeof told !== "object" || told === null) return;
  const now = exchange.milliseconds();
  const mids = midsOf(exchange);
  mids.tell(told as Readonly<Record<string, unknown>>, now); // checked where one is taken
  if (now - mids.askedAt < BUDGET_EVERY_MS) return;
  mids.askedAt = now;
  const payload = { type: "userRateLimit", user: exchange.walletAddress.toLowerCase() };
  const asking = client.send({
    method: "post",
    id: BUDGET_REQUEST_ID,
    request: { type: "info", payload },
  });
  asking.catch(() => {}); // A socket that is gone says so itself.
}
