/**
 * What the private and the public WebSocket v2 of Kraken have in common. Source:
 * docs.kraken.com/exchange/api-reference/spot-websocket-v2, read on 2026-11-21.
 */
import type { EpochMs } from "../../../../model/scalars.ts";
import type { CcxtClient, CcxtExchange } from "../../ccxt.ts";
import { asRow, optionalText, type Row, RowError, textOf } from "../../rows/fields.ts";
import type { Greeting } from "../../plans/socket_plan.ts";

/** "A heartbeat every second when there is no other traffic": so much silence is no silence. */
export const STALE_AFTER_MS = 10_000;
/** Ids are whole numbers: of orders from 1, of subscriptions and of probes from these. */
export const SUBSCRIPTION_ID = 1_000_000_000;
const PROBE_ID = 2_000_000_000;

/** ccxt keeps the addresses of all its sockets there. */
export function socketUrl({ urls }: CcxtExchange, name: "privateV2" | "publicV2"): string {
  return textOf(asRow(urls.api["ws"]), name);
}

/**
 * Prices and quantities are JSON numbers ("pushed onto the wire containing full precision"), of more
 * digits than a float holds: they become texts before ccxt parses the frame.
 */
export function keepDigits(client: CcxtClient): void {
  const receive = client.onMessage;
  client.onMessage = ({ data }) =>
    receive({ data: typeof data === "string" ? data.replace(FRACTION, '$1"$2"') : data });
}

/** A number with a fraction or an exponent, after a name. A quote inside a text has a backslash. */
const FRACTION = /((?<!\\)":\s*)(-?\d+(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+))(?=\s*[,}])/g;

/** `{"method":"ping","req_id":2000000001}` is answered `{"method":"pong","req_id":2000000001,…}`. */
export function probe(requestId: string): unknown {
  return { method: "ping", req_id: PROBE_ID + Number(requestId.replace(/\D/g, "")) };
}

export function isProbeAnswer(message: unknown): boolean {
  return typeof message === "object" && message !== null && "method" in message &&
    message.method === "pong";
}

/** `{"method":"subscribe","req_id":1,"result":{"channel":"balances",…},"success":true,…}` */
export async function subscribe(
  { send, expect }: Greeting,
  params: Readonly<Record<string, unknown>>,
  id: number,
): Promise<void> {
  const answered = expect((message) => {
    const frame = asRow(message);
    if (frame["method"] !== "subscribe" || frame["req_id"] !== id) return undefined;
    if (frame["success"] === true) return true;
    throw new Error(`the venue refused to subscribe: ${optionalText(frame, "error") ?? "?"}`);
  });
  await send({ method: "subscribe", params, req_id: id });
  await answered;
}

/** RFC 3339 with up to nine digits of a second. */
export function instantOf(row: Row, field: string): EpochMs {
  const time = Date.parse(textOf(row, field));
  if (Number.isNaN(time)) throw new RowError(`${field} is no time`);
  return time;
}
