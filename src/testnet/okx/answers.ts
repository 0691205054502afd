/** What OKX wraps its answers in, and what it says whatever was asked. */
import type { EpochMs } from "../../model/scalars.ts";
import type { CannedName } from "../dialect.ts";
import { OrderRefusal, Refusal, tooManyRequests, unknownInstrument } from "./refusal.ts";
import type { ResultRow } from "./trading.ts";

/** `{"code":"0","data":[…],"msg":""}`. */
export function success(data: readonly unknown[]) {
  return { code: "0", data, msg: "" };
}

/** All went well, some did (2), or none did (1); what came of each stands in its row. */
export function ordersAnswer(rows: readonly ResultRow[], now: EpochMs) {
  const failed = rows.filter(({ sCode }) => sCode !== "0").length;
  const [code, msg] = failed === 0
    ? ["0", ""]
    : failed === rows.length
    ? ["1", "All operations failed"]
    : ["2", "Bulk operation partially succeeded."];
  return { code, data: rows, inTime: `${now}000`, msg, outTime: `${now}000` };
}

export function refusalBody({ code, message }: Refusal) {
  return { code, data: [], msg: message };
}

/** OKX's words for what can be said whatever was asked; an order's refusal stands in its row. */
export function cannedRefusal(name: CannedName): Refusal {
  switch (name) {
    case "overloaded":
      return new Refusal(
        "50001",
        "Service temporarily unavailable. Please try again later.",
        503,
      );
    case "unexpectedResponse":
      return new Refusal("50026", "System error. Try again later", 500);
    case "backendTimeout":
      return new Refusal(
        "50004",
        "API endpoint request timeout. (does not mean that the request was successful or failed, " +
          "please check the request result).",
        400,
      );
    case "requestTimeout":
      return new Refusal(
        "51149",
        "Order timed out. Please try again. (does not mean that the request was successful or " +
          "failed, please check the request result)",
        500,
      );
    case "timestampOutside":
      return new Refusal("50102", "Timestamp request expired.", 401);
    case "halfDone":
      return new Refusal("2", "Bulk operation partially succeeded.");
    case "maintenance":
      return new Refusal("50001", "Service temporarily unavailable. Please try again later.", 503);
    case "unauthorized":
      return new Refusal("50111", "Invalid OK-ACCESS-KEY.", 401);
    case "filterRefused":
      return new OrderRefusal("51121", "Order quantity must be a multiple of the lot size.");
    case "delisted":
      return unknownInstrument();
    case "tooManyRequests":
      return tooManyRequests();
    case "banned":
      return new Refusal("50011", "Too Many Requests", 429);
    case "forbidden":
      return new Refusal("50110", "Your IP is not included in your API key's IP whitelist.", 403);
  }
}

/** The body of a canned answer to a request about orders. */
export function cannedBody(name: CannedName, { clOrdId, now }: {
  readonly clOrdId: string;
  readonly now: EpochMs;
}) {
  const refusal = cannedRefusal(name);
  if (!(refusal instanceof OrderRefusal)) return { refusal, body: refusalBody(refusal) };
  const { code, message } = refusal;
  const row = { clOrdId, ordId: "", tag: "", ts: String(now), sCode: code, sMsg: message };
  return { refusal, body: ordersAnswer([row], now) };
}
