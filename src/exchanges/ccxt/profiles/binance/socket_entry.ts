/**
 * Orders over Binance's WebSocket APIs, of spot and of futures. Source: binance-spot-api-docs,
 * web-socket-api.md, and developers.binance.com, USDⓈ-M Futures, "WebSocket API": requests are
 * `{"id":"1","method":"order.place","params":{…,"signature":"…"}}`, answers
 * `{"id":"1","status":200,"result":{…}}` or `{"id":"1","status":400,"error":{"code":-2010,…}}`.
 */
import { decimal } from "../../../../model/decimal.ts";
import type { CcxtExchange } from "../../ccxt.ts";
import { asRow, optionalText } from "../../rows/fields.ts";
import type {
  SocketAnswer,
  SocketEntryPlan,
  SocketRequest,
} from "../../plans/socket_entry_plan.ts";

type Methods = Readonly<Partial<Record<SocketRequest["action"], string>>>;

export const binanceSocketEntry: SocketEntryPlan = socketEntry({
  submit: "order.place",
  cancel: "order.cancel",
});

export const binanceUsdmSocketEntry: SocketEntryPlan = socketEntry({
  submit: "order.place",
  cancel: "order.cancel",
  amend: "order.modify",
});

/** What has no method goes over REST. */
function socketEntry(methods: Methods): SocketEntryPlan {
  return {
    frame({ id, action, call, context }) {
      const method = methods[action];
      if (method === undefined) return null;
      const params = (context.exchange as CcxtBinance).signParams({
        ...call.params,
        returnRateLimits: false, // As ccxt: the answer is a third shorter.
      });
      return { id, method, params };
    },
    answer,
    sent(text) {
      const params = asRow(asRow(JSON.parse(text))["params"]);
      const [amount, price] = [optionalText(params, "quantity"), optionalText(params, "price")];
      return {
        clientOrderId: optionalText(params, "newClientOrderId"),
        amount: amount === null ? null : decimal(amount),
        price: price === null ? null : decimal(price),
      };
    },
    template: {
      fields: {
        id: "id",
        clientOrderId: "newClientOrderId",
        amount: "quantity",
        price: "price",
        timestamp: "timestamp",
        signature: "signature",
      },
      signed: signedText,
    },
  };
}

/** "Sort parameters alphabetically by name", then join them as a query without encoding. */
function signedText(frame: unknown): string {
  return Object.entries(asRow(asRow(frame)["params"]))
    .filter(([name]) => name !== "signature")
    .sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

function answer(message: object): SocketAnswer | null {
  const { id, status, result, error } = message as Answer;
  if (typeof id !== "string" || typeof status !== "number") return null;
  if (typeof result === "object" && result !== null) return { id, status, value: result };
  if (typeof error !== "object" || error === null) return { id, status, value: {} };
  const { data } = error as { readonly data?: { readonly [field: string]: unknown } };
  const [now, until] = [data?.["serverTime"], data?.["retryAfter"]];
  return {
    id,
    status,
    value: error,
    ...(typeof now === "number" && typeof until === "number" ? { retryAfterMs: until - now } : {}),
  };
}

/** Every field is unknown until checked. */
interface Answer {
  readonly id?: unknown;
  readonly status?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** The method of `pro/binance.js` that signs a request of the WebSocket API. */
interface CcxtBinance extends CcxtExchange {
  signParams(params: Record<string, unknown>): Record<string, unknown>;
}
