/** The engine's records in the words of the venue port. */
import type { Balance } from "../../model/account.ts";
import { add, ZERO } from "../../model/decimal.ts";
import type { Fill } from "../../model/fill.ts";
import type { Ticker } from "../../model/market.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { RefusalReason, VenueOrder } from "../../model/venue.ts";
import type { PaperBalance, PaperOrder, PaperTrade, Rejection, TopOfBook } from "./messages.ts";

export function venueOrderOf(order: PaperOrder, fills: readonly Fill[] = []): VenueOrder {
  return {
    exchangeOrderId: String(order.orderId),
    clientOrderId: order.clientOrderId,
    symbolId: order.symbolId,
    side: order.side,
    status: order.status,
    amount: order.quantity,
    limitPrice: order.price,
    filled: order.filled,
    cause: order.cause,
    venueTime: order.updatedAt,
    fills,
  };
}

export function fillOf(trade: PaperTrade, receivedAt: EpochMs): Fill {
  return {
    tradeId: String(trade.tradeId),
    intentId: null,
    clientOrderId: trade.clientOrderId,
    exchangeOrderId: String(trade.orderId),
    symbolId: trade.symbolId,
    side: trade.side,
    price: trade.price,
    quantity: trade.quantity,
    fee: { asset: trade.feeAsset, amount: trade.fee },
    liquidity: trade.isMaker ? "MAKER" : "TAKER",
    venueTime: trade.time,
    receivedAt,
  };
}

export function balanceView(balance: PaperBalance, updatedAt: EpochMs): Balance {
  return {
    assetId: balance.asset,
    total: add(balance.free, balance.locked),
    available: balance.free,
    locked: balance.locked,
    borrowed: ZERO,
    interest: ZERO,
    updatedAt,
  };
}

export function tickerOf(
  symbol: string,
  top: TopOfBook,
  at: { readonly venueTime: EpochMs; readonly receivedAt: EpochMs },
): Ticker {
  return { symbol, ...top, mark: null, index: null, ...at };
}

/** Every rejection of the engine leaves the order not live, so each is proof. */
export function refusalOf(rejection: Rejection): RefusalReason {
  const code = rejection.code.startsWith("FILTER_") ? "FILTER" : rejection.code;
  return { code, venueCode: rejection.code, message: rejection.message };
}
