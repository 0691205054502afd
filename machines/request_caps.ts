/**
 * A venue's budgets as the configuration has them: by the account's tier, under our own caps. Caps
 * are two more budgets beside the venue's, so they can only lower.
 */
import type {
  Budget,
  BudgetChange,
  BudgetCost,
  RateCaps,
  RateLimits,
  RequestAbout,
  RequestCost,
} from "../src/model/rate_limits.ts";

/** Orders are counted over this span: shorter ones would forbid every burst. */
const ORDERS_SPAN_MS = 10_000;
const ORDERS = "limits.ordersPerSecond";
const WEIGHT = "limits.weightPerMinute";

/** @typeParam K what requests are for */
export interface Metering<K extends string> {
  readonly limits: RateLimits;
  readonly cost: (kind: K, about: RequestAbout) => RequestCost;
}

/**
 * @param caps null: none
 * @throws {RangeError} naming a budget that the venue does not have, and those it has.
 */
export function capped<K extends string>(
  { limits: published, cost }: Metering<K>,
  caps: RateCaps | null,
): Metering<K> {
  const { ordersPerSecond, weightPerMinute } = caps ?? {};
  const limits = changed(published, caps?.budgets ?? {});
  if (ordersPerSecond === undefined && weightPerMinute === undefined) return { limits, cost };
  const budgets: Record<string, Budget> = { ...limits.budgets };
  if (ordersPerSecond !== undefined) {
    const capacity = ordersPerSecond * ORDERS_SPAN_MS / 1_000;
    budgets[ORDERS] = { kind: "window", scope: "account", capacity, intervalMs: ORDERS_SPAN_MS };
  }
  if (weightPerMinute !== undefined) {
    const capacity = weightPerMinute;
    budgets[WEIGHT] = { kind: "window", scope: "account", capacity, intervalMs: 60_000 };
  }
  return {
    limits: { budgets },
    cost: (kind, about) => {
      const own: BudgetCost[] = [...cost(kind, about)];
      const weight = weightOf(own, limits);
      if (ordersPerSecond !== undefined && (kind === "submit" || kind === "amend")) {
        own.push({ budget: ORDERS, amount: about.orders ?? 1 });
      }
      if (weightPerMinute !== undefined) own.push({ budget: WEIGHT, amount: weight });
      return own;
    },
  };
}

function changed(
  { budgets }: RateLimits,
  changes: Readonly<Record<string, BudgetChange>>,
): RateLimits {
  const next: Record<string, Budget> = { ...budgets };
  for (const [name, { capacity, decayPerSecond }] of Object.entries(changes)) {
    const budget = budgets[name];
    if (budget === undefined) {
      const known = Object.keys(budgets).join(", ");
      throw new RangeError(`budgets.${name}: must be one of ${known || "none"}`);
    }
    switch (budget.kind) {
      case "window":
        next[name] = { ...budget, capacity: capacity ?? budget.capacity };
        break;
      case "decay":
        next[name] = {
          ...budget,
          capacity: capacity ?? budget.capacity,
          decayPerSecond: decayPerSecond ?? budget.decayPerSecond,
        };
        break;
      case "allowance":
        next[name] = { ...budget, initial: capacity ?? budget.initial };
    }
  }
  return { budgets: next };
}

/** What budgets by address count of it; 1 where the venue has none. */
function weightOf(cost: RequestCost, { budgets }: RateLimits): number {
  if (!Object.values(budgets).some(({ scope }) => scope === "ip")) return 1;
  let weight = 0;
  for (const { budget, amount } of cost) if (budgets[budget]?.scope === "ip") weight += amount;
  return weight;
}
