/** One message of a client: it subscribes to a channel, or ends that. */
import type { Call, CannedName, Operation, ProcessOptions } from "../dialect.ts";
import type { HttpAnswer } from "../http.ts";
import { listOf, objectOf, optional, type Params } from "./params.ts";
import { Refusal } from "./refusal.ts";
import type { CoinbaseSocket } from "./socket.ts";

export interface Subscription {
  readonly type: "subscribe" | "unsubscribe";
  readonly channel: string;
  readonly symbols: readonly string[];
  /** Null where no token is needed. */
  readonly account: string | null;
}

export class SocketCall implements Call {
  readonly operation: Operation;
  readonly #socket: CoinbaseSocket;
  readonly #params: Params | null;
  /** Takes effect once the answer is on its way. */
  #begun: Subscription | null = null;

  constructor(socket: CoinbaseSocket, text: string) {
    this.#socket = socket;
    this.#params = paramsOf(text);
    const type = optional(this.#params ?? {}, "type") ?? "";
    const isKnown = type === "subscribe" || type === "unsubscribe";
    this.operation = { ...socket.operation, name: isKnown ? `general.${type}` : "unknown" };
  }

  process({ receivedAt }: ProcessOptions): HttpAnswer {
    try {
      const change = this.#read(receivedAt);
      this.#socket.check(change);
      this.#begun = change;
      const subscriptions = this.#socket.listed(change);
      return frameAnswer(this.#socket.wrap("subscriptions", [{ subscriptions }]));
    } catch (error) {
      if (error instanceof Refusal) return refused(error.message);
      throw error;
    }
  }

  canned(name: CannedName): HttpAnswer {
    return refused(name);
  }

  release(): void {
    if (this.#begun !== null) this.#socket.begin(this.#begun);
    this.#begun = null;
  }

  #read(receivedAt: number): Subscription {
    const params = this.#params;
    if (params === null) throw new Refusal("", "failed to parse the message");
    const [type, channel] = [optional(params, "type"), optional(params, "channel")];
    if (type !== "subscribe" && type !== "unsubscribe") throw new Refusal("", "type is not known");
    if (channel === null) throw new Refusal("", "channel is required");
    const symbols = listOf(params, "product_ids");
    if (channel !== "user") return { type, channel, symbols, account: null };
    const { tokens } = this.#socket.core;
    try {
      const key = tokens.check(optional(params, "jwt") ?? "", { receivedAt, uri: null });
      return { type, channel, symbols, account: key.accountId };
    } catch (error) {
      throw error instanceof Refusal ? new Refusal("", "authentication failure") : error;
    }
  }
}

function paramsOf(text: string): Params | null {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return null;
  }
}

function refused(message: string): HttpAnswer {
  return frameAnswer(JSON.stringify({ type: "error", message }));
}

function frameAnswer(body: string): HttpAnswer {
  return { status: 200, headers: "", body };
}
