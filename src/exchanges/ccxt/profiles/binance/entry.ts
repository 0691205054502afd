/** Placing and canceling on Binance spot. Source: binance-spot-api-docs, rest-api.md. */
import { decimal } from "../../../../model/decimal.ts";
import type { StandardOrder } from "../../../../model/order.ts";
import type { CcxtSigned } from "../../ccxt.ts";
import type { EntryPlan, OrderForm, SentOrder } from "../../plans/entry_plan.ts";
import { readOrder } from "./rows.ts";

/** The same on spot and on futures. */
export const FIELDS = {
  timestamp: "timestamp",
  clientOrderId: "newClientOrderId",
  amount: "quantity",
  price: "price",
  signature: "signature",
} as const;

export const binanceEntry: EntryPlan = {
  form: formOf,
  create({ form, clientOrderId, amount, price }, { exchange, market }) {
    const params = { ...form.params, clientOrderId };
    return {
      api: "private",
      path: "order",
      method: "POST",
      params: exchange.createOrderRequest(
        market.symbol,
        form.type,
        form.side,
        amount,
        price ?? undefined,
        params,
      ),
    };
  },
  sent: sentForm,
  // With both ids the venue checks one against the other: exactly this order, or none.
  cancel: ({ clientOrderId, exchangeOrderId }, { market }) => ({
    api: "private",
    path: "order",
    method: "DELETE",
    params: {
      symbol: market.id,
      ...(exchangeOrderId === null ? {} : { orderId: exchangeOrderId }),
      origClientOrderId: clientOrderId,
    },
  }),
  created: (answer, _request, context) => readOrder(answer, context),
  canceled: (answer, _ref, context) => readOrder(answer, context),
  template: FIELDS,
};

export function sentForm({ body }: CcxtSigned): SentOrder {
  const form = new URLSearchParams(body);
  const [amount, price] = [form.get(FIELDS.amount), form.get(FIELDS.price)];
  return {
    clientOrderId: form.get(FIELDS.clientOrderId),
    amount: amount === null ? null : decimal(amount),
    price: price === null ? null : decimal(price),
  };
}

/** DAY and GTD are the kernel's to end, so the venue holds them as GTC. */
function formOf(order: StandardOrder): OrderForm {
  if (order.conditionalTriggers.some(({ role }) => role === "ENTRY")) {
    return { kind: "unsupported", reason: "conditional orders are not supported on binance" };
  }
  if (order.icebergQty !== null || order.reduceOnly || order.positionSide !== null) {
    return {
      kind: "unsupported",
      reason: "icebergQty, reduceOnly and positionSide are not supported on binance spot",
    };
  }
  const type = order.limitPrice === null ? "market" : "limit";
  if (type === "market" && order.postOnly) {
    return { kind: "unsupported", reason: "a market order cannot be post-only" };
  }
  const side = order.side === "BUY" ? "buy" : "sell";
  const timeInForce = order.timeInForce === "IOC" || order.timeInForce === "FOK"
    ? order.timeInForce
    : "GTC";
  const prevention = order.selfTradePrevention;
  const params = {
    ...(type === "market" ? {} : order.postOnly ? { postOnly: true } : { timeInForce }),
    ...(prevention === null ? {} : { selfTradePrevention: prevention }),
  };
  const rule = order.postOnly ? "postOnly" : timeInForce;
  return { kind: "order", type, side, params, shape: `${type}|${side}|${rule}|${prevention}` };
}
