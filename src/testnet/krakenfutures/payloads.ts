/** Orders, fills, accounts and positions in the words of Kraken Futures, over REST and its feeds. */
import type { MatchingEngine } from "../../exchanges/paper/engine.ts";
import type { EndCause, PaperPosition } from "../../exchanges/paper/messages.ts";
import { absolute, add, type Decimal, isNegative, subtract, ZERO } from "../../model/decimal.ts";
import { isOpen, type OrderView, type TradeView } from "../kit/orders.ts";
import type { SymbolMarket } from "../kit/market.ts";
import { fixed, numeric } from "../kraken/numbers.ts";
import { type FuturesListing, LISTINGS } from "./listing.ts";

export type FuturesOrder = OrderView<FuturesListing>;
export type FuturesTrade = TradeView<FuturesListing>;

const MONEY_DECIMALS = 8;

export function instant(time: number): string {
  return new Date(time).toISOString();
}

export function instrumentRow(listing: FuturesListing) {
  return {
    symbol: listing.symbol,
    type: isInverse(listing) ? "futures_inverse" : "flexible_futures",
    underlying: `rr_${listing.symbol.slice(3, 9).toLowerCase()}`,
    ...(listing.lastTradingTime === null ? {} : { lastTradingTime: listing.lastTradingTime }),
    tickSize: Number(listing.tick),
    contractSize: 1,
    tradeable: true,
    marginLevels: [{ contracts: 0, initialMargin: 0.02, maintenanceMargin: 0.01 }],
    isin: "GB00JVMLMP88",
    retailMarginLevels: [{ contracts: 0, initialMargin: 0.5, maintenanceMargin: 0.25 }],
    tags: [],
    contractValueTradePrecision: listing.sizeDecimals,
  };
}

export function tickerRow(market: SymbolMarket<FuturesListing>) {
  const { listing } = market;
  const { top, day, lastQuantity, now } = market.day;
  const price = (value: Decimal | null) => numeric(value ?? ZERO, listing.priceDecimals);
  const size = (value: Decimal | null) => numeric(value ?? ZERO, listing.sizeDecimals);
  const last = top.last ?? market.lastPrice;
  return {
    tag: listing.lastTradingTime === null ? "perpetual" : "quarter",
    pair: listing.symbolId.split(":")[0]!.replace("/", ":"),
    symbol: listing.symbol,
    markPrice: price(last),
    indexPrice: price(last),
    bid: price(top.bid),
    bidSize: size(top.bidSize),
    ask: price(top.ask),
    askSize: size(top.askSize),
    last: price(last),
    lastSize: size(lastQuantity),
    lastTime: instant(now),
    open24h: price(day?.open ?? last),
    vol24h: size(day?.volume ?? ZERO),
    suspended: false,
    postOnly: false,
  };
}

/** `{"order_id":"…","symbol":"PF_XBTUSD","side":"sell","unfilledSize":304,"filledSize":0,…}` */
export function openOrderRow({ order, listing, orderId, clientOrderId }: FuturesOrder) {
  return {
    order_id: orderId,
    ...(clientOrderId === "" ? {} : { cliOrdId: clientOrderId }),
    symbol: listing.symbol,
    side: sideOf(order),
    orderType: "lmt",
    limitPrice: numeric(order.price ?? ZERO, listing.priceDecimals),
    unfilledSize: numeric(subtract(order.quantity, order.filled), listing.sizeDecimals),
    receivedTime: instant(order.createdAt),
    status: order.status === "PARTIALLY_FILLED" ? "partiallyFilled" : "untouched",
    filledSize: numeric(order.filled, listing.sizeDecimals),
    reduceOnly: order.reduceOnly,
    lastUpdateTime: instant(order.updatedAt),
  };
}

/** As the events and the status of an order have it: `quantity` is what is left. */
export function orderRow({ order, listing, orderId, clientOrderId }: FuturesOrder) {
  return {
    orderId,
    cliOrdId: clientOrderId === "" ? null : clientOrderId,
    type: order.type === "MARKET" ? "ioc" : "lmt",
    symbol: listing.symbol,
    side: sideOf(order),
    quantity: numeric(subtract(order.quantity, order.filled), listing.sizeDecimals),
    filled: numeric(order.filled, listing.sizeDecimals),
    ...(order.price === null ? {} : { limitPrice: numeric(order.price, listing.priceDecimals) }),
    reduceOnly: order.reduceOnly,
    timestamp: instant(order.createdAt),
    lastUpdateTimestamp: instant(order.updatedAt),
  };
}

/** `{"order":{…},"status":"ENTERED_BOOK","updateReason":null,"error":null}` */
export function statusRow(view: FuturesOrder) {
  const { order } = view;
  return {
    order: { ...orderRow(view), type: "ORDER" },
    status: isOpen(order)
      ? "ENTERED_BOOK"
      : order.status === "FILLED"
      ? "FULLY_EXECUTED"
      : "CANCELLED",
    updateReason: order.cause === null ? null : REASONS[order.cause],
    error: null,
  };
}

/** The state of an order as the last event of it tells. */
export function historyElement(view: FuturesOrder) {
  const { order, listing, orderId, clientOrderId } = view;
  const row = {
    uid: orderId,
    clientId: clientOrderId,
    accountUid: "local",
    tradeable: listing.symbol,
    direction: order.side === "BUY" ? "Buy" : "Sell",
    quantity: fixed(subtract(order.quantity, order.filled), listing.sizeDecimals),
    filled: fixed(order.filled, listing.sizeDecimals),
    timestamp: order.createdAt,
    limitPrice: order.price ?? "0",
    orderType: order.type === "MARKET" ? "IoC" : "Limit",
    reduceOnly: order.reduceOnly,
    lastUpdateTimestamp: order.updatedAt,
  };
  const event = isOpen(order)
    ? { OrderPlaced: { order: row, reason: "new_user_order", reducedQuantity: "" } }
    : order.status === "FILLED"
    ? { OrderUpdated: { newOrder: row, oldOrder: row, reason: "full_fill" } }
    : { OrderCancelled: { order: row, reason: order.cause === null ? "" : REASONS[order.cause] } };
  return { uid: `event-${orderId}`, timestamp: order.updatedAt, event };
}

/** `{"fillTime":"…","order_id":"…","fill_id":"…","cliOrdId":"…","symbol":"…","side":"buy",…}` */
export function fillRow({ trade, listing, tradeId, orderId, clientOrderId }: FuturesTrade) {
  return {
    fillTime: instant(trade.time),
    order_id: orderId,
    fill_id: tradeId,
    ...(clientOrderId === "" ? {} : { cliOrdId: clientOrderId }),
    symbol: listing.symbol,
    side: trade.side === "BUY" ? "buy" : "sell",
    size: numeric(trade.quantity, listing.sizeDecimals),
    price: numeric(trade.price, listing.priceDecimals),
    fillType: trade.isMaker ? "maker" : "taker",
  };
}

export function accountsBody(engine: MatchingEngine, account: string) {
  const margin = engine.margin(account, "USD");
  return {
    ...Object.fromEntries(
      coinWallets(engine, account).map((coin) => [coin.rest, {
        auxiliary: {
          usd: "0",
          pv: fixed(coin.equity, MONEY_DECIMALS),
          pnl: fixed(coin.unrealizedPnl, MONEY_DECIMALS),
          af: fixed(coin.available, MONEY_DECIMALS),
          funding: "0.0",
        },
        marginRequirements: {
          im: coin.initialMargin,
          mm: coin.maintenanceMargin,
          lt: "0",
          tt: "0",
        },
        triggerEstimates: { im: "0", mm: "0", lt: "0", tt: "0" },
        balances: { [coin.unit.toLowerCase()]: fixed(coin.wallet, MONEY_DECIMALS) },
        currency: coin.unit.toLowerCase(),
        type: "marginAccount",
      }]),
    ),
    flex: {
      currencies: currencyRows(engine, account, (value) => fixed(value, MONEY_DECIMALS)),
      initialMargin: margin.initialMargin,
      initialMarginWithOrders: add(margin.initialMargin, margin.orderMargin),
      maintenanceMargin: margin.maintenanceMargin,
      balanceValue: margin.wallet,
      portfolioValue: margin.equity,
      collateralValue: margin.wallet,
      pnl: margin.unrealizedPnl,
      unrealizedFunding: "0.0",
      totalUnrealized: margin.unrealizedPnl,
      totalUnrealizedAsMargin: margin.unrealizedPnl,
      availableMargin: margin.available,
      marginEquity: margin.equity,
      type: "multiCollateralMarginAccount",
    },
  };
}

/** `{"F-XBT:USD":{"name":"F-XBT:USD","pair":"XBT/USD","unit":"XBT","balance":0.0,…}}` */
export function coinWalletRows(engine: MatchingEngine, account: string) {
  const write = (value: Decimal) => numeric(value, MONEY_DECIMALS);
  return Object.fromEntries(
    coinWallets(engine, account).map(({ unit, wallet, equity, available, ...margin }) => {
      const name = `F-${unit}:USD`;
      return [name, {
        name,
        pair: `${unit}/USD`,
        unit,
        portfolio_value: write(equity),
        balance: write(wallet),
        maintenance_margin: write(margin.maintenanceMargin),
        initial_margin: write(margin.initialMargin),
        available: write(available),
        unrealized_funding: write(ZERO),
        pnl: signed(margin.unrealizedPnl, MONEY_DECIMALS),
      }];
    }),
  );
}

/** Coins that margin inverse contracts lie in a wallet each, all else in `flex`. */
function coinWallets(engine: MatchingEngine, account: string) {
  return engine.balances(account).map(({ asset }) => asset).filter(isCoin).map((asset) => {
    const unit = unitOf(asset);
    return { unit, rest: `fi_${unit.toLowerCase()}usd`, ...engine.margin(account, asset) };
  });
}

const COINS: ReadonlySet<string> = new Set(LISTINGS.filter(isInverse).map(({ settle }) => settle));

function isCoin(asset: string): boolean {
  return COINS.has(asset);
}

function isInverse({ settle, base }: FuturesListing): boolean {
  return settle === base;
}

/** The exchange's own name of a coin. */
function unitOf(asset: string): string {
  return asset === "BTC" ? "XBT" : asset;
}

/** `{"USD":{"quantity":…,"value":…,"collateral":…,"available":…}}` */
export function currencyRows(
  engine: MatchingEngine,
  account: string,
  write: (value: Decimal) => string,
) {
  return Object.fromEntries(
    engine.balances(account).filter(({ asset }) => !isCoin(asset)).map(({ asset }) => {
      const { wallet, available } = engine.margin(account, asset);
      const row = { quantity: wallet, value: wallet, collateral: wallet, available };
      return [asset, Object.fromEntries(Object.entries(row).map(([k, v]) => [k, write(v)]))];
    }),
  );
}

/** `{"side":"long","symbol":"PF_XBTUSD","price":"9392.7","fillTime":"…","size":"0.5",…}` */
export function positionRow(position: PaperPosition, listing: FuturesListing) {
  return {
    side: isNegative(position.quantity) ? "short" : "long",
    symbol: listing.symbol,
    price: position.entryPrice ?? "0",
    fillTime: instant(position.updatedAt),
    size: absolute(position.quantity),
    unrealizedPnl: position.unrealizedPnl,
    unrealizedFunding: "0",
    pnlCurrency: unitOf(listing.settle),
  };
}

/** `{"instrument":"PF_XBTUSD","time":1567702877410,"qty":304.0,"filled":0.0,"direction":1,…}` */
export function feedOrder({ order, listing, orderId, clientOrderId }: FuturesOrder) {
  return {
    instrument: listing.symbol,
    time: order.createdAt,
    last_update_time: order.updatedAt,
    qty: numeric(subtract(order.quantity, order.filled), listing.sizeDecimals),
    filled: numeric(order.filled, listing.sizeDecimals),
    limit_price: numeric(order.price ?? ZERO, listing.priceDecimals),
    stop_price: numeric(ZERO, 1),
    type: "limit",
    order_id: orderId,
    ...(clientOrderId === "" ? {} : { cli_ord_id: clientOrderId }),
    direction: order.side === "BUY" ? 0 : 1,
    reduce_only: order.reduceOnly,
  };
}

/** `{"instrument":"PF_XBTUSD","time":1600256910739,"price":10937.5,"seq":36,"buy":true,…}` */
export function feedFill({ trade, listing, tradeId, orderId, clientOrderId }: FuturesTrade) {
  return {
    instrument: listing.symbol,
    time: trade.time,
    price: numeric(trade.price, listing.priceDecimals),
    seq: trade.tradeId,
    buy: trade.side === "BUY",
    qty: numeric(trade.quantity, listing.sizeDecimals),
    order_id: orderId,
    ...(clientOrderId === "" ? {} : { cli_ord_id: clientOrderId }),
    fill_id: tradeId,
    fill_type: trade.isMaker ? "maker" : "taker",
    fee_paid: numeric(trade.fee, MONEY_DECIMALS),
    fee_currency: unitOf(trade.feeAsset),
    taker_order_type: "ioc",
    order_type: "limit",
  };
}

export function feedPosition(position: PaperPosition, listing: FuturesListing) {
  return {
    instrument: listing.symbol,
    balance: signed(position.quantity, listing.sizeDecimals),
    pnl: signed(position.unrealizedPnl, MONEY_DECIMALS),
    entry_price: numeric(position.entryPrice ?? ZERO, MONEY_DECIMALS),
    mark_price: numeric(position.markPrice ?? ZERO, MONEY_DECIMALS),
    pnl_currency: unitOf(listing.settle),
  };
}

function signed(value: Decimal, decimals: number): string {
  return isNegative(value)
    ? numeric(absolute(value), decimals).replace("\u0001", "\u0001-")
    : numeric(value, decimals);
}

/** The first is the exchange's own; so are those that ccxt's examples show. */
export const REASONS: Readonly<Record<EndCause, string>> = {
  USER: "cancelled_by_user",
  TIME_IN_FORCE: "ioc_order_failed_because_it_would_not_be_executed",
  SELF_TRADE_PREVENTION: "self_fill",
  DEAD_MANS_SWITCH: "dead_man_switch",
  REDUCE_ONLY: "would_not_reduce_position",
  LIQUIDATION: "liquidation",
  DELIVERY: "contract_expired",
};

function sideOf({ side }: { readonly side: "BUY" | "SELL" }): string {
  return side === "BUY" ? "buy" : "sell";
}
