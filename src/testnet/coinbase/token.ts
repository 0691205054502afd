/**
 * Who is asking, and is the request fresh: a JSON Web Token signed by the key's private half
 * (ES256), which names the very request. Source: docs.cdp.coinbase.com/coinbase-app/authentication-
 * authorization/api-key-authentication, as read on 2026-11-21.
 */
import { Buffer } from "node:buffer";
import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { EpochMs } from "../../model/scalars.ts";
import type { TestnetAccount } from "../credentials.ts";
import { apiKeyOf, type Key, type KeyRing, publicKeyOf } from "../kit/key_ring.ts";
import { unauthorized } from "./refusal.ts";

/** The longest a token may be good for. */
const SECONDS_MAX = 120;
const ISSUERS: ReadonlySet<unknown> = new Set(["cdp", "coinbase-cloud"]);

/** Null for accounts of exchanges with other keys. */
export function ecKeyOf(account: TestnetAccount): Key | null {
  return account.secret.startsWith("-----BEGIN EC PRIVATE KEY-----") ? apiKeyOf(account) : null;
}

/** What a token is for. */
export interface TokenUse {
  /** Judged by when it arrived. */
  readonly receivedAt: EpochMs;
  /** `GET api.coinbase.com/api/v3/…`, without the query; null on sockets. */
  readonly uri: string | null;
}

export class Tokens {
  readonly #keys: KeyRing;
  readonly #publicKeys = new Map<string, KeyObject>();

  constructor(keys: KeyRing) {
    this.#keys = keys;
  }

  /** @throws {Refusal} 401, whatever is wrong. */
  check(token: string, { receivedAt, uri }: TokenUse): Key {
    const [head = "", body = "", signature = "", ...more] = token.split(".");
    if (more.length > 0) throw unauthorized();
    const [header, claims] = [decoded(head), decoded(body)];
    const { kid } = header;
    const key = typeof kid === "string" ? this.#keys.get(kid) : undefined;
    if (key === undefined || header["alg"] !== "ES256") throw unauthorized();
    if (typeof header["nonce"] !== "string" || header["nonce"] === "") throw unauthorized();
    if (claims["sub"] !== key.id || !ISSUERS.has(claims["iss"])) throw unauthorized();
    if (uri !== null && claims["uri"] !== uri) throw unauthorized();
    checkTimes(claims, receivedAt);
    const isGenuine = verify(
      "sha256",
      Buffer.from(`${head}.${body}`),
      { key: this.#publicKey(key), dsaEncoding: "ieee-p1363" },
      Buffer.from(signature, "base64url"),
    );
    if (!isGenuine) throw unauthorized();
    return key;
  }

  #publicKey({ id, account }: Key): KeyObject {
    let key = this.#publicKeys.get(id);
    if (key === undefined) {
      key = createPublicKey(publicKeyOf(account.secret));
      this.#publicKeys.set(id, key);
    }
    return key;
  }
}

function checkTimes(claims: Readonly<Record<string, unknown>>, receivedAt: EpochMs): void {
  const [from, to] = [Number(claims["nbf"]), Number(claims["exp"])];
  const seconds = receivedAt / 1_000;
  if (!Number.isFinite(from) || !Number.isFinite(to)) throw unauthorized();
  if (to - from > SECONDS_MAX || seconds < from || seconds >= to) throw unauthorized();
}

function decoded(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    if (typeof value === "object" && value !== null) return { ...value };
  } catch { /* No JSON is no token. */ }
  throw unauthorized();
}
