/**
 * Placing, changing and canceling on Coinbase Advanced Trade. Source:
 * docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/orders (create-order, edit-order,
 * cancel-orders), read on 2026-11-21. ccxt builds its order inside the call that sends it, with a
 * client id of its own instead of the one it is given, so the request is spelled here; ccxt signs.
 */
import { decimal, ZERO } from "../../../../model/decimal.ts";
import type { StandardOrder } from "../../../../model/order.ts";
import type { VenueOrder } from "../../../../model/venue.ts";
import type { OrderRef, SubmitRequest } from "../../../exchange.ts";
import type { CcxtMarket } from "../../ccxt.ts";
import type { EntryPlan, OrderForm, SentOrder } from "../../plans/entry_plan.ts";
import {
  asRow,
  asRows,
  idOf,
  optionalText,
  parseJson,
  RowError,
  textOf,
} from "../../rows/fields.ts";
import type { RowContext, VenueCall } from "../../plans/venue_call.ts";
import { clientIdOf, sideOf, UUID_CLIENT_ID } from "./rows.ts";

export const coinbaseEntry: EntryPlan = {
  form: formOf,
  create({ form, clientOrderId, amount, price }, { market }) {
    const { configuration, ...rules } = form.params;
    const terms = {
      base_size: amount,
      ...(price === null ? {} : { limit_price: price }),
      ...rules,
    };
    return post("orders", {
      client_order_id: UUID_CLIENT_ID.render(clientOrderId),
      product_id: market.id,
      side: form.side.toUpperCase(),
      order_configuration: { [String(configuration)]: terms },
    });
  },
  sent: ({ body }) => sentOrder(body ?? ""),
  cancel: (ref) => post("orders/batch_cancel", { order_ids: [ownId(ref)] }),
  amend(request) {
    const { limitPrice } = request.order;
    if (limitPrice === null) throw new RangeError("an order without a price cannot be edited");
    // What is left out counts as 0, others have seen: both are always said.
    return post("orders/edit", {
      order_id: ownId(request),
      price: limitPrice,
      size: request.amount,
    });
  },
  created,
  canceled(answer, ref) {
    const [result] = asRows(asRow(answer)["results"], 1);
    const row = asRow(result);
    if (row["success"] !== true || textOf(row, "order_id") !== ref.exchangeOrderId) {
      throw new RowError("the answer does not say that this order is being canceled");
    }
    return null;
  },
  // Which price and size the order has now stands in its reads alone.
  amended(answer) {
    if (asRow(answer)["success"] !== true) throw new RowError("success is not told");
    return null;
  },
  template: null, // A token of its own signs each request, in a header.
};

/** DAY and GTD are the kernel's to end, so the venue holds them until they are canceled. */
function formOf(order: StandardOrder, market: CcxtMarket): OrderForm {
  const reason = unsupported(order, market);
  if (reason !== null) return { kind: "unsupported", reason };
  const type = order.limitPrice === null ? "market" : "limit";
  const side = order.side === "BUY" ? "buy" : "sell";
  const params = paramsOf(order);
  return { kind: "order", type, side, params, shape: `${type}|${side}|${JSON.stringify(params)}` };
}

function paramsOf({ limitPrice, timeInForce, postOnly }: StandardOrder): Readonly<
  Record<string, unknown>
> {
  if (limitPrice === null) return { configuration: "market_market_ioc" };
  switch (timeInForce) {
    case "IOC":
      return { configuration: "sor_limit_ioc" };
    case "FOK":
      return { configuration: "limit_limit_fok" };
    default:
      return { configuration: "limit_limit_gtc", post_only: postOnly };
  }
}

function unsupported(order: StandardOrder, market: CcxtMarket): string | null {
  if (market.spot !== true) return "only spot pairs are traded on coinbase";
  if (order.conditionalTriggers.some(({ role }) => role === "ENTRY")) {
    return "conditional orders are not supported on coinbase";
  }
  if (order.icebergQty !== null) return "icebergQty is not supported on coinbase";
  if (order.selfTradePrevention !== null) {
    return "self-trade prevention cannot be chosen on coinbase";
  }
  if (order.positionSide !== null || order.marginMode !== null || order.leverage !== null) {
    return "a spot order has no position side, margin mode or leverage";
  }
  if (order.reduceOnly) return "a spot order cannot be reduce-only";
  if (order.limitPrice !== null) {
    const isImmediate = order.timeInForce === "IOC" || order.timeInForce === "FOK";
    return order.postOnly && isImmediate ? "a post-only order cannot be IOC or FOK" : null;
  }
  if (order.postOnly) return "a market order cannot be post-only";
  // market_market_fok is of perpetuals alone.
  return order.timeInForce === "FOK" ? "a market order cannot be FOK on coinbase" : null;
}

function sentOrder(body: string): SentOrder {
  const row = asRow(parseJson(body));
  const [told] = Object.values(asRow(row["order_configuration"]));
  const terms = asRow(told);
  const [amount, price] = [optionalText(terms, "base_size"), optionalText(terms, "limit_price")];
  return {
    clientOrderId: clientIdOf(row),
    amount: amount === null ? null : decimal(amount),
    price: price === null ? null : decimal(price),
  };
}

/** Orders are named by the venue's own id alone. */
function ownId({ exchangeOrderId }: OrderRef): string {
  if (exchangeOrderId !== null) return exchangeOrderId;
  throw new RangeError("the venue has not told the order's id, and takes no other");
}

function post(path: string, params: Readonly<Record<string, unknown>>): VenueCall {
  return { api: ["v3", "private"], path: `brokerage/${path}`, method: "POST", params };
}

/**
 * `{"success":true,"success_response":{"order_id":"52cfe5e2-…","product_id":"LTC-BTC",`
 * `"side":"SELL","client_order_id":"4d760580-…"},…}`. "If the ID provided is not unique, … the
 * order corresponding to that ID is returned": it must be the one asked for, as far as it is told.
 */
function created(
  answer: unknown,
  { order, amount, clientOrderId }: SubmitRequest,
  context: RowContext,
): VenueOrder {
  const row = asRow(asRow(answer)["success_response"]);
  const symbolId = context.symbolOf(textOf(row, "product_id"));
  if (clientIdOf(row) !== clientOrderId || symbolId !== order.symbolId) {
    throw new RowError("the answer names another order");
  }
  if (sideOf(row, "side") !== order.side) throw new RowError("the answer names another side");
  return {
    exchangeOrderId: idOf(row, "order_id"),
    clientOrderId,
    symbolId,
    side: order.side,
    status: "OPEN",
    amount,
    limitPrice: order.limitPrice,
    filled: ZERO,
    cause: null,
    venueTime: context.receivedAt, // The answer carries no time.
    fills: [],
  };
}
