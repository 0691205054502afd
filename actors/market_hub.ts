/**
 * Who listens to what on one exchange, counted by topic. It outlives the lives of the exchange:
 * each life's market actor attaches to it, serves what is wanted and leaves.
 *
 * I1 A topic is wanted once, however many listen, and dropped when the last one leaves.
 */
import { DeniedError } from "../src/model/errors.ts";
import { MARKET_SUBSCRIPTIONS_MAX, MARKET_TOPICS_MAX } from "../src/model/limits.ts";
import type { SubscribeOptions } from "../src/model/market_data.ts";
import { type Topic, topicKey } from "../src/model/market_feed.ts";
import { type MarketNews, Subscription } from "./market_subscription.ts";

/** The market actor of the life that runs now. */
export interface MarketServer {
  /** Of a book also when it is wanted deeper than before. */
  want(topics: readonly Topic[]): void;
  drop(topics: readonly Topic[]): void;
}

interface Wanted {
  topic: Topic;
  // What a topic tells is what its listeners were made for: `subscribe` takes both at once.
  readonly listeners: Set<Subscription<unknown>>;
  /** The newest state, for those who come later; null for what has none. */
  newest: MarketNews<unknown> | null;
}

export class MarketHub {
  readonly #wanted = new Map<string, Wanted>();
  readonly #subscriptions = new Set<Subscription<unknown>>();
  #server: MarketServer | null = null;
  #dropped = 0;
  #threw = 0;
  #closed = false;

  /** Updates that slow readers have lost. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Callbacks that threw. */
  get threw(): number {
    return this.#threw;
  }

  get subscriptions(): number {
    return this.#subscriptions.size;
  }

  /** How many listen. */
  listeners(key: string): number {
    return this.#wanted.get(key)?.listeners.size ?? 0;
  }

  /** @returns what ends the service. */
  attach(server: MarketServer): () => void {
    this.#server = server;
    server.want([...this.#wanted.values()].map(({ topic }) => topic));
    return () => {
      if (this.#server === server) this.#server = null;
    };
  }

  /** @throws {DeniedError} when there are too many already. */
  subscribe<T>(
    topics: readonly Topic[],
    options: SubscribeOptions<T> & { readonly depth: number; readonly backlogMax: number },
  ): Subscription<T> {
    this.#admit(topics);
    const subscription = new Subscription<T>(topics, {
      ...options,
      ports: {
        left: (gone) => this.#left(subscription, gone),
        dropped: () => void this.#dropped++,
        threw: () => void this.#threw++,
      },
    });
    this.#subscriptions.add(subscription);
    const news: Topic[] = [];
    for (const topic of subscription.topics) if (this.#join(subscription, topic)) news.push(topic);
    if (options.signal?.aborted === true || this.#closed) subscription.close();
    else if (news.length > 0) this.#server?.want(news);
    return subscription;
  }

  /** Out of every subscription. */
  leave(symbolId: string): void {
    for (const subscription of [...this.#subscriptions]) subscription.leave(symbolId);
  }

  /** @param news `keep`: whoever comes later hears it, too */
  publish(news: MarketNews<unknown>, { keep }: { readonly keep: boolean }): void {
    const wanted = this.#wanted.get(news.topic);
    if (wanted === undefined) return;
    if (keep) wanted.newest = news;
    for (const listener of wanted.listeners) listener.tell(news);
  }

  /** Ends every subscription, for good. */
  close(): void {
    this.#closed = true;
    for (const subscription of [...this.#subscriptions]) subscription.close();
  }

  #admit(topics: readonly Topic[]): void {
    if (this.#subscriptions.size >= MARKET_SUBSCRIPTIONS_MAX) {
      const limit = MARKET_SUBSCRIPTIONS_MAX;
      throw new DeniedError(
        "TOO_MANY_SUBSCRIPTIONS",
        `Cannot subscribe: at most ${limit} subscriptions of market data, close one first`,
        { limit },
      );
    }
    const fresh = topics.filter((topic) => !this.#wanted.has(topicKey(topic))).length;
    if (this.#wanted.size + fresh <= MARKET_TOPICS_MAX) return;
    const limit = MARKET_TOPICS_MAX;
    const actual = this.#wanted.size + fresh;
    throw new DeniedError(
      "TOO_MANY_TOPICS",
      `Cannot subscribe: at most ${limit} topics of market data, this would make ${actual}`,
      { limit, actual },
    );
  }

  /** @returns whether the venue has to be asked for it. */
  #join<T>(subscription: Subscription<T>, topic: Topic): boolean {
    const key = topicKey(topic);
    const known = this.#wanted.get(key);
    if (known === undefined) {
      const listeners = new Set<Subscription<unknown>>([subscription]);
      this.#wanted.set(key, { topic, listeners, newest: null });
      return true;
    }
    known.listeners.add(subscription);
    // The same key is the same channel, whose news are updates of this subscription's type.
    if (known.newest !== null) subscription.tell(known.newest as MarketNews<T>);
    if (topic.channel !== "book" || known.topic.channel !== "book") return false;
    if (topic.depth <= known.topic.depth) return false;
    known.topic = topic;
    return true;
  }

  #left<T>(subscription: Subscription<T>, gone: readonly Topic[]): void {
    const ended: Topic[] = [];
    for (const topic of gone) {
      const key = topicKey(topic);
      const wanted = this.#wanted.get(key);
      wanted?.listeners.delete(subscription);
      if (wanted === undefined || wanted.listeners.size > 0) continue;
      this.#wanted.delete(key); // I1
      ended.push(wanted.topic);
    }
    if (subscription.topics.length === 0) this.#subscriptions.delete(subscription);
    if (ended.length > 0) this.#server?.drop(ended);
  }
}
