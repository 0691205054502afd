/**
 * Orders over Kraken's private WebSocket v2. Source:
 * docs.kraken.com/exchange/api-reference/spot-websocket-v2 (add_order, amend_order, cancel_order),
 * read on 2026-11-21. Errors are those of REST, as one text: `{"method":"add_order","req_id":1,`
 * `"success":false,"error":"EOrder:Insufficient funds (insufficient user funds)",…}`.
 */
import { decimal } from "../../../../model/decimal.ts";
import type { CcxtMarket } from "../../ccxt.ts";
import type { Row } from "../../rows/fields.ts";
import type { SocketAnswer, SocketEntryPlan } from "../../plans/socket_entry_plan.ts";
import { socketName } from "./instruments.ts";
import { KRAKEN_CLIENT_ID } from "./rows.ts";
import { tokenOf } from "./token.ts";

const METHODS = { submit: "add_order", amend: "amend_order", cancel: "cancel_order" } as const;

export const krakenSocketEntry: SocketEntryPlan = {
  frame({ id, action, call: { params }, context: { exchange, market } }) {
    const token = tokenOf(exchange);
    if (token === undefined) return null;
    const told = action === "submit"
      ? newOrder(params, market)
      : action === "amend"
      ? amendment(params)
      : cancellation(params);
    const frame = { method: METHODS[action], params: { ...told, token }, req_id: Number(id) };
    // Quantities and prices are numbers there: written digit by digit, never through a float.
    return JSON.stringify(frame).replace(NUMBERS, "$1$2");
  },
  answer,
  sent(text) {
    const [, amount] = /"order_qty":([\d.]+)/.exec(text) ?? [];
    const [, price] = /"limit_price":([\d.]+)/.exec(text) ?? [];
    const [, id] = /"cl_ord_id":"([^"]+)"/.exec(text) ?? [];
    return {
      clientOrderId: id === undefined ? null : KRAKEN_CLIENT_ID.parse(id),
      amount: amount === undefined ? null : decimal(amount),
      price: price === undefined ? null : decimal(price),
    };
  },
  template: null, // Every order has another deadline.
};

const NUMBERS = /("(?:order_qty|limit_price)":)"([\d.]+)"/g;

type Params = Readonly<Record<string, unknown>>;

/** What REST would be told, in the socket's words. */
function newOrder(params: Params, market: CcxtMarket): Params {
  const { type, ordertype, volume, price, cl_ord_id, timeinforce, stptype, deadline } = params;
  const flags = String(params["oflags"] ?? "").split(",");
  return {
    order_type: ordertype,
    side: type,
    symbol: socketName(market),
    order_qty: volume,
    ...(price === undefined ? {} : { limit_price: price }),
    ...(timeinforce === undefined ? {} : { time_in_force: String(timeinforce).toLowerCase() }),
    ...(flags.includes("post") ? { post_only: true } : {}),
    ...(flags.includes("fciq") ? { fee_preference: "quote" } : {}),
    ...(stptype === undefined ? {} : { stp_type: String(stptype).replaceAll("-", "_") }),
    cl_ord_id,
    deadline,
  };
}

function amendment(params: Params): Params {
  const { txid, post_only, ...rest } = params;
  return {
    ...rest,
    ...(txid === undefined ? {} : { order_id: txid }),
    ...(post_only === undefined ? {} : { post_only: true }),
  };
}

/** It takes lists, and answers for each of them. */
function cancellation({ txid, cl_ord_id }: Params): Params {
  return txid === undefined ? { cl_ord_id: [cl_ord_id] } : { order_id: [txid] };
}

/** `{"method":"add_order","req_id":1,"result":{"order_id":"OXM2QD-EALR2-YBAVEU"},"success":true,…}` */
function answer(message: object): SocketAnswer | null {
  const { method, req_id, success, error, result }: Row = { ...message };
  if (typeof req_id !== "number" || typeof success !== "boolean") return null;
  if (!Object.values<unknown>(METHODS).includes(method)) return null;
  const value = success
    ? { error: [], result: asRest(String(method), { ...(result as object | undefined) }) }
    : { error: [String(error)], result: {} };
  return { id: String(req_id), status: 200, value };
}

function asRest(method: string, result: Row): Row {
  switch (method) {
    case METHODS.submit:
      return { txid: [result["order_id"]] };
    case METHODS.cancel:
      return { count: 1 };
    default:
      return result;
  }
}
