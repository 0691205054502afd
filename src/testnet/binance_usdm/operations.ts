/**
 * Everything the local Binance USDⓈ-M can be asked, over REST and its WebSocket API. Weights are
 * those told with each endpoint (developers.binance.com, read on 2026-11-21).
 */
import {
  type Asked,
  type BinanceOperation,
  indexed,
  type Security,
} from "../binance/operations.ts";
import type { WireApi } from "../binance/rest.ts";
import { refuseSessions, type SocketApi } from "../binance/ws_api.ts";
import * as account from "./account.ts";
import type { UsdmCore } from "./core.ts";
import * as market from "./market_queries.ts";
import { canned } from "./refusals.ts";

type Operation = BinanceOperation<UsdmCore>;
type Run = Operation["run"];

/** [name, method and path, the WebSocket API's method, security, weight, run] */
type Row = readonly [string, string, string | null, Security, Operation["weight"], Run];

const LISTEN_KEY = "/fapi/v1/listenKey";

const ROWS: readonly Row[] = [
  ["general.ping", "GET /fapi/v1/ping", null, "none", 1, () => ({})],
  ["general.time", "GET /fapi/v1/time", null, "none", 1, ({ clock }) => ({
    serverTime: clock.now(),
  })],
  ["general.exchangeInfo", "GET /fapi/v1/exchangeInfo", null, "none", 1, market.exchangeInfo],
  open("market.depth", "GET /fapi/v1/depth", market.depthWeight, market.depth),
  open("market.trades", "GET /fapi/v1/trades", 5, market.trades),
  open("market.aggTrades", "GET /fapi/v1/aggTrades", 20, market.aggregates),
  open("market.klines", "GET /fapi/v1/klines", market.klineWeight, market.klines),
  open("market.ticker.price", "GET /fapi/v1/ticker/price", 1, market.priceTicker),
  open("market.ticker.price", "GET /fapi/v2/ticker/price", 1, market.priceTicker),
  open("market.ticker.book", "GET /fapi/v1/ticker/bookTicker", 2, market.bookTicker),
  open("market.ticker.24hr", "GET /fapi/v1/ticker/24hr", 1, market.dayTicker),
  open("market.premiumIndex", "GET /fapi/v1/premiumIndex", 1, market.premiumIndex),
  [
    "order.place",
    "POST /fapi/v1/order",
    "order.place",
    "signed",
    0,
    (core, asked) => core.trading.place(asked.account, asked.params, asked.options),
  ],
  signed("order.amend", "PUT /fapi/v1/order", 0, {
    ws: "order.modify",
    run: (core, asked) => core.trading.modify(asked.account, asked.params),
  }),
  signed("order.cancel", "DELETE /fapi/v1/order", 1, {
    ws: "order.cancel",
    run: (core, asked) => core.trading.cancel(asked.account, asked.params),
  }),
  signed("order.status", "GET /fapi/v1/order", 1, {
    ws: "order.status",
    run: (core, asked) => core.trading.read(asked.account, asked.params),
  }),
  signed(
    "openOrders.status",
    "GET /fapi/v1/openOrders",
    (params) => params.has("symbol") ? 1 : 40,
    {
      run: (core, asked) => core.trading.open(asked.account, asked.params),
    },
  ),
  signed("openOrders.cancelAll", "DELETE /fapi/v1/allOpenOrders", 1, {
    run: (core, asked) => core.trading.cancelAll(asked.account, asked.params),
  }),
  signed("openOrders.countdown", "POST /fapi/v1/countdownCancelAll", 10, {
    run: (core, asked) => core.trading.countdown(asked.account, asked.params),
  }),
  signed("allOrders", "GET /fapi/v1/allOrders", 5, {
    run: (core, asked) => core.trading.all(asked.account, asked.params),
  }),
  signed("myTrades", "GET /fapi/v1/userTrades", 5, of(account.userTradesBody)),
  signed("account.status", "GET /fapi/v3/account", 5, of(account.accountBody)),
  signed("account.balance", "GET /fapi/v3/balance", 5, of(account.balanceBody)),
  signed("positions.status", "GET /fapi/v3/positionRisk", 5, of(account.positionRiskBody)),
  signed("positions.config", "GET /fapi/v1/symbolConfig", 5, of(account.symbolConfigBody)),
  signed("account.config", "GET /fapi/v1/accountConfig", 5, of(account.accountConfigBody)),
  signed("account.commission", "GET /fapi/v1/commissionRate", 20, of(account.commissionBody)),
  signed("positions.leverage", "POST /fapi/v1/leverage", 1, of(account.setLeverage)),
  signed("positions.brackets", "GET /fapi/v1/leverageBracket", 1, {
    run: account.leverageBracketBody,
  }),
  signed("positions.mode", "GET /fapi/v1/positionSide/dual", 30, {
    run: (core, asked) => ({ dualSidePosition: core.isHedged(asked.account) }),
  }),
  signed("positions.setMode", "POST /fapi/v1/positionSide/dual", 1, of(account.setPositionMode)),
  ["userDataStream.start", `POST ${LISTEN_KEY}`, null, "key", 1, (core, asked) => ({
    listenKey: core.startListening(asked.account),
  })],
  ["userDataStream.keepAlive", `PUT ${LISTEN_KEY}`, null, "key", 1, (core, asked) => ({
    listenKey: core.keepListening(asked.account),
  })],
  ["userDataStream.close", `DELETE ${LISTEN_KEY}`, null, "key", 1, (core, asked) => {
    core.stopListening(asked.account);
    return {};
  }],
];

const OPERATIONS: readonly Operation[] = ROWS.map(([name, rest, ws, security, weight, run]) => ({
  name,
  rest,
  ws,
  security,
  weight,
  run,
  countsOrders: name === "order.place" || name === "order.amend",
}));

export const USDM_REST: WireApi<UsdmCore> = { operations: indexed(OPERATIONS, "rest"), canned };

const WS_OPERATIONS = indexed(OPERATIONS, "ws");

export const USDM_SOCKET: SocketApi<UsdmCore> = {
  endpoint: "WS /ws-fapi/v1",
  operations: WS_OPERATIONS,
  canned,
  ofSession(_session, { method }) {
    if (method === "session.logon") return refuseSessions;
    if (method !== "session.status") return undefined;
    return () => ({ apiKey: null, authorizedSince: null, connectedSince: null });
  },
  nameOf: (method) => WS_OPERATIONS.get(method)?.name,
};

function open(
  name: string,
  rest: string,
  weight: Operation["weight"],
  run: (core: UsdmCore, params: Asked["params"]) => unknown,
): Row {
  return [name, rest, null, "none", weight, (core, { params }) => run(core, params)];
}

function signed(
  name: string,
  rest: string,
  weight: Operation["weight"],
  { ws = null, run }: { readonly ws?: string | null; readonly run: Run },
): Row {
  return [name, rest, ws, "signed", weight, run];
}

function of(
  run: (core: UsdmCore, account: string, params: Asked["params"]) => unknown,
): { readonly run: Run } {
  return { run: (core, asked) => run(core, asked.account, asked.params) };
}
