/** Market data of a fake exchange: nobody listens, and nothing can be asked for. */
import type { MarketHealth } from "../../src/model/health.ts";
import type { MarketDataControl } from "../../src/model/market_data.ts";

const refuse = (): never => {
  throw new Error("a fake exchange has no market data");
};

export const NO_MARKET_DATA: MarketDataControl = {
  subscribeTicks: refuse,
  subscribeTrades: refuse,
  subscribeOrderBook: refuse,
  subscribeOhlcv: refuse,
  unsubscribe: refuse,
  fetchTicker: refuse,
  fetchOrderBook: refuse,
  fetchTrades: refuse,
  fetchOhlcv: refuse,
};

export const QUIET_MARKET: MarketHealth = {
  sockets: [],
  subscriptions: 0,
  topics: { streaming: 0, resyncing: 0, polling: 0, waiting: 0 },
  troubled: [],
  resyncs: 0,
  incompleteBackfills: 0,
  dropped: 0,
  failedCallbacks: 0,
};
