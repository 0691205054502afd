/**
 * Who is asking, and is the request fresh: HMAC SHA256 in base 64 over timestamp + method + path
 * with query + body, by the key's secret, and the key's passphrase beside it. Source: OKX API guide
 * v5, "Making Requests" and "WebSocket, Login", as read on 2026-11-21.
 */
import { createHmac } from "node:crypto";
import type { EpochMs } from "../../model/scalars.ts";
import type { HostRequest } from "../dialect.ts";
import type { Key, KeyRing } from "../kit/key_ring.ts";
import { Refusal } from "./refusal.ts";

/** "The request will expire 30 seconds after the timestamp specified." */
const VALID_MS = 30_000;
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/;

/** @throws {Refusal} 50102 to 50113 with 401. */
export function authenticate(request: HostRequest, keys: KeyRing, receivedAt: EpochMs): Key {
  const header = (name: string, code: string): string => {
    const value = request.headers.get(name.toLowerCase());
    if (value !== undefined && value !== "") return value;
    throw new Refusal(code, `Request header "${name}" cannot be empty.`, 401);
  };
  const apiKey = header("OK-ACCESS-KEY", "50103");
  const passphrase = header("OK-ACCESS-PASSPHRASE", "50104");
  const sign = header("OK-ACCESS-SIGN", "50106");
  const timestamp = header("OK-ACCESS-TIMESTAMP", "50107");
  checkTimestamp(timestamp, receivedAt);
  const key = keys.get(apiKey);
  if (key === undefined) throw new Refusal("50111", "Invalid OK-ACCESS-KEY.", 401);
  if (key.account.password !== passphrase) {
    throw new Refusal("50105", 'Request header "OK-ACCESS-PASSPHRASE" incorrect.', 401);
  }
  const { method, path, query, body } = request;
  const target = query === "" ? path : `${path}?${query}`;
  if (hmac(timestamp + method + target + body, key.account.secret) !== sign) {
    throw new Refusal("50113", "Invalid signature.", 401);
  }
  return key;
}

/**
 * One of the `args` of a login: `{apiKey, passphrase, timestamp (seconds), sign}`.
 *
 * @throws {Refusal} 60004 to 60024.
 */
export function login(args: unknown, keys: KeyRing, receivedAt: EpochMs): Key {
  const [given] = Array.isArray(args) ? args : [];
  const { apiKey, passphrase, timestamp, sign } = (given ?? {}) as Record<string, unknown>;
  const seconds = Number(timestamp);
  if (typeof timestamp !== "string" || !Number.isInteger(seconds)) {
    throw new Refusal("60004", "Invalid timestamp");
  }
  if (Math.abs(receivedAt - seconds * 1_000) > VALID_MS) {
    throw new Refusal("60006", "Timestamp request expired");
  }
  const key = typeof apiKey === "string" ? keys.get(apiKey) : undefined;
  if (key === undefined) throw new Refusal("60005", "Invalid apiKey");
  if (key.account.password !== passphrase) throw new Refusal("60024", "Wrong passphrase");
  if (hmac(`${timestamp}GET/users/self/verify`, key.account.secret) !== sign) {
    throw new Refusal("60007", "Invalid sign");
  }
  return key;
}

function checkTimestamp(timestamp: string, receivedAt: EpochMs): void {
  if (!ISO.test(timestamp)) throw new Refusal("50112", "Invalid OK-ACCESS-TIMESTAMP.", 401);
  if (Math.abs(receivedAt - Date.parse(timestamp)) > VALID_MS) {
    throw new Refusal("50102", "Timestamp request expired.", 401);
  }
}

function hmac(payload: string, secret: string): string {
  return createHmac("sha256", secret).update(payload).digest("base64");
}
