/** The six exchanges that are opened at once, on one local testnet process. */
import type { ExchangeOptions } from "../../mod.ts";

const KINDS = ["binance", "okx", "bybit", "hyperliquid", "coinbase", "kraken"];

/** By their kinds, with the keys the testnet knows. */
export function localExchanges(url: string): Readonly<Record<string, ExchangeOptions>> {
  return Object.fromEntries(
    KINDS.map((kind) => [kind, { kind, testnet: "local" as const, endpoints: url }]),
  );
}
