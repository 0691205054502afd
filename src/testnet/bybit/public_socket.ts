/** `/v5/public/spot` and `/v5/public/linear`: books, trades, tickers and candles. */
import type { Call, HostRequest, Operation, SocketPort, SocketSession } from "../dialect.ts";
import type { TopicListener } from "../kit/market_streams.ts";
import type { BybitCore } from "./core.ts";
import { type Category, listingOf } from "./listing.ts";
import { keyOf, symbolOfTopic } from "./market_streams.ts";
import { Refusal } from "./refusal.ts";
import {
  readSocketRequest,
  socketOperation,
  type SocketRequest,
  streamAnswer,
  StreamCall,
} from "./socket_request.ts";

/** "Public channel - Args limits: 10 args for spot, 2,000 characters for the others." */
const SPOT_ARGS_MAX = 10;
const ARGS_LENGTH_MAX = 21_000;

export class PublicSession implements SocketSession, TopicListener {
  readonly operation: Operation;
  readonly #core: () => BybitCore;
  readonly #category: Category;
  readonly #port: SocketPort;
  readonly #connection: string;
  readonly #topics = new Set<string>();

  constructor(
    core: () => BybitCore,
    request: HostRequest,
    at: {
      readonly port: SocketPort;
      readonly connection: string;
      readonly category: Category;
    },
  ) {
    this.#core = core;
    this.#port = at.port;
    this.#connection = at.connection;
    this.#category = at.category;
    this.operation = socketOperation("socket.public", request);
  }

  receive(text: string): Call {
    const opened: string[] = [];
    const operation = { ...this.operation, name: "stream.request" };
    const call = new StreamCall(operation, () => this.#answer(text, opened));
    // What a topic opens with follows the answer.
    return {
      operation,
      process: (options) => call.process(options),
      canned: (name) => call.canned(name),
      release: () => this.#open(opened.splice(0)),
    };
  }

  closed(): void {
    for (const key of this.#topics) this.#core().streams.market.unsubscribe(key, this);
  }

  deliver(_key: string, event: unknown): void {
    this.#port.send(JSON.stringify(event));
  }

  #answer(text: string, opened: string[]): unknown {
    const connection = this.#connection;
    let request: SocketRequest = { id: "", op: "", args: [], header: {} };
    try {
      request = readSocketRequest(text);
      if (request.op === "ping") {
        return { ...streamAnswer(request, { message: null, connection }), ret_msg: "pong" };
      }
      const topics = this.#topicsOf(request);
      if (request.op === "subscribe") opened.push(...topics);
      else for (const topic of topics) this.#leave(topic);
      return streamAnswer(request, { message: null, connection });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return streamAnswer(request, { message: error.message, connection });
    }
  }

  #topicsOf({ op, args }: SocketRequest): readonly string[] {
    if (op !== "subscribe" && op !== "unsubscribe") throw new Refusal(10404, "error:invalid op");
    const topics = args.map(String);
    if (this.#category === "spot" && topics.length > SPOT_ARGS_MAX) {
      throw new Refusal(10001, "args size >10");
    }
    if (topics.join().length > ARGS_LENGTH_MAX) throw new Refusal(10001, "args too long");
    for (const topic of topics) {
      if (listingOf(this.#category, symbolOfTopic(topic) ?? "") === undefined) {
        throw new Refusal(10001, `error:handler not found,topic:${topic}`);
      }
    }
    return topics;
  }

  #open(topics: readonly string[]): void {
    const { streams, venue } = this.#core();
    for (const topic of topics) {
      const key = keyOf(this.#category, topic);
      if (this.#topics.has(key)) continue;
      this.#topics.add(key);
      const { symbol } = listingOf(this.#category, symbolOfTopic(topic)!)!;
      const first = streams.voice.opening(venue.market.get(symbol)!, topic);
      if (first !== null) this.deliver(key, first);
      streams.market.subscribe(key, this);
    }
  }

  #leave(topic: string): void {
    const key = keyOf(this.#category, topic);
    if (this.#topics.delete(key)) this.#core().streams.market.unsubscribe(key, this);
  }
}
