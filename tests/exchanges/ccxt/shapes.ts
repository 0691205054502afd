/** Orders of every shape, and ccxt's own class to compare with. */
import type { CcxtExchange } from "../../../src/exchanges/ccxt/ccxt.ts";
import { binanceSpot } from "../../../src/exchanges/ccxt/profiles/binance.ts";
import type { SubmitRequest } from "../../../src/exchanges/exchange.ts";
import { decimal } from "../../../src/model/decimal.ts";
import type { StandardOrder } from "../../../src/model/order.ts";
import { API_KEY, SECRET, submitRequest } from "./fixtures.ts";
import { EXCHANGE_INFO } from "./stub_data.ts";

/** Every kind of order that Binance spot takes. */
export function shapes(): readonly Partial<StandardOrder>[] {
  const rules: readonly Partial<StandardOrder>[] = [
    ...(["GTC", "IOC", "FOK", "DAY", "GTD"] as const).map((timeInForce) => ({ timeInForce })),
    { postOnly: true },
    { limitPrice: null },
    { limitPrice: null, timeInForce: "IOC" },
  ];
  const all: Partial<StandardOrder>[] = [];
  for (const symbolId of ["BTC/USDT", "ETH/BTC"]) {
    for (const side of ["BUY", "SELL"] as const) {
      for (const selfTradePrevention of [null, "NONE", "EXPIRE_TAKER", "EXPIRE_BOTH"] as const) {
        for (const rule of rules) all.push({ symbolId, side, selfTradePrevention, ...rule });
      }
    }
  }
  return all;
}

/** Orders of one shape that differ in all four fields. */
export function request(fields: Partial<StandardOrder>, variant: number): SubmitRequest {
  const limitPrice = fields.limitPrice === null ? null : decimal(`5000${variant}.${variant}`);
  const amount = decimal(`0.0000${variant + 1}`);
  return submitRequest({ ...fields, limitPrice, amount }, String(variant).repeat(32));
}

/** ccxt's own class with its markets, and no network. */
export async function loadedBinance(recvWindow: number): Promise<CcxtExchange> {
  const { Exchange } = await binanceSpot.load();
  const exchange = new Exchange({
    ...binanceSpot.ccxtOptions,
    apiKey: API_KEY,
    secret: SECRET,
    enableRateLimit: false,
  });
  binanceSpot.configure(exchange);
  exchange.options["recvWindow"] = recvWindow;
  exchange.fetchImplementation = () => Promise.resolve(response(EXCHANGE_INFO));
  await exchange.loadMarkets(true, {});
  return exchange;
}

export function response(json: unknown) {
  return {
    status: 200,
    statusText: "OK",
    headers: new Headers({ "content-type": "application/json" }),
    text: () => Promise.resolve(JSON.stringify(json)),
  };
}
