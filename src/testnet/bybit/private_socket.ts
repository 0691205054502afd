/** `/v5/private`: login, then orders, executions, wallet and positions as they are subscribed to. */
import type {
  Call,
  HostRequest,
  Operation,
  ProcessOptions,
  SocketPort,
  SocketSession,
} from "../dialect.ts";
import type { Frame, Subscriber } from "../kit/user_streams.ts";
import type { BybitCore, BybitEvent } from "./core.ts";
import { Refusal } from "./refusal.ts";
import { authenticateSocket } from "./signature.ts";
import {
  readSocketRequest,
  socketOperation,
  type SocketRequest,
  streamAnswer,
  StreamCall,
} from "./socket_request.ts";

const TOPIC = /^(?:(order|execution|position)(?:\.(spot|linear|inverse|option))?|wallet|greeks)$/;

export class PrivateSession implements SocketSession, Subscriber {
  readonly operation: Operation;
  readonly #core: () => BybitCore;
  readonly #port: SocketPort;
  readonly #connection: string;
  readonly #topics = new Set<string>();
  #account: string | null = null;

  constructor(
    core: () => BybitCore,
    request: HostRequest,
    at: { readonly port: SocketPort; readonly connection: string },
  ) {
    this.#core = core;
    this.#port = at.port;
    this.#connection = at.connection;
    this.operation = socketOperation("socket.private", request);
  }

  receive(text: string): Call {
    const operation = { ...this.operation, name: "stream.request" };
    return new StreamCall(operation, (options) => this.#answer(text, options));
  }

  closed(): void {
    if (this.#account !== null) this.#core().streams.users.unsubscribe(this.#account, this);
  }

  send(text: string): void {
    this.#port.send(text);
  }

  /** Under the topic the connection has asked for: of all categories, or of the event's own. */
  frame(frame: Frame): string | null {
    const { topic, category, creationTime, data } = frame.event as BybitEvent; // The core's own.
    const own = category === null ? topic : `${topic}.${category}`;
    const asked = this.#topics.has(topic) ? topic : this.#topics.has(own) ? own : null;
    if (asked === null) return null;
    return JSON.stringify({
      id: `${this.#connection}-${creationTime}`,
      topic: asked,
      creationTime,
      data,
    });
  }

  #answer(text: string, { receivedAt }: ProcessOptions): unknown {
    const connection = this.#connection;
    let request: SocketRequest = { id: "", op: "", args: [], header: {} };
    try {
      request = readSocketRequest(text);
      if (request.op === "ping") {
        const args = [String(this.#core().clock.now())];
        return { req_id: request.id, op: "pong", args, conn_id: connection };
      }
      this.#run(request, receivedAt);
      return streamAnswer(request, { message: null, connection });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return streamAnswer(request, { message: error.message, connection });
    }
  }

  #run({ op, args }: SocketRequest, receivedAt: number): void {
    switch (op) {
      case "auth":
        return this.#logIn(args, receivedAt);
      case "subscribe":
        return this.#subscribe(args);
      case "unsubscribe":
        for (const topic of args) this.#topics.delete(String(topic));
        return;
      default:
        throw new Refusal(10404, "error:invalid op");
    }
  }

  #logIn(args: readonly unknown[], receivedAt: number): void {
    const { venue, streams } = this.#core();
    const { accountId } = authenticateSocket(args, venue.keys, receivedAt);
    if (this.#account !== null) throw new Refusal(20001, "Repeat auth");
    if (!streams.users.subscribe(accountId, this)) {
      throw new Refusal(10003, "Too many sessions under the same UID");
    }
    this.#account = accountId;
  }

  #subscribe(args: readonly unknown[]): void {
    if (this.#account === null) throw new Refusal(10003, "Request not authorized");
    const topics = args.map(String);
    const wrong = topics.find((topic) => !TOPIC.test(topic));
    if (wrong !== undefined) throw new Refusal(10001, `error:handler not found,topic:${wrong}`);
    for (const topic of topics) this.#topics.add(topic);
  }
}
