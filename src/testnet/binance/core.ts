/** The state of one local Binance: venue, trading rules, limits, streams. Rebuilt by a reset. */
import { Buffer } from "node:buffer";
import type { BalanceReport, ExecutionReport } from "../../exchanges/paper/messages.ts";
import type { Clock, Random } from "../../model/clock.ts";
import { decimal } from "../../model/decimal.ts";
import type { DialectContext, DialectOptions, Operation } from "../dialect.ts";
import { KeyRing } from "../kit/key_ring.ts";
import { Listings } from "../kit/listing.ts";
import type { UserStreams } from "../kit/user_streams.ts";
import { Venue } from "../kit/venue.ts";
import { OPEN_ORDERS_MAX } from "./filters.ts";
import { type LimitOptions, Limits, spotLimits } from "./limits.ts";
import { type BinanceListing, fixed, LISTINGS } from "./listing.ts";
import type { BinanceStreams } from "./market_streams.ts";
import { executionReport } from "./order_payloads.ts";
import { madeId, Trading } from "./orders.ts";

export type BinanceOptions = DialectOptions<LimitOptions>;

/** Shown in hex: sixty characters, as the exchange's are. */
const LISTEN_KEY_BYTES = 30;

export const WS_API_HOST = "ws-api.binance.com";

/** Binance's ordinary tier: a tenth of a percent either way. */
const FEES = { maker: decimal("0.001"), taker: decimal("0.001") };
/**
 * Enough that no test or demo runs dry by itself, and of each coin little enough that the kernel's
 * default position cap leaves room to buy more of it.
 */
const DEFAULT_BALANCES: Readonly<Record<string, string>> = {
  USDT: "100000000",
  BTC: "2",
  ETH: "40",
  BNB: "200",
  SOL: "600",
  ADA: "200000",
};

export class BinanceCore {
  readonly clock: Clock;
  readonly random: Random;
  readonly venue: Venue<BinanceListing>;
  readonly limits: Limits;
  readonly trading: Trading;
  readonly openOrdersMax: number;
  readonly users: UserStreams;
  readonly streams: BinanceStreams;
  readonly #listenKeys = new Map<string, string>();

  constructor(options: BinanceOptions, context: DialectContext, streams: {
    readonly users: UserStreams;
    readonly market: BinanceStreams;
  }) {
    const { clock, random } = context;
    this.clock = clock;
    this.random = random;
    this.users = streams.users;
    this.streams = streams.market;
    this.openOrdersMax = options.openOrdersMax ?? OPEN_ORDERS_MAX;
    this.limits = new Limits(spotLimits(options.limits), clock);
    this.venue = new Venue({
      exchange: "binance",
      clock,
      listings: new Listings(LISTINGS),
      keys: new KeyRing(options.accounts),
      defaultBalances: DEFAULT_BALANCES,
      fees: FEES,
      orders: { makeClientId: () => madeId(random) },
      listener: streams.market,
      amount: fixed,
    });
    const { engine, listings, orders } = this.venue;
    const { limits, openOrdersMax } = this;
    this.trading = new Trading({ engine, listings, orders, limits, random, openOrdersMax });
    engine.onExecution((report) => this.#pushExecution(report));
    engine.onBalance((report) => this.#pushBalance(report));
  }

  /** The listen key of an account; the same while this core lives, which spares its expiry. */
  listenKeyOf(account: string): string {
    let key = this.#listenKeys.get(account);
    if (key === undefined) {
      key = Buffer.from(this.random.bytes(LISTEN_KEY_BYTES)).toString("hex");
      this.#listenKeys.set(account, key);
    }
    return key;
  }

  accountOf(listenKey: string): string | undefined {
    for (const [account, key] of this.#listenKeys) if (key === listenKey) return account;
    return undefined;
  }

  #pushExecution(report: ExecutionReport): void {
    const { accountId, order } = report;
    const ids = this.trading.reportIds(report);
    if (!this.users.hasSubscribers(accountId)) return;
    const view = this.venue.orders.view(order);
    this.users.push({
      account: accountId,
      operation: frameOperation("userData.executionReport", {
        symbol: view.listing.symbol,
        clientOrderId: view.clientOrderId,
      }),
      event: executionReport(report, view, ids),
    });
  }

  #pushBalance(report: BalanceReport): void {
    if (!this.users.hasSubscribers(report.accountId)) return;
    this.users.push({
      account: report.accountId,
      operation: frameOperation("userData.outboundAccountPosition", {
        symbol: null,
        clientOrderId: null,
      }),
      event: {
        e: "outboundAccountPosition",
        E: report.time,
        u: report.time,
        B: report.balances.map((b) => ({ a: b.asset, f: fixed(b.free), l: fixed(b.locked) })),
      },
    });
  }
}

function frameOperation(
  name: string,
  about: { readonly symbol: string | null; readonly clientOrderId: string | null },
): Operation {
  return { name, endpoint: "WS /ws-api/v3", host: WS_API_HOST, ...about };
}
