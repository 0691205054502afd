/** Moves the prices of every hosted exchange by a feed, except those a caller holds. */
import type { FeedPrint, PriceFeed } from "../exchanges/paper/feed.ts";
import { ReplayFeed } from "../exchanges/paper/replay_feed.ts";
import { SyntheticFeed } from "../exchanges/paper/synthetic_feed.ts";
import type { Clock, Random } from "../model/clock.ts";
import type { Dialect, ListedSymbol } from "./dialect.ts";

export type FeedOptions =
  | {
    readonly kind: "synthetic";
    /** Between prints of one symbol; default 250. */
    readonly intervalMs?: number;
  }
  | {
    readonly kind: "replay";
    /** A CSV as Binance publishes trades, played in a loop. */
    readonly file: string;
    /** What it moves: the recording says of what its trades are, not under which names. */
    readonly symbolIds: readonly [string, ...string[]];
    /** 1 (the default) is as recorded, 60 plays a minute in a second. */
    readonly speed?: number;
  };

export interface MarketFeedsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly feed?: FeedOptions;
  readonly dialects: readonly Dialect[];
  /** The feed ended because of a row it cannot read. */
  readonly onFailure: (failure: Error) => void;
}

/** Fast enough to see orders fill, slow enough to watch. */
const INTERVAL_MS = 250;

export class MarketFeeds {
  readonly #options: MarketFeedsOptions;
  readonly #feed: PriceFeed | null;
  /** `exchange symbol`, in the exchange's own spelling. */
  readonly #held = new Set<string>();

  /** @throws {ConfigError} when a recording cannot be read. */
  constructor(options: MarketFeedsOptions) {
    this.#options = options;
    this.#feed = options.feed === undefined ? null : openFeed(options.feed, options);
  }

  start(): void {
    this.#feed?.start({
      onPrint: (print) => this.#apply(print),
      onEnd: (failure) => {
        if (failure !== null) this.#options.onFailure(failure);
      },
    });
  }

  stop(): void {
    this.#feed?.stop();
  }

  hold(exchange: string, symbol: string, { held }: { readonly held: boolean }): void {
    const key = `${exchange} ${symbol}`;
    if (held) this.#held.add(key);
    else this.#held.delete(key);
  }

  release(exchange: string): void {
    for (const key of this.#held) if (key.startsWith(exchange + " ")) this.#held.delete(key);
  }

  #apply(print: FeedPrint): void {
    const { feed, dialects } = this.#options;
    const symbolIds = feed?.kind === "replay" ? feed.symbolIds : [print.symbolId];
    for (const symbolId of symbolIds) {
      for (const dialect of dialects) {
        const symbol = dialect.symbolOf(symbolId);
        if (symbol === null || this.#held.has(`${dialect.name} ${symbol}`)) continue;
        dialect.print({ ...print, symbolId });
      }
    }
  }
}

function openFeed(feed: FeedOptions, options: MarketFeedsOptions): PriceFeed {
  const { clock, random } = options;
  if (feed.kind === "replay") {
    const { file, symbolIds: [symbolId], speed = 1 } = feed;
    return new ReplayFeed({ clock, file, symbolId, speed, loop: true });
  }
  const symbols = symbolsOf(options.dialects);
  return new SyntheticFeed({ clock, random, symbols, intervalMs: feed.intervalMs ?? INTERVAL_MS });
}

/** What several exchanges list moves on all of them alike. */
function symbolsOf(dialects: readonly Dialect[]): readonly ListedSymbol[] {
  const listed = dialects.flatMap((dialect) => dialect.symbols);
  return [...new Map(listed.map((symbol) => [symbol.metadata.symbolId, symbol])).values()];
}
