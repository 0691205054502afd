/** How a venue's truth is read: single answers, and lists page by page. */
import type { Balance, Position } from "../../../model/account.ts";
import type { Decimal } from "../../../model/decimal.ts";
import type { Fill } from "../../../model/fill.ts";
import type { KeyPermissions } from "../../../model/key_permissions.ts";
import type { Ticker } from "../../../model/market.ts";
import type { EpochMs, ExchangeOrderId } from "../../../model/scalars.ts";
import type { VenueOrder } from "../../../model/venue.ts";
import type { OrderRef } from "../../exchange.ts";
import type { RowContext, VenueCall } from "./venue_call.ts";

/** One page, as the next one is asked for. */
export interface Page<Query, Value> {
  readonly query: Query;
  /** The call that brought it. */
  readonly call: VenueCall;
  /** The whole answer, for cursors. */
  readonly answer: unknown;
  /**
   * Its rows, read, in the order of {@link ListPlan.rows}; without those of contracts that are not
   * listed, so that where contracts have sizes `answer` alone says how many there were.
   */
  readonly values: readonly Value[];
}

/** Each function throws `RowError` or `RangeError` on what the venue does not document. */
export interface ListPlan<Query, Value> {
  first(query: Query): VenueCall;
  rows(answer: unknown): readonly unknown[];
  read(row: unknown, context: RowContext): Value;
  /** Whether a row is of what was asked for; absent where the venue sees to that itself. */
  fits?(value: Value, query: Query, context: RowContext): boolean;
  /** Null after the last page. */
  next(page: Page<Query, Value>): VenueCall | null;
}

export interface SymbolQuery {
  readonly rawSymbol: string;
}

/** One order is sought, and its absence is to be proven. */
export interface LookupQuery extends SymbolQuery {
  readonly ref: OrderRef;
  /** The venue's clock, at the earliest, when the look-up began. */
  readonly now: EpochMs;
  /** An order placed before need not be shown: nothing is concluded from its absence. */
  readonly since: EpochMs;
}

export interface TradesQuery extends SymbolQuery {
  readonly since: EpochMs;
  /** The venue's clock when the first page was asked. */
  readonly now: EpochMs;
}

export interface OrderTradesQuery extends SymbolQuery {
  readonly ref: OrderRef;
  readonly exchangeOrderId: ExchangeOrderId;
}

export interface ReadPlan {
  readonly serverTime: {
    call(): VenueCall;
    read(answer: unknown): EpochMs;
    /** See `ClockReading`. */
    readonly resolutionMs?: number;
  };
  /**
   * One order by client id (or both ids); `read` gives null when the answer shows no order. Null
   * where the venue has no such look-up: lists are searched instead.
   */
  readonly order:
    | {
      call(rawSymbol: string, ref: OrderRef): VenueCall;
      read(answer: unknown, context: RowContext): VenueOrder | null;
      /**
       * The venue may have several orders with one client id: one that has ended is believed to be
       * the one only when no open order has the id.
       */
      readonly isOneOfSeveral?: true;
    }
    | null;
  /**
   * Any order by the venue's own id, so that a trade of one that no list shows is no doubt for ever;
   * absent where there is no such look-up.
   */
  readonly orderById?: {
    call(rawSymbol: string, exchangeOrderId: ExchangeOrderId): VenueCall;
    read(answer: unknown, context: RowContext): VenueOrder | null;
  };
  /** All live orders, of one symbol or of the account. */
  readonly openOrders: ListPlan<{ readonly rawSymbol: string | null }, VenueOrder>;
  /** The newest orders of a symbol that are done, or of any state; filtered by `ref` if it can. */
  readonly history: ListPlan<LookupQuery, VenueOrder>;
  /** Whether pages of the history end because there is no more, not because one is enough. */
  historyIsWhole(orders: readonly VenueOrder[]): boolean;
  /** One page of the newest trades of a symbol. */
  readonly newestTrades: ListPlan<LookupQuery, Fill>;
  /** Trades of a symbol since a time, all of them, in any order: they are sorted by time. */
  readonly tradesSince: ListPlan<TradesQuery, Fill>;
  /** Every trade of one order. */
  readonly tradesOfOrder: ListPlan<OrderTradesQuery, Fill>;
  readonly balances: ListPlan<null, Balance | null>;
  /** Null on venues or market types without positions. */
  readonly positions: ListPlan<null, Position | null> | null;
  readonly ticker: {
    call(rawSymbol: string): VenueCall;
    read(answer: unknown, context: RowContext): Ticker;
    /** Where a call of its own tells the last price. */
    readonly last?: {
      call(rawSymbol: string): VenueCall;
      read(answer: unknown): Decimal | null;
    };
  };
  /**
   * Asked once per connect: why this account cannot be traded as it is set up, for people; null
   * when it can. Absent where nothing would stand in the way.
   */
  readonly admission?: {
    call(): VenueCall;
    refusal(answer: unknown): string | null;
  };
  /**
   * What the key may do; absent where the venue never says. Called on the venue itself and on the
   * local testnet, never in the venue's own sandbox.
   */
  readonly permissions?: {
    call(): VenueCall;
    read(answer: unknown): KeyPermissions;
  };
  /**
   * What shows that a trade is of an order no list has: `clientId` where trades name it, `growing`
   * where order ids are integers that grow, `time` where neither holds.
   */
  readonly tradesTell: "clientId" | "growing" | "time";
}
