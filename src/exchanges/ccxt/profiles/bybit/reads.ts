/**
 * The reads of Bybit v5. Lists come page by page with a cursor, also where the page at hand was the
 * last one: the end is a page without rows or without a cursor. Source:
 * bybit-exchange.github.io/docs/v5 (order/open-order, order/order-list, order/execution,
 * account/wallet-balance, position), read on 2026-11-21.
 */
import { BALANCES_MAX, READ_ROWS_MAX } from "../../../../model/limits.ts";
import { asRow, asRows, optionalText, type Row, RowError, timeOf } from "../../rows/fields.ts";
import type { ListPlan, Page, ReadPlan, TradesQuery } from "../../plans/read_plan.ts";
import type { RowContext, VenueCall } from "../../plans/venue_call.ts";
import {
  coinsOf,
  isHeld,
  readBalance,
  readPosition,
  readTicker,
  type TimedRow,
} from "./account_rows.ts";
import type { BybitCategory } from "./entry.ts";
import { bybitPermissions } from "./permissions.ts";
import { isFill, readExecution, readOrder } from "./rows.ts";

/** The most a page of each list may have. */
const ORDERS_PER_PAGE = 50;
const EXECUTIONS_PER_PAGE = 100;
const POSITIONS_PER_PAGE = 200;
/** "If both are passed, the rule is endTime - startTime <= 7 days." */
const TRADE_WINDOW_MS = 7 * 24 * 3_600_000 - 1;
/** "Either symbol, baseCoin or settleCoin is required": these two settle every linear contract. */
const SETTLE_COINS: readonly string[] = ["USDT", "USDC"];

export function bybitReads(category: BybitCategory): ReadPlan {
  const orders = (path: string, params: Params) =>
    read(`order/${path}`, { category, ...params, limit: ORDERS_PER_PAGE });
  return {
    serverTime: {
      call: () => ({ api: "public", path: "v5/market/time", method: "GET", params: {} }),
      read: (answer) => timeOf(asRow(answer), "time"),
    },
    order: {
      // Of the open orders and of the 500 that ended last; the history has the others.
      call: (symbol, ref) => orders("realtime", { symbol, orderLinkId: ref.clientOrderId }),
      read: oneOrder,
    },
    orderById: {
      call: (symbol, orderId) => orders("realtime", { symbol, orderId }),
      read: oneOrder,
    },
    openOrders: {
      ...paged(readOrder),
      first: ({ rawSymbol }) =>
        orders("realtime", { ...scopeOf(category, rawSymbol), openOnly: 0 }),
      next: (page) => nextPage(page) ?? nextCoin(page.call),
    },
    history: {
      ...paged(readOrder),
      first: ({ rawSymbol, ref }) =>
        orders("history", { symbol: rawSymbol, orderLinkId: ref.clientOrderId }),
    },
    historyIsWhole: () => true, // It was asked for one client id.
    ...tradeReads(category),
    balances: {
      first: () => read("account/wallet-balance", { accountType: "UNIFIED" }),
      rows: (answer) => {
        const time = timeOf(asRow(answer), "time");
        return coinsOf(resultOf(answer)["list"], { time, coinsMax: BALANCES_MAX });
      },
      read: (row) => readBalance(row as TimedRow), // Made by `rows` right above.
      next: () => null,
    },
    positions: category === "spot" ? null : {
      ...paged(readPosition),
      rows: (answer) => rowsOf(answer).filter((row) => isHeld(asRow(row))),
      first: () =>
        read("position/list", { ...scopeOf(category, null), category, limit: POSITIONS_PER_PAGE }),
      next: (page) => nextPage(page) ?? nextCoin(page.call),
    },
    ticker: {
      call: (symbol) => ({
        api: "public",
        path: "v5/market/tickers",
        method: "GET",
        params: { category, symbol },
      }),
      read: (answer, context) =>
        readTicker(only(rowsOf(answer)), { ...context, time: timeOf(asRow(answer), "time") }),
    },
    permissions: bybitPermissions(category),
    tradesTell: "clientId",
  };
}

function tradeReads(
  category: BybitCategory,
): Pick<ReadPlan, "newestTrades" | "tradesSince" | "tradesOfOrder"> {
  const executions = (params: Params) =>
    read("execution/list", { category, ...params, limit: EXECUTIONS_PER_PAGE });
  const window = (symbol: string, startTime: number) =>
    executions({ symbol, startTime, endTime: startTime + TRADE_WINDOW_MS });
  return {
    newestTrades: {
      ...paged(readExecution),
      rows: fillsOf,
      first: ({ rawSymbol, ref }) =>
        executions({ symbol: rawSymbol, orderLinkId: ref.clientOrderId }),
    },
    tradesSince: {
      ...paged(readExecution),
      rows: fillsOf,
      first: ({ rawSymbol, since }) => window(rawSymbol, since),
      next: (page) => nextPage(page) ?? nextWindow(page, window),
    },
    tradesOfOrder: {
      ...paged(readExecution),
      rows: fillsOf,
      first: ({ rawSymbol, exchangeOrderId }) =>
        executions({ symbol: rawSymbol, orderId: exchangeOrderId }),
    },
  };
}

type Params = Readonly<Record<string, unknown>>;

/** ccxt's own look-up takes the first row whatever it is; here the rows must be of one order. */
function oneOrder(answer: unknown, context: RowContext) {
  const orders = rowsOf(answer).map((row) => readOrder(row, context));
  const [first] = orders;
  if (first === undefined) return null;
  if (orders.some(({ clientOrderId }) => clientOrderId !== first.clientOrderId)) {
    throw new RowError("the answer shows orders with other client ids");
  }
  return first;
}

function scopeOf(category: BybitCategory, rawSymbol: string | null): Params {
  if (rawSymbol !== null) return { symbol: rawSymbol };
  return category === "spot" ? {} : { settleCoin: SETTLE_COINS[0] };
}

/** What settles in the next coin, from the first page on. */
function nextCoin(call: VenueCall): VenueCall | null {
  const { cursor: _cursor, ...params } = call.params;
  const coin = SETTLE_COINS[SETTLE_COINS.indexOf(String(params["settleCoin"])) + 1];
  if (params["settleCoin"] === undefined || coin === undefined) return null;
  return { ...call, params: { ...params, settleCoin: coin } };
}

function nextWindow(
  { query, call }: Page<TradesQuery, unknown>,
  window: (symbol: string, startTime: number) => VenueCall,
): VenueCall | null {
  const end = Number(call.params["endTime"]);
  return end >= query.now ? null : window(query.rawSymbol, end + 1);
}

/** `"nextPageCursor":"132766%3A2%2C132766%3A2"` is taken back as it is written. */
function nextPage({ call, answer }: Page<unknown, unknown>): VenueCall | null {
  const cursor = optionalText(resultOf(answer), "nextPageCursor");
  if (cursor === null || rowsOf(answer).length === 0) return null;
  return { ...call, params: { ...call.params, cursor } };
}

function paged<Value>(readRow: ListPlan<never, Value>["read"]) {
  return { rows: rowsOf, read: readRow, next: nextPage };
}

/** `{"retCode":0,"retMsg":"OK","result":{"category":"spot","list":[…],"nextPageCursor":""}}` */
function rowsOf(answer: unknown): readonly unknown[] {
  return asRows(resultOf(answer)["list"], READ_ROWS_MAX);
}

function fillsOf(answer: unknown): readonly unknown[] {
  return rowsOf(answer).filter((row) => isFill(asRow(row)));
}

function resultOf(answer: unknown): Row {
  return asRow(asRow(answer)["result"]);
}

function only(rows: readonly unknown[]): unknown {
  if (rows.length !== 1) throw new RowError(`${rows.length} rows where one was asked for`);
  return rows[0];
}

function read(path: string, params: Params): VenueCall {
  return { api: "private", path: `v5/${path}`, method: "GET", params };
}
