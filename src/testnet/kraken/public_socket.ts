/** `ws.kraken.com/v2`: tickers, trades, books and candles. */
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
import type { TopicListener } from "../kit/market_streams.ts";
import type { KrakenCore } from "./core.ts";
import { INTERVALS } from "./market_payloads.ts";
import { type Channel, DEPTHS, type KrakenTopic, topicKey } from "./market_streams.ts";
import { frameText } from "./numbers.ts";
import { Refusal } from "./refusal.ts";
import {
  answered,
  readSocketRequest,
  socketOperation,
  type SocketRequest,
} from "./socket_request.ts";

const CHANNELS: readonly string[] = ["ticker", "trade", "book", "ohlc"];

export class PublicSession implements SocketSession, TopicListener {
  readonly operation: Operation;
  readonly #core: () => KrakenCore;
  readonly #port: SocketPort;
  readonly #keys = new Set<string>();

  constructor(core: () => KrakenCore, request: HostRequest, port: SocketPort) {
    this.#core = core;
    this.#port = port;
    this.operation = socketOperation("socket.public", request);
  }

  /** Each pair of a request is answered by a message of its own. */
  receive(text: string): Call {
    return new PublicCall(this.#core(), this, text);
  }

  closed(): void {
    for (const key of [...this.#keys]) this.#leave(key);
  }

  deliver(_key: string, event: unknown): void {
    this.#port.send(frameText(event));
  }

  send(answer: HttpAnswer): void {
    this.#port.send(answer.body);
  }

  has(topic: KrakenTopic): boolean {
    return this.#keys.has(topicKey(topic));
  }

  open(topic: KrakenTopic, { snapshot }: { readonly snapshot: boolean }): void {
    const { streams, venue } = this.#core();
    const key = topicKey(topic);
    this.#keys.add(key);
    const market = venue.market.get(topic.listing.symbol)!;
    const opening = streams.voice.opening(market, topic); // Also what changes are told against.
    if (snapshot) this.deliver(key, opening);
    streams.market.subscribe(key, this);
  }

  leave(topic: KrakenTopic): void {
    this.#leave(topicKey(topic));
  }

  #leave(key: string): void {
    const { streams } = this.#core();
    this.#keys.delete(key);
    streams.market.unsubscribe(key, this);
    if (!streams.market.has(key)) streams.voice.forget(key);
  }
}

class PublicCall implements Call {
  readonly operation: Operation;
  readonly #core: KrakenCore;
  readonly #session: PublicSession;
  readonly #request: SocketRequest | null;
  #after: (() => void)[] = [];

  constructor(core: KrakenCore, session: PublicSession, text: string) {
    this.#core = core;
    this.#session = session;
    this.#request = readSocketRequest(text);
    this.operation = { ...session.operation, name: "stream.request" };
  }

  process(_options: ProcessOptions): HttpAnswer {
    const now = this.#core.clock.now();
    const request = this.#request;
    if (request === null) return answered(NO_REQUEST, { error: "Malformed request" }, now);
    if (request.method === "ping") return answered({ ...request, method: "pong" }, {}, now);
    const answers = symbolsOf(request).map((symbol) => this.#answer(request, symbol, now));
    const [first = answered(request, { error: "Symbol(s) not found" }, now), ...others] = answers;
    this.#after.unshift(...others.map((answer) => () => this.#session.send(answer)));
    return first;
  }

  canned(name: CannedName): HttpAnswer {
    return answered(this.#request ?? NO_REQUEST, { error: name }, this.#core.clock.now());
  }

  release(): void {
    for (const then of this.#after.splice(0)) then();
  }

  #answer(request: SocketRequest, symbol: string, now: number): HttpAnswer {
    try {
      const topic = this.#topic(request, symbol);
      if (request.method === "subscribe") this.#open(request, topic);
      else if (request.method === "unsubscribe") this.#after.push(() => this.#session.leave(topic));
      else throw new Refusal(`Unsupported method: ${request.method}`);
      const { symbol: _symbols, ...params } = request.params;
      return answered(request, { result: { ...params, symbol } }, now);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return answered(request, { error: error.message, also: { symbol } }, now);
    }
  }

  #open({ params }: SocketRequest, topic: KrakenTopic): void {
    if (this.#session.has(topic)) throw new Refusal("Already subscribed");
    this.#after.push(() => this.#session.open(topic, { snapshot: params["snapshot"] !== false }));
  }

  #topic({ params }: SocketRequest, symbol: string): KrakenTopic {
    const { channel, depth = 10, interval = 1 } = params;
    if (!CHANNELS.includes(String(channel))) {
      throw new Refusal(`Unsupported channel: ${String(channel)}`);
    }
    const listing = this.#core.venue.listings.get(symbol);
    // Only the new names: `XBT/USD` is unknown here.
    if (listing === undefined || listing.symbolId !== symbol) {
      throw new Refusal(`Currency pair not supported ${symbol}`);
    }
    const detail = channel === "book" ? String(depth) : channel === "ohlc" ? String(interval) : "";
    if (channel === "book" && !DEPTHS.includes(Number(depth))) {
      throw new Refusal("Subscription depth not supported");
    }
    if (channel === "ohlc" && INTERVALS[detail] === undefined) {
      throw new Refusal("Subscription ohlc interval not supported");
    }
    return { channel: channel as Channel, listing, detail }; // One of CHANNELS.
  }
}

const NO_REQUEST = { method: "", id: null };

function symbolsOf({ params: { symbol } }: SocketRequest): readonly string[] {
  return Array.isArray(symbol) ? symbol.map(String) : [];
}
