/** One message of a client: `ping`, a subscription, or a posted request. */
import type { Call, CannedName, Operation, ProcessOptions } from "../dialect.ts";
import type { HttpAnswer } from "../http.ts";
import { HeldFrames } from "../kit/user_streams.ts";
import { cannedAnswer } from "./canned.ts";
import { readAction, run } from "./exchange_request.ts";
import type { Fields } from "./info.ts";
import { malformed, Refusal } from "./refusal.ts";
import { described, infoOf, weightOf } from "./rest.ts";
import type { Asked, HyperliquidSocket } from "./socket.ts";

const NAMES: Readonly<Record<string, string>> = {
  ping: "general.ping",
  subscribe: "general.subscribe",
  unsubscribe: "general.unsubscribe",
};

interface Posted {
  readonly id: unknown;
  readonly type: string;
  readonly payload: Fields;
}

export class SocketCall implements Call {
  readonly operation: Operation;
  readonly #socket: HyperliquidSocket;
  readonly #text: string;
  readonly #message: Fields;
  readonly #posted: Posted | null;
  readonly #held = new HeldFrames();
  /** Takes effect once the answer is on its way. */
  #begun: Asked | null = null;

  constructor(socket: HyperliquidSocket, text: string) {
    this.#socket = socket;
    this.#text = text;
    this.#message = readMessage(text);
    const method = String(this.#message["method"]);
    const posted = this.#posted = method === "post" ? readPosted(this.#message) : null;
    this.operation = {
      ...socket.operation,
      name: NAMES[method] ?? "unknown",
      ...(posted === null ? {} : described(socket.core, {
        path: posted.type === "action" ? "/exchange" : "/info",
        body: posted.payload,
      })),
    };
  }

  process(options: ProcessOptions): HttpAnswer {
    const { method } = this.#message;
    if (method === "ping") return frame({ channel: "pong" });
    if (method === "subscribe" || method === "unsubscribe") {
      return frame(this.#subscription(method));
    }
    const posted = this.#posted;
    if (posted === null) {
      const data = `Error parsing JSON into valid websocket request: ${this.#text}`;
      return frame({ channel: "error", data });
    }
    try {
      return answered(posted.id, this.#run(posted, options));
    } catch (error) {
      if (error instanceof Refusal) return posting(posted.id, error.answer());
      throw error;
    }
  }

  canned(name: CannedName): HttpAnswer {
    return posting(this.#posted?.id ?? null, cannedAnswer(name));
  }

  release(): void {
    if (this.#begun !== null) this.#socket.subscribe(this.#begun);
    this.#begun = null;
    this.#socket.core.users.release(this.#held);
  }

  #run({ type, payload }: Posted, options: ProcessOptions): unknown {
    const { core, network } = this.#socket;
    if (type === "info") {
      const operation = infoOf(payload);
      if (operation === undefined) throw malformed();
      core.limits.spendWeight(operation.weight);
      const data = operation.run(core, payload);
      return { type, payload: { type: payload["type"], data } };
    }
    const signed = readAction(payload);
    core.limits.spendWeight(weightOf(signed.action));
    const done = core.users.during(this.#held, () => run(core, signed, { network, options }));
    return { type, payload: done };
  }

  #subscription(method: "subscribe" | "unsubscribe"): unknown {
    const { subscription } = this.#message;
    const asked = readSubscription(subscription);
    const shown = JSON.stringify(subscription);
    if (asked === null || !this.#socket.isKnown(asked)) {
      return { channel: "error", data: `Invalid subscription ${shown}` };
    }
    const has = this.#socket.has(asked);
    if (has === (method === "subscribe")) {
      return { channel: "error", data: `Already ${method}d: ${shown}` };
    }
    if (method === "subscribe") this.#begun = asked;
    else this.#socket.unsubscribe(asked);
    return { channel: "subscriptionResponse", data: { method, subscription } };
  }
}

function answered(id: unknown, response: unknown): HttpAnswer {
  return frame({ channel: "post", data: { id, response } });
}

/** What REST would have answered, as an answer to a posted action. */
function posting(id: unknown, { status, body }: HttpAnswer): HttpAnswer {
  return answered(
    id,
    status === 200
      ? { type: "action", payload: JSON.parse(String(body)) }
      : { type: "error", payload: `${status} ${body}` },
  );
}

function frame(value: unknown): HttpAnswer {
  return { status: 200, headers: "", body: JSON.stringify(value) };
}

function readMessage(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value as Fields : {};
  } catch {
    return {};
  }
}

function readPosted({ id, request }: Fields): Posted | null {
  if (typeof request !== "object" || request === null) return null;
  const { type, payload } = request as Fields;
  if (type !== "action" && type !== "info") return null;
  if (typeof payload !== "object" || payload === null) return null;
  return { id, type, payload: payload as Fields };
}

function readSubscription(value: unknown): Asked | null {
  if (typeof value !== "object" || value === null) return null;
  const { type, coin, user, interval } = value as Fields;
  const text = (given: unknown) => typeof given === "string" ? given : "";
  if (typeof type !== "string") return null;
  return { type, coin: text(coin), user: text(user), interval: text(interval) };
}
