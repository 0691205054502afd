/**
 * Who is asking, and is the request fresh: HMAC SHA256 in hex over timestamp, key, window and what
 * was sent, character by character. Source: bybit-exchange.github.io/docs/v5/guide,
 * "Authentication", and …/ws/connect.
 */
import { createHmac } from "node:crypto";
import type { EpochMs } from "../../model/scalars.ts";
import type { HostRequest } from "../dialect.ts";
import type { Key, KeyRing } from "../kit/key_ring.ts";
import { invalidKey, invalidSign, outsideRecvWindow, paramsError, Refusal } from "./refusal.ts";

const RECV_WINDOW_MS = "5000";
/** A timestamp may be ahead of the exchange's clock by less than this. */
const AHEAD_MS_MAX = 1_000;
const INTEGER = /^\d{1,15}$/;

/** @throws {Refusal} 10002, 10003 or 10004. */
export function authenticate(
  request: Pick<HostRequest, "method" | "query" | "body" | "headers">,
  keys: KeyRing,
  receivedAt: EpochMs,
): Key {
  const { headers } = request;
  const window = headers.get("x-bapi-recv-window") ?? RECV_WINDOW_MS;
  const timestamp = headers.get("x-bapi-timestamp") ?? "";
  const key = keys.get(headers.get("x-bapi-api-key") ?? "");
  if (key === undefined) throw invalidKey();
  checkTime({ timestamp, window }, receivedAt);
  const sent = request.method === "POST" ? request.body : request.query;
  const origin = `${timestamp}${key.id}${window}${sent}`;
  if (hmac(origin, key.account.secret) !== headers.get("x-bapi-sign")) throw invalidSign(origin);
  return key;
}

/** "server_time - recv_window <= timestamp < server_time + 1000". @throws {Refusal} 10002, 10001. */
export function checkTime(
  { timestamp, window }: { readonly timestamp: string; readonly window: string },
  now: EpochMs,
): void {
  if (!INTEGER.test(timestamp) || !INTEGER.test(window)) throw paramsError("timestamp invalid");
  const [at, length] = [Number(timestamp), Number(window)];
  if (now - length <= at && at < now + AHEAD_MS_MAX) return;
  throw outsideRecvWindow({ timestamp: at, now, window: length });
}

/** `[key, expires, HMAC of "GET/realtime" + expires]`. @throws {Refusal} 10001, 10003, 10004. */
export function authenticateSocket(args: unknown, keys: KeyRing, now: EpochMs): Key {
  const [id, expires, sign] = Array.isArray(args) ? args : [];
  const key = typeof id === "string" ? keys.get(id) : undefined;
  if (key === undefined) throw invalidKey();
  if (!INTEGER.test(String(expires)) || Number(expires) <= now) {
    throw new Refusal(10001, "Params Error: expires is over");
  }
  const origin = `GET/realtime${expires}`;
  if (hmac(origin, key.account.secret) !== sign) throw invalidSign(origin);
  return key;
}

function hmac(text: string, secret: string): string {
  return createHmac("sha256", secret).update(text).digest("hex");
}
