/** One REST request: matched to an operation, checked, run, and answered with Binance's headers. */
import type { Clock } from "../../model/clock.ts";
import type { Call, CannedName, HostRequest, Operation, ProcessOptions } from "../dialect.ts";
import { type HttpAnswer, JSON_HEADERS, maintenancePage } from "../http.ts";
import type { KeyRing } from "../kit/key_ring.ts";
import { HeldFrames, type UserStreams } from "../kit/user_streams.ts";
import type { BinanceCore } from "./core.ts";
import type { Limits } from "./limits.ts";
import { type BinanceOperation, REST_OPERATIONS, weightOf } from "./operations.ts";
import { parseForm } from "./params.ts";
import { filterFailure, invalidKey, invalidSymbol, outsideRecvWindow, Refusal } from "./refusal.ts";
import { checkFormSignature, checkKey, checkTimestamp } from "./signature.ts";

const HTML_HEADERS = "content-type: text/html\r\nserver: CloudFront\r\n";
const FIREWALL_PAGE = "<html><head><title>403 Forbidden</title></head>" +
  "<body><center><h1>403 Forbidden</h1></center></body></html>";
const TIMEOUT_PAGE = "<html><body><h1>408 Request Time-out</h1></body></html>";
const NOT_FOUND_PAGE = "<html><body><h2>404 Not found</h2></body></html>";

/** What serving requests needs of a core, spot's or futures'. */
export interface WireCore {
  readonly clock: Clock;
  readonly users: UserStreams;
  readonly limits: Limits;
  readonly venue: { readonly keys: KeyRing };
}

/** What may be asked, and its refusals that depend on nothing asked. */
export interface WireApi<C> {
  /** By `METHOD /path`, or by the WebSocket API's method. */
  readonly operations: ReadonlyMap<string, BinanceOperation<C>>;
  canned(core: C, name: CannedName): Refusal;
}

export const SPOT_REST: WireApi<BinanceCore> = {
  operations: REST_OPERATIONS,
  canned: cannedRefusal,
};

export class RestCall<C extends WireCore> implements Call {
  readonly operation: Operation;
  readonly #core: C;
  readonly #request: HostRequest;
  readonly #api: WireApi<C>;
  readonly #spec: BinanceOperation<C> | undefined;
  readonly #params: Map<string, string> | Refusal;
  readonly #held = new HeldFrames();

  constructor(core: C, request: HostRequest, api: WireApi<C>) {
    const endpoint = `${request.method} ${request.path}`;
    this.#core = core;
    this.#request = request;
    this.#api = api;
    this.#spec = api.operations.get(endpoint);
    this.#params = readParams(request);
    const params = this.#params instanceof Refusal ? null : this.#params;
    this.operation = {
      name: this.#spec?.name ?? "unknown",
      endpoint,
      host: request.host,
      symbol: params?.get("symbol") ?? null,
      clientOrderId: params?.get("newClientOrderId") ?? params?.get("origClientOrderId") ?? null,
    };
  }

  process(options: ProcessOptions): HttpAnswer {
    if (this.#spec === undefined) return html(404, NOT_FOUND_PAGE);
    try {
      return this.#answer(this.#spec, options);
    } catch (error) {
      if (error instanceof Refusal) return this.#refused(error);
      throw error;
    }
  }

  canned(name: CannedName): HttpAnswer {
    if (name === "forbidden") return html(403, FIREWALL_PAGE);
    if (name === "maintenance") return maintenancePage(200);
    if (name === "requestTimeout") return html(408, TIMEOUT_PAGE);
    return this.#refused(this.#api.canned(this.#core, name));
  }

  release(): void {
    this.#core.users.release(this.#held);
  }

  #answer(spec: BinanceOperation<C>, options: ProcessOptions): HttpAnswer {
    const core = this.#core;
    if (this.#params instanceof Refusal) throw this.#params;
    core.limits.spendWeight(weightOf(spec, this.#params));
    const account = this.#authenticate(spec, options);
    const asked = { account, params: this.#params, options };
    const body = core.users.during(this.#held, () => spec.run(core, asked));
    return {
      status: 200,
      headers: JSON_HEADERS + core.limits.headers(spec.countsOrders ? account : null),
      body: JSON.stringify(body),
    };
  }

  #authenticate(spec: BinanceOperation<C>, options: ProcessOptions): string {
    if (spec.security === "none") return "";
    const key = checkKey(this.#request.headers.get("x-mbx-apikey"), this.#core.venue.keys);
    if (spec.security === "signed" && !(this.#params instanceof Refusal)) {
      checkTimestamp(this.#params, options.receivedAt);
      checkFormSignature(this.#request, key.account.secret);
    }
    return key.accountId;
  }

  #refused(refusal: Refusal): HttpAnswer {
    const retry = refusal.retryAfterS === null ? "" : `retry-after: ${refusal.retryAfterS}\r\n`;
    return {
      status: refusal.status,
      headers: JSON_HEADERS + this.#core.limits.headers(null) + retry,
      body: JSON.stringify(refusal.body),
    };
  }
}

/** Binance's words for what can be said whatever was asked. */
export function cannedRefusal(core: Pick<WireCore, "limits">, name: CannedName): Refusal {
  switch (name) {
    case "overloaded":
      return new Refusal(
        -1000,
        "Unknown error, please check your request or try again later.",
        { status: 503 },
      );
    case "unexpectedResponse":
      return new Refusal(
        -1006,
        "An unexpected response was received from the message bus. Execution status unknown.",
      );
    case "backendTimeout":
      return new Refusal(
        -1007,
        "Timeout waiting for response from backend server. " +
          "Send status unknown; execution status unknown.",
      );
    case "timestampOutside":
      return outsideRecvWindow();
    case "requestTimeout":
      return new Refusal(-1007, "Request Time-out", { status: 408 });
    case "halfDone":
      return new Refusal(-2021, "Order cancel-replace partially failed.", { status: 409 });
    case "maintenance":
      return new Refusal(-1016, "This service is no longer available.", { status: 503 });
    case "unauthorized":
      return invalidKey();
    case "filterRefused":
      return filterFailure("PRICE_FILTER");
    case "delisted":
      return invalidSymbol();
    case "tooManyRequests":
      return core.limits.tooManyRequests();
    case "banned":
      return core.limits.banned();
    case "forbidden":
      return new Refusal(-1002, "Forbidden", { status: 403 });
  }
}

function readParams(request: HostRequest): Map<string, string> | Refusal {
  try {
    return parseForm(request.body, parseForm(request.query));
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

function html(status: number, body: string): HttpAnswer {
  return { status, headers: HTML_HEADERS, body };
}
