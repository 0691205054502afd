/**
 * The public trades of one symbol, each once and in order, also over a gap in the stream: what was
 * missed is read, and what the stream tells until then waits behind it.
 *
 * I1 A trade id is told once.
 * I2 What is read after a gap is told before what the stream told after it.
 */
import type { Trade } from "../src/model/market.ts";
import { TRADE_IDS_MAX, TRADES_KEPT_MAX } from "../src/model/limits.ts";
import { RecentKeys } from "../src/model/recent_keys.ts";
import type { MarketSource } from "../src/model/market_feed.ts";

/** Trades to be told, in this order. */
export interface ToldTrades {
  readonly trades: readonly Trade[];
  readonly source: MarketSource;
}

export class TradeLine {
  readonly #told = new RecentKeys(TRADE_IDS_MAX);
  #last: Trade | null = null;
  /** What the stream told while the gap is read; null when there is none. */
  #kept: Trade[] | null = null;

  /** Whether any trade was told: a gap before the first one is none. */
  get hasBegun(): boolean {
    return this.#last !== null;
  }

  /** Whether a trade is newer than all that were told; never before the first one. */
  isNews({ tradeId, venueTime }: Trade): boolean {
    return this.#last !== null && venueTime > this.#last.venueTime && !this.#told.has(tradeId);
  }

  get isFilling(): boolean {
    return this.#kept !== null;
  }

  /** The stream has lost something: what comes from now on waits for what is read. */
  gap(): void {
    if (this.hasBegun) this.#kept ??= [];
  }

  /** What the stream tells. */
  stream(trades: readonly Trade[]): ToldTrades {
    if (this.#kept === null) return { trades: this.#news(trades), source: "stream" };
    this.#kept.push(...trades);
    // The oldest are in the read that is to come; what is not shows as an incomplete one.
    if (this.#kept.length > TRADES_KEPT_MAX) this.#kept.splice(0, TRADES_KEPT_MAX / 2);
    return { trades: [], source: "stream" };
  }

  /**
   * The newest trades, oldest first, as they were read because the stream left some out.
   *
   * @returns what to tell, and whether the read reaches back to what was told before.
   */
  filled(read: readonly Trade[]): { readonly told: readonly ToldTrades[]; isWhole: boolean } {
    const isWhole = read.length === 0 || read.some(({ tradeId }) => this.#told.has(tradeId));
    const missed = { trades: this.#news(this.#since(read)), source: "backfill" } as const;
    return { told: [missed, this.#release()], isWhole };
  }

  /** The read failed: what waits is told without what was missed. */
  unfilled(): ToldTrades {
    return this.#release();
  }

  /** The newest trades, read because there is no stream. The first read is where it begins. */
  polled(read: readonly Trade[]): { readonly told: ToldTrades; readonly isWhole: boolean } {
    const isWhole = !this.hasBegun || read.some(({ tradeId }) => this.#told.has(tradeId));
    return { told: { trades: this.#news(this.#since(read)), source: "poll" }, isWhole };
  }

  #release(): ToldTrades {
    const kept = this.#kept ?? [];
    this.#kept = null;
    return { trades: this.#news(kept), source: "stream" };
  }

  /** Ids are remembered for a while only: what is older than the last one was told, or is lost. */
  #since(read: readonly Trade[]): readonly Trade[] {
    const last = this.#last;
    return last === null ? read : read.filter(({ venueTime }) => venueTime >= last.venueTime);
  }

  #news(trades: readonly Trade[]): readonly Trade[] {
    const news = trades.filter(({ tradeId }) => this.#told.add(tradeId));
    this.#last = news.at(-1) ?? this.#last;
    return news;
  }
}
