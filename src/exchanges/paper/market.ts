/** One symbol of the engine: its rules in units, its book, the house's quotes, the last price. */
import { type ContractKind, settleValue } from "../../model/contract_value.ts";
import { DECIMALS_MAX, decimalsOf, toUnits } from "../../model/decimal.ts";
import type { SymbolMetadata } from "../../model/instrument.ts";
import type { Side } from "../../model/order.ts";
import { parseSymbol } from "../../model/symbol.ts";
import { BookSide, type PriceLevel } from "./book_side.ts";
import { type HouseLevel, type Ladder, ladderAround } from "./ladder.ts";
import type { DepthLevel, StoredMarket } from "./messages.ts";
import type { OrderEntry } from "./order_entry.ts";

/** Somebody to trade with: a resting order, or a level of the house. */
export type Maker =
  | { readonly kind: "order"; readonly price: bigint; readonly order: OrderEntry }
  | { readonly kind: "house"; readonly price: bigint; readonly level: HouseLevel };

/**
 * How fills are paid: asset against asset; profit in the quote asset, or of inverse contracts in
 * the base asset; options with a premium in the base asset; or not at all here.
 */
export type Settlement = "spot" | ContractKind | "none";

export class Market {
  readonly symbolId: string;
  readonly metadata: SymbolMetadata;
  readonly base: string;
  readonly quote: string;
  /** What fills are paid in; the quote on spot. */
  readonly settle: string;
  readonly settlement: Settlement;
  /** It has positions and margin. */
  readonly isContract: boolean;
  readonly isPut: boolean;
  readonly tick: bigint;
  readonly step: bigint;
  readonly bids = new BookSide("BUY");
  readonly asks = new BookSide("SELL");
  houseBids: HouseLevel[] = [];
  houseAsks: HouseLevel[] = [];
  last: bigint | null = null;
  readonly #ladder: Ladder;
  /** An option's premium is the product of price and quantity, too. */
  readonly #kind: ContractKind;

  /** @throws {RangeError} for an instrument this engine cannot settle exactly. */
  constructor(metadata: SymbolMetadata, ladder: Ladder) {
    const tick = metadata.price.tickSize;
    const step = metadata.amount.step;
    const decimals = decimalsOf(tick) + decimalsOf(step);
    if (decimals > DECIMALS_MAX) {
      throw new RangeError(
        `Cannot trade ${metadata.symbolId}: tick ${tick} times step ${step} needs ${decimals} ` +
          `decimals, at most ${DECIMALS_MAX} are exact`,
      );
    }
    this.symbolId = metadata.symbolId;
    this.metadata = metadata;
    this.base = metadata.instrument.baseCurrency;
    this.quote = metadata.instrument.quoteCurrency;
    const symbol = parseSymbol(metadata.symbolId);
    this.settlement = settlementOf(metadata);
    this.#kind = this.settlement === "inverse" ? "inverse" : "linear";
    this.isContract = this.settlement !== "spot" && this.settlement !== "none";
    this.isPut = symbol?.kind === "OPT" && symbol.right === "P";
    this.settle = metadata.instrument.settleCurrency ?? this.quote;
    this.tick = toUnits(tick);
    this.step = toUnits(step);
    this.#ladder = ladder;
  }

  /** Of a quantity that is not negative, in the settle asset. */
  worth(at: { readonly price: bigint; readonly quantity: bigint }, rounding: "up" | "down") {
    return settleValue(this.#kind, at, rounding);
  }

  /**
   * What a fill adds to the cost of a position: signed so that profit is value less cost, which on
   * inverse contracts makes that of a BUY negative. Rounded against the holder.
   */
  costOf(side: Side, at: { readonly price: bigint; readonly quantity: bigint }): bigint {
    const isPositive = (side === "BUY") !== (this.settlement === "inverse");
    return isPositive ? this.worth(at, "up") : -this.worth(at, "down");
  }

  side(side: Side): BookSide {
    return side === "BUY" ? this.bids : this.asks;
  }

  /** Whom a taker of this side meets next; an order goes before the house at the same price. */
  bestMaker(taker: Side): Maker | null {
    const opposite = taker === "BUY" ? this.asks : this.bids;
    const order = opposite.best()?.head ?? null;
    const house = this.#houseFor(taker)[0] ?? null;
    if (order !== null && (house === null || !opposite.isBetter(house.price, order.price!))) {
      return { kind: "order", price: order.price!, order };
    }
    return house === null ? null : { kind: "house", price: house.price, level: house };
  }

  /** All makers for a taker of this side, best first, in the order `bestMaker` would name them. */
  *makers(taker: Side): Generator<Maker> {
    const opposite = taker === "BUY" ? this.asks : this.bids;
    const house = this.#houseFor(taker);
    let at = 0;
    for (const level of opposite.levels()) {
      for (; at < house.length && opposite.isBetter(house[at]!.price, level.price); at++) {
        yield { kind: "house", price: house[at]!.price, level: house[at]! };
      }
      yield* ordersOf(level);
    }
    for (; at < house.length; at++) {
      yield { kind: "house", price: house[at]!.price, level: house[at]! };
    }
  }

  /** What they have at each price, best first; the house's part of a price comes on its own. */
  *shown(taker: Side): Generator<{ readonly price: bigint; readonly quantity: bigint }> {
    const opposite = taker === "BUY" ? this.asks : this.bids;
    const house = this.#houseFor(taker);
    let at = 0;
    for (const level of opposite.levels()) {
      for (; at < house.length && opposite.isBetter(house[at]!.price, level.price); at++) {
        yield house[at]!;
      }
      yield { price: level.price, quantity: level.resting };
    }
    for (; at < house.length; at++) yield house[at]!;
  }

  /** Whether an order at this price would take. */
  crosses(side: Side, price: bigint): boolean {
    const best = this.bestMaker(side);
    return best !== null && (side === "BUY" ? best.price <= price : best.price >= price);
  }

  /** Whether it would take once whatever of its own side withholds house quotes were gone. */
  crossesAlone(side: Side, price: bigint): boolean {
    const house = side === "BUY" ? this.houseAsks : this.houseBids;
    const quoted = house.find((level) => level.quantity > 0n)?.price;
    if (quoted !== undefined && (side === "BUY" ? quoted <= price : quoted >= price)) return true;
    return this.crosses(side, price);
  }

  /** Moves the last price and quotes anew around it. */
  reprice(price: bigint): void {
    this.last = price;
    this.houseBids = ladderAround("BUY", price, { market: this, ladder: this.#ladder });
    this.houseAsks = ladderAround("SELL", price, { market: this, ladder: this.#ladder });
  }

  restore(stored: StoredMarket): void {
    this.last = stored.last === null ? null : toUnits(stored.last);
    this.houseBids = stored.houseBids.map(houseLevel);
    this.houseAsks = stored.houseAsks.map(houseLevel);
  }

  /**
   * The house never takes: levels that cross a resting order are withheld until a print has
   * filled that order, so the shown book is never crossed.
   */
  #houseFor(taker: Side): readonly HouseLevel[] {
    const levels = taker === "BUY" ? this.houseAsks : this.houseBids;
    const barrier = (taker === "BUY" ? this.bids : this.asks).best()?.price;
    while (levels[0]?.quantity === 0n) levels.shift();
    const first = levels[0];
    if (first === undefined || barrier === undefined) return levels;
    const clear = (price: bigint) => taker === "BUY" ? price > barrier : price < barrier;
    if (clear(first.price)) return levels;
    return levels.filter((level) => level.quantity > 0n && clear(level.price));
  }
}

function settlementOf({ instrument }: SymbolMetadata): Settlement {
  const { instrumentType, settleCurrency, quoteCurrency, baseCurrency } = instrument;
  if (instrumentType === "OPTION") return settleCurrency === baseCurrency ? "option" : "none";
  if (instrumentType !== "PERPETUAL" && instrumentType !== "FUTURES") return "spot";
  if (settleCurrency === quoteCurrency) return "linear";
  return settleCurrency === baseCurrency ? "inverse" : "none";
}

function houseLevel(level: DepthLevel): HouseLevel {
  return { price: toUnits(level.price), quantity: toUnits(level.quantity) };
}

function* ordersOf(level: PriceLevel): Generator<Maker> {
  for (let order = level.head; order !== null; order = order.after) {
    yield { kind: "order", price: level.price, order };
  }
}
