/**
 * The market data of one life of an exchange: serves what the hub wants from the adapter's public
 * sockets, and by reads while a socket is down. The exchange starts and stops it and hands it the
 * adapter's market facts; nothing here holds or changes an order.
 *
 * I1 A topic has one subscription at the venue, and none once nobody wants it.
 * I2 What comes from anything but the open stream says so in its `source`.
 * I3 A public socket that is down, or keeps failing, costs the exchange nothing but this.
 * I4 A topic whose stream a read has proven silent is stale and polled until the stream tells it.
 */
import type { InspectionEvent } from "xstate";
import { MARKET_LINGER_MS, MARKET_POLL_AFTER_MS, MARKET_SETTLE_MS } from "../machines/timeouts.ts";
import type { ExchangeAdapter, MarketStream, TopicRoute } from "../src/exchanges/exchange.ts";
import type { Clock, Random } from "../src/model/clock.ts";
import type { Ticker } from "../src/model/market.ts";
import { type MarketFact, type Topic, topicKey } from "../src/model/market_feed.ts";
import type { MarketHealth, MarketTopicState } from "../src/model/health.ts";
import { MarketBeside, type SilentTopic } from "./market_beside.ts";
import { MarketBooks } from "./market_books.ts";
import { MarketCandles } from "./market_candles.ts";
import { marketHealth } from "./market_health.ts";
import type { MarketHub, MarketServer } from "./market_hub.ts";
import {
  closeLine,
  hasLeft,
  isBegunAnew,
  joinedLine,
  type MarketLine,
  NO_ROUTE,
  type Served,
  socketsOf,
} from "./market_line.ts";
import { MarketLooks, type Polling } from "./market_looks.ts";
import { MarketPoller } from "./market_poller.ts";
import { MarketReads } from "./market_reads.ts";
import { MarketTickers } from "./market_tickers.ts";
import type { MarketNews } from "./market_subscription.ts";
import { MarketTrades } from "./market_trades.ts";
import { MarketWatch } from "./market_watch.ts";
import type { RequestRunner } from "./request.ts";
import { Sockets } from "./sockets.ts";
import { Supervisor } from "./supervision.ts";
import type { Vitals } from "./vitals.ts";

export interface MarketOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly adapter: Pick<ExchangeAdapter, "id" | "marketData">;
  readonly runner: Pick<RequestRunner, "run">;
  readonly vitals: Pick<Vitals, "trouble">;
  readonly hub: MarketHub;
  readonly inspect: (event: InspectionEvent) => void;
}

export class Market implements MarketServer {
  readonly #o: MarketOptions;
  readonly #stream: MarketStream | undefined;
  readonly #topics = new Map<string, Served>();
  /** By socket id. */
  readonly #lines = new Map<string, MarketLine>();
  readonly #supervisor: Supervisor;
  readonly #sockets: Sockets;
  readonly #tickers: MarketTickers;
  readonly #beside: MarketBeside;
  readonly #books: MarketBooks;
  readonly #trades: MarketTrades;
  readonly #candles: MarketCandles;
  readonly #poller: MarketPoller;
  readonly #watch: MarketWatch;
  #detach: (() => void) | null = null;
  #ended = false;
  #incomplete = 0;

  constructor(options: MarketOptions) {
    const { clock, random, adapter, vitals, inspect, hub } = options;
    this.#o = options;
    this.#stream = adapter.marketData.stream;
    const trouble = (what: string, detail: unknown) => vitals.trouble(`market.${what}`, detail);
    this.#supervisor = new Supervisor({
      clock,
      random,
      onEscalate: ({ id, error }) => trouble(`gaveUp.${id}`, error), // I3: polled from now on
    });
    this.#sockets = new Sockets({
      clock,
      random,
      supervisor: this.#supervisor,
      inspect,
      onUp: (socketId) => this.#up(socketId),
      onAllUp: () => {},
      onDown: ({ id: socketId }, reason) => {
        trouble(`socket.${socketId}`, reason);
        this.#down(socketId);
      },
      onFailedDial: (socketId, reason) => trouble(`socket.${socketId}`, reason),
    });
    const reads = new MarketReads(options);
    const publish = (news: MarketNews<unknown>) => hub.publish(news, { keep: true });
    this.#tickers = new MarketTickers({ read: (symbolId) => reads.ticker(symbolId), publish });
    const onSilent = (silent: SilentTopic) => this.#mend(silent);
    this.#beside = new MarketBeside({ clock, tickers: this.#tickers, trouble, onSilent });
    this.#books = new MarketBooks({
      exchangeId: adapter.id,
      clock,
      rulesOf: (topic) => this.#stream?.bookRules(topic) ?? { snapshot: "stream", window: null },
      read: (symbolId, depth) => reads.book(symbolId, depth),
      resubscribe: (topic) => this.#again(topic),
      publish,
      trouble: (what, symbolId) => trouble(`book.${what}`, symbolId),
    });
    this.#trades = new MarketTrades({
      clock,
      read: (symbolId, limit) => reads.trades(symbolId, limit),
      publish: (news) => hub.publish(news, { keep: false }),
      incomplete: (symbolId) => {
        this.#incomplete += 1;
        trouble("trades.INCOMPLETE", symbolId);
      },
    });
    this.#candles = new MarketCandles({
      read: (symbolId, query) => reads.ohlcv(symbolId, query),
      publish,
    });
    const looks = new MarketLooks({
      reads,
      tickers: this.#tickers,
      books: this.#books,
      trades: this.#trades,
      candles: this.#candles,
    });
    this.#poller = new MarketPoller({
      clock,
      poll: (topic) => looks.poll(topic, this.#polling(topic)),
    });
    this.#watch = new MarketWatch({
      clock,
      heard: (topic) => looks.heard(topic),
      look: (topic) => looks.look(topic),
      onSilent: (topic, strikes) => this.#silent(topic, strikes),
      onHeard: (topic) => this.#poller.remove(topicKey(topic)),
    });
  }

  /** The newest of each symbol that was told or polled. */
  get tickers(): Map<string, Ticker> {
    return this.#tickers.newest;
  }

  /** The adapter is connected: what is wanted is served from now on. Again: does nothing. */
  start(): void {
    if (this.#ended || this.#detach !== null) return;
    this.#detach = this.#o.hub.attach(this);
  }

  async stop(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#detach?.();
    this.#poller.stop();
    this.#watch.stop();
    this.#beside.stop();
    this.#trades.stop();
    this.#books.stop();
    for (const line of this.#lines.values()) closeLine(line);
    await this.#supervisor.stop();
  }

  want(topics: readonly Topic[]): void {
    const begun: Topic[] = [];
    const deeper: Topic[] = [];
    for (const topic of topics) {
      const known = this.#topics.get(topicKey(topic));
      if (known === undefined) begun.push(topic);
      else deeper.push(known.topic = topic);
    }
    for (const topic of begun) this.#begin(topic);
    for (const topic of deeper) if (topic.channel === "book") this.#books.add(topic);
    const direct = begun.filter((topic) => this.#routeOf(topic).kind === "adapter");
    if (direct.length > 0) this.#stream?.subscribe(direct);
    for (const topic of direct) this.#streams(topic);
    for (const [socketId, line] of this.#lines) {
      if (!this.#sockets.isUp(socketId)) continue;
      const own = begun.filter((topic) => line.topics.has(topicKey(topic)));
      const more = begun.filter((topic) => line.beside.has(topicKey(topic)));
      line.socket.say("subscribe", [...own, ...more]);
      for (const topic of own) this.#streams(topic);
      for (const topic of more) this.#beside.up(topic, socketId);
    }
  }

  drop(topics: readonly Topic[]): void {
    for (const topic of topics) {
      const key = topicKey(topic);
      const route = this.#routeOf(topic);
      this.#topics.delete(key);
      this.#poller.remove(key);
      this.#watch.end(key);
      if (topic.channel === "ticker") this.#beside.end(topic.symbolId);
      if (topic.channel === "book") this.#books.remove(topic.symbolId);
      if (topic.channel === "trades") this.#trades.remove(topic.symbolId);
      if (topic.channel === "ohlcv") this.#candles.remove(topic);
      if (route.kind === "adapter") this.#stream?.unsubscribe([topic]);
      for (const socketId of socketsOf(route)) this.#leaveLine(socketId, topic);
    }
  }

  take(fact: MarketFact): void {
    switch (fact.kind) {
      case "ticker":
        return this.#tickers.take(fact.ticker);
      case "prices":
        return this.#beside.take(fact);
      case "trades":
        return this.#trades.take(fact.trades);
      case "bookSnapshot":
        return this.#books.snapshot(fact.book);
      case "bookDelta":
        return this.#books.delta(fact.delta);
      case "candle":
        return this.#candles.take(fact);
      case "marketGap":
        return this.#gap(fact.socketId, fact.symbolId);
      case "topicRefused":
        return this.#refuse(fact.topic, fact.message);
    }
  }

  health(): MarketHealth {
    return marketHealth([...this.#topics.values()].map(({ topic }) => topic), {
      stateOf: (topic) => this.#stateOf(topic),
      hub: this.#o.hub,
      sockets: this.#sockets.connections,
      resyncs: this.#books.resyncs,
      incompleteBackfills: this.#incomplete,
    });
  }

  #stateOf(topic: Topic): MarketTopicState {
    const key = topicKey(topic);
    if (this.#poller.isPolling(key)) return "polling";
    const ids = socketsOf(this.#routeOf(topic));
    if (!ids.every((socketId) => this.#sockets.isUp(socketId))) return "waiting";
    if (topic.channel === "ticker" && this.#beside.isSilent(topic.symbolId)) return "waiting";
    if (topic.channel !== "book" || this.#books.isWhole(topic.symbolId)) return "streaming";
    return "resyncing";
  }

  #routeOf(topic: Topic): TopicRoute {
    return this.#topics.get(topicKey(topic))?.route ?? NO_ROUTE;
  }

  #begin(topic: Topic): void {
    const route = this.#stream?.route(topic) ?? NO_ROUTE;
    this.#topics.set(topicKey(topic), { topic, route });
    if (topic.channel === "book") this.#books.add(topic);
    if (topic.channel === "trades") this.#trades.add(topic.symbolId);
    if (route.kind === "none") return this.#poller.add(topic);
    for (const socketId of socketsOf(route)) this.#joinLine(socketId, topic);
  }

  /** It is subscribed to at the venue from now on. */
  #streams(topic: Topic): void {
    const key = topicKey(topic);
    if (!this.#watch.isSilent(key)) this.#poller.remove(key); // I4
    if (topic.channel === "book") this.#books.up(topic.symbolId);
    else if (topic.channel === "trades") this.#trades.up(topic.symbolId);
    else this.#poller.once(topic); // A quiet market tells nothing until it moves.
    if (this.#routeOf(topic).kind === "socket") this.#watch.begin(topic);
  }

  #silent(topic: Topic, strikes: number): void {
    const route = this.#routeOf(topic);
    if (route.kind !== "socket" || !this.#lines.has(route.socketId)) return;
    this.#o.vitals.trouble(`market.silent.${topic.channel}`, topic.symbolId);
    if (topic.channel === "book") this.#books.silent(topic.symbolId);
    if (topic.channel === "trades") this.#trades.lost(topic.symbolId);
    this.#poller.add(topic); // I4
    this.#mend({ topic, socketId: route.socketId, strikes });
  }

  #mend({ topic, socketId, strikes }: SilentTopic): void {
    const line = this.#lines.get(socketId);
    const now = this.#o.clock.monotonic();
    if (line === undefined || isBegunAnew(line, { topic, strikes, now })) return;
    this.#sockets.redial(socketId, `${topicKey(topic)} is silent`);
  }

  #joinLine(socketId: string, topic: Topic): void {
    const [{ clock }, stream, route] = [this.#o, this.#stream, this.#routeOf(topic)];
    const line = joinedLine(this.#lines, { socketId, topic, route, clock, stream });
    if (line.beside.has(topicKey(topic))) this.#beside.down(topic);
    const socket = this.#stream?.sockets.find(({ id }) => id === socketId);
    if (socket !== undefined) this.#sockets.start([socket]);
    if (!this.#sockets.isUp(socketId)) this.#pollLater(line);
  }

  #leaveLine(socketId: string, topic: Topic): void {
    const line = this.#lines.get(socketId);
    if (line === undefined) return;
    if (!hasLeft(line, topic) || this.#ended) return;
    line.cancelPoll?.();
    line.cancelPoll = null;
    line.cancelLinger = this.#o.clock.setTimer(() => {
      this.#lines.delete(socketId);
      line.socket.close();
      line.cancelSettle?.();
      this.#sockets.end(socketId);
    }, MARKET_LINGER_MS);
  }

  #up(socketId: string): void {
    const line = this.#lines.get(socketId);
    if (line === undefined || this.#ended) return;
    line.cancelPoll?.();
    line.cancelPoll = null;
    const topics = [...line.topics.values()];
    line.socket.open([...topics, ...line.beside.values()]);
    for (const topic of topics) this.#streams(topic);
    for (const topic of line.beside.values()) this.#beside.up(topic, socketId);
    line.cancelSettle = this.#o.clock.setTimer(() => {
      line.cancelSettle = null;
      // What closed between the last frame of the old connection and the first of the new one.
      for (const topic of line.topics.values()) {
        if (topic.channel === "ohlcv") this.#poller.once(topic);
      }
    }, MARKET_SETTLE_MS);
  }

  #down(socketId: string): void {
    const line = this.#lines.get(socketId);
    if (line === undefined || this.#ended) return;
    line.socket.close();
    line.cancelSettle?.();
    line.cancelSettle = null;
    for (const [key, topic] of line.topics) {
      this.#watch.pause(key);
      if (topic.channel === "book") this.#books.down(topic.symbolId);
    }
    for (const topic of line.beside.values()) this.#beside.down(topic);
    this.#pollLater(line);
  }

  #pollLater(line: MarketLine): void {
    line.cancelPoll ??= this.#o.clock.setTimer(() => {
      for (const topic of line.topics.values()) this.#poller.add(topic);
      // Topics that come while it is down are polled as soon.
      line.cancelPoll = null;
    }, MARKET_POLL_AFTER_MS);
  }

  #again(topic: Topic): void {
    const route = this.#routeOf(topic);
    if (route.kind === "socket") this.#lines.get(route.socketId)?.socket.say("again", [topic]);
    if (route.kind !== "adapter") return;
    this.#stream?.unsubscribe([topic]);
    this.#stream?.subscribe([topic]);
  }

  #gap(socketId: string, symbolId: string | null): void {
    this.#o.vitals.trouble(`market.gap.${socketId}`, symbolId ?? "all");
    for (const topic of this.#lines.get(socketId)?.topics.values() ?? []) {
      if (symbolId !== null && topic.symbolId !== symbolId) continue;
      if (topic.channel === "book") this.#books.lost(topic.symbolId);
      else if (topic.channel === "trades") this.#trades.lost(topic.symbolId);
      else this.#poller.once(topic);
    }
  }

  #refuse(topic: Topic, message: string): void {
    const key = topicKey(topic);
    const known = this.#topics.get(key);
    if (known === undefined) return;
    this.#o.vitals.trouble(`market.refused.${topic.channel}`, message);
    const [carrier, ...beside] = socketsOf(known.route);
    if (carrier !== undefined) this.#lines.get(carrier)?.topics.delete(key);
    for (const socketId of beside) this.#leaveLine(socketId, topic);
    if (topic.channel === "ticker") this.#beside.end(topic.symbolId);
    known.route = NO_ROUTE; // For this life of the exchange.
    this.#watch.end(key);
    if (topic.channel === "book") this.#books.down(topic.symbolId);
    this.#poller.add(known.topic);
  }

  #polling(topic: Topic): Polling {
    const key = topicKey(topic);
    return {
      isRepeated: () => this.#poller.isPolling(key),
      isWanted: () => !this.#ended && this.#topics.has(key),
    };
  }
}
