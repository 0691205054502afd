/** What ccxt's Coinbase class is made to do otherwise. */
import type { CcxtExchange } from "../../ccxt.ts";
import { type CreateToken, TOKEN_SECONDS, tokenMaker } from "./token.ts";

/** A parameter of candles: as many seconds up to now, which only who signs knows. */
export const SECONDS_BACK = "secondsBack";

type Call = (params: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** What of the class is used or replaced here; its calls of endpoints are its own properties. */
interface CoinbaseClass extends CcxtExchange {
  readonly apiKey: string;
  readonly secret: string;
  randomBytes(count: number): string;
  createAuthToken: CreateToken;
  v3PrivateGetBrokerageTransactionSummary: Call;
  v3PublicGetBrokerageMarketProducts: Call;
}

export function configure(exchange: CcxtExchange): void {
  const coinbase = exchange as CoinbaseClass;
  coinbase.has["fetchCurrencies"] = false; // Three lists of the wallet API, for names.
  // Loading markets would ask for the account's fees, signed before the venue's clock is known.
  coinbase.v3PrivateGetBrokerageTransactionSummary = () => Promise.resolve({});
  const products = coinbase.v3PublicGetBrokerageMarketProducts.bind(coinbase);
  coinbase.v3PublicGetBrokerageMarketProducts = (params) =>
    params["product_type"] === "FUTURE" ? Promise.resolve({ products: [] }) : products(params);
  endTokensEarly(coinbase);
  const sign = coinbase.sign.bind(coinbase);
  coinbase.sign = (path, api, method, params) =>
    sign(path, api, method, untilNow(coinbase, params));
}

/**
 * A token is dated back so that it ends with the validity that was asked for: that way the venue
 * itself refuses what arrives later.
 */
function endTokensEarly(coinbase: CoinbaseClass): void {
  const token = tokenMaker(coinbase) ?? coinbase.createAuthToken.bind(coinbase);
  coinbase.createAuthToken = (_seconds, ...about) => {
    const validityMs = Number(coinbase.options["recvWindow"]); // The adapter sets it.
    const end = (coinbase.milliseconds() + validityMs) / 1_000;
    // Whole seconds are usual (RFC 7519 has fractions, too); they must not eat up a short validity.
    return token((validityMs < 2_000 ? end : Math.floor(end)) - TOKEN_SECONDS, ...about);
  };
}

function untilNow(
  coinbase: CcxtExchange,
  params: Record<string, unknown>,
): Record<string, unknown> {
  const { [SECONDS_BACK]: back, ...rest } = params;
  if (typeof back !== "number") return params;
  const end = coinbase.seconds();
  return { ...rest, start: String(end - back), end: String(end) };
}
