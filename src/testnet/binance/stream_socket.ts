/** stream.binance.com: market streams, raw or combined, and account events by listen key. */
import type { CancelTimer } from "../../model/clock.ts";
import type {
  Call,
  CannedName,
  HostRequest,
  Operation,
  SocketPort,
  SocketSession,
} from "../dialect.ts";
import type { HttpAnswer } from "../http.ts";
import type { MarketStreams, TopicListener } from "../kit/market_streams.ts";
import type { Subscriber } from "../kit/user_streams.ts";
import type { Listing } from "../kit/listing.ts";
import type { BinanceCore } from "./core.ts";
import { isStream, topicOf, watchBooks } from "./market_streams.ts";
import { parseForm } from "./params.ts";
import type { WireCore } from "./rest.ts";
import { pinging, socketOperation } from "./ws_api.ts";

/** A connection may listen to at most so many streams. */
const STREAMS_MAX = 1_024;

/** What of streams is spot's or futures' own. */
export interface StreamRules<C> {
  /** What faults call the connection. */
  readonly operation: string;
  isStream(name: string): boolean;
  accountOf(core: C, listenKey: string): string | undefined;
  listenKeyIn?(request: HostRequest): string | undefined;
  streams(core: C): Pick<MarketStreams<Listing>, "subscribe" | "unsubscribe">;
  watchBooks(core: C): void;
  /** Whether the answers' ids are numbers, and requests with other ids refused. */
  readonly numericIds: boolean;
}

const SPOT_RULES: StreamRules<BinanceCore> = {
  operation: "socket.stream",
  isStream,
  accountOf: (core, listenKey) => core.accountOf(listenKey),
  streams: (core) => core.streams,
  watchBooks: (core) => watchBooks(core.streams, core.venue.market),
  numericIds: false,
};

export function spotStream(
  core: () => BinanceCore,
  request: HostRequest,
  port: SocketPort,
): SocketSession {
  return new StreamSession(core, { request, port, rules: SPOT_RULES });
}

export class StreamSession<C extends WireCore> implements SocketSession, TopicListener {
  readonly operation: Operation;
  readonly #rules: StreamRules<C>;
  readonly #core: () => C;
  readonly #port: SocketPort;
  readonly #streams = new Set<string>();
  readonly #stopPings: CancelTimer;
  #combined: boolean;
  #user: { readonly account: string; readonly subscriber: Subscriber } | null = null;

  constructor(
    core: () => C,
    { request, port, rules }: {
      readonly request: HostRequest;
      readonly port: SocketPort;
      readonly rules: StreamRules<C>;
    },
  ) {
    this.#rules = rules;
    this.#core = core;
    this.#port = port;
    this.#combined = request.path.endsWith("/stream");
    this.operation = socketOperation(rules.operation, request);
    this.#stopPings = pinging(core(), port);
    for (const name of namesIn(request)) this.#open(name);
    const listenKey = rules.listenKeyIn?.(request);
    if (listenKey !== undefined) this.#open(listenKey);
    this.#watchBooks();
  }

  receive(text: string): Call {
    return new StreamCall(this, { text, operation: this.operation });
  }

  closed(): void {
    this.#stopPings();
    for (const stream of this.#streams) this.#topics().unsubscribe(topicOf(stream), this);
    if (this.#user !== null) {
      this.#core().users.unsubscribe(this.#user.account, this.#user.subscriber);
    }
    this.#watchBooks();
  }

  deliver(stream: string, event: unknown): void {
    this.#port.send(JSON.stringify(this.#combined ? { stream, data: event } : event));
  }

  get numericIds(): boolean {
    return this.#rules.numericIds;
  }

  /** The value of `result`, or null for an error. */
  request(method: string, params: readonly unknown[]): unknown {
    switch (method) {
      case "SUBSCRIBE":
        return this.#change(params, (stream) => this.#subscribe(stream));
      case "UNSUBSCRIBE":
        return this.#change(params, (stream) => this.#unsubscribe(stream));
      case "LIST_SUBSCRIPTIONS":
        return [...this.#streams];
      case "SET_PROPERTY":
        this.#combined = params[0] === "combined" ? params[1] === true : this.#combined;
        return null;
      case "GET_PROPERTY":
        return this.#combined;
      default:
        return new RangeError(`Invalid request: unknown variant \`${method}\``);
    }
  }

  #change(params: readonly unknown[], apply: (stream: string) => void): unknown {
    const streams = params.filter((name) => typeof name === "string");
    if (streams.length !== params.length || !streams.every((name) => this.#rules.isStream(name))) {
      return new RangeError("Invalid request: invalid stream");
    }
    if (this.#streams.size + streams.length > STREAMS_MAX) {
      return new RangeError("Invalid request: too many streams");
    }
    for (const stream of streams) apply(stream);
    this.#watchBooks();
    return null;
  }

  #open(name: string): void {
    if (this.#rules.isStream(name)) return this.#subscribe(name);
    const account = this.#rules.accountOf(this.#core(), name);
    if (account === undefined) return;
    const subscriber: Subscriber = {
      send: (text) => this.#port.send(text),
      frame: ({ json }) => json,
    };
    if (this.#core().users.subscribe(account, subscriber)) this.#user = { account, subscriber };
  }

  #subscribe(stream: string): void {
    this.#streams.add(stream);
    this.#topics().subscribe(topicOf(stream), this);
  }

  #unsubscribe(stream: string): void {
    this.#streams.delete(stream);
    this.#topics().unsubscribe(topicOf(stream), this);
  }

  #topics() {
    return this.#rules.streams(this.#core());
  }

  #watchBooks(): void {
    this.#rules.watchBooks(this.#core());
  }
}

/** SUBSCRIBE and its kin, matched by faults like any other request. */
class StreamCall implements Call {
  readonly operation: Operation;
  readonly #session: Pick<StreamSession<WireCore>, "request" | "numericIds">;
  readonly #text: string;

  constructor(
    session: Pick<StreamSession<WireCore>, "request" | "numericIds">,
    asked: { readonly text: string; readonly operation: Operation },
  ) {
    this.#session = session;
    this.#text = asked.text;
    this.operation = { ...asked.operation, name: "stream.request" };
  }

  process(): HttpAnswer {
    const request = parsed(this.#text);
    if (request === null) return answer({ error: { code: 3, msg: "Invalid JSON" } });
    if (this.#session.numericIds && !isUnsigned(request.id)) {
      return answer({ error: { code: 2, msg: "Invalid request: id must be an unsigned integer" } });
    }
    const result = this.#session.request(request.method, request.params);
    return result instanceof RangeError
      ? answer({ error: { code: 2, msg: result.message }, id: request.id })
      : answer({ result, id: request.id });
  }

  canned(name: CannedName): HttpAnswer {
    return answer({ error: { code: 1, msg: name } });
  }

  release(): void {}
}

interface StreamRequest {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

function parsed(text: string): StreamRequest | null {
  try {
    const { id, method, params } = JSON.parse(text);
    return { id, method: String(method), params: Array.isArray(params) ? params : [] };
  } catch {
    return null;
  }
}

function isUnsigned(id: unknown): boolean {
  return typeof id === "number" && Number.isSafeInteger(id) && id >= 0;
}

function answer(value: unknown): HttpAnswer {
  return { status: 200, headers: "", body: JSON.stringify(value) };
}

/** `/ws/a/b` and `/stream?streams=a/b`. */
function namesIn(request: HostRequest): readonly string[] {
  const listed = parseForm(request.query).get("streams");
  if (listed === undefined && request.path.endsWith("/stream")) return [];
  const [, names = ""] = /\/ws\/?(.*)$/.exec(request.path) ?? [];
  return (listed ?? names).split("/").filter((name) => name !== "");
}
