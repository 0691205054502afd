/** The state of one local Binance USDⓈ-M: venue, trading rules, listen keys. Rebuilt by a reset. */
import { Buffer } from "node:buffer";
import type { ExecutionReport, PositionReport } from "../../exchanges/paper/messages.ts";
import type { CancelTimer, Clock, Random } from "../../model/clock.ts";
import { decimal } from "../../model/decimal.ts";
import { Limits } from "../binance/limits.ts";
import { madeId } from "../binance/orders.ts";
import { Refusal } from "../binance/refusal.ts";
import type { DialectContext, DialectOptions, Operation } from "../dialect.ts";
import { KeyRing } from "../kit/key_ring.ts";
import { Listings } from "../kit/listing.ts";
import type { MarketStreams } from "../kit/market_streams.ts";
import type { UserStreams } from "../kit/user_streams.ts";
import { Venue } from "../kit/venue.ts";
import { limitRules, type UsdmLimits } from "./limits.ts";
import { LISTINGS, type UsdmListing } from "./listing.ts";
import { accountUpdate, orderTradeUpdate } from "./order_payloads.ts";
import { Trading } from "./trading.ts";

export type UsdmOptions = DialectOptions<UsdmLimits>;

export const STREAM_HOST = "fstream.binance.com";

/** MAX_NUM_ORDERS as published. */
const OPEN_ORDERS_MAX = 200;
/** Shown in hex: sixty-four characters, as the exchange's are. */
const LISTEN_KEY_BYTES = 32;
/** "A User Data Stream listenKey is valid for 60 minutes after creation." */
export const LISTEN_KEY_MS = 60 * 60_000;
/** The ordinary tier. */
const FEES = { maker: decimal("0.0002"), taker: decimal("0.0005") };
/** As the exchange sets it until somebody changes it. */
const LEVERAGE = decimal("20");
const DEFAULT_BALANCES: Readonly<Record<string, string>> = { USDT: "10000000", USDC: "1000000" };

interface ListenKey {
  readonly key: string;
  readonly cancel: CancelTimer;
}

export class UsdmCore {
  readonly clock: Clock;
  readonly random: Random;
  readonly venue: Venue<UsdmListing>;
  readonly limits: Limits;
  readonly trading: Trading;
  readonly openOrdersMax: number;
  readonly users: UserStreams;
  readonly streams: MarketStreams<UsdmListing>;
  readonly #listenKeys = new Map<string, ListenKey>();
  readonly #hedged = new Set<string>();

  constructor(options: UsdmOptions, { clock, random }: DialectContext, streams: {
    readonly users: UserStreams;
    readonly market: MarketStreams<UsdmListing>;
  }) {
    this.clock = clock;
    this.random = random;
    this.users = streams.users;
    this.streams = streams.market;
    this.openOrdersMax = options.openOrdersMax ?? OPEN_ORDERS_MAX;
    this.limits = new Limits(limitRules(options.limits), clock);
    this.venue = new Venue({
      exchange: "binanceusdm",
      clock,
      listings: new Listings(LISTINGS),
      keys: new KeyRing(options.accounts),
      defaultBalances: DEFAULT_BALANCES,
      fees: FEES,
      orders: { makeClientId: () => madeId(random) },
      listener: streams.market,
      // What becomes of a reduce-only order above the position is not documented: refused here.
      engine: { margin: { leverage: LEVERAGE, reduceOnlyExcess: "REFUSE" } },
    });
    const { venue, limits, openOrdersMax } = this;
    const isHedged = (account: string) => this.isHedged(account);
    this.trading = new Trading({ venue, limits, clock, openOrdersMax, isHedged });
    venue.engine.onExecution((report) => this.#pushOrder(report));
    venue.engine.onPosition((report) => this.#pushAccount(report));
  }

  isHedged(account: string): boolean {
    return this.#hedged.has(account);
  }

  setHedged(account: string, { isHedged }: { readonly isHedged: boolean }): void {
    if (isHedged) this.#hedged.add(account);
    else this.#hedged.delete(account);
  }

  /** "An active listenKey will be returned and its validity extended for 60 minutes." */
  startListening(account: string): string {
    const key = this.#listenKeys.get(account)?.key ??
      Buffer.from(this.random.bytes(LISTEN_KEY_BYTES)).toString("hex");
    this.#keep(account, key);
    return key;
  }

  /** @throws {Refusal} -1125 when there is none. */
  keepListening(account: string): string {
    const known = this.#listenKeys.get(account);
    if (known === undefined) throw new Refusal(-1125, "This listenKey does not exist.");
    this.#keep(account, known.key);
    return known.key;
  }

  stopListening(account: string): void {
    this.#listenKeys.get(account)?.cancel();
    this.#listenKeys.delete(account);
  }

  accountOf(listenKey: string): string | undefined {
    for (const [account, { key }] of this.#listenKeys) if (key === listenKey) return account;
    return undefined;
  }

  /** No timer outlives the exchange it is of. */
  stop(): void {
    this.trading.stop();
    for (const { cancel } of this.#listenKeys.values()) cancel();
  }

  #keep(account: string, key: string): void {
    this.#listenKeys.get(account)?.cancel();
    const cancel = this.clock.setTimer(() => this.#expire(account, key), LISTEN_KEY_MS);
    this.#listenKeys.set(account, { key, cancel });
  }

  #expire(account: string, listenKey: string): void {
    this.#listenKeys.delete(account);
    this.users.push({
      account,
      operation: frameOperation("userData.listenKeyExpired", null),
      event: { e: "listenKeyExpired", E: this.clock.now(), listenKey },
    });
  }

  #pushOrder(report: ExecutionReport): void {
    const { accountId, order } = report;
    if (!this.users.hasSubscribers(accountId)) return;
    const view = this.venue.orders.view(order);
    this.users.push({
      account: accountId,
      operation: frameOperation("userData.order", view.listing.symbol, view.clientOrderId),
      event: orderTradeUpdate(report, view, this.trading.termsOf(order)),
    });
  }

  /** Fills alone are told: what orders hold as margin is not. */
  #pushAccount({ accountId, positions, time }: PositionReport): void {
    if (!this.users.hasSubscribers(accountId)) return;
    const { engine, listings } = this.venue;
    const assets = [...new Set(positions.map(({ settleAsset }) => settleAsset))];
    this.users.push({
      account: accountId,
      operation: frameOperation("userData.position", null),
      event: accountUpdate(
        positions.map((position) => ({
          ...position,
          symbol: listings.bySymbolId(position.symbolId)!.symbol,
        })),
        { time, wallets: assets.map((asset) => engine.margin(accountId, asset)) },
      ),
    });
  }
}

function frameOperation(
  name: string,
  symbol: string | null,
  clientOrderId: string | null = null,
): Operation {
  return { name, endpoint: "WS /private/ws", host: STREAM_HOST, symbol, clientOrderId };
}
