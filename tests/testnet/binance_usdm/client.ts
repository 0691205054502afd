/** What the tests of the local Binance USDⓈ-M talk to it with. */
// @ts-types="../../../node_modules/ccxt/js/src/pro/binanceusdm.d.ts"
import binanceusdm from "ccxt/pro/binanceusdm.js";
import type { Testnet } from "../../../src/testnet/server.ts";
import { type Json, open, pointAt, Socket } from "../client.ts";
import { TESTNET_API_KEY, TESTNET_API_SECRET } from "../../../src/testnet/credentials.ts";

type OpenOptions = Parameters<typeof open>[0];

export function openUsdm(options: OpenOptions = {}) {
  const opened = open({ exchanges: ["binanceusdm", "binance"], ...options });
  const { testnet, client } = opened;
  return {
    ...opened,
    place: (params: Readonly<Record<string, unknown>> = {}) =>
      client.futures("POST", "/fapi/v1/order", limitOrder(params)),
    /** Of account events. */
    userStream: async () => {
      const { body } = await client.keyed("POST", "/fapi/v1/listenKey");
      return await Socket.open(
        testnet.url,
        `fstream.binance.com/private/ws?listenKey=${body.listenKey}`,
      );
    },
    stream: (route: string) => Socket.open(testnet.url, `fstream.binance.com/${route}/ws`),
    wsApi: () => Socket.open(testnet.url, "ws-fapi.binance.com/ws-fapi/v1"),
  };
}

export function limitOrder(params: Readonly<Record<string, unknown>> = {}): Json {
  return {
    symbol: "BTCUSDT",
    side: "BUY",
    type: "LIMIT",
    timeInForce: "GTC",
    quantity: "0.01",
    price: "49000",
    newOrderRespType: "RESULT",
    ...params,
  };
}

/** The real ccxt class with every URL pointed at the testnet. */
export function ccxtAt(testnet: Testnet): binanceusdm {
  const exchange = new binanceusdm({
    apiKey: TESTNET_API_KEY,
    secret: TESTNET_API_SECRET,
    enableRateLimit: false,
    timeout: 1_000,
    options: { fetchMargins: false },
  });
  exchange.has["fetchCurrencies"] = false; // Of the wallet's API, which is not futures'.
  exchange.delay = () => {}; // It renews its listen key by a timer that no close ends.
  pointAt(exchange, testnet);
  return exchange;
}
