/** The state of one local Kraken Futures: venue, limits, feeds. Rebuilt by a reset. */
import type { ExecutionReport } from "../../exchanges/paper/messages.ts";
import type { Clock } from "../../model/clock.ts";
import { decimal } from "../../model/decimal.ts";
import type { DialectContext, DialectOptions, Operation } from "../dialect.ts";
import { Counters, FixedWindow } from "../kit/counters.ts";
import { DeadMan } from "../kit/dead_man.ts";
import { KeyRing } from "../kit/key_ring.ts";
import { Listings } from "../kit/listing.ts";
import { isOpen } from "../kit/orders.ts";
import { uuidIds } from "../kit/order_ids.ts";
import type { UserStreams } from "../kit/user_streams.ts";
import { Venue } from "../kit/venue.ts";
import { numeric } from "../kraken/numbers.ts";
import type { LimitOptions } from "./limits.ts";
import { type FuturesListing, LISTINGS } from "./listing.ts";
import type { FuturesStreams, FuturesVoice } from "./market_streams.ts";
import {
  coinWalletRows,
  currencyRows,
  feedFill,
  feedOrder,
  feedPosition,
  REASONS,
} from "./payloads.ts";

export type FuturesOptions = DialectOptions<LimitOptions>;

export const HOST = "futures.kraken.com";

const FEES = { maker: decimal("0.0002"), taker: decimal("0.0005") };
const DEFAULT_BALANCES: Readonly<Record<string, string>> = { USD: "10000000", BTC: "100" };

export type Feed = "open_orders" | "fills" | "balances" | "open_positions";

/** One message of a private feed. */
export interface FeedEvent {
  readonly feed: Feed;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface FuturesStreamParts {
  readonly users: UserStreams;
  readonly market: FuturesStreams;
  readonly voice: FuturesVoice;
}

export class FuturesCore {
  readonly clock: Clock;
  readonly venue: Venue<FuturesListing>;
  readonly users: UserStreams;
  readonly streams: FuturesStreamParts;
  readonly spent: Counters<FixedWindow>;
  readonly openOrdersMax: number;
  /** Cancels every order of the account unless it is told again in time. */
  readonly deadMan: DeadMan;
  #sequence = 0;

  constructor(options: FuturesOptions, context: DialectContext, streams: FuturesStreamParts) {
    const { clock } = context;
    this.clock = clock;
    this.streams = streams;
    this.users = streams.users;
    this.openOrdersMax = options.openOrdersMax ?? 1_000;
    const size = { max: options.limits.derivativesPer10s, lengthMs: 10_000 };
    this.spent = new Counters(() => new FixedWindow(clock, size));
    this.venue = new Venue({
      exchange: "krakenfutures",
      clock,
      listings: new Listings(LISTINGS),
      keys: new KeyRing(options.accounts),
      defaultBalances: DEFAULT_BALANCES,
      fees: FEES,
      // send-order: "clientOrderIdAlreadyExist".
      orders: { clientIds: "ever", orderIds: uuidIds("order"), tradeIds: uuidIds("fill") },
      listener: streams.market,
    });
    const { engine } = this.venue;
    this.deadMan = new DeadMan(clock, (account) => void this.venue.orders.cancelAll(account));
    engine.onExecution((report) => this.#pushExecution(report));
    engine.onBalance(({ accountId }) =>
      this.#push(accountId, "userData.balance", {
        feed: "balances",
        body: { ...this.balances(accountId), seq: ++this.#sequence },
      })
    );
    engine.onPosition(({ accountId }) =>
      this.#push(accountId, "userData.position", {
        feed: "open_positions",
        body: { ...this.positions(accountId), seq: ++this.#sequence },
      })
    );
  }

  balances(account: string) {
    const currencies = currencyRows(this.venue.engine, account, (value) => numeric(value, 8));
    return {
      account: "local",
      futures: coinWalletRows(this.venue.engine, account),
      flex_futures: { currencies },
      timestamp: this.clock.now(),
    };
  }

  positions(account: string) {
    const { listings } = this.venue;
    const positions = this.venue.positions(account).map((position) =>
      feedPosition(position, listings.bySymbolId(position.symbolId)!)
    );
    return { account: "local", positions, timestamp: this.clock.now() };
  }

  stop(): void {
    this.deadMan.stop();
  }

  #pushExecution({ accountId, order, trade }: ExecutionReport): void {
    if (!this.users.hasSubscribers(accountId)) return;
    const { orders } = this.venue;
    const view = orders.view(order);
    const about = { symbol: view.listing.symbol, clientOrderId: view.clientOrderId };
    if (trade !== null) {
      const body = { username: "local", fills: [feedFill(orders.tradeView(trade))] };
      this.#push(accountId, "userData.execution", { feed: "fills", body }, about);
    }
    const ids = {
      order_id: view.orderId,
      ...(view.clientOrderId === "" ? {} : { cli_ord_id: view.clientOrderId }),
    };
    const reason = order.status === "FILLED"
      ? "full_fill"
      : order.cause === null
      ? trade === null ? "new_placed_order_by_user" : "partial_fill"
      : REASONS[order.cause];
    // What ends an order names its ids alone.
    const body = isOpen(order)
      ? { order: feedOrder(view), is_cancel: false, reason }
      : { ...ids, is_cancel: true, reason };
    this.#push(accountId, "userData.order", { feed: "open_orders", body }, about);
  }

  #push(
    account: string,
    name: string,
    event: FeedEvent,
    about: Pick<Operation, "symbol" | "clientOrderId"> = { symbol: null, clientOrderId: null },
  ): void {
    if (!this.users.hasSubscribers(account)) return;
    const operation = { name, endpoint: "WS /ws/v1", host: HOST, ...about };
    this.users.push({ account, operation, event });
  }
}
