/** What Hyperliquid, or what stands before it, says whatever was asked. */
import type { CannedName } from "../dialect.ts";
import { type HttpAnswer, jsonAnswer, maintenancePage } from "../http.ts";
import { actionRefusal, tooManyRequests } from "./refusal.ts";

const HTML_HEADERS = "content-type: text/html\r\nserver: CloudFront\r\n";
const FIREWALL_PAGE = "<html><head><title>403 Forbidden</title></head>" +
  "<body><h1>Request blocked.</h1></body></html>";
const NOBODY = `0x${"0".repeat(40)}`;

export function cannedAnswer(name: CannedName): HttpAnswer {
  switch (name) {
    case "overloaded":
      return text(502, "Bad Gateway");
    case "unexpectedResponse":
      return jsonAnswer(500, null);
    case "backendTimeout":
      return text(504, "Gateway Timeout");
    case "requestTimeout":
      return text(408, "Request Timeout");
    case "maintenance":
      return maintenancePage(503);
    case "forbidden":
      return { status: 403, headers: HTML_HEADERS, body: FIREWALL_PAGE };
    case "tooManyRequests":
    case "banned":
      return tooManyRequests().answer();
    case "timestampOutside":
      return actionRefusal("Invalid nonce: nonce too low 1 < 2").answer();
    case "unauthorized":
      return actionRefusal(`User or API Wallet ${NOBODY} does not exist.`).answer();
    case "halfDone":
      return actionRefusal("Some orders of the batch were not placed").answer();
    case "filterRefused":
      return orderRefusal("Price must be divisible by tick size. asset=0");
    case "delisted":
      return orderRefusal("Asset is delisted. asset=0");
  }
}

function orderRefusal(error: string): HttpAnswer {
  const response = { type: "order", data: { statuses: [{ error }] } };
  return jsonAnswer(200, { status: "ok", response });
}

function text(status: number, body: string): HttpAnswer {
  return { status, headers: "content-type: text/plain\r\n", body };
}
