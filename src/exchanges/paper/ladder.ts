/** The house's quotes: bounded, and a function of the last price alone, so that runs repeat. */
import { type Decimal, decimal, toUnits } from "../../model/decimal.ts";
import type { Side } from "../../model/order.ts";
import type { Settlement } from "./market.ts";
import type { LadderOptions } from "./messages.ts";
import { ceilTo, floorTo, UNIT } from "./units.ts";

export interface HouseLevel {
  readonly price: bigint;
  quantity: bigint;
}

/** `LadderOptions` in units of 10^-18. */
export interface Ladder {
  readonly levels: number;
  readonly notionalPerLevel: bigint;
  readonly gap: bigint;
}

/** The ladder is walked on every taker order; no real book shows more than this to a client. */
const LEVELS_MAX = 1_000;
/** Deep enough for a demonstration's orders, shallow enough that a large one sees the end of it. */
const DEFAULT_LADDER: LadderOptions = {
  levels: 5,
  notionalPerLevel: decimal("50000"),
  gap: decimal("0.0001"),
};

/** @throws {RangeError} naming the option. */
export function ladderOf(options: Partial<LadderOptions> = {}): Ladder {
  const all = { ...DEFAULT_LADDER, ...options };
  if (!Number.isInteger(all.levels) || all.levels < 0 || all.levels > LEVELS_MAX) {
    throw new RangeError(
      `Cannot quote: ladder.levels must be an integer of 0 to ${LEVELS_MAX}, got ${all.levels}`,
    );
  }
  return {
    levels: all.levels,
    notionalPerLevel: positiveUnits("notionalPerLevel", all.notionalPerLevel),
    gap: positiveUnits("gap", all.gap),
  };
}

/** What the ladder needs to know of a market. */
export interface LadderMarket {
  readonly tick: bigint;
  readonly step: bigint;
  readonly settlement: Settlement;
}

/** Options are priced in their coin, which says nothing of how many dollars a level would be. */
const OPTION_STEPS = 1_000n;

/** Levels best first; nearest is one gap away from `last`, on the tick grid. */
export function ladderAround(
  side: Side,
  last: bigint,
  at: { readonly market: LadderMarket; readonly ladder: Ladder },
): HouseLevel[] {
  const { tick, step } = at.market;
  const wanted = ceilTo(last * at.ladder.gap / UNIT, tick);
  const gap = wanted < tick ? tick : wanted;
  const start = side === "BUY" ? floorTo(last, tick) : ceilTo(last, tick);
  const levels: HouseLevel[] = [];
  for (let nth = 1n; nth <= at.ladder.levels; nth++) {
    const price = side === "BUY" ? start - nth * gap : start + nth * gap;
    if (price <= 0n) break;
    const quantity = floorTo(quantityAt(price, at), step);
    levels.push({ price, quantity: quantity < step ? step : quantity });
  }
  return levels;
}

function quantityAt(
  price: bigint,
  { market, ladder }: { readonly market: LadderMarket; readonly ladder: Ladder },
): bigint {
  if (market.settlement === "option") return OPTION_STEPS * market.step;
  // An inverse contract is counted in quote units.
  const { notionalPerLevel } = ladder;
  return market.settlement === "inverse" ? notionalPerLevel : notionalPerLevel * UNIT / price;
}

function positiveUnits(name: string, value: Decimal): bigint {
  const units = toUnits(value);
  if (units <= 0n) {
    throw new RangeError(`Cannot quote: ladder.${name} must be positive, got ${value}`);
  }
  return units;
}
