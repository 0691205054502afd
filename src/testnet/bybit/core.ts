/** The state of one local Bybit: venue, trading rules, limits, streams. Rebuilt by a reset. */
import type {
  BalanceReport,
  ExecutionReport,
  PositionReport,
} from "../../exchanges/paper/messages.ts";
import type { Clock, Random } from "../../model/clock.ts";
import { decimal } from "../../model/decimal.ts";
import type { DialectContext, DialectOptions, Operation } from "../dialect.ts";
import { KeyRing } from "../kit/key_ring.ts";
import { Listings } from "../kit/listing.ts";
import type { UserStreams } from "../kit/user_streams.ts";
import { Venue } from "../kit/venue.ts";
import { coinRow, positionEvent } from "./account.ts";
import { type LimitOptions, Limits } from "./limits.ts";
import { type BybitListing, LISTINGS } from "./listing.ts";
import type { BybitStreams, BybitVoice } from "./market_streams.ts";
import {
  executionRow,
  feesOf,
  MAKER_RATE,
  orderRow,
  type ShownOrder,
  TAKER_RATE,
} from "./order_payloads.ts";
import { OPEN_ORDERS_MAX, ORDER_IDS, TRADE_IDS, Trading } from "./orders.ts";

export type BybitOptions = DialectOptions<LimitOptions>;

export const STREAM_HOST = "stream.bybit.com";

const FEES = { maker: decimal(MAKER_RATE), taker: decimal(TAKER_RATE) };
/** Enough that nothing runs dry by itself, and little enough of each coin to buy more of it. */
const DEFAULT_BALANCES: Readonly<Record<string, string>> = {
  USDT: "100000000",
  USDC: "1000000",
  BTC: "2",
  ETH: "40",
  SOL: "600",
  ADA: "200000",
};

/** One event of the account, before a connection has said under which topic it wants it. */
export interface BybitEvent {
  readonly topic: string;
  /** Null for what belongs to the account as a whole. */
  readonly category: string | null;
  readonly creationTime: number;
  readonly data: readonly unknown[];
}

export interface BybitStreamParts {
  readonly users: UserStreams;
  readonly market: BybitStreams;
  readonly voice: BybitVoice;
}

export class BybitCore {
  readonly clock: Clock;
  readonly random: Random;
  readonly venue: Venue<BybitListing>;
  readonly limits: Limits;
  readonly trading: Trading;
  readonly streams: BybitStreamParts;

  constructor(options: BybitOptions, context: DialectContext, streams: BybitStreamParts) {
    const { clock, random } = context;
    this.clock = clock;
    this.random = random;
    this.streams = streams;
    this.limits = new Limits(options.limits, clock);
    this.venue = new Venue({
      exchange: "bybit",
      clock,
      listings: new Listings(LISTINGS),
      keys: new KeyRing(options.accounts),
      defaultBalances: DEFAULT_BALANCES,
      fees: FEES,
      // create-order: a link id is "always unique".
      orders: { clientIds: "ever", orderIds: ORDER_IDS, tradeIds: TRADE_IDS },
      listener: streams.market,
    });
    this.trading = new Trading({
      orders: this.venue.orders,
      clock,
      openOrdersMax: options.openOrdersMax ?? OPEN_ORDERS_MAX,
      onTurnedAway: (account, order) => this.#pushOrder(account, order, clock.now()),
    });
    const { engine } = this.venue;
    engine.onExecution((report) => this.#pushExecution(report));
    engine.onBalance((report) => this.#pushBalance(report));
    engine.onPosition((report) => this.#pushPositions(report));
  }

  #pushExecution({ accountId, order, trade, time }: ExecutionReport): void {
    if (!this.streams.users.hasSubscribers(accountId)) return;
    const { orders } = this.venue;
    if (trade !== null) {
      const view = orders.tradeView(trade);
      const { category } = view.listing;
      this.#push(accountId, {
        name: "userData.execution",
        symbol: view.listing.symbol,
        clientOrderId: view.clientOrderId,
        event: {
          topic: "execution",
          category,
          creationTime: time,
          data: [{ category, ...executionRow({ ...view, order }) }],
        },
      });
    }
    this.#pushOrder(accountId, orders.view(order), time);
  }

  #pushOrder(account: string, order: ShownOrder, time: number): void {
    if (!this.streams.users.hasSubscribers(account)) return;
    const { category } = order.listing;
    this.#push(account, {
      name: "userData.order",
      symbol: order.listing.symbol,
      clientOrderId: order.clientOrderId,
      event: {
        topic: "order",
        category,
        creationTime: time,
        data: [{ category, ...orderRow(order, feesOf(this.venue.orders, order)) }],
      },
    });
  }

  #pushBalance({ accountId, balances, time }: BalanceReport): void {
    if (!this.streams.users.hasSubscribers(accountId)) return;
    const { engine } = this.venue;
    const coin = balances.map((each) => coinRow(each, engine.margin(accountId, each.asset)));
    this.#push(accountId, {
      name: "userData.balance",
      symbol: null,
      clientOrderId: null,
      event: {
        topic: "wallet",
        category: null,
        creationTime: time,
        data: [{ accountType: "UNIFIED", accountLTV: "0", coin }],
      },
    });
  }

  #pushPositions({ accountId, positions, time }: PositionReport): void {
    if (!this.streams.users.hasSubscribers(accountId)) return;
    for (const position of positions) {
      const listing = this.venue.listings.bySymbolId(position.symbolId)!;
      this.#push(accountId, {
        name: "userData.position",
        symbol: listing.symbol,
        clientOrderId: null,
        event: {
          topic: "position",
          category: listing.category,
          creationTime: time,
          data: [positionEvent(position, listing, time)],
        },
      });
    }
  }

  #push(account: string, { event, ...about }: Omit<Operation, "endpoint" | "host"> & {
    readonly event: BybitEvent;
  }): void {
    const operation = { ...about, endpoint: "WS /v5/private", host: STREAM_HOST };
    this.streams.users.push({ account, operation, event });
  }
}
