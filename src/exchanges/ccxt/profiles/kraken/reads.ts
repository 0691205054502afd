/**
 * The reads of Kraken spot. Lists are of the whole account: nothing but trades and closed orders
 * comes in pages, and no list can be asked for one pair. Source: docs.kraken.com/api-reference
 * (account-data), read on 2026-11-21.
 */
import type { Fill } from "../../../../model/fill.ts";
import type { VenueOrder } from "../../../../model/venue.ts";
import { asRow, asRows, type Row, RowError } from "../../rows/fields.ts";
import type { Page, ReadPlan, SymbolQuery } from "../../plans/read_plan.ts";
import type { RowContext, VenueCall } from "../../plans/venue_call.ts";
import { krakenPermissions } from "./permissions.ts";
import { type NamedRow, readBalance, readOrder, readTicker, readTrade } from "./rows.ts";

/** "50 results are returned at a time, the most recent by default." */
const PER_PAGE = 50;
/** query-trades: "Comma delimited list of transaction IDs … (20 maximum)". */
const TRADE_IDS_MAX = 20;

/**
 * "consolidate_taker: Whether or not to consolidate trades by individual taker trades. Default:
 * true": without it what an order takes at once is one trade, while the stream tells each of them
 * by its own id, and the same quantity would be booked twice. That the stream does so is an
 * assumption of ours: it has no such switch, and shows a `trade_id` with each.
 */
const EACH_TRADE = { consolidate_taker: "false" };

const tradesPlan = {
  // Lists are of all pairs.
  fits: (fill: Fill, { rawSymbol }: SymbolQuery, context: RowContext) =>
    fill.symbolId === context.symbolOf(rawSymbol),
  rows: (answer: unknown) => entriesOf(resultOf(answer)["trades"]),
  read: (row: unknown, context: RowContext): Fill => readTrade(row as NamedRow, context),
};

export const krakenReads: ReadPlan = {
  serverTime: {
    call: () => ({ api: "public", path: "Time", method: "GET", params: {} }),
    // In whole seconds: the true time is up to a second later, never earlier.
    read: (answer) => 1_000 * wholeOf(resultOf(answer), "unixtime"),
    resolutionMs: 1_000,
  },
  order: {
    call: (_rawSymbol, ref) =>
      ref.exchangeOrderId === null
        ? read("OpenOrders", { cl_ord_id: ref.clientOrderId })
        : read("QueryOrders", { txid: ref.exchangeOrderId }),
    read: oneOrder,
  },
  orderById: { call: (_rawSymbol, txid) => read("QueryOrders", { txid }), read: oneOrder },
  openOrders: {
    first: () => read("OpenOrders", {}),
    rows: (answer) => entriesOf(resultOf(answer)["open"]),
    read: orderOf,
    fits: ({ symbolId }, { rawSymbol }, context) =>
      rawSymbol === null || symbolId === context.symbolOf(rawSymbol),
    next: () => null,
  },
  // First the orders with the id, then, when there are none, the newest of all: those tell which
  // trades are accounted for.
  history: {
    first: ({ ref }) => read("ClosedOrders", { cl_ord_id: ref.clientOrderId }),
    rows: (answer) => entriesOf(resultOf(answer)["closed"]),
    read: orderOf,
    next: ({ call, values }) =>
      call.params["cl_ord_id"] === undefined || values.length > 0 ? null : read("ClosedOrders", {}),
  },
  historyIsWhole: (orders) => orders.length < PER_PAGE,
  newestTrades: { ...tradesPlan, first: () => read("TradesHistory", EACH_TRADE), next: () => null },
  tradesSince: {
    ...tradesPlan,
    fits: (fill, query, context) =>
      tradesPlan.fits(fill, query, context) && fill.venueTime >= query.since,
    // "start: … (exclusive)", in seconds; what is a little older does no harm.
    first: ({ since }) =>
      read("TradesHistory", {
        start: Math.max(0, Math.floor(since / 1_000) - 1),
        ofs: 0,
        ...EACH_TRADE,
      }),
    next: nextTrades,
  },
  tradesOfOrder: {
    ...tradesPlan,
    first: ({ exchangeOrderId }) =>
      read("QueryOrders", { txid: exchangeOrderId, trades: "true", ...EACH_TRADE }),
    rows: (answer) => entriesOf(resultOf(answer)).filter(([, row]) => "ordertxid" in asRow(row)),
    next: nextOfOrder,
  },
  balances: {
    first: () => read("BalanceEx", {}),
    rows: (answer) => entriesOf(resultOf(answer)),
    read: (row, context) => readBalance(row as NamedRow, context), // Made by `rows` above.
    next: () => null,
  },
  positions: null, // Only margin trades have some, and margin is not used.
  ticker: {
    call: (pair) => ({ api: "public", path: "Ticker", method: "GET", params: { pair } }),
    read: readTicker,
  },
  permissions: krakenPermissions,
  tradesTell: "time",
};

function orderOf(row: unknown, context: RowContext): VenueOrder {
  return readOrder(row as NamedRow, context); // Made by `rows` right before.
}

/** `{"result":{"open":{"O45M52-BFD5S-YXKQOU":{…}}}}`, or without `open` where ids were asked for. */
function oneOrder(answer: unknown, context: RowContext): VenueOrder | null {
  const result = resultOf(answer);
  const [first, ...others] = entriesOf(result["open"] ?? result);
  if (others.length > 0) throw new RowError(`${others.length + 1} orders where one was asked for`);
  return first === undefined ? null : readOrder(first, context);
}

/**
 * Newest first, so trades made meanwhile push others to the next page, and none is left out. The
 * next page begins after what this one has shown, however much that was; and a full page is asked on
 * after whatever `count` says, since it may count trades that were consolidated.
 */
function nextTrades({ call, answer, values }: Page<unknown, Fill>): VenueCall | null {
  const next = Number(call.params["ofs"]) + values.length;
  const count = wholeOf(resultOf(answer), "count");
  if (next >= count && values.length < PER_PAGE) return null;
  if (values.length === 0) throw new RowError(`of ${count} trades none is shown after ${next}`);
  return { ...call, params: { ...call.params, ofs: next } };
}

/** The order's row names its trades; those are then asked for by their ids. */
interface CallOfTrades extends VenueCall {
  readonly later: readonly string[];
}

function nextOfOrder({ call, answer }: Page<unknown, Fill>): CallOfTrades | null {
  const ids = "later" in call ? (call as CallOfTrades).later : tradeIdsOf(answer);
  if (ids.length === 0) return null;
  const txid = ids.slice(0, TRADE_IDS_MAX).join(",");
  return { ...read("QueryTrades", { txid }), later: ids.slice(TRADE_IDS_MAX) };
}

function tradeIdsOf(answer: unknown): readonly string[] {
  return entriesOf(resultOf(answer)).flatMap(([, row]) =>
    asRows(asRow(row)["trades"] ?? [], TRADES_OF_ORDER_MAX).map((id) => {
      if (typeof id === "string") return id;
      throw new RowError("an id of trades is not a text");
    })
  );
}

/** An order of so many fills would take 500 requests to read: it is refused rather than begun. */
const TRADES_OF_ORDER_MAX = 10_000;

function resultOf(answer: unknown): Row {
  return asRow(asRow(answer)["result"]);
}

function entriesOf(value: unknown): readonly NamedRow[] {
  return Object.entries(asRow(value));
}

function wholeOf(row: Row, field: string): number {
  const value = row[field];
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new RowError(`${field} is not a whole number`);
}

function read(path: string, params: Readonly<Record<string, unknown>>): VenueCall {
  return { api: "private", path, method: "POST", params };
}
