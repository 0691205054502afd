/** The reads of OKX. Source: OKX API guide v5, "Trade", "Trading Account", "Public Data". */
import { BALANCES_MAX, POSITIONS_MAX, READ_ROWS_MAX } from "../../../../model/limits.ts";
import type { EpochMs } from "../../../../model/scalars.ts";
import type { VenueOrder } from "../../../../model/venue.ts";
import { asRow, asRows, idOf, type Row, RowError, textOf, timeOf } from "../../rows/fields.ts";
import type { ListPlan, Page, ReadPlan } from "../../plans/read_plan.ts";
import type { RowContext, VenueCall } from "../../plans/venue_call.ts";
import { instTypeOf, readBalance, readOrder, readPosition, readTicker, readTrade } from "./rows.ts";

/** "Number of results per request. The maximum is 100; The default is 100." */
const PAGE_ROWS = 100;
/** "Transaction details (last 3 days)": older ones are told by `fills-history`, for 3 months. */
const FILLS_MS = 3 * 24 * 3_600_000;
/** So that nothing falls between the two lists while it grows old. */
const FILLS_MARGIN_MS = 3_600_000;
const RECENT = "trade/fills";
const HISTORY = "trade/fills-history";

export const okxReads: ReadPlan = {
  serverTime: {
    call: () => ({ api: "public", path: "public/time", method: "GET", params: {} }),
    read: (answer) => timeOf(onlyRow(answer), "ts"),
  },
  order: {
    // "If the clOrdId is associated with multiple orders, only the latest one will be returned."
    call: (instId, { clientOrderId }) => read("trade/order", { instId, clOrdId: clientOrderId }),
    read: oneOrder,
  },
  // The newest 100 ended orders are one page: an order of somebody else's may have left it while its
  // trade is still among the newest, and shows by its id that it is not ours.
  orderById: {
    call: (instId, ordId) => read("trade/order", { instId, ordId }),
    read: oneOrder,
  },
  openOrders: {
    ...list(readOrder),
    first: ({ rawSymbol }) =>
      read("trade/orders-pending", rawSymbol === null ? PAGE : { ...inst(rawSymbol), ...PAGE }),
    next: (page) => isFull(page) ? after(page.call, oldest(page, "ordId")) : null,
  },
  // The last 7 days; "the incomplete orders that have been canceled are only reserved for 2 hours".
  history: {
    ...list(readOrder),
    first: ({ rawSymbol }) => read("trade/orders-history", { ...inst(rawSymbol), ...PAGE }),
  },
  historyIsWhole: (orders) => orders.length < PAGE_ROWS,
  newestTrades: {
    ...list(readTrade),
    first: ({ rawSymbol }) => read(RECENT, { ...inst(rawSymbol), ...PAGE }),
  },
  tradesSince: {
    ...list(readTrade),
    first: ({ rawSymbol, since }) => read(RECENT, { ...inst(rawSymbol), begin: since, ...PAGE }),
    next: (page) => nextFills(page, reachOf(page.query)),
  },
  tradesOfOrder: {
    ...list(readTrade),
    first: ({ rawSymbol, exchangeOrderId }) =>
      read(RECENT, { ...inst(rawSymbol), ordId: exchangeOrderId, ...PAGE }),
    // An order may have rested for longer than the recent list reaches.
    next: (page) => nextFills(page, "all"),
  },
  balances: {
    ...list(readBalance),
    first: () => read("account/balance", {}),
    rows: (answer) => asRows(onlyRow(answer)["details"], BALANCES_MAX),
  },
  positions: {
    ...list(readPosition),
    first: () => read("account/positions", {}),
    rows: (answer) => dataOf(answer, POSITIONS_MAX),
  },
  ticker: {
    call: (instId) => ({
      api: "public",
      path: "market/ticker",
      method: "GET",
      params: { instId },
    }),
    read: (answer, context) => readTicker(onlyRow(answer), context),
  },
  admission: {
    call: () => read("account/config", {}),
    // "reduceOnly … only applicable to Futures mode and Multi-currency margin": elsewhere such an
    // order would open or turn a position, past the caps that it need not meet.
    refusal: (answer) =>
      textOf(onlyRow(answer), "acctLv") === PORTFOLIO_MARGIN
        ? "the account is in portfolio margin mode, where OKX does not heed reduceOnly; " +
          "set it to another account mode"
        : null,
  },
  permissions: {
    call: () => read("account/config", {}),
    // `"perm":"read_only,withdraw,trade"`.
    read: (answer) => {
      const granted = textOf(onlyRow(answer), "perm").split(",").map((each) => each.trim());
      return { withdraw: granted.includes("withdraw"), trade: granted.includes("trade") };
    },
  },
  tradesTell: "clientId",
};

function oneOrder(answer: unknown, context: RowContext): VenueOrder | null {
  const [row] = dataOf(answer, 1);
  return row === undefined ? null : readOrder(row, context);
}

/** `"acctLv"`: 1 spot mode, 2 futures mode, 3 multi-currency margin, 4 portfolio margin. */
const PORTFOLIO_MARGIN = "4";
const PAGE = { limit: PAGE_ROWS } as const;

/** What every answer wraps its rows in: `{"code":"0","msg":"","data":[…]}`. */
export function dataOf(answer: unknown, rowsMax: number): readonly unknown[] {
  return asRows(asRow(answer)["data"], rowsMax);
}

export function onlyRow(answer: unknown): Row {
  const [row] = dataOf(answer, 1);
  if (row === undefined) throw new RowError("data is empty");
  return asRow(row);
}

/** Whether the recent list is enough. */
type Reach = "recent" | "all";

function reachOf({ since, now }: { readonly since: EpochMs; readonly now: EpochMs }): Reach {
  return now - since > FILLS_MS - FILLS_MARGIN_MS ? "all" : "recent";
}

/**
 * Newest first, page by page by bill id; after the last page of the recent list the older one goes
 * on where it ended, so that no trade is told twice.
 */
function nextFills<Query, Value>(
  page: Page<Query, Value>,
  reach: Reach,
): VenueCall | null {
  const { call } = page;
  const last = rowsOf(page).length === 0 ? null : oldest(page, "billId");
  if (isFull(page) && last !== null) return after(call, last);
  if (call.path === HISTORY || reach === "recent") return null;
  const older = { ...call, path: HISTORY };
  return last === null ? older : after(older, last);
}

function isFull<Query, Value>(page: Page<Query, Value>): boolean {
  return rowsOf(page).length >= PAGE_ROWS;
}

/** Also those that were left out. */
function rowsOf<Query, Value>({ answer }: Page<Query, Value>): readonly unknown[] {
  return dataOf(answer, READ_ROWS_MAX);
}

/** The id that records "earlier than" are asked for: lists have the newest first. */
function oldest<Query, Value>(page: Page<Query, Value>, field: string): string {
  return idOf(asRow(rowsOf(page).at(-1)), field);
}

function after(call: VenueCall, id: string): VenueCall {
  return { ...call, params: { ...call.params, after: id } };
}

function inst(instId: string): Readonly<Record<string, string>> {
  return { instType: instTypeOf(instId), instId };
}

function read(path: string, params: Readonly<Record<string, unknown>>): VenueCall {
  return { api: "private", path, method: "GET", params };
}

/** The rows of `data`, one page of them. */
function list<Value>(readRow: ListPlan<never, Value>["read"]) {
  return {
    rows: (answer: unknown) => dataOf(answer, READ_ROWS_MAX),
    read: readRow,
    next: () => null,
  };
}
