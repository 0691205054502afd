/**
 * Who is asking, and is the request fresh. HMAC SHA256 over the exact characters of query + body
 * without the signature; over the WebSocket API, over the parameters sorted by name.
 * Source: developers.binance.com, "Request security" and "Timing security".
 */
import { createHmac } from "node:crypto";
import type { EpochMs } from "../../model/scalars.ts";
import type { Key, KeyRing } from "../kit/key_ring.ts";
import { integerParam, type Params, required } from "./params.ts";
import {
  invalidKey,
  invalidKeyFormat,
  invalidSignature,
  missing,
  outsideRecvWindow,
  Refusal,
} from "./refusal.ts";

/** Binance's default and largest windows. */
const RECV_WINDOW_MS = 5_000;
const RECV_WINDOW_MS_MAX = 60_000;
/** A timestamp may be ahead of the exchange's clock by less than this. */
const AHEAD_MS_MAX = 1_000;
const KEY_FORMAT = /^[A-Za-z0-9]{64}$/;
const SIGNATURE = "signature=";

/** @throws {Refusal} -2014 or -2015. */
export function checkKey(apiKey: string | undefined, keys: KeyRing): Key {
  if (apiKey === undefined || !KEY_FORMAT.test(apiKey)) throw invalidKeyFormat();
  const key = keys.get(apiKey);
  if (key === undefined) throw invalidKey();
  return key;
}

/** @throws {Refusal} -1021, -1102 or -1131. */
export function checkTimestamp(params: Params, now: EpochMs): void {
  required(params, "timestamp");
  const timestamp = integerParam(params, "timestamp") ?? 0;
  const window = Number(params.get("recvWindow") ?? RECV_WINDOW_MS);
  if (Number.isNaN(window)) throw missing("recvWindow");
  if (window > RECV_WINDOW_MS_MAX) {
    throw new Refusal(-1131, `recvWindow must be less than ${RECV_WINDOW_MS_MAX}`);
  }
  if (timestamp >= now + AHEAD_MS_MAX) {
    throw new Refusal(
      -1021,
      `Timestamp for this request was ${AHEAD_MS_MAX}ms ahead of the server's time.`,
    );
  }
  if (now - timestamp > window) throw outsideRecvWindow();
}

/** @throws {Refusal} -1022 or -1102. */
export function checkFormSignature(
  sent: { readonly query: string; readonly body: string },
  secret: string,
): void {
  const query = cutSignature(sent.query);
  const body = cutSignature(sent.body);
  const signature = body.signature ?? query.signature;
  if (signature === null || signature === "") throw missing("signature");
  if (hmac(query.rest + body.rest, secret) !== signature) throw invalidSignature();
}

/** @throws {Refusal} -1022 or -1102. */
export function checkParamsSignature(params: Params, secret: string): void {
  const signature = required(params, "signature");
  const names = [...params.keys()].filter((name) => name !== "signature").sort();
  const payload = names.map((name) => `${name}=${params.get(name)}`).join("&");
  if (hmac(payload, secret) !== signature) throw invalidSignature();
}

function hmac(payload: string, secret: string): string {
  return createHmac("sha256", secret).update(payload).digest("hex");
}

function cutSignature(text: string): { readonly rest: string; readonly signature: string | null } {
  const at = text.startsWith(SIGNATURE) ? 0 : text.indexOf("&" + SIGNATURE);
  if (at === -1) return { rest: text, signature: null };
  const start = at === 0 ? SIGNATURE.length : at + 1 + SIGNATURE.length;
  const next = text.indexOf("&", start);
  const signature = next === -1 ? text.slice(start) : text.slice(start, next);
  const tail = next === -1 ? "" : text.slice(at === 0 ? next + 1 : next);
  return { rest: text.slice(0, at) + tail, signature };
}
