/**
 * The user channel of Coinbase Advanced Trade: orders alone; fills and balances are read. Source:
 * docs.cdp.coinbase.com/api-reference/advanced-trade-api/websocket/user and …/websocket-overview,
 * read on 2026-11-21. A message that was lost ends the connection, so that what it said is read.
 */
import { READ_ROWS_MAX } from "../../../../model/limits.ts";
import type { CcxtExchange } from "../../ccxt.ts";
import { eachRow } from "../../rows/each_row.ts";
import { asRow, asRows, type Row, textOf } from "../../rows/fields.ts";
import type { Greeting, SocketPlan, StreamReading } from "../../plans/socket_plan.ts";
import type { RowContext } from "../../plans/venue_call.ts";
import {
  type Envelope,
  errorOf,
  HEARTBEATS,
  readEnvelope,
  SequenceCount,
  STALE_AFTER_MS,
  subscription,
} from "./frames.ts";
import { readStreamOrder } from "./rows.ts";

export const coinbaseUserSocket: SocketPlan = {
  id: "private",
  staleAfterMs: STALE_AFTER_MS,
  // "User order data: wss://advanced-trade-ws-user.coinbase.com"; ccxt knows the other host only.
  url: ({ exchange }) =>
    textOf(exchange.urls.api, "ws").replace("advanced-trade-ws.", "advanced-trade-ws-user."),
  greet,
  probe: () => HEARTBEATS,
  isProbeAnswer: () => false, // Every message counts, in both senses.
  read: (message, context) => readMessage(message, { context, count: new SequenceCount() }),
  reader() {
    const count = new SequenceCount();
    return (message, context) => readMessage(message, { context, count });
  },
};

/** ccxt's own; its WebSocket authentication sends one token again for two minutes. */
interface CcxtTokens extends CcxtExchange {
  createAuthToken(seconds: number): string;
}

/** Each authenticated message needs a token of its own (websocket-overview). */
function userSubscription(exchange: CcxtExchange): Row {
  const jwt = (exchange as CcxtTokens).createAuthToken(exchange.milliseconds() / 1_000);
  return subscription("subscribe", "user", { jwt });
}

async function greet({ exchange, send, expect }: Greeting): Promise<void> {
  await send(HEARTBEATS);
  let begun = () => {};
  const listening = new Promise<void>((resolve) => begun = resolve);
  // Takes no message away, since the reader has to count them all.
  const refused = expect<never>((message) => {
    const error = errorOf(message);
    if (error !== null) throw new Error(`the venue refused: ${error}`);
    if (listensToOrders(message)) begun();
    return undefined;
  });
  await send(userSubscription(exchange));
  await Promise.race([listening, refused]);
}

/** `{"channel":"subscriptions",…,"events":[{"subscriptions":{"user":["…"],"heartbeats":[…]}}]}` */
function listensToOrders(message: unknown): boolean {
  const { channel, events } = readEnvelope(message);
  if (channel === "user") return true; // Whichever of the two comes first.
  return channel === "subscriptions" && events.some((event) => {
    const subscriptions = event["subscriptions"];
    return typeof subscriptions === "object" && subscriptions !== null && "user" in subscriptions;
  });
}

export function readMessage(
  message: unknown,
  { context, count }: { readonly context: RowContext; readonly count: SequenceCount },
): StreamReading {
  const error = errorOf(message);
  if (error !== null) return { kind: "ended", reason: `the venue refused: ${error}` };
  const envelope = readEnvelope(message);
  const taken = count.take(envelope.sequence);
  if (taken.kind === "gap") return { kind: "ended", reason: taken.reason };
  if (taken.kind === "late" || envelope.channel !== "user") return { kind: "ignored" };
  return { kind: "facts", facts: ordersOf(envelope, context) };
}

/** Live orders come at first, fifty with a message; then those that change. */
function ordersOf({ events, time: venueTime }: Envelope, context: RowContext) {
  const rows = events.flatMap((event) => {
    const { orders } = event; // A futures account tells its positions here, too.
    return orders === undefined || orders === null ? [] : asRows(orders, READ_ROWS_MAX);
  });
  return eachRow(rows.filter(isSpot), "user", (row) => ({
    kind: "order",
    order: readStreamOrder(row, { context, venueTime }),
    receivedAt: context.receivedAt,
  }));
}

function isSpot(row: unknown): boolean {
  const { product_type: type } = asRow(row);
  return type === undefined || type === null || type === "" || type === "SPOT";
}
