/** The engine's records in the words of the venue port. */
import type { Balance, Position } from "../../model/account.ts";
import { contractAsset } from "../../model/asset.ts";
import { absolute, add, min, subtract, ZERO } from "../../model/decimal.ts";
import type { Fill } from "../../model/fill.ts";
import type { Ticker } from "../../model/market.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { RefusalReason, VenueOrder } from "../../model/venue.ts";
import type { MatchingEngine } from "./engine.ts";
import type {
  PaperBalance,
  PaperMargin,
  PaperOrder,
  PaperPosition,
  PaperTrade,
  Rejection,
  TopOfBook,
} from "./messages.ts";

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

/** What margin binds is locked, as far as the wallet and not open profit covers it. */
export function balanceView(
  { asset, free, locked }: PaperBalance,
  updatedAt: EpochMs,
  margin?: PaperMargin,
): Balance {
  const total = add(free, locked);
  const available = margin === undefined ? free : min(margin.available, free);
  return {
    assetId: asset,
    total,
    available,
    locked: subtract(total, available),
    borrowed: ZERO,
    interest: ZERO,
    updatedAt,
  };
}

export function positionView(
  position: PaperPosition,
  engine: Pick<MatchingEngine, "instruments">,
  updatedAt: EpochMs,
): Position {
  const { symbolId, quantity } = position;
  return {
    positionId: symbolId,
    symbolId,
    asset: {
      assetId: symbolId,
      quantity,
      available: absolute(quantity),
      locked: ZERO,
      entryPrice: position.entryPrice,
      markPrice: position.markPrice,
      liquidationPrice: position.liquidationPrice,
      unrealizedPnl: position.unrealizedPnl,
      realizedPnl: position.realizedPnl,
      marginUsed: position.initialMargin,
      updatedAt,
    },
    metadata: contractAsset(engine.instruments.get(symbolId)!),
    leverage: position.leverage,
    side: null,
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
