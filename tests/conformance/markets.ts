/** Every market of the local testnet that goes through the suite: a new one is one row. */
import type { TestnetMarket } from "./testnet_target.ts";

const SPOT = { marketType: "SPOT" } as const;
const PERPETUAL = { marketType: "PERPETUAL" } as const;
const BYBIT_BANS = [["forbidden", "a 403 is a ban there"]] as const;

export const MARKETS = {
  "binance spot": {
    ...SPOT,
    exchange: "binance",
    symbolId: "BTC/USDT",
    symbol: "BTCUSDT",
    entersBySocket: true,
  },
  "binance usdm": {
    ...PERPETUAL,
    exchange: "binanceusdm",
    kind: "binance",
    beside: ["binance"],
    market: "usdm",
    symbolId: "BTC/USDT:PERP",
    symbol: "BTCUSDT",
    entersBySocket: true,
  },
  "okx spot": {
    ...SPOT,
    exchange: "okx",
    symbolId: "BTC/USDT",
    symbol: "BTC-USDT",
    entersBySocket: true,
  },
  "okx swap": {
    ...PERPETUAL,
    exchange: "okx",
    symbolId: "BTC/USDT:PERP",
    symbol: "BTC-USDT-SWAP",
    entersBySocket: true,
  },
  "okx inverse swap": {
    ...PERPETUAL,
    exchange: "okx",
    symbolId: "BTC/USD:PERP@BTC",
    symbol: "BTC-USD-SWAP",
    entersBySocket: true,
    matrixAmount: "300",
  },
  "okx option": {
    marketType: "OPTION",
    exchange: "okx",
    symbolId: "BTC/USD:OPT:C:100000:20270326@BTC",
    symbol: "BTC-USD-270326-100000-C",
    entersBySocket: true,
    matrixAmount: "0.03",
    matrixPrices: { from: "0.01", step: "0.0005" },
  },
  "bybit spot": {
    ...SPOT,
    exchange: "bybit",
    market: "spot",
    symbolId: "BTC/USDT",
    symbol: "BTCUSDT",
    entersBySocket: true,
    leftOut: BYBIT_BANS,
  },
  "bybit linear": {
    ...PERPETUAL,
    exchange: "bybit",
    market: "linear",
    symbolId: "BTC/USDT:PERP",
    symbol: "linear:BTCUSDT",
    entersBySocket: true,
    leftOut: BYBIT_BANS,
  },
  "hyperliquid spot": {
    ...SPOT,
    exchange: "hyperliquid",
    market: "spot",
    symbolId: "BTC/USDC",
    symbol: "@1",
    entersBySocket: true,
    lacks: ["client ids unique"],
    budgets: { weight: { capacity: 10_000_000 } },
  },
  "hyperliquid perpetual": {
    ...PERPETUAL,
    exchange: "hyperliquid",
    market: "perp",
    symbolId: "BTC/USDC:PERP",
    symbol: "BTC",
    entersBySocket: true,
    lacks: ["client ids unique"],
    budgets: { weight: { capacity: 10_000_000 } },
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
    // Its deadline is at least half a second away when the request arrives.
    timing: { validityMs: 1_000 },
    budgets: {
      rest: { capacity: 100_000, decayPerSecond: 10_000 },
      trading: { capacity: 100_000, decayPerSecond: 10_000 },
    },
  },
  "krakenfutures perpetual": {
    ...PERPETUAL,
    exchange: "krakenfutures",
    symbolId: "BTC/USD:PERP",
    symbol: "PF_XBTUSD",
    entersBySocket: false,
    lacks: ["fees with trades"],
    budgets: { derivatives: { capacity: 1_000_000 }, history: { capacity: 1_000_000 } },
  },
  "krakenfutures inverse": {
    ...PERPETUAL,
    exchange: "krakenfutures",
    symbolId: "BTC/USD:PERP@BTC",
    symbol: "PI_XBTUSD",
    entersBySocket: false,
    lacks: ["fees with trades"],
    budgets: { derivatives: { capacity: 1_000_000 }, history: { capacity: 1_000_000 } },
    matrixAmount: "300",
  },
} as const satisfies Readonly<Record<string, TestnetMarket>>;

export type MarketName = keyof typeof MARKETS;

/** All that goes through the suite, in the order of the tables. */
export const TARGETS: readonly string[] = [
  "paper spot",
  "paper perpetual",
  "paper inverse",
  ...Object.keys(MARKETS),
];
