/** `futures.kraken.com/ws/v1`: public feeds, and private ones to whoever signs a challenge. */
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
import type { Frame, Subscriber } from "../kit/user_streams.ts";
import { frameText } from "../kraken/numbers.ts";
import type { Feed, FeedEvent, FuturesCore } from "./core.ts";
import type { FuturesListing } from "./listing.ts";
import { FEEDS, topicKey } from "./market_streams.ts";
import { feedOrder } from "./payloads.ts";
import { sign } from "./rest.ts";

const PRIVATE: readonly string[] = ["open_orders", "fills", "balances", "open_positions"];

type Request = Readonly<Record<string, unknown>>;
type Answer = Readonly<Record<string, unknown>>;

export class FuturesSession implements SocketSession, Subscriber, TopicListener {
  readonly operation: Operation;
  readonly #core: () => FuturesCore;
  readonly #port: SocketPort;
  readonly #challenge: string;
  readonly #feeds = new Set<string>();
  /** Of public feeds, by product. */
  readonly #topics = new Set<string>();
  #account: string | null = null;

  constructor(
    core: () => FuturesCore,
    request: HostRequest,
    at: { readonly port: SocketPort; readonly challenge: string },
  ) {
    this.#core = core;
    this.#port = at.port;
    this.#challenge = at.challenge;
    this.operation = {
      name: "socket.private",
      endpoint: `WS ${request.path}`,
      host: request.host,
      symbol: null,
      clientOrderId: null,
    };
  }

  receive(text: string): Call {
    const operation = { ...this.operation, name: "stream.request" };
    return new FeedCall(operation, {
      answer: () => this.#answer(text),
      deliver: (answers) => {
        for (const answer of answers) this.send(frameText(answer));
      },
    });
  }

  closed(): void {
    if (this.#account !== null) this.#core().users.unsubscribe(this.#account, this);
    for (const key of [...this.#topics]) this.#leave(key);
  }

  send(text: string): void {
    this.#port.send(text);
  }

  frame(frame: Frame): string | null {
    const { feed, body } = frame.event as FeedEvent; // The core's own.
    return this.#feeds.has(feed) ? frameText({ feed, ...body }) : null;
  }

  /** @returns the answer, and what is sent after it. */
  #answer(text: string): readonly Answer[] {
    const request = parsed(text);
    const { event, feed } = request;
    if (event === "challenge") return [{ event, message: this.#challenge }];
    if (typeof feed !== "string" || (event !== "subscribe" && event !== "unsubscribe")) {
      return [alert("Bad request")];
    }
    if (event === "unsubscribe") {
      this.#feeds.delete(feed);
      for (const listing of this.#listings(request)) this.#leave(topicKey(feed, listing));
      return [{ event: "unsubscribed", feed }];
    }
    if (feed === "heartbeat") {
      return [{ event: "subscribed", feed }, { feed, time: this.#core().clock.now() }];
    }
    if (FEEDS.includes(feed)) return this.#open(feed, request);
    if (!PRIVATE.includes(feed)) return [alert("Invalid feed")];
    const account = this.#accountOf(request);
    if (account === null) return [alert("Failed to subscribe to authenticated feed")];
    if (this.#account === null) {
      this.#account = account;
      this.#core().users.subscribe(account, this);
    }
    this.#feeds.add(feed);
    return [{ event: "subscribed", feed }, this.#snapshot(feed as Feed, account)];
  }

  deliver(_key: string, event: unknown): void {
    this.send(frameText(event));
  }

  /** Public: each product is told from its first state on. */
  #open(feed: string, request: Request): readonly Answer[] {
    const { streams, venue } = this.#core();
    const listings = this.#listings(request);
    if (listings.length === 0) return [alert("Invalid product id")];
    const opened = listings.filter((listing) => !this.#topics.has(topicKey(feed, listing)));
    const firsts = opened.map((listing) => {
      const key = topicKey(feed, listing);
      this.#topics.add(key);
      const first = streams.voice.opening(venue.market.get(listing.symbol)!, feed);
      streams.market.subscribe(key, this);
      return { ...first as Answer };
    });
    const product_ids = listings.map(({ symbol }) => symbol);
    return [{ event: "subscribed", feed, product_ids }, ...firsts];
  }

  #leave(key: string): void {
    const { streams } = this.#core();
    if (!this.#topics.delete(key)) return;
    streams.market.unsubscribe(key, this);
    if (!streams.market.has(key)) streams.voice.forget(key);
  }

  #listings({ product_ids }: Request): readonly FuturesListing[] {
    const names = Array.isArray(product_ids) ? product_ids.map(String) : [];
    return names.flatMap((name) => this.#core().venue.listings.get(name) ?? []);
  }

  #accountOf({ api_key, original_challenge, signed_challenge }: Request): string | null {
    const key = this.#core().venue.keys.get(String(api_key));
    if (key === undefined || original_challenge !== this.#challenge) return null;
    return sign(this.#challenge, key.account.secret) === signed_challenge ? key.accountId : null;
  }

  #snapshot(feed: Feed, account: string): Answer {
    const core = this.#core();
    switch (feed) {
      case "open_orders":
        return {
          feed: "open_orders_snapshot",
          account: "local",
          orders: core.venue.orders.open(account).map(feedOrder),
        };
      case "fills":
        return { feed: "fills_snapshot", account: "local", fills: [] };
      case "balances":
        return { feed: "balances_snapshot", ...core.balances(account), seq: 0 };
      case "open_positions":
        return { feed, ...core.positions(account), seq: 0 };
    }
  }
}

interface FeedParts {
  /** The answer, and what is sent after it. */
  readonly answer: () => readonly Answer[];
  readonly deliver: (answers: readonly Answer[]) => void;
}

class FeedCall implements Call {
  readonly operation: Operation;
  readonly #parts: FeedParts;
  #after: readonly Answer[] = [];

  constructor(operation: Operation, parts: FeedParts) {
    this.operation = operation;
    this.#parts = parts;
  }

  process(_options: ProcessOptions): HttpAnswer {
    const [first, ...more] = this.#parts.answer();
    this.#after = more;
    return { status: 200, headers: "", body: frameText(first) };
  }

  canned(name: CannedName): HttpAnswer {
    return { status: 200, headers: "", body: frameText(alert(name)) };
  }

  /** What a feed opens with follows its acknowledgement. */
  release(): void {
    this.#parts.deliver(this.#after);
    this.#after = [];
  }
}

function alert(message: string): Answer {
  return { event: "alert", message };
}

function parsed(text: string): Request {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
