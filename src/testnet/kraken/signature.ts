/**
 * Who is asking, and is the request new: HMAC SHA512 over path and SHA256 of nonce and body, keyed
 * by the secret's bytes, and a nonce above the key's last one. Source:
 * docs.kraken.com/exchange/guides/rest/authentication.
 */
import { createHash, createHmac } from "node:crypto";
import type { HostRequest } from "../dialect.ts";
import type { Key, KeyRing } from "../kit/key_ring.ts";
import { parseForm } from "./params.ts";
import { invalidNonce, Refusal } from "./refusal.ts";

const NONCE = /^\d{1,20}$/;

export class Nonces {
  readonly #last = new Map<string, bigint>();

  /** @throws {Refusal} when it is not above the last one that was taken. */
  take(keyId: string, nonce: bigint): void {
    const last = this.#last.get(keyId);
    if (last !== undefined && nonce <= last) throw invalidNonce();
    this.#last.set(keyId, nonce);
  }
}

/** @param nonces null where the exchange takes a request a second time by its own mistake. */
export function authenticate(
  request: Pick<HostRequest, "path" | "body" | "headers">,
  keys: KeyRing,
  nonces: Nonces | null,
): Key {
  const key = keys.get(request.headers.get("api-key") ?? "");
  if (key === undefined) throw new Refusal("EAPI:Invalid key");
  const nonce = nonceOf(request);
  if (nonce === null) throw invalidNonce();
  const hash = createHash("sha256").update(nonce + request.body).digest();
  const sign = createHmac("sha512", fromBase64(key.account.secret))
    .update(request.path).update(hash).digest("base64");
  if (sign !== request.headers.get("api-sign")) throw new Refusal("EAPI:Invalid signature");
  nonces?.take(key.id, BigInt(nonce));
  return key;
}

function nonceOf({ body, headers }: Pick<HostRequest, "body" | "headers">): string | null {
  const isJson = headers.get("content-type")?.startsWith("application/json") ?? false;
  const nonce = isJson
    ? /"nonce":\s*"?(\d+)"?/.exec(body)?.[1] ?? ""
    : parseForm(body).get("nonce") ?? "";
  return NONCE.test(nonce) ? nonce : null;
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
