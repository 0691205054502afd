/**
 * Placing, changing and canceling on Kraken spot. Source: docs.kraken.com/api-reference/trading
 * (add-order, amend-order, cancel-order, cancel-all-orders-after) and
 * docs.kraken.com/exchange/guides/general/amends, read on 2026-11-21.
 */
import { decimal, ZERO } from "../../../../model/decimal.ts";
import type { StandardOrder } from "../../../../model/order.ts";
import type { EpochMs } from "../../../../model/scalars.ts";
import type { OrderRef } from "../../../exchange.ts";
import type { CcxtExchange } from "../../ccxt.ts";
import type { EntryPlan, OrderForm } from "../../plans/entry_plan.ts";
import { asRow, asRows, optionalText, RowError } from "../../rows/fields.ts";
import type { VenueCall } from "../../plans/venue_call.ts";
import { KRAKEN_CLIENT_ID } from "./rows.ts";

/** What `createOrder` of `kraken.js` builds requests with; there is no `createOrderRequest`. */
interface CcxtKraken extends CcxtExchange {
  orderRequest(
    method: string,
    symbol: string,
    type: string,
    request: Record<string, unknown>,
    amount: string,
    price: string | undefined,
    params: Record<string, unknown>,
  ): readonly [Record<string, unknown>, Record<string, unknown>];
}

export const krakenEntry: EntryPlan = {
  form: formOf,
  create({ form, clientOrderId, amount, price }, { exchange, market, validUntil }) {
    const { type, side, params } = form;
    const [built, rest] = (exchange as CcxtKraken).orderRequest(
      "createOrder",
      market.symbol,
      type,
      { pair: market.id, type: side, ordertype: type },
      amount,
      price ?? undefined,
      { ...params, clientOrderId: KRAKEN_CLIENT_ID.render(clientOrderId) },
    );
    // As texts of ours: ccxt cuts both with floats.
    const exact = price === null ? { volume: amount } : { volume: amount, price };
    return post("AddOrder", { ...built, ...rest, ...exact, deadline: deadlineOf(validUntil) });
  },
  sent({ body }) {
    const form = new URLSearchParams(body ?? "");
    const [id, volume, price] = ["cl_ord_id", "volume", "price"].map((name) => form.get(name));
    return {
      clientOrderId: id === null || id === undefined ? null : KRAKEN_CLIENT_ID.parse(id),
      amount: volume ? decimal(volume) : null,
      price: price ? decimal(price) : null,
    };
  },
  // A cancel names one order for ever, so no end is said with it.
  cancel: (ref) => post("CancelOrder", named(ref)),
  amend: (request, { validUntil }) =>
    post("AmendOrder", {
      ...named(request),
      // The new total, what is filled included.
      order_qty: request.amount,
      ...(request.order.limitPrice === null ? {} : { limit_price: request.order.limitPrice }),
      ...(request.order.postOnly ? { post_only: "true" } : {}),
      deadline: deadlineOf(validUntil),
    }),
  created(answer, { order, amount, clientOrderId }) {
    const [exchangeOrderId] = asRows(asRow(asRow(answer)["result"])["txid"], 1);
    if (typeof exchangeOrderId !== "string" || exchangeOrderId === "") {
      throw new RowError("txid is missing");
    }
    return {
      exchangeOrderId,
      clientOrderId,
      symbolId: order.symbolId,
      side: order.side,
      status: "OPEN",
      amount,
      limitPrice: order.limitPrice,
      filled: ZERO,
      cause: null,
      // The answer tells no time, and an order's row shows for ever when it was opened: whatever is
      // read of it is newer than this.
      venueTime: 0,
      fills: [],
    };
  },
  /** `{"result":{"count":1,"pending":true}}`: that the cancel was taken, and of how many orders. */
  canceled(answer) {
    const { count } = asRow(asRow(answer)["result"]);
    if (count === 0 || count === "0") throw new RowError("the cancel was of no order");
    return null;
  },
  /** `{"result":{"amend_id":"TJSMEH-AA67V-YUSQ6O"}}`: what the order is now, only a read tells. */
  amended(answer) {
    if (optionalText(asRow(asRow(answer)["result"]), "amend_id") === null) {
      throw new RowError("amend_id is missing");
    }
    return null;
  },
  armDeadMansSwitch: (timeoutMs) =>
    post("CancelAllOrdersAfter", {
      timeout: timeoutMs === null ? 0 : Math.floor(timeoutMs / 1_000),
    }),
  template: null, // The signature is in a header, and every order has another deadline.
};

/** DAY and GTD are the kernel's to end, so the venue holds them as GTC. */
function formOf(order: StandardOrder): OrderForm {
  const reason = unsupported(order);
  if (reason !== null) return { kind: "unsupported", reason: `${reason} on kraken` };
  const type = order.limitPrice === null ? "market" : "limit";
  const side = order.side === "BUY" ? "buy" : "sell";
  const prevention = order.selfTradePrevention;
  const params = {
    // Said, so that the fee of every trade is in the quote, as the list of trades writes it.
    oflags: "fciq",
    ...(order.postOnly ? { postOnly: true } : {}),
    ...(type === "limit" ? ruleOf(order) : {}),
    ...(prevention === null || prevention === "NONE" ? {} : { stptype: PREVENTIONS[prevention] }),
  };
  return { kind: "order", type, side, params, shape: JSON.stringify([type, side, params]) };
}

/** add-order, `timeinforce`: "GTC", "IOC", "GTD" and, since 2026-05-12 (changelog), "FOK". */
function ruleOf({ timeInForce }: StandardOrder): { readonly timeInForce?: "IOC" | "FOK" } {
  return timeInForce === "IOC" || timeInForce === "FOK" ? { timeInForce } : {};
}

const PREVENTIONS = {
  EXPIRE_TAKER: "cancel-newest",
  EXPIRE_MAKER: "cancel-oldest",
  EXPIRE_BOTH: "cancel-both",
} as const;

/** @returns why the venue cannot be told this order, or null. */
function unsupported(order: StandardOrder): string | null {
  const rules: readonly (readonly [boolean, string])[] = [
    // "Available for `limit` orders only" (spot-websocket-v2/add_order).
    [order.limitPrice === null && order.timeInForce === "FOK", "a market order cannot be FOK"],
    [
      order.conditionalTriggers.some(({ role }) => role === "ENTRY"),
      "conditional orders are not supported",
    ],
    [order.icebergQty !== null, "icebergQty is not supported"],
    [order.reduceOnly, "reduceOnly is not supported: only margin trades have positions"],
    [order.positionSide !== null, "positionSide is not supported"],
    [order.marginMode !== null || order.leverage !== null, "margin is not supported"],
    [order.limitPrice === null && order.postOnly, "a market order cannot be post-only"],
    [order.selfTradePrevention === "NONE", "self-trade prevention cannot be switched off"],
  ];
  return rules.find(([applies]) => applies)?.[1] ?? null;
}

function named({ clientOrderId, exchangeOrderId }: OrderRef): Readonly<Record<string, string>> {
  return exchangeOrderId === null
    ? { cl_ord_id: KRAKEN_CLIENT_ID.render(clientOrderId) }
    : { txid: exchangeOrderId };
}

/**
 * "RFC3339 timestamp after which the matching engine should reject the request … min now() + 2
 * seconds, max now() + 60 seconds."
 */
function deadlineOf(validUntil: EpochMs): string {
  return new Date(validUntil).toISOString();
}

function post(path: string, params: Readonly<Record<string, unknown>>): VenueCall {
  return { api: "private", path, method: "POST", params };
}
