/** The state of one local OKX: venue, limits, streams, dead man's switches. Rebuilt by a reset. */
import type {
  BalanceReport,
  ExecutionReport,
  PaperTrade,
  PositionReport,
} from "../../exchanges/paper/messages.ts";
import type { Clock } from "../../model/clock.ts";
import { decimal } from "../../model/decimal.ts";
import type { DialectContext, DialectOptions, Operation } from "../dialect.ts";
import { DeadMan } from "../kit/dead_man.ts";
import { KeyRing, passphraseKeyOf } from "../kit/key_ring.ts";
import { Listings } from "../kit/listing.ts";
import { numericIds } from "../kit/order_ids.ts";
import type { UserStreams } from "../kit/user_streams.ts";
import { Venue } from "../kit/venue.ts";
import { balanceRow, positionRow } from "./account_payloads.ts";
import type { OkxStreams } from "./channels.ts";
import { Declined } from "./declined.ts";
import { type LimitOptions, Limits } from "./limits.ts";
import { LISTINGS, type OkxListing } from "./listing.ts";
import { orderUpdate, seen, type SeenOrder } from "./orders_seen.ts";
import { Trading } from "./trading.ts";

export type OkxOptions = DialectOptions<LimitOptions>;

export const REST_HOST = "www.okx.com";
export const WS_HOST = "ws.okx.com";

/** OKX's first tier on spot. */
const FEES = { maker: decimal("0.0008"), taker: decimal("0.001") };
/** As the other local exchanges: enough to run for long, of each coin little. */
const DEFAULT_BALANCES: Readonly<Record<string, string>> = {
  USDT: "100000000",
  BTC: "2",
  ETH: "40",
  SOL: "600",
  ADA: "200000",
};
/** "Pending orders: 500 per symbol." */
const OPEN_ORDERS_MAX = 500;
/** Ids of a live exchange have 18 digits and more. */
const FIRST_ORDER_ID = 1_700_000_000_000_000_000n;

export class OkxCore {
  readonly clock: Clock;
  readonly venue: Venue<OkxListing>;
  readonly limits: Limits;
  readonly trading: Trading;
  readonly declined = new Declined();
  readonly users: UserStreams;
  readonly streams: OkxStreams;
  /** "Cancel All After": every pending order of the account. */
  readonly deadMan: DeadMan;

  constructor(options: OkxOptions, { clock }: DialectContext, streams: {
    readonly users: UserStreams;
    readonly market: OkxStreams;
  }) {
    this.clock = clock;
    this.users = streams.users;
    this.streams = streams.market;
    this.limits = new Limits(options.limits, clock);
    this.venue = new Venue({
      exchange: "okx",
      clock,
      listings: new Listings(LISTINGS),
      keys: new KeyRing(options.accounts, passphraseKeyOf),
      defaultBalances: DEFAULT_BALANCES,
      fees: FEES,
      orders: { clientIds: "open", orderIds: numericIds({ above: FIRST_ORDER_ID }) },
      listener: streams.market,
    });
    const { engine } = this.venue;
    this.trading = new Trading({
      venue: this.venue,
      limits: this.limits,
      clock,
      declined: this.declined,
      onDeclined: (account, orders) => {
        for (const order of orders) this.#pushOrder(account, order, null);
      },
      openOrdersMax: options.openOrdersMax ?? OPEN_ORDERS_MAX,
    });
    this.deadMan = new DeadMan(clock, (account) => {
      engine.cancelAll(account, undefined, { cause: "DEAD_MANS_SWITCH" });
    });
    engine.onExecution((report) => this.#pushExecution(report));
    engine.onBalance((report) => this.#pushBalance(report));
    engine.onPosition((report) => this.#pushPositions(report));
  }

  /** What filled of an order, oldest first. */
  tradesOf(account: string, { ordId }: SeenOrder): readonly PaperTrade[] {
    return this.venue.orders.trades(account, { orderId: ordId }).map(({ trade }) => trade);
  }

  /** Nothing of this life fires any more. */
  stop(): void {
    this.deadMan.stop();
  }

  #pushExecution(report: ExecutionReport): void {
    const { accountId, order } = report;
    if (!this.users.hasSubscribers(accountId)) return;
    this.#pushOrder(accountId, seen(this.venue.orders.view(order)), report);
  }

  #pushOrder(account: string, order: SeenOrder, report: ExecutionReport | null): void {
    if (!this.users.hasSubscribers(account)) return;
    const trade = report?.trade ?? null;
    this.users.push({
      account,
      operation: frameOperation("userData.order", order),
      event: orderUpdate(order, {
        trades: this.tradesOf(account, order),
        trade,
        tradeId: trade === null ? "" : this.venue.orders.tradeView(trade).tradeId,
        amended: report?.kind === "REPLACED",
      }),
    });
  }

  #pushBalance({ accountId, balances, time }: BalanceReport): void {
    if (!this.users.hasSubscribers(accountId)) return;
    const { engine } = this.venue;
    this.users.push({
      account: accountId,
      operation: frameOperation("userData.balance", null),
      event: balanceRow(balances, { engine, account: accountId, now: time }),
    });
  }

  #pushPositions({ accountId, positions }: PositionReport): void {
    if (!this.users.hasSubscribers(accountId)) return;
    for (const position of positions) {
      const listing = this.venue.listings.bySymbolId(position.symbolId)!;
      this.users.push({
        account: accountId,
        operation: { ...frameOperation("userData.position", null), symbol: listing.symbol },
        event: positionRow(position, listing, ""),
      });
    }
  }
}

function frameOperation(name: string, order: SeenOrder | null): Operation {
  return {
    name,
    endpoint: "WS /ws/v5/private",
    host: WS_HOST,
    symbol: order?.listing.symbol ?? null,
    clientOrderId: order?.clOrdId ?? null,
  };
}
