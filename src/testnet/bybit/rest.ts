/** One REST request: matched to an operation, checked, run, and answered in Bybit's envelope. */
import type { Call, CannedName, HostRequest, Operation, ProcessOptions } from "../dialect.ts";
import { type HttpAnswer, JSON_HEADERS, maintenancePage } from "../http.ts";
import { HeldFrames } from "../kit/user_streams.ts";
import type { BybitCore } from "./core.ts";
import type { Spending } from "./limits.ts";
import { listingOf } from "./listing.ts";
import { type BybitOperation, nameOf, REST_OPERATIONS } from "./operations.ts";
import { type Params, parseBody, parseQuery } from "./params.ts";
import {
  accessTooFrequent,
  invalidKey,
  outsideRecvWindow,
  Refusal,
  serverError,
  serverTimeout,
  tooManyVisits,
} from "./refusal.ts";
import { authenticate } from "./signature.ts";

const HTML_HEADERS = "content-type: text/html\r\nserver: CloudFront\r\n";
const FIREWALL_PAGE = "<html><head><title>403 Forbidden</title></head>" +
  "<body><center><h1>403 Forbidden</h1></center></body></html>";
const TIMEOUT_PAGE = "<html><body><h1>408 Request Time-out</h1></body></html>";

export class RestCall implements Call {
  readonly operation: Operation;
  readonly #core: BybitCore;
  readonly #request: HostRequest;
  readonly #spec: BybitOperation | undefined;
  readonly #params: Params | Refusal;
  readonly #held = new HeldFrames();

  constructor(core: BybitCore, request: HostRequest) {
    const endpoint = `${request.method} ${request.path}`;
    this.#core = core;
    this.#request = request;
    this.#spec = REST_OPERATIONS.get(endpoint);
    this.#params = readParams(request);
    const params = this.#params instanceof Refusal ? new Map() : this.#params;
    this.operation = {
      name: this.#spec === undefined ? "unknown" : nameOf(this.#spec, params),
      endpoint,
      host: request.host,
      ...namesOf(params),
    };
  }

  process(options: ProcessOptions): HttpAnswer {
    const core = this.#core;
    let limited: Spending | null = null;
    try {
      core.limits.spendIp();
      if (this.#spec === undefined) throw new Refusal(10017, "Route not found.", 404);
      const { account, apiKey } = this.#authenticated(this.#spec, options);
      if (this.#params instanceof Refusal) throw this.#params;
      limited = spendingOf(this.#spec, { account, params: this.#params });
      if (limited !== null) core.limits.spend(limited);
      const asked = { account, apiKey, params: this.#params, options };
      const spec = this.#spec;
      const result = core.streams.users.during(this.#held, () => spec.run(core, asked));
      return this.#answered({ code: 0, message: "OK", result }, limited);
    } catch (error) {
      if (error instanceof Refusal) return this.#refused(error, limited);
      throw error;
    }
  }

  canned(name: CannedName): HttpAnswer {
    if (name === "forbidden") return { status: 403, headers: HTML_HEADERS, body: FIREWALL_PAGE };
    if (name === "maintenance") return maintenancePage(200);
    if (name === "requestTimeout") {
      return { status: 408, headers: HTML_HEADERS, body: TIMEOUT_PAGE };
    }
    return this.#refused(cannedRefusal(this.#core, name, this.operation), null);
  }

  release(): void {
    this.#core.streams.users.release(this.#held);
  }

  #authenticated(spec: BybitOperation, { receivedAt }: ProcessOptions) {
    if (spec.limit === null) return { account: "", apiKey: "" };
    const key = authenticate(this.#request, this.#core.venue.keys, receivedAt);
    return { account: key.accountId, apiKey: key.id };
  }

  #refused(refusal: Refusal, limited: Spending | null): HttpAnswer {
    const { code, message, status } = refusal;
    if (status === 403) return { status, headers: HTML_HEADERS, body: message };
    return { ...this.#answered({ code, message, result: {} }, limited), status };
  }

  #answered(
    { code, message, result }: {
      readonly code: number;
      readonly message: string;
      readonly result: unknown;
    },
    limited: Spending | null,
  ): HttpAnswer {
    const core = this.#core;
    const limits = limited === null ? "" : core.limits.headers(limited);
    return {
      status: 200,
      headers: JSON_HEADERS + limits,
      body: JSON.stringify(envelope({ code, message, result }, core.clock.now())),
    };
  }
}

export function envelope(
  { code, message, result }: {
    readonly code: number;
    readonly message: string;
    readonly result: unknown;
  },
  time: number,
) {
  return { retCode: code, retMsg: message, result, retExtInfo: {}, time };
}

/** Bybit's words for what can be said whatever was asked. */
export function cannedRefusal(
  core: BybitCore,
  name: CannedName,
  { symbol }: Pick<Operation, "symbol">,
): Refusal {
  const isSpot = symbol === null || !symbol.startsWith("linear:");
  switch (name) {
    case "overloaded":
      return new Refusal(10016, "Server error.", 503);
    case "backendTimeout":
      return serverTimeout();
    case "timestampOutside": {
      const now = core.clock.now();
      return outsideRecvWindow({ timestamp: now - 60_000, now, window: 5_000 });
    }
    case "maintenance":
      return new Refusal(10016, "Service is restarting.", 503);
    case "unauthorized":
      return invalidKey();
    case "filterRefused":
      return isSpot
        ? new Refusal(170134, "Order price has too many decimals.")
        : new Refusal(10001, "params error: Price invalid");
    case "delisted":
      return isSpot
        ? new Refusal(170121, "Invalid symbol.")
        : new Refusal(10001, "params error: symbol invalid");
    case "tooManyRequests":
      return tooManyVisits();
    case "banned":
    case "forbidden":
      return accessTooFrequent();
    case "unexpectedResponse":
    case "requestTimeout":
    case "halfDone":
      return serverError();
  }
}

export function spendingOf(
  { limit, endpoint }: BybitOperation,
  { account, params }: { readonly account: string; readonly params: Params },
): Spending | null {
  if (limit === null) return null;
  return { account, endpoint, limit, isSpot: params.get("category") === "spot" };
}

/** As faults match them. */
export function namesOf(params: Params): Pick<Operation, "symbol" | "clientOrderId"> {
  const [category, symbol, linkId] = ["category", "symbol", "orderLinkId"].map((name) => {
    const value = params.get(name);
    return typeof value === "string" ? value : null;
  });
  const listing = listingOf(category ?? "", symbol ?? "");
  return { symbol: listing?.symbol ?? symbol ?? null, clientOrderId: linkId ?? null };
}

function readParams(request: HostRequest): Params | Refusal {
  try {
    return request.method === "POST" ? parseBody(request.body) : parseQuery(request.query);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
