/**
 * Another configured exchange's market moves this one: its trades are printed here, its last price
 * at first. While the other exchange is not running yet, or again, it is waited for.
 */
import type { CancelTimer, Clock } from "../../model/clock.ts";
import { floorToStep, roundToTick, ZERO } from "../../model/decimal.ts";
import type { SymbolMetadata } from "../../model/instrument.ts";
import type { MarketDataControl, MarketSubscription } from "../../model/market_data.ts";
import type { TickUpdate, TradeUpdate } from "../../model/market_feed.ts";
import type { FeedHandlers, PriceFeed } from "./feed.ts";

export interface LiveFeedOptions {
  readonly clock: Clock;
  /** Throws while the other exchange is not running. */
  readonly market: () => MarketDataControl;
  /** As this exchange lists them, by canonical symbol. */
  readonly symbols: ReadonlyMap<string, SymbolMetadata>;
}

/** A start of an exchange takes about a second. */
const RETRY_MS = 1_000;

export class LiveFeed implements PriceFeed {
  readonly #o: LiveFeedOptions;
  /** Symbols that have traded: from then on their trades alone move the price. */
  readonly #traded = new Set<string>();
  #subscriptions: readonly MarketSubscription<unknown>[] = [];
  #cancelRetry: CancelTimer | null = null;

  constructor(options: LiveFeedOptions) {
    this.#o = options;
  }

  start(handlers: FeedHandlers): void {
    const symbols = [...this.#o.symbols.keys()];
    const opened: MarketSubscription<unknown>[] = [];
    try {
      const market = this.#o.market();
      const onTick = (tick: TickUpdate) => this.#tick(tick, handlers);
      const onTrade = (trade: TradeUpdate) => this.#trade(trade, handlers);
      opened.push(market.subscribeTrades(symbols, { onUpdate: onTrade }));
      opened.push(market.subscribeTicks(symbols, { onUpdate: onTick }));
      this.#subscriptions = opened;
    } catch {
      // It is not running, or has not read yet what it lists.
      for (const subscription of opened) subscription.close();
      this.#cancelRetry = this.#o.clock.setTimer(() => this.start(handlers), RETRY_MS);
    }
  }

  stop(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    for (const subscription of this.#subscriptions) subscription.close();
    this.#subscriptions = [];
  }

  #tick({ symbol, last, venueTime }: TickUpdate, { onPrint }: FeedHandlers): void {
    const market = this.#o.symbols.get(symbol);
    if (market === undefined || last === null || this.#traded.has(symbol)) return;
    const price = roundToTick(last, market.price.tickSize, "HALF_EVEN");
    if (price === ZERO) return;
    onPrint({ symbolId: symbol, price, quantity: ZERO, takerSide: "BUY", time: venueTime });
  }

  /** On the grid of the symbol as it is listed here, which may be another one. */
  #trade(trade: TradeUpdate, { onPrint }: FeedHandlers): void {
    const market = this.#o.symbols.get(trade.symbol);
    if (market === undefined) return;
    const price = roundToTick(trade.price, market.price.tickSize, "HALF_EVEN");
    if (price === ZERO) return;
    this.#traded.add(trade.symbol);
    onPrint({
      symbolId: trade.symbol,
      price,
      quantity: floorToStep(trade.quantity, market.amount.step),
      takerSide: trade.side,
      time: trade.venueTime,
    });
  }
}
