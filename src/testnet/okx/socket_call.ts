/** One message of a client: `ping`, a login, subscriptions, or orders. */
import type { Call, CannedName, Operation, ProcessOptions } from "../dialect.ts";
import type { HttpAnswer } from "../http.ts";
import { HeldFrames } from "../kit/user_streams.ts";
import { cannedBody, ordersAnswer, refusalBody } from "./answers.ts";
import { login } from "./authentication.ts";
import { ORDER_RUNS } from "./operations.ts";
import { FIRST_CODE } from "./order_request.ts";
import type { Params } from "./params.ts";
import { OrderRefusal, Refusal } from "./refusal.ts";
import type { OkxSocket } from "./socket.ts";
import type { ResultRow } from "./trading.ts";

const CONNECTION = { connId: "0a1b2c3d" } as const;

/** By `op`; batches take several `args`. */
const ORDER_OPERATIONS: Readonly<Record<string, keyof typeof ORDER_RUNS | undefined>> = {
  "order": "order.place",
  "batch-orders": "order.place",
  "cancel-order": "order.cancel",
  "batch-cancel-orders": "order.cancel",
  "amend-order": "order.amend",
  "batch-amend-orders": "order.amend",
};
const NAMES: Readonly<Record<string, string | undefined>> = {
  login: "general.login",
  subscribe: "general.subscribe",
  unsubscribe: "general.unsubscribe",
};

interface SocketMessage {
  readonly id: string | null;
  readonly op: string;
  readonly args: readonly Params[];
  readonly expTime: number | null;
}

export class SocketCall implements Call {
  readonly operation: Operation;
  readonly #socket: OkxSocket;
  readonly #text: string;
  readonly #message: SocketMessage | null;
  readonly #held = new HeldFrames();
  /** Take effect once the answer is on its way. */
  #begun: readonly Params[] = [];

  constructor(socket: OkxSocket, text: string) {
    this.#socket = socket;
    this.#text = text;
    this.#message = readMessage(text);
    const op = this.#message?.op ?? "";
    const [first] = this.#message?.args ?? [];
    const name = ORDER_OPERATIONS[op] ?? NAMES[op];
    this.operation = {
      ...socket.operation,
      name: name ?? (text === "ping" ? "general.ping" : "unknown"),
      symbol: symbolOf(first, socket),
      clientOrderId: textOf(first, "clOrdId"),
    };
  }

  process(options: ProcessOptions): HttpAnswer {
    if (this.#text === "ping") return { status: 200, headers: "", body: "pong" };
    try {
      return this.#answer(this.#run(options));
    } catch (error) {
      if (error instanceof Refusal) return this.#refused(error);
      throw error;
    }
  }

  canned(name: CannedName): HttpAnswer {
    const clOrdId = this.operation.clientOrderId ?? "";
    const { body } = cannedBody(name, { clOrdId, now: this.#socket.core.clock.now() });
    const { id, op } = this.#message ?? { id: null, op: "" };
    return this.#answer(
      ORDER_OPERATIONS[op] === undefined
        ? { event: "error", code: body.code, msg: body.msg, ...CONNECTION }
        : { ...withId(id), op, ...body },
    );
  }

  release(): void {
    for (const arg of this.#begun) this.#socket.subscribe(arg);
    this.#begun = [];
    this.#socket.core.users.release(this.#held);
  }

  #run(options: ProcessOptions): unknown {
    const message = this.#message;
    if (message === null) throw new Refusal("60012", `Illegal request: ${this.#text}`);
    const { id, op, args } = message;
    switch (op) {
      case "login":
        this.#socket.loginAs(login(args, this.#socket.core.venue.keys, options.receivedAt));
        return { event: "login", code: "0", msg: "", ...CONNECTION };
      case "subscribe":
      case "unsubscribe":
        return this.#subscriptions(message, op);
      default: {
        const name = ORDER_OPERATIONS[op];
        if (name === undefined) throw new Refusal("60012", `Illegal request: ${this.#text}`);
        return { ...withId(id), op, ...this.#orders(message, name, options) };
      }
    }
  }

  #orders(
    { args, expTime }: SocketMessage,
    ...[name, options]: readonly [keyof typeof ORDER_RUNS, ProcessOptions]
  ) {
    const { core, account } = this.#socket;
    if (account === null) throw new Refusal("60011", "Please log in");
    const rows = core.users.during(
      this.#held,
      () => args.flatMap((params) => ORDER_RUNS[name](core, { account, params, options, expTime })),
    );
    return ordersAnswer(rows as readonly ResultRow[], core.clock.now());
  }

  /** One event each; the last of them is the answer. */
  #subscriptions({ id, args }: SocketMessage, op: "subscribe" | "unsubscribe"): unknown {
    if (args.length === 0) throw new Refusal("60013", "Invalid args");
    const begun: Params[] = [];
    const events = args.map((arg) => {
      try {
        this.#socket.check(arg);
        if (op === "subscribe") begun.push(arg);
        else this.#socket.unsubscribe(arg);
        return { ...withId(id), event: op, arg, ...CONNECTION };
      } catch (error) {
        if (error instanceof Refusal) return this.#errorEvent(error);
        throw error;
      }
    });
    this.#begun = begun;
    for (const event of events.slice(0, -1)) this.#socket.send(event);
    return events.at(-1);
  }

  #errorEvent({ code, message }: Refusal) {
    return {
      ...withId(this.#message?.id ?? null),
      event: "error",
      code,
      msg: message,
      ...CONNECTION,
    };
  }

  #refused(refusal: Refusal): HttpAnswer {
    const { id, op } = this.#message ?? { id: null, op: "" };
    if (ORDER_OPERATIONS[op] !== undefined && !refusal.code.startsWith("600")) {
      const now = this.#socket.core.clock.now();
      const body = refusal instanceof OrderRefusal
        ? ordersAnswer([], now)
        : { ...refusalBody(refusal), inTime: `${now}000`, outTime: `${now}000` };
      return this.#answer({ ...withId(id), op, ...body });
    }
    return this.#answer(this.#errorEvent(refusal));
  }

  #answer(value: unknown): HttpAnswer {
    return { status: 200, headers: "", body: JSON.stringify(value) };
  }
}

function withId(id: string | null) {
  return id === null ? {} : { id };
}

function readMessage(text: string): SocketMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { id, op, args, expTime } = value as Record<string, unknown>;
  if (typeof op !== "string") return null;
  const list = Array.isArray(args) ? args : [];
  return {
    id: id === undefined ? null : String(id),
    op,
    args: list.filter((each) => typeof each === "object" && each !== null),
    expTime: expTime === undefined || expTime === "" ? null : Number(expTime),
  };
}

/** Orders name their instrument by number here. */
function symbolOf(params: Params | undefined, { core }: OkxSocket): string | null {
  if (params?.["instIdCode"] === undefined) return textOf(params, "instId");
  return core.venue.listings.all[Number(params["instIdCode"]) - FIRST_CODE]?.symbol ?? null;
}

function textOf(params: Params | undefined, name: string): string | null {
  const value = params?.[name];
  return typeof value === "string" && value !== "" ? value : null;
}
