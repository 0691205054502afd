/**
 * Everything that differs between venues behind ccxt, in one value per venue: constants with
 * their sources, how calls are spelled, how rows and frames are read, and what an error proves.
 */
import type { Balance } from "../../model/account.ts";
import type { Fill } from "../../model/fill.ts";
import type { SymbolMetadata } from "../../model/instrument.ts";
import type { Ticker } from "../../model/market.ts";
import type { StandardOrder } from "../../model/order.ts";
import type { ClientOrderId, EpochMs, ExchangeOrderId } from "../../model/scalars.ts";
import type { VenueOrder } from "../../model/venue.ts";
import type {
  DeadMansSwitch,
  OrderRef,
  RateLimits,
  RequestCost,
  RequestKind,
  VenueFact,
  VenueTiming,
} from "../exchange.ts";
import type { CcxtClient, CcxtCode, CcxtExchange, CcxtMarket } from "./ccxt.ts";

/** One REST call as ccxt's `sign` takes it. */
export interface VenueCall {
  readonly api: string;
  readonly path: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly params: Readonly<Record<string, unknown>>;
}

/** What reading a row needs besides the row. */
export interface RowContext {
  /** Canonical symbol of a venue symbol; a symbol that is not listed stands for itself. */
  symbolOf(rawSymbol: string): string;
  readonly receivedAt: EpochMs;
}

/** What was asked when the venue answered with an error. */
export type Action = "submit" | "cancel" | "read";

/**
 * One listed error. Whatever no rule lists proves nothing. Rules apply to HTTP 4xx answers only.
 */
export interface ErrorRule {
  readonly code: string;
  /** The message must start so; absent means that the code alone is proof. */
  readonly message?: string;
  readonly on?: Action;
  readonly verdict: "refused" | "duplicate" | "notFound";
  /** Our word for it, e.g. `INSUFFICIENT_FUNDS`. */
  readonly reason: string;
  /** The venue asks to come later: no verdict on the order itself. */
  readonly later?: boolean;
}

/** How a {@link StandardOrder} is said to `createOrderRequest`. */
export type CcxtOrder =
  | {
    readonly kind: "order";
    readonly type: "limit" | "market";
    readonly side: "buy" | "sell";
    readonly params: Readonly<Record<string, unknown>>;
    /** Equal for orders whose requests differ in time, client id, quantity and price only. */
    readonly shape: string;
  }
  | { readonly kind: "unsupported"; readonly reason: string };

export interface OrderEntry {
  readonly api: string;
  readonly path: string;
  /** Names of the form fields that change from order to order of one shape. */
  readonly fields: {
    readonly timestamp: string;
    readonly clientOrderId: string;
    readonly amount: string;
    readonly price: string;
    readonly signature: string;
  };
  toCcxt(order: StandardOrder): CcxtOrder;
}

export interface VenueCalls {
  serverTime(): VenueCall;
  cancel(rawSymbol: string, ref: OrderRef): VenueCall;
  order(rawSymbol: string, clientOrderId: ClientOrderId): VenueCall;
  openOrders(rawSymbol: string | null): VenueCall;
  /** The newest orders of a symbol, at most {@link VenueProfile.pageRows}. */
  history(rawSymbol: string): VenueCall;
  /** Trades of a symbol, oldest first, at most one page. */
  trades(rawSymbol: string, page: TradePage): VenueCall;
  account(): VenueCall;
  /** The market's newest prices. */
  ticker(rawSymbol: string): VenueCall;
}

export type TradePage =
  | { readonly kind: "newest" }
  | { readonly kind: "window"; readonly from: EpochMs; readonly to: EpochMs }
  | { readonly kind: "after"; readonly tradeId: string }
  | { readonly kind: "order"; readonly exchangeOrderId: ExchangeOrderId; readonly after?: string };

/** Each throws `RowError` or `RangeError` on a row that is not what the venue documents. */
export interface VenueRows {
  serverTime(row: unknown): EpochMs;
  order(row: unknown, context: RowContext): VenueOrder;
  trade(row: unknown, context: RowContext): Fill;
  balances(row: unknown, context: RowContext): readonly Balance[];
  ticker(row: unknown, context: RowContext): Ticker;
  instrument(market: CcxtMarket): SymbolMetadata;
  /** What must be left of `market.info` for `createOrderRequest`; the rest is memory. */
  keptInfo(info: unknown): unknown;
}

/** What one WebSocket message means. */
export type StreamReading =
  | { readonly kind: "facts"; readonly facts: readonly VenueFact[] }
  /** The venue ended the subscription though the socket is open. */
  | { readonly kind: "ended"; readonly reason: string }
  /** Known and of no use. */
  | { readonly kind: "ignored" }
  /** Not ours: an answer ccxt waits for. */
  | { readonly kind: "ccxt" };

/** One WebSocket of the venue, dialed and authenticated by ccxt's own client. */
export interface SocketPlan {
  readonly id: string;
  readonly staleAfterMs: number;
  url(exchange: CcxtExchange): string;
  /** Everything between the dial and the first frame: ccxt's own authentication. */
  greet(exchange: CcxtExchange, client: CcxtClient): Promise<void>;
  /** A request the venue answers whatever happens; its answer is a sign of life. */
  probe(requestId: string): unknown;
  read(message: unknown, context: RowContext): StreamReading;
}

export interface Usage {
  readonly weightUsed: number | null;
  readonly ordersUsed: number | null;
}

export interface VenueProfile {
  readonly kind: string;
  readonly timing: VenueTiming;
  readonly rateLimits: RateLimits;
  readonly cancelByClientOrderId: boolean;
  readonly deadMansSwitch: DeadMansSwitch;
  cost(kind: RequestKind): RequestCost;
  /** Loads the venue's class; the only place that touches ccxt's code. */
  load(): Promise<CcxtCode>;
  /** Constructor options of the class beside keys and timeouts. */
  readonly ccxtOptions: Readonly<Record<string, unknown>>;
  /** Switches off whatever calls endpoints this adapter does not need. */
  configure(exchange: CcxtExchange): void;
  readonly instrumentParams: Readonly<Record<string, unknown>>;
  readonly entry: OrderEntry;
  readonly calls: VenueCalls;
  readonly rows: VenueRows;
  readonly privateSocket: SocketPlan;
  readonly errors: readonly ErrorRule[];
  /** Statuses that say "nothing may be sent now" whatever the body holds. */
  readonly banStatuses: ReadonlySet<number>;
  /** When the venue names no time itself. */
  readonly retryAfterDefaultMs: number;
  /** Rows of a full page of any list read. */
  readonly pageRows: number;
  /** The longest time span one window of trades may have. */
  readonly tradeWindowMs: number;
  usage(headers: Headers): Usage | null;
}
