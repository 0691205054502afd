/** The reads of Binance USDⓈ-M futures. Source: developers.binance.com, read on 2026-11-21. */
import { BALANCES_MAX, POSITIONS_MAX } from "../../../../model/limits.ts";
import { asRow, asRows, decimalOf, flagOf, timeOf } from "../../rows/fields.ts";
import type { Fill } from "../../../../model/fill.ts";
import type { Page, ReadPlan, TradesQuery } from "../../plans/read_plan.ts";
import type { VenueCall } from "../../plans/venue_call.ts";
import { binancePermissions } from "../binance/permissions.ts";
import { idAfter, list, PAGE_ROWS, type TradePages, tradeWindow } from "../binance/reads.ts";
import { priceOrNull, readOrder } from "../binance/rows.ts";
import {
  HEDGED,
  readBalance,
  readPosition,
  readQuotes,
  readSymbolConfig,
  readTrade,
} from "./rows.ts";

export const binanceUsdmReads: ReadPlan = {
  serverTime: {
    call: () => open("time", {}),
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
  // Without times: "the recent 7 days".
  history: {
    ...list(readOrder),
    first: ({ rawSymbol }) => read("allOrders", { symbol: rawSymbol, limit: PAGE_ROWS }),
  },
  historyIsWhole: () => false,
  newestTrades: {
    ...list(readTrade),
    first: ({ rawSymbol }) => trades({ symbol: rawSymbol, limit: PAGE_ROWS }),
  },
  tradesSince: {
    ...list(readTrade),
    first: ({ rawSymbol, since }) => tradeWindow(USER_TRADES, rawSymbol, since),
    next: nextWindow,
  },
  tradesOfOrder: {
    ...list(readTrade),
    first: ({ rawSymbol: symbol, exchangeOrderId: orderId }) =>
      trades({ symbol, orderId, limit: PAGE_ROWS }),
    next: ({ query: { rawSymbol: symbol, exchangeOrderId: orderId }, values }) =>
      values.length < PAGE_ROWS
        ? null
        : trades({ symbol, orderId, fromId: idAfter(values), limit: PAGE_ROWS }),
  },
  balances: {
    ...list(readBalance),
    first: () => account("account"),
    rows: (answer) => asRows(asRow(answer)["assets"], BALANCES_MAX),
  },
  // Flat contracts first, for their leverage; what is held comes after and prevails.
  positions: {
    first: () => read("symbolConfig", {}),
    rows: (answer) => asRows(answer, POSITIONS_MAX),
    read: (row, context) =>
      asRow(row)["positionAmt"] === undefined
        ? readSymbolConfig(row, context)
        : readPosition(row, context),
    next: ({ call }) => call.path === "symbolConfig" ? account("positionRisk") : null,
  },
  ticker: {
    call: (symbol) => open("ticker/bookTicker", { symbol }),
    read: readQuotes,
    // "Symbol Price Ticker V2", weight 1 of one symbol.
    last: {
      call: (symbol) => ({ ...open("ticker/price", { symbol }), api: "fapiPublicV2" }),
      read: (answer) => priceOrNull(decimalOf(asRow(answer), "price")),
    },
  },
  admission: {
    call: () => read("accountConfig", {}),
    refusal: (answer) => flagOf(asRow(answer), "dualSidePosition") ? HEDGED : null,
  },
  permissions: {
    ...binancePermissions,
    read: (answer) => ({
      ...binancePermissions.read(answer),
      trade: flagOf(asRow(answer), "enableFutures"),
    }),
  },
  // "orderId is self-increment for each specific symbol."
  tradesTell: "growing",
};

const USER_TRADES: TradePages = {
  call: trades,
  // "The time between startTime and endTime cannot be longer than 7 days."
  windowMs: 7 * 24 * 3_600_000 - 1,
};

/**
 * By time to the end, unlike on spot: "If startTime and endTime are both not sent, then the last 7
 * days' data will be returned", so that ids would leave out what is older. A full page's last
 * millisecond is told again.
 */
function nextWindow({ query, call, values }: Page<TradesQuery, Fill>): VenueCall | null {
  const { rawSymbol: symbol, now } = query;
  const last = values.at(-1);
  if (last !== undefined && values.length >= PAGE_ROWS) {
    return tradeWindow(USER_TRADES, symbol, last.venueTime);
  }
  const to = Number(call.params["endTime"]); // every window has one
  return to >= now ? null : tradeWindow(USER_TRADES, symbol, to + 1);
}

function trades(params: Readonly<Record<string, unknown>>): VenueCall {
  return read("userTrades", params);
}

function read(path: string, params: Readonly<Record<string, unknown>>): VenueCall {
  return { api: "fapiPrivate", path, method: "GET", params };
}

function account(path: string): VenueCall {
  return { api: "fapiPrivateV3", path, method: "GET", params: {} };
}

function open(path: string, params: Readonly<Record<string, unknown>>): VenueCall {
  return { api: "fapiPublic", path, method: "GET", params };
}
