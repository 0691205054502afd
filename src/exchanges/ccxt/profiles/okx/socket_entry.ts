/**
 * Orders over OKX's private WebSocket. Source: OKX API guide v5, "WS / Place order", "WS / Cancel
 * order", "WS / Amend order": `{"id":"1512","op":"order","args":[{…}],"expTime":"…"}` is answered
 * `{"id":"1512","op":"order","code":"0","msg":"","data":[{"ordId":"…","sCode":"0",…}]}`, with the
 * codes and rows of REST. Requests count against the limits of REST.
 */
import type { CcxtMarket } from "../../ccxt.ts";
import { asRow, asRows, decimalOf, optionalText, parseJson } from "../../rows/fields.ts";
import { unitsOf } from "../../rows/contracts.ts";
import type { SocketAnswer, SocketEntryPlan } from "../../plans/socket_entry_plan.ts";
import { sizeOf } from "./entry.ts";
import { optionalDecimal } from "./rows.ts";

const OPERATIONS = { submit: "order", cancel: "cancel-order", amend: "amend-order" } as const;

export const okxSocketEntry: SocketEntryPlan = {
  frame({ id, action, call, context }) {
    const expTime = call.headers?.["expTime"];
    return {
      id,
      op: OPERATIONS[action],
      ...(expTime === undefined ? {} : { expTime }),
      args: [withCode(call.params, context.market)],
    };
  },
  answer,
  sent(text, { market }) {
    const [order] = asRows(asRow(parseJson(text))["args"], 1);
    const sent = asRow(order);
    return {
      clientOrderId: optionalText(sent, "clOrdId"),
      amount: unitsOf(decimalOf(sent, "sz"), sizeOf(market)),
      price: optionalDecimal(sent, "px"),
    };
  },
  // `expTime` changes with every order and is not the time of signing.
  template: null,
};

/** Over the WebSocket instruments are named by number, where the list has told it. */
function withCode(
  params: Readonly<Record<string, unknown>>,
  market: CcxtMarket & { readonly instIdCode?: unknown },
): Readonly<Record<string, unknown>> {
  const { instIdCode } = market;
  if (instIdCode === undefined) return params;
  const { instId: _instId, ...rest } = params;
  return { ...rest, instIdCode: Number(instIdCode) };
}

/** What no order was asked by has no `op`, or no id. */
function answer(message: object): SocketAnswer | null {
  const { id, op } = message as { readonly id?: unknown; readonly op?: unknown };
  if (typeof id !== "string" || typeof op !== "string") return null;
  return { id, status: 200, value: message };
}
