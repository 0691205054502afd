/**
 * Placing, changing and canceling on Binance USDⓈ-M futures. Source: developers.binance.com, USDⓈ-M
 * Futures, Trade: "New Order", "Modify Order", "Cancel Order", "Auto-Cancel All Open Orders", read
 * on 2026-11-21.
 */
import type { StandardOrder } from "../../../../model/order.ts";
import type { OrderRef } from "../../../exchange.ts";
import type { CcxtMarket } from "../../ccxt.ts";
import type { EntryContext, EntryPlan, OrderForm } from "../../plans/entry_plan.ts";
import type { VenueCall } from "../../plans/venue_call.ts";
import { FIELDS, sentForm } from "../binance/entry.ts";
import { readOrder } from "../binance/rows.ts";

export const binanceUsdmEntry: EntryPlan = {
  form: formOf,
  create({ form, clientOrderId, amount, price }, { exchange, market }) {
    const params = { ...form.params, clientOrderId };
    return order(
      "POST",
      // With `newOrderRespType: RESULT`, so that the answer shows what became of it.
      exchange.createOrderRequest(
        market.symbol,
        form.type,
        form.side,
        amount,
        price ?? undefined,
        params,
      ),
    );
  },
  sent: sentForm,
  cancel: (ref, context) => order("DELETE", named(ref, context)),
  amend(request, context) {
    const { side, limitPrice, selfTradePrevention } = request.order;
    // "Modify order will set selfTradePreventionMode to NONE."
    if (selfTradePrevention !== null) {
      throw new RangeError("a modified order would lose its self-trade prevention");
    }
    // "Currently only LIMIT order modification is supported."
    if (limitPrice === null) throw new RangeError("a market order cannot be modified");
    return order("PUT", {
      ...named(request, context),
      side,
      quantity: request.amount, // "Both quantity and price must be sent": the new total.
      price: limitPrice,
    });
  },
  created: (answer, _request, context) => readOrder(answer, context),
  canceled: (answer, _ref, context) => readOrder(answer, context),
  amended: (answer, _request, context) => readOrder(answer, context),
  armDeadMansSwitch: (timeoutMs, rawSymbol) => ({
    api: "fapiPrivate",
    path: "countdownCancelAll",
    method: "POST",
    params: { symbol: rawSymbol, countdownTime: timeoutMs ?? 0 },
  }),
  template: FIELDS,
};

function order(
  method: VenueCall["method"],
  params: Readonly<Record<string, unknown>>,
): VenueCall {
  return { api: "fapiPrivate", path: "order", method, params };
}

/** "Either orderId or origClientOrderId must be sent, and the orderId will prevail." */
function named(
  { clientOrderId, exchangeOrderId }: OrderRef,
  { market }: EntryContext,
): Readonly<Record<string, unknown>> {
  return {
    symbol: market.id,
    ...(exchangeOrderId === null ? {} : { orderId: integer(exchangeOrderId) }),
    origClientOrderId: clientOrderId,
  };
}

/** "INT parameters are expected as JSON integers"; longer than a number holds, it stays a text. */
function integer(id: string): string | number {
  const value = Number(id);
  return Number.isSafeInteger(value) && String(value) === id ? value : id;
}

/** DAY is the kernel's to end, so the venue holds it as GTC. */
function formOf(asked: StandardOrder, market: CcxtMarket): OrderForm {
  const reason = unsupported(asked, market);
  if (reason !== null) return { kind: "unsupported", reason };
  const type = asked.limitPrice === null ? "market" : "limit";
  const side = asked.side === "BUY" ? "buy" : "sell";
  const { timeInForce } = asked;
  const rule = timeInForce === "DAY" ? "GTC" : timeInForce;
  const prevention = asked.selfTradePrevention;
  const params = {
    // Said although it is the default: an account in hedge mode then refuses by name.
    positionSide: "BOTH",
    ...(type === "market" ? {} : asked.postOnly ? { postOnly: true } : { timeInForce: rule }),
    // "The timestamp only retains second-level precision": never later than asked for.
    ...(rule === "GTD" ? { goodTillDate: asked.goodTillTime } : {}),
    ...(asked.reduceOnly ? { reduceOnly: "true" } : {}),
    ...(prevention === null ? {} : { selfTradePrevention: prevention }),
  };
  const shape = [
    type,
    side,
    asked.postOnly ? "postOnly" : rule,
    asked.goodTillTime ?? "",
    asked.reduceOnly,
    prevention,
  ].join("|");
  return { kind: "order", type, side, params, shape };
}

function unsupported(asked: StandardOrder, market: CcxtMarket): string | null {
  if (market.linear !== true) return "only linear contracts are traded on binance usdm";
  if (asked.conditionalTriggers.some(({ role }) => role === "ENTRY")) {
    return "conditional orders are not supported on binance usdm";
  }
  if (asked.icebergQty !== null) return "icebergQty is not supported on binance usdm";
  if (asked.positionSide !== null) {
    return "hedge mode is not supported on binance usdm: positionSide must be left out";
  }
  if (asked.marginMode !== null || asked.leverage !== null) {
    return "marginMode and leverage are set on the account at binance, not with an order";
  }
  if (asked.postOnly && asked.limitPrice === null) return "a market order cannot be post-only";
  if (asked.timeInForce === "GTD") {
    if (asked.limitPrice === null) return "a market order cannot be good till a date";
    if (asked.postOnly) return "binance has no post-only order that is good till a date";
  }
  return null;
}
