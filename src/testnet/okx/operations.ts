/** Every REST endpoint served: what it is called, how it is counted, and what it does. */
import { balanceRow, configRow, positionRow } from "./account_payloads.ts";
import type { OkxCore } from "./core.ts";
import type { Budget } from "./limits.ts";
import { books, candles, instruments, ticker, tickers, trades } from "./market_queries.ts";
import { fills, orderDetails, orderHistory, pendingOrders } from "./order_queries.ts";
import { listingOf } from "./order_request.ts";
import { integer, optional } from "./params.ts";
import { parameterError } from "./refusal.ts";
import type { Asked } from "./trading.ts";

export type Security = "none" | "signed";

/** A read, or a change that is answered by one row per order. */
export interface OkxOperation {
  readonly name: string;
  readonly security: Security;
  /** Null: what it does counts by itself. */
  readonly budget: Budget | null;
  /** Whether each entry of the body is an order of its own. */
  readonly orders: "each" | "one" | "no";
  /** The rows of `data`; of an order its one row. */
  readonly run: (core: OkxCore, asked: Asked) => readonly unknown[];
}

type Run = OkxOperation["run"];

/** By what they are called over either transport. */
export const ORDER_RUNS: Readonly<Record<"order.place" | "order.cancel" | "order.amend", Run>> = {
  "order.place": (core, asked) => [core.trading.place(asked)],
  "order.cancel": (core, asked) => [core.trading.cancel(asked)],
  "order.amend": (core, asked) => [core.trading.amend(asked)],
};

export const OPERATIONS: ReadonlyMap<string, OkxOperation> = new Map([
  open("GET /api/v5/public/time", "general.time", (core) => [{ ts: String(core.clock.now()) }]),
  open(
    "GET /api/v5/public/instruments",
    "market.instruments",
    (core, { params }) => instruments(core, params),
  ),
  open("GET /api/v5/market/ticker", "market.ticker", (core, { params }) => ticker(core, params)),
  open("GET /api/v5/market/tickers", "market.tickers", (core, { params }) => tickers(core, params)),
  open("GET /api/v5/market/books", "market.depth", (core, { params }) => books(core, params)),
  open("GET /api/v5/market/trades", "market.trades", (core, { params }) => trades(core, params)),
  open("GET /api/v5/market/candles", "market.candles", (core, { params }) => candles(core, params)),
  open(
    "GET /api/v5/market/history-candles",
    "market.candles",
    (core, { params }) => candles(core, params),
  ),
  order("POST /api/v5/trade/order", "order.place", "one"),
  order("POST /api/v5/trade/batch-orders", "order.place", "each"),
  order("POST /api/v5/trade/cancel-order", "order.cancel", "one"),
  order("POST /api/v5/trade/cancel-batch-orders", "order.cancel", "each"),
  order("POST /api/v5/trade/amend-order", "order.amend", "one"),
  order("POST /api/v5/trade/amend-batch-orders", "order.amend", "each"),
  signed("GET /api/v5/trade/order", "order.status", "read", orderDetails),
  signed("GET /api/v5/trade/orders-pending", "openOrders.status", "read", pendingOrders),
  signed("GET /api/v5/trade/orders-history", "allOrders", "read", orderHistory),
  signed("GET /api/v5/trade/orders-history-archive", "allOrders", "read", orderHistory),
  signed(
    "GET /api/v5/trade/fills",
    "myTrades",
    "read",
    (core, asked) => fills(core, asked, "recent"),
  ),
  signed(
    "GET /api/v5/trade/fills-history",
    "myTrades",
    "read",
    (core, asked) => fills(core, asked, "older"),
  ),
  signed("GET /api/v5/account/balance", "account.status", "account", balance),
  signed("GET /api/v5/account/positions", "positions.status", "account", positions),
  signed("GET /api/v5/account/config", "account.config", "account", (_core, { account }) => [
    configRow(account),
  ]),
  signed("POST /api/v5/trade/cancel-all-after", "openOrders.cancelAllAfter", null, cancelAllAfter),
]);

function open(endpoint: string, name: string, run: Run): readonly [string, OkxOperation] {
  return [endpoint, { name, security: "none", budget: "public", orders: "no", run }];
}

function signed(
  endpoint: string,
  name: string,
  ...[budget, run]: readonly [Budget | null, Run]
): readonly [string, OkxOperation] {
  return [endpoint, { name, security: "signed", budget, orders: "no", run }];
}

function order(
  endpoint: string,
  name: "order.place" | "order.cancel" | "order.amend",
  orders: "each" | "one",
): readonly [string, OkxOperation] {
  return [endpoint, { name, security: "signed", budget: null, orders, run: ORDER_RUNS[name] }];
}

function balance(core: OkxCore, { account, params }: Asked): readonly unknown[] {
  const { engine } = core.venue;
  const wanted = optional(params, "ccy")?.split(",");
  const balances = engine.balances(account)
    .filter(({ asset }) => wanted === undefined || wanted.includes(asset));
  return [balanceRow(balances, { engine, account, now: core.clock.now() })];
}

export function positions(core: OkxCore, { account, params }: Asked): readonly unknown[] {
  const { listings } = core.venue;
  const type = optional(params, "instType");
  const symbolId = optional(params, "instId") === null
    ? undefined
    : listingOf(params, listings).symbolId;
  return core.venue.positions(account, symbolId).flatMap((position) => {
    const listing = listings.bySymbolId(position.symbolId)!;
    return type === null || type === listing.instType ? [positionRow(position, listing, "")] : [];
  });
}

/** "0, or [10, 120]", in seconds. */
function cancelAllAfter(core: OkxCore, { account, params }: Asked): readonly unknown[] {
  const seconds = integer(params, "timeOut");
  if (seconds === null || (seconds !== 0 && (seconds < 10 || seconds > 120))) {
    throw parameterError("timeOut");
  }
  const firesAt = core.deadMan.wind(account, seconds * 1_000);
  return [{
    tag: optional(params, "tag") ?? "",
    triggerTime: firesAt === null ? "0" : String(firesAt),
    ts: String(core.clock.now()),
  }];
}
