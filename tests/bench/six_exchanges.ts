/** The six exchanges that are opened at once, on one local testnet process. */
import type { ExchangeOptions } from "../../mod.ts";
import { credentialOptions, defaultCredentials } from "../../src/testnet/credentials.ts";

const KINDS = ["binance", "okx", "bybit", "hyperliquid", "coinbase", "kraken"];

/** By their kinds, with the keys the testnet knows. */
export function localExchanges(url: string): Readonly<Record<string, ExchangeOptions>> {
  return Object.fromEntries(
    KINDS.map((kind) => [kind, { kind, testnet: "local" as const, endpoints: url }]),
  );
}

/** The same ones reached as real venues are: nothing is known of what was sent before the start. */
export function venueExchanges(url: string): Readonly<Record<string, ExchangeOptions>> {
  return Object.fromEntries(KINDS.map((kind) => {
    const keys = credentialOptions(defaultCredentials(kind));
    return [kind, { kind, ...keys, endpoints: url }];
  }));
}
