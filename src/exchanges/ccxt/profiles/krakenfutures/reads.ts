/**
 * The reads of Kraken Futures. Lists are of the whole account. Source: docs.kraken.com/api-reference
 * (order-management, account-information, account-history), read on 2026-11-21.
 */
import type { VenueOrder } from "../../../../model/venue.ts";
import type { Fill } from "../../../../model/fill.ts";
import { BALANCES_MAX, POSITIONS_MAX, READ_ROWS_MAX } from "../../../../model/limits.ts";
import { isZero } from "../../../../model/decimal.ts";
import { asRow, asRows, optionalText, type Row, RowError, timeOf } from "../../rows/fields.ts";
import type { LookupQuery, Page, ReadPlan, SymbolQuery } from "../../plans/read_plan.ts";
import type { RowContext, VenueCall } from "../../plans/venue_call.ts";
import { instantOf } from "../kraken/frames.ts";
import {
  assetNamed,
  holding,
  type Holdings,
  owedOf,
  readBalance,
  readEvent,
  readFill,
  readFlex,
  readOpenOrder,
  readPosition,
  readStatus,
  readTicker,
} from "./rows.ts";

/** "Last 100 fills … or before lastFillTime". */
const FILLS_PER_PAGE = 100;
const EVENTS_PER_PAGE = 500;

const fills = {
  rows: (answer: unknown) => asRows(asRow(answer)["fills"], READ_ROWS_MAX),
  read: readFill,
};
const ofPair = (fill: Fill, { rawSymbol }: SymbolQuery, context: RowContext) =>
  fill.symbolId === context.symbolOf(rawSymbol);

export const krakenFuturesReads: ReadPlan = {
  serverTime: {
    // There is no endpoint for the time: every answer tells it.
    call: () => ({ api: "public", path: "instruments/status", method: "GET", params: {} }),
    read: (answer) => instantOf(asRow(answer), "serverTime"),
  },
  order: {
    // "Orders which are open or were filled/cancelled in the last 5 seconds."
    call: (_rawSymbol, { exchangeOrderId, clientOrderId }) =>
      statusOf(
        exchangeOrderId === null ? { cliOrdIds: clientOrderId } : { orderIds: exchangeOrderId },
      ),
    read: oneOrder,
  },
  orderById: { call: (_rawSymbol, orderId) => statusOf({ orderIds: orderId }), read: oneOrder },
  openOrders: {
    first: () => get("openorders"),
    rows: (answer) => asRows(asRow(answer)["openOrders"], READ_ROWS_MAX),
    read: readOpenOrder,
    fits: ({ symbolId }, { rawSymbol }, context) =>
      rawSymbol === null || symbolId === context.symbolOf(rawSymbol),
    next: () => null,
  },
  history: {
    // Events, the newest first: the first of an order is how it stands.
    first: () => ({
      api: "history",
      path: "orders",
      method: "GET",
      params: { count: EVENTS_PER_PAGE },
    }),
    rows: (answer) => asRows(asRow(answer)["elements"], READ_ROWS_MAX).filter(isOfOrder),
    read: eventOf,
    next: nextEvents,
  },
  historyIsWhole: () => false,
  newestTrades: { ...fills, fits: ofPair, first: () => get("fills"), next: () => null },
  tradesSince: {
    ...fills,
    fits: (fill, query, context) => ofPair(fill, query, context) && fill.venueTime >= query.since,
    first: () => get("fills"),
    next: (page) => nextFills(page, page.query.since),
  },
  tradesOfOrder: {
    ...fills,
    fits: (fill, { exchangeOrderId }) => fill.exchangeOrderId === exchangeOrderId,
    first: () => get("fills"),
    next: (page) => nextFills(page, 0),
  },
  balances: {
    first: () => get("accounts"),
    rows: (answer) => [...walletsOf(asRow(asRow(answer)["accounts"]))],
    // Made right above.
    read: (row, context) => readBalance(...row as readonly [string, Holdings], context),
    next: () => null,
  },
  positions: {
    first: () => get("openpositions"),
    rows: (answer) => asRows(asRow(answer)["openPositions"], POSITIONS_MAX),
    read: readPosition,
    next: () => null,
  },
  ticker: {
    call: (symbol) => ({
      api: "public",
      path: "tickers/{symbol}",
      method: "GET",
      params: { symbol },
    }),
    read: readTicker,
  },
  tradesTell: "clientId",
};

function statusOf(named: Readonly<Record<string, string>>): VenueCall {
  return { ...get("orders/status", named), method: "POST" };
}

function oneOrder(answer: unknown, context: RowContext): VenueOrder | null {
  const [first, ...more] = asRows(asRow(answer)["orders"], READ_ROWS_MAX);
  if (more.length > 0) throw new RowError(`${more.length + 1} orders where one was asked for`);
  return first === undefined ? null : readStatus(first, context);
}

/**
 * `{"flex":{"currencies":{…}},"fi_xbtusd":{"auxiliary":{"af":"0.9"},"balances":{"xbt":"1.0"},`
 * `"currency":"xbt","type":"marginAccount"},"cash":{…}}`: by asset, what `flex` and the wallet of
 * inverse contracts hold. Other wallets margin nothing that is traded here.
 */
function walletsOf(accounts: Row): ReadonlyMap<string, Holdings> {
  const entries = Object.entries(asRow(asRow(accounts["flex"])["currencies"]));
  if (entries.length > BALANCES_MAX) throw new RowError(`${entries.length} currencies`);
  const wallets = new Map<string, Holdings>(
    entries.map(([asset, row]) => [assetNamed(asset), { flex: readFlex(row), single: null }]),
  );
  const names = Object.keys(accounts);
  if (names.length > BALANCES_MAX) throw new RowError(`${names.length} wallets`);
  for (const name of names) {
    const account = asRow(accounts[name]);
    const currency = optionalText(account, "currency");
    if (currency === null || name !== `fi_${currency}usd`) continue;
    const total = owedOf(asRow(account["balances"]), currency);
    const single = holding(total, owedOf(asRow(account["auxiliary"]), "af"));
    const asset = assetNamed(currency);
    const flex = wallets.get(asset)?.flex ?? null;
    if (flex !== null || !isZero(total)) wallets.set(asset, { flex, single });
  }
  return wallets;
}

/** Triggers have a history of their own. */
function isOfOrder(row: unknown): boolean {
  const [name = ""] = Object.keys(asRow(asRow(row)["event"]));
  return name.startsWith("Order") && !name.includes("Trigger");
}

function eventOf(row: unknown, context: RowContext): VenueOrder {
  const order = readEvent(row, context);
  if (order === null) throw new RowError("an event of orders has a name that is not known");
  return order;
}

/**
 * Back to what need not be shown any more, by the times of events: the order in one, or a page of
 * triggers alone, says nothing of how far the list has come.
 */
function nextEvents({ call, answer, values, query }: Page<LookupQuery, VenueOrder>) {
  const told = asRow(answer);
  const token = optionalText(told, "continuationToken");
  const last = asRows(told["elements"], READ_ROWS_MAX).at(-1);
  if (token === null || last === undefined) return null;
  if (timeOf(asRow(last), "timestamp") < query.since) return null;
  if (values.some((order) => order.clientOrderId === query.ref.clientOrderId)) return null;
  return { ...call, params: { ...call.params, continuation_token: token } };
}

/**
 * "The 100 entries before lastFillTime": of one time several fills may lie on both sides of a page's
 * end, so the next page begins a millisecond later and tells them again.
 */
function nextFills({ answer }: Page<unknown, Fill>, since: number): VenueCall | null {
  const rows = fills.rows(answer); // Also those that were left out.
  if (rows.length < FILLS_PER_PAGE) return null;
  const oldest = instantOf(asRow(rows.at(-1)), "fillTime");
  if (oldest < since) return null;
  return get("fills", { lastFillTime: new Date(oldest + 1).toISOString() });
}

function get(path: string, params: Readonly<Record<string, unknown>> = {}): VenueCall {
  return { api: "private", path, method: "GET", params };
}
