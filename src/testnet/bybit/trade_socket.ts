/** `/v5/trade`: orders over a socket, under the same rules and limits as over REST. */
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
import type { Key } from "../kit/key_ring.ts";
import { HeldFrames } from "../kit/user_streams.ts";
import type { BybitCore } from "./core.ts";
import type { Spending } from "./limits.ts";
import { type BybitOperation, REST_OPERATIONS } from "./operations.ts";
import { type Params, paramsOf } from "./params.ts";
import { Refusal } from "./refusal.ts";
import { cannedRefusal, namesOf, spendingOf } from "./rest.ts";
import { authenticateSocket, checkTime } from "./signature.ts";
import {
  frameAnswer,
  objectOf,
  readSocketRequest,
  socketOperation,
  type SocketRequest,
} from "./socket_request.ts";

const OPERATIONS: Readonly<Record<string, string>> = {
  "order.create": "POST /v5/order/create",
  "order.amend": "POST /v5/order/amend",
  "order.cancel": "POST /v5/order/cancel",
};

export class TradeSession implements SocketSession {
  readonly operation: Operation;
  readonly connection: string;
  readonly #core: () => BybitCore;
  #key: Key | null = null;

  constructor(
    core: () => BybitCore,
    request: HostRequest,
    at: { readonly port: SocketPort; readonly connection: string },
  ) {
    this.#core = core;
    this.connection = at.connection;
    this.operation = socketOperation("socket.trade", request);
  }

  get key(): Key | null {
    return this.#key;
  }

  receive(text: string): Call {
    return new TradeCall(this.#core(), this, text);
  }

  closed(): void {}

  logIn(args: readonly unknown[], receivedAt: number): void {
    if (this.#key !== null) throw new Refusal(20001, "Repeat auth");
    this.#key = authenticateSocket(args, this.#core().venue.keys, receivedAt);
  }
}

class TradeCall implements Call {
  readonly operation: Operation;
  readonly #core: BybitCore;
  readonly #session: TradeSession;
  readonly #request: SocketRequest | Refusal;
  readonly #spec: BybitOperation | undefined;
  readonly #held = new HeldFrames();

  constructor(core: BybitCore, session: TradeSession, text: string) {
    this.#core = core;
    this.#session = session;
    this.#request = attempt(() => readSocketRequest(text));
    const request = this.#request instanceof Refusal ? null : this.#request;
    this.#spec = REST_OPERATIONS.get(OPERATIONS[request?.op ?? ""] ?? "");
    const params = new Map(Object.entries(objectOf(request?.args[0])));
    this.operation = {
      ...session.operation,
      name: this.#spec?.name ?? "stream.request",
      ...namesOf(params),
    };
  }

  process(options: ProcessOptions): HttpAnswer {
    let limited: Spending | null = null;
    try {
      if (this.#request instanceof Refusal) throw this.#request;
      const request = this.#request;
      switch (request.op) {
        case "ping":
          return this.#answer({ op: "pong", data: [String(this.#core.clock.now())] });
        case "auth":
          this.#session.logIn(request.args, options.receivedAt);
          return this.#answer({ op: "auth" });
      }
      const { key, params, spec } = this.#checked(request, options);
      limited = spendingOf(spec, { account: key.accountId, params });
      if (limited !== null) this.#core.limits.spend(limited);
      const asked = { account: key.accountId, apiKey: key.id, params, options };
      const { users } = this.#core.streams;
      const data = users.during(this.#held, () => spec.run(this.#core, asked));
      return this.#answer({ op: request.op, data, limited });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return this.#refused(error, limited);
    }
  }

  canned(name: CannedName): HttpAnswer {
    return this.#refused(cannedRefusal(this.#core, name, this.operation), null);
  }

  release(): void {
    this.#core.streams.users.release(this.#held);
  }

  #checked(
    { header, args }: SocketRequest,
    { receivedAt }: ProcessOptions,
  ): { readonly key: Key; readonly params: Params; readonly spec: BybitOperation } {
    const { key } = this.#session;
    const spec = this.#spec;
    if (spec === undefined) throw new Refusal(10404, "op type is not found");
    if (key === null) throw new Refusal(10003, "Request not authorized");
    const [timestamp, window] = ["X-BAPI-TIMESTAMP", "X-BAPI-RECV-WINDOW"].map((name) =>
      String(header[name] ?? "")
    );
    checkTime({ timestamp: timestamp!, window: window === "" ? "5000" : window! }, receivedAt);
    return { key, params: paramsOf(args[0]), spec };
  }

  #refused({ code, message, status }: Refusal, limited: Spending | null): HttpAnswer {
    const op = this.#request instanceof Refusal ? "" : this.#request.op;
    // The socket has no statuses; what HTTP says by one has a code of its own here.
    const shown = status === 403 ? 10429 : code;
    return this.#answer({ op, code: shown, message, data: {}, limited });
  }

  #answer(told: {
    readonly op: string;
    readonly code?: number;
    readonly message?: string;
    readonly data?: unknown;
    readonly limited?: Spending | null;
  }): HttpAnswer {
    const { op, code = 0, message = "OK", data, limited = null } = told;
    const id = this.#request instanceof Refusal ? "" : this.#request.id;
    return frameAnswer({
      ...(id === "" ? {} : { reqId: id }),
      retCode: code,
      retMsg: message,
      op,
      ...(data === undefined ? {} : { data }),
      ...(limited === null ? {} : { header: headerOf(this.#core.limits.headers(limited)) }),
      connId: this.#session.connection,
    });
  }
}

/** The headers of REST, as an object. */
function headerOf(lines: string): Readonly<Record<string, string>> {
  const pairs = lines.trimEnd().split("\r\n").map((line) => line.split(": "));
  return Object.fromEntries(pairs.map(([name = "", value = ""]) => [written(name), value]));
}

/** `x-bapi-limit` → `X-Bapi-Limit`. */
function written(name: string): string {
  return name.split("-").map((word) => word[0]!.toUpperCase() + word.slice(1)).join("-");
}

function attempt<T>(read: () => T): T | Refusal {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
