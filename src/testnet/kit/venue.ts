/**
 * What stands behind every dialect: an engine with its accounts opened and its markets at their
 * first prices, and the orders and market data read from it. One per life of an exchange: a reset
 * makes a new one, while streams and sockets stay.
 */
import { type EngineOptions, MatchingEngine } from "../../exchanges/paper/engine.ts";
import type { FeedPrint } from "../../exchanges/paper/feed.ts";
import type { FeeRates, PaperPosition } from "../../exchanges/paper/messages.ts";
import type { Clock } from "../../model/clock.ts";
import { compare, decimal, ZERO } from "../../model/decimal.ts";
import type { Ledger, MarketChange, Maturity } from "../dialect.ts";
import type { KeyRing } from "./key_ring.ts";
import { ledgerOf, type WriteAmount } from "./ledger.ts";
import type { Listing, Listings } from "./listing.ts";
import { Market, type MarketListener } from "./market.ts";
import { type OrderRules, Orders } from "./orders.ts";

export interface VenueOptions<L extends Listing> {
  readonly exchange: string;
  readonly clock: Clock;
  readonly listings: Listings<L>;
  readonly keys: KeyRing;
  /** Of accounts that name none, by asset; plain decimals. */
  readonly defaultBalances: Readonly<Record<string, string>>;
  readonly fees: FeeRates;
  readonly orders?: OrderRules;
  readonly listener: MarketListener<L>;
  /** How the ledger writes amounts; default: as they are. */
  readonly amount?: WriteAmount;
  readonly engine?: Omit<EngineOptions, "clock" | "instruments" | "fees">;
}

/** A print that sets the first price; its size fills nothing since nothing rests yet. */
const OPENING_QUANTITY = decimal("1");
/** Base units of the print a price change makes: more than any test rests on a level. */
const MARKET_CHANGE_QUANTITY = decimal("1000000");
/** Long runs keep all they did, so that a ledger can be compared with a store. */
const HISTORY = { finalOrdersMax: 500_000, tradesMax: 500_000, openOrdersMax: 200_000 };

export class Venue<L extends Listing> {
  readonly engine: MatchingEngine;
  readonly listings: Listings<L>;
  readonly keys: KeyRing;
  readonly orders: Orders<L>;
  readonly market: Market<L>;
  readonly #options: VenueOptions<L>;
  /** Canonical symbols of matured contracts whose positions are settled. */
  readonly #settled = new Set<string>();

  constructor(options: VenueOptions<L>) {
    const { clock, listings, keys } = options;
    this.#options = options;
    this.listings = listings;
    this.keys = keys;
    this.engine = new MatchingEngine({
      history: HISTORY,
      ...options.engine,
      clock,
      instruments: listings.all.map((listing) => listing.metadata),
      fees: options.fees,
    });
    const { engine } = this;
    this.orders = new Orders({ engine, listings, clock, rules: options.orders ?? {} });
    this.market = new Market({ engine, listings, clock, listener: options.listener });
    this.#openAccounts();
    for (const { symbolId, startPrice: price } of listings.all) {
      engine.trade(symbolId, { price, quantity: OPENING_QUANTITY, takerSide: "BUY" });
    }
  }

  /** The engine's accounts; keys may share one. */
  get accounts(): ReadonlySet<string> {
    return new Set([...this.keys.all()].map((key) => key.accountId));
  }

  ledger(): Ledger {
    const { exchange, amount } = this.#options;
    const { engine, listings, orders, accounts } = this;
    return ledgerOf({
      exchange,
      engine,
      listings,
      orders,
      accounts,
      positions: (account) => this.positions(account),
      ...(amount ? { amount } : {}),
    });
  }

  /** The exchange's own name of a canonical symbol; null when it is not listed. */
  symbolOf(symbolId: string): string | null {
    return this.listings.bySymbolId(symbolId)?.symbol ?? null;
  }

  /** Dated by the exchange's clock: a recording's own dates would tear candles apart. */
  print({ symbolId, price, quantity, takerSide }: FeedPrint): void {
    this.engine.trade(symbolId, { price, quantity, takerSide });
  }

  /** @throws {RangeError} naming the symbols there are. */
  setPrice(change: MarketChange): void {
    const listing = this.#named(change.symbol);
    const price = decimal(change.price);
    const last = this.engine.lastPrice(listing.symbolId) ?? ZERO;
    this.engine.trade(listing.symbolId, {
      price,
      quantity: change.quantity === undefined ? MARKET_CHANGE_QUANTITY : decimal(change.quantity),
      takerSide: compare(price, last) < 0 ? "SELL" : "BUY",
    });
  }

  /** @throws {RangeError} naming the symbols there are. */
  mature({ symbol, positions }: Maturity): void {
    const listing = this.#named(symbol);
    for (const account of this.accounts) {
      this.engine.cancelAll(account, listing.symbolId, { cause: "DELIVERY" });
    }
    this.listings.unlist(listing);
    if (positions === "settled") this.#settled.add(listing.symbolId);
  }

  /** Open ones, as the venue tells them. */
  positions(account: string, symbolId?: string): readonly PaperPosition[] {
    return this.engine.positions(account, symbolId)
      .filter((position) => !this.#settled.has(position.symbolId));
  }

  #named(symbol: string): L {
    const listing = this.listings.get(symbol);
    if (listing !== undefined && listing.symbol === symbol) return listing;
    const known = this.listings.all.map((each) => each.symbol).join(", ");
    throw new RangeError(`symbol: must be one of ${known}, got ${symbol}`);
  }

  #openAccounts(): void {
    for (const { accountId, account } of this.keys.all()) {
      const balances = Object.entries(account.balances ?? this.#options.defaultBalances)
        .map(([asset, amount]) => [asset, decimal(amount)] as const);
      this.engine.openAccount(accountId, Object.fromEntries(balances));
    }
  }
}
