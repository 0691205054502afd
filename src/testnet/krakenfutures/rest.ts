/**
 * One REST request of Kraken Futures. Signed by HMAC-SHA512 over SHA-256 of what was sent, an
 * optional nonce and the path. Source: docs.kraken.com/exchange/guides/futures/rest-authentication.
 */
import { createHash, createHmac } from "node:crypto";
import type { Call, CannedName, HostRequest, Operation, ProcessOptions } from "../dialect.ts";
import { type HttpAnswer, JSON_HEADERS, maintenancePage } from "../http.ts";
import type { Key } from "../kit/key_ring.ts";
import { HeldFrames } from "../kit/user_streams.ts";
import { frameText } from "../kraken/numbers.ts";
import type { FuturesCore } from "./core.ts";
import { type FuturesOperation, type Params, Refusal, REST_OPERATIONS } from "./operations.ts";
import { instant } from "./payloads.ts";

const HTML_HEADERS = "content-type: text/html\r\nserver: cloudflare\r\n";

export class RestCall implements Call {
  readonly operation: Operation;
  readonly #core: FuturesCore;
  readonly #request: HostRequest;
  readonly #spec: FuturesOperation | undefined;
  readonly #params: Params;
  readonly #held = new HeldFrames();

  constructor(core: FuturesCore, request: HostRequest) {
    const endpoint = `${request.method} ${request.path}`;
    this.#core = core;
    this.#request = request;
    this.#spec = REST_OPERATIONS.get(endpoint);
    this.#params = new Map(new URLSearchParams(sentOf(request)));
    const { symbol = null, cliOrdId = null } = Object.fromEntries(this.#params);
    this.operation = {
      name: this.#spec?.name ?? "unknown",
      endpoint,
      host: request.host,
      symbol: symbol?.toUpperCase() ?? null,
      clientOrderId: cliOrdId,
    };
  }

  process(options: ProcessOptions): HttpAnswer {
    const core = this.#core;
    try {
      const spec = this.#spec;
      if (spec === undefined) throw new Refusal("notFound");
      const account = spec.cost === null ? "" : this.#authenticated(spec.cost).accountId;
      const asked = { account, params: this.#params, options };
      const told = core.users.during(this.#held, () => spec.run(core, asked));
      return this.#answer({ result: "success", ...told });
    } catch (error) {
      if (error instanceof Refusal) return this.#refused(error.message);
      throw error;
    }
  }

  canned(name: CannedName): HttpAnswer {
    switch (name) {
      case "banned":
      case "forbidden":
        return { status: 403, headers: HTML_HEADERS, body: "<h1>Access denied</h1>" };
      case "maintenance":
        return maintenancePage(503);
      case "requestTimeout":
        return { status: 408, headers: HTML_HEADERS, body: "<h1>Request timeout</h1>" };
      case "overloaded":
        return { ...this.#refused("Unavailable"), status: 503 };
      case "tooManyRequests":
        return this.#refused("apiLimitExceeded");
      case "unauthorized":
        return this.#refused("authenticationError");
      case "delisted":
        return this.#refused("contractNotFound");
      case "filterRefused":
        return this.#refused("invalidArgument: limitPrice");
      case "timestampOutside":
        return this.#refused("nonceBelowThreshold");
      case "backendTimeout":
      case "unexpectedResponse":
      case "halfDone":
        return this.#refused("Server Error");
    }
  }

  release(): void {
    this.#core.users.release(this.#held);
  }

  #authenticated(cost: number): Key {
    const { headers, path } = this.#request;
    const key = this.#core.venue.keys.get(headers.get("apikey") ?? "");
    if (key === undefined) throw new Refusal("authenticationError");
    const nonce = headers.get("nonce") ?? "";
    const signed = sign(
      sentOf(this.#request) + nonce + path.replace(/^\/derivatives/, ""),
      key.account.secret,
    );
    if (signed !== headers.get("authent")) throw new Refusal("authenticationError");
    if (!this.#core.spent.of(key.id).take(cost)) throw new Refusal("apiLimitExceeded");
    return key;
  }

  #refused(error: string): HttpAnswer {
    return this.#answer({ result: "error", error });
  }

  #answer(value: Readonly<Record<string, unknown>>): HttpAnswer {
    const serverTime = instant(this.#core.clock.now());
    return { status: 200, headers: JSON_HEADERS, body: frameText({ ...value, serverTime }) };
  }
}

/** A query, or the body of what is posted so. */
function sentOf({ query, body, method }: HostRequest): string {
  return method === "POST" && body !== "" ? body : query;
}

/** Also of a WebSocket's challenge. */
export function sign(text: string, secret: string): string {
  const key = Uint8Array.from(atob(secret), (letter) => letter.charCodeAt(0));
  const hash = createHash("sha256").update(text).digest();
  return createHmac("sha512", key).update(hash).digest("base64");
}
