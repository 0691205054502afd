/**
 * The reads of Coinbase Advanced Trade. There is no look-up by client id (of `get-order` that is
 * "(Deprecated)"), so orders are sought in lists. Source: docs.cdp.coinbase.com/api-reference/
 * advanced-trade-api/rest-api (list-orders, list-fills, list-accounts, get-api-key-permissions),
 * read on 2026-11-21.
 */
import { BALANCES_MAX, READ_ROWS_MAX } from "../../../../model/limits.ts";
import type { EpochMs } from "../../../../model/scalars.ts";
import { asRow, asRows, flagOf, optionalText, RowError, timeOf } from "../../rows/fields.ts";
import type { LookupQuery, Page, ReadPlan } from "../../plans/read_plan.ts";
import type { RowContext, VenueCall } from "../../plans/venue_call.ts";
import { isFill, readBalance, readFill, readOrder } from "./rows.ts";
import { readTicker } from "./tickers.ts";

/** ccxt's largest pages; the venue names no bound, and says with each whether there are more. */
const ORDERS_PER_PAGE = 1_000;
const FILLS_PER_PAGE = 250;
const ACCOUNTS_PER_PAGE = 250;

/**
 * What is live, in the order in which orders go through it, so that one that moves on between two
 * reads is seen in the later one: "You cannot pair open orders with other order types."
 */
const LIVE: readonly (readonly string[])[] = [
  ["PENDING", "QUEUED"],
  ["OPEN"],
  ["EDIT_QUEUED", "CANCEL_QUEUED"],
];

/** Our clock's error and the time between signing and creation. */
const WINDOW_MARGIN_MS = 3_600_000;
/** Trades are compared with the orders listed: far longer than lists may lag behind each other. */
const TRADES_MS = 3_600_000;

const orderList = {
  rows: (answer: unknown) => listed(answer, "orders", READ_ROWS_MAX),
  read: readOrder,
  next: nextPage,
};

const fillList = {
  rows: (answer: unknown) =>
    listed(answer, "fills", READ_ROWS_MAX).filter((row) => isFill(asRow(row))),
  read: readFill,
  next: nextFills,
};

export const coinbaseReads: ReadPlan = {
  serverTime: {
    call: () => open("time", {}),
    read: (answer) => timeOf(asRow(answer), "epochMillis"),
  },
  order: null,
  openOrders: {
    ...orderList,
    first: ({ rawSymbol }) => orders({ order_status: LIVE[0], ...productOf(rawSymbol) }),
    fits: ({ symbolId }, { rawSymbol }, context) =>
      rawSymbol === null || namesOf(rawSymbol, context).has(symbolId),
    next: (page) => nextPage(page) ?? nextStatuses(page.call),
  },
  history: {
    ...orderList,
    first: (query) => {
      const { exchangeOrderId } = query.ref;
      return exchangeOrderId === null
        ? placedSince(query)
        : orders({ order_ids: [exchangeOrderId] });
    },
    next: (page) => {
      const { query, call, values } = page;
      if (values.some(({ clientOrderId }) => clientOrderId === query.ref.clientOrderId)) {
        return null;
      }
      return call.params["order_ids"] === undefined ? nextPage(page) : placedSince(query);
    },
  },
  historyIsWhole: () => true, // Of the window in which the order was placed, or not at all.
  newestTrades: {
    ...fillList,
    first: ({ rawSymbol, now }) =>
      fillsFrom(bookIsAnothers(rawSymbol) ? null : rawSymbol, now - TRADES_MS),
    fits: ({ symbolId }, { rawSymbol }, context) => namesOf(rawSymbol, context).has(symbolId),
  },
  tradesSince: {
    ...fillList,
    first: ({ rawSymbol, since }) => fillsFrom(rawSymbol, since),
  },
  tradesOfOrder: {
    ...fillList,
    first: ({ exchangeOrderId }) => fills({ order_ids: [exchangeOrderId] }),
  },
  balances: {
    first: () => closed("accounts", { limit: ACCOUNTS_PER_PAGE }),
    rows: (answer) => listed(answer, "accounts", BALANCES_MAX),
    read: readBalance,
    next: nextPage,
  },
  positions: null,
  ticker: {
    call: (product_id) => open("market/products/{product_id}/ticker", { product_id, limit: 1 }),
    read: readTicker,
  },
  permissions: {
    call: () => closed("key_permissions", {}),
    // `{"can_view":true,"can_trade":false,"can_transfer":false,"portfolio_uuid":"…"}`
    read: (answer) => ({
      withdraw: flagOf(asRow(answer), "can_transfer"),
      trade: flagOf(asRow(answer), "can_trade"),
    }),
  },
  tradesTell: "time",
};

type Params = Readonly<Record<string, unknown>>;

/**
 * What is placed on BTC-USDC is matched in the book of BTC-USD, and others have seen the venue tell
 * it under that name. An order that is sought must not be hidden by a name, so that lists for such a
 * pair are asked for all pairs, and those of both names taken.
 */
function bookIsAnothers(rawSymbol: string): boolean {
  return rawSymbol.endsWith("-USDC");
}

function namesOf(rawSymbol: string, { symbolOf }: RowContext): ReadonlySet<string> {
  const names = bookIsAnothers(rawSymbol) ? [rawSymbol, rawSymbol.slice(0, -1)] : [rawSymbol];
  return new Set(names.map((name) => symbolOf(name)));
}

function productOf(rawSymbol: string | null): Params {
  return rawSymbol === null || bookIsAnothers(rawSymbol)
    ? { product_type: "SPOT" }
    : { product_ids: [rawSymbol] };
}

/** "start_date and end_date don't apply to open orders", which are listed for themselves. */
function placedSince({ rawSymbol, since }: LookupQuery): VenueCall {
  return orders({ ...productOf(rawSymbol), start_date: isoOf(since - WINDOW_MARGIN_MS) });
}

function nextStatuses(call: VenueCall): VenueCall | null {
  const { cursor: _cursor, ...params } = call.params;
  const at = LIVE.findIndex((statuses) => statuses === params["order_status"]);
  const statuses = LIVE[at + 1];
  return statuses === undefined ? null : { ...call, params: { ...params, order_status: statuses } };
}

/** Whether there is more is said by `has_next`, where a list has it, else by a cursor. */
function nextPage({ call, answer }: Page<unknown, unknown>): VenueCall | null {
  const row = asRow(answer);
  const cursor = optionalText(row, "cursor");
  if (cursor === null || row["has_next"] === false) return null;
  return { ...call, params: { ...call.params, cursor } };
}

/** `{"orders":[…],"sequence":"0","has_next":false,"cursor":""}` */
function listed(answer: unknown, list: string, rowsMax: number): readonly unknown[] {
  const row = asRow(answer);
  if (row["has_next"] === true && optionalText(row, "cursor") === null) {
    throw new RowError(`more ${list} are promised without a cursor`);
  }
  return asRows(row[list], rowsMax);
}

/** Fills have no `has_next`: the last page is told by its cursor, or by having nothing. */
function nextFills(page: Page<unknown, unknown>): VenueCall | null {
  return listed(page.answer, "fills", READ_ROWS_MAX).length === 0 ? null : nextPage(page);
}

function orders(params: Params): VenueCall {
  return closed("orders/historical/batch", { ...params, limit: ORDERS_PER_PAGE });
}

function fills(params: Params): VenueCall {
  return closed("orders/historical/fills", { ...params, limit: FILLS_PER_PAGE });
}

/** "Only fills with a trade time at or after this start date are returned." */
function fillsFrom(rawSymbol: string | null, since: EpochMs): VenueCall {
  const product = rawSymbol === null ? {} : { product_ids: [rawSymbol] };
  return fills({ ...product, start_sequence_timestamp: isoOf(since) });
}

function isoOf(time: EpochMs): string {
  return new Date(Math.max(0, time)).toISOString();
}

function closed(path: string, params: Params): VenueCall {
  return { api: ["v3", "private"], path: `brokerage/${path}`, method: "GET", params };
}

/** Public answers may be a second old unless `cache-control: no-cache` is asked for. */
export function open(path: string, params: Params): VenueCall {
  return {
    api: ["v3", "public"],
    path: `brokerage/${path}`,
    method: "GET",
    params,
    headers: { "cache-control": "no-cache" },
  };
}
