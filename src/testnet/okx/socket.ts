/**
 * One WebSocket of OKX: `/ws/v5/public`, `/ws/v5/business` or `/ws/v5/private`. Texts `ping` are
 * answered `pong`, and who says nothing for half a minute is dropped. Source: OKX API guide v5,
 * "WebSocket", as read on 2026-11-21.
 */
import type { CancelTimer } from "../../model/clock.ts";
import type { Call, HostRequest, Operation, SocketPort, SocketSession } from "../dialect.ts";
import type { Key } from "../kit/key_ring.ts";
import type { TopicListener } from "../kit/market_streams.ts";
import type { Frame as AccountFrame, Subscriber } from "../kit/user_streams.ts";
import { balanceRow } from "./account_payloads.ts";
import { channelsOf, firstData, type Frame, topicOf, watchBooks } from "./channels.ts";
import type { OkxCore } from "./core.ts";
import { positions } from "./operations.ts";
import { optional, type Params } from "./params.ts";
import { Refusal } from "./refusal.ts";
import { SocketCall } from "./socket_call.ts";

export type SocketUrl = "public" | "business" | "private";

/** "Connection closed as there was no data transmission in the last 30 seconds." */
const IDLE_MS = 30_000;
/** Their frames by channel. */
const PRIVATE_FRAMES: Readonly<Record<string, string>> = {
  orders: "userData.order",
  account: "userData.balance",
  positions: "userData.position",
};

export class OkxSocket implements SocketSession, TopicListener {
  readonly operation: Operation;
  readonly url: SocketUrl;
  readonly #core: () => OkxCore;
  readonly #port: SocketPort;
  /** By topic on the public URLs, by position on the private one. */
  readonly #args = new Map<string, Params>();
  #login: { readonly key: Key; readonly subscriber: Subscriber } | null = null;
  #stopIdle: CancelTimer = () => {};

  constructor(
    core: () => OkxCore,
    asked: { readonly request: HostRequest; readonly url: SocketUrl },
    port: SocketPort,
  ) {
    this.#core = core;
    this.#port = port;
    this.url = asked.url;
    this.operation = {
      name: asked.url === "private" ? "socket.private" : "socket.public",
      endpoint: `WS ${asked.request.path}`,
      host: asked.request.host,
      symbol: null,
      clientOrderId: null,
    };
    this.#stayAwake();
  }

  get core(): OkxCore {
    return this.#core();
  }

  get account(): string | null {
    return this.#login?.key.accountId ?? null;
  }

  receive(text: string): Call {
    this.#stayAwake();
    return new SocketCall(this, text);
  }

  closed(): void {
    this.#stopIdle();
    for (const topic of this.#args.keys()) this.core.streams.unsubscribe(topic, this);
    if (this.#login !== null) {
      this.core.users.unsubscribe(this.#login.key.accountId, this.#login.subscriber);
    }
    watchBooks(this.core.streams, this.core.venue.market);
  }

  send(frame: unknown): void {
    this.#stayAwake();
    this.#port.send(JSON.stringify(frame));
  }

  deliver(topic: string, event: unknown): void {
    const arg = this.#args.get(topic);
    if (arg !== undefined) this.send({ arg, ...event as Frame });
  }

  /** @throws {Refusal} 60020 when the account has too many connections. */
  loginAs(key: Key): void {
    if (this.#login !== null) return;
    const subscriber: Subscriber = {
      send: (text) => {
        this.#stayAwake();
        this.#port.send(text);
      },
      frame: (frame) => this.#accountFrame(frame),
    };
    if (!this.core.users.subscribe(key.accountId, subscriber)) {
      throw new Refusal("60020", "APIKey subscription amount exceeds the limit");
    }
    this.#login = { key, subscriber };
  }

  /** @throws {Refusal} 60011 or 60018. */
  check(arg: Params): void {
    const channel = optional(arg, "channel") ?? "";
    const instId = optional(arg, "instId");
    if (this.url === "private") {
      if (PRIVATE_FRAMES[channel] === undefined) throw wrongChannel(channel, instId);
      if (this.#login === null) throw new Refusal("60011", "Please log in");
      return;
    }
    const known = channelsOf(this.url).has(channel) && instId !== null &&
      this.core.venue.market.get(instId) !== undefined;
    if (!known) throw wrongChannel(channel, instId);
  }

  /** Begins what `check` has let pass; what is there already is told at once. */
  subscribe(arg: Params): void {
    const channel = optional(arg, "channel") ?? "";
    if (this.url === "private") {
      this.#args.set(JSON.stringify(arg), arg);
      const data = this.#snapshot(channel);
      if (data !== null) this.send({ arg: this.#shown(arg), ...data });
      return;
    }
    const instId = optional(arg, "instId") ?? "";
    const topic = topicOf(channel, instId);
    const market = this.core.venue.market.get(instId)!;
    const first = firstData(channel, market);
    if (first !== null) this.send({ arg, ...first });
    this.#args.set(topic, arg);
    this.core.streams.subscribe(topic, this);
    watchBooks(this.core.streams, this.core.venue.market);
  }

  unsubscribe(arg: Params): void {
    if (this.url === "private") return void this.#args.delete(JSON.stringify(arg));
    const topic = topicOf(optional(arg, "channel") ?? "", optional(arg, "instId") ?? "");
    this.#args.delete(topic);
    this.core.streams.unsubscribe(topic, this);
    watchBooks(this.core.streams, this.core.venue.market);
  }

  #accountFrame({ operation, event }: AccountFrame): string | null {
    const row = event as Readonly<Record<string, unknown>>;
    for (const arg of this.#args.values()) {
      if (PRIVATE_FRAMES[String(arg["channel"])] !== operation.name) continue;
      if (!isOf(row, arg)) continue;
      return JSON.stringify({ arg: this.#shown(arg), data: [event] });
    }
    return null;
  }

  /** Null where a channel tells changes only. */
  #snapshot(channel: string) {
    const account = this.account;
    if (account === null) return null;
    const { engine } = this.core.venue;
    if (channel === "account") {
      const now = this.core.clock.now();
      const data = [balanceRow(engine.balances(account), { engine, account, now })];
      return { eventType: "snapshot", curPage: 1, lastPage: true, data };
    }
    if (channel !== "positions") return null;
    const options = { receivedAt: this.core.clock.now() };
    const data = positions(this.core, { account, params: {}, options, expTime: null });
    return { eventType: "snapshot", curPage: 1, lastPage: true, data };
  }

  /** The argument as the venue repeats it. */
  #shown({ channel, instType, instId }: Params) {
    return {
      channel,
      ...(instType === undefined ? {} : { instType }),
      ...(instId === undefined ? {} : { instId }),
      uid: this.account,
    };
  }

  #stayAwake(): void {
    this.#stopIdle();
    this.#stopIdle = this.core.clock.setTimer(() => this.#port.close(), IDLE_MS);
  }
}

function isOf(row: Readonly<Record<string, unknown>>, { instType, instId }: Params): boolean {
  return (instType === undefined || instType === "ANY" || instType === row["instType"]) &&
    (instId === undefined || instId === row["instId"]);
}

function wrongChannel(channel: string, instId: string | null): Refusal {
  const named = instId === null ? `channel:${channel}` : `channel:${channel},instId:${instId}`;
  return new Refusal(
    "60018",
    `Wrong URL or ${named} doesn't exist. Please use the correct URL, channel and parameters ` +
      "referring to API document.",
  );
}
