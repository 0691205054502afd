/** Rows a stub answers with, as Binance documents them. */
export type Json = string | number | boolean | null | readonly Json[] | {
  readonly [key: string]: Json;
};

const ORDER_TYPES = ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"];

function symbolRow(symbol: string, base: string, quote: string): { readonly [key: string]: Json } {
  return {
    symbol,
    status: "TRADING",
    baseAsset: base,
    baseAssetPrecision: 8,
    quoteAsset: quote,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    orderTypes: ORDER_TYPES,
    icebergAllowed: true,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: [
      {
        filterType: "PRICE_FILTER",
        minPrice: "0.01000000",
        maxPrice: "1000000.00000000",
        tickSize: "0.01000000",
      },
      {
        filterType: "LOT_SIZE",
        minQty: "0.00001000",
        maxQty: "9000.00000000",
        stepSize: "0.00001000",
      },
      { filterType: "MARKET_LOT_SIZE", minQty: "0", maxQty: "100.00000000", stepSize: "0" },
      { filterType: "NOTIONAL", minNotional: "5.00000000", maxNotional: "9000000.00000000" },
    ],
    permissions: [],
  };
}

export const EXCHANGE_INFO: Json = {
  timezone: "UTC",
  serverTime: 1_700_000_000_000,
  rateLimits: [],
  exchangeFilters: [],
  symbols: [symbolRow("BTCUSDT", "BTC", "USDT"), symbolRow("ETHBTC", "ETH", "BTC")],
};

/** A row of GET order, openOrders and allOrders. */
export function orderRow(fields: { readonly [key: string]: Json } = {}) {
  return {
    symbol: "BTCUSDT",
    orderId: 1,
    orderListId: -1,
    clientOrderId: "c".repeat(32),
    price: "50000.00000000",
    origQty: "0.01000000",
    executedQty: "0.00000000",
    cummulativeQuoteQty: "0.00000000",
    status: "NEW",
    timeInForce: "GTC",
    type: "LIMIT",
    side: "BUY",
    time: 1_700_000_000_000,
    updateTime: 1_700_000_000_001,
    isWorking: true,
    ...fields,
  };
}

/** The FULL answer to a new order. */
export function placedRow(fields: { readonly [key: string]: Json } = {}) {
  const { time: _time, updateTime: _updateTime, isWorking: _isWorking, ...row } = orderRow();
  return { ...row, transactTime: 1_700_000_000_002, fills: [], ...fields };
}

export function tradeRow(fields: { readonly [key: string]: Json } = {}) {
  return {
    symbol: "BTCUSDT",
    id: 10,
    orderId: 1,
    orderListId: -1,
    price: "50000.00000000",
    qty: "0.00100000",
    quoteQty: "50.00000000",
    commission: "0.00000100",
    commissionAsset: "BTC",
    time: 1_700_000_000_003,
    isBuyer: true,
    isMaker: false,
    ...fields,
  };
}
