/**
 * An order and a trade as Binance USDⓈ-M writes them: in answers, in reads and in the user stream.
 * Keys follow the recorded payloads.
 */
import type {
  ExecutionReport,
  PaperOrder,
  PaperPosition,
  PaperTrade,
} from "../../exchanges/paper/messages.ts";
import { type Decimal, divide, isZero, roundToTick, ZERO } from "../../model/decimal.ts";
import { decimal } from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import { ledgerStatus } from "../kit/ledger.ts";
import type { OrderView } from "../kit/orders.ts";
import type { UsdmListing } from "./listing.ts";

export type UsdmView = OrderView<UsdmListing>;

/** What the engine does not know of an order. */
export interface Terms {
  /** Null unless it is GTD. */
  readonly goodTillDate: EpochMs | null;
}

/** The answer to a new order, a change or a cancel: a read has its creation besides. */
export function answerBody(view: UsdmView, terms: Terms): Record<string, unknown> {
  const { order } = view;
  return {
    orderId: order.orderId,
    symbol: view.listing.symbol,
    status: statusOf(order),
    clientOrderId: view.clientOrderId,
    price: order.price ?? ZERO,
    avgPrice: averagePrice(order),
    origQty: order.quantity,
    executedQty: order.filled,
    cumQty: order.filled,
    cumQuote: order.filledQuote,
    timeInForce: timeInForce(order, terms),
    type: order.type,
    reduceOnly: order.reduceOnly,
    closePosition: false,
    side: order.side,
    positionSide: "BOTH",
    stopPrice: ZERO,
    workingType: "CONTRACT_PRICE",
    priceProtect: false,
    origType: order.type,
    priceMatch: "NONE",
    selfTradePreventionMode: order.selfTradePrevention,
    goodTillDate: terms.goodTillDate ?? 0,
    updateTime: order.updatedAt,
  };
}

export function readBody(view: UsdmView, terms: Terms): Record<string, unknown> {
  const { cumQty: _, ...body } = answerBody(view, terms);
  return { ...body, time: view.order.createdAt };
}

/** An `ACK` says NEW whatever became of it. */
export function acknowledgedBody(view: UsdmView, terms: Terms): Record<string, unknown> {
  const nothing = { avgPrice: ZERO, executedQty: ZERO, cumQty: ZERO, cumQuote: ZERO };
  return { ...answerBody(view, terms), ...nothing, status: "NEW" };
}

/** One own trade, as `userTrades` lists it. */
export function tradeBody(trade: PaperTrade, { symbol, quote }: UsdmListing) {
  return {
    symbol,
    id: trade.tradeId,
    orderId: trade.orderId,
    side: trade.side,
    price: trade.price,
    qty: trade.quantity,
    realizedPnl: trade.realizedPnl ?? ZERO,
    marginAsset: quote,
    quoteQty: trade.quoteQuantity,
    commission: trade.fee,
    commissionAsset: trade.feeAsset,
    time: trade.time,
    positionSide: "BOTH",
    buyer: trade.side === "BUY",
    maker: trade.isMaker,
  };
}

const EXECUTIONS: Readonly<Record<ExecutionReport["kind"], string>> = {
  NEW: "NEW",
  TRADE: "TRADE",
  CANCELED: "CANCELED",
  EXPIRED: "EXPIRED",
  REPLACED: "AMENDMENT",
};

/** `c` is the order's own id in every event: a cancel has none here. */
export function orderTradeUpdate(
  { kind, order, trade, time }: ExecutionReport,
  view: UsdmView,
  terms: Terms,
) {
  return {
    e: "ORDER_TRADE_UPDATE",
    E: time,
    T: time,
    o: {
      s: view.listing.symbol,
      c: view.clientOrderId,
      S: order.side,
      o: order.type,
      f: timeInForce(order, terms),
      q: order.quantity,
      p: order.price ?? ZERO,
      ap: averagePrice(order),
      sp: ZERO,
      x: kind === "CANCELED" ? statusOf(order) : EXECUTIONS[kind],
      X: statusOf(order),
      i: order.orderId,
      l: trade?.quantity ?? ZERO,
      z: order.filled,
      L: trade?.price ?? ZERO,
      ...(trade === null ? {} : { N: trade.feeAsset, n: trade.fee }),
      T: time,
      t: trade?.tradeId ?? 0,
      b: ZERO,
      a: ZERO,
      m: trade?.isMaker ?? false,
      R: order.reduceOnly,
      wt: "CONTRACT_PRICE",
      ot: order.type,
      ps: "BOTH",
      cp: false,
      rp: trade?.realizedPnl ?? ZERO,
      pP: false,
      si: 0,
      ss: 0,
      V: order.selfTradePrevention,
      pm: "NONE",
      gtd: terms.goodTillDate ?? 0,
      er: ZERO,
    },
  };
}

/** What fills changed: the wallets of what was settled in, and the positions. */
export function accountUpdate(
  positions: readonly (PaperPosition & { readonly symbol: string })[],
  { time, wallets }: {
    readonly time: EpochMs;
    readonly wallets: readonly { readonly asset: string; readonly wallet: Decimal }[];
  },
) {
  return {
    e: "ACCOUNT_UPDATE",
    T: time,
    E: time,
    a: {
      B: wallets.map(({ asset, wallet }) => ({ a: asset, wb: wallet, cw: wallet, bc: ZERO })),
      P: positions.map((position) => ({
        s: position.symbol,
        pa: position.quantity,
        ep: position.entryPrice ?? ZERO,
        cr: position.realizedPnl,
        up: position.unrealizedPnl,
        mt: "cross",
        iw: ZERO,
        ps: "BOTH",
        ma: position.settleAsset,
        bep: position.entryPrice ?? ZERO,
      })),
      m: "ORDER",
    },
  };
}

/**
 * What the exchange itself takes out of the book has expired (dev.binance.vision, topic 802: a
 * liquidation, a reduce-only order whose position is gone).
 */
function statusOf(order: PaperOrder): string {
  const byVenue = order.cause === "REDUCE_ONLY" || order.cause === "LIQUIDATION";
  return byVenue ? "EXPIRED" : ledgerStatus(order);
}

function averagePrice({ filled, filledQuote }: PaperOrder): Decimal {
  return isZero(filled) ? ZERO : roundToTick(divide(filledQuote, filled), FINEST, "HALF_EVEN");
}

const FINEST = decimal("0.00001");

function timeInForce(order: PaperOrder, { goodTillDate }: Terms): string {
  if (order.postOnly) return "GTX";
  if (goodTillDate !== null) return "GTD";
  return order.type === "MARKET" ? "GTC" : order.timeInForce;
}
