/** The port to an outside market: a source of public prints, played through the injected clock. */
import type { Decimal } from "../../model/decimal.ts";
import type { Side } from "../../model/order.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { MatchingEngine } from "./engine.ts";

export interface FeedPrint {
  readonly symbolId: string;
  readonly price: Decimal;
  /** Base units. */
  readonly quantity: Decimal;
  readonly takerSide: Side;
  /** As the source dates it; a recording's own time, not today's. */
  readonly time: EpochMs;
}

export interface FeedHandlers {
  readonly onPrint: (print: FeedPrint) => void;
  /** The feed has ended by itself: out of rows (null), or a row it cannot read. */
  readonly onEnd: (failure: Error | null) => void;
}

export interface PriceFeed {
  /** May print before it returns, so that prices are known at once. Starting twice is misuse. */
  start(handlers: FeedHandlers): void;
  /** No handler is called any more. Stopping a stopped feed does nothing. */
  stop(): void;
}

/** Lets a feed drive the engine. */
export function playInto(engine: MatchingEngine): FeedHandlers["onPrint"] {
  return (print) => engine.trade(print.symbolId, print);
}
