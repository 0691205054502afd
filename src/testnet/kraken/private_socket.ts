/**
 * `ws-auth.kraken.com/v2`: executions and balances to whoever has a token, and orders taken under
 * the same rules and limits as over REST.
 */
import type {
  Call,
  CannedName,
  HostRequest,
  Operation,
  ProcessOptions,
  SocketPort,
  SocketSession,
} from "../dialect.ts";
import { add } from "../../model/decimal.ts";
import type { HttpAnswer } from "../http.ts";
import { type Frame, HeldFrames, type Subscriber } from "../kit/user_streams.ts";
import type { ChannelEvent, KrakenCore } from "./core.ts";
import { balanceSnapshotItem, snapshotItem } from "./execution_payloads.ts";
import { frameText } from "./numbers.ts";
import type { Params } from "./params.ts";
import { invalid, Refusal } from "./refusal.ts";
import { cannedText, namesOf } from "./rest.ts";
import {
  answered,
  formOf,
  readSocketRequest,
  socketOperation,
  type SocketRequest,
} from "./socket_request.ts";

type Channel = ChannelEvent["channel"];

/** What faults call the requests. */
const NAMES: Readonly<Record<string, string>> = {
  add_order: "order.place",
  amend_order: "order.amend",
  cancel_order: "order.cancel",
  cancel_all: "openOrders.cancelAll",
};

export class PrivateSession implements SocketSession, Subscriber {
  readonly operation: Operation;
  readonly #core: () => KrakenCore;
  readonly #port: SocketPort;
  /** Number of the last message by channel; only those that are subscribed to are there. */
  readonly #sequence = new Map<Channel, number>();
  #account: string | null = null;

  constructor(core: () => KrakenCore, request: HostRequest, port: SocketPort) {
    this.#core = core;
    this.#port = port;
    this.operation = socketOperation("socket.private", request);
  }

  receive(text: string): Call {
    return new PrivateCall(this.#core(), this, text);
  }

  closed(): void {
    if (this.#account !== null) this.#core().streams.users.unsubscribe(this.#account, this);
  }

  send(text: string): void {
    this.#port.send(text);
  }

  frame(frame: Frame): string | null {
    const { channel, data } = frame.event as ChannelEvent; // The core's own.
    return this.#sequence.has(channel) ? this.#numbered(channel, { type: "update", data }) : null;
  }

  /** @throws {Refusal} without a token that is valid. */
  accountOf({ params }: SocketRequest): string {
    const token = String(params["token"] ?? "");
    return this.#core().tokenOwner(token, { isOpen: this.#account !== null }).account;
  }

  /** @returns what is sent after the acknowledgement. */
  subscribe(request: SocketRequest): () => void {
    const channel = channelOf(request);
    const account = this.accountOf(request);
    if (this.#sequence.has(channel)) throw new Refusal("Already subscribed");
    const snapshot = request.params[channel === "executions" ? "snap_orders" : "snapshot"];
    return () => {
      if (this.#account === null) {
        this.#account = account;
        this.#core().streams.users.subscribe(account, this);
      }
      this.#sequence.set(channel, 0);
      if (snapshot === false) return;
      const data = this.#snapshot(channel, account);
      this.send(this.#numbered(channel, { type: "snapshot", data }));
    };
  }

  unsubscribe(request: SocketRequest): void {
    this.#sequence.delete(channelOf(request));
  }

  #snapshot(channel: Channel, account: string): readonly unknown[] {
    const { orders, engine } = this.#core().venue;
    if (channel === "executions") return orders.open(account).map(snapshotItem);
    return engine.balances(account).map(({ asset, free, locked }) =>
      balanceSnapshotItem(asset, add(free, locked))
    );
  }

  #numbered(
    channel: Channel,
    message: { readonly type: "snapshot" | "update"; readonly data: readonly unknown[] },
  ): string {
    const sequence = this.#sequence.get(channel)! + 1;
    this.#sequence.set(channel, sequence);
    return frameText({ channel, ...message, sequence });
  }
}

function channelOf({ params: { channel } }: SocketRequest): Channel {
  if (channel === "executions" || channel === "balances") return channel;
  throw new Refusal(`Unsupported channel: ${String(channel)}`);
}

class PrivateCall implements Call {
  readonly operation: Operation;
  readonly #core: KrakenCore;
  readonly #session: PrivateSession;
  readonly #request: SocketRequest | null;
  readonly #form: Params;
  readonly #held = new HeldFrames();
  #after: (() => void) | null = null;

  constructor(core: KrakenCore, session: PrivateSession, text: string) {
    this.#core = core;
    this.#session = session;
    this.#request = readSocketRequest(text);
    this.#form = formOf(this.#request?.params ?? {});
    this.operation = {
      ...session.operation,
      name: NAMES[this.#request?.method ?? ""] ?? "stream.request",
      ...namesOf(this.#form),
    };
  }

  process(options: ProcessOptions): HttpAnswer {
    const now = this.#core.clock.now();
    const request = this.#request ?? { method: "", id: null, params: {} };
    try {
      if (this.#request === null) throw new Refusal("Malformed request");
      const { users } = this.#core.streams;
      const result = users.during(this.#held, () => this.#run(request, options));
      const method = request.method === "ping" ? "pong" : request.method;
      return answered({ ...request, method }, { result }, now);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return answered(request, { error: error.message }, now);
    }
  }

  canned(name: CannedName): HttpAnswer {
    const request = this.#request ?? { method: "", id: null, params: {} };
    return answered(request, { error: cannedText(name) }, this.#core.clock.now());
  }

  release(): void {
    this.#after?.();
    this.#after = null;
    this.#core.streams.users.release(this.#held);
  }

  #run(request: SocketRequest, options: ProcessOptions): unknown {
    const { trading } = this.#core;
    const form = this.#form;
    switch (request.method) {
      case "ping":
        return undefined;
      case "subscribe": {
        this.#after = this.#session.subscribe(request);
        const { token: _token, ...params } = request.params;
        return params;
      }
      case "unsubscribe":
        return this.#session.unsubscribe(request);
      case "add_order": {
        const [orderId] = trading.add(this.#account(request), restForm(form), options).txid;
        return { order_id: orderId, ...clientIdOf(form) };
      }
      case "amend_order":
        return trading.amend(this.#account(request), renamed(form, "order_id", "txid"), options);
      case "cancel_order": {
        const wanted = renamed(form, "order_id", "txid");
        trading.cancel(this.#account(request), wanted);
        return {
          ...(form.has("order_id") ? { order_id: form.get("order_id") } : clientIdOf(form)),
        };
      }
      case "cancel_all":
        return trading.cancelAll(this.#account(request));
      default:
        throw new Refusal(`Unsupported method: ${request.method}`);
    }
  }

  #account(request: SocketRequest): string {
    return this.#session.accountOf(request);
  }
}

function clientIdOf(form: Params): Readonly<Record<string, string>> {
  const id = form.get("cl_ord_id");
  return id === undefined ? {} : { cl_ord_id: id };
}

function renamed(form: Params, from: string, to: string): Params {
  const value = form.get(from);
  return value === undefined ? form : new Map([...form, [to, value]]);
}

/** The socket's words for an order, in those of REST. */
function restForm(form: Params): Params {
  const names: readonly (readonly [string, string])[] = [
    ["symbol", "pair"],
    ["side", "type"],
    ["order_type", "ordertype"],
    ["order_qty", "volume"],
    ["limit_price", "price"],
    ["time_in_force", "timeinforce"],
    ["stp_type", "stptype"],
    ["cl_ord_id", "cl_ord_id"],
    ["deadline", "deadline"],
    ["reduce_only", "reduce_only"],
    ["margin", "leverage"],
  ];
  const told = names.flatMap(([theirs, ours]) => {
    const value = form.get(theirs);
    return value === undefined ? [] : [[ours, value] as const];
  });
  const values = new Map<string, string>(told);
  if (values.get("leverage") === "false") values.delete("leverage");
  const rule = values.get("timeinforce");
  if (rule !== undefined) values.set("timeinforce", rule.toUpperCase());
  const prevention = values.get("stptype");
  if (prevention !== undefined) values.set("stptype", prevention.replaceAll("_", "-"));
  if (form.get("post_only") === "true") values.set("oflags", "post");
  if (form.get("fee_preference") === "base") throw invalid("fee_preference");
  return values;
}
