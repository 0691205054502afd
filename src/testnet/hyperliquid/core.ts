/** The state of one local Hyperliquid: venue, nonces, limits, streams. Rebuilt by a reset. */
import type { ExecutionReport } from "../../exchanges/paper/messages.ts";
import type { Clock } from "../../model/clock.ts";
import { type Decimal, decimal, floorToStep, ONE } from "../../model/decimal.ts";
import type { DialectContext, DialectOptions, Operation } from "../dialect.ts";
import { KeyRing, walletKeyOf } from "../kit/key_ring.ts";
import { Listings } from "../kit/listing.ts";
import { numericIds } from "../kit/order_ids.ts";
import type { UserStreams } from "../kit/user_streams.ts";
import { Venue } from "../kit/venue.ts";
import type { AccountAt } from "./account_payloads.ts";
import type { HyperliquidStreams } from "./channels.ts";
import { type LimitOptions, Limits } from "./limits.ts";
import { type HyperliquidListing, LISTINGS } from "./listing.ts";
import { volumeOf } from "./market_payloads.ts";
import { Nonces } from "./nonces.ts";
import { fillRow, orderUpdate } from "./order_payloads.ts";

export type HyperliquidOptions = DialectOptions<LimitOptions>;

export const HOST = "api.hyperliquid.xyz";
export const TEST_HOST = "api.hyperliquid-testnet.xyz";

/** The lowest tier of perpetuals, which is the only one here. */
const FEES = { maker: decimal("0.00015"), taker: decimal("0.00045") };
const DEFAULT_BALANCES: Readonly<Record<string, string>> = {
  USDC: "100000000",
  BTC: "2",
  ETH: "40",
  PURR: "1000000",
};
/** "Each user has a default open order limit of 1000 plus one additional order for every 5M USDC." */
const OPEN_ORDERS_MAX = 1_000;
/** Ids of a live exchange have eleven digits and more, and are JSON numbers. */
const FIRST_ORDER_ID = 70_000_000_000n;
const FIRST_TRADE_ID = 100_000_000_000_000n;

export class HyperliquidCore {
  readonly clock: Clock;
  readonly venue: Venue<HyperliquidListing>;
  readonly limits: Limits;
  readonly nonces = new Nonces();
  readonly users: UserStreams;
  readonly streams: HyperliquidStreams;
  readonly openOrdersMax: number;
  /** By account, what it has traded. */
  readonly #volumes = new Map<string, Decimal>();

  constructor(options: HyperliquidOptions, { clock }: DialectContext, streams: {
    readonly users: UserStreams;
    readonly market: HyperliquidStreams;
  }) {
    this.clock = clock;
    this.users = streams.users;
    this.streams = streams.market;
    this.limits = new Limits(options.limits, clock);
    this.openOrdersMax = options.openOrdersMax ?? OPEN_ORDERS_MAX;
    this.venue = new Venue({
      exchange: "hyperliquid",
      clock,
      listings: new Listings(LISTINGS),
      keys: new KeyRing(options.accounts, walletKeyOf),
      defaultBalances: DEFAULT_BALANCES,
      fees: FEES,
      // Nothing is documented of an id that is used twice, so it names two orders.
      orders: {
        clientIds: "none",
        orderIds: numericIds({ above: FIRST_ORDER_ID }),
        tradeIds: numericIds({ above: FIRST_TRADE_ID }),
      },
      listener: streams.market,
    });
    const { engine } = this.venue;
    engine.onExecution((report) => this.#pushExecution(report));
    engine.onBalance(({ accountId }) => {
      this.#push(accountId, "userData.balance", null);
      this.#push(accountId, "userData.position", null);
    });
    engine.onPosition(({ accountId }) => this.#push(accountId, "userData.position", null));
  }

  /** The account whose wallet that is; null for one that is unknown here. */
  accountOf(user: unknown): string | null {
    if (typeof user !== "string") return null;
    const wallet = user.toLowerCase();
    for (const { accountId, account } of this.venue.keys.all()) {
      if (account.walletAddress?.toLowerCase() === wallet) return accountId;
    }
    return null;
  }

  stateOf(account: string): AccountAt {
    const { engine, listings } = this.venue;
    return { engine, listings, account, now: this.clock.now() };
  }

  newestFills(account: string, limit: number): readonly unknown[] {
    return this.venue.orders.trades(account, { limit, keep: "newest" }).toReversed().map(fillRow);
  }

  /** In whole USDC. */
  volumeOf(account: string): number {
    return Number(floorToStep(this.#volumes.get(account) ?? volumeOf([]), ONE));
  }

  #pushExecution({ accountId, order, trade }: ExecutionReport): void {
    const view = this.venue.orders.view(order);
    if (trade !== null) {
      const before = { price: ONE, quantity: this.#volumes.get(accountId) ?? volumeOf([]) };
      this.#volumes.set(accountId, volumeOf([before, trade]));
    }
    const about = { symbol: view.listing.symbol, clientOrderId: view.clientOrderId };
    this.#push(accountId, "userData.order", { event: () => orderUpdate(view), ...about });
    if (trade === null) return;
    const event = () => fillRow(this.venue.orders.tradeView(trade));
    this.#push(accountId, "userData.execution", { event, ...about });
  }

  #push(
    account: string,
    name: string,
    told: {
      readonly event: () => unknown;
      readonly symbol: string;
      readonly clientOrderId: string;
    } | null,
  ): void {
    if (!this.users.hasSubscribers(account)) return;
    const operation: Operation = {
      name,
      endpoint: "WS /ws",
      host: HOST,
      symbol: told?.symbol ?? null,
      clientOrderId: told?.clientOrderId ?? null,
    };
    // States are read when they leave: each is whole.
    this.users.push({ account, operation, event: told === null ? null : told.event() });
  }
}
