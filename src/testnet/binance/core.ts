/** The state of one local Binance: engine, orders, market, limits, streams. Rebuilt by a reset. */
import { Buffer } from "node:buffer";
import { MatchingEngine } from "../../exchanges/paper/engine.ts";
import type { BalanceReport, ExecutionReport } from "../../exchanges/paper/messages.ts";
import type { Clock, Random } from "../../model/clock.ts";
import { type Decimal, decimal } from "../../model/decimal.ts";
import type { TestnetAccount } from "../credentials.ts";
import type { DialectContext, Operation } from "../dialect.ts";
import { OPEN_ORDERS_MAX } from "./filters.ts";
import { DEFAULT_LIMITS, type LimitOptions, Limits } from "./limits.ts";
import { fixed, type Listing, LISTINGS, toMetadata } from "./listing.ts";
import { Market } from "./market.ts";
import type { MarketStreams } from "./market_streams.ts";
import { executionReport } from "./order_payloads.ts";
import { Orders } from "./orders.ts";
import type { KeyRing } from "./signature.ts";
import type { UserStreams } from "./user_stream.ts";

export interface BinanceOptions {
  readonly accounts: readonly TestnetAccount[];
  readonly limits?: Partial<LimitOptions>;
  /** MAX_NUM_ORDERS; default as published. */
  readonly openOrdersMax?: number;
}

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
/** A print that sets the first price; its size fills nothing since nothing rests yet. */
const OPENING_QUANTITY = decimal("1");
/** Long runs keep all they did, so that a ledger can be compared with a store. */
const HISTORY = { finalOrdersMax: 500_000, tradesMax: 500_000, openOrdersMax: 200_000 };

export class BinanceCore implements KeyRing {
  readonly clock: Clock;
  readonly random: Random;
  readonly engine: MatchingEngine;
  readonly listings: ReadonlyMap<string, Listing>;
  readonly limits: Limits;
  readonly orders: Orders;
  readonly market: Market;
  readonly openOrdersMax: number;
  readonly users: UserStreams;
  readonly streams: MarketStreams;
  readonly #secrets: ReadonlyMap<string, string>;
  readonly #listenKeys = new Map<string, string>();

  constructor(options: BinanceOptions, context: DialectContext, streams: {
    readonly users: UserStreams;
    readonly market: MarketStreams;
  }) {
    this.clock = context.clock;
    this.random = context.random;
    this.users = streams.users;
    this.streams = streams.market;
    this.openOrdersMax = options.openOrdersMax ?? OPEN_ORDERS_MAX;
    this.listings = new Map(LISTINGS.map((listing) => [listing.symbol, listing]));
    this.limits = new Limits({ ...DEFAULT_LIMITS, ...options.limits }, context.clock);
    this.engine = new MatchingEngine({
      clock: context.clock,
      instruments: LISTINGS.map(toMetadata),
      fees: FEES,
      history: HISTORY,
    });
    this.orders = new Orders({
      engine: this.engine,
      listings: this.listings,
      limits: this.limits,
      clock: context.clock,
      random: context.random,
      openOrdersMax: this.openOrdersMax,
    });
    this.market = new Market({
      engine: this.engine,
      listings: LISTINGS,
      clock: context.clock,
      listener: streams.market,
    });
    this.#secrets = new Map(options.accounts.map((a) => [a.apiKey, a.secret]));
    for (const account of options.accounts) this.#open(account);
    for (const { symbolId, startPrice } of LISTINGS) this.#openMarket(symbolId, startPrice);
    this.engine.onExecution((report) => this.#pushExecution(report));
    this.engine.onBalance((report) => this.#pushBalance(report));
  }

  secretOf(apiKey: string): string | undefined {
    return this.#secrets.get(apiKey);
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

  get accounts(): Iterable<string> {
    return this.#secrets.keys();
  }

  #open(account: TestnetAccount): void {
    const balances = Object.entries(account.balances ?? DEFAULT_BALANCES)
      .map(([asset, amount]) => [asset, decimal(amount)] as const);
    this.engine.openAccount(account.apiKey, Object.fromEntries(balances));
  }

  #openMarket(symbolId: string, price: Decimal): void {
    this.engine.trade(symbolId, { price, quantity: OPENING_QUANTITY, takerSide: "BUY" });
  }

  #pushExecution(report: ExecutionReport): void {
    const { accountId, order } = report;
    const ids = this.orders.reportIds(report);
    if (!this.users.hasSubscribers(accountId)) return;
    const view = this.orders.view(order);
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
