/** The reads of Binance spot. Source: binance-spot-api-docs, rest-api.md. */
import { BALANCES_MAX, READ_ROWS_MAX } from "../../../../model/limits.ts";
import type { Fill } from "../../../../model/fill.ts";
import type { VenueOrder } from "../../../../model/venue.ts";
import { asRow, asRows, timeOf } from "../../rows/fields.ts";
import type { ListPlan, Page, ReadPlan, TradesQuery } from "../../plans/read_plan.ts";
import type { VenueCall } from "../../plans/venue_call.ts";
import { binancePermissions } from "./permissions.ts";
import { readBalance, readOrder, readTicker, readTrade } from "./rows.ts";

/** Rows of a full page of any list read. */
export const PAGE_ROWS = 1_000;

export const binanceReads: ReadPlan = {
  serverTime: {
    call: () => ({ api: "public", path: "time", method: "GET", params: {} }),
    read: (answer) => timeOf(asRow(answer), "serverTime"),
  },
  order: {
    call: (symbol, { clientOrderId }) =>
      read("order", { symbol, origClientOrderId: clientOrderId }),
    read: readOrder,
  },
  orderById: {
    call: (symbol, orderId) => read("order", { symbol, orderId }),
    read: readOrder,
  },
  openOrders: {
    ...list(readOrder),
    first: ({ rawSymbol }) => read("openOrders", rawSymbol === null ? {} : { symbol: rawSymbol }),
  },
  history: {
    ...list(readOrder),
    first: ({ rawSymbol }) => read("allOrders", { symbol: rawSymbol, limit: PAGE_ROWS }),
  },
  historyIsWhole: (orders: readonly VenueOrder[]) => orders.length < PAGE_ROWS,
  newestTrades: {
    ...list(readTrade),
    first: ({ rawSymbol }) => trades(rawSymbol, {}),
  },
  tradesSince: {
    ...list(readTrade),
    first: ({ rawSymbol, since }) => tradeWindow(MY_TRADES, rawSymbol, since),
    next: (page) => nextTrades(MY_TRADES, page),
  },
  tradesOfOrder: {
    ...list(readTrade),
    first: ({ rawSymbol, exchangeOrderId }) => trades(rawSymbol, { orderId: exchangeOrderId }),
    next: ({ query: { rawSymbol, exchangeOrderId }, values }) =>
      values.length < PAGE_ROWS
        ? null
        : trades(rawSymbol, { orderId: exchangeOrderId, fromId: idAfter(values) }),
  },
  balances: {
    ...list(readBalance),
    first: () => read("account", { omitZeroBalances: true }),
    rows: (answer) => {
      const row = asRow(answer);
      const updateTime = timeOf(row, "updateTime");
      return asRows(row["balances"], BALANCES_MAX).map((each) => ({ ...asRow(each), updateTime }));
    },
  },
  positions: null,
  ticker: {
    call: (symbol) => ({ api: "public", path: "ticker/24hr", method: "GET", params: { symbol } }),
    read: readTicker,
  },
  permissions: binancePermissions,
  tradesTell: "growing",
};

/** The trades of a symbol: `fapi/v1/userTrades` is asked in the same way as spot's `myTrades`. */
export interface TradePages {
  call(params: Readonly<Record<string, unknown>>): VenueCall;
  /** The longest time between `startTime` and `endTime`, less one millisecond. */
  readonly windowMs: number;
}

/** The first of them: a window of time that begins at `from`. */
export function tradeWindow({ call, windowMs }: TradePages, symbol: string, from: number) {
  return call({ symbol, startTime: from, endTime: from + windowMs, limit: PAGE_ROWS });
}

/**
 * Windows of time up to the first that has trades, then by trade id to the newest: ids leave no gap
 * where many trades share a millisecond.
 */
export function nextTrades(
  pages: TradePages,
  { query, call, values }: Page<TradesQuery, Fill>,
): VenueCall | null {
  const { rawSymbol: symbol, now } = query;
  const to = call.params["endTime"]; // Only a window has one.
  const last = typeof to !== "number" || to >= now;
  if (values.length === 0) return last ? null : tradeWindow(pages, symbol, to + 1);
  if (last && values.length < PAGE_ROWS) return null;
  return pages.call({ symbol, fromId: idAfter(values), limit: PAGE_ROWS });
}

/** "If fromId is set, it will get trades >= that fromId." */
export function idAfter(fills: readonly Fill[]): string {
  return String(BigInt(fills[fills.length - 1]!.tradeId) + 1n);
}

const MY_TRADES: TradePages = {
  call: (params) => read("myTrades", params),
  // "The time between startTime and endTime can't be longer than 24 hours."
  windowMs: 24 * 3_600_000 - 1,
};

function trades(symbol: string, params: Readonly<Record<string, unknown>>): VenueCall {
  return read("myTrades", { symbol, ...params, limit: PAGE_ROWS });
}

function read(path: string, params: Readonly<Record<string, unknown>>): VenueCall {
  return { api: "private", path, method: "GET", params };
}

/** An answer that is the list itself, and whole. */
export function list<Value>(readRow: ListPlan<never, Value>["read"]) {
  return {
    rows: (answer: unknown) => asRows(answer, READ_ROWS_MAX),
    read: readRow,
    next: () => null,
  };
}
