/** One REST request: matched to an operation, checked, run, and answered in Coinbase's words. */
import type { Call, CannedName, HostRequest, Operation, ProcessOptions } from "../dialect.ts";
import { type HttpAnswer, jsonAnswer, maintenancePage } from "../http.ts";
import { HeldFrames } from "../kit/user_streams.ts";
import type { CoinbaseCore } from "./core.ts";
import { nameOf, operationOf } from "./operations.ts";
import { optional, type Params, parseBody, parseQuery } from "./params.ts";
import { Declined, notFound, Refusal, tooManyRequests, unauthorized } from "./refusal.ts";
import { declinedEdit, declinedOrder } from "./trading.ts";

const TEXT_HEADERS = "content-type: text/plain; charset=utf-8\r\n";
const HTML_HEADERS = "content-type: text/html; charset=UTF-8\r\nserver: cloudflare\r\n";
const FIREWALL_PAGE = "<html><head><title>Attention Required! | Cloudflare</title></head>" +
  "<body><h1>Sorry, you have been blocked</h1></body></html>";
const TIMEOUT_PAGE = "<html><body><h1>408 Request Time-out</h1></body></html>";

export class RestCall implements Call {
  readonly operation: Operation;
  readonly #core: CoinbaseCore;
  readonly #request: HostRequest;
  readonly #found: ReturnType<typeof operationOf>;
  readonly #params: Params | Refusal;
  readonly #held = new HeldFrames();

  constructor(core: CoinbaseCore, request: HostRequest) {
    this.#core = core;
    this.#request = request;
    this.#found = operationOf(request.method, request.path);
    this.#params = readParams(request, this.#found?.inPath ?? {});
    const params = this.#params instanceof Refusal ? {} : this.#params;
    const product = optional(params, "product_id") ?? optional(params, "product_ids");
    this.operation = {
      name: this.#found === undefined ? "unknown" : nameOf(this.#found.operation, params),
      endpoint: `${request.method} ${request.path}`,
      host: request.host,
      symbol: product,
      clientOrderId: optional(params, "client_order_id"),
    };
  }

  process(options: ProcessOptions): HttpAnswer {
    const core = this.#core;
    try {
      if (this.#found === undefined) throw notFound("route");
      const { operation } = this.#found;
      const account = operation.isPrivate ? this.#authenticated(options) : null;
      core.limits.spend(account);
      if (this.#params instanceof Refusal) throw this.#params;
      const asked = { account: account ?? "", params: this.#params, options };
      const answer = core.streams.users.during(this.#held, () => operation.run(core, asked));
      return jsonAnswer(200, answer);
    } catch (error) {
      if (error instanceof Refusal) return refused(error);
      throw error;
    }
  }

  canned(name: CannedName): HttpAnswer {
    switch (name) {
      case "overloaded":
        return refused(new Refusal("UNAVAILABLE", "service unavailable", 503));
      case "unexpectedResponse":
        return refused(new Refusal("INTERNAL", "internal error", 500));
      case "backendTimeout":
        return refused(new Refusal("DEADLINE_EXCEEDED", "context deadline exceeded", 504));
      case "timestampOutside":
      case "unauthorized":
        return refused(unauthorized());
      case "requestTimeout":
        return { status: 408, headers: HTML_HEADERS, body: TIMEOUT_PAGE };
      case "halfDone":
        return this.#declined(new Declined("UNKNOWN_FAILURE_REASON", "internal error"));
      case "maintenance":
        return maintenancePage(503);
      case "filterRefused":
        return this.#declined(new Declined("PREVIEW_INVALID_BASE_SIZE_TOO_SMALL"));
      case "delisted":
        return this.#declined(new Declined("INVALID_PRODUCT_ID"));
      case "tooManyRequests":
      case "banned":
        return refused(tooManyRequests());
      case "forbidden":
        return { status: 403, headers: HTML_HEADERS, body: FIREWALL_PAGE };
    }
  }

  release(): void {
    this.#core.streams.users.release(this.#held);
  }

  #authenticated({ receivedAt }: ProcessOptions): string {
    const { method, host, path, headers } = this.#request;
    const [scheme, token = ""] = (headers.get("authorization") ?? "").split(" ");
    if (scheme !== "Bearer") throw unauthorized();
    const uri = `${method} ${host}${path}`;
    return this.#core.tokens.check(token, { receivedAt, uri }).accountId;
  }

  /** As far as the request is about an order; others are refused by the gateway. */
  #declined(declined: Declined): HttpAnswer {
    const params = this.#params instanceof Refusal ? {} : this.#params;
    switch (this.operation.name) {
      case "order.place":
        return jsonAnswer(200, declinedOrder(declined, params["order_configuration"] ?? null));
      case "order.amend":
        return jsonAnswer(200, declinedEdit(declined));
      default:
        return refused(new Refusal("INTERNAL", declined.reason, 500));
    }
  }
}

/** `{"error":"INVALID_ARGUMENT","error_details":"…","message":"…"}`; tokens: a text. */
function refused({ code, message, status }: Refusal): HttpAnswer {
  if (status === 401) return { status, headers: TEXT_HEADERS, body: message };
  if (status === 429) return jsonAnswer(status, { errors: [{ id: code, message }] });
  return jsonAnswer(status, { error: code, error_details: message, message });
}

function readParams({ method, query, body }: HostRequest, inPath: Params): Params | Refusal {
  try {
    return { ...(method === "POST" ? parseBody(body) : parseQuery(query)), ...inPath };
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
