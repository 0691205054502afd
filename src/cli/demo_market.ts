/** What the demo trades where: bitcoin against the dollar, as each exchange lists it. */
import type { ExchangeName } from "../testnet/dialects.ts";

export interface DemoMarket {
  /** Of the exchange's configuration. */
  readonly options: { readonly kind: string };
  readonly symbolId: string;
}

/** Where it is not BTC/USDT on the kind's first market. */
const OTHERS: Readonly<Record<string, string>> = {
  coinbase: "BTC/USD",
  hyperliquid: "BTC/USDC:PERP",
  kraken: "BTC/USD",
  krakenfutures: "BTC/USD:PERP",
};

export function demoMarket(name: ExchangeName): DemoMarket {
  return { options: { kind: name }, symbolId: OTHERS[name] ?? "BTC/USDT" };
}

/** The recording moves all of them alike. */
export function demoSymbols(names: readonly ExchangeName[]): readonly string[] {
  return [...new Set(names.map((name) => demoMarket(name).symbolId))];
}
