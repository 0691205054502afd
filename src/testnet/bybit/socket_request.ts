/** Requests over Bybit's sockets: reading them, and the words they are answered in. */
import type { Call, CannedName, HostRequest, Operation, ProcessOptions } from "../dialect.ts";
import type { HttpAnswer } from "../http.ts";
import { Refusal } from "./refusal.ts";

export interface SocketRequest {
  /** As `req_id` on streams, as `reqId` where orders are taken; comes back as it was. */
  readonly id: string | number;
  readonly op: string;
  readonly args: readonly unknown[];
  readonly header: Readonly<Record<string, unknown>>;
}

/** @throws {Refusal} 10404 for what is no request. */
export function readSocketRequest(text: string): SocketRequest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal(10404, "error:invalid op");
  }
  const { req_id, reqId, op, args, header } = objectOf(value);
  if (typeof op !== "string") throw new Refusal(10404, "error:invalid op");
  const id = req_id ?? reqId;
  return {
    id: typeof id === "string" || typeof id === "number" ? id : "",
    op,
    args: Array.isArray(args) ? args : [],
    header: objectOf(header),
  };
}

export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

export function socketOperation(name: string, request: HostRequest): Operation {
  return {
    name,
    endpoint: `WS ${request.path}`,
    host: request.host,
    symbol: null,
    clientOrderId: null,
  };
}

/** A request of a stream: subscriptions, logins, pings. Matched by faults like any other. */
export class StreamCall implements Call {
  readonly operation: Operation;
  readonly #answer: (options: ProcessOptions) => unknown;

  constructor(operation: Operation, answer: (options: ProcessOptions) => unknown) {
    this.operation = operation;
    this.#answer = answer;
  }

  process(options: ProcessOptions): HttpAnswer {
    return frameAnswer(this.#answer(options));
  }

  canned(name: CannedName): HttpAnswer {
    return frameAnswer({ success: false, ret_msg: name, conn_id: "", op: "" });
  }

  release(): void {}
}

/** `{"success":true,"ret_msg":"","conn_id":"…","req_id":"1","op":"subscribe"}` */
export function streamAnswer(
  { id, op }: Pick<SocketRequest, "id" | "op">,
  { message, connection }: { readonly message: string | null; readonly connection: string },
) {
  return {
    success: message === null,
    ret_msg: message ?? "",
    conn_id: connection,
    ...(id === "" ? {} : { req_id: id }),
    op,
  };
}

export function frameAnswer(value: unknown): HttpAnswer {
  return { status: 200, headers: "", body: JSON.stringify(value) };
}
