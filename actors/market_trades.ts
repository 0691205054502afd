/**
 * The public trades of one exchange, a `TradeLine` for each symbol. After a gap it reads what the
 * stream left out before it tells what came since.
 */
import { type ToldTrades, TradeLine } from "../machines/trade_line.ts";
import {
  backoff,
  BOOK_RESYNC_CAP_MS,
  BOOK_RESYNC_MS,
  MARKET_SETTLE_MS,
} from "../machines/timeouts.ts";
import type { CancelTimer, Clock } from "../src/model/clock.ts";
import { MARKET_ROWS_MAX } from "../src/model/limits.ts";
import type { Trade } from "../src/model/market.ts";
import { topicKey, type TradeUpdate } from "../src/model/market_feed.ts";
import type { ReadOutcome } from "../src/model/venue.ts";
import type { MarketNews } from "./market_subscription.ts";

export interface TradesOptions {
  readonly clock: Clock;
  readonly read: (symbolId: string, limit: number) => Promise<ReadOutcome<readonly Trade[]>>;
  readonly publish: (news: MarketNews<TradeUpdate>) => void;
  /** Trades between two that were told are missing for good. */
  readonly incomplete: (symbolId: string) => void;
}

interface Entry {
  readonly symbolId: string;
  readonly key: string;
  readonly line: TradeLine;
  /** How often the stream has told some. */
  heard: number;
  tries: number;
  isReading: boolean;
  cancelTimer: CancelTimer | null;
}

/** After so many reads that failed the stream goes on without what was missed. */
const FILL_TRIES = 3;

export class MarketTrades {
  readonly #o: TradesOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: TradesOptions) {
    this.#o = options;
  }

  add(symbolId: string): void {
    const key = topicKey({ channel: "trades", symbolId });
    const line = new TradeLine();
    const entry = { symbolId, key, line, heard: 0, tries: 0, isReading: false, cancelTimer: null };
    this.#entries.set(symbolId, entry);
  }

  remove(symbolId: string): void {
    this.#entries.get(symbolId)?.cancelTimer?.();
    this.#entries.delete(symbolId);
  }

  /** How often the stream has told trades of it. */
  heard(symbolId: string): number {
    return this.#entries.get(symbolId)?.heard ?? 0;
  }

  /** Whether a trade is newer than all that were told. */
  isNews(trade: Trade): boolean {
    return this.#entries.get(trade.symbol)?.line.isNews(trade) === true;
  }

  /** Subscribed again: the first trade, or a moment, shows that the stream has begun. */
  up(symbolId: string): void {
    const entry = this.#entries.get(symbolId);
    if (entry !== undefined) this.#gap(entry, MARKET_SETTLE_MS);
  }

  /** Something was lost while the stream went on. */
  lost(symbolId: string): void {
    const entry = this.#entries.get(symbolId);
    if (entry !== undefined) this.#gap(entry, 0);
  }

  take(trades: readonly Trade[]): void {
    for (const [symbolId, some] of bySymbol(trades)) {
      const entry = this.#entries.get(symbolId);
      if (entry === undefined) continue;
      entry.heard += 1;
      this.#tell(entry, entry.line.stream(some));
      if (entry.line.isFilling && entry.tries === 0) this.#fill(entry);
    }
  }

  /** Read because the stream is down. */
  polled(symbolId: string, trades: readonly Trade[]): void {
    const entry = this.#entries.get(symbolId);
    if (entry === undefined || entry.line.isFilling) return;
    const { told, isWhole } = entry.line.polled(trades);
    if (!isWhole) this.#o.incomplete(symbolId);
    this.#tell(entry, told);
  }

  stop(): void {
    for (const symbolId of [...this.#entries.keys()]) this.remove(symbolId);
  }

  #gap(entry: Entry, delayMs: number): void {
    entry.line.gap();
    if (!entry.line.isFilling) return;
    entry.tries = 0;
    this.#fillIn(entry, delayMs);
  }

  #fillIn(entry: Entry, delayMs: number): void {
    entry.cancelTimer?.();
    entry.cancelTimer = this.#o.clock.setTimer(() => {
      entry.cancelTimer = null;
      this.#fill(entry);
    }, delayMs);
  }

  #fill(entry: Entry): void {
    if (entry.isReading) return;
    entry.cancelTimer?.();
    entry.cancelTimer = null;
    entry.isReading = true;
    this.#o.read(entry.symbolId, MARKET_ROWS_MAX).then((read) => {
      entry.isReading = false;
      if (this.#entries.get(entry.symbolId) !== entry) return;
      if (read.kind === "failed") return this.#failed(entry);
      const { told, isWhole } = entry.line.filled(read.value);
      if (!isWhole) this.#o.incomplete(entry.symbolId);
      for (const each of told) this.#tell(entry, each);
    });
  }

  #failed(entry: Entry): void {
    entry.tries += 1;
    if (entry.tries < FILL_TRIES) {
      return this.#fillIn(entry, backoff(entry.tries, BOOK_RESYNC_MS, BOOK_RESYNC_CAP_MS));
    }
    this.#o.incomplete(entry.symbolId);
    this.#tell(entry, entry.line.unfilled());
  }

  #tell({ key }: Entry, { trades, source }: ToldTrades): void {
    for (const trade of trades) {
      this.#o.publish({
        topic: key,
        key: null,
        present: ({ dropped }) => ({ ...trade, source, dropped }),
      });
    }
  }
}

function bySymbol(trades: readonly Trade[]): ReadonlyMap<string, readonly Trade[]> {
  const first = trades[0];
  if (first === undefined) return new Map();
  // Nearly every frame is of one symbol.
  if (trades.every(({ symbol }) => symbol === first.symbol)) {
    return new Map([[first.symbol, trades]]);
  }
  return Map.groupBy(trades, ({ symbol }) => symbol);
}
