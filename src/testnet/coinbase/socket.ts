/**
 * Both of Coinbase's WebSockets: channels as they are subscribed to, each message counted on from
 * the one before. Source: docs.cdp.coinbase.com, Advanced Trade WebSocket overview and channels, as
 * read on 2026-11-21.
 */
import type { CancelTimer } from "../../model/clock.ts";
import type { HostRequest, Operation, SocketPort, SocketSession } from "../dialect.ts";
import type { TopicListener } from "../kit/market_streams.ts";
import type { Frame, Subscriber } from "../kit/user_streams.ts";
import { PUBLIC_CHANNELS, snapshotOf, topicOf, watchBooks } from "./channels.ts";
import type { CoinbaseCore } from "./core.ts";
import { isoOf, userOrderRow } from "./order_payloads.ts";
import { Refusal } from "./refusal.ts";
import { SocketCall, type Subscription } from "./socket_call.ts";

/** Who has not subscribed to anything by then is disconnected. */
const SUBSCRIBE_MS = 5_000;
const HEARTBEAT_MS = 1_000;
/** "Open orders are returned in the snapshot batched by 50." */
const ORDERS_PER_MESSAGE = 50;

export class CoinbaseSocket implements SocketSession, Subscriber, TopicListener {
  readonly operation: Operation;
  readonly #core: () => CoinbaseCore;
  readonly #port: SocketPort;
  readonly #subscribed = new Map<string, Set<string>>();
  #sequence = 0;
  #heartbeats = 0;
  #account: string | null = null;
  #cancelTimer: CancelTimer;
  #cancelHeartbeat: CancelTimer = () => {};

  constructor(core: () => CoinbaseCore, request: HostRequest, port: SocketPort) {
    this.#core = core;
    this.#port = port;
    const name = request.host.includes("-user.") ? "socket.private" : "socket.public";
    const endpoint = `WS ${request.path}`;
    this.operation = { name, endpoint, host: request.host, symbol: null, clientOrderId: null };
    this.#cancelTimer = core().clock.setTimer(() => port.close(), SUBSCRIBE_MS);
  }

  get core(): CoinbaseCore {
    return this.#core();
  }

  receive(text: string): SocketCall {
    return new SocketCall(this, text);
  }

  closed(): void {
    this.#cancelTimer();
    this.#cancelHeartbeat();
    const { streams } = this.core;
    if (this.#account !== null) streams.users.unsubscribe(this.#account, this);
    for (const [channel, symbols] of this.#subscribed) {
      for (const symbol of symbols) streams.market.unsubscribe(topicOf(channel, symbol), this);
    }
    watchBooks(streams.market, this.core.venue.market);
  }

  /** Of user streams: the text is complete. */
  send(text: string): void {
    this.#port.send(text);
  }

  frame({ event }: Frame): string {
    return this.wrap("user", [event]);
  }

  deliver(topic: string, event: unknown): void {
    const [channel = ""] = topic.split(":");
    this.#port.send(this.wrap(PUBLIC_CHANNELS[channel] ?? channel, [event]));
  }

  /** `{"channel":"user","client_id":"","timestamp":"…","sequence_num":0,"events":[…]}` */
  wrap(channel: string, events: readonly unknown[]): string {
    return JSON.stringify({
      channel,
      client_id: "",
      timestamp: isoOf(this.core.clock.now()),
      sequence_num: this.#sequence++,
      events,
    });
  }

  /** @throws {Refusal} in words; what is wanted takes effect with `begin`. */
  check({ channel, symbols, account }: Subscription): void {
    if (channel === "heartbeats") return;
    if (channel === "user") {
      if (this.#account !== null && account !== this.#account) {
        throw new Refusal("", "one connection per user is expected");
      }
      return;
    }
    if (PUBLIC_CHANNELS[channel] === undefined) throw new Refusal("", `no channel ${channel}`);
    if (symbols.length === 0) throw new Refusal("", "product_ids are required");
    const unknown = symbols.find((symbol) => this.core.venue.listings.get(symbol) === undefined);
    if (unknown !== undefined) throw new Refusal("", `${unknown} is not a valid product`);
  }

  /** What the connection will have asked for, as its answer lists it. */
  listed(change: Subscription): Readonly<Record<string, readonly string[]>> {
    const all = new Map([...this.#subscribed].map(([name, symbols]) => [name, new Set(symbols)]));
    const named = all.get(change.channel) ?? new Set<string>();
    if (change.type === "subscribe") {
      for (const symbol of ownNames(change)) named.add(symbol);
      all.set(change.channel, named);
    } else {
      for (const symbol of ownNames(change)) named.delete(symbol);
      if (named.size === 0) all.delete(change.channel);
    }
    return Object.fromEntries([...all].map(([name, symbols]) => [name, [...symbols]]));
  }

  /** Once the answer is on its way: snapshots follow it. */
  begin(change: Subscription): void {
    this.#cancelTimer();
    const { channel, type } = change;
    const known = this.#subscribed.get(channel) ?? new Set<string>();
    const fresh = ownNames(change).filter((name) => known.has(name) !== (type === "subscribe"));
    for (const name of fresh) {
      if (type === "subscribe") known.add(name);
      else known.delete(name);
    }
    if (known.size > 0) this.#subscribed.set(channel, known);
    else this.#subscribed.delete(channel);
    if (fresh.length === 0) return;
    switch (channel) {
      case "heartbeats":
        return type === "subscribe" ? this.#beat() : this.#cancelHeartbeat();
      case "user":
        return this.#listen(change);
      default:
        return this.#follow(change, fresh);
    }
  }

  #listen({ type, account }: Subscription): void {
    const { users } = this.core.streams;
    if (type === "unsubscribe") {
      if (this.#account !== null) users.unsubscribe(this.#account, this);
      this.#account = null;
      return;
    }
    this.#account = account;
    const orders = this.core.venue.orders.open(account!).map(userOrderRow);
    for (let at = 0; at === 0 || at < orders.length; at += ORDERS_PER_MESSAGE) {
      const page = orders.slice(at, at + ORDERS_PER_MESSAGE);
      const positions = { perpetual_futures_positions: [], expiring_futures_positions: [] };
      this.#port.send(this.wrap("user", [{ type: "snapshot", orders: page, positions }]));
    }
    users.subscribe(account!, this);
  }

  #follow({ type, channel }: Subscription, symbols: readonly string[]): void {
    const { streams: { market: streams }, venue, clock } = this.core;
    for (const symbol of symbols) {
      const topic = topicOf(channel, symbol);
      if (type === "unsubscribe") {
        streams.unsubscribe(topic, this);
        continue;
      }
      this.deliver(topic, snapshotOf(channel, venue.market.get(symbol)!, clock.now()));
      streams.subscribe(topic, this);
    }
    watchBooks(streams, venue.market);
  }

  /** `{"current_time":"2023-06-23 20:31:56.12 +0000 UTC m=+91717.52","heartbeat_counter":"3"}` */
  #beat(): void {
    const { clock } = this.core;
    const at = isoOf(clock.now()).replace("T", " ").replace("Z", " +0000 UTC");
    const beat = { current_time: at, heartbeat_counter: String(this.#heartbeats++) };
    this.#port.send(this.wrap("heartbeats", [beat]));
    this.#cancelHeartbeat = clock.setTimer(() => this.#beat(), HEARTBEAT_MS);
  }
}

/** Channels without products are listed by something of their own. */
function ownNames({ channel, symbols, account }: Subscription): readonly string[] {
  if (channel === "heartbeats") return ["heartbeats"];
  return channel === "user" ? [account ?? ""] : symbols;
}
