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
import type { TopicListener } from "../kit/market_streams.ts";
import type { Subscriber } from "../kit/user_streams.ts";
import type { BinanceCore } from "./core.ts";
import { isStream, topicOf, watchBooks } from "./market_streams.ts";
import { parseForm } from "./params.ts";
import { pinging, socketOperation } from "./ws_api.ts";

/** A connection may listen to at most so many streams. */
const STREAMS_MAX = 1_024;

export class StreamSession implements SocketSession, TopicListener {
  readonly operation: Operation;
  readonly #core: () => BinanceCore;
  readonly #port: SocketPort;
  readonly #streams = new Set<string>();
  readonly #stopPings: CancelTimer;
  #combined: boolean;
  #user: { readonly account: string; readonly subscriber: Subscriber } | null = null;

  constructor(core: () => BinanceCore, request: HostRequest, port: SocketPort) {
    this.#core = core;
    this.#port = port;
    this.#combined = request.path.startsWith("/stream");
    this.operation = socketOperation("socket.stream", request);
    this.#stopPings = pinging(core(), port);
    for (const name of namesIn(request)) this.#open(name);
    this.#watchBooks();
  }

  receive(text: string): Call {
    return new StreamCall(this, { text, operation: this.operation });
  }

  closed(): void {
    this.#stopPings();
    for (const stream of this.#streams) this.#core().streams.unsubscribe(topicOf(stream), this);
    if (this.#user !== null) {
      this.#core().users.unsubscribe(this.#user.account, this.#user.subscriber);
    }
    this.#watchBooks();
  }

  deliver(stream: string, event: unknown): void {
    this.#port.send(JSON.stringify(this.#combined ? { stream, data: event } : event));
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
    if (streams.length !== params.length || !streams.every(isStream)) {
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
    if (isStream(name)) return this.#subscribe(name);
    const account = this.#core().accountOf(name);
    if (account === undefined) return;
    const subscriber: Subscriber = {
      send: (text) => this.#port.send(text),
      frame: ({ json }) => json,
    };
    if (this.#core().users.subscribe(account, subscriber)) this.#user = { account, subscriber };
  }

  #subscribe(stream: string): void {
    this.#streams.add(stream);
    this.#core().streams.subscribe(topicOf(stream), this);
  }

  #unsubscribe(stream: string): void {
    this.#streams.delete(stream);
    this.#core().streams.unsubscribe(topicOf(stream), this);
  }

  #watchBooks(): void {
    watchBooks(this.#core().streams, this.#core().venue.market);
  }
}

/** SUBSCRIBE and its kin, matched by faults like any other request. */
class StreamCall implements Call {
  readonly operation: Operation;
  readonly #session: StreamSession;
  readonly #text: string;

  constructor(
    session: StreamSession,
    asked: { readonly text: string; readonly operation: Operation },
  ) {
    this.#session = session;
    this.#text = asked.text;
    this.operation = { ...asked.operation, name: "stream.request" };
  }

  process(): HttpAnswer {
    const request = parsed(this.#text);
    if (request === null) return answer({ error: { code: 3, msg: "Invalid JSON" } });
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

function answer(value: unknown): HttpAnswer {
  return { status: 200, headers: "", body: JSON.stringify(value) };
}

/** `/ws/a/b` and `/stream?streams=a/b`. */
function namesIn(request: HostRequest): readonly string[] {
  const listed = parseForm(request.query).get("streams");
  const names = listed ?? request.path.slice("/ws".length);
  return request.path.startsWith("/stream") && listed === undefined
    ? []
    : names.split("/").filter((name) => name !== "");
}
