/**
 * One WebSocket of Hyperliquid, `/ws`: public and account channels, and posted requests. Who is sent
 * nothing for a minute is dropped. Source: hyperliquid.gitbook.io, "Websocket", as read on
 * 2026-11-21.
 */
import type { CancelTimer } from "../../model/clock.ts";
import type { Call, HostRequest, Operation, SocketPort, SocketSession } from "../dialect.ts";
import type { TopicListener } from "../kit/market_streams.ts";
import type { Frame, Subscriber } from "../kit/user_streams.ts";
import { marginState, tokenState } from "./account_payloads.ts";
import { firstFrame, PUBLIC_TYPES, type Subscription, topicOf } from "./channels.ts";
import { type HyperliquidCore, TEST_HOST } from "./core.ts";
import { allMids } from "./info.ts";
import type { Network } from "./signature.ts";
import { SocketCall } from "./socket_call.ts";

/** "The server will close any connection if it hasn't sent a message to it in the last 60 seconds." */
const IDLE_MS = 60_000;
/** How often all middle prices are told. */
const MIDS_MS = 1_000;
/** Snapshots of fills are the newest of an account. */
const SNAPSHOT_FILLS = 2_000;

/** Account channels by type: the operation whose frames they carry. */
export const ACCOUNT_TYPES: Readonly<Record<string, string>> = {
  orderUpdates: "userData.order",
  userFills: "userData.execution",
  spotState: "userData.balance",
  clearinghouseState: "userData.position",
};

export class HyperliquidSocket implements SocketSession, TopicListener {
  readonly operation: Operation;
  readonly network: Network;
  readonly #core: () => HyperliquidCore;
  readonly #port: SocketPort;
  /** By topic: what was subscribed to, as it was said. */
  readonly #subscriptions = new Set<string>();
  /** By account. */
  readonly #accounts = new Map<string, Subscriber>();
  #stopIdle: CancelTimer = () => {};
  #stopMids: CancelTimer = () => {};

  constructor(core: () => HyperliquidCore, request: HostRequest, port: SocketPort) {
    this.#core = core;
    this.#port = port;
    this.network = request.host === TEST_HOST ? "b" : "a";
    this.operation = {
      name: "socket.private",
      endpoint: `WS ${request.path}`,
      host: request.host,
      symbol: null,
      clientOrderId: null,
    };
    this.#stayAwake();
  }

  get core(): HyperliquidCore {
    return this.#core();
  }

  receive(text: string): Call {
    return new SocketCall(this, text);
  }

  closed(): void {
    this.#stopIdle();
    this.#stopMids();
    for (const topic of this.#subscriptions) this.core.streams.unsubscribe(topic, this);
    for (const [account, subscriber] of this.#accounts) {
      this.core.users.unsubscribe(account, subscriber);
    }
  }

  send(frame: unknown): void {
    this.#stayAwake();
    this.#port.send(JSON.stringify(frame));
  }

  deliver(_topic: string, event: unknown): void {
    if (event !== null) this.send(event);
  }

  /** Whether there is such a channel of such a coin or user. */
  isKnown({ type, coin, user }: Asked): boolean {
    if (type === "allMids") return true;
    if (PUBLIC_TYPES.has(type)) return this.core.venue.market.get(coin) !== undefined;
    return ACCOUNT_TYPES[type] !== undefined && user !== "";
  }

  has(asked: Asked): boolean {
    return this.#subscriptions.has(keyOf(asked));
  }

  subscribe(asked: Asked): void {
    const { type, coin } = asked;
    this.#subscriptions.add(keyOf(asked));
    if (type === "allMids") return this.#tellMids();
    if (PUBLIC_TYPES.has(type)) {
      const first = firstFrame(asked, this.core.venue.market.get(coin)!);
      if (first !== null) this.send(first);
      this.core.streams.subscribe(topicOf(asked), this);
      return;
    }
    const account = this.core.accountOf(asked.user);
    if (account === null) return; // An address nobody uses has nothing to tell.
    this.#listenTo(account);
    const frame = this.#state(type, { account, user: asked.user });
    if (frame !== null) this.send(frame);
  }

  unsubscribe(asked: Asked): void {
    this.#subscriptions.delete(keyOf(asked));
    if (asked.type === "allMids") this.#stopMids();
    this.core.streams.unsubscribe(topicOf(asked), this);
  }

  #listenTo(account: string): void {
    if (this.#accounts.has(account)) return;
    const subscriber: Subscriber = {
      send: (text) => {
        this.#stayAwake();
        this.#port.send(text);
      },
      frame: (frame) => this.#accountFrame(frame),
    };
    if (this.core.users.subscribe(account, subscriber)) this.#accounts.set(account, subscriber);
  }

  #accountFrame({ account, operation, event }: Frame): string | null {
    const type = Object.keys(ACCOUNT_TYPES).find((each) => ACCOUNT_TYPES[each] === operation.name);
    const user = this.#userOf(type, account);
    if (type === undefined || user === null) return null;
    switch (type) {
      case "orderUpdates":
        return JSON.stringify({ channel: type, data: [event] });
      case "userFills":
        return JSON.stringify({ channel: type, data: { user, fills: [event] } });
      default:
        return JSON.stringify(this.#state(type, { account, user }));
    }
  }

  /** The address this connection asked about; null when it did not. */
  #userOf(type: string | undefined, account: string): string | null {
    for (const key of this.#subscriptions) {
      const [asked, user] = key.split(":");
      if (asked === type && user !== undefined && this.core.accountOf(user) === account) {
        return user;
      }
    }
    return null;
  }

  /** What a channel tells first, and the states each time; null where it tells changes only. */
  #state(type: string, { account, user }: { readonly account: string; readonly user: string }) {
    const state = this.core.stateOf(account);
    switch (type) {
      case "clearinghouseState":
        return { channel: type, data: { dex: "", user, clearinghouseState: marginState(state) } };
      case "spotState":
        return { channel: type, data: { user, spotState: tokenState(state) } };
      case "userFills":
        return {
          channel: type,
          data: { isSnapshot: true, user, fills: this.core.newestFills(account, SNAPSHOT_FILLS) },
        };
      default:
        return null;
    }
  }

  #tellMids(): void {
    this.#stopMids();
    this.send({ channel: "allMids", data: { mids: allMids(this.core) } });
    this.#stopMids = this.core.clock.setTimer(() => this.#tellMids(), MIDS_MS);
  }

  #stayAwake(): void {
    this.#stopIdle();
    this.#stopIdle = this.core.clock.setTimer(() => this.#port.close(), IDLE_MS);
  }
}

/** A subscription as it was asked for; what it does not name is empty. */
export interface Asked extends Subscription {
  readonly user: string;
}

function keyOf(asked: Asked): string {
  return asked.user === "" ? topicOf(asked) : `${asked.type}:${asked.user.toLowerCase()}`;
}
