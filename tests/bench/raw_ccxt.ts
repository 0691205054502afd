/** The baseline of the order benches: ccxt itself, `createOrder` and nothing around it. */
import { binanceSpot } from "../../src/exchanges/ccxt/profiles/binance.ts";
import type { Keys } from "./venue_process.ts";

export interface RawCcxt {
  createOrder(
    symbol: string,
    type: "limit",
    side: "buy",
    amount: number,
    price: number,
  ): Promise<{ readonly id: string }>;
  cancelOrder(id: string, symbol: string): Promise<unknown>;
  fetchOrder(id: string, symbol: string): Promise<unknown>;
  cancelAllOrders(symbol: string): Promise<unknown>;
  loadMarkets(): Promise<unknown>;
}

/** With its markets loaded and, unless asked for, its own rate limiter off. */
export async function openRawCcxt(
  venueUrl: string,
  keys: Keys,
  { enableRateLimit = false }: { readonly enableRateLimit?: boolean } = {},
): Promise<RawCcxt> {
  const { Exchange } = await binanceSpot.load();
  const exchange = new Exchange({
    ...binanceSpot.ccxtOptions,
    ...keys,
    enableRateLimit,
  });
  binanceSpot.configure(exchange);
  const { api } = exchange.urls;
  for (const [name, url] of Object.entries(api)) {
    if (typeof url === "string") api[name] = url.replace("https://", `${venueUrl}/`);
  }
  // ccxt's unified methods, which the adapter never calls and so does not declare.
  const raw = exchange as unknown as RawCcxt;
  await raw.loadMarkets();
  return raw;
}
