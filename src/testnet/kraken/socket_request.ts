/** Requests over Kraken's WebSocket v2: reading them, and the words they are answered in. */
import type { HostRequest, Operation } from "../dialect.ts";
import type { HttpAnswer } from "../http.ts";
import { frameText } from "./numbers.ts";
import { instant } from "./order_payloads.ts";
import type { Params } from "./params.ts";

export interface SocketRequest {
  readonly method: string;
  /** Null where none was sent. */
  readonly id: number | null;
  readonly params: Readonly<Record<string, unknown>>;
}

/** @returns null for what is no request. */
export function readSocketRequest(text: string): SocketRequest | null {
  let value: unknown;
  try {
    // Amounts are numbers: their digits are kept as texts, as the form of REST has them.
    value = JSON.parse(text.replace(AMOUNTS, '$1"$2"'));
  } catch {
    return null;
  }
  const { method, req_id, params } = objectOf(value);
  if (typeof method !== "string") return null;
  return {
    method,
    id: typeof req_id === "number" && Number.isSafeInteger(req_id) ? req_id : null,
    params: objectOf(params),
  };
}

const AMOUNTS = /("(?:order_qty|limit_price)":\s*)(-?[\d.eE+-]+)/g;

export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** Lists of one, as cancels have them, are what is in them. */
export function formOf(params: Readonly<Record<string, unknown>>): Params {
  return new Map(
    Object.entries(params).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(String).join(",") : String(value),
    ]),
  );
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

/** `{"method":"add_order","req_id":1,"result":{…},"success":true,"time_in":"…","time_out":"…"}` */
export function answered(
  { method, id }: Pick<SocketRequest, "method" | "id">,
  told: {
    readonly result?: unknown;
    readonly error?: string;
    /** Beside the result, e.g. the pair that a subscription is refused for. */
    readonly also?: Readonly<Record<string, unknown>>;
  },
  now: number,
): HttpAnswer {
  const { result, error, also } = told;
  return frameAnswer({
    ...(error === undefined ? {} : { error }),
    method,
    ...(id === null ? {} : { req_id: id }),
    ...(error === undefined && result !== undefined ? { result } : {}),
    success: error === undefined,
    ...also,
    time_in: instant(now),
    time_out: instant(now),
  });
}

export function frameAnswer(value: unknown): HttpAnswer {
  return { status: 200, headers: "", body: frameText(value) };
}
