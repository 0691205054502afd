/**
 * Placing, changing and canceling on Bybit v5. Every answer is an acknowledgement that the request
 * was taken: the order may still be rejected, and a cancel or a change may still come to nothing.
 * Source: bybit-exchange.github.io/docs/v5/order (create-order, amend-order, cancel-order), read on
 * 2026-11-21: "This request is asynchronous so please use the websocket to confirm the status."
 */
import { decimal, ZERO } from "../../../../model/decimal.ts";
import type { StandardOrder } from "../../../../model/order.ts";
import type { VenueOrder } from "../../../../model/venue.ts";
import type { OrderRef, SubmitRequest } from "../../../exchange.ts";
import type { CcxtMarket } from "../../ccxt.ts";
import type { EntryContext, EntryPlan, OrderForm } from "../../plans/entry_plan.ts";
import {
  asRow,
  idOf,
  optionalText,
  parseJson,
  type Row,
  RowError,
  timeOf,
} from "../../rows/fields.ts";
import type { VenueCall } from "../../plans/venue_call.ts";

export type BybitCategory = "spot" | "linear";

export function bybitEntry(category: BybitCategory): EntryPlan {
  return {
    form: (order, market) => formOf(order, market),
    create({ form, clientOrderId, amount, price }, { exchange, market }) {
      const params = { ...form.params, clientOrderId };
      return post(
        "create",
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
    sent({ body }) {
      const row = asRow(parseJson(body ?? ""));
      const [amount, price] = [optionalText(row, "qty"), optionalText(row, "price")];
      return {
        clientOrderId: optionalText(row, "orderLinkId"),
        amount: amount === null ? null : decimal(amount),
        price: price === null ? null : decimal(price),
      };
    },
    cancel: (ref, context) =>
      post("cancel", {
        ...named(category, ref, context),
        // ccxt says so too: without it a spot cancel by link id also looks among TP/SL orders.
        ...(category === "spot" ? { orderFilter: "Order" } : {}),
      }),
    amend(request, context) {
      const price = request.order.limitPrice;
      return post("amend", {
        ...named(category, request, context),
        qty: request.amount,
        ...(price === null ? {} : { price }),
      });
    },
    created: acknowledged,
    canceled(answer, ref) {
      checkAcknowledged(answer, ref);
      return null;
    },
    // The order in the book is as it was or as it shall be: only a read tells.
    amended(answer, request) {
      checkAcknowledged(answer, request);
      return null;
    },
    template: null, // JSON, signed in a header.
  };
}

/** DAY and GTD are the kernel's to end, so the venue holds them as GTC. */
function formOf(order: StandardOrder, market: CcxtMarket): OrderForm {
  const reason = unsupported(order, market);
  if (reason !== null) return { kind: "unsupported", reason };
  const type = order.limitPrice === null ? "market" : "limit";
  const side = order.side === "BUY" ? "buy" : "sell";
  const timeInForce = order.timeInForce === "IOC" || order.timeInForce === "FOK"
    ? order.timeInForce
    : "GTC";
  const prevention = order.selfTradePrevention;
  const params = {
    ...(type === "market" ? {} : order.postOnly ? { postOnly: true } : { timeInForce }),
    ...(order.reduceOnly ? { reduceOnly: true } : {}),
    ...(prevention === null ? {} : { smpType: PREVENTIONS[prevention] }),
  };
  const rule = order.postOnly ? "postOnly" : timeInForce;
  const shape = `${type}|${side}|${rule}|${prevention}|${order.reduceOnly}`;
  return { kind: "order", type, side, params, shape };
}

/** "smpType" of enum. */
const PREVENTIONS = {
  NONE: "None",
  EXPIRE_TAKER: "CancelTaker",
  EXPIRE_MAKER: "CancelMaker",
  EXPIRE_BOTH: "CancelBoth",
} as const;

function unsupported(order: StandardOrder, market: CcxtMarket): string | null {
  if (market.spot !== true && market.linear !== true) {
    return "only spot pairs and linear contracts are traded on bybit";
  }
  if (order.conditionalTriggers.some(({ role }) => role === "ENTRY")) {
    return "conditional orders are not supported on bybit";
  }
  if (order.icebergQty !== null) return "icebergQty is not supported on bybit";
  if (order.positionSide !== null) return "hedge mode is not supported on bybit";
  if (order.marginMode !== null || order.leverage !== null) {
    return "marginMode and leverage are set on the account at bybit, not with an order";
  }
  if (order.reduceOnly && market.spot === true) return "a spot order cannot be reduce-only";
  if (order.postOnly && order.limitPrice === null) return "a market order cannot be post-only";
  return null;
}

/** "If both orderId and orderLinkId are entered, Bybit will prioritize the orderId." */
function named(
  category: BybitCategory,
  { clientOrderId, exchangeOrderId }: OrderRef,
  { market }: EntryContext,
): Readonly<Record<string, unknown>> {
  return {
    category,
    symbol: market.id,
    ...(exchangeOrderId === null ? { orderLinkId: clientOrderId } : { orderId: exchangeOrderId }),
  };
}

function post(action: string, params: Readonly<Record<string, unknown>>): VenueCall {
  return { api: "private", path: `v5/order/${action}`, method: "POST", params };
}

/**
 * `{"retCode":0,"retMsg":"OK","result":{"orderId":"1321003749386327552","orderLinkId":"spot-1"},`
 * `"retExtInfo":{},"time":1672211918471}`: the order is on its way to the matching engine.
 */
function acknowledged(
  answer: unknown,
  { clientOrderId, order, amount }: SubmitRequest,
): VenueOrder {
  const row = asRow(answer);
  const told = asRow(row["result"]);
  return {
    exchangeOrderId: idOf(told, "orderId"),
    clientOrderId: ownId(told, clientOrderId),
    symbolId: order.symbolId,
    side: order.side,
    status: "OPEN",
    amount,
    limitPrice: order.limitPrice,
    filled: ZERO,
    cause: null,
    venueTime: timeOf(row, "time"),
    fills: [],
  };
}

function checkAcknowledged(answer: unknown, ref: OrderRef): void {
  const told = asRow(asRow(answer)["result"]);
  if (ref.isUnnamed !== true) ownId(told, ref.clientOrderId);
  const exchangeOrderId = idOf(told, "orderId");
  if (ref.exchangeOrderId !== null && exchangeOrderId !== ref.exchangeOrderId) {
    throw new RowError("the acknowledgement names another order");
  }
}

function ownId(told: Row, clientOrderId: string): string {
  const link = optionalText(told, "orderLinkId");
  if (link !== clientOrderId) throw new RowError("the acknowledgement names another order");
  return link;
}
