/** One REST request: matched to an operation, checked, run, and answered. */
import type { Call, CannedName, HostRequest, Operation, ProcessOptions } from "../dialect.ts";
import { type HttpAnswer, jsonAnswer, maintenancePage } from "../http.ts";
import { HeldFrames } from "../kit/user_streams.ts";
import { cannedBody, ordersAnswer, refusalBody, success } from "./answers.ts";
import { authenticate } from "./authentication.ts";
import type { OkxCore } from "./core.ts";
import { type OkxOperation, OPERATIONS } from "./operations.ts";
import { optional, type Params, readBody, readQuery } from "./params.ts";
import { Refusal } from "./refusal.ts";
import type { ResultRow } from "./trading.ts";

const HTML_HEADERS = "content-type: text/html\r\nserver: cloudflare\r\n";
const FIREWALL_PAGE = "<html><head><title>Access denied</title></head>" +
  "<body><h1>Sorry, you have been blocked</h1></body></html>";

export class RestCall implements Call {
  readonly operation: Operation;
  readonly #core: OkxCore;
  readonly #request: HostRequest;
  readonly #spec: OkxOperation | undefined;
  readonly #params: readonly Params[] | Refusal;
  readonly #held = new HeldFrames();

  constructor(core: OkxCore, request: HostRequest) {
    const endpoint = `${request.method} ${request.path}`;
    this.#core = core;
    this.#request = request;
    this.#spec = OPERATIONS.get(endpoint);
    this.#params = readParams(request);
    const [first] = this.#params instanceof Refusal ? [] : this.#params;
    this.operation = {
      name: this.#spec?.name ?? "unknown",
      endpoint,
      host: request.host,
      symbol: textOf(first, "instId"),
      clientOrderId: textOf(first, "clOrdId"),
    };
  }

  process(options: ProcessOptions): HttpAnswer {
    if (this.#spec === undefined) {
      return jsonAnswer(404, { code: "404", data: [], msg: "Not Found" });
    }
    try {
      return this.#answer(this.#spec, options);
    } catch (error) {
      if (error instanceof Refusal) return jsonAnswer(error.status, refusalBody(error));
      throw error;
    }
  }

  canned(name: CannedName): HttpAnswer {
    if (name === "forbidden") return { status: 403, headers: HTML_HEADERS, body: FIREWALL_PAGE };
    if (name === "maintenance") return maintenancePage(200);
    const clOrdId = this.operation.clientOrderId ?? "";
    const { refusal, body } = cannedBody(name, { clOrdId, now: this.#core.clock.now() });
    return jsonAnswer(refusal.status, body);
  }

  release(): void {
    this.#core.users.release(this.#held);
  }

  #answer(spec: OkxOperation, options: ProcessOptions): HttpAnswer {
    const core = this.#core;
    const request = this.#request;
    const account = spec.security === "none"
      ? ""
      : authenticate(request, core.venue.keys, options.receivedAt).accountId;
    if (this.#params instanceof Refusal) throw this.#params;
    if (spec.budget !== null) core.limits.spend(spec.budget, `${spec.name} ${account}`);
    const expTime = expTimeOf(request);
    const list = spec.orders === "each" ? this.#params : this.#params.slice(0, 1);
    const rows = core.users.during(
      this.#held,
      () => list.flatMap((params) => spec.run(core, { account, params, options, expTime })),
    );
    return jsonAnswer(
      200,
      spec.orders === "no"
        ? success(rows)
        : ordersAnswer(rows as readonly ResultRow[], core.clock.now()),
    );
  }
}

function expTimeOf({ headers }: HostRequest): number | null {
  const text = headers.get("exptime");
  if (text === undefined || text === "") return null;
  if (!/^\d{13}$/.test(text)) throw new Refusal("51000", "Parameter expTime error", 400);
  return Number(text);
}

function readParams(request: HostRequest): readonly Params[] | Refusal {
  if (request.method === "GET") return [readQuery(request.query)];
  try {
    return readBody(request.body);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

function textOf(params: Params | undefined, name: string): string | null {
  try {
    return params === undefined ? null : optional(params, name);
  } catch {
    return null; // It is refused when it is read.
  }
}
