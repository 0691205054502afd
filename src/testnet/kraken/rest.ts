/** One REST request: matched to an operation, checked, run, and answered in Kraken's envelope. */
import type { Call, CannedName, HostRequest, Operation, ProcessOptions } from "../dialect.ts";
import { type HttpAnswer, jsonAnswer, maintenancePage } from "../http.ts";
import { HeldFrames } from "../kit/user_streams.ts";
import type { KrakenCore } from "./core.ts";
import { LISTINGS } from "./listing.ts";
import { type KrakenOperation, nameOf, REST_OPERATIONS } from "./operations.ts";
import { type Params, parseForm } from "./params.ts";
import { Refusal } from "./refusal.ts";
import { authenticate } from "./signature.ts";

const HTML_HEADERS = "content-type: text/html\r\nserver: cloudflare\r\n";
const FIREWALL_PAGE = "<html><head><title>Access denied</title></head>" +
  "<body><h1>Error 1020</h1></body></html>";
const TIMEOUT_PAGE = "<html><body><h1>408 Request Time-out</h1></body></html>";

export class RestCall implements Call {
  readonly operation: Operation;
  readonly #core: KrakenCore;
  readonly #request: HostRequest;
  readonly #spec: KrakenOperation | undefined;
  readonly #params: Params;
  readonly #held = new HeldFrames();

  constructor(core: KrakenCore, request: HostRequest) {
    const endpoint = `${request.method} ${request.path}`;
    this.#core = core;
    this.#request = request;
    this.#spec = REST_OPERATIONS.get(endpoint);
    this.#params = parseForm(request.method === "POST" ? request.body : request.query);
    this.operation = {
      name: this.#spec === undefined ? "unknown" : nameOf(this.#spec, this.#params),
      endpoint,
      host: request.host,
      ...namesOf(this.#params),
    };
  }

  process(options: ProcessOptions): HttpAnswer {
    const core = this.#core;
    try {
      if (this.#spec === undefined) throw new Refusal("EGeneral:Unknown method");
      const spec = this.#spec;
      const asked = { ...this.#authenticated(spec, options), params: this.#params, options };
      const result = core.streams.users.during(this.#held, () => spec.run(core, asked));
      return jsonAnswer(200, { error: [], result });
    } catch (error) {
      if (error instanceof Refusal) return refused(error.message);
      throw error;
    }
  }

  canned(name: CannedName): HttpAnswer {
    switch (name) {
      case "banned":
      case "forbidden":
        return { status: 403, headers: HTML_HEADERS, body: FIREWALL_PAGE };
      case "maintenance":
        return maintenancePage(503);
      case "requestTimeout":
        return { status: 408, headers: HTML_HEADERS, body: TIMEOUT_PAGE };
      case "overloaded":
        return { ...refused("EService:Unavailable"), status: 503 };
      default:
        return refused(cannedText(name));
    }
  }

  release(): void {
    this.#core.streams.users.release(this.#held);
  }

  #authenticated({ cost }: KrakenOperation, { asDuplicate }: ProcessOptions) {
    if (cost === null) return { account: "", keyId: "" };
    const { venue, nonces, limits } = this.#core;
    const key = authenticate(this.#request, venue.keys, asDuplicate ? null : nonces);
    limits.read(key.id, cost);
    return { account: key.accountId, keyId: key.id };
  }
}

function refused(text: string): HttpAnswer {
  return jsonAnswer(200, { error: [text] });
}

/** Kraken's words for what can be said whatever was asked. */
export function cannedText(name: CannedName): string {
  switch (name) {
    case "overloaded":
    case "maintenance":
      return "EService:Unavailable";
    case "backendTimeout":
      return "EService:Deadline elapsed";
    case "timestampOutside":
      return "EAPI:Invalid nonce";
    case "unauthorized":
      return "EAPI:Invalid key";
    case "filterRefused":
      return "EOrder:Tick size check failed";
    case "delisted":
      return "EQuery:Unknown asset pair";
    case "tooManyRequests":
      return "EAPI:Rate limit exceeded";
    case "banned":
    case "forbidden":
      return "EGeneral:Temporary lockout";
    case "unexpectedResponse":
    case "requestTimeout":
    case "halfDone":
      return "EGeneral:Internal error";
  }
}

/** As faults match them. */
export function namesOf(params: Params): Pick<Operation, "symbol" | "clientOrderId"> {
  const name = params.get("pair") ?? params.get("symbol") ?? null;
  const listing = LISTINGS.find(({ symbol, aliases }) =>
    symbol === name || (name !== null && aliases?.includes(name))
  );
  return { symbol: listing?.symbol ?? name, clientOrderId: params.get("cl_ord_id") ?? null };
}
