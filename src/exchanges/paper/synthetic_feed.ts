/**
 * A market nobody makes: every symbol's price walks at random, one print per interval. The same
 * seed gives the same prints.
 */
import type { CancelTimer, Clock, Random } from "../../model/clock.ts";
import { type Decimal, fromUnits, toUnits } from "../../model/decimal.ts";
import type { SymbolMetadata } from "../../model/instrument.ts";
import type { FeedHandlers, FeedPrint, PriceFeed } from "./feed.ts";
import { floorTo, UNIT } from "./units.ts";

export interface SyntheticFeedOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly symbols: readonly { readonly metadata: SymbolMetadata; readonly start: Decimal }[];
  /** Between prints of one symbol. */
  readonly intervalMs: number;
  /** Largest move of one print as a fraction of the price, in either direction. */
  readonly step?: number;
}

/** A fiftieth of a percent a print: about what a liquid coin moves, so orders near it fill. */
const STEP_DEFAULT = 0.0002;
/** Largest print, in quote units: some orders fill at once and some in parts. */
const PRINT_QUOTE_MAX = 100_000n * UNIT;
/** Resolution of a random draw once it is an integer: money never passes through a float. */
const DRAW = 2 ** 30;

interface Walk {
  readonly metadata: SymbolMetadata;
  readonly tick: bigint;
  readonly step: bigint;
  price: bigint;
}

export class SyntheticFeed implements PriceFeed {
  readonly #options: SyntheticFeedOptions;
  readonly #walks: readonly Walk[];
  #cancelTimer: CancelTimer | null = null;

  constructor(options: SyntheticFeedOptions) {
    if (!(options.intervalMs > 0)) {
      throw new RangeError(`Cannot make a feed: intervalMs must be > 0, got ${options.intervalMs}`);
    }
    this.#options = options;
    this.#walks = options.symbols.map(({ metadata, start }) => {
      const tick = toUnits(metadata.price.tickSize);
      return {
        metadata,
        tick,
        step: toUnits(metadata.amount.step),
        price: atLeast(floorTo(toUnits(start), tick), tick),
      };
    });
  }

  start(handlers: FeedHandlers): void {
    if (this.#cancelTimer !== null) throw new TypeError("Cannot start the feed: it runs already");
    for (const walk of this.#walks) handlers.onPrint(this.#print(walk));
    this.#arm(handlers);
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #arm(handlers: FeedHandlers): void {
    this.#cancelTimer = this.#options.clock.setTimer(() => {
      this.#arm(handlers);
      for (const walk of this.#walks) {
        this.#move(walk);
        handlers.onPrint(this.#print(walk));
      }
    }, this.#options.intervalMs);
  }

  /** A print that rounds to no move would freeze a coin with coarse ticks, so it is one tick. */
  #move(walk: Walk): void {
    const draw = 2 * this.#options.random.next() - 1;
    const share = BigInt(Math.round(draw * (this.#options.step ?? STEP_DEFAULT) * DRAW));
    const move = walk.price * share / BigInt(DRAW) / walk.tick * walk.tick;
    const least = draw < 0 ? -walk.tick : walk.tick;
    walk.price = atLeast(walk.price + (move === 0n ? least : move), walk.tick);
  }

  #print(walk: Walk): FeedPrint {
    const draw = BigInt(Math.floor(this.#options.random.next() * DRAW));
    const quote = PRINT_QUOTE_MAX * draw / BigInt(DRAW);
    return {
      symbolId: walk.metadata.symbolId,
      price: fromUnits(walk.price),
      quantity: fromUnits(atLeast(floorTo(quote * UNIT / walk.price, walk.step), walk.step)),
      takerSide: this.#options.random.next() < 0.5 ? "BUY" : "SELL",
      time: this.#options.clock.now(),
    };
  }
}

function atLeast(value: bigint, least: bigint): bigint {
  return value < least ? least : value;
}
