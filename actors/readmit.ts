/**
 * A further attempt passes admission like the first: since then the market's rules may have changed
 * and part of the amount is filled.
 */
import { admit, refusalText } from "../machines/admission.ts";
import type { Denial } from "./gate.ts";
import type { StandardOrder } from "../src/model/order.ts";
import type { ExchangeAdapter } from "../src/exchanges/exchange.ts";

export type { Denial };

/** @param order with the amount that is left */
export function readmit(adapter: ExchangeAdapter, order: StandardOrder): Denial | null {
  const market = adapter.instruments.get(order.symbolId);
  if (market === undefined) {
    const message = `Cannot submit again: ${adapter.id} no longer lists ${order.symbolId}`;
    return { code: "SYMBOL_UNKNOWN", message };
  }
  const admission = admit({ order, market, lastPrice: null });
  if (admission.kind === "admitted") return null;
  const { reason } = admission;
  return { code: reason.code, message: refusalText("submit again", reason) };
}
