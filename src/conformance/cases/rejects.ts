/** Orders that must not be taken. */
import { add, type Decimal, decimal, divide, isPositive, multiply } from "../../model/decimal.ts";
import { compare, floorToStep, min, subtract } from "../../model/decimal.ts";
import { tickSizeAt } from "../../model/price_grid.ts";
import type { ConformanceCase } from "../case.ts";
import { holds, NotShown, valueOf } from "../expect.ts";
import type { Stage } from "../stage.ts";
import { isNowhere } from "./shapes.ts";

const REJECT = { theme: "rejects", capability: null } as const;
const HALF = decimal("0.5");

export const REJECT_CASES: readonly ConformanceCase[] = [
  {
    ...REJECT,
    name: "more than the account can pay is refused with proof",
    run: async (stage) => {
      const amount = await beyondMeans(stage);
      const { outcome, ref } = await stage.submit(stage.request({ amount }));
      const codes = ["INSUFFICIENT_FUNDS", "INSUFFICIENT_MARGIN"];
      const isProof = outcome.kind === "refused" && codes.includes(outcome.reason.code);
      holds(isProof, `it is refused as one of ${codes.join(", ")}`, outcome);
      await isNowhere(stage, ref.clientOrderId);
    },
  },
  {
    ...REJECT,
    name: "less than the market takes is refused",
    run: async (stage) => {
      const { min: least, step, minNotional } = stage.metadata.amount;
      const isPriced = minNotional !== null && isPositive(minNotional);
      const cheap = isPriced
        ? floorToStep(multiply(divide(minNotional, stage.low, "DOWN"), HALF, "DOWN"), step)
        : subtract(least, step);
      const amount = isPositive(cheap) ? cheap : subtract(least, step);
      if (!isPositive(amount)) throw new NotShown("the least amount is one step");
      await refused(stage, { amount });
    },
  },
  {
    ...REJECT,
    name: "a price off the tick is refused, never moved",
    run: async (stage) => {
      const tick = tickSizeAt(stage.low, stage.metadata.price);
      if (tick === null) throw new NotShown("every price is taken");
      await refused(stage, { limitPrice: add(stage.low, multiply(tick, HALF)) });
    },
  },
  {
    ...REJECT,
    name: "an amount off the step is refused, never cut",
    run: async (stage) => {
      const part = multiply(stage.metadata.amount.step, HALF);
      await refused(stage, { amount: add(stage.amount(), part) });
    },
  },
  {
    ...REJECT,
    name: "what is not listed is refused",
    run: async (stage) => {
      const placed = await stage.submit(stage.request({ symbolId: "NOSUCH/COIN" }));
      const { outcome } = placed;
      holds(
        outcome.kind === "notSent" || outcome.kind === "refused",
        "an unknown symbol is refused here or there",
        outcome,
      );
      const none = await stage.adapter.execution.lookup(placed.ref);
      holds(none.kind !== "found", "no order is found for it", none);
    },
  },
];

/** Not sent or refused; what is unknown or taken is a breach. */
async function refused(stage: Stage, fields: Readonly<Record<string, unknown>>): Promise<void> {
  const { outcome, ref } = await stage.submit(stage.request(fields));
  holds(
    outcome.kind === "notSent" || outcome.kind === "refused",
    "it is refused here or there",
    outcome,
  );
  await isNowhere(stage, ref.clientOrderId);
}

/** Contracts are bought on margin; no venue gives more than this. */
const LEVERAGE_MAX = decimal(150);

/** An amount the account cannot pay that still keeps every bound of the market. */
async function beyondMeans(stage: Stage): Promise<Decimal> {
  const { instrument, amount } = stage.metadata;
  const asset = instrument.settleCurrency ?? instrument.quoteCurrency;
  const balances = valueOf(await stage.adapter.execution.balances(), "balances");
  const total = balances.find(({ assetId }) => assetId === asset)?.total ?? decimal(0);
  const times = instrument.instrumentType === "SPOT" ? decimal(2) : LEVERAGE_MAX;
  // An inverse contract is counted in quote units, of which a coin buys so many.
  const isInverse = instrument.settleCurrency === instrument.baseCurrency &&
    instrument.instrumentType !== "OPTION";
  const bought = (coins: Decimal) =>
    isInverse ? multiply(coins, stage.low, "UP") : divide(coins, stage.low, "UP");
  const wanted = bought(multiply(total, times));
  const bounds = [
    amount.max,
    amount.maxNotional === null ? null : divide(amount.maxNotional, stage.price, "DOWN"),
  ].filter((bound) => bound !== null);
  const asked = floorToStep(add(bounds.reduce(min, wanted), amount.step), amount.step);
  const largest = bounds.reduce(
    (least, bound) => min(least, floorToStep(bound, amount.step)),
    asked,
  );
  const least = bought(total);
  if (compare(largest, least) < 0) throw new NotShown("the account can pay the largest order");
  return compare(largest, stage.amount()) < 0 ? stage.amount() : largest;
}
