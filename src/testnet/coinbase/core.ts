/** The state of one local Coinbase: venue, keys, limits, orders. Rebuilt by a reset. */
import type { ExecutionReport } from "../../exchanges/paper/messages.ts";
import type { Clock } from "../../model/clock.ts";
import { decimal } from "../../model/decimal.ts";
import type { DialectContext, DialectOptions } from "../dialect.ts";
import { KeyRing } from "../kit/key_ring.ts";
import { Listings } from "../kit/listing.ts";
import type { UserStreams } from "../kit/user_streams.ts";
import { Venue } from "../kit/venue.ts";
import type { CoinbaseStreams } from "./channels.ts";
import { type LimitOptions, Limits } from "./limits.ts";
import { type CoinbaseListing, LISTINGS } from "./listing.ts";
import { userOrderRow } from "./order_payloads.ts";
import { ecKeyOf, Tokens } from "./token.ts";
import { OPEN_ORDERS_MAX, ORDER_IDS, TRADE_IDS, Trading } from "./trading.ts";

export type CoinbaseOptions = DialectOptions<LimitOptions>;

export const REST_HOST = "api.coinbase.com";
export const MARKET_HOST = "advanced-trade-ws.coinbase.com";
export const USER_HOST = "advanced-trade-ws-user.coinbase.com";

/**
 * None: Coinbase takes its commissions in the quote, the engine takes a buyer's in what was bought,
 * and fills that disagree with balances would be worse than fills without a commission.
 */
const FEES = { maker: decimal("0"), taker: decimal("0") };
/** Enough that nothing runs dry by itself, and little enough of each coin to buy more of it. */
const DEFAULT_BALANCES: Readonly<Record<string, string>> = {
  USD: "100000000",
  USDT: "100000000",
  BTC: "2",
  ETH: "40",
  SOL: "600",
  ADA: "200000",
};

export interface CoinbaseStreamParts {
  readonly users: UserStreams;
  readonly market: CoinbaseStreams;
}

export class CoinbaseCore {
  readonly clock: Clock;
  readonly venue: Venue<CoinbaseListing>;
  readonly tokens: Tokens;
  readonly limits: Limits;
  readonly trading: Trading;
  readonly streams: CoinbaseStreamParts;

  constructor(options: CoinbaseOptions, context: DialectContext, streams: CoinbaseStreamParts) {
    const { clock } = context;
    this.clock = clock;
    this.streams = streams;
    this.limits = new Limits(options.limits, clock);
    const keys = new KeyRing(options.accounts, ecKeyOf);
    this.tokens = new Tokens(keys);
    this.venue = new Venue({
      exchange: "coinbase",
      clock,
      listings: new Listings(LISTINGS),
      keys,
      defaultBalances: DEFAULT_BALANCES,
      fees: FEES,
      orders: { clientIds: "ever", orderIds: ORDER_IDS, tradeIds: TRADE_IDS },
      listener: streams.market,
    });
    this.trading = new Trading({
      venue: this.venue,
      clock,
      openOrdersMax: options.openOrdersMax ?? OPEN_ORDERS_MAX,
    });
    this.venue.engine.onExecution((report) => this.#pushOrder(report));
  }

  /** The only events of an account: neither fills nor balances are told. */
  #pushOrder({ accountId, order }: ExecutionReport): void {
    const { users } = this.streams;
    if (!users.hasSubscribers(accountId)) return;
    const view = this.venue.orders.view(order);
    users.push({
      account: accountId,
      operation: {
        name: "userData.order",
        endpoint: "WS /",
        host: USER_HOST,
        symbol: view.listing.symbol,
        clientOrderId: view.clientOrderId,
      },
      event: { type: "update", orders: [userOrderRow(view)] },
    });
  }
}
