/**
 * Orders over the WebSocket: the same signed actions, posted. Source: hyperliquid.gitbook.io, "Post
 * requests", read on 2026-11-21: `{"method":"post","id":1,"request":{"type":"action","payload":{…}}}`
 * is answered by `{"channel":"post","data":{"id":1,"response":{"type":"action","payload":{"status":`
 * `"ok",…}}}}`, or with the type `error` and the words of the HTTP error.
 */
import { asRow } from "../../rows/fields.ts";
import type { SocketAnswer, SocketEntryPlan } from "../../plans/socket_entry_plan.ts";
import { sentIn } from "./entry.ts";

export const hyperliquidSocketEntry: SocketEntryPlan = {
  frame: ({ id, call }) => ({
    method: "post",
    id: Number(id),
    request: { type: "action", payload: call.params },
  }),
  answer,
  sent(text, context) {
    const request = asRow(asRow(JSON.parse(text))["request"]);
    return sentIn(asRow(request["payload"])["action"], context);
  },
  template: null,
};

function answer(message: object): SocketAnswer | null {
  const { channel, data } = message as Fields;
  if (channel !== "post" || typeof data?.id !== "number") return null;
  const id = String(data.id);
  const { type, payload } = data.response ?? {};
  if (type === "action" && typeof payload === "object" && payload !== null) {
    return { id, status: 200, value: payload };
  }
  // "429 Too Many Requests …": the status of the HTTP answer comes first.
  const words = typeof payload === "string" ? payload : "";
  const status = /^\d{3}\b/.exec(words)?.[0];
  return {
    id,
    status: status === undefined ? 500 : Number(status),
    value: { status: "err", response: words },
  };
}

/** Every field is unknown until checked. */
interface Fields {
  readonly channel?: unknown;
  readonly data?: {
    readonly id?: unknown;
    readonly response?: { readonly type?: unknown; readonly payload?: unknown };
  } | null;
}
