/** What the demo trades where: bitcoin against the dollar, as each exchange lists it. */
import type { ExchangeName } from "../testnet/dialects.ts";

export interface DemoMarket {
  /** Of the exchange's configuration. */
  readonly options: { readonly kind: string; readonly market?: string };
  readonly symbolId: string;
}

/** Where it is not BTC/USDT on the kind's first market. */
const OTHERS: Readonly<Record<string, string>> = {
  binanceusdm: "BTC/USDT:PERP",
  coinbase: "BTC/USD",
  hyperliquid: "BTC/USDC:PERP",
  kraken: "BTC/USD",
  krakenfutures: "BTC/USD:PERP",
};

export function demoMarket(name: ExchangeName): DemoMarket {
  // The testnet names a dialect for each API; the kind is one.
  const options = name === "binanceusdm" ? { kind: "binance", market: "usdm" } : { kind: name };
  return { options, symbolId: OTHERS[name] ?? "BTC/USDT" };
}

/** The recording moves all of them alike. */
export function demoSymbols(names: readonly ExchangeName[]): readonly string[] {
  return [...new Set(names.map((name) => demoMarket(name).symbolId))];
}
