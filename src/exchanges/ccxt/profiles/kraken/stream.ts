/**
 * The private WebSocket v2 of Kraken: orders, trades, balances, and orders taken. A token from REST
 * opens it: "valid for 15 minutes … does not expire once a connection to a private channel is
 * maintained" (docs.kraken.com/exchange/guides/websockets/authentication, read on 2026-11-21).
 */
import { asRow, textOf } from "../../rows/fields.ts";
import type { Greeting, SocketPlan } from "../../plans/socket_plan.ts";
import { PrivateReader } from "./executions.ts";
import {
  isProbeAnswer,
  keepDigits,
  probe,
  socketUrl,
  STALE_AFTER_MS,
  subscribe,
  SUBSCRIPTION_ID,
} from "./frames.ts";
import { krakenSocketEntry } from "./socket_entry.ts";
import { keepToken } from "./token.ts";

export const krakenPrivateSocket: SocketPlan = {
  id: "private",
  staleAfterMs: STALE_AFTER_MS,
  url: ({ exchange }) => socketUrl(exchange, "privateV2"),
  greet,
  probe,
  isProbeAnswer,
  read: () => ({ kind: "ignored" }), // `reader` is asked instead.
  reader: () => {
    const reader = new PrivateReader();
    return (message, context) => reader.read(message, context);
  },
  entry: krakenSocketEntry,
};

/** Not ccxt's `authenticate`: it would fetch by itself, and reads a frame by its first item only. */
async function greet(greeting: Greeting): Promise<void> {
  const token = await newToken(greeting);
  keepDigits(greeting.client);
  keepToken(greeting.exchange, token);
  // Both subscriptions say all that is there first, so that orders are known before they change.
  const orders = {
    channel: "executions",
    snap_orders: true,
    snap_trades: false,
    order_status: true,
  };
  await subscribe(greeting, { ...orders, token }, SUBSCRIPTION_ID);
  await subscribe(greeting, { channel: "balances", snapshot: true, token }, SUBSCRIPTION_ID + 1);
}

async function newToken({ ask }: Greeting): Promise<string> {
  const answer = await ask({
    api: "private",
    path: "GetWebSocketsToken",
    method: "POST",
    params: {},
  });
  return textOf(asRow(asRow(answer)["result"]), "token");
}
