/**
 * One listener of market data. It is told by the hub, and either calls back at once or keeps what
 * its reader has not taken yet.
 *
 * I1 Nothing is told after it has closed. I2 What waits is bounded; nobody waits for a slow reader.
 */
import { Backlog } from "../machines/backlog.ts";
import type { MarketSubscription, SubscribeOptions } from "../src/model/market_data.ts";
import type { Topic } from "../src/model/market_feed.ts";
import { topicKey } from "../src/model/market_feed.ts";

/** What the hub has for a topic, made into an update only when somebody takes it. */
export interface MarketNews<T> {
  readonly topic: string;
  /** A newer one under the same key takes its place; null: each is told. */
  readonly key: string | null;
  /** @param given how deep the reader wants it, and how many it lost right before this one */
  present(given: { readonly depth: number; readonly dropped: number }): T;
}

/** A callback as an object with a method, so that a list can hold subscriptions of all updates. */
interface Listener<T> {
  told(update: T): void;
}

export interface SubscriptionPorts {
  readonly left: (topics: readonly Topic[]) => void;
  readonly dropped: () => void;
  readonly threw: (error: unknown) => void;
}

export class Subscription<T> implements MarketSubscription<T> {
  readonly #topics = new Map<string, Topic>();
  readonly #backlog: Backlog<MarketNews<T>>;
  readonly #depth: number;
  readonly #ports: SubscriptionPorts;
  /** Null: it is iterated. */
  readonly #listener: Listener<T> | null;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = () => this.close();
  #wake: (() => void) | null = null;
  #closed = false;

  constructor(
    topics: readonly Topic[],
    options: SubscribeOptions<T> & {
      readonly depth: number;
      readonly backlogMax: number;
      readonly ports: SubscriptionPorts;
    },
  ) {
    for (const topic of topics) this.#topics.set(topicKey(topic), topic);
    this.#backlog = new Backlog(options.backlogMax);
    this.#depth = options.depth;
    this.#ports = options.ports;
    const { onUpdate } = options;
    this.#listener = onUpdate === undefined ? null : { told: onUpdate };
    this.#signal = options.signal;
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  get symbols(): readonly string[] {
    return [...new Set([...this.#topics.values()].map(({ symbolId }) => symbolId))];
  }

  get topics(): readonly Topic[] {
    return [...this.#topics.values()];
  }

  tell(news: MarketNews<T>): void {
    if (this.#closed) return;
    if (this.#listener !== null) return this.#call(this.#listener, news);
    if (this.#backlog.push(news.key, news)) this.#ports.dropped();
    this.#wakeUp();
  }

  /** Takes a symbol out; ends when none is left. */
  leave(symbolId: string): void {
    const gone = this.topics.filter((topic) => topic.symbolId === symbolId);
    if (gone.length === 0 || this.#closed) return;
    for (const topic of gone) this.#topics.delete(topicKey(topic));
    this.#backlog.keepOnly(({ topic }) => this.#topics.has(topic));
    this.#ports.left(gone);
    if (this.#topics.size === 0) this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    const gone = this.topics;
    this.#topics.clear();
    this.#ports.left(gone);
    this.#wakeUp();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** One reader at a time; leaving the loop ends the subscription. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    if (this.#listener !== null) {
      throw new TypeError("Cannot iterate a subscription that calls back: it has an onUpdate");
    }
    try {
      for (;;) {
        const next = this.#closed ? undefined : this.#backlog.take();
        if (next !== undefined) {
          yield next.item.present({ depth: this.#depth, dropped: next.dropped });
        } else if (this.#closed) return;
        else await new Promise<void>((resolve) => this.#wake = resolve);
      }
    } finally {
      this.close();
    }
  }

  #call(listener: Listener<T>, news: MarketNews<T>): void {
    try {
      listener.told(news.present({ depth: this.#depth, dropped: 0 }));
    } catch (error) {
      this.#ports.threw(error);
    }
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
