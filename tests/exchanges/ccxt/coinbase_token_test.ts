import { assert, assertEquals } from "@std/assert";
import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import type { CcxtExchange } from "../../../src/exchanges/ccxt/ccxt.ts";
import {
  type CreateToken,
  tokenMaker,
  type TokenSource,
} from "../../../src/exchanges/ccxt/profiles/coinbase/token.ts";
import { loadVenueCode } from "../../../src/exchanges/ccxt/venue_code.ts";
import { defaultCredentials } from "../../../src/testnet/credentials.ts";

type Ccxt = CcxtExchange & TokenSource & { readonly createAuthToken: CreateToken };

async function ccxtWith(secret: string): Promise<Ccxt> {
  const { Exchange } = await loadVenueCode("coinbase");
  const { apiKey } = defaultCredentials("coinbase");
  return new Exchange({ apiKey, secret }) as Ccxt; // the class that the profile loads
}

function decoded(token: string): readonly unknown[] {
  return token.split(".").slice(0, 2).map((part) =>
    JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(part, { alphabet: "base64url" })))
  );
}

/** Two tokens never have the same. */
function withoutNonce(token: string): unknown {
  const [{ nonce, ...header }, claims] = decoded(token) as [Record<string, unknown>, unknown];
  assert(/^[0-9a-f]{32}$/.test(String(nonce)), String(nonce));
  return { header, claims };
}

const URL = "https://api.coinbase.com/api/v3/brokerage/orders/historical/fills?limit=100";

for (const about of [["GET", URL], ["POST", "https://api.coinbase.com/x"], []] as const) {
  Deno.test(`coinbase token: it says what ccxt's says of ${about[0] ?? "a socket"}`, async () => {
    const { secret } = defaultCredentials("coinbase");
    const ccxt = await ccxtWith(secret);
    const token = tokenMaker(ccxt)!(1_700_000_000.25, ...about);
    const theirs = ccxt.createAuthToken(1_700_000_000.25, ...about);
    assertEquals(withoutNonce(token), withoutNonce(theirs));
    assert(token !== tokenMaker(ccxt)!(1_700_000_000.25, ...about));
    for (const each of [token, theirs]) {
      const at = each.lastIndexOf(".");
      const signature = Uint8Array.fromBase64(each.slice(at + 1), { alphabet: "base64url" });
      const key = { key: createPublicKey(secret), dsaEncoding: "ieee-p1363" } as const;
      assert(verify("sha256", new TextEncoder().encode(each.slice(0, at)), key, signature));
    }
  });
}

Deno.test("coinbase token: a key of another kind stays with ccxt", async () => {
  const pem = (curve: string, type: "sec1" | "pkcs8") =>
    String(
      generateKeyPairSync("ec", { namedCurve: curve }).privateKey.export({ type, format: "pem" }),
    );
  const of = async (secret: string) => tokenMaker(await ccxtWith(secret));
  assert(await of(pem("prime256v1", "sec1")) !== null);
  assertEquals(await of(pem("secp384r1", "sec1")), null);
  assertEquals(await of(pem("prime256v1", "pkcs8")), null);
  assertEquals(
    await of("-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----"),
    null,
  );
  assertEquals(await of("A".repeat(86) + "=="), null); // an Ed25519 one
});
