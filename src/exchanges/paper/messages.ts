/** What goes into the matching engine and what comes out of it. */
import type { Decimal } from "../../model/decimal.ts";
import type { Side } from "../../model/order.ts";
import type { EpochMs } from "../../model/scalars.ts";

/** Rates, e.g. `0.001` for ten basis points. */
export interface FeeRates {
  readonly maker: Decimal;
  readonly taker: Decimal;
  /**
   * In which asset spot fees are charged: what the trade brings (default), or always the quote. A
   * BUY then pays on top of its price, as far as its account has quote units free.
   */
  readonly asset?: "RECEIVED" | "QUOTE";
}

/** The house's quotes around the last price: a bounded depth for takers to fill against. */
export interface LadderOptions {
  /** Levels on each side; 0 switches the house off. */
  readonly levels: number;
  /** Quote units offered per level (the base size is derived from the level's price). */
  readonly notionalPerLevel: Decimal;
  /** Distance between levels as a fraction of the last price; never less than one tick. */
  readonly gap: Decimal;
}

/** Bounds of one account. */
export interface HistoryLimits {
  /** Final orders remembered; the oldest goes first. */
  readonly finalOrdersMax: number;
  /** Trades remembered; the oldest goes first. */
  readonly tradesMax: number;
  /** Past it a submit is rejected with MAX_OPEN_ORDERS. */
  readonly openOrdersMax: number;
}

export type OrderType = "LIMIT" | "MARKET";
export type EngineTimeInForce = "GTC" | "IOC" | "FOK";
export type SelfTradePrevention = "NONE" | "EXPIRE_TAKER" | "EXPIRE_MAKER" | "EXPIRE_BOTH";
export type PaperOrderStatus = "OPEN" | "PARTIALLY_FILLED" | "FILLED" | "CANCELED" | "EXPIRED";
export type EndCause =
  | "USER"
  | "TIME_IN_FORCE"
  | "SELF_TRADE_PREVENTION"
  | "DEAD_MANS_SWITCH"
  /** The position it was to reduce is gone. */
  | "REDUCE_ONLY"
  /** The engine took the contract over. */
  | "LIQUIDATION"
  /** The contract has matured. */
  | "DELIVERY";
/** Who placed an order: the account, or the engine in its place. */
export type OrderOrigin = "USER" | "LIQUIDATION";

export interface NewOrder {
  readonly symbolId: string;
  readonly side: Side;
  readonly type: OrderType;
  /** Required for LIMIT, absent for MARKET. */
  readonly price?: Decimal | null;
  /** Base units. Exactly one of `quantity` and `quoteQuantity` (the latter for MARKET only). */
  readonly quantity?: Decimal | null;
  /** Quote units to spend (BUY) or to receive at most (SELL). */
  readonly quoteQuantity?: Decimal | null;
  /** Default GTC; a MARKET order is always immediate. */
  readonly timeInForce?: EngineTimeInForce;
  /** LIMIT GTC only: refused if it would take. */
  readonly postOnly?: boolean;
  /** Default: `x-<orderId>`. Unique among the account's OPEN orders, free again afterwards. */
  readonly clientOrderId?: string;
  /** Default NONE: the account may trade with itself. */
  readonly selfTradePrevention?: SelfTradePrevention;
  /** Default false. Contracts only: it never opens a position, nor turns one. */
  readonly reduceOnly?: boolean;
}

/** One of `orderId` and `clientOrderId` is required; `orderId` wins. */
export interface OrderKey {
  readonly symbolId: string;
  readonly orderId?: number;
  readonly clientOrderId?: string;
}

export interface Amendment extends OrderKey {
  /** Unchanged when absent. */
  readonly price?: Decimal;
  /** New total quantity, filled part included; unchanged when absent. */
  readonly quantity?: Decimal;
  /** Unchanged when absent. */
  readonly newClientOrderId?: string;
}

/** An immutable picture of one order. */
export interface PaperOrder {
  /** Counts up over all symbols of the engine. */
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly accountId: string;
  readonly symbolId: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: EngineTimeInForce;
  readonly postOnly: boolean;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly reduceOnly: boolean;
  readonly origin: OrderOrigin;
  /** Null for MARKET. */
  readonly price: Decimal | null;
  /** Base units; for a MARKET order by quote quantity, what was filled. */
  readonly quantity: Decimal;
  /** As asked for; null unless a MARKET order by quote quantity. */
  readonly quoteQuantity: Decimal | null;
  readonly status: PaperOrderStatus;
  /** Cumulative. */
  readonly filled: Decimal;
  readonly filledQuote: Decimal;
  /** Why it ended; null while open and when filled. */
  readonly cause: EndCause | null;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
}

/** One side of one match. Both sides of a match share the trade id. */
export interface PaperTrade {
  /** Counts up over all symbols of the engine. */
  readonly tradeId: number;
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly accountId: string;
  readonly symbolId: string;
  readonly side: Side;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly quoteQuantity: Decimal;
  /** In the asset received (Binance's rule), of contracts the settle asset; cut to 8 decimals. */
  readonly fee: Decimal;
  readonly feeAsset: string;
  readonly isMaker: boolean;
  /** Paid into the settle asset by what it closed, before the fee; null on spot. */
  readonly realizedPnl: Decimal | null;
  readonly time: EpochMs;
}

export interface PaperBalance {
  readonly asset: string;
  readonly free: Decimal;
  readonly locked: Decimal;
}

export type RejectCode =
  | "UNKNOWN_SYMBOL"
  | "INVALID_ORDER"
  | "FILTER_PRICE"
  | "FILTER_LOT_SIZE"
  | "FILTER_NOTIONAL"
  | "MAX_OPEN_ORDERS"
  | "INSUFFICIENT_FUNDS"
  | "INSUFFICIENT_MARGIN"
  | "INSTRUMENT_UNSUPPORTED"
  | "INVALID_LEVERAGE"
  | "REDUCE_ONLY_REJECTED"
  | "WOULD_TAKE"
  | "DUPLICATE_CLIENT_ORDER_ID"
  | "NO_LIQUIDITY"
  | "UNKNOWN_ORDER";

export interface Rejection {
  readonly kind: "rejected";
  readonly code: RejectCode;
  /** Names action, rule and value. */
  readonly message: string;
}

/** `order` is as it stands after matching; `trades` are this order's own, in order. */
export interface Accepted {
  readonly kind: "accepted";
  readonly order: PaperOrder;
  readonly trades: readonly PaperTrade[];
}

export type EngineResult = Accepted | Rejection;

/**
 * One change of one order. `NEW` comes before the trades of an aggressive order; `EXPIRED` covers
 * the rest of IOC, FOK and MARKET and self-trade prevention; `REPLACED` is an amendment.
 */
export interface ExecutionReport {
  readonly kind: "NEW" | "TRADE" | "CANCELED" | "EXPIRED" | "REPLACED";
  readonly accountId: string;
  /** As it stood right after this change. */
  readonly order: PaperOrder;
  /** Only for TRADE. */
  readonly trade: PaperTrade | null;
  readonly time: EpochMs;
}

/** The balances one engine call changed. */
export interface BalanceReport {
  readonly accountId: string;
  readonly balances: readonly PaperBalance[];
  readonly time: EpochMs;
}

/** How contracts are margined. */
export interface MarginOptions {
  /** Of a contract whose account has set none; default 10. */
  readonly leverage: Decimal;
  /** Share of the notional below which an account is liquidated; default 0.005. */
  readonly maintenanceRate: Decimal;
  /** A reduce-only order above the position: cut to it (default), or refused. */
  readonly reduceOnlyExcess: "CAP" | "REFUSE";
}

/** What one account holds of one contract. Money is in the settle asset. */
export interface PaperPosition {
  readonly accountId: string;
  readonly symbolId: string;
  readonly settleAsset: string;
  /** Base units; negative is short, 0 is flat. */
  readonly quantity: Decimal;
  /** Average; null when flat. Cut to 18 decimals, which the engine's own sums are not. */
  readonly entryPrice: Decimal | null;
  /** The last price; null before the first one. */
  readonly markPrice: Decimal | null;
  /** |quantity| × mark price. */
  readonly notional: Decimal;
  readonly unrealizedPnl: Decimal;
  /** Since it was opened, before fees. */
  readonly realizedPnl: Decimal;
  readonly initialMargin: Decimal;
  readonly maintenanceMargin: Decimal;
  readonly leverage: Decimal;
  /** The mark at which the engine takes over if all else stays as it is; null when none does. */
  readonly liquidationPrice: Decimal | null;
  /** Its last fill; 0 while it had none. */
  readonly updatedAt: EpochMs;
}

/** What one settle asset of an account bears. What spot orders lock bears nothing. */
export interface PaperMargin {
  readonly asset: string;
  /** Free and locked together. */
  readonly wallet: Decimal;
  readonly unrealizedPnl: Decimal;
  /** Free and unrealized profit together. */
  readonly equity: Decimal;
  /** Of positions. */
  readonly initialMargin: Decimal;
  /** Of open orders, as far as they would increase a position. */
  readonly orderMargin: Decimal;
  readonly maintenanceMargin: Decimal;
  /** For new orders; never below 0. */
  readonly available: Decimal;
}

/** The positions whose fills one engine call changed; quantity 0 is closed. */
export interface PositionReport {
  readonly accountId: string;
  readonly positions: readonly PaperPosition[];
  readonly time: EpochMs;
}

/** A public trade: a print of the feed, or a match inside the engine. */
export interface MarketPrint {
  readonly symbolId: string;
  readonly price: Decimal;
  readonly quantity: Decimal;
  /** The taker's side. */
  readonly takerSide: Side;
  /** As the feed dated it; the engine's clock for a match inside. */
  readonly time: EpochMs;
}

/** Null where nothing is quoted or nothing traded yet. */
export interface TopOfBook {
  readonly bid: Decimal | null;
  readonly bidSize: Decimal | null;
  readonly ask: Decimal | null;
  readonly askSize: Decimal | null;
  readonly last: Decimal | null;
}

export interface DepthLevel {
  readonly price: Decimal;
  readonly quantity: Decimal;
}

/** Best first on both sides; house and accounts summed by price. */
export interface Depth {
  readonly bids: readonly DepthLevel[];
  readonly asks: readonly DepthLevel[];
}

export interface TradeQuery {
  readonly symbolId?: string;
  readonly orderId?: number;
  /** Trades with a time not before this. */
  readonly since?: EpochMs;
  /** Trades with an id not below this. */
  readonly fromId?: number;
  /** At most so many, the oldest of those that match. */
  readonly limit?: number;
}

export interface OrderQuery {
  readonly symbolId?: string;
  /** Orders created not before this. */
  readonly since?: EpochMs;
  readonly fromOrderId?: number;
  readonly limit?: number;
}

/** All rows one call changed; written by a store before anybody is told of the call. */
export interface EngineChange {
  readonly orders: readonly StoredOrder[];
  readonly trades: readonly PaperTrade[];
  readonly balances: readonly StoredBalance[];
  readonly positions: readonly StoredPosition[];
  readonly markets: readonly StoredMarket[];
  /** Order ids that fell out of the bounded history. */
  readonly forgottenOrders: readonly number[];
  readonly forgottenTrades: readonly ForgottenTrades[];
  readonly counters: StoredCounters;
}

/** Trades of the account with an id not above `upTo` fell out of the bounded history. */
export interface ForgottenTrades {
  readonly accountId: string;
  readonly upTo: number;
}

export interface StoredOrder extends PaperOrder {
  /** Place in the queue of its price: smaller goes first. */
  readonly priority: number;
}

export interface StoredBalance extends PaperBalance {
  /** `account:<id>`, `house` or `fees`; the house may be negative. */
  readonly owner: string;
}

export interface StoredPosition {
  readonly accountId: string;
  readonly symbolId: string;
  readonly quantity: Decimal;
  /** What the quantity was opened for, signed like it; exact, unlike an average price. */
  readonly cost: Decimal;
  readonly realizedPnl: Decimal;
  /** As set by the account; null: the engine's. */
  readonly leverage: Decimal | null;
  readonly updatedAt: EpochMs;
}

export interface StoredMarket {
  readonly symbolId: string;
  readonly last: Decimal | null;
  /** What is left of the house's quotes, best first. */
  readonly houseBids: readonly DepthLevel[];
  readonly houseAsks: readonly DepthLevel[];
}

export interface StoredCounters {
  readonly nextOrderId: number;
  readonly nextTradeId: number;
  readonly nextPriority: number;
  /** Last change of the newest order that was forgotten; null while none was. */
  readonly forgottenUntil: EpochMs | null;
}

/** The whole state as JSON-able data. */
export interface EngineState {
  readonly version: 1;
  readonly accounts: readonly string[];
  readonly orders: readonly StoredOrder[];
  readonly trades: readonly PaperTrade[];
  readonly balances: readonly StoredBalance[];
  readonly positions: readonly StoredPosition[];
  readonly markets: readonly StoredMarket[];
  readonly counters: StoredCounters;
}
