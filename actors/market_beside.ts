/**
 * Prices (last, mark, index) that a second socket tells beside the quotes of a ticker. The market
 * actor says when that socket is up and down and hands on what it tells.
 *
 * I1 A price is never shown that nobody would tell is old: it is unknown while the socket is down,
 *    and once the socket has told nothing of the symbol for `QUOTES_SILENT_MS`. No read has to
 *    prove that: these streams tell something every second, also of a market where nothing trades.
 * I2 The sweep is the only timer, and it does not run while nothing is watched.
 */
import { MARKET_SILENCE_SWEEP_MS, QUOTES_SILENT_MS } from "../machines/timeouts.ts";
import type { Clock } from "../src/model/clock.ts";
import type { MarketFact, Topic } from "../src/model/market_feed.ts";
import type { MarketTickers } from "./market_tickers.ts";
import { Sweep } from "./sweep.ts";

export interface SilentTopic {
  readonly topic: Topic;
  readonly socketId: string;
  /** Spans in a row without a word. */
  readonly strikes: number;
}

export interface MarketBesideOptions {
  readonly clock: Clock;
  readonly tickers: Pick<MarketTickers, "pricesBegin" | "pricesEnd" | "takePrices" | "remove">;
  readonly trouble: (what: string, symbolId: string) => void;
  /** They are to be subscribed to anew. */
  readonly onSilent: (silent: SilentTopic) => void;
}

interface Watched {
  readonly topic: Topic;
  readonly socketId: string;
  /** Monotonic; null while the socket is down. */
  quietSince: number | null;
  strikes: number;
}

export class MarketBeside {
  readonly #o: MarketBesideOptions;
  /** By symbol. */
  readonly #watched = new Map<string, Watched>();
  readonly #sweep: Sweep;

  constructor(options: MarketBesideOptions) {
    this.#o = options;
    this.#sweep = new Sweep({
      clock: options.clock,
      everyMs: MARKET_SILENCE_SWEEP_MS,
      look: () => this.#look(),
      goesOn: () => this.#watched.size > 0,
    });
  }

  /** It has told nothing for too long, nor anything since. */
  isSilent(symbolId: string): boolean {
    return (this.#watched.get(symbolId)?.strikes ?? 0) > 0;
  }

  /** They are subscribed to from now on, for the first time or again. */
  up(topic: Topic, socketId: string): void {
    const strikes = this.#watched.get(topic.symbolId)?.strikes ?? 0;
    const quietSince = this.#o.clock.monotonic();
    this.#watched.set(topic.symbolId, { topic, socketId, quietSince, strikes });
    this.#o.tickers.pricesBegin(topic.symbolId);
    this.#sweep.begin();
  }

  /** Its socket is not open, or not any more. */
  down({ symbolId }: Topic): void {
    const watched = this.#watched.get(symbolId);
    if (watched !== undefined) watched.quietSince = null;
    this.#o.tickers.pricesEnd(symbolId);
  }

  take({ symbolId, prices }: Extract<MarketFact, { kind: "prices" }>): void {
    const watched = this.#watched.get(symbolId);
    if (watched !== undefined && watched.quietSince !== null) {
      watched.quietSince = this.#o.clock.monotonic();
      watched.strikes = 0;
    }
    this.#o.tickers.takePrices(symbolId, prices);
  }

  /** Nobody wants the ticker any more, with or without prices of its own. */
  end(symbolId: string): void {
    this.#o.tickers.remove(symbolId);
    this.#watched.delete(symbolId);
    if (this.#watched.size === 0) this.stop(); // I2
  }

  stop(): void {
    this.#watched.clear();
    this.#sweep.end();
  }

  #look(): void {
    const now = this.#o.clock.monotonic();
    for (const watched of [...this.#watched.values()]) {
      const { topic, socketId, quietSince } = watched;
      if (quietSince === null || now - quietSince < QUOTES_SILENT_MS) continue;
      watched.quietSince = now;
      watched.strikes += 1;
      this.#o.tickers.pricesEnd(topic.symbolId); // I1
      this.#o.tickers.pricesBegin(topic.symbolId);
      this.#o.trouble("silent.prices", topic.symbolId);
      this.#o.onSilent({ topic, socketId, strikes: watched.strikes });
    }
  }
}
