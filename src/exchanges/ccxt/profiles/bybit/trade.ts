/**
 * Orders over Bybit's own socket for them: logged in once, its frames carry the time but no
 * signature. Source: bybit-exchange.github.io/docs/v5/websocket/trade/guideline, read on 2026-11-21.
 */
import { decimal } from "../../../../model/decimal.ts";
import { asRow, optionalText, type Row, textOf } from "../../rows/fields.ts";
import type { SocketAnswer, SocketEntryPlan } from "../../plans/socket_entry_plan.ts";
import type { Greeting, SocketPlan } from "../../plans/socket_plan.ts";
import { retryAfterMs } from "./limits.ts";
import { isProbeAnswer, loginFrame, STALE_AFTER_MS } from "./stream.ts";

const OPS = { submit: "order.create", amend: "order.amend", cancel: "order.cancel" } as const;

const entry: SocketEntryPlan = {
  // "reqId … has to be unique, otherwise you will get error 20006"; for how long is not said.
  idsFrom: "time",
  frame: ({ id, action, call, context }) => ({
    reqId: id,
    header: {
      "X-BAPI-TIMESTAMP": String(context.signedAt),
      "X-BAPI-RECV-WINDOW": String(context.exchange.options["recvWindow"]),
    },
    op: OPS[action],
    args: [call.params],
  }),
  answer,
  sent(text) {
    const frame = asRow(JSON.parse(text));
    const [order] = Array.isArray(frame["args"]) ? frame["args"] : [];
    const row = asRow(order);
    const [amount, price] = [optionalText(row, "qty"), optionalText(row, "price")];
    return {
      clientOrderId: optionalText(row, "orderLinkId"),
      amount: amount === null ? null : decimal(amount),
      price: price === null ? null : decimal(price),
    };
  },
  template: {
    fields: {
      id: "reqId",
      clientOrderId: "orderLinkId",
      amount: "qty",
      price: "price",
      timestamp: "X-BAPI-TIMESTAMP",
      signature: null,
    },
    signed: null,
  },
};

export const bybitTradeSocket: SocketPlan = {
  id: "trade",
  spare: true,
  staleAfterMs: STALE_AFTER_MS,
  url: ({ exchange }) => {
    const ws = asRow(exchange.urls.api["ws"]);
    return textOf(asRow(ws["private"]), "trade");
  },
  greet: logIn,
  probe: (requestId) => ({ reqId: requestId, op: "ping" }),
  isProbeAnswer,
  read: () => ({ kind: "ignored" }), // It tells nothing but answers.
  entry,
};

/** `{"retCode":0,"retMsg":"OK","op":"auth","connId":"cnt5leec0hvan15eukcg-2t"}` */
async function logIn({ exchange, send, expect }: Greeting): Promise<void> {
  const answered = expect((message) => {
    const frame = asRow(message);
    if (frame["op"] !== "auth") return undefined;
    if (frame["retCode"] === 0) return true;
    throw new Error(`the venue refused auth: ${optionalText(frame, "retMsg") ?? "no reason"}`);
  });
  await send(loginFrame(exchange));
  await answered;
}

/**
 * `{"reqId":"1","retCode":0,"retMsg":"OK","op":"order.create","data":{"orderId":"454c62ab",`
 * `"orderLinkId":"test-003"},"header":{"X-Bapi-Limit-Status":"9","Timenow":"1711001595209"},`
 * `"connId":"cnt5leec0hvan15eukcg-2v"}`
 */
function answer(message: object): SocketAnswer | null {
  const frame: Row = { ...message };
  const { reqId, retCode, retMsg, data, op } = frame;
  if (typeof reqId !== "string" || typeof retCode !== "number") return null;
  if (typeof op !== "string" || !op.startsWith("order.")) return null;
  const headers = headersOf(frame["header"]);
  const time = Number(headers.get("timenow") ?? NaN);
  const wait = retryAfterMs({ status: 200, headers });
  return {
    id: reqId,
    status: 200,
    value: { retCode, retMsg, result: data, time },
    ...(wait === null ? {} : { retryAfterMs: wait }),
  };
}

function headersOf(value: unknown): Headers {
  if (typeof value !== "object" || value === null) return new Headers();
  const told = Object.entries(value).filter(([name, text]) =>
    HEADERS.has(name.toLowerCase()) && typeof text === "string" && /^\d{1,20}$/.test(text)
  );
  return new Headers(told);
}

const HEADERS: ReadonlySet<string> = new Set(["timenow", "x-bapi-limit-reset-timestamp"]);
