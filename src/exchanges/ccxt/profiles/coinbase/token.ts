/**
 * Tokens that authenticate a request, as ccxt's `createAuthToken` makes them but for what signs:
 * its JavaScript computes a table of 4,224 points before the first signature, 30 ms of work and
 * some 30 MB of garbage, by which the heap grows for good.
 */
import { createPrivateKey, createSign, type KeyObject } from "node:crypto";

/** `seconds`: since 1970, when the token begins; `url` and `method` of the request it is for. */
export type CreateToken = (
  seconds: number,
  method?: string,
  url?: string,
  useEddsa?: boolean,
) => string;

/** Tokens end so long after they begin: as long as the venue takes one at most. */
export const TOKEN_SECONDS = 120;

/** What it takes of ccxt's instance. */
export interface TokenSource {
  /** `organizations/{org_id}/apiKeys/{key_id}` */
  readonly apiKey: string;
  readonly secret: string;
  /** Lower-case hex. */
  randomBytes(count: number): string;
}

/** @returns null for a key of another kind than the venue's ES256 ones, which stays with ccxt. */
export function tokenMaker(source: TokenSource): CreateToken | null {
  const { apiKey } = source;
  const key = keyOf(source.secret);
  if (key === null) return null;
  return (seconds, method, url) => {
    const nonce = source.randomBytes(NONCE_BYTES);
    const header = { alg: "ES256", typ: "JWT", kid: apiKey, nonce };
    const claims = {
      aud: ["retail_rest_api_proxy"],
      iss: "coinbase-cloud",
      nbf: seconds,
      exp: seconds + TOKEN_SECONDS,
      sub: apiKey,
      iat: seconds,
      ...(method === undefined || url === undefined ? {} : { uri: uriOf(method, url) }),
    };
    const signed = `${encodedJson(header)}.${encodedJson(claims)}`;
    // RFC 7518, 3.4: the two numbers one after the other, not in DER.
    const signature = createSign("SHA256").update(signed).sign({ key, dsaEncoding: "ieee-p1363" });
    return `${signed}.${encoded(signature)}`;
  };
}

/** ccxt's size. */
const NONCE_BYTES = 16;

function keyOf(secret: string): KeyObject | null {
  if (!secret.startsWith("-----BEGIN EC PRIVATE KEY-----")) return null;
  try {
    const key = createPrivateKey(secret);
    return key.asymmetricKeyDetails?.namedCurve === "prime256v1" ? key : null;
  } catch {
    return null; // ccxt says what is wrong with it.
  }
}

/** Without the scheme and the query. */
function uriOf(method: string, url: string): string {
  return `${method} ${url.replace("https://", "").split("?", 1)[0]}`;
}

function encodedJson(part: unknown): string {
  return encoded(new TextEncoder().encode(JSON.stringify(part)));
}

function encoded(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
