/**
 * The exchange's own truth as the control endpoint tells it: in one language whatever the dialect,
 * so that one test reads the ledgers of all exchanges. Only ids and symbols are the venue's.
 */
import type { MatchingEngine } from "../../exchanges/paper/engine.ts";
import type { PaperOrder, PaperPosition } from "../../exchanges/paper/messages.ts";
import { type Decimal, ZERO } from "../../model/decimal.ts";
import type {
  Ledger,
  LedgerBalance,
  LedgerOrder,
  LedgerPosition,
  LedgerTrade,
} from "../dialect.ts";
import type { Listing, Listings } from "./listing.ts";
import type { Orders, OrderView } from "./orders.ts";

/** How amounts are written; default: as they are. */
export type WriteAmount = (value: Decimal) => string;

export function ledgerOf<L extends Listing>(input: {
  readonly exchange: string;
  readonly engine: MatchingEngine;
  readonly listings: Listings<L>;
  readonly orders: Orders<L>;
  readonly accounts: Iterable<string>;
  readonly positions: (account: string) => readonly PaperPosition[];
  readonly amount?: WriteAmount;
}): Ledger {
  const { engine, orders, amount = String } = input;
  const accounts = [...new Set(input.accounts)];
  return {
    exchange: input.exchange,
    orders: accounts.flatMap((account) =>
      engine.orders(account).map((order) => ledgerOrder(orders.view(order), amount))
    ),
    trades: accounts.flatMap((account) =>
      engine.trades(account).map((trade): LedgerTrade => {
        const view = orders.tradeView(trade);
        return {
          tradeId: view.tradeId,
          orderId: view.orderId,
          clientOrderId: view.clientOrderId,
          account,
          symbol: view.listing.symbol,
          side: trade.side,
          price: amount(trade.price),
          qty: amount(trade.quantity),
          fee: amount(trade.fee),
          feeAsset: trade.feeAsset,
          isMaker: trade.isMaker,
          time: trade.time,
        };
      })
    ),
    balances: accounts.flatMap((account) =>
      engine.balances(account).map((balance): LedgerBalance => ({
        account,
        asset: balance.asset,
        free: amount(balance.free),
        locked: amount(balance.locked),
      }))
    ),
    positions: accounts.flatMap((account) =>
      input.positions(account).map((position): LedgerPosition => ({
        account,
        symbol: input.listings.bySymbolId(position.symbolId)!.symbol,
        quantity: amount(position.quantity),
        entryPrice: amount(position.entryPrice ?? ZERO),
        realizedPnl: amount(position.realizedPnl),
      }))
    ),
  };
}

/** The ledger's words, which are Binance's. */
export function ledgerStatus(order: PaperOrder): string {
  switch (order.status) {
    case "OPEN":
      return "NEW";
    case "EXPIRED":
      return order.cause === "SELF_TRADE_PREVENTION" ? "EXPIRED_IN_MATCH" : "EXPIRED";
    default:
      return order.status;
  }
}

export function ledgerType(order: PaperOrder): string {
  return order.postOnly ? "LIMIT_MAKER" : order.type;
}

function ledgerOrder<L extends Listing>(view: OrderView<L>, amount: WriteAmount): LedgerOrder {
  const { order } = view;
  return {
    orderId: view.orderId,
    clientOrderId: view.clientOrderId,
    account: order.accountId,
    symbol: view.listing.symbol,
    side: order.side,
    type: ledgerType(order),
    status: ledgerStatus(order),
    price: amount(order.price ?? ZERO),
    origQty: amount(order.quantity),
    executedQty: amount(order.filled),
    time: order.createdAt,
    updateTime: order.updatedAt,
  };
}
