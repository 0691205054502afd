/** What one call of the engine changed, gathered so that it is stored whole before it is told. */
import { fromUnits } from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { Market } from "./market.ts";
import type {
  ExecutionReport,
  ForgottenTrades,
  MarketPrint,
  PaperTrade,
  StoredMarket,
} from "./messages.ts";
import type { HouseLevel } from "./ladder.ts";
import type { OrderEntry } from "./order_entry.ts";

export class Turn {
  /** By the engine's clock; the same for everything in the turn. */
  readonly time: EpochMs;
  readonly orders = new Set<OrderEntry>();
  readonly trades: PaperTrade[] = [];
  /** Those whose price or quotes changed. */
  readonly markets = new Set<Market>();
  readonly reports: ExecutionReport[] = [];
  readonly prints: MarketPrint[] = [];
  readonly forgottenOrders: number[] = [];
  readonly forgottenTrades: ForgottenTrades[] = [];

  constructor(time: EpochMs) {
    this.time = time;
  }

  report(kind: ExecutionReport["kind"], entry: OrderEntry, trade: PaperTrade | null = null): void {
    this.orders.add(entry);
    if (trade !== null) this.trades.push(trade);
    this.reports.push({
      kind,
      accountId: entry.terms.accountId,
      order: entry.view(),
      trade,
      time: this.time,
    });
  }
}

export function storedMarket(market: Market): StoredMarket {
  return {
    symbolId: market.symbolId,
    last: market.last === null ? null : fromUnits(market.last),
    houseBids: market.houseBids.map(shown),
    houseAsks: market.houseAsks.map(shown),
  };
}

function shown(level: HouseLevel) {
  return { price: fromUnits(level.price), quantity: fromUnits(level.quantity) };
}
