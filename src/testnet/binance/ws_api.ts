/** The WebSocket API: requests and answers by id, and the account events subscribed on the way. */
import type {
  Call,
  CannedName,
  HostRequest,
  Operation,
  ProcessOptions,
  SocketPort,
  SocketSession,
} from "../dialect.ts";
import type { HttpAnswer } from "../http.ts";
import type { CancelTimer } from "../../model/clock.ts";
import { HeldFrames, type Subscriber } from "../kit/user_streams.ts";
import type { BinanceCore } from "./core.ts";
import { type BinanceOperation, weightOf, WS_OPERATIONS } from "./operations.ts";
import { parseObject } from "./params.ts";
import { Refusal } from "./refusal.ts";
import { cannedRefusal, type WireApi, type WireCore } from "./rest.ts";
import { checkKey, checkParamsSignature, checkTimestamp } from "./signature.ts";

/** The exchange pings so often and drops who does not answer within a minute. */
export const PING_INTERVAL_MS = 20_000;
const SUBSCRIBE = "userDataStream.subscribe.signature";
const SESSION_METHODS: ReadonlySet<string> = new Set(["session.logon", "userDataStream.subscribe"]);

/** One WebSocket API: what it is called in faults, and what beside operations it answers. */
export interface SocketApi<C extends WireCore> extends WireApi<C> {
  /** E.g. `WS /ws-api/v3`. */
  readonly endpoint: string;
  /** Answers what is about the connection; undefined where a method is none of those. */
  ofSession(
    session: WsApiSession<C>,
    request: WsRequest,
    account: () => string,
  ): (() => unknown) | undefined;
  /** What faults call a method; default: the method itself. */
  nameOf?(method: string): string | undefined;
}

type RequestId = string | number | null;

export interface WsRequest {
  readonly id: RequestId;
  readonly method: string;
  readonly params: ReadonlyMap<string, string>;
}

export const SPOT_SOCKET: SocketApi<BinanceCore> = {
  endpoint: "WS /ws-api/v3",
  operations: WS_OPERATIONS,
  canned: cannedRefusal,
  ofSession,
};

export class WsApiSession<C extends WireCore> implements SocketSession {
  readonly operation: Operation;
  readonly #api: SocketApi<C>;
  readonly #core: () => C;
  readonly #port: SocketPort;
  readonly #subscriptions = new Map<number, { account: string; subscriber: Subscriber }>();
  readonly #stopPings: CancelTimer;
  #nextSubscription = 0;

  constructor(
    core: () => C,
    { request, port, api }: {
      readonly request: HostRequest;
      readonly port: SocketPort;
      readonly api: SocketApi<C>;
    },
  ) {
    this.#api = api;
    this.#core = core;
    this.#port = port;
    this.operation = socketOperation("socket.ws-api", request);
    this.#stopPings = pinging(core(), port);
  }

  receive(text: string): Call {
    return new WsCall(this.#core(), this, {
      request: readRequest(text),
      host: this.operation.host,
      api: this.#api,
    });
  }

  closed(): void {
    this.#stopPings();
    for (const id of [...this.#subscriptions.keys()]) this.unsubscribe(id);
  }

  /** @throws {Refusal} when the account has too many subscriptions. */
  subscribe(account: string): number {
    const subscriptionId = this.#nextSubscription++;
    const subscriber: Subscriber = {
      send: (text) => this.#port.send(text),
      frame: ({ json }) => `{"subscriptionId":${subscriptionId},"event":${json}}`,
    };
    if (!this.#core().users.subscribe(account, subscriber)) {
      throw new Refusal(-1003, "Too many user data stream subscriptions.", { status: 429 });
    }
    this.#subscriptions.set(subscriptionId, { account, subscriber });
    return subscriptionId;
  }

  unsubscribe(subscriptionId: number): void {
    const subscription = this.#subscriptions.get(subscriptionId);
    if (subscription === undefined) return;
    this.#subscriptions.delete(subscriptionId);
    this.#core().users.unsubscribe(subscription.account, subscription.subscriber);
  }

  get subscriptionIds(): readonly number[] {
    return [...this.#subscriptions.keys()];
  }
}

class WsCall<C extends WireCore> implements Call {
  readonly operation: Operation;
  readonly #core: C;
  readonly #api: SocketApi<C>;
  readonly #session: WsApiSession<C>;
  readonly #request: WsRequest | Refusal;
  readonly #held = new HeldFrames();
  #account: string | null = null;

  constructor(
    core: C,
    session: WsApiSession<C>,
    asked: {
      readonly request: WsRequest | Refusal;
      readonly host: string;
      readonly api: SocketApi<C>;
    },
  ) {
    this.#core = core;
    this.#api = asked.api;
    this.#session = session;
    this.#request = asked.request;
    const request = asked.request instanceof Refusal ? null : asked.request;
    const params = request?.params;
    this.operation = {
      name: request === null ? "unknown" : asked.api.nameOf?.(request.method) ?? request.method,
      endpoint: asked.api.endpoint,
      host: asked.host,
      symbol: params?.get("symbol") ?? null,
      clientOrderId: params?.get("newClientOrderId") ?? params?.get("origClientOrderId") ?? null,
    };
  }

  process(options: ProcessOptions): HttpAnswer {
    try {
      if (this.#request instanceof Refusal) throw this.#request;
      return this.#shape(200, "result", this.#run(this.#request, options));
    } catch (error) {
      if (error instanceof Refusal) return this.#refused(error);
      throw error;
    }
  }

  canned(name: CannedName): HttpAnswer {
    return this.#refused(this.#api.canned(this.#core, name));
  }

  release(): void {
    this.#core.users.release(this.#held);
  }

  #run(request: WsRequest, options: ProcessOptions): unknown {
    const { method, params } = request;
    const core = this.#core;
    const told = this.#api.ofSession(
      this.#session,
      request,
      () => this.#authenticate("signed", { params, options }),
    );
    if (told !== undefined) {
      core.limits.spendWeight(2);
      return told();
    }
    const spec = this.#api.operations.get(method);
    if (spec === undefined) throw new Refusal(-1125, `Method '${method}' is invalid`);
    core.limits.spendWeight(weightOf(spec, params));
    const account = this.#authenticate(spec.security, { params, options });
    if (spec.countsOrders) this.#account = account;
    return core.users.during(this.#held, () => spec.run(core, { account, params, options }));
  }

  #authenticate(
    security: BinanceOperation["security"],
    asked: { readonly params: WsRequest["params"]; readonly options: ProcessOptions },
  ): string {
    if (security === "none") return "";
    const key = checkKey(asked.params.get("apiKey"), this.#core.venue.keys);
    checkTimestamp(asked.params, asked.options.receivedAt);
    checkParamsSignature(asked.params, key.account.secret);
    return key.accountId;
  }

  #refused(refusal: Refusal): HttpAnswer {
    if (refusal.retryAfterS === null) return this.#shape(refusal.status, "error", refusal.body);
    const serverTime = this.#core.clock.now();
    const data = { serverTime, retryAfter: serverTime + refusal.retryAfterS * 1000 };
    return this.#shape(refusal.status, "error", { ...refusal.body, data });
  }

  #shape(status: number, key: "result" | "error", value: unknown): HttpAnswer {
    const request = this.#request instanceof Refusal ? null : this.#request;
    const shown = request?.params.get("returnRateLimits") !== "false";
    const body = {
      id: request?.id ?? null,
      status,
      [key]: value,
      ...(shown ? { rateLimits: this.#core.limits.countedRows(this.#account) } : {}),
    };
    return { status, headers: "", body: JSON.stringify(body) };
  }
}

/** The account events that a connection listens to. */
function ofSession(
  session: WsApiSession<BinanceCore>,
  { method, params }: WsRequest,
  account: () => string,
): (() => unknown) | undefined {
  if (SESSION_METHODS.has(method)) return refuseSessions;
  switch (method) {
    case SUBSCRIBE:
      return () => ({ subscriptionId: session.subscribe(account()) });
    case "userDataStream.unsubscribe":
      return () => {
        const id = params.get("subscriptionId");
        const ids = id === undefined ? session.subscriptionIds : [Number(id)];
        for (const subscriptionId of ids) session.unsubscribe(subscriptionId);
        return {};
      };
    case "session.subscriptions":
      return () => session.subscriptionIds.map((subscriptionId) => ({ subscriptionId }));
    default:
      return undefined;
  }
}

/** Sessions are logged on to with Ed25519 keys, of which nobody has one here. */
export function refuseSessions(): never {
  throw new Refusal(-4056, "HMAC_SHA256 API key is not supported.");
}

export function socketOperation(name: string, request: HostRequest): Operation {
  return {
    name,
    endpoint: `WS ${request.path}`,
    host: request.host,
    symbol: null,
    clientOrderId: null,
  };
}

/** Pings until stopped; the payload is the exchange's clock, as there. */
export function pinging(core: Pick<WireCore, "clock">, port: SocketPort): CancelTimer {
  let cancel: CancelTimer;
  const next = () => {
    port.ping(String(core.clock.now()));
    cancel = core.clock.setTimer(next, PING_INTERVAL_MS);
  };
  cancel = core.clock.setTimer(next, PING_INTERVAL_MS);
  return () => cancel();
}

function readRequest(text: string): WsRequest | Refusal {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return new Refusal(-1135, "Invalid JSON Request");
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return new Refusal(-1135, "Invalid JSON Request");
  }
  const { id, method, params } = value as Record<string, unknown>;
  if (typeof method !== "string") return new Refusal(-1135, "Invalid JSON Request");
  const given = params !== null && typeof params === "object" ? params : {};
  return {
    id: typeof id === "string" || typeof id === "number" ? id : null,
    method,
    params: parseObject(given as Record<string, unknown>),
  };
}
