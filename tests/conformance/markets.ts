/** Every market of the local testnet that goes through the suite: a new one is one row. */
import type { TestnetMarket } from "./testnet_target.ts";

const SPOT = { marketType: "SPOT" } as const;
const PERPETUAL = { marketType: "PERPETUAL" } as const;

export const MARKETS = {
  "binance spot": {
    ...SPOT,
    exchange: "binance",
    symbolId: "BTC/USDT",
    symbol: "BTCUSDT",
    entersBySocket: true,
  },
  "okx spot": {
    ...SPOT,
    exchange: "okx",
    symbolId: "BTC/USDT",
    symbol: "BTC-USDT",
    entersBySocket: true,
    notes: "docs/venues/OKX.md",
  },
  "okx swap": {
    ...PERPETUAL,
    exchange: "okx",
    symbolId: "BTC/USDT:PERP",
    symbol: "BTC-USDT-SWAP",
    entersBySocket: true,
    notes: "docs/venues/OKX.md",
  },
  "bybit spot": {
    ...SPOT,
    exchange: "bybit",
    market: "spot",
    symbolId: "BTC/USDT",
    symbol: "BTCUSDT",
    entersBySocket: true,
    notes: "docs/venues/BYBIT.md",
  },
  "bybit linear": {
    ...PERPETUAL,
    exchange: "bybit",
    market: "linear",
    symbolId: "BTC/USDT:PERP",
    symbol: "linear:BTCUSDT",
    entersBySocket: true,
    notes: "docs/venues/BYBIT.md",
  },
  "hyperliquid spot": {
    ...SPOT,
    exchange: "hyperliquid",
    market: "spot",
    symbolId: "BTC/USDC",
    symbol: "@1",
    entersBySocket: true,
    lacks: ["client ids unique"],
  },
  "hyperliquid perpetual": {
    ...PERPETUAL,
    exchange: "hyperliquid",
    market: "perp",
    symbolId: "BTC/USDC:PERP",
    symbol: "BTC",
    entersBySocket: true,
    lacks: ["client ids unique"],
  },
  "coinbase spot": {
    ...SPOT,
    exchange: "coinbase",
    symbolId: "BTC/USD",
    symbol: "BTC-USD",
    entersBySocket: false,
    // The `user` channel shows orders with their sums.
    lacks: ["trades streamed", "account streamed"],
  },
  "kraken spot": {
    ...SPOT,
    exchange: "kraken",
    symbolId: "BTC/USD",
    symbol: "XXBTZUSD",
    entersBySocket: true,
    // Its deadline is at least half a second away.
    timing: { validityMs: 1_000 },
  },
} as const satisfies Readonly<Record<string, TestnetMarket>>;
