/** The caps of every simulated world, low enough that some of what is asked for breaks them (S12). */
import { compare, decimal, multiply } from "../../src/model/decimal.ts";
import { type RiskLimits, riskLimits } from "../../src/model/risk.ts";
import type { Decisions } from "./decisions.ts";
import type { Sent } from "./mutations.ts";

/** Worlds hold and trade far more than a person's first account. */
const POSITION = decimal("1000000000");

export function capsOf(decisions: Decisions): RiskLimits {
  return riskLimits({
    maxNotionalPerOrder: decimal("370"),
    maxQuantity: { "AAA/USD": decimal("3.5") },
    maxPositionNotional: POSITION,
    maxOpenOrders: 30,
    selfTrades: decisions.trait("selfTrades", 0.6) ? "allow" : "deny",
  });
}

/** @returns the cap that an order breaks as it leaves, or null. */
export function brokenCap(caps: RiskLimits, sent: Sent): string | null {
  if (!("order" in sent)) return null;
  const { amount, order: { symbolId, limitPrice } } = sent;
  const most = caps.maxQuantity[symbolId];
  if (most !== undefined && compare(amount, most) > 0) return `quantity ${amount} of ${most}`;
  if (limitPrice === null) return null;
  const notional = multiply(amount, limitPrice);
  const cap = caps.maxNotionalPerOrder;
  return compare(notional, cap) > 0 ? `notional ${notional} of ${cap}` : null;
}
