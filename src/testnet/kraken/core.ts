/** The state of one local Kraken: venue, trading rules, limits, nonces, tokens. Rebuilt by a reset. */
import { createHash } from "node:crypto";
import type { BalanceReport, ExecutionReport } from "../../exchanges/paper/messages.ts";
import type { Clock } from "../../model/clock.ts";
import { add, type Decimal, decimal, subtract, ZERO } from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { DialectContext, DialectOptions, Operation } from "../dialect.ts";
import { DeadMan } from "../kit/dead_man.ts";
import { KeyRing } from "../kit/key_ring.ts";
import { Listings } from "../kit/listing.ts";
import type { UserStreams } from "../kit/user_streams.ts";
import { Venue } from "../kit/venue.ts";
import { balanceItem, executionItems } from "./execution_payloads.ts";
import { type LimitOptions, Limits } from "./limits.ts";
import { type KrakenListing, LISTINGS } from "./listing.ts";
import type { KrakenStreams, KrakenVoice } from "./market_streams.ts";
import { Refusal } from "./refusal.ts";
import { Nonces } from "./signature.ts";
import { OPEN_ORDERS_MAX, ORDER_IDS, TRADE_IDS, Trading } from "./trading.ts";

export type KrakenOptions = DialectOptions<LimitOptions>;

export const PRIVATE_HOST = "ws-auth.kraken.com";

/** "fciq": every order here is charged in the quote, as the list of trades writes its fees. */
const FEES = { maker: decimal("0.0025"), taker: decimal("0.004"), asset: "QUOTE" } as const;
/** Enough that nothing runs dry by itself, and little enough of each asset to buy more of it. */
const DEFAULT_BALANCES: Readonly<Record<string, string>> = {
  USD: "100000000",
  USDT: "100000000",
  BTC: "2",
  ETH: "40",
  SOL: "600",
  ADA: "200000",
};
/** "Valid for 15 minutes." */
export const TOKEN_MS = 900_000;

/** One message of a channel, before a connection has numbered it. */
export interface ChannelEvent {
  readonly channel: "executions" | "balances";
  readonly data: readonly unknown[];
}

export interface KrakenStreamParts {
  readonly users: UserStreams;
  readonly market: KrakenStreams;
  readonly voice: KrakenVoice;
}

interface Token {
  readonly keyId: string;
  readonly account: string;
  readonly expiresAt: EpochMs;
}

export class KrakenCore {
  readonly clock: Clock;
  readonly venue: Venue<KrakenListing>;
  readonly limits: Limits;
  readonly trading: Trading;
  readonly nonces = new Nonces();
  readonly streams: KrakenStreamParts;
  readonly #tokens = new Map<string, Token>();
  /** By account and asset, so that only what moves a total is told. */
  readonly #totals = new Map<string, Decimal>();
  /** Cancels every order of the account unless it is told again in time. */
  readonly deadMan: DeadMan;
  #ledgerEntries = 0;

  constructor(options: KrakenOptions, context: DialectContext, streams: KrakenStreamParts) {
    const { clock } = context;
    this.clock = clock;
    this.streams = streams;
    this.limits = new Limits(options.limits, clock);
    this.venue = new Venue({
      exchange: "kraken",
      clock,
      listings: new Listings(LISTINGS),
      keys: new KeyRing(options.accounts),
      defaultBalances: DEFAULT_BALANCES,
      fees: FEES,
      // clordid: "Kraken verifies cl_ord_id uniqueness across open orders for each client."
      orders: { clientIds: "open", orderIds: ORDER_IDS, tradeIds: TRADE_IDS },
      listener: streams.market,
    });
    const { orders, listings, engine } = this.venue;
    this.trading = new Trading({
      orders,
      listings,
      limits: this.limits,
      clock,
      openOrdersMax: options.openOrdersMax ?? OPEN_ORDERS_MAX,
    });
    for (const account of this.venue.accounts) {
      for (const { asset, free, locked } of engine.balances(account)) {
        this.#totals.set(`${account} ${asset}`, add(free, locked));
      }
    }
    this.deadMan = new DeadMan(clock, (account) => void this.venue.orders.cancelAll(account));
    engine.onExecution((report) => this.#pushExecution(report));
    engine.onBalance((report) => this.#pushBalances(report));
  }

  newToken(keyId: string, account: string): { readonly token: string; readonly expires: number } {
    const number = this.#tokens.size + 1;
    const token = createHash("sha256").update(`${keyId} ${number}`).digest("base64").slice(0, 43);
    this.#tokens.set(token, { keyId, account, expiresAt: this.clock.now() + TOKEN_MS });
    return { token, expires: TOKEN_MS / 1_000 };
  }

  /** @param isOpen whether a connection is maintained by it already: it does not expire then. */
  tokenOwner(token: string, { isOpen }: { readonly isOpen: boolean }): Token {
    const found = this.#tokens.get(token);
    if (found === undefined || (!isOpen && found.expiresAt <= this.clock.now())) {
      throw new Refusal("ESession:Invalid session");
    }
    return found;
  }

  stop(): void {
    this.deadMan.stop();
  }

  #pushExecution(report: ExecutionReport): void {
    const { accountId, trade } = report;
    if (!this.streams.users.hasSubscribers(accountId)) return;
    const { orders } = this.venue;
    const view = orders.view(report.order);
    const traded = trade === null ? null : orders.tradeView(trade);
    for (const data of executionItems(report, view, traded)) {
      this.#push(accountId, {
        name: trade === null ? "userData.order" : "userData.execution",
        symbol: view.listing.symbol,
        clientOrderId: view.clientOrderId,
        event: { channel: "executions", data },
      });
    }
  }

  #pushBalances({ accountId, balances, time }: BalanceReport): void {
    const data = balances.flatMap(({ asset, free, locked }) => {
      const key = `${accountId} ${asset}`;
      const [before, total] = [this.#totals.get(key) ?? ZERO, add(free, locked)];
      if (before === total) return [];
      this.#totals.set(key, total);
      const number = ++this.#ledgerEntries;
      return [balanceItem(asset, { total, amount: subtract(total, before), time, number })];
    });
    if (data.length === 0 || !this.streams.users.hasSubscribers(accountId)) return;
    this.#push(accountId, {
      name: "userData.balance",
      symbol: null,
      clientOrderId: null,
      event: { channel: "balances", data },
    });
  }

  #push(account: string, { event, ...about }: Omit<Operation, "endpoint" | "host"> & {
    readonly event: ChannelEvent;
  }): void {
    const operation = { ...about, endpoint: "WS /v2", host: PRIVATE_HOST };
    this.streams.users.push({ account, operation, event });
  }
}
