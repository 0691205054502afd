/** Everything the local Coinbase can be asked over REST. */
import { isZero } from "../../model/decimal.ts";
import type { ProcessOptions } from "../dialect.ts";
import type { CoinbaseCore } from "./core.ts";
import { bookBody, candleRow, GRANULARITIES, productRow, tickerBody } from "./market_payloads.ts";
import { accountRow, isoOf, KEY_PERMISSIONS } from "./order_payloads.ts";
import { limitOf, listOf, optional, type Params, required, secondsOf } from "./params.ts";
import { invalidArgument, notFound } from "./refusal.ts";

export interface Asked {
  /** The engine's; empty where no key is needed. */
  readonly account: string;
  /** With what the path holds. */
  readonly params: Params;
  readonly options: ProcessOptions;
}

export interface CoinbaseOperation {
  readonly name: string;
  readonly method: "GET" | "POST";
  /** Below the host; `:name` stands for what goes into the parameters. */
  readonly path: string;
  readonly isPrivate: boolean;
  readonly run: (core: CoinbaseCore, asked: Asked) => unknown;
}

const V3 = "/api/v3/brokerage";

const OPERATIONS: readonly CoinbaseOperation[] = [
  open("general.time", "/time", (core) => {
    const now = core.clock.now();
    return {
      iso: isoOf(now),
      epochSeconds: String(Math.floor(now / 1_000)),
      epochMillis: String(now),
    };
  }),
  {
    name: "general.time",
    method: "GET",
    path: "/v2/time",
    isPrivate: false,
    run: ({ clock }) => {
      const now = clock.now();
      return { data: { epoch: Math.floor(now / 1_000), iso: isoOf(now) } };
    },
  },
  open("general.exchangeInfo", "/market/products", products),
  open("market.depth", "/market/product_book", (core, { params }) => {
    const market = marketOf(core, params);
    const limit = limitOf(params, { fallback: 1_000, max: 1_000 });
    return bookBody(market, { limit, now: core.clock.now() });
  }),
  open("market.ticker", "/market/products/:product_id/ticker", (core, { params }) => {
    return tickerBody(marketOf(core, params), limitOf(params, { fallback: 100, max: 1_000 }));
  }),
  open("market.klines", "/market/products/:product_id/candles", candles),
  own("order.place", "POST", {
    path: "/orders",
    run: (core, { account, params, options }) => core.trading.create(account, params, options),
  }),
  own("order.cancel", "POST", {
    path: "/orders/batch_cancel",
    run: (core, { account, params }) => core.trading.cancel(account, params),
  }),
  own("order.amend", "POST", {
    path: "/orders/edit",
    run: (core, { account, params }) => core.trading.edit(account, params),
  }),
  own("allOrders", "GET", {
    path: "/orders/historical/batch",
    run: (core, { account, params }) => core.trading.list(account, params),
  }),
  own("myTrades", "GET", {
    path: "/orders/historical/fills",
    run: (core, { account, params }) => core.trading.fills(account, params),
  }),
  own("order.status", "GET", {
    path: "/orders/historical/:order_id",
    run: (core, { account, params }) => core.trading.one(account, required(params, "order_id")),
  }),
  own("account.status", "GET", { path: "/accounts", run: accounts }),
  own("account.key", "GET", { path: "/key_permissions", run: () => KEY_PERMISSIONS }),
  own("account.fees", "GET", { path: "/transaction_summary", run: () => FEE_SUMMARY }),
];

/** @returns the operation with what its path holds; undefined where nothing is served. */
export function operationOf(method: string, path: string): {
  readonly operation: CoinbaseOperation;
  readonly inPath: Params;
} | undefined {
  const parts = path.split("/");
  for (const operation of OPERATIONS) {
    const pattern = operation.path.split("/");
    if (operation.method !== method || pattern.length !== parts.length) continue;
    const isIt = pattern.every((part, i) => part.startsWith(":") || part === parts[i]);
    if (!isIt) continue;
    const inPath = pattern.flatMap((part, i) =>
      part.startsWith(":") ? [[part.slice(1), parts[i]]] : []
    );
    return { operation, inPath: Object.fromEntries(inPath) };
  }
  return undefined;
}

/** One endpoint has all orders; faults tell its uses apart. */
export function nameOf({ name }: CoinbaseOperation, params: Params): string {
  if (name !== "allOrders") return name;
  return listOf(params, "order_status").length > 0 ? "openOrders.status" : name;
}

/** "Advanced 1", and nothing traded. */
const FEE_SUMMARY = {
  total_volume: "0",
  total_fees: "0",
  fee_tier: {
    pricing_tier: "Advanced 1",
    usd_from: "0",
    usd_to: "1000",
    taker_fee_rate: "0",
    maker_fee_rate: "0",
    aop_from: "",
    aop_to: "",
  },
  margin_rate: null,
  goods_and_services_tax: null,
  advanced_trade_only_volume: "0",
  advanced_trade_only_fees: "0",
  coinbase_pro_volume: "0",
  coinbase_pro_fees: "0",
  total_balance: "",
  has_promo_fee: false,
} as const;

function products(core: CoinbaseCore, { params }: Asked) {
  if (optional(params, "product_type") === "FUTURE") return { products: [], num_products: 0 };
  const rows = [...core.venue.market.all()].map(productRow);
  return { products: rows, num_products: rows.length };
}

function candles(core: CoinbaseCore, { params }: Asked) {
  const intervalMs = GRANULARITIES[required(params, "granularity")];
  if (intervalMs === undefined) throw invalidArgument("granularity is not known");
  const [start, end] = [secondsOf(params, "start"), secondsOf(params, "end")];
  if ((end - start) / intervalMs > CANDLES_MAX) {
    throw invalidArgument("number of candles requested should be less than 350");
  }
  const rows = marketOf(core, params).tape.candles(intervalMs, start)
    .filter(({ openTime }) => openTime >= start && openTime <= end);
  return { candles: rows.map(candleRow).toReversed() };
}

const CANDLES_MAX = 350;

function accounts(core: CoinbaseCore, { account }: Asked) {
  const held = core.venue.engine.balances(account)
    .filter(({ free, locked }) => !isZero(free) || !isZero(locked));
  const rows = held.map((balance) => accountRow(balance, core.clock.now()));
  return { accounts: rows, has_next: false, cursor: "", size: rows.length };
}

function marketOf(core: CoinbaseCore, params: Params) {
  const market = core.venue.market.get(required(params, "product_id"));
  if (market === undefined) throw notFound("product");
  return market;
}

function open(name: string, path: string, run: CoinbaseOperation["run"]): CoinbaseOperation {
  return { name, method: "GET", path: V3 + path, isPrivate: false, run };
}

function own(
  name: string,
  method: CoinbaseOperation["method"],
  { path, run }: Pick<CoinbaseOperation, "path" | "run">,
): CoinbaseOperation {
  return { name, method, path: V3 + path, isPrivate: true, run };
}
