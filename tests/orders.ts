/** A resting order with every field, as the schema completes it. */
import { decimal } from "../src/model/decimal.ts";
import type { StandardOrder } from "../src/model/order.ts";

export function anOrder(changes: Partial<StandardOrder> = {}): StandardOrder {
  return {
    symbolId: "BTC/USDT",
    side: "BUY",
    amount: decimal("1"),
    amountType: "BASE",
    limitPrice: decimal("100"),
    timeInForce: "GTC",
    goodTillTime: null,
    conditionalTriggers: [],
    conditionalMode: "UNIFIED_ADJUSTING",
    reduceOnly: false,
    postOnly: false,
    icebergQty: null,
    positionSide: null,
    marginMode: null,
    leverage: null,
    selfTradePrevention: null,
    onAbsent: "RETRY",
    submitBy: null,
    round: false,
    onExternalCancel: "ACCEPT",
    ...changes,
  };
}
