/**
 * The reads of Hyperliquid: POSTs to `/info`, of the whole account, whatever symbol is asked about.
 * Source: hyperliquid.gitbook.io, "Info endpoint", read on 2026-11-21.
 */
import type { Balance, Position } from "../../../../model/account.ts";
import type { Fill } from "../../../../model/fill.ts";
import { BALANCES_MAX, POSITIONS_MAX, READ_ROWS_MAX } from "../../../../model/limits.ts";
import type { Ticker } from "../../../../model/market.ts";
import type { VenueOrder } from "../../../../model/venue.ts";
import { asRow, asRows, idOf, type Row, RowError, textOf, timeOf } from "../../rows/fields.ts";
import type {
  ListPlan,
  LookupQuery,
  OrderTradesQuery,
  Page,
  ReadPlan,
  SymbolQuery,
} from "../../plans/read_plan.ts";
import type { RowContext, VenueCall } from "../../plans/venue_call.ts";
import { heldIn, type HeldRow, readMargin, readPosition, readToken } from "./account_rows.ts";
import { type HyperliquidMarket, isCoinOf } from "./instruments.ts";
import { readQuotes } from "./market_rows.ts";
import { CLOID, coinIn, oidOf, readFill, readOrder } from "./rows.ts";
import { OWNER, SIGNER } from "./session.ts";

/** "Returns at most 2000 fills per response", and "at most 2000 most recent historical orders". */
const PAGE_ROWS = 2_000;
const FILLS = "userFills";
const FILLS_BY_TIME = "userFillsByTime";

export function hyperliquidReads(market: HyperliquidMarket): ReadPlan {
  const fills = listOf(market, readFill);
  const orders = listOf(market, readOrder);
  return {
    serverTime: {
      call: () => info("exchangeStatus"),
      read: (answer) => timeOf(asRow(answer), "time"),
    },
    order: {
      // "oid: either u64 representing the order id or 16-byte hex string representing the client
      // order id". What a second order with a used client id becomes is not documented.
      call: (_coin, { clientOrderId, exchangeOrderId }) =>
        info("orderStatus", {
          user: OWNER,
          oid: exchangeOrderId === null ? CLOID.render(clientOrderId) : oidOf(exchangeOrderId),
        }),
      read: oneOrder,
      isOneOfSeveral: true,
    },
    orderById: {
      call: (_coin, oid) => info("orderStatus", { user: OWNER, oid: oidOf(oid) }),
      read: oneOrder,
    },
    openOrders: {
      ...orders,
      first: () => info("frontendOpenOrders", { user: OWNER }),
      fits: ({ symbolId }, { rawSymbol }, context) =>
        rawSymbol === null || symbolId === context.symbolOf(rawSymbol),
    },
    history: {
      ...orders,
      fits: isOfSymbol,
      first: () => info("historicalOrders", { user: OWNER }),
      rows: (answer) => newestOf(orders.rows(answer)),
    },
    historyIsWhole: (listed) => listed.length < PAGE_ROWS,
    newestTrades: { ...fills, fits: mayBeSought, first: () => info(FILLS, { user: OWNER }) },
    tradesSince: {
      ...fills,
      fits: isOfSymbol,
      first: ({ since }) => fillsFrom(since),
      next: nextFills,
    },
    tradesOfOrder: {
      ...fills,
      fits: ({ exchangeOrderId }, query: OrderTradesQuery) =>
        exchangeOrderId === query.exchangeOrderId,
      first: () => info(FILLS, { user: OWNER }),
      next: nextFills,
    },
    balances: market === "spot" ? tokens() : margin(),
    positions: market === "spot" ? null : positions(),
    ticker: {
      call: (coin) => info("l2Book", { coin }),
      read: (answer, context): Ticker => readQuotes(answer, context),
    },
    permissions: {
      call: () => info("userRole", { user: SIGNER }),
      // An API wallet signs orders and nothing that moves funds: "Nonces and API wallets".
      read: (answer) => {
        const role = textOf(asRow(answer), "role");
        return { withdraw: role !== "agent", trade: role === "agent" || role === "user" };
      },
    },
    // Order ids are numbers that grow over all markets.
    tradesTell: "growing",
  };
}

function oneOrder(answer: unknown, context: RowContext): VenueOrder {
  const row = asRow(answer);
  if (textOf(row, "status") !== "order") throw new RowError("status is not order");
  return readOrder(row["order"], context);
}

export function info(type: string, params: Readonly<Record<string, unknown>> = {}): VenueCall {
  return { api: "public", path: "info", method: "POST", params: { type, ...params } };
}

/** Lists are of all markets of all dexes: only rows of those traded here are read. */
function listOf<Value>(
  market: HyperliquidMarket,
  read: (row: unknown, context: RowContext) => Value,
) {
  return {
    rows: (answer: unknown) =>
      asRows(answer, READ_ROWS_MAX).filter((row) => isCoinOf(coinIn(row), market)),
    read,
    next: (): VenueCall | null => null,
  };
}

function isOfSymbol(
  { symbolId }: { readonly symbolId: string },
  { rawSymbol }: SymbolQuery,
  context: RowContext,
): boolean {
  return symbolId === context.symbolOf(rawSymbol);
}

/** A trade that names another order's client id is none of the order sought. */
function mayBeSought(fill: Fill, query: LookupQuery, context: RowContext): boolean {
  const { exchangeOrderId, clientOrderId } = query.ref;
  if (!isOfSymbol(fill, query, context)) return false;
  return fill.clientOrderId === null || fill.clientOrderId === clientOrderId ||
    fill.exchangeOrderId === exchangeOrderId;
}

/** An order may be listed once for each status it had; of one time, what ended it counts. */
function newestOf(rows: readonly unknown[]): readonly unknown[] {
  const newest = new Map<string, Row>();
  for (const value of rows) {
    const row = asRow(value);
    const id = idOf(asRow(row["order"]), "oid");
    const known = newest.get(id);
    if (known === undefined || isLater(row, known)) newest.set(id, row);
  }
  return [...newest.values()];
}

function isLater(row: Row, known: Row): boolean {
  const [time, before] = [row, known].map((each) => timeOf(each, "statusTimestamp"));
  return time === before ? known["status"] === "open" : time! > before!;
}

/** "startTime: inclusive", so that a full page's last millisecond is told again with the next. */
function fillsFrom(startTime: number): VenueCall {
  return info(FILLS_BY_TIME, { user: OWNER, startTime, aggregateByTime: false });
}

/** The newest fills are one list; only where it is full are there older ones. */
function nextFills<Query>({ call, answer }: Page<Query, Fill>): VenueCall | null {
  const rows = asRows(answer, READ_ROWS_MAX);
  if (rows.length < PAGE_ROWS) return null;
  if (call.params["type"] === FILLS) return fillsFrom(0);
  return fillsFrom(Math.max(...rows.map((row) => timeOf(asRow(row), "time"))));
}

function tokens(): ListPlan<null, Balance | null> {
  return {
    first: () => info("spotClearinghouseState", { user: OWNER }),
    rows: (answer) => asRows(asRow(answer)["balances"], BALANCES_MAX),
    read: readToken,
    next: () => null,
  };
}

function margin(): ListPlan<null, Balance | null> {
  return {
    first: () => info("clearinghouseState", { user: OWNER }),
    rows: (answer) => [answer],
    read: readMargin,
    next: () => null,
  };
}

function positions(): ListPlan<null, Position | null> {
  return {
    first: () => info("clearinghouseState", { user: OWNER }),
    rows: (answer) => asRows(heldIn(answer), POSITIONS_MAX),
    read: (row, context) => readPosition(row as HeldRow, context), // made by `rows`
    next: () => null,
  };
}
